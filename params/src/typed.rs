//! What was typed, by a person, a host or a script, as a parameter's value: one rule for all of them.
//!
//! Whatever a parameter shows is read as a value that shows the same. What is not understood or out of range is refused, never made to
//! fit: who typed it has to know.

use crate::text;
use lacquer_dsp::chain::glue::HIGH_PASS_OFF_SHARE;
use lacquer_dsp::parameters::Unit;
use nice_plug::params::internals::ParamPtr;
use nice_plug::prelude::{FloatRange, Param};

/// Why a text is no value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Misread {
    /// It says nothing that the parameter knows.
    NotUnderstood,
    /// It says this plain value, which the parameter cannot have.
    OutOfRange(f64),
}

/// Up to this share over its lowest value a number that can be off is off: there is one, and the glue leaves its filter out so far.
const OFF_SHARE: f64 = HIGH_PASS_OFF_SHARE;
/// What a frequency with its unit comes to that is the lowest: on, by half as much again as [`OFF_SHARE`]; in six digits it is on too.
const LOWEST_ON: f64 = 1.0 + 1.5 * OFF_SHARE;

/// How a number is shown and read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Number {
    /// What it counts.
    pub unit: Unit,
    /// Its lowest and highest plain value.
    pub bounds: [f64; 2],
    /// Whether its lowest value is shown as "Off".
    pub can_be_off: bool,
}

impl Number {
    pub fn new(unit: Unit, range: FloatRange) -> Self {
        let (min, max) = crate::stage_parameters::bounds(range);
        Self { unit, bounds: [min, max].map(text::tidy), can_be_off: false }
    }

    /// The number as the parameter behind it has it.
    ///
    /// # Safety
    /// What `pointer` points to is alive.
    unsafe fn of(pointer: ParamPtr) -> Self {
        // SAFETY: the caller keeps the parameter alive.
        let (bounds, unit, lowest) = unsafe {
            let bounds = [pointer.preview_plain(0.0), pointer.preview_plain(1.0)].map(text::tidy);
            (bounds, unit_text(pointer), pointer.normalized_value_to_string(0.0, true))
        };
        Self { unit: Unit::of_symbol(&unit), bounds, can_be_off: lowest == OFF }
    }

    /// Whether `value` is what is shown as "Off".
    fn is_off(&self, value: f64) -> bool {
        self.can_be_off && value <= self.bounds[0] * (1.0 + OFF_SHARE)
    }

    /// The value with its unit where it can be off, for then the word stands without; else the digits alone.
    pub fn show(&self, value: f32) -> String {
        if self.is_off(f64::from(value)) {
            OFF.to_owned()
        } else if self.can_be_off {
            text::format(value, self.unit) + self.unit.suffix()
        } else {
            text::format(value, self.unit)
        }
    }

    /// The plain value. Of a number that can be off the lowest is on if it has its unit, as it is shown; alone it is the plain value,
    /// which is off.
    pub fn read(&self, typed: &str) -> Result<f64, Misread> {
        let [min, max] = self.bounds;
        if self.can_be_off && typed.trim().eq_ignore_ascii_case(OFF) {
            return Ok(min);
        }
        let value = text::parse(typed, self.unit).ok_or(Misread::NotUnderstood)?;
        if !(min..=max).contains(&value) {
            return Err(Misread::OutOfRange(value));
        }
        let has_unit = !typed.trim_end().ends_with(|last: char| last.is_ascii_digit() || last == '.');
        Ok(if has_unit && self.is_off(value) { min * LOWEST_ON } else { value })
    }
}

/// How a number's lowest value is shown where it means that nothing is done.
const OFF: &str = "Off";

/// The unit of a number; one that can be off carries it in its text.
///
/// # Safety
/// What `pointer` points to is alive.
pub(crate) unsafe fn unit_text(pointer: ParamPtr) -> String {
    // SAFETY: the caller keeps the parameter alive.
    unsafe {
        match pointer.unit().trim() {
            "" if matches!(pointer, ParamPtr::FloatParam(_)) => {
                let text = pointer.normalized_value_to_string(1.0, true);
                text.split_once(' ').map(|(_, unit)| unit.to_owned()).unwrap_or_default()
            }
            unit => unit.to_owned(),
        }
    }
}

/// The plain value that a text stands for; of a switch 0 or 1, of a choice its number.
///
/// # Safety
/// What `pointer` points to is alive.
pub(crate) unsafe fn plain(pointer: ParamPtr, typed: &str) -> Result<f64, Misread> {
    match pointer {
        ParamPtr::BoolParam(_) => text::parse_switch(typed).map(f64::from).ok_or(Misread::NotUnderstood),
        ParamPtr::EnumParam(_) => {
            // SAFETY: the caller keeps the parameter alive.
            let names = unsafe { choices(pointer) };
            choose(&names, typed).map(|choice| choice as f64).ok_or(Misread::NotUnderstood)
        }
        // SAFETY: the caller keeps the parameter alive.
        ParamPtr::FloatParam(_) | ParamPtr::IntParam(_) => unsafe { Number::of(pointer) }.read(typed),
    }
}

/// The value that a text stands for as a fraction of the travel, 0 to 1, or none if it is to be refused: what answers a host that asks
/// for the value of a text. Capitals do not matter, and a choice goes by its name, its id ("high_pass", "16") or a beginning that no
/// other has.
///
/// [main-thread] Allocates.
///
/// # Safety
/// What `pointer` points to is alive.
pub unsafe fn normalized(pointer: ParamPtr, text: &str) -> Option<f32> {
    // SAFETY: the caller keeps the parameter alive.
    unsafe { plain(pointer, text).ok().map(|plain| pointer.preview_normalized(plain as f32)) }
}

/// The names of a choice, in order; none of anything else.
///
/// # Safety
/// What `pointer` points to is alive.
pub(crate) unsafe fn choices(pointer: ParamPtr) -> Vec<String> {
    let ParamPtr::EnumParam(parameter) = pointer else { return Vec::new() };
    // SAFETY: the caller keeps the parameter alive.
    let parameter = unsafe { &*parameter };
    (0..parameter.len())
        .map(|index| parameter.normalized_value_to_string(parameter.preview_normalized(index as i32), false))
        .collect()
}

/// The number of the choice that a text names: in full, by its id, or by a beginning that only one has.
fn choose(names: &[String], typed: &str) -> Option<usize> {
    let typed = text::key(typed);
    let ids = crate::choices::ids_of(names).unwrap_or_default().iter().map(|id| text::key(id)).enumerate();
    let names = names.iter().map(|choice| text::key(choice)).enumerate();
    let exact = names.clone().chain(ids).find(|(_, name)| *name == typed);
    exact.map(|(index, _)| index).or_else(|| {
        let mut beginning = names.filter(|(_, name)| !typed.is_empty() && name.starts_with(&typed));
        let first = beginning.next()?;
        beginning.next().is_none().then_some(first.0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tree;

    /// What a host would show at a fraction of the travel.
    fn shown(pointer: ParamPtr, normalized: f32) -> String {
        // SAFETY: the test's tree holds the parameter.
        unsafe { pointer.normalized_value_to_string(normalized, true) }
    }

    /// What a host is answered, and for numbers and switches what the framework answers by itself.
    fn read_by_host(tree: &Tree, id: &str, text: &str) -> Option<f32> {
        let pointer = tree.pointer(id).expect("a parameter");
        let answer = tree.read(id, text);
        if !matches!(pointer, ParamPtr::EnumParam(_)) {
            // SAFETY: the test's tree holds the parameter.
            assert_eq!(unsafe { pointer.string_to_normalized_value(text) }, answer, "{id}: {text:?}");
        }
        answer
    }

    #[test]
    fn every_text_that_is_shown_is_read_as_what_shows_it() {
        let tree = Tree::new();
        for info in tree.infos() {
            let pointer = tree.pointer(&info.id).expect("a parameter");
            for n in 0..=100 {
                let text = shown(pointer, n as f32 / 100.0);
                for typed in [text.clone(), text.to_lowercase(), text.to_uppercase(), format!(" {text} ")] {
                    let read = read_by_host(&tree, &info.id, &typed).unwrap_or(f32::NAN);
                    assert_eq!(shown(pointer, read), text, "{}: {typed:?} at {n} %", info.id);
                    tree.set_from_text(&info.id, &typed).expect("a value");
                    assert_eq!(tree.text(&info.id), Ok(text.clone()), "{}: {typed:?}", info.id);
                }
            }
        }
    }

    #[test]
    fn what_is_nearly_off_is_shown_and_read_as_it_sounds() {
        let tree = Tree::new();
        let id = "glue_sidechain_high_pass";
        for (plain, text) in [(20.0, "Off"), (20.0001, "Off"), (20.0003, "20.0 Hz"), (20.06, "20.1 Hz")] {
            tree.set_plain(id, plain).expect("a value");
            assert_eq!(tree.text(id), Ok(text.to_owned()), "{plain}");
        }
        // As it is shown it is on; alone it is the plain value, which is off.
        for (typed, text) in [("20.0 Hz", "20.0 Hz"), ("20hz", "20.0 Hz"), ("OFF", "Off"), ("20", "Off")] {
            tree.set_from_text(id, typed).expect("a value");
            assert_eq!(tree.text(id), Ok(text.to_owned()), "{typed}");
        }
        assert_eq!(tree.plain(id), Ok(20.0));
    }

    #[test]
    fn capitals_ids_and_numbers_name_choices_in_hosts_too() {
        let tree = Tree::new();
        for (id, typed, text) in [
            ("equalizer_shape_1", "bell", "Bell"),
            ("equalizer_shape_1", "HIGH PASS", "High-pass"),
            ("equalizer_shape_1", "low_shelf", "Low shelf"),
            ("quality", "finest", "Finest"),
            ("dither_word_length", "16", "16 bit"),
            ("dither_word_length", "16 BIT", "16 bit"),
            ("equalizer_slope_2", "24", "24 dB/oct"),
            ("glue_on", "ON", "On"),
        ] {
            let read = read_by_host(&tree, id, typed).unwrap_or(f32::NAN);
            assert_eq!(shown(tree.pointer(id).expect("a parameter"), read), text, "{id}: {typed}");
        }
    }

    #[test]
    fn what_is_out_of_range_or_no_value_is_refused_by_everyone() {
        let tree = Tree::new();
        for (id, typed) in [
            ("equalizer_frequency_1", "50 kHz"),
            ("equalizer_frequency_1", "1.200"),
            ("equalizer_frequency_1", "1,20,0"),
            ("equalizer_frequency_1", "5 dB"),
            ("limiter_ceiling", "3"),
            ("limiter_ceiling", "-12.001"),
            ("glue_ratio", "21 : 1"),
            ("glue_ratio", "1 : 4"),
            ("glue_mix", "101 %"),
            ("glue_attack", "2 min"),
            ("equalizer_gain_1", "-1,250 dB"),
            ("glue_on", "maybe"),
            ("quality", "best"),
            ("quality", ""),
            ("multiband_mode", "2"),
        ] {
            assert_eq!(read_by_host(&tree, id, typed), None, "{id}: {typed:?}");
            assert!(tree.set_from_text(id, typed).is_err(), "{id}: {typed:?}");
        }
        let error = tree.set_from_text("equalizer_frequency_1", "1.200").unwrap_err().to_string();
        assert_eq!(error, "`equalizer_frequency_1` cannot be 1.2: it goes from 10 to 40000 Hz");
    }
}
