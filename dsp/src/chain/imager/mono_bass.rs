//! Mono bass: a Butterworth high-pass on S, of first, second or fourth order.
//!
//! The orders stand in parallel with smoothed weights, of which one is 1 at rest, so that a change of slope is a crossfade.

use super::MonoSlope;
use crate::blocks::math;
use crate::blocks::smoothing::{CONTROL_SMOOTHING_MS, Smoother};
use crate::blocks::svf::SvfState;
use crate::processor::CONTROL_PERIOD;
use std::f64::consts::{PI, SQRT_2};

/// Damping 1/Q of the two sections of a fourth-order Butterworth filter: 2 cos(3 pi / 8) and 2 cos(pi / 8).
const FOURTH_ORDER: [f64; 2] = [0.765_366_864_730_179_6, 1.847_759_065_022_573_5];

/// The high-pass; see the module.
#[derive(Debug, Clone, Default)]
pub struct MonoBass {
    sample_rate: f64,
    log_hz: Smoother,
    g_end: f64,
    filters: Filters,
}

/// The filters at work.
#[derive(Debug, Clone, Copy, Default)]
struct Filters {
    /// Weights of the unfiltered side and of the three orders, and which of them are heard in this period.
    weights: [Smoother; 4],
    heard: [bool; 4],
    g: f64,
    g_step: f64,
    first: f64,
    second: SvfState,
    fourth: [SvfState; 2],
}

impl MonoBass {
    /// Sets the sample rate in hertz.
    pub fn prepare(&mut self, sample_rate: f64) {
        self.sample_rate = sample_rate;
        for smoother in self.filters.weights.iter_mut().chain([&mut self.log_hz]) {
            smoother.prepare(sample_rate, CONTROL_SMOOTHING_MS);
        }
    }

    /// Forgets the audio.
    pub fn reset(&mut self) {
        let filters = &mut self.filters;
        (filters.first, filters.second, filters.fourth) = Default::default();
        filters.heard = [false; 4];
    }

    /// Switches the filter and sets its frequency in hertz and its slope.
    pub fn set(&mut self, on: bool, below_hz: f64, slope: MonoSlope) {
        let chosen = if on { slope as usize + 1 } else { 0 };
        for (order, weight) in self.filters.weights.iter_mut().enumerate() {
            weight.set_target(if order == chosen { 1.0 } else { 0.0 });
        }
        self.log_hz.set_target(math::ln(below_hz));
    }

    /// Puts every value on its target.
    pub fn snap(&mut self) {
        self.filters.weights.iter_mut().chain([&mut self.log_hz]).for_each(Smoother::snap);
        self.g_end = self.pre_warped();
    }

    /// Whether S is changed.
    pub fn is_active(&self) -> bool {
        self.filters.heard[1..] != [false; 3]
    }

    /// Starts a control period.
    pub fn begin_period(&mut self) {
        let filters = &mut self.filters;
        for (order, weight) in filters.weights.iter_mut().enumerate() {
            let heard = weight.begin_period() || weight.end_of_period() != 0.0;
            if heard && !filters.heard[order] {
                match order {
                    1 => filters.first = 0.0,
                    2 => filters.second.reset(),
                    3 => filters.fourth = Default::default(),
                    // The unfiltered side has no memory.
                    _ => {}
                }
            }
            filters.heard[order] = heard;
        }
        self.filters.g = self.g_end;
        if self.log_hz.begin_period() {
            self.g_end = self.pre_warped();
        }
        self.filters.g_step = (self.g_end - self.filters.g) * (1.0 / CONTROL_PERIOD as f64);
    }

    fn pre_warped(&self) -> f64 {
        math::tan(PI * (math::exp(self.log_hz.end_of_period()) / self.sample_rate).min(0.49))
    }

    /// Takes the lows out of S.
    #[inline(always)]
    pub fn process(&mut self, sides: &mut [f64]) {
        if !self.is_active() {
            return;
        }
        // A copy stays in registers.
        let mut filters = self.filters;
        match (filters.is_still(), filters.heard) {
            (true, [false, false, true, false]) => {
                let a1 = 1.0 / (1.0 + filters.g * (filters.g + SQRT_2));
                sides.iter_mut().for_each(|side| *side = filters.second(a1, *side));
            }
            _ => sides.iter_mut().for_each(|side| *side = filters.tick(*side)),
        }
        self.filters = filters;
    }
}

impl Filters {
    fn is_still(&self) -> bool {
        self.g_step == 0.0 && !self.weights.iter().any(Smoother::is_moving)
    }

    /// S without its lows.
    #[inline(always)]
    fn tick(&mut self, side: f64) -> f64 {
        self.g += self.g_step;
        let g = self.g;
        let mut sum = self.weights[0].next() * side;
        if self.heard[1] {
            let v = (side - self.first) * g / (1.0 + g);
            let low = self.first + v;
            self.first = low + v;
            sum += self.weights[1].next() * (side - low);
        }
        if self.heard[2] {
            sum += self.weights[2].next() * self.second(1.0 / (1.0 + g * (g + SQRT_2)), side);
        }
        if self.heard[3] {
            let mut x = side;
            for (state, k) in self.fourth.iter_mut().zip(FOURTH_ORDER) {
                x = high_pass(state, g, 1.0 / (1.0 + g * (g + k)), k, x);
            }
            sum += self.weights[3].next() * x;
        }
        sum
    }

    #[inline(always)]
    fn second(&mut self, a1: f64, side: f64) -> f64 {
        high_pass(&mut self.second, self.g, a1, SQRT_2, side)
    }
}

#[inline(always)]
fn high_pass(state: &mut SvfState, g: f64, a1: f64, k: f64, x: f64) -> f64 {
    let (band, low) = state.tick(g, a1, [x, x]);
    x - k * band[0] - low[0]
}
