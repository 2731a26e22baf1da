//! Gains in dB as a uniform cubic B-spline: a point for the beginning of each block of a grid.
//!
//! The bases are nowhere negative and add up to 1, so that a gain is at most the highest of the four points around it.

use crate::blocks::math;
use crate::processor::Frame;
use crate::programme::{Source, Tape, piece};
use std::io;
use std::sync::Arc;

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

/// The gain of a whole programme.
#[derive(Clone)]
pub struct Curve {
    /// In dB, the same for both channels.
    points_db: Arc<dyn Tape>,
    grid: usize,
    bases: Arc<[[f64; 4]]>,
}

impl Curve {
    /// Through these points, at least one.
    pub fn new(points_db: Box<dyn Tape>, grid: usize) -> Self {
        Self { points_db: points_db.into(), grid, bases: bases(grid).into() }
    }

    /// Multiplies `frames`, which begin at `start` of the programme.
    fn apply(&self, start: usize, frames: &mut [Frame]) -> io::Result<()> {
        let Self { points_db, grid, bases } = self;
        let (first, end) = (start / grid, (start + frames.len()).div_ceil(*grid));
        let last = points_db.length() - 1;
        let from = first.saturating_sub(1).min(last);
        let points_db = piece(&**points_db, from..(end + 2).min(last + 1))?;
        let mut rest = frames;
        let mut at = start;
        for block in first..end {
            let in_block = at - block * grid;
            let (frames, after) = rest.split_at_mut((grid - in_block).min(rest.len()));
            (rest, at) = (after, at + frames.len());
            let around: [Frame; 4] =
                std::array::from_fn(|n| points_db[(block + n).saturating_sub(1).min(last) - from]);
            if around == [[0.0; 2]; 4] {
                continue;
            }
            for (frame, bases) in frames.iter_mut().zip(&bases[in_block..]) {
                let [db, _] = value(&around, bases);
                let gain = math::exp(db * (std::f64::consts::LN_10 / 20.0));
                *frame = frame.map(|x| x * gain);
            }
        }
        Ok(())
    }
}

/// A programme with gains, one after the other.
pub struct Curved<S> {
    of: S,
    curves: Vec<Curve>,
}

impl<S: Source> Curved<S> {
    /// Without any.
    pub fn new(of: S) -> Self {
        Self { of, curves: Vec::new() }
    }

    /// With one more, if there is one.
    pub fn push(&mut self, curve: Option<Curve>) {
        self.curves.extend(curve);
    }
}

impl<S: Source> Source for Curved<S> {
    fn length(&self) -> usize {
        self.of.length()
    }

    fn read(&self, start: usize, frames: &mut [Frame]) -> io::Result<()> {
        self.of.read(start, frames)?;
        self.curves.iter().try_for_each(|curve| curve.apply(start, frames))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_is_the_same_in_any_pieces() {
        let points: Vec<Frame> = (0..points(1000, 16)).map(|n| [-((n * n % 7) as f64); 2]).collect();
        let curve = Curve::new(Box::new(points), 16);
        let mut curved = Curved::new(vec![[1.0, -0.5]; 1000]);
        curved.push(Some(curve));
        let whole = piece(&curved, 0..1000).unwrap();
        for length in [1, 15, 16, 17, 333] {
            for start in (0..1000).step_by(length) {
                let stretch = start..(start + length).min(1000);
                assert!(piece(&curved, stretch.clone()).unwrap() == whole[stretch]);
            }
        }
        // The points go down to -4 dB, and a point weighs four sixths where it lies: -3.2 dB.
        assert!(whole.iter().any(|frame| frame[0] < 0.7) && whole.iter().all(|frame| frame[0] <= 1.0));
    }
}
