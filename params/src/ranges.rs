//! Ranges as parameters and graphs share them: how far a control reaches and how its travel is spread.
//!
//! The framework knows powers, x = min + (max - min) n^(1/k), and no logarithm. [`logarithmic`] chooses k so that the middle
//! of the travel is the geometric mean, where a logarithm has it too.

use nice_plug::prelude::FloatRange;

/// Even spread from `min` to `max`.
pub fn linear(min: f32, max: f32) -> FloatRange {
    FloatRange::Linear { min, max }
}

/// Spread so that the middle of the travel is the geometric mean of `min` and `max`, both above 0.
pub fn logarithmic(min: f32, max: f32) -> FloatRange {
    let middle = (min * max).sqrt();
    skewed(min, max, middle)
}

/// Spread so that the middle of the travel is `middle`.
pub fn skewed(min: f32, max: f32, middle: f32) -> FloatRange {
    let factor = 0.5_f32.ln() / ((middle - min) / (max - min)).ln();
    FloatRange::Skewed { min, max, factor }
}

/// Frequencies from `min` to `max` Hz.
pub fn frequency_hz(min: f32, max: f32) -> FloatRange {
    logarithmic(min, max)
}

/// Times from `min` to `max` ms.
pub fn time_ms(min: f32, max: f32) -> FloatRange {
    logarithmic(min, max)
}

/// Quality factors from `min` to `max`.
pub fn quality_factor(min: f32, max: f32) -> FloatRange {
    logarithmic(min, max)
}

/// Ratios "x : 1" from 1 to 20 with 4 : 1 in the middle of the travel, because mastering lives below it.
pub fn ratio() -> FloatRange {
    skewed(1.0, 20.0, 4.0)
}

/// The lowest and highest value of a range.
pub fn bounds(range: FloatRange) -> (f32, f32) {
    match range {
        FloatRange::Linear { min, max }
        | FloatRange::Skewed { min, max, .. }
        | FloatRange::SymmetricalSkewed { min, max, .. } => (min, max),
        FloatRange::Reversed(range) => bounds(*range),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn middle_of_a_logarithmic_travel_is_the_geometric_mean() {
        let middle = frequency_hz(20.0, 20_000.0).unnormalize(0.5);
        assert!((middle - 632.46).abs() < 0.1, "{middle} Hz");
        assert!((ratio().unnormalize(0.5) - 4.0).abs() < 1e-4);
    }
}
