//! Lanes as arrays, for processors without instructions of their own.

use super::{Lanes, Number, columns_of_four, columns_of_two};

/// `N` numbers of a kind.
#[derive(Debug, Clone, Copy)]
pub struct Plain<T, const N: usize>([T; N]);

/// See [`Lanes`].
pub type F32s = Plain<f32, 4>;
/// See [`Lanes`].
pub type F64s = Plain<f64, 2>;

impl<T: Number, const N: usize> Plain<T, N> {
    #[inline(always)]
    fn with(self, other: Self, one: impl Fn(T, T) -> T) -> Self {
        let mut all = self.0;
        all.iter_mut().zip(other.0).for_each(|(x, other)| *x = one(*x, other));
        Self(all)
    }

    /// Lane `n` of `a` and then `b`.
    #[inline(always)]
    fn of(a: Self, b: Self, n: usize) -> T {
        if n < N { a.0[n] } else { b.0[n - N] }
    }
}

impl<T: Number, const N: usize> Lanes for Plain<T, N> {
    type Number = T;
    type Array = [T; N];

    #[inline(always)]
    fn arrays(x: &[T]) -> &[[T; N]] {
        x.as_chunks().0
    }

    #[inline(always)]
    fn arrays_mut(x: &mut [T]) -> &mut [[T; N]] {
        x.as_chunks_mut().0
    }

    #[inline(always)]
    fn splat(x: T) -> Self {
        Self([x; N])
    }

    #[inline(always)]
    fn load(x: &[T; N]) -> Self {
        Self(*x)
    }

    #[inline(always)]
    fn store(self, to: &mut [T; N]) {
        *to = self.0;
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.with(other, |a, b| a + b)
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self.with(other, |a, b| a - b)
    }

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        self.with(other, |a, b| a * b)
    }

    #[inline(always)]
    fn apart(a: Self, b: Self) -> [Self; 2] {
        [0, 1].map(|odd| Self(std::array::from_fn(|n| Self::of(a, b, 2 * n + odd))))
    }

    #[inline(always)]
    fn together(even: Self, odd: Self) -> [Self; 2] {
        [0, N / 2].map(|from| {
            Self(std::array::from_fn(|n| if n % 2 == 0 { even.0[from + n / 2] } else { odd.0[from + n / 2] }))
        })
    }

    #[inline(always)]
    fn columns(rows: [Self; 4]) -> [Self; 4] {
        if N == 2 { columns_of_two(rows) } else { columns_of_four(rows) }
    }
}
