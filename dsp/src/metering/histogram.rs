//! Counts and energies of loudness blocks in bins of 0.01 LU: what gated means and percentiles are read from.
//!
//! The one who adds and those who read may be different threads. A bin carries the epoch in which it was last used, so that
//! forgetting everything is one store.

use super::loudness::{ABSOLUTE_GATE, GATING_PERIOD_S, lufs};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

/// Bins per LU.
const RESOLUTION: f64 = 100.0;
/// Loudness of the last bin, LUFS, which takes everything above: a full-scale square wave in two channels reads below +4.
const HIGHEST: f64 = 20.0;

/// Count with the epoch above it, and energy.
#[derive(Debug, Default)]
struct Bin {
    count: AtomicU64,
    energy: AtomicU64,
}

/// See the module.
#[derive(Debug)]
pub struct Histogram {
    epoch: AtomicU32,
    bins: Box<[Bin]>,
}

impl Default for Histogram {
    fn default() -> Self {
        Self::new()
    }
}

impl Clone for Histogram {
    fn clone(&self) -> Self {
        let copy = Self::new();
        copy.epoch.store(self.epoch.load(Relaxed), Relaxed);
        for (to, from) in copy.bins.iter().zip(&self.bins) {
            to.count.store(from.count.load(Relaxed), Relaxed);
            to.energy.store(from.energy.load(Relaxed), Relaxed);
        }
        copy
    }
}

impl Histogram {
    /// An empty histogram. Allocates.
    pub fn new() -> Self {
        let bins = ((HIGHEST - ABSOLUTE_GATE) * RESOLUTION) as usize;
        Self { epoch: AtomicU32::new(0), bins: (0..bins).map(|_| Bin::default()).collect() }
    }

    /// [audio-thread] Forgets everything. As [`Histogram::add`], for one thread.
    pub fn clear(&self) {
        self.epoch.store(self.epoch.load(Relaxed).wrapping_add(1), Relaxed);
    }

    /// [audio-thread] Adds a block of a mean square, if it lies above the absolute gate.
    pub fn add(&self, mean_square: f64) {
        let loudness = lufs(mean_square);
        if loudness > ABSOLUTE_GATE {
            let bin = &self.bins[Self::index(loudness).min(self.bins.len() - 1)];
            let epoch = self.epoch.load(Relaxed);
            let (count, energy) = self.read(bin, epoch);
            bin.energy.store((energy + mean_square).to_bits(), Relaxed);
            bin.count.store((count + 1) | u64::from(epoch) << 32, Relaxed);
        }
    }

    fn index(loudness: f64) -> usize {
        ((loudness - ABSOLUTE_GATE) * RESOLUTION) as usize
    }

    fn first(gate: f64) -> usize {
        if gate <= ABSOLUTE_GATE { 0 } else { Self::index(gate) }
    }

    fn read(&self, bin: &Bin, epoch: u32) -> (u64, f64) {
        let word = bin.count.load(Relaxed);
        if (word >> 32) as u32 != epoch {
            return (0, 0.0);
        }
        (word & 0xFFFF_FFFF, f64::from_bits(bin.energy.load(Relaxed)))
    }

    /// Index, count and energy of the bins that hold something.
    fn used(&self) -> impl DoubleEndedIterator<Item = (usize, u64, f64)> {
        let epoch = self.epoch.load(Relaxed);
        self.bins
            .iter()
            .enumerate()
            .map(move |(index, bin)| {
                let (count, energy) = self.read(bin, epoch);
                (index, count, energy)
            })
            .filter(|(_, count, _)| *count > 0)
    }

    /// Loudness of the mean of all blocks above a loudness, LUFS.
    pub fn mean_above(&self, gate: f64) -> f64 {
        let first = Self::first(gate);
        let (mut blocks, mut sum) = (0, 0.0);
        for (index, count, energy) in self.used() {
            // The gate's own bin: its blocks lie above the gate if their mean does.
            let is_below = index < first
                || (index == first && gate > ABSOLUTE_GATE && lufs(energy / count as f64) <= gate);
            if !is_below {
                blocks += count;
                sum += energy;
            }
        }
        if blocks == 0 { f64::NEG_INFINITY } else { lufs(sum / blocks as f64) }
    }

    /// Loudness at index round((n - 1) p + 1) of the blocks at or above a gate in ascending order, for each fraction p.
    pub fn percentiles(&self, gate: f64, fractions: [f64; 2]) -> Option<[f64; 2]> {
        let first = Self::first(gate);
        let above = || self.used().filter(move |(index, ..)| *index >= first);
        let blocks: u64 = above().map(|(_, count, _)| count).sum();
        if blocks == 0 {
            return None;
        }
        Some(fractions.map(|fraction| {
            let wanted = ((blocks - 1) as f64 * fraction + 1.0).round() as u64;
            let mut seen = 0;
            for (_, count, energy) in above() {
                seen += count;
                if seen >= wanted {
                    return lufs(energy / count as f64);
                }
            }
            f64::NEG_INFINITY
        }))
    }

    /// Counts in bins of 1 LU from the absolute gate up: how a programme's loudness is distributed.
    pub fn distribution(&self) -> Vec<u64> {
        let mut counts = vec![0; (HIGHEST - ABSOLUTE_GATE) as usize];
        for (index, count, _) in self.used() {
            counts[index / RESOLUTION as usize] += count;
        }
        counts
    }
}

/// What integrated loudness and loudness range are read from, while somebody adds to it or after.
#[derive(Debug, Default, Clone)]
pub struct Histograms {
    /// Gating blocks of 400 ms.
    pub gating: Histogram,
    /// Short-term values.
    pub range: Histogram,
}

impl Histograms {
    /// [audio-thread] Forgets everything.
    pub fn clear(&self) {
        self.gating.clear();
        self.range.clear();
    }

    /// How much was heard that lies above the absolute gate, s: silence does not count.
    pub fn heard_s(&self) -> f64 {
        self.gating.used().map(|(_, count, _)| count).sum::<u64>() as f64 * GATING_PERIOD_S
    }

    /// Gated loudness, LUFS.
    pub fn integrated_lufs(&self) -> f64 {
        let ungated = self.gating.mean_above(ABSOLUTE_GATE);
        self.gating.mean_above((ungated + super::loudness::RELATIVE_GATE).max(ABSOLUTE_GATE))
    }

    /// Loudness range, LU.
    pub fn range_lu(&self) -> f64 {
        let ungated = self.range.mean_above(ABSOLUTE_GATE);
        let gate = (ungated + super::loudness::RANGE_GATE).max(ABSOLUTE_GATE);
        self.range.percentiles(gate, [0.10, 0.95]).map_or(0.0, |[low, high]| high - low)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocks::math;

    /// Mean square of a loudness in LUFS.
    fn power(lufs: f64) -> f64 {
        math::powf(10.0, 0.1 * (lufs + 0.691))
    }

    fn filled(blocks: &[(usize, f64)]) -> Histogram {
        let histogram = Histogram::new();
        for (count, lufs) in blocks {
            (0..*count).for_each(|_| histogram.add(power(*lufs)));
        }
        histogram
    }

    fn integrated(blocks: &[(usize, f64)]) -> f64 {
        Histograms { gating: filled(blocks), range: Histogram::new() }.integrated_lufs()
    }

    fn range(blocks: &[(usize, f64)]) -> f64 {
        Histograms { gating: Histogram::new(), range: filled(blocks) }.range_lu()
    }

    #[test]
    fn the_absolute_gate_lies_at_minus_70_lufs() {
        assert!((integrated(&[(10, -69.9)]) + 69.9).abs() < 1e-9);
        assert_eq!(integrated(&[(10, -70.1)]), f64::NEG_INFINITY);
    }

    #[test]
    fn the_relative_gate_lies_10_lu_below_the_ungated_mean() {
        // 90 blocks at -20 and 10 much below have a mean of -20.46 + what the ten add, 0.04 LU.
        let mean = |soft: f64| -0.691 + 10.0 * math::log10(0.9 * power(-20.0) + 0.1 * power(soft));
        for (distance, counts) in [(0.1, true), (-0.1, false)] {
            let soft = mean(-30.4) - 10.0 + distance;
            let found = integrated(&[(90, -20.0), (10, soft)]);
            let expected = if counts { mean(soft) } else { -20.0 };
            assert!((found - expected).abs() < 1e-6, "{distance} LU above the gate: {found}, not {expected}");
        }
    }

    #[test]
    fn the_loudness_range_is_that_of_the_10th_to_the_95th_percentile() {
        // One block in each hundredth of ten LU.
        let blocks: Vec<(usize, f64)> = (0..1000).map(|n| (1, -29.995 + 0.01 * f64::from(n))).collect();
        // A rank between two of a thousand.
        let found = range(&blocks);
        assert!((found - 8.5).abs() < 0.011, "{found} LU");
    }

    #[test]
    fn the_gate_of_the_loudness_range_lies_20_lu_below_the_ungated_mean() {
        // A quarter is soft: the tenth percentile, if it counts. The mean lies at -21.25 + what the soft ones add, 0.02 LU.
        let mean = -0.691 + 10.0 * math::log10(0.75 * power(-20.0) + 0.25 * power(-41.2));
        for (distance, expected) in [(0.1, 21.13), (-0.1, 0.0)] {
            let found = range(&[(75, -20.0), (25, mean - 20.0 + distance)]);
            assert!((found - expected).abs() < 0.02, "{distance} LU above the gate: {found}, not {expected}");
        }
    }
}
