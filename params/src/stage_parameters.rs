//! Makes the parameters of one stage: names with the stage's in front, units, ranges, text, and the mark of a change.
//!
//! No parameter is smoothed here: smoothing belongs to dsp, so that a render and the plugin sound the same.

use crate::changes::{Change, Changes};
use crate::ranges;
use crate::text::{self, Unit};
use crate::typed::Number;
use nice_plug::prelude::{BoolParam, Enum, EnumParam, FloatParam, FloatRange};
use std::sync::Arc;

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

    pub fn number(&self, name: &str, default: f64, range: FloatRange, unit: Unit) -> FloatParam {
        let number = Number::new(unit, range);
        self.shown_as(number, FloatParam::new(self.name(name), default as f32, range))
            .with_unit(unit.suffix())
    }

    fn shown_as(&self, number: Number, parameter: FloatParam) -> FloatParam {
        parameter
            .with_value_to_string(Arc::new(move |value| number.show(value)))
            .with_string_to_value(Arc::new(move |typed| number.read(typed).ok().map(|value| value as f32)))
            .with_callback(self.mark())
    }

    pub fn decibels(&self, name: &str, default: f64, min: f32, max: f32) -> FloatParam {
        self.number(name, default, ranges::linear(min, max), Unit::Decibel)
    }

    pub fn hertz(&self, name: &str, default: f64, min: f32, max: f32) -> FloatParam {
        self.number(name, default, ranges::frequency_hz(min, max), Unit::Hertz)
    }

    /// A frequency whose lowest value, `off`, is shown and typed as "off".
    pub fn hertz_or_off(&self, name: &str, default: f64, off: f32, max: f32) -> FloatParam {
        let range = ranges::frequency_hz(off, max);
        let number = Number { can_be_off: true, ..Number::new(Unit::Hertz, range) };
        self.shown_as(number, FloatParam::new(self.name(name), default as f32, range))
    }

    pub fn milliseconds(&self, name: &str, default: f64, min: f32, max: f32) -> FloatParam {
        self.number(name, default, ranges::time_ms(min, max), Unit::Millisecond)
    }

    /// A fraction in dsp, shown and set in percent.
    pub fn percent(&self, name: &str, default: f64, min: f32, max: f32) -> FloatParam {
        self.number(name, default * 100.0, ranges::linear(min, max), Unit::Percent)
    }

    pub fn ratio(&self, name: &str, default: f64) -> FloatParam {
        self.number(name, default, ranges::ratio(), Unit::Ratio)
    }

    pub fn quality_factor(&self, name: &str, default: f64, min: f32, max: f32) -> FloatParam {
        self.number(name, default, ranges::quality_factor(min, max), Unit::None)
    }

    pub fn switch(&self, name: &str, default: bool) -> BoolParam {
        BoolParam::new(self.name(name), default)
            .with_value_to_string(Arc::new(|on| if on { "On" } else { "Off" }.to_owned()))
            .with_string_to_value(Arc::new(text::parse_switch))
            .with_callback(self.mark())
    }

    pub fn choice<T: Enum + PartialEq + 'static>(&self, name: &str, default: impl Into<T>) -> EnumParam<T> {
        EnumParam::new(self.name(name), default.into()).with_callback(self.mark())
    }
}

/// A parameter's value for dsp.
pub(crate) fn plain(parameter: &FloatParam) -> f64 {
    text::tidy(parameter.value())
}

/// A parameter in percent as a fraction.
pub(crate) fn fraction(parameter: &FloatParam) -> f64 {
    text::tidy(parameter.value()) / 100.0
}

/// A parameter that is a quality factor.
pub(crate) fn quality_factor(parameter: &FloatParam) -> f64 {
    // Rounded to a decimal, the Butterworth quality would be one no longer.
    if parameter.value() == std::f32::consts::FRAC_1_SQRT_2 {
        std::f64::consts::FRAC_1_SQRT_2
    } else {
        plain(parameter)
    }
}
