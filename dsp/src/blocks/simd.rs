//! The widest vectors that the CPU has: what goes in lanes is compiled for the baseline and for AVX2, and runs as the one that the CPU takes.
//!
//! It is written once. Nothing in it fuses multiply and add or changes an order, so that every CPU gives the same bits. The baselines of
//! x86-64 and arm64, SSE2 and NEON, hold two numbers of double precision in a vector, AVX2 four.
//!
//! Loops over long arrays find their vectors by themselves. Recursions, in which lanes change places, are written in `Lanes`.

use std::ops::{Add, Div, Mul, Sub};

/// What was found out about the CPU. [`Simd::detect`] is the one way to find it, so that nobody runs what the CPU does not take.
#[derive(Debug, Clone, Copy, Default)]
pub struct Simd {
    has_avx2: bool,
}

impl Simd {
    /// Asks the CPU. Not for the audio thread.
    pub fn detect() -> Self {
        #[cfg(test)]
        if tests::IS_PLAIN.get() {
            return Self::default();
        }
        Self {
            #[cfg(target_arch = "x86_64")]
            has_avx2: std::arch::is_x86_feature_detected!("avx2"),
            #[cfg(not(target_arch = "x86_64"))]
            has_avx2: false,
        }
    }

    /// Whether AVX2 is there.
    #[inline(always)]
    pub fn has_avx2(self) -> bool {
        self.has_avx2
    }
}

/// Four numbers that go together.
pub(crate) trait Lanes:
    Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self>
{
    /// These four.
    fn new(values: [f64; 4]) -> Self;
    /// The four.
    fn values(self) -> [f64; 4];
    /// The same four times.
    #[inline(always)]
    fn all(value: f64) -> Self {
        Self::new([value; 4])
    }
    /// Four from `at` on. To be inlined: the check of the bounds is the slice's.
    #[inline(always)]
    fn load(values: &[f64], at: usize) -> Self {
        Self::new([values[at], values[at + 1], values[at + 2], values[at + 3]])
    }
    /// Puts the four into `values` from `at` on.
    #[inline(always)]
    fn store(self, values: &mut [f64], at: usize) {
        values[at..at + 4].copy_from_slice(&self.values());
    }
    /// `low` twice, then `high` twice.
    #[inline(always)]
    fn pairs(low: f64, high: f64) -> Self {
        Self::new([low, low, high, high])
    }
    /// The first two of `low`, then those of `high`.
    fn of_halves(low: [f64; 2], high: [f64; 2]) -> Self;
    /// The first two.
    fn low(self) -> [f64; 2];
    /// The last two.
    fn high(self) -> [f64; 2];
    /// The last two of `self`, then the first two of `next`.
    fn high_then_low(self, next: Self) -> Self;
    /// The first two of `self`, then the first two of `next`.
    fn low_then_low(self, next: Self) -> Self;
    /// The second of `self` and of `other`, then the fourth of both.
    fn odd_of_each(self, other: Self) -> Self;
    /// The larger of each two; `other` where one is not a number.
    fn max(self, other: Self) -> Self;
    /// The smaller of each two; `other` where one is not a number.
    fn min(self, other: Self) -> Self;
    /// Without signs.
    fn abs(self) -> Self;
    /// Their bits as whole numbers, added up without a carry over the top.
    fn plus_bits(self, other: Self) -> Self;
    /// Bits that are set in one of both.
    fn differing_bits(self, other: Self) -> Self;
    /// Bits moved down by `N`, with zeros from above.
    fn bits_down<const N: i32>(self) -> Self;
    /// Bits moved up by `N`, with zeros from below.
    fn bits_up<const N: i32>(self) -> Self;
    /// Of two masks, what is set in both.
    fn both_set(self, other: Self) -> Self;
    /// `self` where `mask` has all bits set, `other` where it has none.
    fn where_set(self, mask: Self, other: Self) -> Self;
}

/// Lanes of any CPU.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plain([f64; 4]);

impl Plain {
    #[inline(always)]
    fn with_bits(self, other: Self, work: impl Fn(u64, u64) -> u64) -> Self {
        Self(std::array::from_fn(|l| f64::from_bits(work(self.0[l].to_bits(), other.0[l].to_bits()))))
    }
}

macro_rules! plain {
    ($($operator:ident $method:ident),*) => {$(
        impl $operator for Plain {
            type Output = Self;

            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self(std::array::from_fn(|l| self.0[l].$method(other.0[l])))
            }
        }
    )*};
}

plain!(Add add, Sub sub, Mul mul, Div div);

impl Lanes for Plain {
    #[inline(always)]
    fn new(values: [f64; 4]) -> Self {
        Self(values)
    }

    #[inline(always)]
    fn values(self) -> [f64; 4] {
        self.0
    }

    #[inline(always)]
    fn of_halves([a, b]: [f64; 2], [c, d]: [f64; 2]) -> Self {
        Self([a, b, c, d])
    }

    #[inline(always)]
    fn low(self) -> [f64; 2] {
        [self.0[0], self.0[1]]
    }

    #[inline(always)]
    fn high(self) -> [f64; 2] {
        [self.0[2], self.0[3]]
    }

    #[inline(always)]
    fn high_then_low(self, next: Self) -> Self {
        Self::of_halves(self.high(), next.low())
    }

    #[inline(always)]
    fn low_then_low(self, next: Self) -> Self {
        Self::of_halves(self.low(), next.low())
    }

    #[inline(always)]
    fn odd_of_each(self, other: Self) -> Self {
        Self([self.0[1], other.0[1], self.0[3], other.0[3]])
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        Self(std::array::from_fn(|l| if self.0[l] > other.0[l] { self.0[l] } else { other.0[l] }))
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        Self(std::array::from_fn(|l| if self.0[l] < other.0[l] { self.0[l] } else { other.0[l] }))
    }

    #[inline(always)]
    fn abs(self) -> Self {
        Self(self.0.map(f64::abs))
    }

    #[inline(always)]
    fn plus_bits(self, other: Self) -> Self {
        self.with_bits(other, u64::wrapping_add)
    }

    #[inline(always)]
    fn differing_bits(self, other: Self) -> Self {
        self.with_bits(other, |one, other| one ^ other)
    }

    #[inline(always)]
    fn bits_down<const N: i32>(self) -> Self {
        self.with_bits(self, |bits, _| bits >> N)
    }

    #[inline(always)]
    fn bits_up<const N: i32>(self) -> Self {
        self.with_bits(self, |bits, _| bits << N)
    }

    #[inline(always)]
    fn both_set(self, other: Self) -> Self {
        self.with_bits(other, |one, other| one & other)
    }

    #[inline(always)]
    fn where_set(self, mask: Self, other: Self) -> Self {
        Self(std::array::from_fn(|l| if mask.0[l].to_bits() == 0 { other.0[l] } else { self.0[l] }))
    }
}

#[cfg(target_arch = "x86_64")]
mod wide;

#[cfg(target_arch = "x86_64")]
pub(crate) use wide::Wide;

/// `in_lanes! { fn name(argument: Type, ...) -> Type = body }` declares `name`, which takes a [`Simd`] before the arguments and gives them to
/// `body` compiled for the widest vectors; `= body::<_>` does so for a `body` that is generic over its [`Lanes`]. `body` and what it calls
/// have to be `#[inline(always)]`: what is not is compiled for the baseline.
macro_rules! in_lanes {
    ($(#[$attribute:meta])* $visibility:vis fn $name:ident($($argument:ident: $type:ty),* $(,)?) $(-> $output:ty)? = $body:ident::<_>) => {
        in_lanes! {
            @ $(#[$attribute])* $visibility fn $name($($argument: $type),*) $(-> $output)?,
            $body::<$crate::blocks::simd::Plain>, $body::<$crate::blocks::simd::Wide>
        }
    };
    ($(#[$attribute:meta])* $visibility:vis fn $name:ident($($argument:ident: $type:ty),* $(,)?) $(-> $output:ty)? = $body:path) => {
        in_lanes! { @ $(#[$attribute])* $visibility fn $name($($argument: $type),*) $(-> $output)?, $body, $body }
    };
    (@ $(#[$attribute:meta])* $visibility:vis fn $name:ident($($argument:ident: $type:ty),*) $(-> $output:ty)?, $plain:path, $wide:path) => {
        $(#[$attribute])*
        $visibility fn $name(simd: $crate::blocks::simd::Simd, $($argument: $type),*) $(-> $output)? {
            #[cfg(target_arch = "x86_64")]
            if simd.has_avx2() {
                #[target_feature(enable = "avx2")]
                fn with_avx2($($argument: $type),*) $(-> $output)? {
                    $wide($($argument),*)
                }
                // SAFETY: the CPU has AVX2, as whoever made the token found out.
                return unsafe { with_avx2($($argument),*) };
            }
            let _ = simd;
            $plain($($argument),*)
        }
    };
}

pub(crate) use in_lanes;

#[cfg(test)]
mod tests;
