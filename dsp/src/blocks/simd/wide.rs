//! Lanes of AVX2.

use super::Lanes;
use std::arch::x86_64::*;
use std::ops::{Add, Div, Mul, Sub};

/// Lanes of AVX2. Only `in_lanes!` names them, in functions that are compiled for it and run where it was found: this
/// is what every `unsafe` here rests on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wide(__m256d);

macro_rules! operators {
    ($($operator:ident $method:ident $intrinsic:ident),*) => {$(
        impl $operator for Wide {
            type Output = Self;

            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                // SAFETY: as the type says.
                Self(unsafe { $intrinsic(self.0, other.0) })
            }
        }
    )*};
}

operators!(Add add _mm256_add_pd, Sub sub _mm256_sub_pd, Mul mul _mm256_mul_pd, Div div _mm256_div_pd);

impl Lanes for Wide {
    #[inline(always)]
    fn new(values: [f64; 4]) -> Self {
        // SAFETY: as the type says; there are four of them, and they need not be aligned.
        Self(unsafe { _mm256_loadu_pd(values.as_ptr()) })
    }

    #[inline(always)]
    fn values(self) -> [f64; 4] {
        let mut values = [0.0; 4];
        // SAFETY: as for `new`.
        unsafe { _mm256_storeu_pd(values.as_mut_ptr(), self.0) };
        values
    }

    #[inline(always)]
    fn of_halves(low: [f64; 2], high: [f64; 2]) -> Self {
        // SAFETY: as the type says; there are two of each.
        Self(unsafe { _mm256_set_m128d(_mm_loadu_pd(high.as_ptr()), _mm_loadu_pd(low.as_ptr())) })
    }

    #[inline(always)]
    fn low(self) -> [f64; 2] {
        let mut values = [0.0; 2];
        // SAFETY: as the type says; there is room for two.
        unsafe { _mm_storeu_pd(values.as_mut_ptr(), _mm256_castpd256_pd128(self.0)) };
        values
    }

    #[inline(always)]
    fn high(self) -> [f64; 2] {
        let mut values = [0.0; 2];
        // SAFETY: as the type says; there is room for two.
        unsafe { _mm_storeu_pd(values.as_mut_ptr(), _mm256_extractf128_pd(self.0, 1)) };
        values
    }

    #[inline(always)]
    fn high_then_low(self, next: Self) -> Self {
        // SAFETY: as the type says. The second half of the first, the first one of the second.
        Self(unsafe { _mm256_permute2f128_pd(self.0, next.0, 0x21) })
    }

    #[inline(always)]
    fn low_then_low(self, next: Self) -> Self {
        // SAFETY: as the type says. The first half of both.
        Self(unsafe { _mm256_permute2f128_pd(self.0, next.0, 0x20) })
    }

    #[inline(always)]
    fn odd_of_each(self, other: Self) -> Self {
        // SAFETY: as the type says.
        Self(unsafe { _mm256_unpackhi_pd(self.0, other.0) })
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        // SAFETY: as the type says.
        Self(unsafe { _mm256_max_pd(self.0, other.0) })
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        // SAFETY: as the type says.
        Self(unsafe { _mm256_min_pd(self.0, other.0) })
    }

    #[inline(always)]
    fn plus_bits(self, other: Self) -> Self {
        // SAFETY: as the type says.
        unsafe {
            Self(_mm256_castsi256_pd(_mm256_add_epi64(
                _mm256_castpd_si256(self.0),
                _mm256_castpd_si256(other.0),
            )))
        }
    }

    #[inline(always)]
    fn differing_bits(self, other: Self) -> Self {
        // SAFETY: as the type says.
        Self(unsafe { _mm256_xor_pd(self.0, other.0) })
    }

    #[inline(always)]
    fn bits_down<const N: i32>(self) -> Self {
        // SAFETY: as the type says.
        unsafe { Self(_mm256_castsi256_pd(_mm256_srli_epi64::<N>(_mm256_castpd_si256(self.0)))) }
    }

    #[inline(always)]
    fn bits_up<const N: i32>(self) -> Self {
        // SAFETY: as the type says.
        unsafe { Self(_mm256_castsi256_pd(_mm256_slli_epi64::<N>(_mm256_castpd_si256(self.0)))) }
    }

    #[inline(always)]
    fn abs(self) -> Self {
        // SAFETY: as the type says. All bits but those of -0.
        Self(unsafe { _mm256_andnot_pd(_mm256_set1_pd(-0.0), self.0) })
    }

    #[inline(always)]
    fn both_set(self, other: Self) -> Self {
        // SAFETY: as the type says.
        Self(unsafe { _mm256_and_pd(self.0, other.0) })
    }

    #[inline(always)]
    fn where_set(self, mask: Self, other: Self) -> Self {
        // SAFETY: as the type says.
        Self(unsafe { _mm256_blendv_pd(other.0, self.0, mask.0) })
    }
}
