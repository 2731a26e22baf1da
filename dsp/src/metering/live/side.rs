//! The meters of one side of the chain, and what they publish.

use super::HOPS_HZ;
use super::weighting::{Means, TakenSide};
use crate::blocks::fir::Frame32;
use crate::blocks::math;
use crate::blocks::true_peak::meter::TruePeakMeter;
use crate::metering::loudness::Loudness;
use crate::processor::CONTROL_PERIOD;
use crate::shared::meter_bank::SideMeters;
use crate::shared::meter_controls::Held;
use crate::shared::ring::pack;
use std::sync::atomic::Ordering::Relaxed;

/// Hops over which [`SideMeters::true_peak_recent`] is the highest.
const RECENT: usize = 300;
/// Time constant of levels and correlation, s.
const LEVEL_S: f64 = 0.3;
/// Mean square below which correlation is held: -70 dBFS.
const HOLD_BELOW: f64 = 1e-7;
/// Lanes in which the highest of the last hops is found: one after the other each would wait for the one before.
const LANES: usize = 8;

/// See the module.
pub(super) struct Side {
    loudness: Loudness,
    detector: TruePeakMeter,
    levels: [Frame32; CONTROL_PERIOD],
    /// Of the hop under way: highest true peaks and sample.
    true_peaks: [f32; 2],
    sample_peak: f32,
    /// How much of the means over 300 ms is kept from hop to hop.
    keep: f64,
    means: Means,
    correlation: f64,
    /// Highest true peak of each of the last hops.
    recent: [f32; RECENT],
    recent_place: usize,
    maxima: [f32; 2],
    is_over: [bool; 2],
}

impl Side {
    pub(super) fn new(sample_rate: f64, channels: usize, bank: &SideMeters) -> Self {
        Self {
            loudness: Loudness::over(sample_rate, channels, bank.histograms.clone()),
            detector: TruePeakMeter::new(),
            levels: [[0.0; 2]; CONTROL_PERIOD],
            true_peaks: [0.0; 2],
            sample_peak: 0.0,
            keep: math::exp(-1.0 / (HOPS_HZ * LEVEL_S)),
            means: [0.0; 3],
            correlation: 1.0,
            recent: [0.0; RECENT],
            recent_place: 0,
            maxima: [0.0; 2],
            is_over: [false; 2],
        }
    }

    pub(super) fn reset(&mut self, bank: &SideMeters) {
        self.loudness.reset();
        (self.true_peaks, self.sample_peak) = ([0.0; 2], 0.0);
        self.recent = [0.0; RECENT];
        self.maxima = [0.0; 2];
        self.is_over = [false; 2];
        bank.over_counts.iter().for_each(|count| count.store(0, Relaxed));
        self.publish(bank);
    }

    /// Lets one maximum begin anew.
    pub(super) fn release(&mut self, held: Held, bank: &SideMeters) {
        match held {
            Held::TruePeak => self.maxima = [0.0; 2],
            Held::Momentary => self.loudness.release_momentary(),
            Held::ShortTerm => self.loudness.release_short_term(),
        }
        self.publish(bank);
    }

    /// The loudness of this side.
    pub(super) fn loudness(&self) -> &Loudness {
        &self.loudness
    }

    /// Highest true peak of the hop under way, an amplitude.
    pub(super) fn hop_true_peak(&self) -> f32 {
        self.true_peaks[0].max(self.true_peaks[1])
    }

    /// Takes `length` frames that cross no hop. `before`: the frames measured before them, if the measurement runs; levels go on
    /// regardless.
    pub(super) fn push(
        &mut self,
        taken: &TakenSide,
        length: usize,
        before: Option<u64>,
        over_levels: [f32; 2],
        bank: &SideMeters,
    ) {
        if before.is_some() {
            self.loudness.push_weighted(taken.weighted, length);
        }
        self.sample_peak = self.sample_peak.max(taken.sample_peak);
        let frames = &taken.frames[..length];
        let lowest = over_levels[0].min(over_levels[1]);
        let highest = self.detector.process(frames, self.true_peaks, lowest, &mut self.levels);
        for (peak, highest) in self.true_peaks.iter_mut().zip(highest) {
            *peak = if highest > *peak { highest } else { *peak };
        }
        if highest[0].max(highest[1]) > lowest {
            self.count_overs(length, before, over_levels, bank);
        } else {
            self.is_over = [false; 2];
        }
    }

    #[cold]
    fn count_overs(&mut self, length: usize, before: Option<u64>, over_levels: [f32; 2], bank: &SideMeters) {
        for (n, level) in self.levels[..length].iter().enumerate() {
            let highest = level[0].max(level[1]);
            for (which, over_level) in over_levels.into_iter().enumerate() {
                let over = highest > over_level;
                if let (true, false, Some(before)) = (over, self.is_over[which], before) {
                    let place = (before + n as u64).saturating_sub(self.detector.delay() as u64);
                    bank.over_counts[which].fetch_add(1, Relaxed);
                    bank.overs.push([place, pack(highest, which as f32)]);
                }
                self.is_over[which] = over;
            }
        }
    }

    /// Ends a hop with these means.
    pub(super) fn finish_hop(&mut self, counted: bool, means: Means, bank: &SideMeters) {
        for (mean, hop) in self.means.iter_mut().zip(means) {
            *mean = self.keep * *mean + (1.0 - self.keep) * hop;
        }
        let [left, right, product] = self.means;
        if left + right > HOLD_BELOW {
            let both = (left * right).sqrt();
            // One silent channel speaks neither for nor against mono.
            self.correlation = if both > 0.0 { (product / both).clamp(-1.0, 1.0) } else { 0.0 };
        }
        let highest = self.hop_true_peak();
        self.recent[self.recent_place] = highest;
        self.recent_place = (self.recent_place + 1) % RECENT;
        if counted {
            self.maxima = [self.maxima[0].max(highest), self.maxima[1].max(self.sample_peak)];
        }
        for (peak, level) in bank.peaks.iter().zip(self.true_peaks) {
            peak.raise(level);
        }
        self.publish(bank);
        (self.true_peaks, self.sample_peak) = ([0.0; 2], 0.0);
    }

    fn publish(&self, bank: &SideMeters) {
        bank.momentary_lufs.set(self.loudness.momentary_lufs() as f32);
        bank.short_term_lufs.set(self.loudness.short_term_lufs() as f32);
        bank.momentary_max_lufs.set(self.loudness.momentary_max_lufs() as f32);
        bank.short_term_max_lufs.set(self.loudness.short_term_max_lufs() as f32);
        // A sample is a point of the waveform, whatever the interpolation makes of it.
        bank.true_peak_max.set(self.maxima[0].max(self.maxima[1]));
        bank.sample_peak_max.set(self.maxima[1]);
        let mut recent = [0.0f32; LANES];
        for hops in self.recent.chunks(LANES) {
            for (highest, hop) in recent.iter_mut().zip(hops) {
                *highest = if hop > highest { *hop } else { *highest };
            }
        }
        bank.true_peak_recent.set(recent.into_iter().fold(0.0, f32::max));
        let [left, right, product] = self.means;
        bank.rms[0].set(left.sqrt() as f32);
        bank.rms[1].set(right.sqrt() as f32);
        let [mid, side] = [2.0, -2.0].map(|sign| (0.25 * (left + right + sign * product)).max(0.0));
        bank.mid_side_rms[0].set(mid.sqrt() as f32);
        bank.mid_side_rms[1].set(side.sqrt() as f32);
        bank.correlation.set(self.correlation as f32);
    }
}
