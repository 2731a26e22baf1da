//! One channel in two: left and right nowhere further apart than -90 dBFS, or apart by a gain and little else.
//!
//! With the gain that fits best, what is left of right over left has 1 - r^2 of its power, r the correlation of the whole: dither of 16 bits
//! and a pan of some tenths of a decibel leave less than a millionth, the narrowest of stereo mixes a hundred times as much.

use super::detector::{Detector, Programme};
use super::evidence::Evidence;
use super::hop::Hop;
use super::{Check, Finding, Severity};
use crate::processor::Frame;

/// Highest difference, dBFS.
const EQUAL_DB: f64 = -90.0;
/// Highest residual after the best gain, against the channel, dB.
const RESIDUAL_DB: f64 = -60.0;

/// See the module.
#[derive(Default)]
pub(super) struct MonoAsStereo {
    furthest: f64,
    energy: Frame,
    cross: f64,
}

impl Detector for MonoAsStereo {
    fn new(_programme: &Programme) -> Self {
        Self::default()
    }

    fn push(&mut self, hop: &Hop) {
        let furthest = hop.frames.iter().fold(0.0f64, |most, frame| most.max((frame[0] - frame[1]).abs()));
        self.furthest = self.furthest.max(furthest);
        self.energy = [self.energy[0] + hop.energy[0], self.energy[1] + hop.energy[1]];
        self.cross += hop.cross;
    }

    fn findings(&self, evidence: &Evidence) -> Option<Finding> {
        let apart_db = 20.0 * self.furthest.max(1e-10).log10();
        let product = self.energy[0] * self.energy[1];
        // A side that is all but silent is another's to tell, and so is an inverted one.
        let shared = if product > 0.0 && self.cross > 0.0 { self.cross * self.cross / product } else { 0.0 };
        let residual_db = 10.0 * (1.0 - shared).max(1e-14).log10();
        if evidence.measurement.sample_peak_dbfs <= EQUAL_DB + 30.0
            || apart_db >= EQUAL_DB && residual_db >= RESIDUAL_DB
        {
            return None;
        }
        let lean_db = 10.0 * (self.energy[0] / self.energy[1].max(1e-30)).log10();
        let is_equal = apart_db < EQUAL_DB;
        Some(Finding {
            check: Check::MonoAsStereo,
            severity: Severity::Warn,
            figure: if is_equal { apart_db } else { residual_db },
            unit: if is_equal { "dBFS" } else { "dB" },
            threshold: if is_equal { EQUAL_DB } else { RESIDUAL_DB },
            confidence: None,
            fact: if self.furthest == 0.0 {
                "Left and right are the same: the file is mono in two channels.".to_owned()
            } else if is_equal {
                format!("Left and right differ by no more than {apart_db:.0} dBFS: the file is mono in two channels.")
            } else {
                format!(
                    "But for a gain of {:.2} dB and {residual_db:.0} dB of noise left and right are the same: the file is mono in two channels.",
                    lean_db.abs()
                )
            },
            advice: "If the mix is stereo, check that the export and the mix bus are; if it is mono, say so with the files (notes in an album file), or deliver one channel.".to_owned(),
            places: Vec::new(),
            place_count: 0,
        })
    }
}
