//! Smoothing on the control grid: a value moves to its target in equal steps per control period, and inside a period
//! linearly from sample to sample, so that nothing jumps.
//!
//! A ramp counts down to its end: `end - left * step`. So it ends on its target exactly, and as both operations round
//! monotonically it never leaves the range of its ends: a knee on its way to 0 dB is never negative, a gain never above the larger one.

use crate::blocks::math;
use crate::processor::CONTROL_PERIOD;

/// Time constant with which controls follow their targets, in ms: quick to the hand, without zipper to the ear.
pub const CONTROL_SMOOTHING_MS: f64 = 8.0;

/// Follows a target on the control grid with two equal one-pole low-passes in series (so that value and slope are
/// continuous), linear inside a period.
#[derive(Debug, Clone, Copy)]
pub struct Smoother {
    target: f64,
    first: f64,
    end: f64,
    step: f64,
    /// Samples of this period that are still to come.
    left: f64,
    coefficient: f64,
    moving: bool,
}

impl Default for Smoother {
    fn default() -> Self {
        Self::new(0.0)
    }
}

impl Smoother {
    /// At rest at `value`; [`Smoother::prepare`] sets the speed.
    pub fn new(value: f64) -> Self {
        Self {
            target: value,
            first: value,
            end: value,
            step: 0.0,
            left: 0.0,
            coefficient: 1.0,
            moving: false,
        }
    }

    /// Sets the time constant (63 % of each of the two poles) to `time_ms` milliseconds at `sample_rate` hertz.
    pub fn prepare(&mut self, sample_rate: f64, time_ms: f64) {
        let period_ms = 1000.0 * CONTROL_PERIOD as f64 / sample_rate;
        self.coefficient = 1.0 - math::exp(-period_ms / time_ms.max(1e-3));
    }

    /// Where the value is going.
    pub fn target(&self) -> f64 {
        self.target
    }

    /// Sets where the value is going.
    pub fn set_target(&mut self, target: f64) {
        if target != self.target {
            self.target = target;
            self.moving = true;
        }
    }

    /// Puts the value on its target at once.
    pub fn snap(&mut self) {
        self.first = self.target;
        self.end = self.target;
        self.step = 0.0;
        self.moving = false;
    }

    /// Starts a control period: afterwards [`Smoother::next`] runs from the old value to the new one in
    /// [`CONTROL_PERIOD`] samples. Returns whether the value moves in this period.
    pub fn begin_period(&mut self) -> bool {
        self.left = CONTROL_PERIOD as f64;
        self.step = 0.0;
        if !self.moving {
            return false;
        }
        let start = self.end;
        self.first += self.coefficient * (self.target - self.first);
        let next = self.end + self.coefficient * (self.first - self.end);
        // Below 1e-9 of full scale (-180 dB) a step is inaudible; landing exactly keeps an idle stage bit-exact.
        let close = 1e-9 * self.target.abs().max(1.0);
        if (next - self.target).abs() < close && (self.first - self.target).abs() < close {
            self.first = self.target;
            self.end = self.target;
            self.moving = false;
        } else {
            self.end = next;
        }
        self.step = (self.end - start) * (1.0 / CONTROL_PERIOD as f64);
        true
    }

    /// Whether the value has not reached its target.
    pub fn is_moving(&self) -> bool {
        self.moving || self.step != 0.0
    }

    /// The value at the end of this control period.
    pub fn end_of_period(&self) -> f64 {
        self.end
    }

    /// The next sample's value.
    #[inline(always)]
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> f64 {
        self.left -= 1.0;
        self.end - self.left * self.step
    }
}

/// A value that moves linearly over one control period, to an end computed from smoothed controls.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ramp {
    end: f64,
    step: f64,
    /// Calls of [`Ramp::next`] until the end.
    left: f64,
}

impl Ramp {
    /// At rest at `value`.
    pub fn snap(&mut self, value: f64) {
        *self = Self { end: value, step: 0.0, left: 0.0 };
    }

    /// Starts a control period that ends at `end`.
    pub fn begin_period(&mut self, end: f64) {
        self.begin_period_of(end, CONTROL_PERIOD);
    }

    /// Starts a control period that reaches `end` in `steps` calls of [`Ramp::next`].
    pub fn begin_period_of(&mut self, end: f64, steps: usize) {
        *self = Self { end, step: (end - self.end) / steps as f64, left: steps as f64 };
    }

    /// Starts a control period without movement.
    pub fn settle(&mut self) {
        self.step = 0.0;
    }

    /// Whether the value moves in this period.
    pub fn is_moving(&self) -> bool {
        self.step != 0.0
    }

    /// The value at the end of this period: throughout it, unless it moves.
    pub fn end(&self) -> f64 {
        self.end
    }

    /// Whether the value is `value` throughout this period.
    pub fn rests_at(&self, value: f64) -> bool {
        self.step == 0.0 && self.end == value
    }

    /// The next sample's value; that of the whole period if it is known that nothing `MOVES`, which a loop need not wait for.
    #[inline(always)]
    pub fn value<const MOVES: bool>(&mut self) -> f64 {
        if MOVES { self.next() } else { self.end }
    }

    /// The next sample's value.
    #[inline(always)]
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> f64 {
        self.left -= 1.0;
        self.end - self.left * self.step
    }
}

/// Controls that are followed as by a [`Smoother`] each, and read a few times in a control period.
#[derive(Debug, Clone)]
pub struct Controls<const N: usize> {
    smoothers: [Smoother; N],
    ends: [f64; N],
    steps: [f64; N],
    /// Calls of [`Controls::step`] until the period's end.
    left: f64,
    moving: bool,
}

impl<const N: usize> Default for Controls<N> {
    fn default() -> Self {
        Self {
            smoothers: [Smoother::default(); N],
            ends: [0.0; N],
            steps: [0.0; N],
            left: 0.0,
            moving: false,
        }
    }
}

impl<const N: usize> Controls<N> {
    /// Sets the sample rate in hertz.
    pub fn prepare(&mut self, sample_rate: f64) {
        self.smoothers.iter_mut().for_each(|smoother| smoother.prepare(sample_rate, CONTROL_SMOOTHING_MS));
    }

    /// Sets where the values are going.
    pub fn set(&mut self, targets: [f64; N]) {
        for (smoother, target) in self.smoothers.iter_mut().zip(targets) {
            smoother.set_target(target);
        }
    }

    /// Puts every value on its target at once.
    pub fn snap(&mut self) {
        self.smoothers.iter_mut().for_each(Smoother::snap);
        self.ends = self.end_of_period();
        self.moving = false;
    }

    /// Starts a control period of `steps` calls of [`Controls::step`].
    pub fn begin_period(&mut self, steps: usize) {
        let was_moving = self.moving;
        self.moving = false;
        for smoother in &mut self.smoothers {
            self.moving |= smoother.begin_period();
        }
        if self.moving || was_moving {
            let per_step = CONTROL_PERIOD as f64 / steps as f64;
            self.ends = self.end_of_period();
            self.steps = std::array::from_fn(|n| self.smoothers[n].step * per_step);
        }
        self.left = steps as f64;
    }

    /// Whether a value moves in this period.
    pub fn is_moving(&self) -> bool {
        self.moving
    }

    /// The values at the end of this control period.
    pub fn end_of_period(&self) -> [f64; N] {
        std::array::from_fn(|n| self.smoothers[n].end)
    }

    /// The values one step on.
    #[inline(always)]
    pub fn step(&mut self) -> [f64; N] {
        if !self.moving {
            return self.ends;
        }
        self.left -= 1.0;
        let mut values = self.ends;
        for (value, step) in values.iter_mut().zip(self.steps) {
            *value -= self.left * step;
        }
        values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reaches_its_target_exactly_and_stays() {
        let mut smoother = Smoother::new(0.0);
        smoother.prepare(48_000.0, CONTROL_SMOOTHING_MS);
        smoother.set_target(1.0);
        let mut periods = 0;
        while smoother.begin_period() {
            (0..CONTROL_PERIOD).for_each(|_| {
                smoother.next();
            });
            periods += 1;
            assert!(periods < 2000, "never arrives");
        }
        assert_eq!(smoother.next(), 1.0);
        assert!(!smoother.is_moving());
    }

    /// Every value that a ramp from `start` to `end` takes in `steps` steps.
    fn ramp(start: f64, end: f64, steps: usize) -> Vec<f64> {
        let mut ramp = Ramp::default();
        ramp.snap(start);
        ramp.begin_period_of(end, steps);
        (0..steps).map(|_| ramp.next()).collect()
    }

    #[test]
    fn a_ramp_ends_on_its_target_and_never_leaves_its_ends() {
        let ends = [0.0, 1e-25, 3.7e-9, 0.1, 1.0 / 3.0, 1.0, 6.000_000_000_000_001, 24.0, -0.1, -60.0];
        for start in ends {
            for end in ends {
                for steps in [1, 4, 8, CONTROL_PERIOD] {
                    let values = ramp(start, end, steps);
                    assert_eq!(values[steps - 1], end, "from {start} to {end}");
                    let range = start.min(end)..=start.max(end);
                    assert!(values.iter().all(|x| range.contains(x)), "from {start} to {end}: {values:?}");
                }
            }
        }
    }

    #[test]
    fn a_smoother_stays_between_where_it_was_and_where_it_goes() {
        for rate in [8_000.0, 44_100.0, 192_000.0] {
            for start in 0..40 {
                for target in [0.0, 1.0, 24.0] {
                    let start = 24.0 * f64::from(start) / 39.0;
                    let mut controls = Controls::<1>::default();
                    controls.prepare(rate);
                    controls.set([start]);
                    controls.snap();
                    controls.set([target]);
                    let range = start.min(target)..=start.max(target);
                    for _ in 0..4000 {
                        controls.begin_period(8);
                        for _ in 0..8 {
                            let [value] = controls.step();
                            assert!(range.contains(&value), "{value} between {start} and {target}");
                        }
                    }
                    assert_eq!(controls.step(), [target]);
                }
            }
        }
    }
}
