//! Places where the waveform goes over full scale between the samples (ITU-R BS.1770-5 Annex 2).

use super::detector::{Detector, Programme};
use super::evidence::{Evidence, counted};
use super::places::Hits;
use super::{Check, Finding, Severity};
use crate::blocks::fir::Frame32;

/// The detector reads up to 0.01 dB high: less than that is no over.
pub(super) const FULL_SCALE: f32 = 1.001_2;
/// More than this is heard from converters and codecs, dBTP.
const WARN_DBTP: f64 = 0.5;

/// The overs that the meter tells of.
pub(super) struct Overs {
    channels: usize,
    hits: Hits,
}

impl Overs {
    /// At `sample_rate_hz` with 1 or 2 channels.
    pub fn new(sample_rate_hz: f64, channels: usize) -> Self {
        Self { channels, hits: Hits::new(sample_rate_hz) }
    }

    /// Takes levels of the waveform that came out with `frame` and the frames after it, `delay` frames late; those that are no overs may read lower than
    /// they are.
    pub fn push(&mut self, frame: u64, delay: u64, levels: &[Frame32]) {
        for (frame, level) in (frame..).zip(levels) {
            for (c, level) in level.iter().take(self.channels).enumerate() {
                if *level > FULL_SCALE {
                    self.hits.add(c, frame.saturating_sub(delay), 20.0 * f64::from(*level).log10());
                }
            }
        }
    }

    /// Where they were.
    pub fn hits(&self) -> &Hits {
        &self.hits
    }
}

/// See the module.
pub(super) struct InterSampleOvers;

impl Detector for InterSampleOvers {
    fn new(_programme: &Programme) -> Self {
        Self
    }

    fn findings(&self, evidence: &Evidence) -> Option<Finding> {
        let places = evidence.overs.places();
        (places.count() > 0).then(|| {
            let worst_dbtp = places.worst();
            Finding {
                check: Check::InterSampleOvers,
                severity: if worst_dbtp > WARN_DBTP { Severity::Warn } else { Severity::Note },
                figure: worst_dbtp,
                unit: "dBTP",
                threshold: 0.0,
                confidence: None,
                fact: format!(
                    "{} above full scale between the samples, highest {worst_dbtp:+.2} dBTP, first at {}.",
                    counted(places.count(), "place"),
                    evidence.time(places.first_frame())
                ),
                advice: format!(
                    "Lower the export by {:.1} dB, or set the limiter's ceiling in true peak: converters and codecs clip here.",
                    worst_dbtp + 1.0
                ),
                places: places.in_time(),
                place_count: places.count(),
            }
        })
    }
}
