//! A constant offset: the mean of each channel.

use super::heard::{Heard, side};
use super::{Check, Finding, Severity};
use crate::processor::Frame;

/// Shares of full scale, %.
const WARN_PERCENT: f64 = 0.1;
const FAIL_PERCENT: f64 = 2.0;
/// A shorter programme has a mean of its own, s.
const LEAST_S: f64 = 3.0;

/// See the module.
#[derive(Default)]
pub(super) struct DcOffset {
    sums: Frame,
}

impl DcOffset {
    /// Takes the next frames.
    pub fn push(&mut self, frames: &[Frame]) {
        for frame in frames {
            self.sums[0] += frame[0];
            self.sums[1] += frame[1];
        }
    }

    /// What was found.
    pub fn finding(&self, heard: &Heard) -> Option<Finding> {
        if heard.seconds(heard.frames) < LEAST_S {
            return None;
        }
        let percent = self.sums.map(|sum| 100.0 * sum / heard.frames as f64);
        let c = usize::from(percent[1].abs() > percent[0].abs());
        let worst = percent[c].abs();
        (worst > WARN_PERCENT).then(|| {
            let fact = if heard.channels == 1 {
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
                severity: if worst > FAIL_PERCENT { Severity::Fail } else { Severity::Warn },
                figure: worst,
                unit: "%",
                threshold: WARN_PERCENT,
                confidence: None,
                fact,
                advice: "Find the recording or plugin that shifts the waveform and high-pass it at 10 to 20 Hz, then export again; it \
                         takes headroom and clicks at edits."
                    .to_owned(),
                places: Vec::new(),
                place_count: 0,
            }
        })
    }
}
