//! Gains in dB as a uniform cubic B-spline: a point for the beginning of each block of a grid.
//!
//! The bases are nowhere negative and add up to 1, so that a gain is at most the highest of the four points around it.

use crate::blocks::math;
use crate::processor::Frame;

/// Blocks before a point and from it on that it reaches into.
pub const BLOCKS_BEFORE: usize = 2;
/// See [`BLOCKS_BEFORE`].
pub const BLOCKS_AFTER: usize = 2;

/// Points for `frames` frames.
pub fn points(frames: usize, grid: usize) -> usize {
    frames.div_ceil(grid) + 3
}

/// Weights of the four points around each frame of a block of `grid` frames.
pub fn bases(grid: usize) -> Vec<[f64; 4]> {
    (0..grid)
        .map(|n| {
            let u = n as f64 / grid as f64;
            let v = 1.0 - u;
            [
                v * v * v / 6.0,
                (3.0 * u * u * u - 6.0 * u * u + 4.0) / 6.0,
                (3.0 * v * v * v - 6.0 * v * v + 4.0) / 6.0,
                u * u * u / 6.0,
            ]
        })
        .collect()
}

/// The value for each channel where the points around have these weights.
#[inline(always)]
pub fn value(points: &[Frame; 4], bases: &[f64; 4]) -> Frame {
    let mut sum = [0.0; 2];
    for n in 0..4 {
        sum = [sum[0] + points[n][0] * bases[n], sum[1] + points[n][1] * bases[n]];
    }
    sum
}

/// Multiplies `frames` by the gain; no points are no gain.
pub fn apply(frames: &mut [Frame], points_db: &[f64], grid: usize) {
    if points_db.is_empty() {
        return;
    }
    let bases = bases(grid);
    let last = points_db.len() - 1;
    for (block, frames) in frames.chunks_mut(grid).enumerate() {
        let around: [Frame; 4] =
            std::array::from_fn(|n| [points_db[(block + n).saturating_sub(1).min(last)]; 2]);
        if around == [[0.0; 2]; 4] {
            continue;
        }
        for (frame, bases) in frames.iter_mut().zip(&bases) {
            let [db, _] = value(&around, bases);
            let gain = math::exp(db * (std::f64::consts::LN_10 / 20.0));
            *frame = frame.map(|x| x * gain);
        }
    }
}
