//! Windows for the design of filters and for spectra.

use crate::blocks::math;
/// Kaiser's window at a position from -1 to +1 about its centre, where it is 1; 0 beyond the ends. A larger `beta` has lower side
/// lobes and a wider main lobe.
///
/// Source: J. F. Kaiser, R. W. Schafer, "On the Use of the I0-sinh Window for Spectrum Analysis", IEEE ASSP 28(1), 1980.
pub fn kaiser(position: f64, beta: f64) -> f64 {
    let inside = 1.0 - position * position;
    if inside < 0.0 { 0.0 } else { bessel_i0(beta * inside.sqrt()) / bessel_i0(beta) }
}

/// Hann's window of `length` points, periodic: 0 at the first, 1 in the middle.
pub fn hann(length: usize) -> Vec<f64> {
    (0..length).map(|n| 0.5 - 0.5 * math::cos(std::f64::consts::TAU * n as f64 / length as f64)).collect()
}

/// Modified Bessel function of the first kind, order 0, by its power series.
fn bessel_i0(x: f64) -> f64 {
    let (mut term, mut sum) = (1.0, 1.0);
    for k in 1..200 {
        term *= (x / (2.0 * k as f64)).powi(2);
        sum += term;
        if term < 1e-17 * sum {
            break;
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hann_is_flat_over_two_halves() {
        let window = hann(64);
        assert_eq!((window[0], window[32]), (0.0, 1.0));
        assert!((0..32).all(|n| (window[n] + window[n + 32] - 1.0).abs() < 1e-15));
    }

    #[test]
    fn window_has_its_known_ends_and_middle() {
        assert_eq!(kaiser(0.0, 8.0), 1.0);
        // I0(8) from Abramowitz and Stegun, table 9.8: 427.564.
        assert!((1.0 / kaiser(1.0, 8.0) - 427.564_115_7).abs() < 1e-6);
        assert_eq!(kaiser(1.01, 8.0), 0.0);
    }
}
