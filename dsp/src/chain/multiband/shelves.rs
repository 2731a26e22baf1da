//! The transparent mode: shelves between the bands, side by side.
//!
//! ```text
//! H = g4 + sum over the crossovers k of (sqrt(g_k g_k+1) - g_k+1) sqrt2 bp_k + (g_k - g_k+1) lp_k
//! ```
//!
//! with the band-pass bp and low-pass lp of a Butterworth section. Near crossover k that is the shelf (g_k+1 s^2 +
//! sqrt(2 g_k g_k+1) s + g_k) / (s^2 + sqrt2 s + 1): Butterworth zeros over Butterworth poles, minimum phase; with equal gains
//! it is that gain and nothing else. The levels are read from bands of 12 dB per octave, the shelves' own steepness.

use super::crossovers::Crossovers;
use super::{BandFrames, MULTIBAND_BANDS};
use crate::blocks::crossover::CrossoverCoefficients;
use crate::blocks::svf::SvfState;
use crate::processor::Frame;
use std::f64::consts::SQRT_2;

/// Weights of the input, and of the band-pass and the low-pass at each crossover.
const WEIGHTS: usize = 1 + 2 * (MULTIBAND_BANDS - 1);
type Weights = [Frame; WEIGHTS];

/// The shelves and the bands that levels are read from; see the module.
#[derive(Debug, Clone, Default)]
pub struct Shelves {
    sections: [SvfState; MULTIBAND_BANDS - 1],
    /// Low-passes of the two middle bands.
    middle: [SvfState; MULTIBAND_BANDS - 2],
    weights: Weights,
    steps: Weights,
    end: Weights,
}

impl Shelves {
    /// Forgets the audio.
    pub fn reset(&mut self) {
        self.sections = Default::default();
        self.middle = Default::default();
    }

    /// Begins at rest with the bands' gains.
    pub fn snap(&mut self, gains: &BandFrames) {
        self.end = weights(gains);
        self.weights = self.end;
        self.steps = Default::default();
    }

    /// Begins anew, without past audio.
    pub fn start(&mut self, gains: &BandFrames) {
        self.reset();
        self.snap(gains);
    }

    /// Starts a hop of `frames` frames that ends with the bands' gains.
    #[inline]
    pub fn aim(&mut self, gains: &BandFrames, frames: usize) {
        let per_frame = 1.0 / frames as f64;
        self.weights = self.end;
        self.end = weights(gains);
        for ((step, end), now) in self.steps.iter_mut().zip(&self.end).zip(&self.weights) {
            *step = [(end[0] - now[0]) * per_frame, (end[1] - now[1]) * per_frame];
        }
    }

    /// One frame: the output, and the bands for their level.
    #[inline(always)]
    pub fn tick(&mut self, crossovers: &Crossovers, x: Frame) -> (Frame, BandFrames) {
        let at = crossovers.coefficients();
        let [(band_1, low_1), (band_2, low_2), (band_3, low_3)] =
            [0, 1, 2].map(|k| self.sections[k].tick(at[k].g, at[k].a1(), x));
        let high_1 = high(x, band_1, low_1);
        let high_2 = high(x, band_2, low_2);
        let (_, second) = self.middle[0].tick(at[1].g, at[1].a1(), high_1);
        let (_, third) = self.middle[1].tick(at[2].g, at[2].a1(), high_2);
        for (weight, step) in self.weights.iter_mut().zip(&self.steps) {
            weight[0] += step[0];
            weight[1] += step[1];
        }
        let w = &self.weights;
        let mut y = [0.0; 2];
        for c in 0..2 {
            y[c] = (w[0][c] * x[c] + (w[1][c] * band_1[c] + w[2][c] * low_1[c]))
                + ((w[3][c] * band_2[c] + w[4][c] * low_2[c]) + (w[5][c] * band_3[c] + w[6][c] * low_3[c]));
        }
        (y, [low_1, second, third, high(x, band_3, low_3)])
    }
}

#[inline(always)]
fn high(x: Frame, band: Frame, low: Frame) -> Frame {
    let damping = CrossoverCoefficients::DAMPING;
    [x[0] - damping * band[0] - low[0], x[1] - damping * band[1] - low[1]]
}

/// The module's equation.
#[inline(always)]
pub fn weights(gains: &BandFrames) -> Weights {
    let mut weights = [gains[MULTIBAND_BANDS - 1]; WEIGHTS];
    for k in 0..MULTIBAND_BANDS - 1 {
        for c in 0..2 {
            let (below, above) = (gains[k][c], gains[k + 1][c]);
            weights[1 + 2 * k][c] = SQRT_2 * ((below * above).sqrt() - above);
            weights[2 + 2 * k][c] = below - above;
        }
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_gains_weigh_the_input_alone() {
        let mut expected = [[0.0; 2]; WEIGHTS];
        expected[0] = [1.0, 0.25];
        assert_eq!(weights(&[[1.0, 0.25]; MULTIBAND_BANDS]), expected);
    }
}
