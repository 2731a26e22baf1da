//! Tops that are straight where waves are bent most: what is left of flat tops when a filter has tilted and moved each of them.
//!
//! At a crest the second difference x[n-1] - 2 x[n] + x[n+1] of a wave is as large as anywhere; on a clipped top it is next to nothing, between
//! two corners where it is large, and a high-pass, an equalizer or an offset leaves both as they are. At least three in a row count, in the upper
//! two thirds of what the channel reaches.

use super::Place;
use super::places::channel;
use crate::processor::Frame;

/// Second differences of a straight top, against its level, up to 48 kHz; they fall with the square of the rate.
const STRAIGHT: f64 = 0.002;
/// Those of its corners: against the level, and against the largest within.
const CORNER: f64 = 0.006;
const CORNER_OVER_STRAIGHT: f64 = 8.0;
/// And in steps of the word: what shaped dither bends of 16 bits stays below half of that.
const CORNER_STEPS: f64 = 200.0;
/// Fewest in a row up to 48 kHz, and most: 4 ms. What stands still for longer is a wave of its own.
const FEWEST: f64 = 3.0;
const MOST_S: f64 = 0.004;
/// The top's ends differ by at most this share of its level.
const TILT: f64 = 0.03;
/// Lowest top against the highest sample so far, and in all: -34 dBFS.
const LOWEST: f64 = 0.35;
const QUIET: f64 = 0.02;

/// A row of small second differences.
#[derive(Debug, Clone, Copy)]
struct Run {
    first: f64,
    straightest: f64,
    corner: f64,
    rises: bool,
    samples: u64,
}

/// One channel: the last three samples, the last second difference and the row under way.
#[derive(Debug, Clone, Copy, Default)]
struct Line {
    last: [f64; 3],
    difference: f64,
    peak: f64,
    run: Option<Run>,
}

/// Finds them; see the module.
pub(super) struct StraightTops {
    channels: usize,
    fewest: u64,
    most: u64,
    straight: f64,
    corner: f64,
    least_corner: f64,
    lines: [Line; 2],
    found: Vec<Place>,
}

impl StraightTops {
    /// At `sample_rate_hz` with 1 or 2 channels, in words of steps of `step`, an amplitude.
    pub fn new(sample_rate_hz: f64, channels: usize, step: f64) -> Self {
        let times = (sample_rate_hz / 48_000.0).max(1.0);
        Self {
            channels,
            fewest: (FEWEST * times).round() as u64,
            most: (MOST_S * sample_rate_hz) as u64,
            straight: STRAIGHT / (times * times),
            corner: CORNER / (times * times),
            least_corner: CORNER_STEPS * step,
            lines: [Line::default(); 2],
            found: Vec::with_capacity(64),
        }
    }

    /// Takes the next frames, the first of them `start_frame`; the straight tops that ended among them.
    pub fn push(&mut self, start_frame: u64, frames: &[Frame]) -> &[Place] {
        self.found.clear();
        for c in 0..self.channels {
            let mut line = self.lines[c];
            if let ([.., before, middle, last], None) = (frames, line.run) {
                let reached = frames.iter().fold(line.last[2].abs(), |reached, frame| {
                    let level = frame[c].abs();
                    if level > reached { level } else { reached }
                });
                let peak = if reached > line.peak { reached } else { line.peak };
                if reached <= (LOWEST * line.peak).max(QUIET) {
                    // Nothing here is high enough: most of a programme with peaks.
                    let last = [before[c], middle[c], last[c]];
                    self.lines[c] =
                        Line { last, difference: last[0] - 2.0 * last[1] + last[2], peak, run: None };
                    continue;
                }
            }
            for (frame, at) in frames.iter().zip(start_frame..) {
                let x = frame[c];
                let [before, middle, last] = line.last;
                let difference = middle - 2.0 * last + x;
                let level = last.abs();
                line.peak = line.peak.max(level);
                if difference.abs() < self.straight * level && level > (LOWEST * line.peak).max(QUIET) {
                    match &mut line.run {
                        Some(run) => {
                            run.straightest = run.straightest.max(difference.abs());
                            run.samples += 1;
                        }
                        None => {
                            let sign = last.signum();
                            line.run = Some(Run {
                                first: last,
                                straightest: difference.abs(),
                                corner: -line.difference * sign,
                                rises: before * sign < middle * sign,
                                samples: 1,
                            });
                        }
                    }
                } else if let Some(run) = line.run.take()
                    && (self.fewest..=self.most).contains(&run.samples)
                {
                    let sign = run.first.signum();
                    let corner = run.corner.min(-difference * sign);
                    let level = run.first.abs();
                    let falls = x * sign < last * sign;
                    if run.rises
                        && falls
                        && corner > (self.corner * level).max(self.least_corner)
                        && corner > CORNER_OVER_STRAIGHT * run.straightest
                        && (middle - run.first).abs() <= TILT * level
                    {
                        let samples = run.samples + 2;
                        self.found.push(Place {
                            start_frame: at.saturating_sub(samples),
                            frames: samples,
                            channels: channel(c),
                            figure: samples as f64,
                        });
                    }
                }
                line.last = [middle, last, x];
                line.difference = difference;
            }
            self.lines[c] = line;
        }
        &self.found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    /// Straight tops of a chord at 48 kHz that `shape` distorts, after a high-pass at 25 Hz.
    fn found(shape: impl Fn(f64) -> f64) -> usize {
        let mut tops = StraightTops::new(48_000.0, 1, 2f64.powi(-23));
        let (mut x1, mut y) = (0.0, 0.0);
        let frames: Vec<Frame> = (0..96_000)
            .map(|n| {
                let t = f64::from(n) / 48_000.0;
                let chord = [(61.7, 0.6), (247.3, 0.35), (1391.0, 0.2), (3407.0, 0.1)];
                let x = shape(chord.iter().map(|(hz, level)| level * (TAU * hz * t).sin()).sum());
                y = 0.9967 * (y + x - x1);
                x1 = x;
                [0.7 * y; 2]
            })
            .collect();
        frames.chunks(480).enumerate().map(|(n, part)| tops.push(480 * n as u64, part).len()).sum()
    }

    #[test]
    fn clipped_tops_stay_straight_under_a_high_pass_and_waves_are_bent() {
        let (clean, clipped) = (found(|x| x), found(|x| x.clamp(-0.8, 0.8)));
        assert!(clean <= 1 && clipped >= 40, "{clean} in the clean chord, {clipped} in the clipped one");
    }
}
