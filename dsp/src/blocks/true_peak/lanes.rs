//! Eight floats at a time: four stereo frames, for arithmetic that is written once and compiled for the CPU at hand.
//!
//! A function over `L: Lanes` is inlined into one that has the CPU's features; see [`super::meter`].

/// Floats in a vector.
pub(super) const LANES: usize = 8;

/// A vector of floats; the even lanes are of the left channel, the odd ones of the right.
pub(super) trait Lanes: Copy {
    /// The same number in every lane.
    fn splat(x: f32) -> Self;
    /// The first eight floats of a slice that has so many.
    fn load(from: &[f32]) -> Self;
    /// Writes the first eight floats of a slice that has so many.
    fn store(self, to: &mut [f32]);
    /// Sum.
    fn plus(self, other: Self) -> Self;
    /// Difference.
    fn minus(self, other: Self) -> Self;
    /// Product.
    fn times(self, other: Self) -> Self;
    /// Quotient.
    fn over(self, other: Self) -> Self;
    /// `self * factor + summand`, rounded once where operations are fused.
    fn times_plus(self, factor: Self, summand: Self) -> Self;
    /// Absolute value.
    fn abs(self) -> Self;
    /// The larger of both; `other` where one of them is no number.
    fn larger(self, other: Self) -> Self;
    /// The smaller of both; `other` where one of them is no number.
    fn smaller(self, other: Self) -> Self;
    /// `self` where `a >= b`, else 0.
    fn where_at_least(self, a: Self, b: Self) -> Self;
    /// The largest lane of each channel, in all lanes of the channel.
    fn spread_largest(self) -> Self;
    /// Whether any lane is larger than that of `other`.
    fn any_above(self, other: Self) -> bool;
}

/// For any CPU.
impl Lanes for [f32; LANES] {
    #[inline(always)]
    fn splat(x: f32) -> Self {
        [x; LANES]
    }

    #[inline(always)]
    fn load(from: &[f32]) -> Self {
        std::array::from_fn(|lane| from[lane])
    }

    #[inline(always)]
    fn store(self, to: &mut [f32]) {
        to[..LANES].copy_from_slice(&self);
    }

    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        std::array::from_fn(|lane| self[lane] + other[lane])
    }

    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        std::array::from_fn(|lane| self[lane] - other[lane])
    }

    #[inline(always)]
    fn times(self, other: Self) -> Self {
        std::array::from_fn(|lane| self[lane] * other[lane])
    }

    #[inline(always)]
    fn over(self, other: Self) -> Self {
        std::array::from_fn(|lane| self[lane] / other[lane])
    }

    #[inline(always)]
    fn times_plus(self, factor: Self, summand: Self) -> Self {
        std::array::from_fn(|lane| self[lane] * factor[lane] + summand[lane])
    }

    #[inline(always)]
    fn abs(self) -> Self {
        self.map(f32::abs)
    }

    #[inline(always)]
    fn larger(self, other: Self) -> Self {
        std::array::from_fn(|lane| if self[lane] > other[lane] { self[lane] } else { other[lane] })
    }

    #[inline(always)]
    fn smaller(self, other: Self) -> Self {
        std::array::from_fn(|lane| if self[lane] < other[lane] { self[lane] } else { other[lane] })
    }

    #[inline(always)]
    fn where_at_least(self, a: Self, b: Self) -> Self {
        std::array::from_fn(|lane| if a[lane] >= b[lane] { self[lane] } else { 0.0 })
    }

    #[inline(always)]
    fn spread_largest(self) -> Self {
        let halves = self.larger(std::array::from_fn(|lane| self[(lane + 4) % LANES]));
        halves.larger(std::array::from_fn(|lane| halves[(lane + 2) % LANES]))
    }

    #[inline(always)]
    fn any_above(self, other: Self) -> bool {
        self.iter().zip(&other).any(|(a, b)| a > b)
    }
}

/// For x86 with AVX2, and with FMA where products are `FUSED`. Only functions with these features may use it.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
pub(super) struct Avx2<const FUSED: bool>(std::arch::x86_64::__m256);

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use super::{Avx2, LANES, Lanes};
    use std::arch::x86_64::*;

    // SAFETY, of every block below: the type is used where the CPU has AVX2, and FMA if it is to fuse, and slices are cut to eight floats.
    #[expect(clippy::undocumented_unsafe_blocks, reason = "one reason holds for all of them")]
    impl<const FUSED: bool> Lanes for Avx2<FUSED> {
        #[inline(always)]
        fn splat(x: f32) -> Self {
            Self(unsafe { _mm256_set1_ps(x) })
        }

        #[inline(always)]
        fn load(from: &[f32]) -> Self {
            let lanes = &from[..LANES];
            Self(unsafe { _mm256_loadu_ps(lanes.as_ptr()) })
        }

        #[inline(always)]
        fn store(self, to: &mut [f32]) {
            let lanes = &mut to[..LANES];
            unsafe { _mm256_storeu_ps(lanes.as_mut_ptr(), self.0) }
        }

        #[inline(always)]
        fn plus(self, other: Self) -> Self {
            Self(unsafe { _mm256_add_ps(self.0, other.0) })
        }

        #[inline(always)]
        fn minus(self, other: Self) -> Self {
            Self(unsafe { _mm256_sub_ps(self.0, other.0) })
        }

        #[inline(always)]
        fn times(self, other: Self) -> Self {
            Self(unsafe { _mm256_mul_ps(self.0, other.0) })
        }

        #[inline(always)]
        fn over(self, other: Self) -> Self {
            Self(unsafe { _mm256_div_ps(self.0, other.0) })
        }

        #[inline(always)]
        fn times_plus(self, factor: Self, summand: Self) -> Self {
            if FUSED {
                return Self(unsafe { _mm256_fmadd_ps(self.0, factor.0, summand.0) });
            }
            self.times(factor).plus(summand)
        }

        #[inline(always)]
        fn abs(self) -> Self {
            Self(unsafe { _mm256_andnot_ps(_mm256_set1_ps(-0.0), self.0) })
        }

        #[inline(always)]
        fn larger(self, other: Self) -> Self {
            Self(unsafe { _mm256_max_ps(self.0, other.0) })
        }

        #[inline(always)]
        fn smaller(self, other: Self) -> Self {
            Self(unsafe { _mm256_min_ps(self.0, other.0) })
        }

        #[inline(always)]
        fn where_at_least(self, a: Self, b: Self) -> Self {
            Self(unsafe { _mm256_and_ps(_mm256_cmp_ps::<_CMP_GE_OQ>(a.0, b.0), self.0) })
        }

        #[inline(always)]
        fn spread_largest(self) -> Self {
            unsafe {
                let halves = _mm256_max_ps(self.0, _mm256_permute2f128_ps::<1>(self.0, self.0));
                Self(_mm256_max_ps(halves, _mm256_permute_ps::<0b01_00_11_10>(halves)))
            }
        }

        #[inline(always)]
        fn any_above(self, other: Self) -> bool {
            unsafe { _mm256_movemask_ps(_mm256_cmp_ps::<_CMP_GT_OQ>(self.0, other.0)) != 0 }
        }
    }
}
