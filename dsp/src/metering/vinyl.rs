//! What a cutting lathe would make of a programme: proxies, in units relative to a reference cut.
//!
//! A groove's velocity follows the signal under the RIAA characteristic; its excursion is the integral of the velocity, lateral for
//! mid and vertical for side; its acceleration, the derivative, is what heats the cutter and what a stylus cannot trace in sibilants.

use crate::blocks::math;
use crate::blocks::svf::{SvfCoefficients, SvfState};
use crate::processor::Frame;
use std::f64::consts::TAU;

/// Below this, side should be next to nothing: hertz.
const LOW_HZ: f64 = 150.0;
/// Region of sibilants, hertz.
const SIBILANT_HZ: [f64; 2] = [5000.0, 16_000.0];
/// RIAA time constants, s.
const RIAA_S: [f64; 3] = [3180e-6, 318e-6, 75e-6];
/// Length of a window of the sibilance, s.
const WINDOW_S: f64 = 0.01;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VinylReading {
    /// Power of side against mid below 150 Hz, dB.
    pub low_side_db: f64,
    /// Highest lateral excursion against that of a 1 kHz sine at 0 dBFS, dB.
    pub lateral_db: f64,
    /// Highest vertical excursion, the same.
    pub vertical_db: f64,
    /// Highest level of 10 ms of sibilants after the RIAA's emphasis, against a 1 kHz sine at 0 dBFS, dB.
    pub sibilance_db: f64,
}

/// Measures; see the module.
pub struct Vinyl {
    low: SvfCoefficients,
    low_states: [SvfState; 2],
    low_powers: [f64; 2],
    emphasis: Emphasis,
    /// Leaky integrators of the groove's velocity, and their highest values.
    excursion: Frame,
    excursion_max: Frame,
    integrate: f64,
    leak: f64,
    sibilant: [SvfCoefficients; 2],
    sibilant_states: [SvfState; 2],
    window: usize,
    in_window: usize,
    window_power: f64,
    sibilance_max: f64,
    reference: f64,
}

/// The recording characteristic: (1 + s 3180 us)(1 + s 75 us) / (1 + s 318 us), with its gain at 1 kHz as 1.
#[derive(Clone, Copy)]
struct Emphasis {
    b: [f64; 3],
    a: f64,
    last: [Frame; 2],
    out: Frame,
}

impl Emphasis {
    fn new(sample_rate: f64) -> Self {
        let [low, middle, high] = RIAA_S;
        // Each root as a matched one; the highest frequencies rise a little less than the characteristic does.
        let root = |seconds: f64| math::exp(-1.0 / (seconds * sample_rate));
        let (z1, z2, pole) = (root(low), root(high), root(middle));
        let w = TAU * 1000.0 / sample_rate;
        let magnitude = |c: [f64; 3]| {
            math::hypot(
                c[0] + c[1] * math::cos(w) + c[2] * math::cos(2.0 * w),
                c[1] * math::sin(w) + c[2] * math::sin(2.0 * w),
            )
        };
        let numerator = [1.0, -z1 - z2, z1 * z2];
        let gain = magnitude([1.0, -pole, 0.0]) / magnitude(numerator);
        Self { b: numerator.map(|c| c * gain), a: pole, last: [[0.0; 2]; 2], out: [0.0; 2] }
    }

    #[inline(always)]
    fn tick(&mut self, x: Frame) -> Frame {
        let [one, two] = self.last;
        for c in 0..2 {
            self.out[c] = self.b[0] * x[c] + self.b[1] * one[c] + self.b[2] * two[c] + self.a * self.out[c];
        }
        self.last = [x, one];
        self.out
    }
}

impl Vinyl {
    /// At `sample_rate` hertz.
    pub fn new(sample_rate: f64) -> Self {
        let [from, to] = SIBILANT_HZ;
        Self {
            low: SvfCoefficients::low_pass(LOW_HZ, std::f64::consts::FRAC_1_SQRT_2, sample_rate),
            low_states: Default::default(),
            low_powers: [0.0; 2],
            emphasis: Emphasis::new(sample_rate),
            excursion: [0.0; 2],
            excursion_max: [0.0; 2],
            integrate: 1.0 / sample_rate,
            leak: math::exp(-TAU * 10.0 / sample_rate),
            sibilant: [
                SvfCoefficients::high_pass(from, std::f64::consts::FRAC_1_SQRT_2, sample_rate),
                SvfCoefficients::low_pass(
                    to.min(0.45 * sample_rate),
                    std::f64::consts::FRAC_1_SQRT_2,
                    sample_rate,
                ),
            ],
            sibilant_states: Default::default(),
            window: ((WINDOW_S * sample_rate) as usize).max(1),
            in_window: 0,
            window_power: 0.0,
            sibilance_max: 0.0,
            // A sine of amplitude 1 at 1 kHz moves the groove by 1 / (2 pi 1000).
            reference: 1.0 / (TAU * 1000.0),
        }
    }

    /// Takes the next frames.
    pub fn push(&mut self, frames: &[Frame]) {
        let (low, [high_pass, low_pass]) = (self.low, self.sibilant);
        let (low_a1, high_pass_a1, low_pass_a1) = (low.a1(), high_pass.a1(), low_pass.a1());
        // Copies stay in registers.
        let ([mut first, mut second], mut emphasis) = (self.low_states, self.emphasis);
        let [mut high_passed, mut low_passed] = self.sibilant_states;
        let (mut low_powers, mut excursion, mut excursion_max) =
            (self.low_powers, self.excursion, self.excursion_max);
        let mut rest = frames;
        while !rest.is_empty() {
            let (part, tail) = rest.split_at((self.window - self.in_window).min(rest.len()));
            let mut powers = [0.0; 2];
            for [left, right] in part {
                let parts = [0.5 * (left + right), 0.5 * (left - right)];
                let (_, lows) = first.tick(low.g, low_a1, parts);
                let (_, lows) = second.tick(low.g, low_a1, lows);
                let velocity = emphasis.tick(parts);
                let (v1, v2) = high_passed.tick(high_pass.g, high_pass_a1, velocity);
                let mut highs = [0.0; 2];
                for c in 0..2 {
                    highs[c] = high_pass.m0 * velocity[c] + high_pass.m1 * v1[c] + high_pass.m2 * v2[c];
                }
                let (_, heard) = low_passed.tick(low_pass.g, low_pass_a1, highs);
                for c in 0..2 {
                    low_powers[c] += lows[c] * lows[c];
                    excursion[c] = self.leak * excursion[c] + self.integrate * velocity[c];
                    let reached = excursion[c].abs();
                    excursion_max[c] = if reached > excursion_max[c] { reached } else { excursion_max[c] };
                    powers[c] += heard[c] * heard[c];
                }
            }
            self.window_power += powers[0] + powers[1];
            self.in_window += part.len();
            if self.in_window == self.window {
                self.sibilance_max = self.sibilance_max.max(self.window_power / self.window as f64);
                (self.in_window, self.window_power) = (0, 0.0);
            }
            rest = tail;
        }
        (self.low_states, self.emphasis) = ([first, second], emphasis);
        self.sibilant_states = [high_passed, low_passed];
        (self.low_powers, self.excursion, self.excursion_max) = (low_powers, excursion, excursion_max);
    }

    /// What was found so far.
    pub fn reading(&self) -> VinylReading {
        let db = |ratio: f64| 20.0 * math::log10(ratio.max(1e-9));
        let [mid, side] = self.low_powers;
        VinylReading {
            low_side_db: if mid + side > 0.0 {
                10.0 * math::log10(side.max(1e-20) / mid.max(1e-20))
            } else {
                -120.0
            },
            lateral_db: db(self.excursion_max[0] / self.reference),
            vertical_db: db(self.excursion_max[1] / self.reference),
            sibilance_db: db((2.0 * self.sibilance_max).sqrt()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(frame: impl Fn(f64) -> Frame) -> VinylReading {
        let mut vinyl = Vinyl::new(48_000.0);
        let frames: Vec<Frame> = (0..96_000).map(|n| frame(n as f64 / 48_000.0)).collect();
        vinyl.push(&frames);
        vinyl.reading()
    }

    #[test]
    fn the_reference_reads_zero_and_lows_move_the_groove_further() {
        let tone = |hz: f64, gain: f64| move |t: f64| gain * math::cos(TAU * hz * t);
        let at = tone(1000.0, 1.0);
        let reference = reading(|t| [at(t); 2]);
        assert!(reference.lateral_db.abs() < 0.3, "{reference:?}");
        assert!(reference.vertical_db < -100.0);
        // At 100 Hz the RIAA takes 13.1 dB of velocity and the integral gives 20 dB.
        let at = tone(100.0, 1.0);
        let lows = reading(|t| [at(t); 2]);
        assert!((lows.lateral_db - 6.9).abs() < 0.5, "{lows:?}");
    }

    #[test]
    fn side_below_150_hz_and_sibilants_are_seen() {
        let tone = |hz: f64, gain: f64| move |t: f64| gain * math::sin(TAU * hz * t);
        let (low, hiss) = (tone(60.0, 0.5), tone(9000.0, 0.25));
        let out_of_phase = reading(|t| [low(t), -low(t)]);
        assert!(out_of_phase.low_side_db > 60.0 && out_of_phase.vertical_db > out_of_phase.lateral_db);
        let sibilant = reading(|t| [hiss(t) + low(t); 2]);
        // 0.25 is -12 dB; the RIAA lifts 9 kHz by 12.9 dB.
        assert!(sibilant.sibilance_db.abs() < 2.5, "{sibilant:?}");
        assert!(reading(|t| [low(t); 2]).sibilance_db < -40.0);
    }
}
