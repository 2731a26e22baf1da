//! A constant offset: the mean of each channel.

use super::detector::{Detector, Programme};
use super::evidence::{Evidence, side};
use super::hop::Hop;
use super::{Check, Finding, Severity};
use crate::processor::Frame;

/// Shares of full scale, %: what is told, and what costs enough headroom (0.2 dB) to be worth an export. Neither sends a mix back: a
/// filter at 5 Hz takes all of it out, with 0.3 dB at 20 Hz.
const NOTE_PERCENT: f64 = 0.1;
const WARN_PERCENT: f64 = 2.0;
/// A shorter programme has a mean of its own, s.
const LEAST_S: f64 = 3.0;

/// See the module.
#[derive(Default)]
pub(super) struct DcOffset {
    sums: Frame,
}

impl Detector for DcOffset {
    fn new(_programme: &Programme) -> Self {
        Self::default()
    }

    fn push(&mut self, hop: &Hop) {
        for frame in hop.frames {
            self.sums[0] += frame[0];
            self.sums[1] += frame[1];
        }
    }

    fn findings(&self, evidence: &Evidence) -> Option<Finding> {
        if evidence.seconds(evidence.frames) < LEAST_S {
            return None;
        }
        let percent = self.sums.map(|sum| 100.0 * sum / evidence.frames as f64);
        let c = usize::from(percent[1].abs() > percent[0].abs());
        let worst = percent[c].abs();
        (worst > NOTE_PERCENT).then(|| {
            let fact = if evidence.programme.channels == 1 {
                format!("An offset of {:+.2} % of full scale.", percent[0])
            } else {
                let other = percent[1 - c];
                format!(
                    "An offset of {:+.2} % of full scale in the {} channel, {other:+.2} % in the other.",
                    percent[c],
                    side(c)
                )
            };
            Finding {
                check: Check::DcOffset,
                severity: if worst > WARN_PERCENT { Severity::Warn } else { Severity::Note },
                figure: worst,
                unit: "%",
                threshold: NOTE_PERCENT,
                confidence: None,
                fact,
                advice: "The DC filter of the input trim takes it out (`lacquer master --fix dc`); in the mix, high-pass at 10 to \
                         20 Hz what shifts the waveform, for it takes headroom and clicks at edits."
                    .to_owned(),
                places: Vec::new(),
                place_count: 0,
            }
        })
    }
}
