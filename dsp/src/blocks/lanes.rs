//! Numbers side by side, as processors compute with them: the same bits on every one.
//!
//! Each operation is the IEEE 754 one of each number by itself, rounded once; nothing is fused. Everything has 16 bytes: what x86-64 and
//! 64-bit ARM have without asking. Other processors compute number by number.

use std::fmt::Debug;
use std::ops::{Add, Mul, Sub};

/// A real number that there are lanes of.
pub trait Number:
    Copy + Default + Debug + Send + Sync + 'static + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self>
{
    /// Rounds a number of double precision.
    fn from_f64(x: f64) -> Self;
}

impl Number for f32 {
    fn from_f64(x: f64) -> Self {
        x as Self
    }
}

impl Number for f64 {
    fn from_f64(x: f64) -> Self {
        x
    }
}

/// Numbers side by side.
pub trait Lanes: Copy {
    /// One of them.
    type Number: Number;
    /// All of them in memory.
    type Array: Copy;

    /// Numbers in memory by lanes; what is left over at their end is not given.
    fn arrays(x: &[Self::Number]) -> &[Self::Array];

    /// See [`Lanes::arrays`].
    fn arrays_mut(x: &mut [Self::Number]) -> &mut [Self::Array];

    /// The same number in every lane.
    fn splat(x: Self::Number) -> Self;

    /// From memory.
    fn load(x: &Self::Array) -> Self;

    /// Into memory.
    fn store(self, to: &mut Self::Array);

    /// Lane by lane.
    fn add(self, other: Self) -> Self;

    /// Lane by lane.
    fn sub(self, other: Self) -> Self;

    /// Lane by lane.
    fn mul(self, other: Self) -> Self;

    /// Of the lanes of `a` and then `b`, those at even places and those at odd ones.
    fn apart(a: Self, b: Self) -> [Self; 2];

    /// The opposite of [`Lanes::apart`].
    fn together(even: Self, odd: Self) -> [Self; 2];

    /// The first lane of each row, then the second of each, and so on.
    fn columns(rows: [Self; 4]) -> [Self; 4];
}

/// The lanes of one kind of number: their name, how many of which number, what the processor calls them, and its instructions.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
macro_rules! lanes {
    ($name:ident of $count:literal $number:ty as $inner:ty {
        splat $splat:ident, load $load:ident, store $store:ident, add $add:ident, sub $sub:ident, mul $mul:ident
    } $($rest:item)*) => {
        /// See the module.
        #[derive(Debug, Clone, Copy)]
        pub struct $name($inner);

        impl Lanes for $name {
            type Number = $number;
            type Array = [$number; $count];

            #[inline(always)]
            fn arrays(x: &[$number]) -> &[Self::Array] {
                x.as_chunks().0
            }

            #[inline(always)]
            fn arrays_mut(x: &mut [$number]) -> &mut [Self::Array] {
                x.as_chunks_mut().0
            }

            #[inline(always)]
            fn splat(x: $number) -> Self {
                // SAFETY: an instruction that every processor of this kind has.
                unsafe { Self($splat(x)) }
            }

            #[inline(always)]
            fn load(x: &Self::Array) -> Self {
                // SAFETY: the array has as many numbers as are read; they need no alignment.
                unsafe { Self($load(x.as_ptr())) }
            }

            #[inline(always)]
            fn store(self, to: &mut Self::Array) {
                // SAFETY: the array has as many numbers as are written; they need no alignment.
                unsafe { $store(to.as_mut_ptr(), self.0) }
            }

            #[inline(always)]
            fn add(self, other: Self) -> Self {
                // SAFETY: as in `splat`.
                unsafe { Self($add(self.0, other.0)) }
            }

            #[inline(always)]
            fn sub(self, other: Self) -> Self {
                // SAFETY: as in `splat`.
                unsafe { Self($sub(self.0, other.0)) }
            }

            #[inline(always)]
            fn mul(self, other: Self) -> Self {
                // SAFETY: as in `splat`.
                unsafe { Self($mul(self.0, other.0)) }
            }

            $($rest)*
        }
    };
}

/// Rows of four lanes become columns: lanes of the first and the third between those of the second and the fourth, twice.
#[inline(always)]
fn columns_of_four<L: Lanes>([a, b, c, d]: [L; 4]) -> [L; 4] {
    let ([ac, ac_high], [bd, bd_high]) = (L::together(a, c), L::together(b, d));
    let ([first, second], [third, fourth]) = (L::together(ac, bd), L::together(ac_high, bd_high));
    [first, second, third, fourth]
}

/// As [`columns_of_four`], of two lanes.
#[inline(always)]
fn columns_of_two<L: Lanes>([a, b, c, d]: [L; 4]) -> [L; 4] {
    let ([ab, ab_high], [cd, cd_high]) = (L::together(a, b), L::together(c, d));
    [ab, cd, ab_high, cd_high]
}

#[cfg(target_arch = "x86_64")]
mod system {
    use super::{Lanes, columns_of_four, columns_of_two};
    use std::arch::x86_64::*;

    lanes! {
        F32s of 4 f32 as __m128 {
            splat _mm_set1_ps, load _mm_loadu_ps, store _mm_storeu_ps, add _mm_add_ps, sub _mm_sub_ps, mul _mm_mul_ps
        }
        #[inline(always)]
        fn apart(a: Self, b: Self) -> [Self; 2] {
            // SAFETY: as in `splat`.
            unsafe { [_mm_shuffle_ps::<0b10_00_10_00>(a.0, b.0), _mm_shuffle_ps::<0b11_01_11_01>(a.0, b.0)].map(Self) }
        }
        #[inline(always)]
        fn together(even: Self, odd: Self) -> [Self; 2] {
            // SAFETY: as in `splat`.
            unsafe { [_mm_unpacklo_ps(even.0, odd.0), _mm_unpackhi_ps(even.0, odd.0)].map(Self) }
        }
        #[inline(always)]
        fn columns(rows: [Self; 4]) -> [Self; 4] {
            columns_of_four(rows)
        }
    }

    lanes! {
        F64s of 2 f64 as __m128d {
            splat _mm_set1_pd, load _mm_loadu_pd, store _mm_storeu_pd, add _mm_add_pd, sub _mm_sub_pd, mul _mm_mul_pd
        }
        #[inline(always)]
        fn apart(a: Self, b: Self) -> [Self; 2] {
            // SAFETY: as in `splat`.
            unsafe { [_mm_unpacklo_pd(a.0, b.0), _mm_unpackhi_pd(a.0, b.0)].map(Self) }
        }
        #[inline(always)]
        fn together(even: Self, odd: Self) -> [Self; 2] {
            Self::apart(even, odd)
        }
        #[inline(always)]
        fn columns(rows: [Self; 4]) -> [Self; 4] {
            columns_of_two(rows)
        }
    }
}

#[cfg(target_arch = "aarch64")]
mod system {
    use super::{Lanes, columns_of_four, columns_of_two};
    use std::arch::aarch64::*;

    lanes! {
        F32s of 4 f32 as float32x4_t {
            splat vdupq_n_f32, load vld1q_f32, store vst1q_f32, add vaddq_f32, sub vsubq_f32, mul vmulq_f32
        }
        #[inline(always)]
        fn apart(a: Self, b: Self) -> [Self; 2] {
            // SAFETY: as in `splat`.
            unsafe { [vuzp1q_f32(a.0, b.0), vuzp2q_f32(a.0, b.0)].map(Self) }
        }
        #[inline(always)]
        fn together(even: Self, odd: Self) -> [Self; 2] {
            // SAFETY: as in `splat`.
            unsafe { [vzip1q_f32(even.0, odd.0), vzip2q_f32(even.0, odd.0)].map(Self) }
        }
        #[inline(always)]
        fn columns(rows: [Self; 4]) -> [Self; 4] {
            columns_of_four(rows)
        }
    }

    lanes! {
        F64s of 2 f64 as float64x2_t {
            splat vdupq_n_f64, load vld1q_f64, store vst1q_f64, add vaddq_f64, sub vsubq_f64, mul vmulq_f64
        }
        #[inline(always)]
        fn apart(a: Self, b: Self) -> [Self; 2] {
            // SAFETY: as in `splat`.
            unsafe { [vuzp1q_f64(a.0, b.0), vuzp2q_f64(a.0, b.0)].map(Self) }
        }
        #[inline(always)]
        fn together(even: Self, odd: Self) -> [Self; 2] {
            Self::apart(even, odd)
        }
        #[inline(always)]
        fn columns(rows: [Self; 4]) -> [Self; 4] {
            columns_of_two(rows)
        }
    }
}

// What other processors run, and what the others are tested against.
#[cfg_attr(any(target_arch = "x86_64", target_arch = "aarch64"), cfg(test))]
pub mod plain;
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
use plain as system;

pub use system::{F32s, F64s};
