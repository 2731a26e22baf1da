//! A slow gain from the clip's load: as a clip takes level from a dense passage, so much of it is better taken before.
//!
//! In each 150 ms the gain of the clipped programme against the unclipped by least squares, both channels together; in dB times the
//! share that the character says. Blocks are weighted by their energy to a power under 1: a lone hit would else turn down 75 ms before
//! it.

use super::scale::{LONGEST_BLOCK, Scale};
use super::spline::{self, Curve};
use crate::blocks::math;
use crate::processor::Frame;
use crate::programme::{Along, CHUNK_FRAMES, Source, Store, visit};
use std::f64::consts::TAU;
use std::io;

// Blocks of every grid are whole in what is visited at a time.
const _: () = assert!(CHUNK_FRAMES.is_multiple_of(LONGEST_BLOCK));

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

/// The gain for driven frames that are clipped at `ceiling`.
///
/// # Errors
/// As [`Source::read`], and where `store` has no room.
pub fn slow_gain(
    frames: &dyn Source,
    ceiling: f64,
    character: &Character,
    scale: &Scale,
    store: &dyn Store,
) -> io::Result<Curve> {
    let mut sums = store.tape();
    visit(frames, 0..frames.length(), |chunk| -> io::Result<()> {
        for block in chunk.chunks(scale.slow_grid) {
            let mut of_block = [1e-7, 1e-7];
            for x in block.as_flattened() {
                of_block[0] += x * x.clamp(-ceiling, ceiling);
                of_block[1] += x * x;
            }
            let weight = math::powf(of_block[1] + SILENCE, character.loudness_weight - 1.0);
            sums.push(&[of_block.map(|sum| sum * weight)])?;
        }
        Ok(())
    })?;
    // The points that no block begins at.
    let beyond = spline::points(frames.length(), scale.slow_grid) - sums.length();
    sums.push(&vec![[1e-7, 1e-7]; beyond])?;
    let mut points_db = store.tape();
    smoothed(&*sums, WINDOW_MS, scale, |[clipped, whole], _| {
        let gain = ((clipped + NOTHING) / (whole + NOTHING)).clamp(LOWEST, 1.0);
        points_db.push(&[[character.share * 20.0 * math::log10(gain); 2]])
    })?;
    Ok(Curve::new(points_db, scale.slow_grid))
}

/// Shows `with` two values on the slow grid, point by point, under a Hann window of `ms`, as sums, and the sum of the window's own; nothing
/// lies beyond the ends.
///
/// # Errors
/// As [`Source::read`], and what `with` says.
pub fn smoothed(
    values: &dyn Source,
    ms: f64,
    scale: &Scale,
    mut with: impl FnMut(Frame, f64) -> io::Result<()>,
) -> io::Result<()> {
    let reach = scale.points(0.5 * ms, scale.slow_grid).max(1);
    let window = hann(reach);
    let mut along = Along::new(values);
    for at in 0..values.length() {
        let from = at.saturating_sub(reach);
        let around = along.stretch(from..(at + reach + 1).min(values.length()))?;
        let window = &window[from + reach - at..][..around.len()];
        let sum = |n: usize| around.iter().zip(window).map(|(value, weight)| value[n] * weight).sum::<f64>();
        with([sum(0), sum(1)], window.iter().sum())?;
    }
    Ok(())
}

/// A Hann window of `2 reach + 1` points without its zeros.
pub fn hann(reach: usize) -> Vec<f64> {
    (0..2 * reach + 1)
        .map(|n| 0.5 - 0.5 * math::cos(TAU * (n as f64 + 1.0) / (2 * reach + 2) as f64))
        .collect()
}
