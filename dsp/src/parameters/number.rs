//! Ranges: what a number counts, how far it goes, and how a control's travel is spread over it.

use crate::blocks::math;

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A plain number.
    None,
    /// dB.
    Decibel,
    /// dB against full scale.
    DecibelFullScale,
    /// dB true peak.
    DecibelTruePeak,
    /// Hz.
    Hertz,
    /// ms.
    Millisecond,
    /// %: a fraction in settings, shown a hundred times as large.
    Percent,
    /// "x : 1".
    Ratio,
    /// Degrees of angle.
    Degree,
}

impl Unit {
    /// The unit's symbol, empty for a plain number.
    pub fn symbol(self) -> &'static str {
        self.suffix().trim_start()
    }

    /// The symbol as it follows a number, with its space.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Decibel => " dB",
            Self::DecibelFullScale => " dBFS",
            Self::DecibelTruePeak => " dBTP",
            Self::Hertz => " Hz",
            Self::Millisecond => " ms",
            Self::Percent => " %",
            Self::Ratio => " : 1",
            Self::Degree => "\u{b0}",
        }
    }

    /// The unit with a symbol; a plain number's for any other.
    pub fn of_symbol(symbol: &str) -> Self {
        const ALL: [Unit; 8] = [
            Unit::Decibel,
            Unit::DecibelFullScale,
            Unit::DecibelTruePeak,
            Unit::Hertz,
            Unit::Millisecond,
            Unit::Percent,
            Unit::Ratio,
            Unit::Degree,
        ];
        ALL.into_iter().find(|unit| unit.symbol() == symbol).unwrap_or(Self::None)
    }
}

/// How a control's travel is spread over a range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Travel {
    /// Evenly.
    Linear,
    /// The middle of the travel is the geometric mean, as a logarithm has it; for ranges above 0.
    Logarithmic,
    /// The middle of the travel is this.
    Middle(f64),
}

/// A number that can be set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Number {
    /// Its lowest value.
    pub low: f64,
    /// Its highest value.
    pub high: f64,
    /// What it counts.
    pub unit: Unit,
    /// How a control's travel is spread over it.
    pub travel: Travel,
    /// Whether the lowest value means that nothing is done.
    pub can_be_off: bool,
}

impl Number {
    const fn new(low: f64, high: f64, unit: Unit, travel: Travel) -> Self {
        Self { low, high, unit, travel, can_be_off: false }
    }

    /// The value at a place of the travel, 0 to 1: evenly, or by the power that leads through the middle.
    pub fn at(&self, place: f64) -> f64 {
        let middle = match self.travel {
            Travel::Linear => return self.low + (self.high - self.low) * place,
            Travel::Logarithmic => (self.low * self.high).sqrt(),
            Travel::Middle(middle) => middle,
        };
        let power = math::ln((middle - self.low) / (self.high - self.low)) / math::ln(0.5);
        self.low + (self.high - self.low) * math::powf(place, power)
    }
}

/// A gain or a distance in dB.
pub const fn decibels(low: f64, high: f64) -> Number {
    Number::new(low, high, Unit::Decibel, Travel::Linear)
}

/// A level in dBFS.
pub const fn level(low: f64, high: f64) -> Number {
    Number::new(low, high, Unit::DecibelFullScale, Travel::Linear)
}

/// A level in dBTP.
pub const fn true_peak_level(low: f64, high: f64) -> Number {
    Number::new(low, high, Unit::DecibelTruePeak, Travel::Linear)
}

/// A frequency in hertz.
pub const fn hertz(low: f64, high: f64) -> Number {
    Number::new(low, high, Unit::Hertz, Travel::Logarithmic)
}

/// A frequency in hertz whose lowest value, `off`, is shown and typed as "off".
pub const fn hertz_or_off(off: f64, high: f64) -> Number {
    Number { can_be_off: true, ..hertz(off, high) }
}

/// A time in ms.
pub const fn milliseconds(low: f64, high: f64) -> Number {
    Number::new(low, high, Unit::Millisecond, Travel::Logarithmic)
}

/// A fraction, shown and typed in percent.
pub const fn fraction(low: f64, high: f64) -> Number {
    Number::new(low, high, Unit::Percent, Travel::Linear)
}

/// A ratio "x : 1" with 4 : 1 in the middle of the travel, because mastering lives below it.
pub const fn ratio(low: f64, high: f64) -> Number {
    Number::new(low, high, Unit::Ratio, Travel::Middle(4.0))
}

/// A filter's quality factor.
pub const fn quality_factor(low: f64, high: f64) -> Number {
    Number::new(low, high, Unit::None, Travel::Logarithmic)
}

/// A plain number.
pub const fn number(low: f64, high: f64) -> Number {
    Number::new(low, high, Unit::None, Travel::Linear)
}

/// An angle in degrees.
pub const fn degrees(low: f64, high: f64) -> Number {
    Number::new(low, high, Unit::Degree, Travel::Linear)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_the_travel_is_where_it_is_said_to_be_and_its_ends_are_the_ranges() {
        for (number, middle) in [
            (hertz(20.0, 20_000.0), 632.455_532),
            (ratio(1.0, 20.0), 4.0),
            (decibels(-24.0, 12.0), -6.0),
            (milliseconds(0.1, 200.0), 4.472_135_955),
        ] {
            let found = [0.0, 0.5, 1.0].map(|place| number.at(place));
            let expected = [number.low, middle, number.high];
            for (found, expected) in found.into_iter().zip(expected) {
                assert!((found - expected).abs() < 1e-6 * expected.abs(), "{found}, not {expected}");
            }
        }
    }
}
