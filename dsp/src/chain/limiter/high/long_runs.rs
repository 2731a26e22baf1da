//! How long the waveform stays over the ceiling ([`super::super::best::runs`]), as a stream: 0 where runs are short, 1 where they are long.

use super::super::best::load::hann;
use super::super::best::runs::{LENGTHS_MS, smooth_step};
use crate::blocks::math;
use crate::processor::Frame;

/// Window in which runs are averaged, ms.
const WINDOW_MS: f64 = 200.0;
/// A run that is longer counts as ended, ms.
const LONGEST_MS: f64 = 20.0;
/// Excess below which nothing is over.
const NOTHING: f64 = 1e-9;

/// A run that is not over.
#[derive(Debug, Clone, Copy, Default)]
struct Run {
    frames: usize,
    excess: f64,
    is_positive: bool,
}

/// Measures runs; see the module.
pub struct LongRuns {
    window: Vec<f64>,
    frames_per_ms: f64,
    runs: [Run; 2],
    /// Of the hop that comes in: excess squared, and of the same times the run's length in ms.
    sums: [f64; 2],
    /// Of the last hops, the newest first.
    hops: Vec<[f64; 2]>,
}

impl LongRuns {
    /// For hops of `hop` frames. Allocates.
    pub fn new(hop: usize, rate: f64) -> Self {
        let window = hann(((0.5e-3 * WINDOW_MS * rate / hop as f64).round() as usize).max(1));
        Self {
            hops: vec![[0.0; 2]; window.len()],
            window,
            frames_per_ms: 1e-3 * rate,
            runs: Default::default(),
            sums: [0.0; 2],
        }
    }

    /// Forgets the audio.
    pub fn reset(&mut self) {
        (self.runs, self.sums) = Default::default();
        self.hops.fill([0.0; 2]);
    }

    /// Takes frames.
    pub fn push(&mut self, frames: &[Frame], ceiling: f64) {
        let peak = frames.as_flattened().iter().fold(0.0f64, |peak, x| peak.max(x.abs()));
        if peak <= ceiling && self.runs.iter().all(|run| run.frames == 0) {
            return;
        }
        let longest = (LONGEST_MS * self.frames_per_ms) as usize;
        for frame in frames {
            for (c, x) in frame.iter().copied().enumerate() {
                let over = x.abs() - ceiling;
                let run = self.runs[c];
                if run.frames > 0 && (over <= 0.0 || (x > 0.0) != run.is_positive || run.frames >= longest) {
                    self.finish(c);
                }
                if over > 0.0 {
                    let run = &mut self.runs[c];
                    run.frames += 1;
                    run.excess += over * over;
                    run.is_positive = x > 0.0;
                }
            }
        }
    }

    fn finish(&mut self, channel: usize) {
        let run = std::mem::take(&mut self.runs[channel]);
        self.sums[0] += run.excess;
        self.sums[1] += run.excess * run.frames as f64 / self.frames_per_ms;
    }

    /// Ends a hop.
    pub fn finish_hop(&mut self) {
        self.hops.rotate_right(1);
        self.hops[0] = std::mem::take(&mut self.sums);
    }

    /// 0 where runs are short, to 1 where they are long.
    pub fn value(&self) -> f64 {
        let (mut excess, mut lengths) = (0.0, 0.0);
        for (hop, window) in self.hops.iter().zip(&self.window) {
            excess += window * hop[0];
            lengths += window * hop[1];
        }
        if excess < NOTHING {
            return 0.0;
        }
        let [short, long] = LENGTHS_MS.map(math::ln);
        smooth_step((math::ln(lengths / excess) - short) / (long - short))
    }
}
