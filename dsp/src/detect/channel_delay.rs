//! A delay between the channels: the peak of the generalised cross-correlation, off zero by a sample or more, the same all along.
//!
//! With the phase transform: the cross spectrum's magnitudes are set to 1 (C. Knapp, G. Carter, "The Generalized Correlation Method for
//! Estimation of Time Delay", IEEE ASSP 24(4), 1976). Every half second gives a vote. One instrument that is panned by delay is outvoted
//! by all others.

use super::detector::{Detector, Programme};
use super::evidence::Evidence;
use super::hop::Hop;
use super::{Check, Finding, Severity};
use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use std::sync::Arc;

/// Time from one vote to the next, s.
const EVERY_S: f64 = 0.5;
/// Longest delay, s.
const LONGEST_S: f64 = 0.03;
/// Frequencies that vote, hertz: what is above may be gone, what is below has no place.
const RANGE_HZ: [f64; 2] = [150.0, 14_000.0];
/// A peak counts from so many times the correlation's root mean square on: noise of 2000 values reaches 4.
const STANDS_OUT: f64 = 6.0;
/// Votes needed, and the share of them that agrees.
const FEWEST: u32 = 6;
const AGREE: f64 = 0.6;
/// Bins this far below the strongest say nothing, as a power: 80 dB.
const FAINT: f64 = 1e-8;

/// See the module.
pub(super) struct ChannelDelay {
    length: usize,
    every: usize,
    place: usize,
    range: [usize; 2],
    channels: [Vec<f64>; 2],
    window: Vec<f64>,
    forward: Arc<dyn RealToComplex<f64>>,
    inverse: Arc<dyn ComplexToReal<f64>>,
    buffer: Vec<f64>,
    spectra: [Vec<Complex<f64>>; 2],
    scratch: Vec<Complex<f64>>,
    /// Votes for each delay of left against right, the middle one for none.
    votes: Vec<u32>,
}

impl Detector for ChannelDelay {
    fn new(programme: &Programme) -> Self {
        let sample_rate_hz = programme.sample_rate_hz;
        let longest = (LONGEST_S * sample_rate_hz) as usize;
        let length = (2 * longest).next_power_of_two().max(4096);
        let mut planner = RealFftPlanner::new();
        let (forward, inverse) = (planner.plan_fft_forward(length), planner.plan_fft_inverse(length));
        let scratch = forward.get_scratch_len().max(inverse.get_scratch_len());
        let bin = |hz: f64| ((hz * length as f64 / sample_rate_hz) as usize).clamp(1, length / 2 - 1);
        Self {
            length,
            every: ((EVERY_S * sample_rate_hz) as usize).max(length),
            place: 0,
            range: RANGE_HZ.map(bin),
            channels: [Vec::with_capacity(length), Vec::with_capacity(length)],
            window: (0..length)
                .map(|n| 0.5 - 0.5 * (std::f64::consts::TAU * n as f64 / length as f64).cos())
                .collect(),
            buffer: forward.make_input_vec(),
            spectra: [forward.make_output_vec(), forward.make_output_vec()],
            scratch: vec![Complex::default(); scratch],
            forward,
            inverse,
            votes: vec![0; 2 * longest + 1],
        }
    }

    fn push(&mut self, hop: &Hop) {
        let mut rest = hop.frames;
        while !rest.is_empty() {
            let to_end = if self.place < self.length { self.length } else { self.every } - self.place;
            let (part, tail) = rest.split_at(to_end.min(rest.len()));
            if self.place < self.length {
                for (c, channel) in self.channels.iter_mut().enumerate() {
                    channel.extend(part.iter().map(|frame| frame[c]));
                }
            }
            self.place += part.len();
            if self.place == self.length && part.len() == to_end {
                self.vote();
                self.channels.iter_mut().for_each(Vec::clear);
            }
            if self.place >= self.every {
                self.place = 0;
            }
            rest = tail;
        }
    }

    fn findings(&self, evidence: &Evidence) -> Option<Finding> {
        let all: u32 = self.votes.iter().sum();
        let longest = self.votes.len() / 2;
        let (winner, _) = self.votes.iter().enumerate().max_by_key(|(_, votes)| **votes)?;
        // A delay that lies between two samples has its votes divided; no delay at all is never a part of one.
        let near = winner.saturating_sub(1)..=(winner + 1).min(self.votes.len() - 1);
        let near: u32 = near.filter(|vote| *vote != longest).map(|vote| self.votes[vote]).sum();
        let share = f64::from(near) / f64::from(all.max(1));
        if all < FEWEST || share < AGREE || winner == longest {
            return None;
        }
        let samples = winner.abs_diff(longest);
        let late = if winner > longest { "left" } else { "right" };
        let plural = if samples == 1 { "" } else { "s" };
        Some(Finding {
            check: Check::ChannelDelay,
            severity: Severity::Fail,
            figure: samples as f64,
            unit: "samples",
            threshold: 1.0,
            confidence: Some(share),
            fact: format!(
                "The {late} channel is {samples} sample{plural} ({:.2} ms) late.",
                1000.0 * evidence.seconds(samples as u64)
            ),
            advice: format!(
                "Look for a plugin, converter or edit that delays one side of the mix bus, and export again; at worst move the {late} channel \
                 {samples} sample{plural} earlier."
            ),
            places: Vec::new(),
            place_count: 0,
        })
    }
}

impl ChannelDelay {
    fn vote(&mut self) {
        for (channel, spectrum) in self.channels.iter().zip(&mut self.spectra) {
            for ((to, x), window) in self.buffer.iter_mut().zip(channel).zip(&self.window) {
                *to = x * window;
            }
            let done = self.forward.process_with_scratch(&mut self.buffer, spectrum, &mut self.scratch);
            debug_assert!(done.is_ok(), "the buffers were made for this transform");
        }
        let [left, right] = &mut self.spectra;
        let mut strongest = 0.0f64;
        for (left, right) in left.iter_mut().zip(right.iter()) {
            *left *= right.conj();
            strongest = strongest.max(left.norm_sqr());
        }
        // Of the products' squares: -60 dBFS in either channel, and 80 dB below the strongest.
        if strongest < (1e-6 * (self.length as f64 / 4.0).powi(2)).powi(2) {
            return;
        }
        let faint = strongest * FAINT * FAINT;
        let mut used = 0.0f64;
        let [first, last] = self.range;
        for (n, bin) in left.iter_mut().enumerate() {
            let power = bin.norm_sqr();
            *bin = if (first..=last).contains(&n) && power > faint {
                used += 1.0;
                *bin / power.sqrt()
            } else {
                Complex::default()
            };
        }
        let done = self.inverse.process_with_scratch(left, &mut self.buffer, &mut self.scratch);
        debug_assert!(done.is_ok(), "the buffers were made for this transform");
        // Parseval: the correlation's root mean square, whatever the phases.
        let rms = (2.0 * used).sqrt();
        let longest = self.votes.len() / 2;
        let mut best = (0, 0.0);
        for vote in 0..self.votes.len() {
            let at = (vote + self.length - longest) % self.length;
            if self.buffer[at].abs() > best.1 {
                best = (vote, self.buffer[at].abs());
            }
        }
        if used > 0.0 && best.1 > STANDS_OUT * rms {
            self.votes[best.0] += 1;
        }
    }
}
