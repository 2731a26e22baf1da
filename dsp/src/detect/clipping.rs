//! Clipping: flat tops above -1 dBFS.

use super::detector::{Detector, Programme};
use super::evidence::{Evidence, counted, side};
use super::hop::Hop;
use super::places::Places;
use super::{Check, Finding, Severity};

/// Flat tops above -1 dBFS are clipped.
const LOWEST: f64 = 0.891_250_938_133_745_6;
/// So many or fewer, none longer than [`SHORT_SAMPLES`], are heard by nobody.
const FEW: u64 = 2;
const SHORT_SAMPLES: u64 = 5;
/// From so many on, and so many a minute, it is heard as distortion.
const MANY: u64 = 20;
const MANY_PER_MINUTE: f64 = 10.0;
/// A single one as long as this is heard, s.
const LONG_S: f64 = 0.001;

/// See the module.
#[derive(Default)]
pub(super) struct Clipping {
    places: Places,
    counts: [u64; 2],
}

impl Detector for Clipping {
    fn new(_programme: &Programme) -> Self {
        Self::default()
    }

    fn push(&mut self, hop: &Hop) {
        for top in hop.flat_tops.iter().filter(|top| top.peak >= LOWEST) {
            self.places.add(top.place());
            self.counts[top.c] += 1;
        }
    }

    fn findings(&self, evidence: &Evidence) -> Option<Finding> {
        let (count, longest) = (self.places.count(), self.places.longest_frames());
        if count == 0 {
            return None;
        }
        let per_minute = count as f64 * 60.0 / evidence.seconds(evidence.frames).max(1.0);
        let severity =
            if count >= MANY && per_minute >= MANY_PER_MINUTE || evidence.seconds(longest) >= LONG_S {
                Severity::Fail
            } else if count > FEW || longest > SHORT_SAMPLES {
                Severity::Warn
            } else {
                Severity::Note
            };
        let peaks = counted(count, "clipped peak");
        let whereabouts = match self.counts {
            _ if evidence.programme.channels == 1 => String::new(),
            [_, 0] => format!(" in the {} channel", side(0)),
            [0, _] => format!(" in the {} channel", side(1)),
            [left, right] => format!(" ({left} left, {right} right)"),
        };
        let fact = format!(
            "{peaks}{whereabouts}, longest {longest} samples, first at {}.",
            evidence.time(self.places.first_frame())
        );
        let advice = match severity {
            Severity::Note => "Listen to the places; leave 3 to 6 dB of headroom in the next export.",
            _ => {
                "Lower the mix bus by 3 to 6 dB or take the limiter off it, look for clipped recordings and plugins, and export again as 24 bit \
                 or float."
            }
        };
        Some(Finding {
            check: Check::Clipping,
            severity,
            figure: longest as f64,
            unit: "samples",
            threshold: 3.0,
            confidence: None,
            fact,
            advice: advice.to_owned(),
            places: self.places.in_time(),
            place_count: count,
        })
    }
}
