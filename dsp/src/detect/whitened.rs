//! Bins of short windows of the lows, each whitened by what both channels hold beside it at that moment.
//!
//! A window of 0.16 s is shorter than most notes: it lies in the gap between two of them, or before the drum, and what is steady is heard there. How far
//! the line of such a bin stands out is told by the covariance of both channels beside it, on the side that is louder, so that bass in the middle
//! does not cover what one channel hums, nor one channel's what the other does. The bin's own product is part of it: a note that is there and not beside
//! counts for no more than one window, however loud it is.

use super::covariance::{Covariance, Pair};
use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};
use std::sync::Arc;

/// Points of a transform: 0.16 s, of which the next one shares half. Of 124 hums at -60 dBFS in 31 songs, with one song told falsely, windows of 2.6 s found
/// 53 %, of 0.64 s 75, of 0.16 s 81 and of 0.08 s 74.
const LENGTH: usize = 256;
/// What is beside a bin: so many away on either side. Nearer ones are in the line's own lobe.
const BESIDE: [usize; 2] = [2, 4];
/// Least power beside a bin: that of dither of 16 bits, 2.3e-10 in all, in the 6 Hz of a bin. What is softer tells no more.
const LEAST: f64 = 8e-14;
/// The share of the power that is never taken for shared by both channels: three bins tell no covariance better.
const APART: f64 = 0.02;
/// Windows in which all bins together are softer than this are silence, as a power: -100 dBFS.
const SILENT: f64 = 1e-10;
/// Most windows, five minutes: more of them tell no more, and mains drift.
const MOST: usize = 3750;

/// A bin over all windows.
pub(super) struct Line {
    at: usize,
    /// Inverse covariance times the bin, and the inverse covariance, window by window.
    pub weighted: Vec<[Complex<f32>; 2]>,
    pub inverses: Vec<Inverse>,
    /// Sum of these.
    pub sum: Covariance,
}

/// A [`Covariance`] as it is kept.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Inverse {
    left: f32,
    right: f32,
    cross: Complex<f32>,
}

impl Inverse {
    fn of(covariance: Covariance) -> Self {
        let Covariance { left, right, cross } = covariance;
        Self { left: left as f32, right: right as f32, cross: Complex::new(cross.re as f32, cross.im as f32) }
    }

    /// The matrix times a vector.
    pub fn times(self, [left, right]: [Complex<f32>; 2]) -> [Complex<f32>; 2] {
        [left * self.left + self.cross * right, self.cross.conj() * left + right * self.right]
    }
}

impl From<Inverse> for Covariance {
    fn from(Inverse { left, right, cross }: Inverse) -> Self {
        Self {
            left: f64::from(left),
            right: f64::from(right),
            cross: Complex::new(f64::from(cross.re), f64::from(cross.im)),
        }
    }
}

/// See the module.
pub(super) struct Whitened {
    bin_hz: f64,
    window_s: f64,
    samples: [Vec<f64>; 2],
    window: Vec<f64>,
    transform: Arc<dyn RealToComplex<f64>>,
    buffer: Vec<f64>,
    scratch: Vec<Complex<f64>>,
    bins: [Vec<Complex<f64>>; 2],
    /// Sums of the covariances of all bins below one.
    sums: Vec<Covariance>,
    lines: Vec<Line>,
    windows: usize,
    is_wanted: bool,
}

impl Whitened {
    /// For samples at `rate_hz`, of which the bins nearest to each of `frequencies_hz` are kept. Allocates.
    pub fn new(rate_hz: f64, frequencies_hz: impl Iterator<Item = f64>) -> Self {
        let transform = RealFftPlanner::new().plan_fft_forward(LENGTH);
        let bin_hz = rate_hz / LENGTH as f64;
        let mut wanted: Vec<usize> = frequencies_hz.map(|hz| (hz / bin_hz).round() as usize).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let line = |at| Line { at, weighted: Vec::new(), inverses: Vec::new(), sum: Covariance::default() };
        // Makes a bin's squared magnitude the power of a sine, as in the lows.
        let scale = 0.5f64.sqrt() * 4.0 / LENGTH as f64;
        Self {
            bin_hz,
            window_s: 0.5 / bin_hz,
            samples: [Vec::with_capacity(LENGTH), Vec::with_capacity(LENGTH)],
            window: (0..LENGTH)
                .map(|n| scale * (0.5 - 0.5 * (std::f64::consts::TAU * n as f64 / LENGTH as f64).cos()))
                .collect(),
            buffer: transform.make_input_vec(),
            scratch: transform.make_scratch_vec(),
            bins: [transform.make_output_vec(), transform.make_output_vec()],
            sums: vec![Covariance::default(); LENGTH / 2 + 2],
            transform,
            lines: wanted.into_iter().filter(|at| at + BESIDE[1] <= LENGTH / 2).map(line).collect(),
            windows: 0,
            is_wanted: true,
        }
    }

    /// Keeps nothing from now on.
    pub fn leave_out(&mut self) {
        self.is_wanted = false;
        self.lines = Vec::new();
    }

    /// From one window to the next, s.
    pub fn window_s(&self) -> f64 {
        self.window_s
    }

    /// Windows so far.
    pub fn windows(&self) -> usize {
        self.windows
    }

    /// The number of the line nearest to a frequency among [`Whitened::lines`], and how much of the power of a sine there its bin has.
    pub fn nearest(&self, hz: f64) -> (usize, f64) {
        let at = hz / self.bin_hz;
        let n = self.lines.partition_point(|line| line.at < at.round() as usize).min(self.lines.len() - 1);
        // The transform of the window, half a bin away at the most.
        let away = (at - self.lines[n].at as f64).abs().clamp(1e-6, 0.9);
        let turn = std::f64::consts::PI * away;
        (n, (turn.sin() / turn / (1.0 - away * away)).powi(2))
    }

    /// All bins that are kept.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Takes the next samples of both channels.
    pub fn push(&mut self, samples: [&[f64]; 2]) {
        if !self.is_wanted {
            return;
        }
        for n in 0..samples[0].len().min(samples[1].len()) {
            for (to, from) in self.samples.iter_mut().zip(samples) {
                to.push(from[n]);
            }
            if self.samples[0].len() == LENGTH {
                if self.windows < MOST {
                    self.finish_window();
                }
                self.samples.iter_mut().for_each(|line| drop(line.drain(..LENGTH / 2)));
            }
        }
    }

    fn finish_window(&mut self) {
        self.windows += 1;
        for (samples, bins) in self.samples.iter().zip(&mut self.bins) {
            for ((to, x), window) in self.buffer.iter_mut().zip(samples).zip(&self.window) {
                *to = x * window;
            }
            let done = self.transform.process_with_scratch(&mut self.buffer, bins, &mut self.scratch);
            debug_assert!(done.is_ok(), "the buffers were made for this transform");
        }
        let [left, right] = &self.bins;
        let pair = |at: usize| -> Pair { [left[at], right[at]] };
        for at in 0..left.len() {
            self.sums[at + 1] = self.sums[at].plus(Covariance::of(pair(at)), 1.0);
        }
        let [nearest, farthest] = BESIDE;
        let share = 1.0 / (farthest - nearest + 1) as f64;
        let sums = &self.sums;
        let mean =
            |from: usize, to: usize| Covariance::default().plus(sums[to + 1], share).plus(sums[from], -share);
        let all: f64 = self.lines.iter().map(|line| Covariance::of(pair(line.at)).trace()).sum();
        for line in &mut self.lines {
            let at = line.at;
            let (mut weighted, mut inverse) = ([Complex::default(); 2], Covariance::default());
            if all > SILENT {
                let below = mean(at.saturating_sub(farthest), at.saturating_sub(nearest));
                let above = mean(at + nearest, at + farthest);
                let beside = if below.trace() > above.trace() { below } else { above };
                let covariance = beside.plus(Covariance::of(pair(at)), 1.0).raised(LEAST);
                inverse = covariance.raised(0.5 * APART * covariance.trace()).inverse();
                weighted = inverse.times(pair(at)).map(|bin| Complex::new(bin.re as f32, bin.im as f32));
            }
            line.weighted.push(weighted);
            line.inverses.push(Inverse::of(inverse));
            line.sum = line.sum.plus(inverse, 1.0);
        }
    }
}
