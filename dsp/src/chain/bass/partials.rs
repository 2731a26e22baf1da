//! Twenty-four narrow resonators, four poles each, and the harmonics of every tone that they tell apart.
//!
//! Harmonics of two tones in one resonator come with their sums and differences, as loud as they are themselves. These resonators are
//! a tenth of an octave apart and narrow enough for tones in a fourth (50 and 65 Hz), and of those that hear the same tone the
//! loudest speaks almost alone. They take some 90 ms to ring up: a single tone is the wide resonators' affair.

use super::resonators::{WEIGHTS, open};
use std::f64::consts::TAU;

/// Resonators.
const COUNT: usize = 24;
/// Poles of each: more poles ring up faster for the same selectivity, and four are near what can be had.
const POLES: usize = 4;
/// Centre of the lowest, in hertz.
const LOWEST_HZ: f64 = 36.0;
/// Spacing in octaves.
const SPACING_OCT: f64 = 2.5 / COUNT as f64;
/// Half the bandwidth of one pole against the centre: 50 Hz hears 65 Hz at -30 dB, whose fifth harmonic is modulated by -22 dB.
const BANDWIDTH: f64 = 0.11;
/// What a tone of amplitude 1 leaves in the root of three neighbours' powers, as an amplitude; level with the wide resonators.
const SUM_GAIN: f64 = 0.624;
/// Mean square distance of the tones from their middle, in resonators, at which they begin to count as several, and count as such:
/// a single tone between two resonators reaches 0.3, two equal tones a fourth apart 3.2.
const SPREAD: [f64; 2] = [0.4, 1.0];

type Lanes = [f64; COUNT];

/// The bank; see the module.
#[derive(Debug, Clone)]
pub struct Partials {
    pole: [Lanes; 2],
    input_gain: Lanes,
    /// Turns each resonator so that neighbours agree half-way between them.
    turn: [Lanes; 2],
    centre_hz: Lanes,
    /// How much each resonator's tone is missed by the device, 0 to 1.
    missed: Lanes,
    state: [[Lanes; 2]; POLES],
}

impl Default for Partials {
    fn default() -> Self {
        Self::new(6000.0)
    }
}

impl Partials {
    /// For samples at `rate` hertz.
    pub fn new(rate: f64) -> Self {
        let nothing = [0.0; COUNT];
        let mut bank = Self {
            pole: [nothing; 2],
            input_gain: nothing,
            turn: [nothing; 2],
            centre_hz: nothing,
            missed: nothing,
            state: [[nothing; 2]; POLES],
        };
        let half_spacing = ((0.5 * SPACING_OCT).exp2() - (-0.5 * SPACING_OCT).exp2()) * 0.5;
        for b in 0..COUNT {
            let centre = LOWEST_HZ * (b as f64 * SPACING_OCT).exp2();
            let radius = (-TAU * BANDWIDTH * centre / rate).exp();
            let w = TAU * centre / rate;
            // Half-way up, this resonator lags by the angle of its poles and the next leads by as much.
            let angle = -(2.0 * POLES as f64 * b as f64) * (half_spacing / BANDWIDTH).atan();
            bank.centre_hz[b] = centre;
            bank.pole[0][b] = radius * w.cos();
            bank.pole[1][b] = radius * w.sin();
            bank.input_gain[b] = 1.0 - radius;
            bank.turn[0][b] = angle.cos();
            bank.turn[1][b] = angle.sin();
        }
        bank.set_corner(120.0);
        bank
    }

    /// Forgets the audio.
    pub fn reset(&mut self) {
        self.state = [[[0.0; COUNT]; 2]; POLES];
    }

    /// Sets the corner of the device in hertz: tones well above it need no stand-in.
    pub fn set_corner(&mut self, corner_hz: f64) {
        for (missed, centre) in self.missed.iter_mut().zip(self.centre_hz) {
            *missed = 1.0 / (1.0 + (centre / corner_hz).powi(6));
        }
    }

    /// The harmonics for one sample, and how much the tones are several, 0 to 1. A single tone's harmonics are made only if `heard`.
    pub fn tick(&mut self, x: f64, heard: bool) -> (f64, f64) {
        let mut input = [[x; COUNT], [0.0; COUNT]];
        for [re, im] in &mut self.state {
            for b in 0..COUNT {
                let (pr, pi, gain) = (self.pole[0][b], self.pole[1][b], self.input_gain[b]);
                let (r, i) = (re[b], im[b]);
                re[b] = pr * r - pi * i + gain * input[0][b];
                im[b] = pr * i + pi * r + gain * input[1][b];
            }
            input = [*re, *im];
        }
        let [re, im] = input;
        let power: Lanes = std::array::from_fn(|b| re[b] * re[b] + im[b] * im[b]);
        let mut below = [0.0; COUNT];
        let mut above = [0.0; COUNT];
        below[1..].copy_from_slice(&power[..COUNT - 1]);
        above[..COUNT - 1].copy_from_slice(&power[1..]);
        let mut level = [0.0; COUNT];
        for b in 0..COUNT {
            let inverse = 1.0 / (power[b] + 1e-60);
            let share = 1.0 / (1.0 + eighth(below[b] * inverse) + eighth(above[b] * inverse));
            level[b] = share * (power[b] + below[b] + above[b]).sqrt() * (1.0 / SUM_GAIN);
        }
        let several = several(&level);
        if several == 0.0 && !heard {
            return (0.0, 0.0);
        }
        let mut harmonics = 0.0;
        for b in 0..COUNT {
            // Unit phasor, turned; its powers by repeated multiplication.
            let norm = 1.0 / (power[b] + 1e-60).sqrt();
            let (zr, zi) = (re[b] * norm, im[b] * norm);
            let (tr, ti) = (self.turn[0][b], self.turn[1][b]);
            let (ur, ui) = (zr * tr - zi * ti, zr * ti + zi * tr);
            let (mut kr, mut ki) = (ur, ui);
            let mut sum = 0.0;
            for weight in WEIGHTS {
                (kr, ki) = (kr * ur - ki * ui, kr * ui + ki * ur);
                sum += weight * kr;
            }
            harmonics += level[b] * open(level[b]) * self.missed[b] * sum;
        }
        (harmonics, several)
    }
}

/// x^8.
#[inline(always)]
fn eighth(x: f64) -> f64 {
    let fourth = (x * x) * (x * x);
    fourth * fourth
}

/// How much the tones of these levels are several: by the levels' mean square distance from their middle.
fn several(level: &Lanes) -> f64 {
    let (mut sum, mut first, mut second) = (0.0, 0.0, 0.0);
    for (b, level) in level.iter().enumerate() {
        let place = b as f64;
        sum += level;
        first += place * level;
        second += place * place * level;
    }
    // Below the gate nothing sounds.
    if open(sum) == 0.0 {
        return 0.0;
    }
    let middle = first / sum;
    let spread = second / sum - middle * middle;
    let t = ((spread - SPREAD[0]) / (SPREAD[1] - SPREAD[0])).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}
