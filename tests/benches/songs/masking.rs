//! Noise to mask, twice: against the output's own gain in each band and moment, which finds distortion, and against the gain of the
//! whole, which finds pumping as well.
//!
//! The mask is the input's, as `lacquer_dsp::metering::masking` spreads it.

use crate::spectra::{Pair, gain_and_power, pairs};
use lacquer_dsp::Frame;
use lacquer_dsp::metering::masking::Masking;

/// Frames of a spectrum: 43 to 46 ms.
const LENGTH: usize = 2048;

/// The two ratios in dB: mean over moments and bands.
pub struct NoiseToMask {
    /// Noise that no gain explains, in any band and moment.
    pub fast_db: f64,
    /// Magnitudes that differ from those at the gain of the whole.
    pub magnitude_db: f64,
}

/// Measures `output` against `input`.
pub fn noise_to_mask(input: &[Frame], output: &[Frame], rate: f64) -> NoiseToMask {
    let masking = Masking::new(LENGTH, rate);
    let pairs = pairs(input, output, LENGTH);
    let whole = whole_gain(&pairs);
    let (mut fast, mut magnitude) = (0.0, 0.0);
    for pair in &pairs {
        let gains: Vec<(f64, f64)> = masking.bands.iter().map(|band| gain_and_power(pair, band)).collect();
        let mask = masking.mask(&gains.iter().map(|(_, power)| whole * whole * power).collect::<Vec<_>>());
        for (n, band) in masking.bands.iter().enumerate() {
            let [x, y] = pair;
            let (mut noise, mut change) = (0.0, 0.0);
            for (x, y) in x[band.clone()].iter().zip(&y[band.clone()]) {
                noise += (y - x * gains[n].0).norm_sqr();
                change += (y.norm() - whole * x.norm()).powi(2);
            }
            fast += noise / mask[n];
            magnitude += change / mask[n];
        }
    }
    let mean_db = |sum: f64| 10.0 * (sum / (pairs.len() * masking.bands.len()) as f64).max(1e-20).log10();
    NoiseToMask { fast_db: mean_db(fast), magnitude_db: mean_db(magnitude) }
}

/// The gain from input to output over everything, by least squares of the magnitudes.
fn whole_gain(pairs: &[Pair]) -> f64 {
    let (mut cross, mut power) = (0.0, 1e-12);
    for [x, y] in pairs {
        for (x, y) in x.iter().zip(y) {
            cross += x.norm() * y.norm();
            power += x.norm_sqr();
        }
    }
    cross / power
}
