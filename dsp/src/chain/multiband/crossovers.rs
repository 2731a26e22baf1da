//! The three crossovers: smoothed, in order, and at least a third of an octave apart.

use super::MULTIBAND_BANDS;
use crate::blocks::crossover::CrossoverCoefficients;
use crate::blocks::math;
use crate::blocks::smoothing::{CONTROL_SMOOTHING_MS, Smoother};
use crate::processor::CONTROL_PERIOD;
use std::f64::consts::PI;

/// Crossovers of the multiband compressor.
const CROSSOVERS: usize = MULTIBAND_BANDS - 1;
/// Least distance between two crossovers, as a ratio: a third of an octave.
const LEAST_RATIO: f64 = 1.26;
/// Highest crossover as a share of the sample rate.
const HIGHEST_SHARE: f64 = 0.45;

/// The crossovers' coefficients, sample by sample.
#[derive(Debug, Clone, Default)]
pub struct Crossovers {
    sample_rate: f64,
    /// Logarithms of the frequencies in hertz.
    log_hz: [Smoother; CROSSOVERS],
    coefficients: [CrossoverCoefficients; CROSSOVERS],
    /// tan(pi f / fs) at the period's end, and its step per sample.
    g_end: [f64; CROSSOVERS],
    g_step: [f64; CROSSOVERS],
    moving: bool,
}

impl Crossovers {
    /// Sets the sample rate in hertz.
    pub fn prepare(&mut self, sample_rate: f64) {
        self.sample_rate = sample_rate;
        self.log_hz.iter_mut().for_each(|log_hz| log_hz.prepare(sample_rate, CONTROL_SMOOTHING_MS));
    }

    /// Takes the frequencies in hertz, in any order.
    pub fn set(&mut self, frequencies_hz: [f64; CROSSOVERS]) {
        for (smoother, hz) in self.log_hz.iter_mut().zip(apart(frequencies_hz, self.sample_rate)) {
            smoother.set_target(math::ln(hz));
        }
    }

    /// Starts a control period; the first puts every value on its target.
    pub fn begin_period(&mut self, first: bool) {
        let was_moving = self.moving;
        self.moving = false;
        for smoother in &mut self.log_hz {
            if first {
                smoother.snap();
            }
            self.moving |= smoother.begin_period();
        }
        if !(first || self.moving || was_moving) {
            return;
        }
        let start = self.g_end;
        let sample_rate = self.sample_rate;
        self.g_end =
            std::array::from_fn(|n| math::tan(PI * math::exp(self.log_hz[n].end_of_period()) / sample_rate));
        let start = if first { self.g_end } else { start };
        self.g_step = std::array::from_fn(|n| (self.g_end[n] - start[n]) / CONTROL_PERIOD as f64);
        self.coefficients = start.map(CrossoverCoefficients::from_g);
    }

    /// Goes on to the next sample.
    #[inline(always)]
    pub fn step(&mut self) {
        if self.moving {
            for (coefficients, step) in self.coefficients.iter_mut().zip(self.g_step) {
                *coefficients = CrossoverCoefficients::from_g(coefficients.g + step);
            }
        }
    }

    /// Whether they move in this period.
    #[inline(always)]
    pub fn is_moving(&self) -> bool {
        self.moving
    }

    /// The coefficients of the crossovers, low to high.
    #[inline(always)]
    pub fn coefficients(&self) -> &[CrossoverCoefficients; CROSSOVERS] {
        &self.coefficients
    }
}

/// The frequencies in ascending order, at least 20 Hz and at most 20 kHz and 0.45 of the sample rate, and moved apart, upwards where
/// there is room.
pub fn apart(mut hz: [f64; CROSSOVERS], sample_rate: f64) -> [f64; CROSSOVERS] {
    let highest_hz = 20_000f64.min(HIGHEST_SHARE * sample_rate);
    hz.iter_mut().for_each(|hz| *hz = hz.max(20.0).min(highest_hz));
    hz.sort_by(f64::total_cmp);
    for n in 1..CROSSOVERS {
        hz[n] = hz[n].max(LEAST_RATIO * hz[n - 1]);
    }
    let mut limit = highest_hz;
    for n in (0..CROSSOVERS).rev() {
        hz[n] = hz[n].min(limit);
        limit = hz[n] / LEAST_RATIO;
    }
    hz
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crossovers_are_kept_in_order_and_apart() {
        for hz in [
            [6000.0, 120.0, 1000.0],
            [500.0; 3],
            [20_000.0; 3],
            [f64::MIN_POSITIVE; 3],
            [19_000.0, 20.0, 20.0],
        ] {
            let [low, middle, high] = apart(hz, 44_100.0);
            assert!(low >= 20.0 && high <= 19_845.0, "{hz:?}");
            assert!(middle / low > 1.2599 && high / middle > 1.2599, "{hz:?}: {low} {middle} {high}");
        }
        assert_eq!(apart([6000.0, 120.0, 1000.0], 48_000.0), [120.0, 1000.0, 6000.0]);
    }
}
