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
use crate::blocks::simd::{Lanes, Plain};
use crate::blocks::svf::{Memories, Recursions, SvfState};
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
    #[inline(always)]
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
        let mut running = Running::<Plain>::new(self);
        let (y, [ends, middle]) = running.tick(&Moved::new(crossovers), x);
        running.leave(self);
        (y, [ends.low(), middle.low(), middle.high(), ends.high()])
    }

    /// Frames of one hop in place, and what the highest `peaks` of the bands are with them.
    #[inline(always)]
    pub fn run<V: Lanes>(
        &mut self,
        crossovers: &mut Crossovers,
        frames: &mut [Frame],
        peaks: &mut BandFrames,
    ) {
        let mut running = Running::<V>::new(self);
        let mut recursions = Moved::new(crossovers);
        let mut outer = V::of_halves(peaks[0], peaks[3]);
        let mut inner = V::of_halves(peaks[1], peaks[2]);
        for frame in frames {
            if crossovers.is_moving() {
                crossovers.step();
                recursions = Moved::new(crossovers);
            }
            let (y, [ends, middle]) = running.tick(&recursions, *frame);
            *frame = y;
            outer = ends.abs().max(outer);
            inner = middle.abs().max(inner);
        }
        *peaks = [outer.low(), inner.low(), inner.high(), outer.high()];
        running.leave(self);
    }
}

/// Of crossovers 1 and 2, of 3, and of 2 and 3.
struct Moved<V>([Recursions<V>; 3]);

impl<V: Lanes> Moved<V> {
    #[inline(always)]
    fn new(crossovers: &Crossovers) -> Self {
        let [first, second, third] = crossovers.coefficients();
        let both = |one: &CrossoverCoefficients, other: &CrossoverCoefficients| {
            Recursions::of([one.g, other.g], [one.a1(), other.a1()])
        };
        Self([both(first, second), both(third, third), both(second, third)])
    }
}

/// The shelves in lanes: crossovers 1 and 2, crossover 3 beside nothing, and the low-passes of the middle bands.
struct Running<V> {
    lower: Memories<V>,
    upper: Memories<V>,
    middle: Memories<V>,
    /// Weights of the band-passes and of the low-passes of crossovers 1 and 2; of the band-pass of 3 and of the input; of the low-pass
    /// of 3.
    weights: [V; 4],
    steps: [V; 4],
}

#[inline(always)]
fn packed<V: Lanes>(w: &Weights) -> [V; 4] {
    [
        V::of_halves(w[1], w[3]),
        V::of_halves(w[2], w[4]),
        V::of_halves(w[5], w[0]),
        V::of_halves(w[6], [0.0; 2]),
    ]
}

impl<V: Lanes> Running<V> {
    #[inline(always)]
    fn new(shelves: &Shelves) -> Self {
        let [first, second, third] = &shelves.sections;
        Self {
            lower: Memories::new([first, second]),
            upper: Memories::new([third, &SvfState::default()]),
            middle: Memories::new([&shelves.middle[0], &shelves.middle[1]]),
            weights: packed(&shelves.weights),
            steps: packed(&shelves.steps),
        }
    }

    #[inline(always)]
    fn leave(self, shelves: &mut Shelves) {
        let ([first, second], [third, _]) = (self.lower.states(), self.upper.states());
        shelves.sections = [first, second, third];
        shelves.middle = self.middle.states();
        let [band, low, third_and_input, third_low] = self.weights;
        shelves.weights = [
            third_and_input.high(),
            band.low(),
            low.low(),
            band.high(),
            low.high(),
            third_and_input.low(),
            third_low.low(),
        ];
    }

    /// One frame: the output, then the lowest and the highest band, and the two between them.
    #[inline(always)]
    fn tick(&mut self, Moved([lower, upper, middle]): &Moved<V>, frame: Frame) -> (Frame, [V; 2]) {
        let damping = V::pairs(CrossoverCoefficients::DAMPING, CrossoverCoefficients::DAMPING);
        let x = V::of_halves(frame, frame);
        let (band, low) = self.lower.advance(lower, x);
        let (third_band, third_low) = self.upper.advance(upper, x);
        let (_, middle) = self.middle.advance(middle, x - damping * band - low);
        let highest = x - damping * third_band - third_low;
        for n in 0..4 {
            self.weights[n] = self.weights[n] + self.steps[n];
        }
        let w = &self.weights;
        let lower = w[0] * band + w[1] * low;
        let third_and_input = w[2] * third_band.low_then_low(x);
        let (straight, upper) = (third_and_input.high(), third_and_input + w[3] * third_low);
        let ([a, b], [c, d], [e, f]) = (lower.low(), lower.high(), upper.low());
        let y = [(straight[0] + a) + (c + e), (straight[1] + b) + (d + f)];
        (y, [low.low_then_low(highest), middle])
    }
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
