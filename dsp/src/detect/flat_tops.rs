//! Flat tops: runs of samples that stand still at a peak, with a corner before or after.
//!
//! At least three samples within 0.001 of the run's peak (D. Bogdanov et al., "Essentia", ISMIR 2013, SaturationDetector). That alone
//! finds every peak of a low note: a 50 Hz sine stays within 0.001 of its peak for 13 samples. But a smooth peak bends evenly: a parabola's
//! step out of the run is at most 3.6 times the mean step within it. A flat top has a corner.
//!
//! Those of fewer than four samples, and those of quiet notes, stand still by chance now and then: the others are sure.

use super::Place;
use super::places::channel;
use crate::processor::Frame;

/// Fewest samples of a flat top up to 48 kHz, and in proportion above: the same time.
const FEWEST: f64 = 3.0;
/// The run lies within this share of its peak.
const TOLERANCE: f64 = 0.001;
/// Mean step within the run, as a share of its peak and at least one of 16 bits with dither: noise on the broad top of a low note comes
/// within the tolerance by chance, a clipper's output stands still.
const STILL: f64 = 1.5e-4;
const DITHER: f64 = 2e-5;
/// The step over the corner against the mean step within the run.
const CORNER: f64 = 5.0;
/// Least step over the corner against the peak.
const LEAST_CORNER: f64 = 0.0005;
/// Flat tops below -20 dBFS are looked for no longer: quiet notes of square waves.
const LOWEST: f64 = 0.1;
/// Fewest samples of a sure one up to 48 kHz, and in proportion above; and its lowest level, -14 dBFS.
const SURE_FEWEST: f64 = 4.0;
const SURE_LOWEST: f64 = 0.2;

/// A flat top.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct FlatTop {
    /// Channel, 0 or 1.
    pub c: usize,
    /// First frame.
    pub start_frame: u64,
    /// Samples.
    pub samples: u64,
    /// Highest absolute sample.
    pub peak: f64,
    /// Whether it points upwards.
    pub is_positive: bool,
    /// Whether it is no chance.
    pub is_sure: bool,
}

impl FlatTop {
    /// As a place, with its samples as figure.
    pub fn place(&self) -> Place {
        let channels = channel(self.c);
        Place { start_frame: self.start_frame, frames: self.samples, channels, figure: self.samples as f64 }
    }
}

/// The run of a channel under way.
#[derive(Debug, Clone, Copy, Default)]
struct Run {
    before: f64,
    first: f64,
    last: f64,
    lowest: f64,
    peak: f64,
    steps: f64,
    samples: u64,
}

impl Run {
    /// One that begins with a sample.
    fn of(x: f64, before: f64) -> Self {
        let level = x.abs();
        Self {
            before,
            first: x,
            last: x,
            lowest: level,
            peak: level,
            steps: 0.0,
            samples: u64::from(level >= LOWEST),
        }
    }
}

/// Finds them; see the module.
pub(super) struct FlatTops {
    channels: usize,
    fewest: u64,
    sure_fewest: u64,
    sure: u64,
    runs: [Run; 2],
    /// Whether a sample may go on with a run: it stands still against the one before.
    stands: Vec<bool>,
    found: Vec<FlatTop>,
}

impl FlatTops {
    /// At `sample_rate_hz` with 1 or 2 channels.
    pub fn new(sample_rate_hz: f64, channels: usize) -> Self {
        let samples = |at_48_khz: f64| (at_48_khz * (sample_rate_hz / 48_000.0).max(1.0)).round() as u64;
        Self {
            channels,
            fewest: samples(FEWEST),
            sure_fewest: samples(SURE_FEWEST),
            sure: 0,
            runs: [Run::default(); 2],
            stands: Vec::new(),
            found: Vec::with_capacity(64),
        }
    }

    /// Takes the next frames, the first of them `start_frame`; the flat tops that ended among them.
    pub fn push(&mut self, start_frame: u64, frames: &[Frame]) -> &[FlatTop] {
        self.found.clear();
        for c in 0..self.channels {
            let mut run = self.runs[c];
            // Few samples do, and no others need a look; a run's tolerance is a little wider than that of two of its samples.
            self.stands.clear();
            self.stands.push(true);
            self.stands.extend(frames.iter().zip(frames.iter().skip(1)).map(|(before, frame)| {
                let (before, level) = (before[c].abs(), frame[c].abs());
                let higher = if before > level { before } else { level };
                (level >= LOWEST) & ((level - before).abs() <= 1.01 * TOLERANCE * higher)
            }));
            let mut n = 0;
            while n < frames.len() {
                let x = frames[n][c];
                let level = x.abs();
                let (peak, lowest) = (run.peak.max(level), run.lowest.min(level));
                n += 1;
                if level >= LOWEST && peak - lowest <= TOLERANCE * peak && x * run.last > 0.0 {
                    run.steps += (x - run.last).abs();
                    (run.peak, run.lowest, run.last) = (peak, lowest, x);
                    run.samples += 1;
                    continue;
                }
                if run.samples >= self.fewest {
                    let ended = start_frame + n as u64 - 1;
                    self.found.extend(self.judge(&run, x, c, ended));
                }
                run = Run::of(x, run.last);
                let moves = self.stands[n..].iter().position(|stands| *stands).unwrap_or(frames.len() - n);
                if moves > 0 {
                    n += moves;
                    run = Run::of(frames[n - 1][c], frames[n - 2][c]);
                }
            }
            self.runs[c] = run;
        }
        self.sure += self.found.iter().filter(|top| top.is_sure).count() as u64;
        &self.found
    }

    /// How many sure ones there were.
    pub fn sure(&self) -> u64 {
        self.sure
    }

    /// The run as a flat top if it is one, now that the sample after it is known.
    fn judge(&self, run: &Run, after: f64, c: usize, ended_frame: u64) -> Option<FlatTop> {
        let sign = run.first.signum();
        // A step halfway up a slope is no top.
        if run.before * sign > run.peak || after * sign > run.peak {
            return None;
        }
        let step = (run.first - run.before).abs().max((run.last - after).abs());
        let within = run.steps / (run.samples - 1) as f64;
        let is_still = within <= STILL * run.peak + DITHER;
        (is_still && step > CORNER * within + LEAST_CORNER * run.peak).then(|| FlatTop {
            c,
            start_frame: ended_frame - run.samples,
            samples: run.samples,
            peak: run.peak,
            is_positive: sign > 0.0,
            is_sure: run.samples >= self.sure_fewest && run.peak >= SURE_LOWEST,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    fn found(sample: impl Fn(f64) -> f64) -> usize {
        let mut tops = FlatTops::new(48_000.0, 1);
        let frames: Vec<Frame> = (0..48_000).map(|n| [sample(n as f64 / 48_000.0); 2]).collect();
        frames.chunks(480).enumerate().map(|(n, part)| tops.push(480 * n as u64, part).len()).sum()
    }

    #[test]
    fn smooth_peaks_of_any_pitch_are_not_flat_and_clipped_ones_are() {
        for hz in [30.0, 50.0, 110.0, 441.0, 997.0, 3001.0, 7919.0] {
            let sine = |t: f64| (TAU * hz * t).sin();
            assert_eq!(found(|t| 0.999 * sine(t)), 0, "{hz} Hz");
            // In 16 bits the top of a low note is a few equal samples.
            assert_eq!(found(|t| (0.999 * sine(t) * 32768.0).round() / 32768.0), 0, "{hz} Hz in 16 bits");
        }
        for hz in [50.0, 110.0, 441.0, 997.0] {
            let clipped = found(|t| (1.12 * (TAU * hz * t).sin()).clamp(-1.0, 1.0));
            // Two tops a cycle; the last may not have ended.
            assert!(clipped as f64 >= 2.0 * hz * 0.95, "{hz} Hz: {clipped}");
        }
    }
}
