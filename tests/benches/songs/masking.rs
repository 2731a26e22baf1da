//! Noise to mask, twice: against the output's own gain in each band and moment, which finds distortion, and against the gain of the
//! whole, which finds pumping as well.
//!
//! After the noise-to-mask ratio of ITU-R BS.1387: the mask is the input spread over the critical bands, 27 dB per Bark down and 12
//! up, less 3 dB, falling further by a quarter dB per Bark above 12 Bark; the threshold in quiet is Terhardt's at 92 dB SPL full scale.

use crate::spectra::{Pair, bands, bark, gain_and_power, pairs};
use lacquer_dsp::Frame;

/// Frames of a spectrum: 43 to 46 ms.
const LENGTH: usize = 2048;
/// Width of a band in Bark.
const STEP: f64 = 0.5;

/// The two ratios in dB: mean over moments and bands.
pub struct NoiseToMask {
    /// Noise that no gain explains, in any band and moment.
    pub fast_db: f64,
    /// Magnitudes that differ from those at the gain of the whole.
    pub magnitude_db: f64,
}

/// Threshold in quiet as a spectrum's power.
fn quiet(hz: f64) -> f64 {
    let k = (hz / 1000.0).max(0.02);
    let spl = 3.64 * k.powf(-0.8) - 6.5 * (-0.6 * (k - 3.3).powi(2)).exp() + 1e-3 * k.powi(4);
    // A full-scale sine's bin under the window is a quarter of the length.
    10f64.powf(0.1 * (spl.min(60.0) - 92.0)) * (LENGTH as f64 / 4.0).powi(2)
}

/// Measures `output` against `input`.
pub fn noise_to_mask(input: &[Frame], output: &[Frame], rate: f64) -> NoiseToMask {
    let bands = bands(LENGTH, rate, bark, STEP);
    let centre = |n: usize| 0.5 * (bands[n].start + bands[n].end) as f64 * rate / LENGTH as f64;
    let places: Vec<f64> = (0..bands.len()).map(|n| bark(centre(n))).collect();
    let quiet: Vec<f64> = (0..bands.len()).map(|n| quiet(centre(n)) * bands[n].len() as f64).collect();
    let spread: Vec<Vec<f64>> = places
        .iter()
        .map(|to| {
            let slope = |from: &f64| if to >= from { -12.0 * (to - from) } else { -27.0 * (from - to) };
            places.iter().map(|from| 10f64.powf(0.1 * slope(from))).collect()
        })
        .collect();
    let sums: Vec<f64> = (0..bands.len()).map(|from| spread.iter().map(|to| to[from]).sum()).collect();
    let pairs = pairs(input, output, LENGTH);
    let whole = whole_gain(&pairs);
    let (mut fast, mut magnitude) = (0.0, 0.0);
    for pair in &pairs {
        let gains: Vec<(f64, f64)> = bands.iter().map(|band| gain_and_power(pair, band)).collect();
        for (n, band) in bands.iter().enumerate() {
            let spread: f64 =
                gains.iter().zip(&spread[n]).zip(&sums).map(|(((_, p), s), sum)| p * s / sum).sum();
            let offset_db = 3.0 + 0.25 * (places[n] - 12.0).max(0.0);
            let mask = whole * whole * spread * 10f64.powf(-0.1 * offset_db) + quiet[n];
            let [x, y] = pair;
            let (mut noise, mut change) = (0.0, 0.0);
            for (x, y) in x[band.clone()].iter().zip(&y[band.clone()]) {
                noise += (y - x * gains[n].0).norm_sqr();
                change += (y.norm() - whole * x.norm()).powi(2);
            }
            fast += noise / mask;
            magnitude += change / mask;
        }
    }
    let mean_db = |sum: f64| 10.0 * (sum / (pairs.len() * bands.len()) as f64).max(1e-20).log10();
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
