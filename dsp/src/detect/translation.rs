//! What a phone, a laptop and a television keep of it.

use super::detector::{Detector, Programme};
use super::evidence::Evidence;
use super::{Check, Finding, Severity};
use crate::metering::translation::Translator;
use crate::monitor::device::Device;

/// Devices, the ones that lose the most first.
const DEVICES: [Device; 3] = [Device::Phone, Device::Laptop, Device::Television];
/// Loudness that is lost, dB, from which on half of the mix is bass that small loudspeakers do not play.
const WARN_DB: f64 = -6.0;

/// See the module.
pub(super) struct Translation;

impl Detector for Translation {
    fn new(_programme: &Programme) -> Self {
        Self
    }

    fn findings(&self, evidence: &Evidence) -> Option<Finding> {
        if !evidence.has_spectrum() {
            return None;
        }
        let translator = Translator::new(evidence.spectrum, evidence.programme.sample_rate_hz, &DEVICES);
        let translations = translator.translations(evidence.spectrum);
        let kept: Vec<(Device, _)> = DEVICES
            .into_iter()
            .zip(translations)
            .filter_map(|(device, kept)| Some((device, kept?)))
            .collect();
        let lost: Vec<&str> =
            kept.iter().filter(|(_, kept)| !kept.bass_survives).map(|(device, _)| device.name()).collect();
        let worst_db = kept.iter().map(|(_, kept)| kept.loss_db).reduce(f64::min)?;
        let levels: Vec<String> =
            kept.iter().map(|(device, kept)| format!("{} {:+.1} dB", device.name(), kept.loss_db)).collect();
        let mut fact = format!("Loudness kept: {}", levels.join(", "));
        if lost.is_empty() {
            fact += "; the bass can be told from its harmonics.";
        } else {
            fact += &format!("; nothing tells the bass on {}.", lost.join(", "));
        }
        let is_lost = !lost.is_empty() && worst_db < WARN_DB;
        Some(Finding {
            check: Check::Translation,
            severity: if is_lost { Severity::Warn } else { Severity::Note },
            figure: worst_db,
            unit: "dB",
            threshold: WARN_DB,
            confidence: None,
            fact,
            advice: if is_lost {
                "Give the bass and the kick harmonics between 100 and 800 Hz (saturation, a second oscillator, a layer), so that small loudspeakers can \
                 tell them."
            } else {
                "Nothing to do."
            }
            .to_owned(),
            places: Vec::new(),
            place_count: 0,
        })
    }
}
