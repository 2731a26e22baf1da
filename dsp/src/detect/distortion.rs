//! Distortion: how dense sure flat tops are, at whatever level, and so also those of a single track inside the mix.

use super::detector::{Detector, Programme};
use super::evidence::Evidence;
use super::flat_tops::FlatTop;
use super::hop::Hop;
use super::places::Places;
use super::{Check, Finding, Severity};

/// Tops a second that are heard as roughness, and as distortion throughout.
const WARN_PER_S: f64 = 2.0;
const FAIL_PER_S: f64 = 30.0;
/// Share of time in flat tops from which on they are a square wave that was meant.
const SQUARE: f64 = 0.6;
/// Length of what is reported as one place, s.
const SECOND: f64 = 1.0;

/// See the module.
pub(super) struct Distortion {
    channels: u64,
    second_frames: u64,
    second: u64,
    in_second: u64,
    in_second_samples: u64,
    square_seconds: u64,
    places: Places,
}

impl Detector for Distortion {
    fn new(programme: &Programme) -> Self {
        let Programme { sample_rate_hz, channels, .. } = *programme;
        Self {
            channels: channels as u64,
            second_frames: ((SECOND * sample_rate_hz) as u64).max(1),
            second: 0,
            in_second: 0,
            in_second_samples: 0,
            square_seconds: 0,
            places: Places::default(),
        }
    }

    fn push(&mut self, hop: &Hop) {
        hop.flat_tops.iter().filter(|top| top.is_sure).for_each(|top| self.add(top));
    }

    fn findings(&self, evidence: &Evidence) -> Option<Finding> {
        let per_second = evidence.flat_tops_per_s;
        if per_second < WARN_PER_S {
            return None;
        }
        let is_square = 2 * self.square_seconds > self.places.count();
        let severity = match per_second {
            _ if is_square => Severity::Note,
            dense if dense >= FAIL_PER_S => Severity::Fail,
            _ => Severity::Warn,
        };
        let advice = if is_square {
            "Long flat tops throughout are a square wave; nothing to do if it is meant to be one."
        } else {
            "Solo the tracks and buses at these times and find the one that is overloaded: a clipped recording, a plugin driven too hard, a \
             limiter that clips. A master can only make it louder."
        };
        Some(Finding {
            check: Check::Distortion,
            severity,
            figure: per_second,
            unit: "per second",
            threshold: WARN_PER_S,
            confidence: None,
            fact: format!(
                "{per_second:.1} flat tops a second in the mean, {:.0} in the worst.",
                self.places.worst()
            ),
            advice: advice.to_owned(),
            places: self.places.in_time(),
            place_count: self.places.count(),
        })
    }
}

impl Distortion {
    fn add(&mut self, top: &FlatTop) {
        let second = top.start_frame / self.second_frames;
        // Within a block the right channel's tops come after the left one's: those belong to the second under way.
        if second > self.second {
            self.close();
            self.second = second;
        }
        self.in_second += 1;
        self.in_second_samples += top.samples;
    }

    fn close(&mut self) {
        if self.in_second as f64 >= WARN_PER_S {
            if self.in_second_samples as f64 > SQUARE * (self.channels * self.second_frames) as f64 {
                self.square_seconds += 1;
            }
            self.places.add(super::Place {
                start_frame: self.second * self.second_frames,
                frames: self.second_frames,
                channels: super::Channels::Both,
                figure: self.in_second as f64,
            });
        }
        (self.in_second, self.in_second_samples) = (0, 0);
    }
}
