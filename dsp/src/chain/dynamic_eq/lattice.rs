//! A band's filter at every gain: designed 1 dB apart, read between the points.
//!
//! The section has the analogue prototype's poles and, up to 0.9 of Nyquist, nearly its magnitude
//! ([`crate::blocks::matched`]); a cut is the exact inverse of its boost.

use super::DynamicEqShape;
use crate::blocks::decibel::db_to_gain;
use crate::blocks::matched::{AnalogSection, GridPoint, Matched};
use crate::blocks::svf::SvfCoefficients;
use std::f64::consts::PI;

/// Largest gain either way, in dB.
pub const MOST_GAIN_DB: f64 = 12.0;
const BOOSTS: usize = MOST_GAIN_DB as usize;

/// Coefficients as a band runs them: the recursion's a1, a2 = g a1, a3 = g a2, and the weights of x, v1 and v2 in what the
/// filter adds to x.
pub type Coefficients = [f64; 6];

/// The designs of one band; see the module.
#[derive(Debug, Clone)]
pub struct Lattice {
    points: [Coefficients; 2 * BOOSTS + 1],
}

/// Where the magnitude is fitted: evenly from 0 to 0.9 of Nyquist.
pub const GRID: usize = 20;

/// The grid on which [`Lattice::design`] fits.
pub fn grid() -> [GridPoint; GRID] {
    std::array::from_fn(|n| GridPoint::new(0.9 * PI * (n + 1) as f64 / GRID as f64))
}

impl Default for Lattice {
    fn default() -> Self {
        Self { points: [[0.0; 6]; 2 * BOOSTS + 1] }
    }
}

impl Lattice {
    /// Designs the band at `w` radians per sample, below pi.
    pub fn design(&mut self, shape: DynamicEqShape, w: f64, q: f64, grid: &[GridPoint]) {
        for n in 1..=BOOSTS {
            let a = db_to_gain(0.5 * n as f64);
            let section = match shape {
                DynamicEqShape::Bell => AnalogSection::bell(w, q, a),
                DynamicEqShape::LowShelf => AnalogSection::low_shelf(w, q, a),
                DynamicEqShape::HighShelf => AnalogSection::high_shelf(w, q, a),
            };
            let ([b0, b1, b2], [a1, a2]) = Matched::new(&section).magnitude_matched(&section, grid);
            self.points[BOOSTS + n] = coefficients(&SvfCoefficients::from_biquad([b0, b1, b2], a1, a2));
            let inverse = SvfCoefficients::from_biquad([1.0 / b0, a1 / b0, a2 / b0], b1 / b0, b2 / b0);
            self.points[BOOSTS - n] = coefficients(&inverse);
        }
        // At 0 dB the filter adds nothing, with the recursion midway between those of its neighbours.
        let (below, above) = (self.points[BOOSTS - 1], self.points[BOOSTS + 1]);
        self.points[BOOSTS] = std::array::from_fn(|n| if n < 3 { 0.5 * (below[n] + above[n]) } else { 0.0 });
    }

    /// The coefficients for a gain in dB.
    #[inline(always)]
    pub fn at(&self, gain_db: f64) -> Coefficients {
        let place = (gain_db + MOST_GAIN_DB).clamp(0.0, 2.0 * MOST_GAIN_DB);
        let below = (place as usize).min(2 * BOOSTS - 1);
        let share = place - below as f64;
        let (low, high) = (&self.points[below], &self.points[below + 1]);
        let mut between = [0.0; 6];
        for n in 0..6 {
            between[n] = low[n] + share * (high[n] - low[n]);
        }
        between
    }
}

fn coefficients(section: &SvfCoefficients) -> Coefficients {
    let a1 = section.a1();
    let a2 = section.g * a1;
    [a1, a2, section.g * a2, section.m0 - 1.0, section.m1, section.m2]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocks::math;

    #[test]
    fn every_design_is_finite_and_stable() {
        let mut lattice = Lattice::default();
        let share = |n: u32, of: u32| f64::from(n) / f64::from(of);
        for shape in [DynamicEqShape::Bell, DynamicEqShape::LowShelf, DynamicEqShape::HighShelf] {
            for rate in [8000.0, 44_100.0, 48_000.0, 96_000.0, 384_000.0] {
                for frequency in 0..=60 {
                    let hz = (20.0 * math::powf(1000f64, share(frequency, 60))).min(0.45 * rate);
                    for quality in 0..=20 {
                        let q = 0.1 * math::powf(100f64, share(quality, 20));
                        lattice.design(shape, 2.0 * PI * hz / rate, q, &grid());
                        for (n, point) in lattice.points.iter().enumerate() {
                            let [a1, a2, a3, ..] = *point;
                            // g and 1 + g (g + k) positive: poles inside the unit circle; and no weight that amplifies rounding.
                            assert!(
                                a1 > 0.0
                                    && a1 < 1.0
                                    && a2 > 0.0
                                    && a3 > 0.0
                                    && point.iter().all(|x| x.abs() < 1e6),
                                "{shape:?} {hz} Hz of {rate} Q {q}, {} dB: {point:?}",
                                n as f64 - MOST_GAIN_DB
                            );
                        }
                    }
                }
            }
        }
    }
}
