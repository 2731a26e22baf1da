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

/// One channel: the last three samples, the highest and the row under way.
#[derive(Debug, Clone, Copy, Default)]
struct Line {
    last: [f64; 3],
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
    /// Of the hop under way: a channel's samples after its last three, their second differences, and which of these are small.
    samples: Vec<f64>,
    differences: Vec<f64>,
    small: Vec<bool>,
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
            samples: Vec::new(),
            differences: Vec::new(),
            small: Vec::new(),
            found: Vec::with_capacity(64),
        }
    }

    /// Takes the next frames, the first of them `start_frame`; the straight tops that ended among them.
    pub fn push(&mut self, start_frame: u64, frames: &[Frame]) -> &[Place] {
        self.found.clear();
        for c in 0..self.channels {
            self.push_channel(c, start_frame, frames);
        }
        &self.found
    }

    fn push_channel(&mut self, c: usize, start_frame: u64, frames: &[Frame]) {
        let line = &mut self.lines[c];
        self.samples.clear();
        self.samples.extend(line.last);
        self.samples.extend(frames.iter().map(|frame| frame[c]));
        let samples = self.samples.as_slice();
        line.last.copy_from_slice(&samples[frames.len()..]);
        let peak = |peak: f64, x: &f64| {
            let level = x.abs();
            if level > peak { level } else { peak }
        };
        let reached = samples[2..].iter().fold(0.0, peak);
        if line.run.is_none() && reached <= (LOWEST * line.peak).max(QUIET) {
            // Nothing here is high enough: most of a programme with peaks.
            line.peak = line.peak.max(reached);
            return;
        }
        self.differences.clear();
        self.differences.extend(samples.windows(3).map(|x| x[0] - 2.0 * x[1] + x[2]));
        self.small.clear();
        let straight = self.straight;
        let is_small = |x: f64, difference: f64, peak: f64| {
            let lowest = LOWEST * peak;
            let lowest = if lowest > QUIET { lowest } else { QUIET };
            (difference.abs() < straight * x.abs()) & (x.abs() > lowest)
        };
        let middles = samples[2..].iter().zip(&self.differences[1..]);
        if reached > line.peak {
            self.small.extend(middles.map(|(x, difference)| {
                line.peak = peak(line.peak, x);
                is_small(*x, *difference, line.peak)
            }));
        } else {
            // Most hops: no sample waits for the one before.
            let highest = line.peak;
            self.small.extend(middles.map(|(x, difference)| is_small(*x, *difference, highest)));
        }
        let mut n = 0;
        while n < frames.len() {
            let [before, middle, last, x] = [samples[n], samples[n + 1], samples[n + 2], samples[n + 3]];
            let (earlier, difference) = (self.differences[n], self.differences[n + 1]);
            match &mut line.run {
                Some(run) if self.small[n] => {
                    run.straightest = run.straightest.max(difference.abs());
                    run.samples += 1;
                }
                Some(run) => {
                    let (run, sign) = (*run, run.first.signum());
                    line.run = None;
                    let corner = run.corner.min(-difference * sign);
                    let level = run.first.abs();
                    let falls = x * sign < last * sign;
                    if (self.fewest..=self.most).contains(&run.samples)
                        && run.rises
                        && falls
                        && corner > (self.corner * level).max(self.least_corner)
                        && corner > CORNER_OVER_STRAIGHT * run.straightest
                        && (middle - run.first).abs() <= TILT * level
                    {
                        let samples = run.samples + 2;
                        self.found.push(Place {
                            start_frame: (start_frame + n as u64).saturating_sub(samples),
                            frames: samples,
                            channels: channel(c),
                            figure: samples as f64,
                        });
                    }
                }
                None => {
                    let Some(waits) = self.small[n..].iter().position(|small| *small) else { break };
                    if waits > 0 {
                        n += waits;
                        continue;
                    }
                    let sign = last.signum();
                    line.run = Some(Run {
                        first: last,
                        straightest: difference.abs(),
                        corner: -earlier * sign,
                        rises: before * sign < middle * sign,
                        samples: 1,
                    });
                }
            }
            n += 1;
        }
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
