//! What the sum to mono takes, as a whole and in each third of an octave.

use super::detector::{Detector, Programme};
use super::evidence::{Evidence, hertz};
use super::{Check, Finding, Severity};
use crate::metering::spectrum::{MonoFold, mono_fold};

/// Loss of the whole that is worth a decision, and one that leaves nothing to master, dB.
const WARN_DB: f64 = -6.0;
const FAIL_DB: f64 = -12.0;
/// Bands that are named at most.
const NAMED: usize = 4;

/// See the module.
pub(super) struct MonoCompatibility;

impl Detector for MonoCompatibility {
    fn new(_programme: &Programme) -> Self {
        Self
    }

    fn findings(&self, evidence: &Evidence) -> Option<Finding> {
        if !evidence.has_spectrum() {
            return None;
        }
        let loss_db = evidence.measurement.mono_loss_db;
        let mut lost: Vec<MonoFold> =
            mono_fold(evidence.spectrum).into_iter().filter(|band| band.alarm).collect();
        lost.sort_by(|one, other| one.loss_db.total_cmp(&other.loss_db));
        let worst_db = lost.first().map_or(loss_db, |band| band.loss_db.min(loss_db));
        let severity = match loss_db {
            loss if loss < FAIL_DB => Severity::Fail,
            loss if loss < WARN_DB || !lost.is_empty() => Severity::Warn,
            _ => Severity::Note,
        };
        let correlation = evidence.measurement.correlation;
        let mut fact = format!("Mono takes {:.1} dB of the whole; correlation {correlation:.2}", -loss_db);
        if !lost.is_empty() {
            let named: Vec<String> = lost
                .iter()
                .take(NAMED)
                .map(|band| format!("{:.1} dB at {}", -band.loss_db, hertz(band.centre_hz)))
                .collect();
            fact += &format!("; it takes {}", named.join(", "));
            if lost.len() > NAMED {
                fact += &format!(" and much of {} more bands", lost.len() - NAMED);
            }
        }
        fact.push('.');
        let advice = match severity {
            Severity::Note => "Nothing to do.",
            _ => {
                "Listen in mono: narrow the wideners and doubled tracks of these ranges, check the polarity of stereo microphones, and keep the bass in \
                 the middle."
            }
        };
        Some(Finding {
            check: Check::MonoCompatibility,
            severity,
            figure: worst_db,
            unit: "dB",
            threshold: WARN_DB,
            confidence: None,
            fact,
            advice: advice.to_owned(),
            places: Vec::new(),
            place_count: 0,
        })
    }
}
