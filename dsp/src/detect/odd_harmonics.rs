//! Odd harmonics of tones that stand alone: what a symmetrical overload, a clipper or tape driven hard, makes and few instruments do.
//!
//! In windows of 0.17 s the strongest line between 60 and 600 Hz is looked at if nothing near it is within 20 dB. Its second to seventh
//! harmonics count where they stand over what is around them. An overload that is alike for both halves of the wave has the third,
//! fifth and seventh and no others; a string, a voice or a sawtooth has all of them. A square wave and a clarinet have odd ones as
//! well: this is worth a note, and no verdict.

use super::detector::{Detector, Programme};
use super::evidence::Evidence;
use super::hop::Hop;
use super::{Check, Finding, Severity};
use crate::blocks::window::hann;
use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};
use std::sync::Arc;

/// Length of a window up to 60 kHz, frames: lines 12 Hz apart are told apart.
const LENGTH: usize = 8192;
/// Where the tones are looked for, hertz.
const TONES_HZ: [f64; 2] = [60.0, 600.0];
/// Level of the softest tone, as a power: -46 dBFS.
const SOFTEST: f64 = 2.5e-5;
/// Nothing near a tone that stands alone is louder than this share of its power: -20 dB.
const ALONE: f64 = 0.01;
/// Where "near" is, as shares of the tone's frequency.
const NEAR: [[f64; 2]; 2] = [[0.55, 0.88], [1.12, 1.88]];
/// Harmonics that are looked at.
const HARMONICS: std::ops::RangeInclusive<u32> = 2..=7;
/// A harmonic stands out by this ratio of powers over the bins beside it.
const OUTSTANDING: f64 = 8.0;
/// Odd harmonics that are heard: -30 dB against the tone; and how far they are over the even ones: 10 dB.
const HEARD: f64 = 1e-3;
const OVER_EVEN: f64 = 10.0;
/// Fewest tones that tell anything: two seconds of them.
const FEWEST: u64 = 12;
/// Share of the tones from which on it is told.
const SHARE: f64 = 0.5;

/// See the module.
pub(super) struct OddHarmonics {
    bin_hz: f64,
    line: Vec<f64>,
    window: Vec<f64>,
    transform: Arc<dyn RealToComplex<f64>>,
    bins: Vec<Complex<f64>>,
    scratch: Vec<Complex<f64>>,
    powers: Vec<f64>,
    tones: u64,
    odd_tones: u64,
    /// Sum of the odd harmonics' powers against their tones', where they were heard.
    odd: f64,
}

impl Detector for OddHarmonics {
    fn new(programme: &Programme) -> Self {
        let sample_rate_hz = programme.sample_rate_hz;
        let times = (sample_rate_hz / 60_000.0).ceil().max(1.0) as usize;
        let length = LENGTH * times.next_power_of_two();
        let transform = RealFftPlanner::new().plan_fft_forward(length);
        Self {
            bin_hz: sample_rate_hz / length as f64,
            line: Vec::with_capacity(length),
            window: hann(length),
            bins: transform.make_output_vec(),
            scratch: transform.make_scratch_vec(),
            powers: vec![0.0; length / 2 + 1],
            transform,
            tones: 0,
            odd_tones: 0,
            odd: 0.0,
        }
    }

    fn push(&mut self, hop: &Hop) {
        for [left, right] in hop.frames {
            self.line.push(0.5 * (left + right));
            if self.line.len() == self.window.len() {
                self.finish_window();
            }
        }
    }

    fn findings(&self, evidence: &Evidence) -> Option<Finding> {
        let share = self.odd_tones as f64 / self.tones.max(1) as f64;
        (self.tones >= FEWEST && share > SHARE).then(|| Finding {
            check: Check::Distortion,
            severity: Severity::Note,
            figure: 100.0 * share,
            unit: "%",
            threshold: 100.0 * SHARE,
            confidence: Some(0.5),
            fact: format!(
                "Odd harmonics alone stand over {:.0} % of the single tones, {:.0} dB below them in the mean, in {}: the trace of a symmetrical \
                 overload.",
                100.0 * share,
                -10.0 * (self.odd / self.odd_tones.max(1) as f64).log10(),
                evidence.time(evidence.frames)
            ),
            advice: "If the bass is no square wave and no clarinet, look for a saturator, a clipper or an amplifier on it that is driven harder than \
                     you mean."
                .to_owned(),
            places: Vec::new(),
            place_count: 0,
        })
    }
}

impl OddHarmonics {
    fn finish_window(&mut self) {
        for (x, window) in self.line.iter_mut().zip(&self.window) {
            *x *= window;
        }
        let done = self.transform.process_with_scratch(&mut self.line, &mut self.bins, &mut self.scratch);
        debug_assert!(done.is_ok(), "the buffers were made for this transform");
        let scale = (4.0 / self.window.len() as f64).powi(2);
        for (power, bin) in self.powers.iter_mut().zip(&self.bins) {
            *power = bin.norm_sqr() * scale;
        }
        self.line.clear();
        if let Some([odd, even]) = self.harmonics() {
            self.tones += 1;
            if odd > HEARD && odd > OVER_EVEN * even {
                self.odd_tones += 1;
                self.odd += odd;
            }
        }
    }

    /// Highest power between two frequencies.
    fn highest(&self, [from_hz, to_hz]: [f64; 2]) -> f64 {
        let (from, to) = ((from_hz / self.bin_hz).ceil() as usize, (to_hz / self.bin_hz).floor() as usize);
        self.powers.get(from..=to.max(from)).map_or(0.0, |bins| bins.iter().copied().fold(0.0, f64::max))
    }

    /// Powers of the odd and of the even harmonics of the tone that stands alone, against its own; none if there is no such tone.
    fn harmonics(&self) -> Option<[f64; 2]> {
        let [from, to] = TONES_HZ.map(|hz| (hz / self.bin_hz) as usize);
        let (bin, tone) = (from..=to)
            .map(|bin| (bin, self.powers[bin]))
            .max_by(|(_, one), (_, other)| one.total_cmp(other))?;
        if tone < SOFTEST {
            return None;
        }
        // The vertex of the parabola through the levels of three bins.
        let [left, middle, right] = [bin - 1, bin, bin + 1].map(|bin| self.powers[bin].max(1e-30).ln());
        let offset = 0.5 * (left - right) / (left - 2.0 * middle + right).min(-1e-9);
        let hz = (bin as f64 + offset.clamp(-0.5, 0.5)) * self.bin_hz;
        if NEAR.iter().any(|near| self.highest(near.map(|share| share * hz)) > ALONE * tone) {
            return None;
        }
        let (mut odd, mut even) = (0.0, 0.0);
        for k in HARMONICS {
            let at = f64::from(k) * hz;
            let beside = |from: f64, to: f64| self.highest([at + from * self.bin_hz, at + to * self.bin_hz]);
            let harmonic = beside(-2.0, 2.0);
            if harmonic > OUTSTANDING * beside(-9.0, -5.0).max(beside(5.0, 9.0)) {
                *if k % 2 == 1 { &mut odd } else { &mut even } += harmonic / tone;
            }
        }
        Some([odd, even])
    }
}
