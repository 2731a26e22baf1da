//! Bass whose channels stand apart in phase: each is there, and mono keeps half of it.
//!
//! The cross spectrum of both channels, summed over the programme from 30 to 150 Hz, tells by its magnitude against the powers how much of the
//! bass both share, and by its angle how far apart they carry it. What is merely wide shares little, and is the arrangement's; what is
//! shared and a quarter of a period apart was turned by a phase shifter, a wrong delay or a stereo widener.

use super::detector::{Detector, Programme};
use super::evidence::Evidence;
use super::hop::Hop;
use super::lows::{SCALE, bin_hz};
use super::{Check, Finding, Severity};
use realfft::num_complex::Complex;

/// Where the bass is, hertz.
const BASS_HZ: [f64; 2] = [30.0, 150.0];
/// Least share that both channels have in common, and least angle: from there on mono loses 2 dB of it.
const SHARED: f64 = 0.6;
const APART_DEGREES: f64 = 55.0;
/// From here on it is a channel inverted, which is told elsewhere.
const INVERTED_DEGREES: f64 = 140.0;
/// Quieter bass is nobody's loss, dBFS; and one side of it by so much, dB.
const HEARD_DB: f64 = -45.0;
const LEAN_DB: f64 = 10.0;

/// See the module.
pub(super) struct LowPhase {
    bin_hz: f64,
    windows: u64,
    powers: [f64; 2],
    cross: Complex<f64>,
}

impl Detector for LowPhase {
    fn new(programme: &Programme) -> Self {
        let sample_rate_hz = programme.sample_rate_hz;
        Self { bin_hz: bin_hz(sample_rate_hz), windows: 0, powers: [0.0; 2], cross: Complex::ZERO }
    }

    fn push(&mut self, hop: &Hop) {
        let Some([left, right]) = hop.lows else { return };
        let [from, to] = BASS_HZ.map(|hz| (hz / self.bin_hz).round() as usize);
        let bins = left.iter().zip(right).take(to + 1).skip(from);
        for (left, right) in bins {
            self.powers[0] += SCALE * left.norm_sqr();
            self.powers[1] += SCALE * right.norm_sqr();
            self.cross += left * right.conj() * SCALE;
        }
        self.windows += 1;
    }

    fn findings(&self, evidence: &Evidence) -> Option<Finding> {
        let [left, right] = self.powers;
        let product = left * right;
        if self.windows < 2 || product <= 0.0 {
            return None;
        }
        let shared = self.cross.norm() / product.sqrt();
        let degrees = self.cross.arg().to_degrees().abs();
        let level_db = 10.0 * ((left + right) / self.windows as f64).log10();
        let lean_db = 10.0 * (left / right).log10();
        if shared < SHARED
            || !(APART_DEGREES..INVERTED_DEGREES).contains(&degrees)
            || level_db < HEARD_DB
            || lean_db.abs() > LEAN_DB
        {
            return None;
        }
        let lost_db = -10.0 * (0.5 + 0.5 * shared * degrees.to_radians().cos()).log10();
        Some(Finding {
            check: Check::MonoCompatibility,
            severity: Severity::Warn,
            figure: degrees,
            unit: "degrees",
            threshold: APART_DEGREES,
            confidence: None,
            fact: format!(
                "Below {:.0} Hz left and right carry the same {degrees:.0} degrees apart, in {}: mono takes {lost_db:.1} dB of the bass.",
                BASS_HZ[1],
                evidence.time(evidence.frames)
            ),
            advice: "Look for a phase shifter, a delay or a widener on the bass or the kick drum, and keep what is below 150 Hz in the middle."
                .to_owned(),
            places: Vec::new(),
            place_count: 0,
        })
    }
}
