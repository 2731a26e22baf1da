//! Eight complex resonators, two poles each, and the harmonics of what they hold.
//!
//! z <- z + (1 - r)(x e^(...) - z) in the frame that turns with the resonator: z1 <- p z1 + (1 - r) x, z2 <- p z2 +
//! (1 - r) z1 with p = r e^(jw). A tone of amplitude A at the centre gives |z| = A / 2.

use crate::blocks::math;
use std::f64::consts::TAU;

/// Resonators.
const COUNT: usize = 8;
/// Centre of the lowest, in hertz.
const LOWEST_HZ: f64 = 38.0;
/// Spacing in octaves.
const SPACING_OCT: f64 = 1.0 / 3.0;
/// Half the spacing over the bandwidth of one pole: with 0.6 the powers of all resonators sum flat within 0.7 dB.
const OVERLAP: f64 = 0.6;
/// Mean of that sum over a third of an octave for a tone of amplitude 1 (|z| = 1/2 at the centre), as an amplitude.
const SUM_GAIN: f64 = 0.565;
/// Weights of the second to fifth harmonic.
pub const WEIGHTS: [f64; 4] = [1.0, 0.7, 0.5, 0.35];
/// Amplitude of a tone at -60 dBFS, below which nothing is added, and at which the gate is fully open.
const GATE: [f64; 2] = [1e-3, 2e-3];

type Lanes = [f64; COUNT];

/// The gate for an amplitude: 0 shut to 1 open.
#[inline(always)]
pub fn open(amplitude: f64) -> f64 {
    ((amplitude - GATE[0]) * (1.0 / (GATE[1] - GATE[0]))).clamp(0.0, 1.0)
}

/// The bank; see the module.
#[derive(Debug, Clone, Default)]
pub struct Resonators {
    pole: [Lanes; 2],
    input_gain: Lanes,
    /// Turns each resonator so that neighbours agree half-way between them.
    turn: [Lanes; 2],
    centre_hz: Lanes,
    /// How much each resonator's tone is missed by the device, 0 to 1.
    missed: Lanes,
    first: [Lanes; 2],
    second: [Lanes; 2],
}

impl Resonators {
    /// For samples at `rate` hertz.
    pub fn new(rate: f64) -> Self {
        let mut bank = Self::default();
        let mut angle = 0.0f64;
        for b in 0..COUNT {
            let centre = LOWEST_HZ * math::exp2(b as f64 * SPACING_OCT);
            let half_spacing =
                centre * (math::exp2(0.5 * SPACING_OCT) - math::exp2(-0.5 * SPACING_OCT)) * 0.5;
            let bandwidth = half_spacing / OVERLAP;
            let radius = math::exp(-TAU * bandwidth / rate);
            let w = TAU * centre / rate;
            bank.centre_hz[b] = centre;
            bank.pole[0][b] = radius * math::cos(w);
            bank.pole[1][b] = radius * math::sin(w);
            bank.input_gain[b] = 1.0 - radius;
            bank.turn[0][b] = math::cos(angle);
            bank.turn[1][b] = math::sin(angle);
            // Half-way up, this resonator lags by 2 atan(overlap) and the next leads by as much.
            angle -= 4.0 * math::atan(OVERLAP);
        }
        bank.set_corner(120.0);
        bank
    }

    /// Forgets the audio.
    pub fn reset(&mut self) {
        self.first = Default::default();
        self.second = Default::default();
    }

    /// Sets the corner of the device in hertz: tones well above it need no stand-in.
    pub fn set_corner(&mut self, corner_hz: f64) {
        for (missed, centre) in self.missed.iter_mut().zip(self.centre_hz) {
            let ratio = (centre / corner_hz).powi(6);
            *missed = 1.0 / (1.0 + ratio);
        }
    }

    /// The harmonics for one sample, and the amplitude of the lows that the resonators have reached.
    #[inline(always)]
    pub fn tick(&mut self, x: f64) -> (f64, f64) {
        let mut power = [0.0; COUNT];
        for (b, power) in power.iter_mut().enumerate() {
            let (pr, pi, gain) = (self.pole[0][b], self.pole[1][b], self.input_gain[b]);
            let (r1, i1) = (self.first[0][b], self.first[1][b]);
            let (r1, i1) = (pr * r1 - pi * i1 + gain * x, pr * i1 + pi * r1);
            let (r2, i2) = (self.second[0][b], self.second[1][b]);
            let (r2, i2) = (pr * r2 - pi * i2 + gain * r1, pr * i2 + pi * r2 + gain * i1);
            self.first[0][b] = r1;
            self.first[1][b] = i1;
            self.second[0][b] = r2;
            self.second[1][b] = i2;
            *power = r2 * r2 + i2 * i2;
        }
        let mut amplitude = [0.0; COUNT];
        let mut total = 0.0;
        for b in 0..COUNT {
            let below = if b > 0 { power[b - 1] } else { 0.0 };
            let above = if b + 1 < COUNT { power[b + 1] } else { 0.0 };
            let near = power[b] + below + above;
            let share = power[b] * power[b] / (power[b] * power[b] + below * below + above * above + 1e-60);
            let level = near.sqrt() * (1.0 / SUM_GAIN);
            total += level * share;
            amplitude[b] = level * share * open(level) * self.missed[b];
        }
        let mut sum = 0.0;
        for b in 0..COUNT {
            // Unit phasor, turned; its powers by repeated multiplication.
            let norm = 1.0 / (power[b] + 1e-60).sqrt();
            let (zr, zi) = (self.second[0][b] * norm, self.second[1][b] * norm);
            let (tr, ti) = (self.turn[0][b], self.turn[1][b]);
            let (ur, ui) = (zr * tr - zi * ti, zr * ti + zi * tr);
            let (mut kr, mut ki) = (ur, ui);
            let mut harmonics = 0.0;
            for weight in WEIGHTS {
                (kr, ki) = (kr * ur - ki * ui, kr * ui + ki * ur);
                harmonics += weight * kr;
            }
            sum += amplitude[b] * harmonics;
        }
        (sum, total)
    }
}
