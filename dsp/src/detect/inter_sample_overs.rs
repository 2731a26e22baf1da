//! Places where the waveform goes over full scale between the samples (ITU-R BS.1770-5 Annex 2).

use super::heard::{Heard, counted};
use super::places::Hits;
use super::{Check, Finding, Severity};
use crate::blocks::fir::Frame32;
use crate::blocks::true_peak::meter::TruePeakMeter;
use crate::processor::{CONTROL_PERIOD, Frame};

/// Overs closer together than this are one place, s.
const APART_S: f64 = 0.01;
/// The detector reads up to 0.01 dB high: less than that is no over.
const FULL_SCALE: f32 = 1.001_2;
/// More than this is heard from converters and codecs, dBTP.
const WARN_DBTP: f64 = 0.5;

/// See the module.
pub(super) struct InterSampleOvers {
    channels: usize,
    detector: TruePeakMeter,
    overs: Hits,
}

impl InterSampleOvers {
    /// At `sample_rate_hz` with 1 or 2 channels.
    pub fn new(sample_rate_hz: f64, channels: usize) -> Self {
        Self { channels, detector: TruePeakMeter::new(), overs: Hits::new((APART_S * sample_rate_hz) as u64) }
    }

    /// Takes the next frames, the first of them `start_frame`.
    pub fn push(&mut self, start_frame: u64, frames: &[Frame]) {
        let mut levels = [[0.0; 2]; CONTROL_PERIOD];
        for (n, block) in frames.chunks(CONTROL_PERIOD).enumerate() {
            let mut single: [Frame32; CONTROL_PERIOD] = [[0.0; 2]; CONTROL_PERIOD];
            for (single, frame) in single.iter_mut().zip(block) {
                *single = [frame[0] as f32, frame[1] as f32];
            }
            let highest =
                self.detector.process(&single[..block.len()], [FULL_SCALE; 2], FULL_SCALE, &mut levels);
            if highest[0].max(highest[1]) <= FULL_SCALE {
                continue;
            }
            let first = start_frame + (n * CONTROL_PERIOD) as u64;
            for (frame, level) in (first..).zip(&levels[..block.len()]) {
                for (c, level) in level.iter().take(self.channels).enumerate() {
                    if *level > FULL_SCALE {
                        let at = frame.saturating_sub(self.detector.delay() as u64);
                        self.overs.add(c, at, 20.0 * f64::from(*level).log10());
                    }
                }
            }
        }
    }

    /// Ends the waveform at `end_frame`: silence follows.
    pub fn finish(&mut self, end_frame: u64) {
        let silence = [[0.0; 2]; 2 * CONTROL_PERIOD];
        self.push(end_frame, &silence[..self.detector.delay().min(silence.len())]);
    }

    /// What was found.
    pub fn finding(&self, heard: &Heard) -> Option<Finding> {
        let places = self.overs.places();
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
                    heard.time(places.first_frame())
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
