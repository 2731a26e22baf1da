//! Width in three bands: two shelves on S, with M running through the same filters for the guard.

use super::IMAGER_BANDS;
use crate::blocks::math;
use crate::blocks::smoothing::{CONTROL_SMOOTHING_MS, Smoother};
use crate::blocks::svf::SvfState;
use crate::processor::{CONTROL_PERIOD, Frame};
use std::f64::consts::{PI, SQRT_2};

/// Least distance between the crossovers, as a ratio: a third of an octave.
const LEAST_RATIO: f64 = 1.26;

/// Weights of S, of the band-passes and the low-passes of both filters.
type Weights = [f64; 5];

/// Powers of M and S in the bands, summed over a control period.
pub type Powers = [[f64; 2]; IMAGER_BANDS];

/// The shelves; see the module.
#[derive(Debug, Clone, Default)]
pub struct Widths {
    sample_rate: f64,
    widths: [Smoother; IMAGER_BANDS],
    /// Logarithms of the crossovers in hertz.
    crossovers: [Smoother; IMAGER_BANDS - 1],
    watched: bool,
    states: [SvfState; IMAGER_BANDS - 1],
    /// tan(pi f / fs) at the period's end, now, and its step.
    g_end: [f64; 2],
    g: [f64; 2],
    g_step: [f64; 2],
    end: Weights,
    weights: Weights,
    steps: Weights,
    powers: Powers,
    active: bool,
}

impl Widths {
    /// Sets the sample rate in hertz.
    pub fn prepare(&mut self, sample_rate: f64) {
        self.sample_rate = sample_rate;
        for smoother in self.widths.iter_mut().chain(&mut self.crossovers) {
            smoother.prepare(sample_rate, CONTROL_SMOOTHING_MS);
        }
    }

    /// Forgets the audio.
    pub fn reset(&mut self) {
        self.states = Default::default();
        self.powers = Default::default();
    }

    /// Takes the widths, 0 to 4, the crossovers in hertz, and whether the powers are wanted.
    pub fn set(
        &mut self,
        widths: [f64; IMAGER_BANDS],
        crossovers_hz: [f64; IMAGER_BANDS - 1],
        watched: bool,
    ) {
        for (smoother, width) in self.widths.iter_mut().zip(widths) {
            smoother.set_target(width);
        }
        let highest = 0.45 * self.sample_rate;
        let [low, high] = crossovers_hz.map(|hz| hz.min(highest));
        let (low, high) = (low.min(high), low.max(high));
        self.crossovers[0].set_target(math::ln(low.min(highest / LEAST_RATIO)));
        self.crossovers[1].set_target(math::ln(high.max(LEAST_RATIO * low).min(highest)));
        self.watched = watched;
    }

    /// Puts every value on its target.
    pub fn snap(&mut self) {
        self.widths.iter_mut().chain(&mut self.crossovers).for_each(Smoother::snap);
        self.g_end = self.pre_warped();
        self.end = weights(self.widths.map(|width| width.end_of_period()));
    }

    /// Widths that are aimed at.
    pub fn targets(&self) -> [f64; IMAGER_BANDS] {
        self.widths.map(|width| width.target())
    }

    /// Whether S is changed or measured.
    pub fn is_active(&self) -> bool {
        self.active
    }

    /// Powers since the last call.
    pub fn take_powers(&mut self) -> Powers {
        std::mem::take(&mut self.powers)
    }

    /// Starts a control period that ends with the widths scaled by `gains`.
    pub fn begin_period(&mut self, gains: [f64; IMAGER_BANDS]) {
        let per_sample = 1.0 / CONTROL_PERIOD as f64;
        self.weights = self.end;
        let mut ends = [0.0; IMAGER_BANDS];
        for ((end, smoother), gain) in ends.iter_mut().zip(&mut self.widths).zip(gains) {
            smoother.begin_period();
            *end = smoother.end_of_period() * gain;
        }
        self.end = weights(ends);
        for ((step, end), now) in self.steps.iter_mut().zip(self.end).zip(self.weights) {
            *step = (end - now) * per_sample;
        }
        self.g = self.g_end;
        let mut moving = false;
        for smoother in &mut self.crossovers {
            moving |= smoother.begin_period();
        }
        if moving {
            self.g_end = self.pre_warped();
        }
        self.g_step = [0, 1].map(|n| (self.g_end[n] - self.g[n]) * per_sample);
        let was_active = self.active;
        let changes = [self.weights, self.end].iter().any(|weights| *weights != [1.0, 0.0, 0.0, 0.0, 0.0]);
        self.active = self.watched || changes;
        if was_active && !self.active {
            self.states = Default::default();
        }
    }

    fn pre_warped(&self) -> [f64; 2] {
        self.crossovers.map(|log_hz| math::tan(PI * math::exp(log_hz.end_of_period()) / self.sample_rate))
    }

    /// S after the shelves.
    #[inline(always)]
    pub fn tick(&mut self, mid: f64, side: f64) -> f64 {
        if !self.active {
            return side;
        }
        let x: Frame = [mid, side];
        let mut bands = [[0.0; 2]; 2];
        let mut lows = [[0.0; 2]; 2];
        for n in 0..2 {
            self.g[n] += self.g_step[n];
            let a1 = 1.0 / (1.0 + self.g[n] * (self.g[n] + SQRT_2));
            (bands[n], lows[n]) = self.states[n].tick(self.g[n], a1, x);
        }
        for c in 0..2 {
            let low = lows[0][c];
            let high = x[c] - SQRT_2 * bands[1][c] - lows[1][c];
            let middle = x[c] - low - high;
            self.powers[0][c] += low * low;
            self.powers[1][c] += middle * middle;
            self.powers[2][c] += high * high;
        }
        for (weight, step) in self.weights.iter_mut().zip(self.steps) {
            *weight += step;
        }
        let w = self.weights;
        w[0] * side + w[1] * bands[0][1] + w[2] * lows[0][1] + w[3] * bands[1][1] + w[4] * lows[1][1]
    }
}

/// The two shelves of the module's equation in one sum: low to middle at the first filter, middle to high at the second.
fn weights([low, middle, high]: [f64; IMAGER_BANDS]) -> Weights {
    [
        high,
        SQRT_2 * ((low * middle).sqrt() - middle),
        low - middle,
        SQRT_2 * ((middle * high).sqrt() - high),
        middle - high,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_widths_weigh_the_side_alone() {
        assert_eq!(weights([1.0; 3]), [1.0, 0.0, 0.0, 0.0, 0.0]);
        // sqrt(0.25) is exact, so that any power of two is.
        assert_eq!(weights([0.5; 3]), [0.5, 0.0, 0.0, 0.0, 0.0]);
    }
}
