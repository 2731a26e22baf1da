//! Words of 16 bits that were made without dither: cut off, or rounded. Where the mean shows that they were cut off, their noise need not tell.

use super::Finding;
use super::detector::{Detector, Programme};
use super::evidence::Evidence;
use super::hop::Hop;
use super::rounding::Rounding;
use super::truncation::Truncation;

/// See the module.
pub(super) struct MissingDither {
    truncation: Truncation,
    rounding: Rounding,
}

impl Detector for MissingDither {
    fn new(programme: &Programme) -> Self {
        Self {
            truncation: Truncation::new(programme.sample_rate_hz, programme.channels),
            rounding: Rounding::new(),
        }
    }

    fn push(&mut self, hop: &Hop) {
        self.truncation.push(hop.frames, hop.true_bits);
        self.rounding.push(hop.frames, hop.true_bits);
    }

    fn findings(&self, evidence: &Evidence) -> Option<Finding> {
        let bits = evidence.true_bits;
        self.truncation.finding(bits).or_else(|| self.rounding.finding(bits))
    }
}
