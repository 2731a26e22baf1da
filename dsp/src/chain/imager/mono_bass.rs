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
    /// Weights of the unfiltered side and of the three orders.
    weights: [Smoother; 4],
    log_hz: Smoother,
    g_end: f64,
    g: f64,
    g_step: f64,
    first: f64,
    second: SvfState,
    fourth: [SvfState; 2],
    /// Which orders are heard in this period.
    heard: [bool; 4],
}

impl MonoBass {
    /// Sets the sample rate in hertz.
    pub fn prepare(&mut self, sample_rate: f64) {
        self.sample_rate = sample_rate;
        for smoother in self.weights.iter_mut().chain([&mut self.log_hz]) {
            smoother.prepare(sample_rate, CONTROL_SMOOTHING_MS);
        }
    }

    /// Forgets the audio.
    pub fn reset(&mut self) {
        self.first = 0.0;
        self.second.reset();
        self.fourth = Default::default();
        self.heard = [false; 4];
    }

    /// Switches the filter and sets its frequency in hertz and its slope.
    pub fn set(&mut self, on: bool, below_hz: f64, slope: MonoSlope) {
        let chosen = if on { slope as usize + 1 } else { 0 };
        for (order, weight) in self.weights.iter_mut().enumerate() {
            weight.set_target(if order == chosen { 1.0 } else { 0.0 });
        }
        self.log_hz.set_target(math::ln(below_hz));
    }

    /// Puts every value on its target.
    pub fn snap(&mut self) {
        self.weights.iter_mut().chain([&mut self.log_hz]).for_each(Smoother::snap);
        self.g_end = self.pre_warped();
    }

    /// Whether S is changed.
    pub fn is_active(&self) -> bool {
        self.heard[1..] != [false; 3]
    }

    /// Starts a control period.
    pub fn begin_period(&mut self) {
        for (order, weight) in self.weights.iter_mut().enumerate() {
            let heard = weight.begin_period() || weight.end_of_period() != 0.0;
            if heard && !self.heard[order] {
                match order {
                    1 => self.first = 0.0,
                    2 => self.second.reset(),
                    3 => self.fourth = Default::default(),
                    // The unfiltered side has no memory.
                    _ => {}
                }
            }
            self.heard[order] = heard;
        }
        self.g = self.g_end;
        if self.log_hz.begin_period() {
            self.g_end = self.pre_warped();
        }
        self.g_step = (self.g_end - self.g) * (1.0 / CONTROL_PERIOD as f64);
    }

    fn pre_warped(&self) -> f64 {
        math::tan(PI * (math::exp(self.log_hz.end_of_period()) / self.sample_rate).min(0.49))
    }

    /// S without its lows.
    #[inline(always)]
    pub fn tick(&mut self, side: f64) -> f64 {
        if !self.is_active() {
            return side;
        }
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
            sum += self.weights[2].next() * high_pass(&mut self.second, g, SQRT_2, side);
        }
        if self.heard[3] {
            let mut x = side;
            for (state, k) in self.fourth.iter_mut().zip(FOURTH_ORDER) {
                x = high_pass(state, g, k, x);
            }
            sum += self.weights[3].next() * x;
        }
        sum
    }
}

#[inline(always)]
fn high_pass(state: &mut SvfState, g: f64, k: f64, x: f64) -> f64 {
    let (band, low) = state.tick(g, 1.0 / (1.0 + g * (g + k)), [x, x]);
    x - k * band[0] - low[0]
}
