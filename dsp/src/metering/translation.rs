//! What a device keeps of a programme, from its spectrum: how much loudness goes, and whether its bass can still be told.

use super::spectrum::{Analyser, Part};
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
        let gain = 10f64.powf(3.999_84 / 20.0);
        let middle = gain.powf(0.499_667);
        let q = 0.707_175;
        ((1.0 - gain * x * x).powi(2) + (middle * x / q).powi(2)) / ((1.0 - x * x).powi(2) + (x / q).powi(2))
    };
    high_pass * shelf
}

/// What `device` keeps of what the analyser has heard; nothing in silence.
pub fn translation(analyser: &Analyser, device: Device, sample_rate: f64) -> Option<Translation> {
    let part = if device.is_mono() { Part::Mid } else { Part::Both };
    let corner = device.corner_hz();
    let sections = device.sections(sample_rate);
    let (mut whole, mut played, mut below, mut harmonics) = (0.0, 0.0, 0.0, 0.0);
    for (n, bin) in analyser.bins().iter().enumerate().skip(1) {
        let hz = analyser.frequency_hz(n);
        let weight = k_power(hz);
        let power = weight * bin.of(Part::Both);
        let gain: f64 = sections.iter().map(|section| section.magnitude(hz, sample_rate).powi(2)).product();
        whole += power;
        played += weight * bin.of(part) * gain;
        if hz < corner {
            below += power;
        } else if hz < 4.0 * corner {
            harmonics += power;
        }
    }
    (whole > 1e-14).then(|| {
        let db = |share: f64| 10.0 * (share / whole).max(1e-12).log10();
        let (unplayable_db, harmonics_db) = (db(below), db(harmonics));
        Translation {
            loss_db: db(played),
            unplayable_db,
            harmonics_db,
            bass_survives: unplayable_db < NO_BASS_DB || harmonics_db > unplayable_db + TOLD_DB,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metering::spectrum::Averaging;
    use std::f64::consts::TAU;

    const RATE: f64 = 48_000.0;

    fn heard(frame: impl Fn(f64) -> f64) -> Analyser {
        let mut analyser = Analyser::new(RATE, 8192, Averaging::Endless);
        let frames: Vec<_> = (0..96_000).map(|n| [frame(n as f64 / RATE); 2]).collect();
        analyser.push(&frames);
        analyser
    }

    #[test]
    fn a_phone_loses_the_bass_and_harmonics_bring_it_back() {
        let sub = |t: f64| 0.5 * (TAU * 60.0 * t).sin();
        let voice = |t: f64| 0.03 * (TAU * 2500.0 * t).sin();
        let bare = translation(&heard(|t| sub(t) + voice(t)), Device::Phone, RATE).expect("sound");
        assert!(bare.loss_db < -10.0 && bare.unplayable_db > -1.0 && !bare.bass_survives, "{bare:?}");
        let rich = |t: f64| (2..=12).map(|n| 0.3 / n as f64 * (TAU * 60.0 * n as f64 * t).sin()).sum::<f64>();
        let told = translation(&heard(|t| sub(t) + rich(t) + voice(t)), Device::Phone, RATE).expect("sound");
        assert!(told.bass_survives, "{told:?}");
        assert!(translation(&heard(|_| 0.0), Device::Phone, RATE).is_none());
    }

    #[test]
    fn good_loudspeakers_lose_nothing() {
        let all = translation(&heard(|t| 0.3 * (TAU * 440.0 * t).sin()), Device::HiFi, RATE).expect("sound");
        assert!(all.loss_db.abs() < 1e-6 && all.bass_survives);
    }
}
