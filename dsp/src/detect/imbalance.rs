//! Channels of different loudness: K-weighted, over the 400 ms blocks within 10 dB of the mean of both (ITU-R BS.1770-5 Annex 1).
//!
//! Blocks are kept in bins of 1 dB, so that the gate is exact to that and memory does not grow.

use super::detector::{Detector, Programme};
use super::evidence::{Evidence, side};
use super::hop::Hop;
use super::{Check, Finding, Severity};

/// Differences that are worth a decision, and one that is a missing side, dB.
const WARN_DB: f64 = 1.0;
const FAIL_DB: f64 = 12.0;
/// Hops of 10 ms to a block.
const HOPS: u64 = 40;
/// Bins of 1 dB from here up, dBFS.
const LOWEST_DB: f64 = -70.0;
const BINS: usize = 100;
/// Relative gate, dB.
const GATE_DB: f64 = -10.0;
/// A shorter programme may lean to a side, s.
const LEAST_S: f64 = 5.0;

/// Sums over the blocks of a loudness.
#[derive(Debug, Clone, Copy, Default)]
struct Bin {
    blocks: u64,
    channels: [f64; 2],
}

/// See the module.
pub(super) struct Imbalance {
    hops: u64,
    frames: u64,
    sums: [f64; 2],
    bins: [Bin; BINS],
}

impl Detector for Imbalance {
    fn new(_programme: &Programme) -> Self {
        Self { hops: 0, frames: 0, sums: [0.0; 2], bins: [Bin::default(); BINS] }
    }

    fn push(&mut self, hop: &Hop) {
        self.hops += 1;
        self.frames += hop.frames.len() as u64;
        self.sums[0] += hop.weighted[0];
        self.sums[1] += hop.weighted[1];
        if self.hops < HOPS {
            return;
        }
        let channels = self.sums.map(|sum| sum / self.frames as f64);
        let level_db = 10.0 * (channels[0] + channels[1]).max(1e-20).log10();
        if level_db > LOWEST_DB {
            let bin = &mut self.bins[((level_db - LOWEST_DB) as usize).min(BINS - 1)];
            bin.blocks += 1;
            bin.channels[0] += channels[0];
            bin.channels[1] += channels[1];
        }
        (self.hops, self.frames, self.sums) = (0, 0, [0.0; 2]);
    }

    fn findings(&self, evidence: &Evidence) -> Option<Finding> {
        let all = self.sum(0);
        if all.blocks == 0 || evidence.seconds(evidence.frames) < LEAST_S {
            return None;
        }
        let mean_db = 10.0 * ((all.channels[0] + all.channels[1]) / all.blocks as f64).max(1e-20).log10();
        let [left, right] = self.sum((mean_db + GATE_DB - LOWEST_DB).max(0.0) as usize).channels;
        let difference_db = (10.0 * (left.max(1e-20) / right.max(1e-20)).log10()).clamp(-99.9, 99.9);
        let apart_db = difference_db.abs();
        (apart_db > WARN_DB).then(|| {
            let louder = usize::from(difference_db < 0.0);
            let is_missing = apart_db > FAIL_DB;
            Finding {
                check: Check::Imbalance,
                severity: if is_missing { Severity::Fail } else { Severity::Warn },
                figure: apart_db,
                unit: "dB",
                threshold: WARN_DB,
                confidence: None,
                fact: format!("The {} channel is {apart_db:.1} dB louder than the {}.", side(louder), side(1 - louder)),
                advice: if is_missing {
                    format!("The {} side is all but missing: check the mix bus, its plugins and the export.", side(1 - louder))
                } else {
                    "Check the pans and the gains of both sides of the mix bus; if the arrangement leans on purpose, say so.".to_owned()
                },
                places: Vec::new(),
                place_count: 0,
            }
        })
    }
}

impl Imbalance {
    fn sum(&self, from: usize) -> Bin {
        self.bins[from.min(BINS)..].iter().fold(Bin::default(), |sum, bin| Bin {
            blocks: sum.blocks + bin.blocks,
            channels: [sum.channels[0] + bin.channels[0], sum.channels[1] + bin.channels[1]],
        })
    }
}
