//! Loudness (ITU-R BS.1770-5 Annex 1, EBU Tech 3341) and loudness range (EBU Tech 3342).
//!
//! The energy of the K-weighted signal is summed in hops of 10 ms, of which 40 make a momentary and 300 a short-term value; every
//! tenth hop closes a gating block. Gated means are taken from histograms ([`super::histogram`]) that keep count and energy of bins
//! of 0.01 LU: only the bin that holds a gate is not split exactly, an error below 0.001 LU.

use super::histogram::Histograms;
use super::k_weighting::KWeighting;
use crate::blocks::math;
use crate::processor::Frame;
use std::sync::Arc;

/// Hops per second.
const HOPS_PER_SECOND: f64 = 100.0;
/// Hops in 400 ms and in 3 s.
const MOMENTARY: usize = 40;
const SHORT_TERM: usize = 300;
/// Hops from one gating block to the next: 75 % of 400 ms overlap. The loudness range is read as often.
const GATING_STEP: u64 = 10;
/// The same in seconds.
pub(super) const GATING_PERIOD_S: f64 = GATING_STEP as f64 / HOPS_PER_SECOND;
/// Absolute gate, LUFS, and relative gates, LU: integrated loudness and loudness range.
pub(super) const ABSOLUTE_GATE: f64 = -70.0;
pub(super) const RELATIVE_GATE: f64 = -10.0;
pub(super) const RANGE_GATE: f64 = -20.0;
/// Silence that ends a programme for the loudness range (EBU Tech 3342), in hops.
const RANGE_TAIL: usize = 150;

/// Loudness of a mean square over all channels, LUFS.
pub fn lufs(mean_square: f64) -> f64 {
    -0.691 + 10.0 * math::log10(mean_square)
}

/// Measures loudness; see the module.
#[derive(Debug, Clone)]
pub struct Loudness {
    mono: bool,
    weighting: KWeighting,
    hop: u64,
    in_hop: u64,
    energies: Frame,
    /// Of the last finished hop.
    last_energies: Frame,
    /// Energies of the last 3 s of hops, and their count since the beginning.
    hops: [f64; SHORT_TERM],
    count: u64,
    momentary: f64,
    short_term: f64,
    momentary_max: f64,
    short_term_max: f64,
    histograms: Arc<Histograms>,
}

impl Loudness {
    /// For `channels` (1 or 2) at `sample_rate` hertz. Allocates.
    pub fn new(sample_rate: f64, channels: usize) -> Self {
        Self {
            mono: channels == 1,
            weighting: KWeighting::new(sample_rate),
            hop: (sample_rate / HOPS_PER_SECOND).round().max(1.0) as u64,
            in_hop: 0,
            energies: [0.0; 2],
            last_energies: [0.0; 2],
            hops: [0.0; SHORT_TERM],
            count: 0,
            momentary: f64::NEG_INFINITY,
            short_term: f64::NEG_INFINITY,
            momentary_max: f64::NEG_INFINITY,
            short_term_max: f64::NEG_INFINITY,
            histograms: Arc::default(),
        }
    }

    /// As [`Loudness::new`], over histograms that others read.
    pub fn over(sample_rate: f64, channels: usize, histograms: Arc<Histograms>) -> Self {
        Self { histograms, ..Self::new(sample_rate, channels) }
    }

    /// Forgets what was measured; the weighting filter goes on. Real-time safe.
    pub fn reset(&mut self) {
        (self.in_hop, self.energies, self.last_energies, self.count) = (0, [0.0; 2], [0.0; 2], 0);
        self.hops = [0.0; SHORT_TERM];
        self.momentary = f64::NEG_INFINITY;
        self.short_term = f64::NEG_INFINITY;
        self.momentary_max = f64::NEG_INFINITY;
        self.short_term_max = f64::NEG_INFINITY;
        self.histograms.clear();
    }

    /// Frames to the end of the hop under way: after so many, the readings are new.
    pub fn frames_to_hop(&self) -> usize {
        (self.hop - self.in_hop) as usize
    }

    /// Hops finished since the beginning, 100 a second.
    pub fn hops(&self) -> u64 {
        self.count
    }

    /// Energy of the weighted signal in the last finished hop, per frame.
    pub fn hop_mean_square(&self) -> f64 {
        let last = (self.count + SHORT_TERM as u64 - 1) % SHORT_TERM as u64;
        self.hops[last as usize] / self.hop as f64
    }

    /// Sums of squares of the weighted channels in the hop that ended with the last frame, or in the one under way.
    pub fn hop_energies(&self) -> Frame {
        if self.in_hop == 0 { self.last_energies } else { self.energies }
    }

    /// Takes the next frames, any number.
    pub fn push(&mut self, frames: &[Frame]) {
        let mut rest = frames;
        while !rest.is_empty() {
            let (part, tail) = rest.split_at(((self.hop - self.in_hop) as usize).min(rest.len()));
            // Frame by frame from where the last call ended: the readings are the same bits however frames are pushed.
            let [mut left_sum, mut right_sum] = self.energies;
            for frame in part {
                let [left, right] = self.weighting.tick(*frame);
                left_sum += left * left;
                right_sum += right * right;
            }
            self.energies = [left_sum, right_sum];
            self.advance(part.len());
            rest = tail;
        }
    }

    /// Takes frames that were weighted elsewhere: the sums of their squares, and their number, which does not cross a hop.
    pub fn push_weighted(&mut self, sums: Frame, frames: usize) {
        self.energies = [self.energies[0] + sums[0], self.energies[1] + sums[1]];
        self.advance(frames);
    }

    fn advance(&mut self, frames: usize) {
        self.in_hop += frames as u64;
        debug_assert!(self.in_hop <= self.hop, "frames cross a hop");
        if self.in_hop == self.hop {
            self.finish_hop();
        }
    }

    /// Mean square over the last hops.
    fn mean(&self, hops: usize) -> f64 {
        let newest = (self.count % SHORT_TERM as u64) as usize;
        // The ring's newest entry lies before `newest`; sums are taken anew, so that nothing drifts.
        let (head, tail) = self.hops.split_at(newest);
        let sum: f64 = head.iter().rev().chain(tail.iter().rev()).take(hops).sum();
        sum / (hops as u64 * self.hop) as f64
    }

    fn finish_hop(&mut self) {
        let place = (self.count % SHORT_TERM as u64) as usize;
        let [left, right] = self.energies;
        self.hops[place] = if self.mono { left } else { left + right };
        self.count += 1;
        self.last_energies = std::mem::take(&mut self.energies);
        self.in_hop = 0;
        if self.count >= MOMENTARY as u64 {
            let mean = self.mean(MOMENTARY);
            self.momentary = lufs(mean);
            self.momentary_max = self.momentary_max.max(self.momentary);
            if (self.count - MOMENTARY as u64).is_multiple_of(GATING_STEP) {
                self.histograms.gating.add(mean);
            }
        }
        if self.count >= SHORT_TERM as u64 {
            let mean = self.mean(SHORT_TERM);
            self.short_term = lufs(mean);
            self.short_term_max = self.short_term_max.max(self.short_term);
            if (self.count - SHORT_TERM as u64).is_multiple_of(GATING_STEP) {
                self.histograms.range.add(mean);
            }
        }
    }

    /// Loudness of the last 400 ms, LUFS.
    pub fn momentary_lufs(&self) -> f64 {
        self.momentary
    }

    /// Loudness of the last 3 s, LUFS.
    pub fn short_term_lufs(&self) -> f64 {
        self.short_term
    }

    /// Highest momentary loudness, LUFS.
    pub fn momentary_max_lufs(&self) -> f64 {
        self.momentary_max
    }

    /// Highest short-term loudness, LUFS.
    pub fn short_term_max_lufs(&self) -> f64 {
        self.short_term_max
    }

    /// Lets the highest momentary loudness begin anew.
    pub fn release_momentary(&mut self) {
        self.momentary_max = f64::NEG_INFINITY;
    }

    /// Lets the highest short-term loudness begin anew.
    pub fn release_short_term(&mut self) {
        self.short_term_max = f64::NEG_INFINITY;
    }

    /// Gated loudness of everything so far, LUFS.
    pub fn integrated_lufs(&self) -> f64 {
        self.histograms.integrated_lufs()
    }

    /// Loudness range of everything so far, as if the programme ended here, LU.
    pub fn range_lu(&self) -> f64 {
        let mut ended = Self { histograms: Arc::new((*self.histograms).clone()), ..self.clone() };
        for _ in 0..RANGE_TAIL {
            ended.energies = [0.0; 2];
            ended.finish_hop();
        }
        ended.histograms.range_lu()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    /// Ten seconds of 1 kHz at 48 kHz.
    fn ten_seconds(channels: usize) -> Loudness {
        let mut loudness = Loudness::new(48_000.0, channels);
        let tone: Vec<Frame> =
            (0..480_000).map(|n| [0.1 * math::sin(TAU * 1000.0 * f64::from(n) / 48_000.0); 2]).collect();
        loudness.push(&tone);
        loudness
    }

    #[test]
    fn blocks_of_400_ms_overlap_by_three_quarters() {
        // The first ends after 400 ms, and each other 100 ms later: 97.
        assert!((ten_seconds(2).histograms.heard_s() - 9.7).abs() < 1e-9);
    }

    #[test]
    fn a_programme_ends_in_silence_for_its_range() {
        // Of 71 short-term values of the tone and 15 of its end, the one of rank 1 + 0.1 * 85, rounded 10, is that with 60 hops of silence.
        let expected = -10.0 * math::log10(1.0 - 60.0 / 300.0);
        let found = ten_seconds(2).range_lu();
        assert!((found - expected).abs() < 0.01, "{found} LU, not {expected}");
    }

    #[test]
    fn one_channel_counts_once() {
        let [mono, stereo] = [1, 2].map(|channels| ten_seconds(channels).integrated_lufs());
        assert!((stereo - mono - 10.0 * math::log10(2.0)).abs() < 1e-9, "{mono} and {stereo} LUFS");
    }

    #[test]
    fn a_reset_forgets_everything() {
        let mut loudness = ten_seconds(2);
        // The weighting filter goes on, and has rung out.
        loudness.push(&[[0.0; 2]; 48_000]);
        loudness.reset();
        assert_eq!((loudness.hop_mean_square(), loudness.hop_energies()), (0.0, [0.0; 2]));
        loudness.push(&vec![[0.0; 2]; 480 * 300]);
        assert!(loudness.short_term_lufs() < -70.0, "{} LUFS", loudness.short_term_lufs());
        assert_eq!(loudness.integrated_lufs(), f64::NEG_INFINITY);
    }
}
