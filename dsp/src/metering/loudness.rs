//! Loudness (ITU-R BS.1770-5 Annex 1, EBU Tech 3341) and loudness range (EBU Tech 3342).
//!
//! The energy of the K-weighted signal is summed in hops of 10 ms, of which 40 make a momentary and 300 a short-term value; every
//! tenth hop closes a gating block. Gated means are taken from histograms that keep count and energy of bins of 0.01 LU: only the
//! bin that holds a gate is not split exactly, an error below 0.001 LU.

use super::k_weighting::KWeighting;
use crate::processor::Frame;

/// Hops per second.
const HOPS_PER_SECOND: f64 = 100.0;
/// Hops in 400 ms and in 3 s.
const MOMENTARY: usize = 40;
const SHORT_TERM: usize = 300;
/// Hops from one gating block to the next: 75 % of 400 ms overlap. The loudness range is read as often.
const GATING_STEP: u64 = 10;
/// Absolute gate, LUFS, and relative gates, LU: integrated loudness and loudness range.
const ABSOLUTE_GATE: f64 = -70.0;
const RELATIVE_GATE: f64 = -10.0;
const RANGE_GATE: f64 = -20.0;
/// Silence that ends a programme for the loudness range (EBU Tech 3342), in hops.
const RANGE_TAIL: usize = 150;

/// Loudness of a mean square over all channels, LUFS.
fn lufs(mean_square: f64) -> f64 {
    -0.691 + 10.0 * mean_square.log10()
}

/// Counts and energies of blocks by loudness, from the absolute gate up.
#[derive(Debug, Clone)]
struct Histogram {
    bins: Vec<(u64, f64)>,
}

impl Histogram {
    /// Bins per LU.
    const RESOLUTION: f64 = 100.0;
    /// Highest loudness, LUFS: a full-scale square wave in two channels reads below +4.
    const HIGHEST: f64 = 80.0;

    fn new() -> Self {
        Self { bins: vec![(0, 0.0); ((Self::HIGHEST - ABSOLUTE_GATE) * Self::RESOLUTION) as usize] }
    }

    fn index(loudness: f64) -> usize {
        ((loudness - ABSOLUTE_GATE) * Self::RESOLUTION) as usize
    }

    fn add(&mut self, mean_square: f64) {
        let loudness = lufs(mean_square);
        if loudness > ABSOLUTE_GATE {
            let last = self.bins.len() - 1;
            let bin = &mut self.bins[Self::index(loudness).min(last)];
            bin.0 += 1;
            bin.1 += mean_square;
        }
    }

    /// Loudness of the mean of all blocks above a loudness.
    fn mean_above(&self, gate: f64) -> f64 {
        let first = if gate <= ABSOLUTE_GATE { 0 } else { Self::index(gate).min(self.bins.len()) };
        let mut count = 0;
        let mut energy = 0.0;
        for (index, bin) in self.bins.iter().enumerate().skip(first) {
            // The gate's own bin: its blocks lie above the gate if their mean does.
            if index == first && gate > ABSOLUTE_GATE && bin.0 > 0 && lufs(bin.1 / bin.0 as f64) <= gate {
                continue;
            }
            count += bin.0;
            energy += bin.1;
        }
        if count == 0 { f64::NEG_INFINITY } else { lufs(energy / count as f64) }
    }

    /// Loudness at index round((n - 1) p + 1) of the blocks at or above a gate in ascending order, for each fraction p.
    fn percentiles(&self, gate: f64, fractions: [f64; 2]) -> Option<[f64; 2]> {
        let first = if gate <= ABSOLUTE_GATE { 0 } else { Self::index(gate).min(self.bins.len()) };
        let count: u64 = self.bins[first..].iter().map(|bin| bin.0).sum();
        if count == 0 {
            return None;
        }
        Some(fractions.map(|fraction| {
            let wanted = ((count - 1) as f64 * fraction + 1.0).round() as u64;
            let mut seen = 0;
            for bin in &self.bins[first..] {
                seen += bin.0;
                if bin.0 > 0 && seen >= wanted {
                    return lufs(bin.1 / bin.0 as f64);
                }
            }
            f64::NEG_INFINITY
        }))
    }
}

/// Measures loudness; see the module.
#[derive(Debug, Clone)]
pub struct Loudness {
    mono: bool,
    weighting: KWeighting,
    hop: u64,
    in_hop: u64,
    energy: f64,
    /// Energies of the last 3 s of hops, and their count since the beginning.
    hops: [f64; SHORT_TERM],
    count: u64,
    momentary: f64,
    short_term: f64,
    momentary_max: f64,
    short_term_max: f64,
    gating: Histogram,
    range: Histogram,
}

impl Loudness {
    /// For `channels` (1 or 2) at `sample_rate` hertz. Allocates.
    pub fn new(sample_rate: f64, channels: usize) -> Self {
        Self {
            mono: channels == 1,
            weighting: KWeighting::new(sample_rate),
            hop: (sample_rate / HOPS_PER_SECOND).round().max(1.0) as u64,
            in_hop: 0,
            energy: 0.0,
            hops: [0.0; SHORT_TERM],
            count: 0,
            momentary: f64::NEG_INFINITY,
            short_term: f64::NEG_INFINITY,
            momentary_max: f64::NEG_INFINITY,
            short_term_max: f64::NEG_INFINITY,
            gating: Histogram::new(),
            range: Histogram::new(),
        }
    }

    /// Takes the next frames, any number.
    pub fn push(&mut self, frames: &[Frame]) {
        let mut rest = frames;
        while !rest.is_empty() {
            let (part, tail) = rest.split_at(((self.hop - self.in_hop) as usize).min(rest.len()));
            let mut sums = [0.0; 2];
            for frame in part {
                let [left, right] = self.weighting.tick(*frame);
                sums[0] += left * left;
                sums[1] += right * right;
            }
            self.energy += if self.mono { sums[0] } else { sums[0] + sums[1] };
            self.in_hop += part.len() as u64;
            if self.in_hop == self.hop {
                self.finish_hop();
            }
            rest = tail;
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
        self.hops[place] = self.energy;
        self.count += 1;
        self.energy = 0.0;
        self.in_hop = 0;
        if self.count >= MOMENTARY as u64 {
            let mean = self.mean(MOMENTARY);
            self.momentary = lufs(mean);
            self.momentary_max = self.momentary_max.max(self.momentary);
            if (self.count - MOMENTARY as u64).is_multiple_of(GATING_STEP) {
                self.gating.add(mean);
            }
        }
        if self.count >= SHORT_TERM as u64 {
            let mean = self.mean(SHORT_TERM);
            self.short_term = lufs(mean);
            self.short_term_max = self.short_term_max.max(self.short_term);
            if (self.count - SHORT_TERM as u64).is_multiple_of(GATING_STEP) {
                self.range.add(mean);
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

    /// Gated loudness of everything so far, LUFS.
    pub fn integrated_lufs(&self) -> f64 {
        let ungated = self.gating.mean_above(ABSOLUTE_GATE);
        self.gating.mean_above((ungated + RELATIVE_GATE).max(ABSOLUTE_GATE))
    }

    /// Loudness range of everything so far, as if the programme ended here, LU.
    pub fn range_lu(&self) -> f64 {
        let mut ended = self.clone();
        for _ in 0..RANGE_TAIL {
            ended.energy = 0.0;
            ended.finish_hop();
        }
        let ungated = ended.range.mean_above(ABSOLUTE_GATE);
        let gate = (ungated + RANGE_GATE).max(ABSOLUTE_GATE);
        ended.range.percentiles(gate, [0.10, 0.95]).map_or(0.0, |[low, high]| high - low)
    }
}
