//! Exponentials, logarithms and circular functions that give the same bits on every platform.
//!
//! Those of the standard library are the system's own, and the last bit differs between them: a coefficient that is off by one bit is a
//! master that is not the same on the machine next door. These are translated from musl's C (crate `libm`), which knows no system. For
//! the design of coefficients and the pace of controls; for each sample `decibel.rs` has polynomials.

/// Sine of an angle in radians.
pub fn sin(x: f64) -> f64 {
    libm::sin(x)
}

/// Cosine of an angle in radians.
pub fn cos(x: f64) -> f64 {
    libm::cos(x)
}

/// Sine and cosine of an angle in radians.
pub fn sin_cos(x: f64) -> (f64, f64) {
    libm::sincos(x)
}

/// Tangent of an angle in radians.
pub fn tan(x: f64) -> f64 {
    libm::tan(x)
}

/// Angle in radians, -pi/2 to pi/2, with this sine.
pub fn asin(x: f64) -> f64 {
    libm::asin(x)
}

/// Angle in radians, -pi/2 to pi/2, with this tangent.
pub fn atan(x: f64) -> f64 {
    libm::atan(x)
}

/// Angle in radians, -pi to pi, of the point `(x, y)`.
pub fn atan2(y: f64, x: f64) -> f64 {
    libm::atan2(y, x)
}

/// e to the power `x`.
pub fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// 2 to the power `x`.
pub fn exp2(x: f64) -> f64 {
    libm::exp2(x)
}

/// Natural logarithm; NaN below 0.
pub fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// Logarithm to base 2; NaN below 0.
pub fn log2(x: f64) -> f64 {
    libm::log2(x)
}

/// Logarithm to base 10; NaN below 0.
pub fn log10(x: f64) -> f64 {
    libm::log10(x)
}

/// `x` to the power `y`.
pub fn powf(x: f64, y: f64) -> f64 {
    libm::pow(x, y)
}

/// Length of the vector `(x, y)`.
pub fn hypot(x: f64, y: f64) -> f64 {
    libm::hypot(x, y)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bits that were computed on Linux, x86-64: what another platform has to give.
    #[test]
    fn the_same_bits_everywhere() {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let mut take = |x: f64| hash = (hash ^ x.to_bits()).wrapping_mul(0x0100_0000_01b3);
        for n in 1..10_000 {
            let x = f64::from(n) * 0.001_37;
            let (sine, cosine) = sin_cos(x);
            for y in [sin(x), cos(x), sine, cosine, tan(x), atan(x), asin(x / 14.0), atan2(x, 2.0 - x)] {
                take(y);
            }
            for y in [exp(-x), exp2(x), ln(x), log2(x), log10(x), powf(10.0, 0.05 * x), hypot(x, 1.0)] {
                take(y);
            }
        }
        assert_eq!(hash, 0xa460_779e_907d_2c8d, "{hash:#018x}");
    }
}
