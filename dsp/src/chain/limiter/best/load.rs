//! A slow gain from the clip's load: as a clip takes level from a dense passage, so much of it is better taken before.
//!
//! In each 150 ms the gain of the clipped programme against the unclipped by least squares, both channels together; in dB times the
//! share that the character says. Blocks are weighted by their energy to a power under 1: a lone hit would else turn down 75 ms before
//! it.

use super::scale::Scale;
use super::spline;
use crate::blocks::math;
use crate::processor::Frame;
use std::f64::consts::TAU;

/// Length of the window in ms.
const WINDOW_MS: f64 = 150.0;
/// Energy of a block that weighs nothing.
const SILENCE: f64 = 1e-5;
/// Added to sums, so that silence has a gain of 1.
const NOTHING: f64 = 1e-9;
/// The lowest gain of a clip that is followed: -14 dB.
const LOWEST: f64 = 0.2;

/// How a slow gain follows the load.
#[derive(Debug, Clone, Copy)]
pub struct Character {
    /// How much is taken before the clip for each dB that it takes, as a factor.
    pub share: f64,
    /// Power of a block's energy with which it counts, 0 to 1.
    pub loudness_weight: f64,
}

/// The gain in dB on the slow grid, for driven frames that are clipped at `ceiling`.
pub fn slow_gain_db(frames: &[Frame], ceiling: f64, character: &Character, scale: &Scale) -> Vec<f64> {
    let points = spline::points(frames.len(), scale.slow_grid);
    let mut sums = vec![[1e-7, 1e-7]; points];
    for (sums, block) in sums.iter_mut().zip(frames.chunks(scale.slow_grid)) {
        for x in block.as_flattened() {
            sums[0] += x * x.clamp(-ceiling, ceiling);
            sums[1] += x * x;
        }
        let weight = math::powf(sums[1] + SILENCE, character.loudness_weight - 1.0);
        *sums = sums.map(|sum| sum * weight);
    }
    let smooth =
        [0, 1].map(|n| smoothed(&sums.iter().map(|sums| sums[n]).collect::<Vec<f64>>(), WINDOW_MS, scale));
    smooth[0]
        .iter()
        .zip(&smooth[1])
        .map(|(clipped, whole)| {
            let gain = ((clipped + NOTHING) / (whole + NOTHING)).clamp(LOWEST, 1.0);
            character.share * 20.0 * math::log10(gain)
        })
        .collect()
}

/// Values on the slow grid under a Hann window of `ms`, as a sum; nothing lies beyond the ends.
pub fn smoothed(values: &[f64], ms: f64, scale: &Scale) -> Vec<f64> {
    let reach = scale.points(0.5 * ms, scale.slow_grid).max(1);
    let window = hann(reach);
    (0..values.len())
        .map(|at| {
            let from = at.saturating_sub(reach);
            let to = (at + reach + 1).min(values.len());
            values[from..to]
                .iter()
                .zip(&window[from + reach - at..])
                .map(|(value, weight)| value * weight)
                .sum()
        })
        .collect()
}

/// A Hann window of `2 reach + 1` points without its zeros.
pub fn hann(reach: usize) -> Vec<f64> {
    (0..2 * reach + 1)
        .map(|n| 0.5 - 0.5 * math::cos(TAU * (n as f64 + 1.0) / (2 * reach + 2) as f64))
        .collect()
}
