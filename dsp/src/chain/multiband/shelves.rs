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
        let (y, [ends, middle]) = running.tick(&Recursions::new(crossovers), x);
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
        let mut recursions = Recursions::new(crossovers);
        let mut outer = V::of_halves(peaks[0], peaks[3]);
        let mut inner = V::of_halves(peaks[1], peaks[2]);
        for frame in frames {
            if crossovers.is_moving() {
                crossovers.step();
                recursions = Recursions::new(crossovers);
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

/// Recursions of the sections in the form of [`SvfState::advance`].
#[derive(Clone, Copy)]
struct Recursion<V> {
    a: [V; 3],
    b: [V; 3],
}

impl<V: Lanes> Recursion<V> {
    #[inline(always)]
    fn new(first: &CrossoverCoefficients, second: &CrossoverCoefficients) -> Self {
        let one = V::pairs(1.0, 1.0);
        let a1 = V::pairs(first.a1(), second.a1());
        let g = V::pairs(first.g, second.g);
        let a = [a1, g * a1, (g * g) * a1];
        Self { a, b: [(a[0] + a[0]) - one, a[1] + a[1], a[2] + a[2]] }
    }
}

/// Those of crossovers 1 and 2, of 3, and of 2 and 3.
#[derive(Clone, Copy)]
struct Recursions<V>([Recursion<V>; 3]);

impl<V: Lanes> Recursions<V> {
    #[inline(always)]
    fn new(crossovers: &Crossovers) -> Self {
        let [first, second, third] = crossovers.coefficients();
        Self([Recursion::new(first, second), Recursion::new(third, third), Recursion::new(second, third)])
    }
}

/// The memory of two sections.
#[derive(Clone, Copy)]
struct Memory<V> {
    ic1: V,
    ic2: V,
}

impl<V: Lanes> Memory<V> {
    #[inline(always)]
    fn new(first: &SvfState, second: &SvfState) -> Self {
        Self { ic1: V::of_halves(first.ic1, second.ic1), ic2: V::of_halves(first.ic2, second.ic2) }
    }

    #[inline(always)]
    fn leave(self) -> [SvfState; 2] {
        [
            SvfState { ic1: self.ic1.low(), ic2: self.ic2.low() },
            SvfState { ic1: self.ic1.high(), ic2: self.ic2.high() },
        ]
    }

    /// Band-pass and low-pass.
    #[inline(always)]
    fn tick(&mut self, Recursion { a, b }: &Recursion<V>, x: V) -> (V, V) {
        let (ic1, ic2) = (self.ic1, self.ic2);
        let difference = x - ic2;
        let v1 = a[0] * ic1 + a[1] * difference;
        let v2 = ic2 + (a[1] * ic1 + a[2] * difference);
        self.ic1 = b[0] * ic1 + b[1] * difference;
        self.ic2 = ic2 + (b[1] * ic1 + b[2] * difference);
        (v1, v2)
    }
}

/// The shelves in lanes: crossovers 1 and 2, crossover 3 beside nothing, and the low-passes of the middle bands.
struct Running<V> {
    lower: Memory<V>,
    upper: Memory<V>,
    middle: Memory<V>,
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
            lower: Memory::new(first, second),
            upper: Memory::new(third, &SvfState::default()),
            middle: Memory::new(&shelves.middle[0], &shelves.middle[1]),
            weights: packed(&shelves.weights),
            steps: packed(&shelves.steps),
        }
    }

    #[inline(always)]
    fn leave(self, shelves: &mut Shelves) {
        let ([first, second], [third, _]) = (self.lower.leave(), self.upper.leave());
        shelves.sections = [first, second, third];
        shelves.middle = self.middle.leave();
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
    fn tick(&mut self, Recursions([lower, upper, middle]): &Recursions<V>, frame: Frame) -> (Frame, [V; 2]) {
        let damping = V::pairs(CrossoverCoefficients::DAMPING, CrossoverCoefficients::DAMPING);
        let x = V::of_halves(frame, frame);
        let (band, low) = self.lower.tick(lower, x);
        let (third_band, third_low) = self.upper.tick(upper, x);
        let (_, middle) = self.middle.tick(middle, x - damping * band - low);
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
