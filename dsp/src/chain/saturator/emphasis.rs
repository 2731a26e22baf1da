//! First-order shelf and its exact inverse, for what is emphasised before a curve and de-emphasised after it.
//!
//! H(s) = (high s + low w) / (s + w) by the bilinear transform in topology-preserving form: y = low lp + high hp. The
//! inverse is of the same form with w' = w low / high, and exact.

use crate::blocks::decibel::db_to_gain;
use crate::blocks::math;
use crate::processor::{CONTROL_PERIOD, Frame};
use std::f64::consts::PI;

/// Coefficients of a shelf.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shelf {
    /// tan(pi f / fs).
    g: f64,
    /// g / (1 + g).
    pole: f64,
    low: f64,
    high: f64,
}

impl Default for Shelf {
    fn default() -> Self {
        Self::FLAT
    }
}

impl Shelf {
    /// Unity at every frequency.
    pub const FLAT: Self = Self { g: 0.1, pole: 0.1 / 1.1, low: 1.0, high: 1.0 };

    /// Gains in dB far below and far above; the corner is the geometric middle of pole and zero.
    pub fn new(low_db: f64, high_db: f64, corner_hz: f64, sample_rate: f64) -> Self {
        let (low, high) = (db_to_gain(low_db), db_to_gain(high_db));
        let g = math::tan(PI * (corner_hz / sample_rate).min(0.49)) * (high / low).sqrt();
        Self { g, pole: g / (1.0 + g), low, high }
    }

    /// The shelf that undoes this one.
    pub fn inverse(&self) -> Self {
        let g = self.g * self.low / self.high;
        Self { g, pole: g / (1.0 + g), low: 1.0 / self.low, high: 1.0 / self.high }
    }
}

/// Memory of a stereo shelf.
#[derive(Debug, Clone, Copy, Default)]
pub struct ShelfState {
    state: Frame,
}

impl ShelfState {
    /// One frame.
    #[inline(always)]
    pub fn tick(&mut self, shelf: &Shelf, x: Frame) -> Frame {
        let mut y = [0.0; 2];
        for c in 0..2 {
            let v = (x[c] - self.state[c]) * shelf.pole;
            let low = v + self.state[c];
            self.state[c] = low + v;
            y[c] = shelf.low * low + shelf.high * (x[c] - low);
        }
        y
    }
}

/// A shelf that moves linearly over one control period.
#[derive(Debug, Clone, Copy)]
pub struct ShelfRamp {
    end: Shelf,
    current: Shelf,
    step: [f64; 3],
}

impl Default for ShelfRamp {
    fn default() -> Self {
        Self { end: Shelf::FLAT, current: Shelf::FLAT, step: [0.0; 3] }
    }
}

impl ShelfRamp {
    /// At rest at `shelf`.
    pub fn snap(&mut self, shelf: Shelf) {
        *self = Self { end: shelf, current: shelf, step: [0.0; 3] };
    }

    /// Moves to `shelf` in the coming period.
    pub fn begin_period(&mut self, shelf: Shelf) {
        let per_sample = 1.0 / CONTROL_PERIOD as f64;
        self.current = self.end;
        self.step = [
            (shelf.pole - self.end.pole) * per_sample,
            (shelf.low - self.end.low) * per_sample,
            (shelf.high - self.end.high) * per_sample,
        ];
        self.end = shelf;
    }

    /// Whether the shelf is other than flat now or at the period's end.
    pub fn is_active(&self) -> bool {
        self.step != [0.0; 3] || self.end.low != self.end.high
    }

    /// Whether the shelf moves in this period.
    pub fn is_moving(&self) -> bool {
        self.step != [0.0; 3]
    }

    /// The next sample's shelf; that of the whole period if it is known that nothing `MOVES`.
    #[inline(always)]
    pub fn value<const MOVES: bool>(&mut self) -> Shelf {
        if MOVES {
            self.current.pole += self.step[0];
            self.current.low += self.step[1];
            self.current.high += self.step[2];
        }
        self.current
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inverse_gives_back_the_signal() {
        let shelf = Shelf::new(12.0, -3.0, 80.0, 44_100.0);
        let inverse = shelf.inverse();
        let (mut a, mut b) = (ShelfState::default(), ShelfState::default());
        for n in 0..5000 {
            let x = [math::sin(n as f64 * 0.7), if n == 10 { 1.0 } else { 0.0 }];
            let y = b.tick(&inverse, a.tick(&shelf, x));
            // Rounding of f64.
            assert!((y[0] - x[0]).abs() < 1e-13 && (y[1] - x[1]).abs() < 1e-13, "frame {n}");
        }
    }
}
