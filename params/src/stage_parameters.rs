//! Makes the framework's parameters of one stage: names with the stage's in front, units, ranges, text, and the mark of a change.
//!
//! The framework knows powers, x = min + (max - min) n^(1/k), and no logarithm: k is such that the middle of the travel is where
//! [`Travel`] has it. No parameter is smoothed here: smoothing belongs to dsp, so that a render and the plugin sound the same.

use crate::changes::{Change, Changes};
use crate::text;
use crate::typed::Number as Typed;
use lacquer_dsp::parameters::{Choice, Number, Travel, Unit};
use nice_plug::prelude::{BoolParam, Enum, EnumParam, FloatParam, FloatRange};
use std::sync::Arc;

/// A choice of dsp's as the framework takes it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chosen<T>(pub T);

impl<T: Choice> Enum for Chosen<T> {
    fn variants() -> &'static [&'static str] {
        T::NAMES
    }

    fn ids() -> Option<&'static [&'static str]> {
        Some(T::IDS)
    }

    fn to_index(self) -> usize {
        self.0.index()
    }

    fn from_index(index: usize) -> Self {
        Self(T::ALL.get(index).copied().unwrap_or(T::ALL[0]))
    }
}

/// What the parameters of one stage, or of one of its bands, have in common.
pub(crate) struct StageParameters<'a> {
    changes: &'a Changes,
    place: Change,
    /// Goes before each name.
    title: String,
}

impl<'a> StageParameters<'a> {
    pub fn new(changes: &'a Changes, place: Change, title: &str) -> Self {
        Self { changes, place, title: title.to_owned() }
    }

    /// The same for band `number`, from 1.
    pub fn band(&self, number: usize) -> Self {
        Self { changes: self.changes, place: self.place, title: format!("{} {number}", self.title) }
    }

    fn name(&self, name: &str) -> String {
        if self.title.is_empty() { name.to_owned() } else { format!("{} {name}", self.title) }
    }

    fn mark<T: 'static>(&self) -> Arc<dyn Fn(T) + Send + Sync> {
        let (changes, place) = (self.changes.clone(), self.place);
        Arc::new(move |_| changes.mark(place))
    }

    pub fn number(&self, name: &str, default: f64, number: Number) -> FloatParam {
        let range = range(number);
        let typed = Typed { can_be_off: number.can_be_off, ..Typed::new(number.unit, range) };
        let parameter = FloatParam::new(self.name(name), (default * shown_factor(number.unit)) as f32, range)
            .with_value_to_string(Arc::new(move |value| typed.show(value)))
            .with_string_to_value(Arc::new(move |text| typed.read(text).ok().map(|value| value as f32)))
            .with_callback(self.mark());
        // What can be off says its unit itself, as "off" has none.
        if number.can_be_off { parameter } else { parameter.with_unit(number.unit.suffix()) }
    }

    pub fn switch(&self, name: &str, default: bool) -> BoolParam {
        BoolParam::new(self.name(name), default)
            .with_value_to_string(Arc::new(|on| if on { "On" } else { "Off" }.to_owned()))
            .with_string_to_value(Arc::new(text::parse_switch))
            .with_callback(self.mark())
    }

    pub fn choice<T: Choice>(&self, name: &str, default: T) -> EnumParam<Chosen<T>> {
        EnumParam::new(self.name(name), Chosen(default)).with_callback(self.mark())
    }
}

/// How many times as large a number is shown as it is in dsp.
fn shown_factor(unit: Unit) -> f64 {
    if unit == Unit::Percent { 100.0 } else { 1.0 }
}

fn range(number: Number) -> FloatRange {
    let factor = shown_factor(number.unit);
    let (min, max) = ((number.low * factor) as f32, (number.high * factor) as f32);
    let middle = match number.travel {
        Travel::Linear => return FloatRange::Linear { min, max },
        Travel::Logarithmic => (min * max).sqrt(),
        Travel::Middle(middle) => (middle * factor) as f32,
    };
    FloatRange::Skewed { min, max, factor: 0.5_f32.ln() / ((middle - min) / (max - min)).ln() }
}

/// The lowest and highest value of a range.
pub(crate) fn bounds(range: FloatRange) -> (f32, f32) {
    match range {
        FloatRange::Linear { min, max }
        | FloatRange::Skewed { min, max, .. }
        | FloatRange::SymmetricalSkewed { min, max, .. } => (min, max),
        FloatRange::Reversed(range) => bounds(*range),
    }
}

/// A number's value for dsp.
pub(crate) fn number_in_dsp(parameter: &FloatParam, number: Number) -> f64 {
    let value = parameter.value();
    match number.unit {
        Unit::Percent => text::tidy(value) / 100.0,
        // Rounded to a decimal, the Butterworth quality would be one no longer.
        Unit::None if value == std::f32::consts::FRAC_1_SQRT_2 => std::f64::consts::FRAC_1_SQRT_2,
        _ => text::tidy(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lacquer_dsp::parameters::{fraction, hertz, ratio};

    #[test]
    fn the_travel_is_that_of_dsp() {
        for number in [hertz(20.0, 20_000.0), ratio(1.0, 20.0), fraction(-1.0, 1.0)] {
            for place in [0.0, 0.25, 0.5, 0.75, 1.0] {
                let (here, there) = (range(number).unnormalize(place as f32), number.at(place));
                let there = (there * shown_factor(number.unit)) as f32;
                assert!((here - there).abs() < 1e-4 * there.abs().max(1.0), "{here}, not {there} at {place}");
            }
        }
    }
}
