//! Samples beyond full scale, which floating point can hold and nothing after it, and samples that are no numbers.

use super::detector::{Detector, Programme};
use super::evidence::{Evidence, counted};
use super::hop::Hop;
use super::places::Hits;
use super::{Check, Finding, Severity, StoredWords};

/// Beyond full scale by less than this is a codec's rounding.
const ROUNDING: f64 = 1e-6;

/// See the module.
pub(super) struct SampleOvers {
    channels: usize,
    overs: Hits,
}

impl Detector for SampleOvers {
    fn new(programme: &Programme) -> Self {
        let Programme { sample_rate_hz, channels, .. } = *programme;
        Self { channels, overs: Hits::new(sample_rate_hz) }
    }

    fn push(&mut self, hop: &Hop) {
        // Most hops have no over to look for.
        if hop.peak[0].max(hop.peak[1]) <= 1.0 {
            return;
        }
        for (n, frame) in hop.frames.iter().enumerate() {
            for (c, x) in frame.iter().take(self.channels).enumerate() {
                if x.abs() > 1.0 + ROUNDING {
                    self.overs.add(c, hop.start_frame + n as u64, 20.0 * x.abs().log10());
                }
            }
        }
    }

    fn findings(&self, evidence: &Evidence) -> Vec<Finding> {
        let mut findings = Vec::new();
        let places = evidence.no_numbers.places();
        if places.count() > 0 {
            let samples: u64 = evidence.no_numbers.hits().iter().sum();
            findings.push(Finding {
                check: Check::SampleOvers,
                severity: Severity::Fail,
                figure: samples as f64,
                unit: "samples",
                threshold: 1.0,
                confidence: None,
                fact: format!(
                    "{} (NaN or infinite), first at {}.",
                    if samples == 1 {
                        "1 sample that is no number".to_owned()
                    } else {
                        format!("{samples} samples that are no numbers")
                    },
                    evidence.time(places.first_frame())
                ),
                advice: "A plugin in the session has failed: find it at these times, then export again."
                    .to_owned(),
                places: places.in_time(),
                place_count: places.count(),
            });
        }
        let places = self.overs.places();
        if places.count() > 0 {
            let samples: u64 = self.overs.hits().iter().sum();
            let worst_db = places.worst();
            let is_lossy = evidence.programme.words == StoredWords::Lossy;
            findings.push(Finding {
                check: Check::SampleOvers,
                severity: if is_lossy { Severity::Note } else { Severity::Warn },
                figure: worst_db,
                unit: "dBFS",
                threshold: 0.0,
                confidence: None,
                fact: format!(
                    "{} over full scale, highest {worst_db:+.1} dBFS, first at {}.",
                    counted(samples, "sample"),
                    evidence.time(places.first_frame())
                ),
                advice: if is_lossy {
                    "The decoder goes over full scale: turn what it decodes down before it is stored as integers, or use the file from before \
                     the encoder."
                        .to_owned()
                } else {
                    format!(
                        "Nothing is lost while the file stays floating point: turn it down by {:.1} dB before anything stores it as integers.",
                        worst_db + 1.0
                    )
                },
                places: places.in_time(),
                place_count: places.count(),
            });
        }
        findings
    }
}
