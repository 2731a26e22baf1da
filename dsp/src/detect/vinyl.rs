//! What a lathe would make of it: never more than a note, unless the programme is to be cut ([`Evidence::is_cut`]).

use super::detector::{Detector, Programme};
use super::evidence::Evidence;
use super::hop::Hop;
use super::{Check, Finding, Severity};
use crate::metering::vinyl::{self, VinylReading};

/// Side against mid below 150 Hz from which on the groove is cut unevenly deep, dB.
const LOW_SIDE_DB: f64 = -10.0;
/// From here on the groove of a cut lifts the stylus or breaks into its neighbour, dB: nothing a cut's own filter takes without a trace.
const LOW_SIDE_FAIL_DB: f64 = -3.0;
/// Vertical excursion of a 1 kHz sine at full scale: more lifts the stylus or the cutter, dB.
const VERTICAL_DB: f64 = 0.0;
/// Sibilants after the emphasis as loud as a 1 kHz sine at full scale, dB: a cutter's limiter acts.
const SIBILANCE_DB: f64 = 0.0;

/// See the module.
pub(super) struct Vinyl {
    groove: vinyl::Vinyl,
}

impl Detector for Vinyl {
    fn new(programme: &Programme) -> Self {
        Self { groove: vinyl::Vinyl::new(programme.sample_rate_hz) }
    }

    fn push(&mut self, hop: &Hop) {
        self.groove.push(hop.frames);
    }

    fn findings(&self, evidence: &Evidence) -> Option<Finding> {
        if evidence.measurement.sample_peak_dbfs < -60.0 || evidence.seconds(evidence.frames) < 1.0 {
            return None;
        }
        let reading: VinylReading = self.groove.reading();
        let mut requests = Vec::new();
        if reading.low_side_db > LOW_SIDE_DB || reading.vertical_db > VERTICAL_DB {
            requests.push("make the lows mono below 150 to 300 Hz");
        }
        if reading.sibilance_db > SIBILANCE_DB {
            requests.push("de-ess voices and cymbals, or have the side cut more quietly");
        }
        let advice = if requests.is_empty() {
            "Fit to be cut as far as levels go.".to_owned()
        } else {
            format!("For vinyl, {}.", requests.join("; "))
        };
        let severity = match evidence.is_cut {
            true if reading.low_side_db > LOW_SIDE_FAIL_DB => Severity::Fail,
            true if !requests.is_empty() => Severity::Warn,
            _ => Severity::Note,
        };
        Some(Finding {
            check: Check::Vinyl,
            severity,
            figure: reading.low_side_db,
            unit: "dB",
            threshold: LOW_SIDE_DB,
            confidence: None,
            fact: format!(
                "On vinyl: side {:+.0} dB against mid below 150 Hz; excursion {:+.0} dB across and {:+.0} dB in depth, sibilants {:+.0} dB, against 1 kHz \
                 at full scale.",
                reading.low_side_db, reading.lateral_db, reading.vertical_db, reading.sibilance_db
            ),
            advice,
            places: Vec::new(),
            place_count: 0,
        })
    }
}
