//! K-weighting at any sample rate (ITU-R BS.1770-5 Annex 1).
//!
//! The standard tabulates a shelf and a high-pass for 48 kHz. Their analogue parameters, found by inverting the bilinear
//! transform, give both tables back to 1e-15 and the filters for every other rate.

use crate::blocks::math;
use std::f64::consts::PI;

/// Shelf: frequency in hertz, gain in dB, quality factor, and the exponent that relates the middle gain to the upper one.
const SHELF_HZ: f64 = 1_681.974_450_955_533;
const SHELF_DB: f64 = 3.999_843_853_973_347;
const SHELF_Q: f64 = 0.707_175_236_955_419_6;
const SHELF_MIDDLE: f64 = 0.499_666_774_154_541_6;
/// High-pass: frequency in hertz and quality factor; its numerator is exactly 1, -2, 1.
const HIGH_PASS_HZ: f64 = 38.135_470_876_024_44;
const HIGH_PASS_Q: f64 = 0.500_327_037_323_877_3;

/// A biquad over channels side by side, transposed direct form.
#[derive(Debug, Clone)]
struct Biquad<const CHANNELS: usize> {
    b: [f64; 3],
    a: [f64; 2],
    state: [[f64; CHANNELS]; 2],
}

impl<const CHANNELS: usize> Biquad<CHANNELS> {
    #[inline(always)]
    fn tick(&mut self, x: [f64; CHANNELS]) -> [f64; CHANNELS] {
        let mut y = [0.0; CHANNELS];
        for c in 0..CHANNELS {
            y[c] = self.b[0] * x[c] + self.state[0][c];
            self.state[0][c] = (self.b[1] * x[c] + self.state[1][c]) - self.a[0] * y[c];
            self.state[1][c] = self.b[2] * x[c] - self.a[1] * y[c];
        }
        y
    }
}

/// The weighting filter of two channels, or of more side by side.
#[derive(Debug, Clone)]
pub struct KWeighting<const CHANNELS: usize = 2> {
    shelf: Biquad<CHANNELS>,
    high_pass: Biquad<CHANNELS>,
}

impl<const CHANNELS: usize> KWeighting<CHANNELS> {
    /// For frames at `sample_rate` hertz.
    pub fn new(sample_rate: f64) -> Self {
        let k = math::tan(PI * SHELF_HZ / sample_rate);
        let upper = math::powf(10.0, SHELF_DB / 20.0);
        let middle = math::powf(upper, SHELF_MIDDLE);
        let a0 = 1.0 + k / SHELF_Q + k * k;
        let shelf = Biquad {
            b: [
                (upper + middle * k / SHELF_Q + k * k) / a0,
                2.0 * (k * k - upper) / a0,
                (upper - middle * k / SHELF_Q + k * k) / a0,
            ],
            a: [2.0 * (k * k - 1.0) / a0, (1.0 - k / SHELF_Q + k * k) / a0],
            state: [[0.0; CHANNELS]; 2],
        };
        let k = math::tan(PI * HIGH_PASS_HZ / sample_rate);
        let a0 = 1.0 + k / HIGH_PASS_Q + k * k;
        let high_pass = Biquad {
            b: [1.0, -2.0, 1.0],
            a: [2.0 * (k * k - 1.0) / a0, (1.0 - k / HIGH_PASS_Q + k * k) / a0],
            state: [[0.0; CHANNELS]; 2],
        };
        Self { shelf, high_pass }
    }

    /// One weighted frame.
    #[inline(always)]
    pub fn tick(&mut self, x: [f64; CHANNELS]) -> [f64; CHANNELS] {
        let shelved = self.shelf.tick(x);
        self.high_pass.tick(shelved)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_back_the_tables_of_the_standard() {
        let k = KWeighting::<2>::new(48_000.0);
        let shelf = [1.535_124_859_586_97, -2.691_696_189_406_38, 1.198_392_810_852_85];
        for (found, table) in k.shelf.b.iter().zip(shelf) {
            // The tables have 14 decimals.
            assert!((found - table).abs() < 1e-13);
        }
        for (found, table) in k.shelf.a.iter().zip([-1.690_659_293_182_41, 0.732_480_774_215_85]) {
            assert!((found - table).abs() < 1e-13);
        }
        for (found, table) in k.high_pass.a.iter().zip([-1.990_047_454_833_98, 0.990_072_250_366_21]) {
            assert!((found - table).abs() < 1e-13);
        }
    }
}
