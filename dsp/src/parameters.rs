//! What can be set. Each parameter is one line, in the file of its stage, and everything that is made of parameters is made of that line:
//!
//! ```text
//! threshold_db: level(-60.0, 0.0) = -16.0, "glue_threshold", "Threshold";
//! the field     its range           before  its id for ever    its name     (above the line: what it does, for people)
//!
//!     -> settings, their defaults, what keeps them in range (here)
//!     -> the plugin's parameters, presets, hints and remote controls (by the macro of the same name as the stage)
//!     -> the settings that tests draw at random, and every number that they spoil
//! ```
//!
//! Switches are `switch()`, one of several `choice(Type)` ([`Choice`]); what counts or measures is one of the functions that make a
//! [`Number`]. What a stage needs and nobody sets stands under `beside`, and its bands, a table of their own, under `bands`.

mod number;
mod table;

pub use number::{
    Number, Travel, Unit, decibels, degrees, fraction, hertz, hertz_or_off, level, milliseconds, number,
    quality_factor, ratio, true_peak_level,
};
pub(crate) use table::{
    choices, each_choice, each_number, each_place, parameters, parameters_of, value_type,
};

/// One of several. The first is where the travel begins.
pub trait Choice: Copy + PartialEq + Send + Sync + 'static {
    /// All of them in the order in which they are shown.
    const ALL: &'static [Self];
    /// Their names as people see them.
    const NAMES: &'static [&'static str];
    /// Their ids in saved states, for ever.
    const IDS: &'static [&'static str];

    /// Which of [`Choice::ALL`] it is.
    fn index(self) -> usize {
        Self::ALL.iter().position(|choice| *choice == self).unwrap_or_default()
    }

    /// The choice at a place of the travel, 0 to 1, all parts of which are alike.
    fn at(place: f64) -> Self {
        let count = Self::ALL.len();
        Self::ALL[((place * count as f64) as usize).min(count - 1)]
    }
}

/// Settings that are made of a table: those of a stage or of one of its bands.
pub trait Parameters: Clone + Default + PartialEq {
    /// How many bands belong to it.
    const BANDS: usize = 0;

    /// Whether it is switched on.
    fn on(&self) -> bool;

    /// What a parameter does, in a sentence for people; of a band's by the id without the band's number.
    fn sentence(id: &str) -> Option<&'static str>;

    /// Calls `act` for every number, in order, with its range and the value that `defaults` has there.
    fn for_each_number(&mut self, defaults: &Self, act: &mut dyn FnMut(&mut f64, Number, f64));

    /// Calls `act` with the names and ids of every choice.
    fn for_each_choice(act: &mut dyn FnMut(&'static [&'static str], &'static [&'static str]));

    /// Sets every parameter to a place of its travel, 0 to 1, in order. What nobody sets stays.
    fn place(&mut self, place: &mut dyn FnMut() -> f64);

    /// Puts every value in its range, and where it is not a number its default. Here alone: behind it a stage relies on it.
    fn sanitize(&mut self) {
        let defaults = Self::default();
        self.for_each_number(&defaults, &mut |value, number, default| {
            *value = if value.is_nan() { default } else { value.clamp(number.low, number.high) };
        });
    }
}
