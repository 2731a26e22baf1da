//! A hop of the clip's signal, and the step of an iteration in it.

use super::super::bins::{LANES, Lanes, flat, flat_mut};
use realfft::num_complex::Complex;

/// Momentum: 0.8 is 0.4 dB worse, 0.93 not better.
const MOMENTUM: f32 = 0.9;
/// Left and right.
pub(super) type Frame32 = [f32; 2];

/// A hop of left and right as one complex signal.
pub(super) struct Hop {
    pub(super) x: Vec<Complex<f32>>,
    pub(super) bounds: Vec<Frame32>,
    pub(super) error: Vec<Complex<f32>>,
    /// Where the next step begins: beyond the error by the momentum.
    pub(super) ahead: Vec<Complex<f32>>,
    pub(super) gradient: Vec<Complex<f32>>,
    pub(super) steps: Vec<Frame32>,
}

impl Hop {
    pub(super) fn new(length: usize) -> Self {
        let zeros = || vec![Complex::new(0.0f32, 0.0); length];
        Self {
            x: zeros(),
            bounds: vec![[0.0; 2]; length],
            error: zeros(),
            ahead: zeros(),
            gradient: zeros(),
            steps: vec![[0.0; 2]; length],
        }
    }

    pub(super) fn reset(&mut self) {
        for values in [&mut self.x, &mut self.error, &mut self.ahead, &mut self.gradient] {
            values.fill(Complex::new(0.0, 0.0));
        }
        self.bounds.fill([0.0; 2]);
        self.steps.fill([0.0; 2]);
    }

    /// A projected step. A channel that nothing is to be done in, where `heard` is 0, keeps its bits.
    #[inline(always)]
    pub(super) fn step(&mut self, [left, right]: Frame32) {
        let heard: Lanes = [left, right, left, right, left, right, left, right];
        let (error, _) = flat_mut(&mut self.error).as_chunks_mut();
        let (ahead, _) = flat_mut(&mut self.ahead).as_chunks_mut();
        let (x, _) = flat(&self.x).as_chunks();
        let (bounds, _) = self.bounds.as_flattened().as_chunks();
        let (gradient, _) = flat(&self.gradient).as_chunks();
        let (steps, _) = self.steps.as_flattened().as_chunks();
        let moving = error.iter_mut().zip(ahead).zip(gradient.iter().zip(steps));
        for (((error, ahead), (gradient, steps)), (x, bounds)) in moving.zip(x.iter().zip(bounds)) {
            let (error, ahead): (&mut Lanes, &mut Lanes) = (error, ahead);
            let (gradient, steps): (&Lanes, &Lanes) = (gradient, steps);
            let (x, bounds): (&Lanes, &Lanes) = (x, bounds);
            for lane in 0..LANES {
                let moved = x[lane] + (ahead[lane] - gradient[lane] * steps[lane]);
                let new = (clip(moved, bounds[lane]) - x[lane]) * heard[lane];
                ahead[lane] = new + (new - error[lane]) * MOMENTUM;
                error[lane] = new;
            }
        }
    }
}

/// `x` held within `bound`, as two instructions.
#[inline(always)]
pub(super) fn clip(x: f32, bound: f32) -> f32 {
    let low = if x > -bound { x } else { -bound };
    if low < bound { low } else { bound }
}
