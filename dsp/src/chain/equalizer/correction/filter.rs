//! The correction as a running filter.

use super::{CorrectionCoefficients, ORDER};
use crate::processor::{CONTROL_PERIOD, Frame};

/// The running filter, with coefficients of its own for each of two channels: transposed direct form, whose poles here lie
/// far from z = 1.
#[derive(Debug, Clone, Copy)]
pub struct Correction {
    pub(super) end: [CorrectionCoefficients; 2],
    b: [Frame; ORDER + 1],
    a: [Frame; ORDER + 1],
    b_step: [Frame; ORDER + 1],
    a_step: [Frame; ORDER + 1],
    state: [Frame; ORDER],
    moving: bool,
    active: bool,
}

impl Default for Correction {
    fn default() -> Self {
        let mut correction = Self {
            end: [CorrectionCoefficients::IDENTITY; 2],
            b: Default::default(),
            a: Default::default(),
            b_step: Default::default(),
            a_step: Default::default(),
            state: Default::default(),
            moving: false,
            active: false,
        };
        correction.snap(correction.end);
        correction
    }
}

impl Correction {
    /// Forgets the audio.
    pub fn reset(&mut self) {
        self.state = Default::default();
    }

    /// Puts the filter on its coefficients at once.
    pub fn snap(&mut self, end: [CorrectionCoefficients; 2]) {
        self.end = end;
        self.moving = true;
        self.begin_period(end);
    }

    /// Starts a control period that ends at these coefficients.
    pub fn begin_period(&mut self, end: [CorrectionCoefficients; 2]) {
        if !self.moving && end == self.end {
            return;
        }
        let per_sample = 1.0 / CONTROL_PERIOD as f64;
        for k in 0..=ORDER {
            for (c, (from, to)) in self.end.iter().zip(&end).enumerate() {
                self.b[k][c] = from.b[k];
                self.a[k][c] = from.a[k];
                self.b_step[k][c] = (to.b[k] - from.b[k]) * per_sample;
                self.a_step[k][c] = (to.a[k] - from.a[k]) * per_sample;
            }
        }
        self.moving = end != self.end;
        let identity = [CorrectionCoefficients::IDENTITY; 2];
        let active = self.moving || end != identity;
        if active && !self.active {
            self.reset();
        }
        self.active = active;
        self.end = end;
    }

    /// Whether the filter changes anything.
    pub fn is_active(&self) -> bool {
        self.active
    }

    /// Corrects frames in place.
    pub fn process(&mut self, frames: &mut [Frame]) {
        if !self.active {
            return;
        }
        // Copies stay in registers.
        let (mut state, mut b, mut a) = (self.state, self.b, self.a);
        if !self.moving {
            frames.iter_mut().for_each(|frame| *frame = tick(&mut state, &b, &a, *frame));
            self.state = state;
            return;
        }
        for frame in frames {
            for k in 0..=ORDER {
                for c in 0..2 {
                    b[k][c] += self.b_step[k][c];
                    a[k][c] += self.a_step[k][c];
                }
            }
            *frame = tick(&mut state, &b, &a, *frame);
        }
        (self.state, self.b, self.a) = (state, b, a);
    }
}

#[inline(always)]
fn tick(state: &mut [Frame; ORDER], b: &[Frame; ORDER + 1], a: &[Frame; ORDER + 1], x: Frame) -> Frame {
    let mut y = [0.0; 2];
    for c in 0..2 {
        y[c] = b[0][c] * x[c] + state[0][c];
    }
    for k in 1..ORDER {
        for c in 0..2 {
            state[k - 1][c] = (b[k][c] * x[c] + state[k][c]) - a[k][c] * y[c];
        }
    }
    for c in 0..2 {
        state[ORDER - 1][c] = b[ORDER][c] * x[c] - a[ORDER][c] * y[c];
    }
    y
}
