//! The spectrum below 420 Hz: where hum is, and the bass of both channels.
//!
//! Each channel is low-passed, taken down to about 1.6 kHz and transformed in windows of 2.6 s, of which each shares half with the one before: lines
//! are then told apart to 0.8 Hz, where G1 lies 1 Hz below 50 Hz.

use crate::blocks::svf::{SvfCoefficients, SvfState};
use crate::processor::Frame;
use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};
use std::sync::Arc;

/// Low-pass, and rate that remains, hertz; points of a transform.
const HIGHEST_HZ: f64 = 420.0;
const RATE_HZ: f64 = 1600.0;
const LENGTH: usize = 4096;
/// Q of the sections of a fourth-order Butterworth low-pass.
const SECTIONS: [f64; 2] = [0.541_196_100_146_197, 1.306_562_964_876_376_5];

/// Bins of a transform.
pub(super) const BINS: usize = LENGTH / 2 + 1;
/// Makes a bin's squared magnitude the power of a sine: its line is half its amplitude times half the length.
pub(super) const SCALE: f64 = 0.5 * (4.0 / LENGTH as f64) * (4.0 / LENGTH as f64);

/// One of so many frames remains.
fn step(sample_rate_hz: f64) -> usize {
    ((sample_rate_hz / RATE_HZ).round() as usize).max(1)
}

/// Width of a bin, hertz.
pub(super) fn bin_hz(sample_rate_hz: f64) -> f64 {
    rate_hz(sample_rate_hz) / LENGTH as f64
}

/// Rate that remains, hertz.
pub(super) fn rate_hz(sample_rate_hz: f64) -> f64 {
    sample_rate_hz / step(sample_rate_hz) as f64
}

/// Bins of each channel.
pub(super) type Bins<'a> = &'a [Vec<Complex<f64>>];

/// See the module.
pub(super) struct Lows {
    channels: usize,
    sections: [SvfCoefficients; 2],
    states: [SvfState; 2],
    step: usize,
    phase: usize,
    lines: [Vec<f64>; 2],
    /// What the last frames added to them.
    fresh: [Vec<f64>; 2],
    window: Vec<f64>,
    transform: Arc<dyn RealToComplex<f64>>,
    buffer: Vec<f64>,
    /// Of both channels.
    bins: [Vec<Complex<f64>>; 2],
    scratch: Vec<Complex<f64>>,
}

impl Lows {
    /// At `sample_rate_hz` with 1 or 2 channels. Allocates.
    pub fn new(sample_rate_hz: f64, channels: usize) -> Self {
        let transform = RealFftPlanner::new().plan_fft_forward(LENGTH);
        Self {
            channels,
            sections: SECTIONS.map(|q| SvfCoefficients::low_pass(HIGHEST_HZ, q, sample_rate_hz)),
            states: Default::default(),
            step: step(sample_rate_hz),
            phase: 0,
            lines: [Vec::with_capacity(LENGTH), Vec::with_capacity(LENGTH)],
            fresh: Default::default(),
            window: (0..LENGTH)
                .map(|n| 0.5 - 0.5 * (std::f64::consts::TAU * n as f64 / LENGTH as f64).cos())
                .collect(),
            buffer: transform.make_input_vec(),
            bins: [transform.make_output_vec(), transform.make_output_vec()],
            scratch: transform.make_scratch_vec(),
            transform,
        }
    }

    /// Takes the next frames, less than a window: where one ended among them, the bins of each channel; and the samples that remain of the frames.
    pub fn push(&mut self, frames: &[Frame]) -> (Option<Bins<'_>>, [&[f64]; 2]) {
        let mut has_ended = false;
        self.fresh.iter_mut().for_each(Vec::clear);
        let [first, second] = self.sections;
        let a1 = [first.a1(), second.a1()];
        // Copies stay in registers.
        let [mut one, mut other] = self.states;
        for frame in frames {
            let (_, low) = one.tick(first.g, a1[0], *frame);
            let (_, low) = other.tick(second.g, a1[1], low);
            self.phase += 1;
            if self.phase == self.step {
                self.phase = 0;
                self.lines[0].push(low[0]);
                self.lines[1].push(low[1]);
                self.fresh[0].push(low[0]);
                self.fresh[1].push(low[1]);
                if self.lines[0].len() == LENGTH {
                    self.finish_window();
                    has_ended = true;
                }
            }
        }
        self.states = [one, other];
        (has_ended.then_some(&self.bins[..self.channels]), [&self.fresh[0], &self.fresh[1]])
    }

    fn finish_window(&mut self) {
        for (line, bins) in self.lines.iter().zip(&mut self.bins).take(self.channels) {
            for ((to, x), window) in self.buffer.iter_mut().zip(line).zip(&self.window) {
                *to = x * window;
            }
            let done = self.transform.process_with_scratch(&mut self.buffer, bins, &mut self.scratch);
            debug_assert!(done.is_ok(), "the buffers were made for this transform");
        }
        for line in &mut self.lines {
            line.drain(..LENGTH / 2);
        }
    }
}
