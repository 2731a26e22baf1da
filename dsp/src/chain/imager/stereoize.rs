//! Stereoize: side made from the mid by all-passes, which decorrelate it without colouring either channel much.
//!
//! S += a AP(HP(M)): the four Schroeder all-passes y[n] = -c x[n] + x[n-d] + c y[n-d] spread the phase; the high-pass keeps
//! the lows in the middle.

use crate::blocks::entry::Entry;
use crate::blocks::smoothing::{CONTROL_SMOOTHING_MS, Smoother};
use crate::blocks::svf::{SvfCoefficients, SvfState};
use crate::processor::CONTROL_PERIOD;
use std::f64::consts::FRAC_1_SQRT_2;

/// Delays in ms, of no common measure and below the threshold of an echo.
const DELAYS_MS: [f64; 4] = [2.13, 3.71, 5.87, 8.39];
/// Coefficient of the all-passes.
const COEFFICIENT: f64 = 0.6;
/// Corner of the high-pass in hertz.
const HIGH_PASS_HZ: f64 = 250.0;
/// Side per mid at full amount.
const MOST: f64 = 0.35;

/// The all-passes; see the module.
#[derive(Debug, Clone, Default)]
pub struct Stereoize {
    amount: Smoother,
    high_pass: SvfState,
    filter: SvfCoefficients,
    lines: [Vec<f64>; 4],
    places: [usize; 4],
    entry: Entry,
    active: bool,
    started: bool,
}

impl Stereoize {
    /// Sets the sample rate in hertz. Allocates.
    pub fn prepare(&mut self, sample_rate: f64) {
        self.amount.prepare(sample_rate, CONTROL_SMOOTHING_MS);
        self.entry = Entry::new(sample_rate);
        self.filter = SvfCoefficients::high_pass(HIGH_PASS_HZ, FRAC_1_SQRT_2, sample_rate);
        self.lines = DELAYS_MS.map(|ms| vec![0.0; (ms * 1e-3 * sample_rate).round().max(1.0) as usize]);
    }

    /// Forgets the audio.
    pub fn reset(&mut self) {
        self.high_pass.reset();
        self.lines.iter_mut().for_each(|line| line.fill(0.0));
        self.places = [0; 4];
        self.entry.complete();
        self.active = false;
        self.started = false;
    }

    /// Sets the amount, 0 to 1.
    pub fn set(&mut self, amount: f64) {
        self.amount.set_target(MOST * amount);
    }

    /// Puts the amount on its target.
    pub fn snap(&mut self) {
        self.amount.snap();
    }

    /// Whether side is made.
    pub fn is_active(&self) -> bool {
        self.active
    }

    /// Starts a control period.
    pub fn begin_period(&mut self) {
        let active = self.amount.begin_period() || self.amount.end_of_period() != 0.0;
        if active && !self.active && self.started {
            // The lines hold what was last heard.
            self.reset();
            self.entry.begin();
        }
        self.active = active;
        self.started = true;
    }

    /// Adds the side made of the mid, of at most [`CONTROL_PERIOD`] frames.
    #[inline(always)]
    pub fn process(&mut self, mids: &[f64], sides: &mut [f64]) {
        if !self.active {
            return;
        }
        let mut made = [0.0; CONTROL_PERIOD];
        let made = &mut made[..mids.len()];
        made.copy_from_slice(mids);
        if !self.entry.is_complete() {
            made.iter_mut().for_each(|x| *x *= self.entry.next_gain());
        }
        let (filter, a1, mut state) = (self.filter, self.filter.a1(), self.high_pass);
        for x in made.iter_mut() {
            let (band, low) = state.tick(filter.g, a1, [*x, *x]);
            *x = *x - filter.k * band[0] - low[0];
        }
        self.high_pass = state;
        for (line, place) in self.lines.iter_mut().zip(&mut self.places) {
            // From place to place, none of them twice, so that they go in lanes.
            let mut rest = &mut made[..];
            while !rest.is_empty() && *place < line.len() {
                let (now, later) = rest.split_at_mut(rest.len().min(line.len() - *place));
                for (x, slot) in now.iter_mut().zip(&mut line[*place..]) {
                    let y = *slot - COEFFICIENT * *x;
                    *slot = *x + COEFFICIENT * y;
                    *x = y;
                }
                *place += now.len();
                *place = if *place == line.len() { 0 } else { *place };
                rest = later;
            }
        }
        for (side, made) in sides.iter_mut().zip(made) {
            *side += self.amount.next() * *made;
        }
    }
}
