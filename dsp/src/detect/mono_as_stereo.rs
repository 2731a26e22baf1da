//! Two equal channels: left and right nowhere further apart than -90 dBFS.

use super::heard::Heard;
use super::{Check, Finding, Severity};
use crate::processor::Frame;

/// Highest difference, dBFS.
const EQUAL_DB: f64 = -90.0;

/// See the module.
#[derive(Default)]
pub(super) struct MonoAsStereo {
    furthest: f64,
}

impl MonoAsStereo {
    /// Takes the next frames.
    pub fn push(&mut self, frames: &[Frame]) {
        let furthest = frames.iter().fold(0.0f64, |most, frame| most.max((frame[0] - frame[1]).abs()));
        self.furthest = self.furthest.max(furthest);
    }

    /// What was found.
    pub fn finding(&self, heard: &Heard) -> Option<Finding> {
        let apart_db = 20.0 * self.furthest.max(1e-10).log10();
        (apart_db < EQUAL_DB && heard.measurement.sample_peak_dbfs > EQUAL_DB + 30.0).then(|| Finding {
            check: Check::MonoAsStereo,
            severity: Severity::Warn,
            figure: apart_db,
            unit: "dBFS",
            threshold: EQUAL_DB,
            confidence: None,
            fact: if self.furthest == 0.0 {
                "Left and right are the same: the file is mono in two channels.".to_owned()
            } else {
                format!("Left and right differ by no more than {apart_db:.0} dBFS: the file is mono in two channels.")
            },
            advice: "If the mix is stereo, check that the export and the mix bus are; if it is mono, say so with the files.".to_owned(),
            places: Vec::new(),
            place_count: 0,
        })
    }
}
