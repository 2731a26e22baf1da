//! From an analogue second-order section to a digital one of the same poles and zeros.
//!
//! Every root s becomes z = e^s (s in radians per sample): the matched z-transform. What the digital section then lacks
//! against the analogue one, the roots' images beyond the Nyquist frequency, is a smooth function near 1 up to that
//! frequency; [`Matched::add_deviation`] gives it on a grid, and one correction for many sections takes it back.

use super::svf::SvfCoefficients;
use crate::blocks::math;

/// H(s) = (n0 + n1 s + n2 s^2) / (d0 + d1 s + d2 s^2), s in radians per sample. Lowest coefficients first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AnalogSection {
    /// Numerator.
    pub numerator: [f64; 3],
    /// Denominator.
    pub denominator: [f64; 3],
}

/// Bell and shelves in the form of R. Bristow-Johnson, "Cookbook formulae for audio equalizer biquad filter coefficients":
/// with `a` = 10^(gain / 40) a boost and its cut are mirror images. `w` is the frequency in radians per sample.
impl AnalogSection {
    /// Boost or cut around `w`.
    pub fn bell(w: f64, q: f64, a: f64) -> Self {
        Self { numerator: [w * w, a / q * w, 1.0], denominator: [w * w, w / (a * q), 1.0] }
    }

    /// Boost or cut below `w`.
    pub fn low_shelf(w: f64, q: f64, a: f64) -> Self {
        let middle = a.sqrt() / q * w;
        let numerator = [a * w * w, middle, 1.0].map(|c| a * c);
        Self { numerator, denominator: [w * w, middle, a] }
    }

    /// Boost or cut above `w`.
    pub fn high_shelf(w: f64, q: f64, a: f64) -> Self {
        let middle = a.sqrt() / q * w;
        let numerator = [w * w, middle, a].map(|c| a * c);
        Self { numerator, denominator: [a * w * w, middle, 1.0] }
    }

    /// |H|^2 at `w` radians per sample.
    pub fn power(&self, w: f64) -> f64 {
        let at = |p: &[f64; 3]| (p[0] - p[2] * w * w).powi(2) + (p[1] * w).powi(2);
        at(&self.numerator) / at(&self.denominator)
    }
}

/// A polynomial of at most second order, with its digital counterpart.
struct Polynomial {
    /// Leading coefficient, and what it was divided by it: constant and linear term (order 2), constant (1), none (0).
    lead: f64,
    order: usize,
    constant: f64,
    linear: f64,
    /// 1 + c1 / z + c2 / z^2.
    c1: f64,
    c2: f64,
}

impl Polynomial {
    fn new(p: &[f64; 3]) -> Self {
        if p[2] != 0.0 {
            let (constant, linear) = (p[0] / p[2], p[1] / p[2]);
            let half = 0.5 * linear;
            let below = constant - half * half;
            // 2 cos for a pair of conjugate roots, 2 cosh for two real ones.
            let twice = if below >= 0.0 {
                2.0 * math::exp(-half) * math::cos(below.sqrt())
            } else {
                let apart = (-below).sqrt();
                math::exp(apart - half) + math::exp(-apart - half)
            };
            Self { lead: p[2], order: 2, constant, linear, c1: -twice, c2: math::exp(-linear) }
        } else if p[1] != 0.0 {
            let constant = p[0] / p[1];
            Self { lead: p[1], order: 1, constant, linear: 1.0, c1: -math::exp(-constant), c2: 0.0 }
        } else {
            Self { lead: p[0], order: 0, constant: 1.0, linear: 0.0, c1: 0.0, c2: 0.0 }
        }
    }

    /// Ratio of analogue to digital magnitude towards frequency 0; 1 for roots at 0.
    fn at_zero(&self) -> f64 {
        let digital = 1.0 + self.c1 + self.c2;
        if self.constant == 0.0 && self.order < 2 {
            1.0
        } else if self.constant == 0.0 {
            // One root at 0: what the other leaves there.
            if self.linear == 0.0 { 1.0 } else { self.linear / (1.0 - math::exp(-self.linear)) }
        } else {
            self.constant / digital
        }
    }

    /// Ratio of analogue to digital power at `w`.
    fn power_ratio(&self, w: f64, cos: f64, sin: f64) -> f64 {
        let analog = match self.order {
            2 => (self.constant - w * w).powi(2) + (self.linear * w).powi(2),
            1 => self.constant * self.constant + w * w,
            _ => return 1.0,
        };
        let cos2 = 2.0 * cos * cos - 1.0;
        let re = 1.0 + self.c1 * cos + self.c2 * cos2;
        let im = sin * (self.c1 + 2.0 * self.c2 * cos);
        // On a root both vanish; between it and the next double both are as good as equal.
        (analog + 1e-24) / (re * re + im * im + 1e-24)
    }
}

/// A point of the grid on which deviations are known.
#[derive(Debug, Clone, Copy, Default)]
pub struct GridPoint {
    /// Radians per sample.
    pub w: f64,
    /// Its cosine and sine.
    pub cos: f64,
    /// Its sine.
    pub sin: f64,
}

impl GridPoint {
    /// The point at `w` radians per sample.
    pub fn new(w: f64) -> Self {
        Self { w, cos: math::cos(w), sin: math::sin(w) }
    }
}

/// Least power that [`Matched::magnitude_matched`] leaves at Nyquist: -40 dB.
const LEAST_POWER_AT_NYQUIST: f64 = 1e-4;

/// The digital section of an analogue one.
pub struct Matched {
    numerator: Polynomial,
    denominator: Polynomial,
}

impl Matched {
    /// Maps the roots.
    pub fn new(section: &AnalogSection) -> Self {
        Self {
            numerator: Polynomial::new(&section.numerator),
            denominator: Polynomial::new(&section.denominator),
        }
    }

    /// The digital section, of the analogue one's gain towards frequency 0.
    pub fn coefficients(&self) -> SvfCoefficients {
        let (n, d) = (&self.numerator, &self.denominator);
        let gain = n.lead / d.lead * n.at_zero() / d.at_zero();
        SvfCoefficients::from_biquad([gain, gain * n.c1, gain * n.c2], d.c1, d.c2)
    }

    /// The digital section with the analogue one's poles, its gain at frequency 0, and the magnitude nearest to it over `grid`:
    /// numerator, and denominator after its leading 1. Its zeros lie inside the unit circle.
    ///
    /// With p0 = cos^2(w/2), p1 = sin^2(w/2), p2 = 4 p0 p1, |b|^2 = B0 p0 + B1 p1 + B2 p2 (M. Vicanek, "Matched Second Order
    /// Digital Filters", 2016). B0 is given by frequency 0; B1 and B2 are those with the least square of the relative error.
    pub fn magnitude_matched(&self, section: &AnalogSection, grid: &[GridPoint]) -> ([f64; 3], [f64; 2]) {
        let (a1, a2) = (self.denominator.c1, self.denominator.c2);
        let (at_zero, at_nyquist) = ((1.0 + a1 + a2).powi(2), (1.0 - a1 + a2).powi(2));
        let big_0 = at_zero * section.power(0.0);
        let [mut s11, mut s12, mut s22, mut t1, mut t2] = [0.0; 5];
        for point in grid {
            let p1 = 0.5 - 0.5 * point.cos;
            let p0 = 1.0 - p1;
            let p2 = 4.0 * p0 * p1;
            let scale = 1.0 / (section.power(point.w) * (at_zero * p0 + at_nyquist * p1 - 4.0 * a2 * p2));
            let (u1, u2, rest) = (p1 * scale, p2 * scale, 1.0 - big_0 * p0 * scale);
            s11 += u1 * u1;
            s12 += u1 * u2;
            s22 += u2 * u2;
            t1 += u1 * rest;
            t2 += u2 * rest;
        }
        let determinant = s11 * s22 - s12 * s12;
        // |b|^2 is nowhere negative: B1 is its value at Nyquist, where a zero would leave the inverse filter a pole, and b0 below
        // is real.
        let big_1 = ((t1 * s22 - t2 * s12) / determinant).max(LEAST_POWER_AT_NYQUIST * at_nyquist);
        let (root_0, root_1) = (big_0.sqrt(), big_1.sqrt());
        let half = 0.5 * (root_0 + root_1);
        let big_2 = ((t2 - big_1 * s12) / s22).max(-half * half);
        let b0 = 0.5 * (half + (half * half + big_2).sqrt());
        ([b0, 0.5 * (root_0 - root_1), -0.25 * big_2 / b0], [a1, a2])
    }

    /// Adds, for each point of the grid, the logarithm of analogue over digital power.
    pub fn add_deviation(&self, grid: &[GridPoint], sums: &mut [f64]) {
        let (n, d) = (&self.numerator, &self.denominator);
        let at_zero = (n.at_zero() / d.at_zero()).powi(2);
        for (point, sum) in grid.iter().zip(sums) {
            let ratio = n.power_ratio(point.w, point.cos, point.sin)
                / (d.power_ratio(point.w, point.cos, point.sin) * at_zero);
            *sum += math::ln(ratio);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deviation_is_what_the_section_lacks() {
        let w0 = 1.9;
        for section in [
            AnalogSection { numerator: [w0 * w0, 2.0 * w0, 1.0], denominator: [w0 * w0, 0.5 * w0, 1.0] },
            AnalogSection { numerator: [0.0, 0.0, 1.0], denominator: [w0 * w0, 1.4 * w0, 1.0] },
            AnalogSection { numerator: [w0 * w0, 0.0, 0.0], denominator: [w0 * w0, 3.0 * w0, 1.0] },
            AnalogSection { numerator: [0.0, w0, 0.0], denominator: [w0 * w0, w0, 1.0] },
            AnalogSection { numerator: [0.0, 1.0, 0.0], denominator: [0.01, 1.0, 0.0] },
        ] {
            let matched = Matched::new(&section);
            let coefficients = matched.coefficients();
            for w in [0.01, 0.4, 1.3, 2.5, 3.0] {
                let mut deviation = [0.0];
                matched.add_deviation(&[GridPoint::new(w)], &mut deviation);
                let digital = coefficients.magnitude(w / std::f64::consts::TAU, 1.0).powi(2);
                let error = math::ln(section.power(w) / digital) - deviation[0];
                assert!(error.abs() < 1e-9, "{section:?} at {w}: {error}");
            }
        }
    }
}
