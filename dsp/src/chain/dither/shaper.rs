//! Noise shaping along the threshold of hearing, for any sample rate.
//!
//! The filter 1 + sum c_k z^-k over the error is the whitening filter of the power spectrum 10^(-ATH / 10), found by linear
//! prediction (J. Makhoul, "Linear Prediction: A Tutorial Review", Proc. IEEE 63(4), 1975): monic, of minimum phase, and
//! high where the threshold is high. Threshold of hearing in dB, f in kHz (E. Terhardt, "Calculating virtual pitch",
//! Hearing Research 1, 1979): 3.64 f^-0.8 - 6.5 e^(-0.6 (f - 3.3)^2) + 10^-3 f^4, taken up to 28 dB SPL.

use crate::blocks::math;
use crate::processor::Frame;
use std::f64::consts::PI;

/// Order of the filter: 32 would gain 0.02 dB.
pub const ORDER: usize = 16;
/// Points of the frequency grid.
const GRID: usize = 2048;
/// Up to where the threshold is followed, dB SPL: further up the noise would gain more in all than it loses to the ear.
const CAP_DB: f64 = 28.0;

/// The coefficients c_1, c_2, ... of a shaper; all zero for white noise.
#[derive(Debug, Clone, Default)]
pub struct Shaper {
    coefficients: [f64; ORDER],
}

/// Threshold of hearing in dB SPL at a frequency in hertz.
pub fn threshold_db(hz: f64) -> f64 {
    let f = (hz * 1e-3).max(0.02);
    3.64 * math::powf(f, -0.8) - 6.5 * math::exp(-0.6 * (f - 3.3).powi(2)) + 1e-3 * f.powi(4)
}

impl Shaper {
    /// No shaping.
    pub fn flat() -> Self {
        Self::default()
    }

    /// Shaping by `amount` of the threshold in dB, 0 to 1, at `sample_rate` hertz.
    pub fn design(sample_rate: f64, amount: f64) -> Self {
        let frequency = |n: usize| (n as f64 + 0.5) / GRID as f64 * 0.5 * sample_rate;
        let power: Vec<f64> = (0..GRID)
            .map(|n| math::powf(10.0, -0.1 * amount * threshold_db(frequency(n)).min(CAP_DB)))
            .collect();
        let mut correlation = [0.0; ORDER + 1];
        for (lag, sum) in correlation.iter_mut().enumerate() {
            *sum = power
                .iter()
                .enumerate()
                .map(|(n, p)| p * math::cos(PI * lag as f64 * (n as f64 + 0.5) / GRID as f64))
                .sum();
        }
        Self { coefficients: levinson(&correlation) }
    }

    /// sum c_k e[n - k] of the past errors, newest first.
    #[inline(always)]
    pub fn apply(&self, errors: &[Frame]) -> Frame {
        let mut sum = [0.0; 2];
        // The newest last: the next quantisation waits for it alone.
        for (c, error) in self.coefficients.iter().zip(errors).rev() {
            sum = [sum[0] + c * error[0], sum[1] + c * error[1]];
        }
        sum
    }

    /// Power that white noise has after shaping at `w` radians per sample, as a ratio.
    pub fn power(&self, w: f64) -> f64 {
        let (mut re, mut im) = (1.0, 0.0);
        for (k, c) in self.coefficients.iter().enumerate() {
            let (sin, cos) = math::sin_cos(w * (k + 1) as f64);
            re += c * cos;
            im -= c * sin;
        }
        re * re + im * im
    }

    /// The most that errors of +-1 can add up to.
    pub fn peak_gain(&self) -> f64 {
        1.0 + self.coefficients.iter().map(|c| c.abs()).sum::<f64>()
    }
}

/// Whitening filter of a process with this autocorrelation (Levinson and Durbin), without its leading 1.
fn levinson(correlation: &[f64; ORDER + 1]) -> [f64; ORDER] {
    let mut filter = [0.0; ORDER + 1];
    filter[0] = 1.0;
    let mut error = correlation[0];
    for order in 1..=ORDER {
        let reflection = -(0..order).map(|k| filter[k] * correlation[order - k]).sum::<f64>() / error;
        let previous = filter;
        for k in 1..=order {
            filter[k] = previous[k] + reflection * previous[order - k];
        }
        error *= 1.0 - reflection * reflection;
    }
    std::array::from_fn(|k| filter[k + 1])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Total power against white noise, and power weighted by the threshold of hearing, in dB.
    fn gains_db(shaper: &Shaper, sample_rate: f64) -> (f64, f64) {
        let (mut total, mut weighted, mut white) = (0.0, 0.0, 0.0);
        for n in 0..GRID {
            let w = PI * (n as f64 + 0.5) / GRID as f64;
            let power = shaper.power(w);
            let weight = math::powf(10.0, -0.1 * threshold_db(w / PI * 0.5 * sample_rate));
            total += power;
            weighted += power * weight;
            white += weight;
        }
        (10.0 * math::log10(total / GRID as f64), 10.0 * math::log10(weighted / white))
    }

    #[test]
    fn noise_falls_where_the_ear_is_keen() {
        for (rate, bound) in [(44_100.0, -13.4), (48_000.0, -14.45), (96_000.0, -20.45), (192_000.0, -20.0)] {
            let (total, weighted) = gains_db(&Shaper::design(rate, 1.0), rate);
            println!("{rate} Hz: {weighted:.2} dB to the ear, {total:+.2} dB in all");
            // What linear prediction of order 32 reaches, less 0.05 dB.
            assert!(weighted < bound && total < 12.0, "{rate} Hz: {weighted:.2} dB, {total:+.2} dB in all");
            let (_, light) = gains_db(&Shaper::design(rate, 0.5), rate);
            assert!(weighted < light && light < 0.4 * bound, "{rate} Hz: light {light:.2} dB");
        }
    }
}
