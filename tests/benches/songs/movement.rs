//! What a limiter does in time: the movement of its gain, its attacks, and what it leaves of the range.

use crate::spectra::{bands, gain_and_power, pairs};
use lacquer_dsp::Frame;

/// Frames of a spectrum: 43 to 46 ms.
const LENGTH: usize = 2048;
/// Octaves on a scale of one each.
fn octaves(hz: f64) -> f64 {
    (hz / 62.5).max(1.0).log2()
}
/// Power of a band below its mean whose gain is not looked at: -30 dB.
const HEARD: f64 = 1e-3;

/// Standard deviation over time of the gain within each octave, dB: its mean over the octaves.
pub fn gain_modulation_db(input: &[Frame], output: &[Frame], rate: f64) -> f64 {
    let pairs = pairs(input, output, LENGTH);
    let bands = bands(LENGTH, rate, octaves, 1.0);
    let deviation = |band: &std::ops::Range<usize>| {
        let gains: Vec<(f64, f64)> = pairs.iter().map(|pair| gain_and_power(pair, band)).collect();
        let mean_power = gains.iter().map(|(_, power)| power).sum::<f64>() / gains.len().max(1) as f64;
        let gains_db: Vec<f64> = gains
            .iter()
            .filter(|(_, power)| *power > HEARD * mean_power)
            .map(|(gain, _)| 20.0 * gain.max(1e-3).log10())
            .collect();
        let mean = gains_db.iter().sum::<f64>() / gains_db.len().max(1) as f64;
        let square = gains_db.iter().map(|gain| (gain - mean).powi(2)).sum::<f64>();
        (square / gains_db.len().max(1) as f64).sqrt()
    };
    bands.iter().map(deviation).sum::<f64>() / bands.len() as f64
}

/// Length of an attack, ms.
const ATTACK_MS: f64 = 5.0;
/// Blocks before an attack that it rises over.
const BEFORE: usize = 4;
/// How much it rises, as a power: 6 dB.
const RISE: f64 = 4.0;

/// How much the attacks' rise over the 20 ms before them changes, dB: the mean over the attacks that are louder than the whole.
pub fn onset_change_db(input: &[Frame], output: &[Frame], rate: f64) -> f64 {
    let block = (ATTACK_MS * 1e-3 * rate) as usize;
    let powers = |frames: &[Frame]| -> Vec<f64> {
        frames
            .chunks_exact(block)
            .map(|part| part.as_flattened().iter().map(|x| x * x).sum::<f64>() + 1e-9)
            .collect()
    };
    let (x, y) = (powers(input), powers(output));
    let mean = x.iter().sum::<f64>() / x.len().max(1) as f64;
    let before = |powers: &[f64], at: usize| powers[at - BEFORE..at].iter().sum::<f64>() / BEFORE as f64;
    let changes: Vec<f64> = (BEFORE..x.len())
        .filter(|at| x[*at] > mean && x[*at] > RISE * before(&x, *at))
        .map(|at| 10.0 * (y[at] / before(&y, at) * before(&x, at) / x[at]).log10())
        .collect();
    changes.iter().sum::<f64>() / changes.len().max(1) as f64
}
