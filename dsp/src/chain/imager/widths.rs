//! Width in three bands: two shelves on S, with M running through the same filters for the guard.

use super::IMAGER_BANDS;
use crate::blocks::math;
use crate::blocks::simd::Lanes;
use crate::blocks::smoothing::{CONTROL_SMOOTHING_MS, Smoother};
use crate::blocks::svf::{Memories, Recursions, SvfState};
use crate::processor::CONTROL_PERIOD;
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
    /// tan(pi f / fs) at the period's end.
    g_end: [f64; 2],
    end: Weights,
    shelves: Shelves,
    active: bool,
}

/// The filters at work.
#[derive(Debug, Clone, Copy, Default)]
struct Shelves {
    /// Of M and S.
    states: [SvfState; IMAGER_BANDS - 1],
    /// tan(pi f / fs) of both, and its step.
    g: [f64; 2],
    g_step: [f64; 2],
    weights: Weights,
    steps: Weights,
    powers: Powers,
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
        self.forget();
        self.shelves.powers = Default::default();
    }

    fn forget(&mut self) {
        self.shelves.states = Default::default();
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
        std::mem::take(&mut self.shelves.powers)
    }

    /// Starts a control period that ends with the widths scaled by `gains`.
    pub fn begin_period(&mut self, gains: [f64; IMAGER_BANDS]) {
        let per_sample = 1.0 / CONTROL_PERIOD as f64;
        self.shelves.weights = self.end;
        let mut ends = [0.0; IMAGER_BANDS];
        for ((end, smoother), gain) in ends.iter_mut().zip(&mut self.widths).zip(gains) {
            smoother.begin_period();
            *end = smoother.end_of_period() * gain;
        }
        self.end = weights(ends);
        let shelves = &mut self.shelves;
        for ((step, end), now) in shelves.steps.iter_mut().zip(self.end).zip(shelves.weights) {
            *step = (end - now) * per_sample;
        }
        shelves.g = self.g_end;
        let mut moving = false;
        for smoother in &mut self.crossovers {
            moving |= smoother.begin_period();
        }
        if moving {
            self.g_end = self.pre_warped();
        }
        let shelves = &mut self.shelves;
        shelves.g_step = [0, 1].map(|n| (self.g_end[n] - shelves.g[n]) * per_sample);
        let was_active = self.active;
        let changes = [shelves.weights, self.end].iter().any(|weights| *weights != [1.0, 0.0, 0.0, 0.0, 0.0]);
        self.active = self.watched || changes;
        if was_active && !self.active {
            self.forget();
        }
    }

    fn pre_warped(&self) -> [f64; 2] {
        self.crossovers.map(|log_hz| math::tan(PI * math::exp(log_hz.end_of_period()) / self.sample_rate))
    }

    /// Lets S through the shelves.
    #[inline(always)]
    pub fn process<V: Lanes>(&mut self, mids: &[f64], sides: &mut [f64]) {
        if !self.active {
            return;
        }
        // Copies stay in registers.
        let mut shelves = self.shelves;
        let still = shelves.g_step == [0.0; 2];
        let mut recursions = recursions::<V>(shelves.g);
        let root_of_2 = V::pairs(SQRT_2, SQRT_2);
        let mut memories = Memories::new([&shelves.states[0], &shelves.states[1]]);
        let [low, middle, high] = shelves.powers;
        let mut powers = [V::of_halves(low, low), V::of_halves(middle, middle), V::of_halves(high, high)];
        let ([first, rest @ ..], [first_step, rest_step @ ..]) = (shelves.weights, shelves.steps);
        let (mut first, mut rest, rest_step) = (first, V::new(rest), V::new(rest_step));
        for (mid, side) in mids.iter().zip(sides) {
            if !still {
                for (g, step) in shelves.g.iter_mut().zip(shelves.g_step) {
                    *g += step;
                }
                recursions = self::recursions(shelves.g);
            }
            let x = V::new([*mid, *side, *mid, *side]);
            let (band, low) = memories.advance(&recursions, x);
            let high = x - root_of_2 * band - low;
            let middle = x - low - high.high_then_low(high);
            powers[0] = powers[0] + low * low;
            powers[1] = powers[1] + middle * middle;
            powers[2] = powers[2] + high * high;
            first += first_step;
            rest = rest + rest_step;
            // Band-pass and low-pass of the side of the first filter, then of the second.
            let [a, b, c, d] = (rest * band.odd_of_each(low)).values();
            *side = first * *side + a + b + c + d;
        }
        shelves.states = memories.states();
        shelves.powers = [powers[0].low(), powers[1].low(), powers[2].high()];
        let [a, b, c, d] = rest.values();
        shelves.weights = [first, a, b, c, d];
        self.shelves = shelves;
    }
}

#[inline(always)]
fn recursions<V: Lanes>(g: [f64; 2]) -> Recursions<V> {
    let [low, high] = g;
    Recursions::of(g, [1.0 / (1.0 + low * (low + SQRT_2)), 1.0 / (1.0 + high * (high + SQRT_2))])
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
