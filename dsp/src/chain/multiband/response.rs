//! What the bands' gains do to the spectrum: the transfer function of the running filters, for whoever draws it.
//!
//! The transparent mode adds shelves ([`super::shelves`]). Where bands are narrow the sides of two shelves meet in the middle of a band and go
//! beyond its gain: 1.4 dB beyond -12 dB between 120 Hz and 1 kHz. That is heard, and so it is shown.

use super::crossovers::apart;
use super::shelves::weights;
use super::{MULTIBAND_BANDS, MultibandMode, MultibandSettings};
use crate::blocks::crossover::CrossoverCoefficients;
use crate::blocks::decibel::{db_to_gain, gain_to_db};
use crate::blocks::math;
use realfft::num_complex::Complex;
use std::f64::consts::{PI, SQRT_2};

/// Band-pass, low-pass and high-pass of a Butterworth section of a crossover's `g` at tan(w / 2).
fn section(g: f64, tangent: f64) -> [Complex<f64>; 3] {
    let s = Complex::new(0.0, tangent / g);
    let denominator = s * s + s * SQRT_2 + 1.0;
    [s / denominator, 1.0 / denominator, s * s / denominator]
}

impl MultibandSettings {
    /// Gain in dB at a frequency while the bands, makeup included, have `gains_db`.
    pub fn response_db(&self, gains_db: [f64; MULTIBAND_BANDS], hz: f64, sample_rate: f64) -> f64 {
        self.response(gains_db, sample_rate)(hz)
    }

    /// The same for many frequencies: gain in dB over hertz.
    pub fn response(
        &self,
        gains_db: [f64; MULTIBAND_BANDS],
        sample_rate: f64,
    ) -> impl Fn(f64) -> f64 + use<> {
        let gains = gains_db.map(|db| 1.0 + self.mix * (db_to_gain(db) - 1.0));
        let crossovers = apart(self.crossovers_hz(), sample_rate)
            .map(|crossover_hz| CrossoverCoefficients::new(crossover_hz, sample_rate).g);
        let mode = self.mode;
        move |hz| {
            let tangent = math::tan(PI * (hz / sample_rate).min(0.4999));
            let sections = crossovers.map(|g| section(g, tangent));
            gain_to_db(sum(mode, gains, sections).norm().max(1e-9))
        }
    }
}

/// What the bands give together.
fn sum(
    mode: MultibandMode,
    gains: [f64; MULTIBAND_BANDS],
    sections: [[Complex<f64>; 3]; MULTIBAND_BANDS - 1],
) -> Complex<f64> {
    match mode {
        MultibandMode::Transparent => {
            let weights = weights(&gains.map(|gain| [gain; 2])).map(|weight| weight[0]);
            let mut sum = Complex::new(weights[0], 0.0);
            for (k, [band, low, _]) in sections.into_iter().enumerate() {
                sum += band * weights[1 + 2 * k] + low * weights[2 + 2 * k];
            }
            sum
        }
        MultibandMode::LinkwitzRiley => {
            let all_pass = sections.map(|[band, low, high]| low - band * SQRT_2 + high);
            let [low, high] = [1, 2].map(|part| sections.map(|section| section[part] * section[part]));
            let lower = low[1] * all_pass[2] * (low[0] * gains[0] + high[0] * gains[1]);
            let upper = high[1] * all_pass[0] * (low[2] * gains[2] + high[2] * gains[3]);
            lower + upper
        }
    }
}
