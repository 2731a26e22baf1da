//! What a device keeps of a programme, from its spectrum: how much loudness goes, and whether its bass can still be told.

use super::spectrum::{Part, Spectrum};
use crate::blocks::math;
use crate::monitor::device::Device;

/// What a device keeps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Translation {
    /// K-weighted loudness that is lost or won, dB.
    pub loss_db: f64,
    /// Share of the K-weighted power that lies below the device's corner, dB against the whole: what cannot be played.
    pub unplayable_db: f64,
    /// Power of the two octaves above the corner against the whole, K-weighted, dB: where the harmonics of the bass are.
    pub harmonics_db: f64,
    /// Whether the bass is heard in its harmonics where itself cannot be.
    pub bass_survives: bool,
}

/// Bass of less than this share of the whole need not survive, dB.
const NO_BASS_DB: f64 = -15.0;
/// Harmonics no further than this below the bass tell it, dB.
const TOLD_DB: f64 = -15.0;

/// |K|^2 at a frequency: the analogue form of BS.1770's two filters, near enough for shares of power.
fn k_power(hz: f64) -> f64 {
    let high_pass = {
        let x = hz / 38.135_47;
        x.powi(4) / ((1.0 - x * x).powi(2) + (x / 0.500_327).powi(2))
    };
    let shelf = {
        let x = hz / 1681.974;
        let gain = math::powf(10.0, 3.999_84 / 20.0);
        let middle = math::powf(gain, 0.499_667);
        let q = 0.707_175;
        ((1.0 - gain * x * x).powi(2) + (middle * x / q).powi(2)) / ((1.0 - x * x).powi(2) + (x / q).powi(2))
    };
    high_pass * shelf
}

/// Says what devices keep of spectra of one kind: what each makes of each bin is reckoned once.
pub struct Translator {
    /// |K|^2 of each bin but the first.
    loudness: Vec<f64>,
    models: Vec<Model>,
}

/// A device over the same bins.
struct Model {
    device: Device,
    /// |K|^2 times the device's gain, squared.
    played: Vec<f64>,
    /// Bins below its corner, and those up to two octaves above it.
    below: usize,
    harmonics: usize,
}

impl Translator {
    /// For spectra like this one at `sample_rate` hertz. Allocates.
    pub fn new(spectrum: &Spectrum, sample_rate: f64, devices: &[Device]) -> Self {
        let hz: Vec<f64> = (1..spectrum.bins().len()).map(|n| spectrum.frequency_hz(n)).collect();
        let loudness: Vec<f64> = hz.iter().map(|hz| k_power(*hz)).collect();
        let model = |device: &Device| {
            let sections = device.sections(sample_rate);
            let gain = |hz: f64| -> f64 {
                sections.iter().map(|section| section.magnitude(hz, sample_rate).powi(2)).product()
            };
            let corner = device.corner_hz();
            Model {
                device: *device,
                played: hz.iter().zip(&loudness).map(|(hz, weight)| weight * gain(*hz)).collect(),
                below: hz.partition_point(|hz| *hz < corner),
                harmonics: hz.partition_point(|hz| *hz < 4.0 * corner),
            }
        };
        Self { models: devices.iter().map(model).collect(), loudness }
    }

    /// What each device keeps of what was heard; nothing in silence.
    pub fn translations(&self, spectrum: &Spectrum) -> Vec<Option<Translation>> {
        let bins = &spectrum.bins()[1..];
        let powers: Vec<f64> =
            bins.iter().zip(&self.loudness).map(|(bin, weight)| weight * bin.of(Part::Both)).collect();
        let whole: f64 = powers.iter().sum();
        let translation = |model: &Model| {
            let part = if model.device.is_mono() { Part::Mid } else { Part::Both };
            let played: f64 = bins.iter().zip(&model.played).map(|(bin, weight)| weight * bin.of(part)).sum();
            let db = |power: f64| 10.0 * math::log10((power / whole).max(1e-12));
            let unplayable_db = db(powers[..model.below].iter().sum());
            let harmonics_db = db(powers[model.below..model.harmonics].iter().sum());
            Translation {
                loss_db: db(played),
                unplayable_db,
                harmonics_db,
                bass_survives: unplayable_db < NO_BASS_DB || harmonics_db > unplayable_db + TOLD_DB,
            }
        };
        self.models.iter().map(|model| (whole > 1e-14).then(|| translation(model))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metering::spectrum::{Analyser, Averaging};
    use std::f64::consts::TAU;

    const RATE: f64 = 48_000.0;

    fn translation(analyser: &Analyser, device: Device) -> Option<Translation> {
        Translator::new(analyser.spectrum(), RATE, &[device]).translations(analyser.spectrum())[0]
    }

    fn heard(frame: impl Fn(f64) -> f64) -> Analyser {
        let mut analyser = Analyser::new(RATE, 8192, Averaging::Endless);
        let frames: Vec<_> = (0..96_000).map(|n| [frame(n as f64 / RATE); 2]).collect();
        analyser.push(&frames);
        analyser
    }

    #[test]
    fn a_phone_loses_the_bass_and_harmonics_bring_it_back() {
        let sub = |t: f64| 0.5 * math::sin(TAU * 60.0 * t);
        let voice = |t: f64| 0.03 * math::sin(TAU * 2500.0 * t);
        let bare = translation(&heard(|t| sub(t) + voice(t)), Device::Phone).expect("sound");
        assert!(bare.loss_db < -10.0 && bare.unplayable_db > -1.0 && !bare.bass_survives, "{bare:?}");
        let rich =
            |t: f64| (2..=12).map(|n| 0.3 / n as f64 * math::sin(TAU * 60.0 * n as f64 * t)).sum::<f64>();
        let told = translation(&heard(|t| sub(t) + rich(t) + voice(t)), Device::Phone).expect("sound");
        assert!(told.bass_survives, "{told:?}");
        assert!(translation(&heard(|_| 0.0), Device::Phone).is_none());
    }

    #[test]
    fn good_loudspeakers_lose_nothing() {
        let all = translation(&heard(|t| 0.3 * math::sin(TAU * 440.0 * t)), Device::HiFi).expect("sound");
        assert!(all.loss_db.abs() < 1e-6 && all.bass_survives);
    }
}
