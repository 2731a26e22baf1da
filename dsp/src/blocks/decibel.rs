//! Decibels, with polynomial logarithm and exponential that cost a few cycles and never call the maths library.

use crate::blocks::math;
use crate::blocks::simd::Lanes;

/// Amplitude ratio of a level in dB.
pub fn db_to_gain(db: f64) -> f64 {
    math::powf(10.0, db * 0.05)
}

/// Level in dB of an amplitude ratio; -inf for 0.
pub fn gain_to_db(gain: f64) -> f64 {
    20.0 * math::log10(gain)
}

/// dB in one octave of amplitude: 20 log10(2).
const DB_PER_OCTAVE: f64 = 6.020_599_913_279_624;

/// Level in dB of a positive amplitude ratio, within 1e-6 dB; values below 1e-30 read -600 dB.
#[inline(always)]
pub fn fast_gain_to_db(gain: f64) -> f64 {
    fast_log2(gain.max(1e-30)) * DB_PER_OCTAVE
}

/// Amplitude ratio of a level in dB, within 1e-7 relative; exact for 0 dB. The level is clamped to +-600 dB.
#[inline(always)]
pub fn fast_db_to_gain(db: f64) -> f64 {
    fast_exp2(db.clamp(-600.0, 600.0) * (1.0 / DB_PER_OCTAVE))
}

/// What log2 m is of its series.
const SCALE: f64 = 2.0 * std::f64::consts::LOG2_E;
/// Bits of 1/sqrt(2): subtracting them before the exponent is taken folds the mantissa.
const FOLD: u64 = 0x3FE6_A09E_667F_3BCD;
/// Bits of the mantissa.
const MANTISSA: u64 = 0x000F_FFFF_FFFF_FFFF;
/// 1.5 * 2^52. Adding and subtracting it rounds to the nearest integer and leaves that integer in the low bits.
const ROUND: f64 = 6_755_399_441_055_744.0;

/// Base-2 logarithm of a positive normal number, within 1e-7.
///
/// With the mantissa m folded into [1/sqrt 2, sqrt 2), log2 m = (2 / ln 2) artanh((m - 1) / (m + 1)), by its series to
/// the 11th power.
#[inline(always)]
pub fn fast_log2(x: f64) -> f64 {
    let bits = x.to_bits().wrapping_sub(FOLD);
    let exponent = (bits as i64) >> 52;
    let mantissa = f64::from_bits((bits & MANTISSA).wrapping_add(FOLD));
    let t = (mantissa - 1.0) / (mantissa + 1.0);
    let s = t * t;
    let series =
        1.0 + s * (1.0 / 3.0 + s * (1.0 / 5.0 + s * (1.0 / 7.0 + s * (1.0 / 9.0 + s * (1.0 / 11.0)))));
    exponent as f64 + SCALE * t * series
}

/// 2 to the power `x` for |x| < 1000, within 1e-8 relative; exact for whole numbers.
///
/// The fraction is folded into [-1/2, 1/2] and its exponential taken by the Taylor series to the 8th power.
#[inline(always)]
pub fn fast_exp2(x: f64) -> f64 {
    let shifted = x + ROUND;
    let whole = shifted - ROUND;
    let y = (x - whole) * std::f64::consts::LN_2;
    let series = 1.0
        + y * (1.0
            + y * (1.0 / 2.0
                + y * (1.0 / 6.0
                    + y * (1.0 / 24.0
                        + y * (1.0 / 120.0 + y * (1.0 / 720.0 + y * (1.0 / 5040.0 + y / 40320.0)))))));
    let exponent = (shifted.to_bits() as i64).wrapping_shl(52);
    f64::from_bits((series.to_bits() as i64).wrapping_add(exponent) as u64)
}

/// [`fast_gain_to_db`] of four, to the bit.
#[inline(always)]
pub(crate) fn gains_to_db<V: Lanes>(gains: V) -> V {
    /// An exponent is raised by it to be without a sign, as vectors move their bits.
    const RAISED: f64 = 2048.0;
    let bits = |bits: u64| V::all(f64::from_bits(bits));
    let folded = gains.max(V::all(1e-30)).plus_bits(bits(FOLD.wrapping_neg()));
    let raised = folded.differing_bits(bits(1 << 63)).bits_down::<52>();
    let exponent = V::all(ROUND).plus_bits(raised) - V::all(ROUND + RAISED);
    let mantissa = folded.both_set(bits(MANTISSA)).plus_bits(bits(FOLD));
    let one = V::all(1.0);
    let t = (mantissa - one) / (mantissa + one);
    let s = t * t;
    let mut series = V::all(1.0 / 11.0);
    for n in [9.0, 7.0, 5.0, 3.0, 1.0] {
        series = V::all(1.0 / n) + s * series;
    }
    (exponent + V::all(SCALE) * t * series) * V::all(DB_PER_OCTAVE)
}

/// [`fast_db_to_gain`] of four, to the bit.
#[inline(always)]
pub(crate) fn db_to_gains<V: Lanes>(db: V) -> V {
    let x = db.max(V::all(-600.0)).min(V::all(600.0)) * V::all(1.0 / DB_PER_OCTAVE);
    let shifted = x + V::all(ROUND);
    let y = (x - (shifted - V::all(ROUND))) * V::all(std::f64::consts::LN_2);
    let mut series = V::all(1.0 / 5040.0) + y / V::all(40320.0);
    for n in [720.0, 120.0, 24.0, 6.0, 2.0, 1.0, 1.0] {
        series = V::all(1.0 / n) + y * series;
    }
    series.plus_bits(shifted.bits_up::<52>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocks::simd::{Plain, Simd, in_lanes};

    #[test]
    fn fast_logarithm_and_exponential_agree_with_the_maths_library() {
        let mut x = 1e-12;
        while x < 1e6 {
            assert!(
                (fast_log2(x) - math::log2(x)).abs() < 1e-7,
                "log2 {x}: {} against {}",
                fast_log2(x),
                math::log2(x)
            );
            x *= 1.000_37;
        }
        let mut y = -120.0;
        while y < 40.0 {
            let relative = fast_exp2(y) / math::exp2(y) - 1.0;
            assert!(relative.abs() < 1e-8, "exp2 {y}: {relative}");
            y += 0.001_7;
        }
    }

    #[test]
    fn four_have_the_bits_of_one() {
        let plain = |x: [f64; 4]| (gains_to_db(Plain::new(x)).values(), db_to_gains(Plain::new(x)).values());
        let in_lanes = |x| if Simd::detect().has_avx2() { widest(Simd::detect(), x) } else { plain(x) };
        let mut values: Vec<f64> = (-4000..4000).map(|n| f64::from(n) * 0.173).collect();
        values.extend([0.0, -0.0, 1.0, 1e-30, 1e-31, 1e300, f64::MAX, 600.0, -600.0, 601.0, -1e9]);
        for x in values
            .chunks_exact(4)
            .flat_map(|x| [[x[0], x[1], x[2], x[3]], [x[0].abs(), x[1].abs(), 1.0, 0.0]])
        {
            for (db, gains) in [plain(x), in_lanes(x)] {
                assert_eq!(db.map(f64::to_bits), x.map(|x| fast_gain_to_db(x).to_bits()), "{x:?}");
                assert_eq!(gains.map(f64::to_bits), x.map(|x| fast_db_to_gain(x).to_bits()), "{x:?}");
            }
        }
    }

    in_lanes! {
        fn widest(x: [f64; 4]) -> ([f64; 4], [f64; 4]) = widest_in::<_>
    }

    #[inline(always)]
    fn widest_in<V: Lanes>(x: [f64; 4]) -> ([f64; 4], [f64; 4]) {
        (gains_to_db(V::new(x)).values(), db_to_gains(V::new(x)).values())
    }

    #[test]
    fn unity_is_exact() {
        assert_eq!(fast_db_to_gain(0.0), 1.0);
        assert_eq!(fast_log2(1.0), 0.0);
    }
}
