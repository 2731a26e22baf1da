//! The parameters as a table: by id, in plain units and as text. What the command line, presets and the editor work with.

use crate::choices::present_id;
use crate::root::{self, LacquerParams};
use crate::steps;
use crate::text;
use crate::typed::{self, Misread};
use lacquer_dsp::chain::ChainSettings;
use lacquer_dsp::processor::ProcessSpec;
use nice_plug::params::internals::ParamPtr;
use nice_plug::prelude::{FloatParam, Param, ParamFlags, Params};
use std::collections::HashMap;
use std::sync::Arc;

/// What there is to know about a parameter besides its value.
#[derive(Debug, Clone, PartialEq)]
pub struct ParameterInfo {
    /// Its id, for ever.
    pub id: String,
    /// Its name as hosts show it.
    pub name: String,
    /// The stage and band that it belongs to ("Equalizer/Band 3"); empty for the chain as a whole.
    pub group: String,
    /// The unit of its plain value; empty for switches, choices and plain numbers.
    pub unit: String,
    /// Its lowest plain value: 0 for switches and choices.
    pub min: f64,
    /// Its highest plain value: 1 for switches, the last choice's number for choices.
    pub max: f64,
    /// Its plain value to begin with.
    pub default: f64,
    /// That value as text.
    pub default_text: String,
    /// What can be chosen, in order; empty for numbers.
    pub choices: Vec<String>,
    /// Whether a host may automate it.
    pub automatable: bool,
    /// What it does, in a sentence for people.
    pub description: &'static str,
}

/// Why a parameter could not be set.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ParameterError {
    /// There is no such parameter.
    #[error("there is no parameter `{id}`{}", nearest.as_ref().map(|id| format!("; did you mean `{id}`?")).unwrap_or_default())]
    Unknown {
        /// What was asked for.
        id: String,
        /// The id that is spelled most alike, if any is.
        nearest: Option<String>,
    },
    /// The text is no value of this parameter.
    #[error("`{id}` cannot be \"{text}\": give {expected}")]
    NotUnderstood {
        /// The parameter.
        id: String,
        /// What was given.
        text: String,
        /// What can be given.
        expected: String,
    },
    /// The value is out of range.
    #[error("`{id}` cannot be {value}: it goes from {min} to {max}{}", if unit.is_empty() { String::new() } else { format!(" {unit}") })]
    OutOfRange {
        /// The parameter.
        id: String,
        /// What was given, in plain units.
        value: f64,
        /// The lowest value.
        min: f64,
        /// The highest value.
        max: f64,
        /// The unit of all three.
        unit: String,
    },
}

struct Entry {
    info: ParameterInfo,
    pointer: ParamPtr,
}

/// All parameters by id.
pub struct Tree {
    params: Arc<LacquerParams>,
    entries: Vec<Entry>,
    indices: HashMap<String, usize>,
}

impl Default for Tree {
    fn default() -> Self {
        Self::new()
    }
}

impl Tree {
    /// A tree of its own, at the defaults.
    pub fn new() -> Self {
        Self::over(Arc::new(LacquerParams::default()))
    }

    /// A view of parameters that others hold too.
    pub fn over(params: Arc<LacquerParams>) -> Self {
        let entries: Vec<Entry> = params
            .param_map()
            .into_iter()
            .map(|(id, pointer, group)| Entry { info: describe(id, pointer, group), pointer })
            .collect();
        let indices =
            entries.iter().enumerate().map(|(index, entry)| (entry.info.id.clone(), index)).collect();
        Self { params, entries, indices }
    }

    /// The parameters themselves.
    pub fn params(&self) -> &Arc<LacquerParams> {
        &self.params
    }

    /// Every parameter, in signal order.
    pub fn infos(&self) -> Vec<ParameterInfo> {
        self.entries.iter().map(|entry| entry.info.clone()).collect()
    }

    /// One parameter.
    pub fn info(&self, id: &str) -> Option<&ParameterInfo> {
        // Not by way of the error, which would look for a similar name.
        self.indices.get(id).map(|index| &self.entries[*index].info)
    }

    /// The framework's handle of a parameter, valid as long as [`Tree::params`].
    pub fn pointer(&self, id: &str) -> Option<ParamPtr> {
        self.indices.get(id).map(|index| self.entries[*index].pointer)
    }

    /// The ids and handles of all parameters.
    pub fn pointers(&self) -> impl Iterator<Item = (&str, ParamPtr)> {
        self.entries.iter().map(|entry| (entry.info.id.as_str(), entry.pointer))
    }

    /// The value in plain units; a switch is 0 or 1, a choice its number.
    pub fn plain(&self, id: &str) -> Result<f64, ParameterError> {
        let entry = self.entry(id)?;
        // SAFETY: `self.params` owns what the pointer points to.
        Ok(text::tidy(unsafe { entry.pointer.unmodulated_plain_value() }))
    }

    /// The value as a fraction of the travel, 0 to 1: what a host knows it by.
    pub fn normalized(&self, id: &str) -> Result<f32, ParameterError> {
        let entry = self.entry(id)?;
        // SAFETY: as in `plain`.
        Ok(unsafe { entry.pointer.unmodulated_normalized_value() })
    }

    /// A plain value as a fraction of the travel; of a switch or a choice the nearest step.
    pub fn normalize(&self, id: &str, plain: f64) -> Result<f32, ParameterError> {
        let entry = self.entry(id)?;
        let plain = if entry.info.choices.is_empty() { plain } else { plain.round() };
        // SAFETY: as in `plain`.
        Ok(unsafe { entry.pointer.preview_normalized(plain as f32) })
    }

    /// The plain value at a fraction of the travel; of a switch or a choice the nearest step.
    pub fn denormalize(&self, id: &str, normalized: f32) -> Result<f64, ParameterError> {
        let entry = self.entry(id)?;
        // SAFETY: as in `plain`.
        Ok(f64::from(unsafe { entry.pointer.preview_plain(steps::snap(entry.pointer, normalized)) }))
    }

    /// See [`steps::snap`].
    pub fn snap(&self, id: &str, normalized: f32) -> Result<f32, ParameterError> {
        let entry = self.entry(id)?;
        // SAFETY: as in `plain`.
        Ok(unsafe { steps::snap(entry.pointer, normalized) })
    }

    /// The value as text, with its unit.
    pub fn text(&self, id: &str) -> Result<String, ParameterError> {
        let entry = self.entry(id)?;
        // SAFETY: as in `plain`.
        unsafe {
            Ok(entry.pointer.normalized_value_to_string(entry.pointer.unmodulated_normalized_value(), true))
        }
    }

    /// The text of a fraction of the travel, 0 to 1, as the parameter shows it.
    pub fn text_at(&self, id: &str, normalized: f32) -> Result<String, ParameterError> {
        let entry = self.entry(id)?;
        // SAFETY: as in `plain`.
        unsafe { Ok(entry.pointer.normalized_value_to_string(normalized, true)) }
    }

    /// Sets a plain value. Not while a host holds the parameters: then the host has to be told.
    pub fn set_plain(&self, id: &str, plain: f64) -> Result<(), ParameterError> {
        use nice_plug::params::InternalParamMut;
        let entry = self.entry(id)?;
        in_range(&entry.info, plain)?;
        // SAFETY: as in `plain`. The setters are for whoever owns the parameters, and that is this tree.
        unsafe {
            match entry.pointer {
                ParamPtr::FloatParam(parameter) => {
                    (*parameter)._internal_set_plain_value(held_by_a_host(&*parameter, plain as f32))
                }
                ParamPtr::IntParam(parameter) => (*parameter)._internal_set_plain_value(plain as i32),
                ParamPtr::BoolParam(parameter) => (*parameter)._internal_set_plain_value(plain >= 0.5),
                ParamPtr::EnumParam(parameter) => {
                    (*parameter)._internal_set_plain_value(plain.round() as i32)
                }
            };
        }
        Ok(())
    }

    /// A plain value, if the parameter can have it.
    pub fn checked(&self, id: &str, plain: f64) -> Result<f64, ParameterError> {
        in_range(&self.entry(id)?.info, plain)?;
        Ok(plain)
    }

    /// Sets a value from what someone typed.
    pub fn set_from_text(&self, id: &str, text: &str) -> Result<(), ParameterError> {
        let plain = self.parse(id, text)?;
        self.set_plain(id, plain)
    }

    /// The plain value that a text stands for, within the parameter's range.
    pub fn parse(&self, id: &str, text: &str) -> Result<f64, ParameterError> {
        let entry = self.entry(id)?;
        let info = &entry.info;
        // SAFETY: as in `plain`.
        unsafe { typed::plain(entry.pointer, present_id(id, text)) }.map_err(|misread| match misread {
            Misread::OutOfRange(value) => out_of_range(info, value),
            Misread::NotUnderstood => ParameterError::NotUnderstood {
                id: info.id.clone(),
                text: shown(text),
                expected: expected(info),
            },
        })
    }

    /// The value that a text stands for as a fraction of the travel; none if it is refused. See [`typed::normalized`].
    pub fn read(&self, id: &str, text: &str) -> Option<f32> {
        let entry = self.entry(id).ok()?;
        // SAFETY: as in `plain`.
        unsafe { typed::normalized(entry.pointer, text) }
    }

    /// Sets every parameter to its default.
    pub fn reset(&self) {
        for entry in &self.entries {
            // A default lies in its own range and its id exists: there is nothing to report.
            let _ = self.set_plain(&entry.info.id, entry.info.default);
        }
    }

    /// The settings that the parameters stand for.
    pub fn to_settings(&self) -> ChainSettings {
        self.params.to_settings()
    }

    /// `spec` with the quality and the equalizer's phase that the parameters ask for.
    pub fn to_spec(&self, spec: ProcessSpec) -> ProcessSpec {
        ProcessSpec { quality: self.params.quality(), equalizer_phase: self.params.equalizer_phase(), ..spec }
    }

    pub(crate) fn has_choice_id(&self, id: &str, choice: &str) -> bool {
        let ids = |entry: &Entry| crate::choices::ids_of(&entry.info.choices);
        self.entry(id).ok().and_then(ids).is_some_and(|ids| ids.contains(&choice))
    }

    fn entry(&self, id: &str) -> Result<&Entry, ParameterError> {
        match self.indices.get(id) {
            Some(index) => Ok(&self.entries[*index]),
            None => Err(ParameterError::Unknown { id: shown(id), nearest: self.nearest(id) }),
        }
    }

    /// The id that takes the fewest letters to change, if it takes few.
    fn nearest(&self, id: &str) -> Option<String> {
        // What is longer than any id by far is no slip, and comparing costs the product of the lengths.
        if id.len() > LONGEST_ID {
            return None;
        }
        let typed = id.to_ascii_lowercase().replace(['-', ' ', '.'], "_");
        let ids = self.entries.iter().map(|entry| entry.info.id.as_str());
        let (distance, nearest) = ids.map(|id| (distance(&typed, id), id)).min()?;
        // A third of the letters wrong is a slip; more is another word.
        (distance <= (typed.chars().count() / 3).max(2)).then(|| nearest.to_owned())
    }
}

/// Longest name that is compared with the ids, and longest text of others' that a message repeats, bytes and signs: twice the longest id.
const LONGEST_ID: usize = 100;

/// The value nearest to `plain` that comes back from a host as it went: a host knows it as a 32-bit share of its travel. With it the
/// command and the plugin render the same bits. The default stays itself, since nobody has to tell a plugin its default.
fn held_by_a_host(parameter: &FloatParam, plain: f32) -> f32 {
    /// Rounding there and back settles within two or three turns.
    const MOST_TURNS: usize = 16;
    let mut held = plain;
    for _ in 0..MOST_TURNS {
        let next = parameter.preview_plain(parameter.preview_normalized(held));
        if held == parameter.default_plain_value() || next == held {
            break;
        }
        held = next;
    }
    held
}

/// As much of what was given as a message repeats: it may be a stranger's, and of any length.
fn shown(text: &str) -> String {
    text.chars().take(LONGEST_ID).collect()
}

fn in_range(info: &ParameterInfo, plain: f64) -> Result<(), ParameterError> {
    if plain >= info.min && plain <= info.max { Ok(()) } else { Err(out_of_range(info, plain)) }
}

fn out_of_range(info: &ParameterInfo, value: f64) -> ParameterError {
    ParameterError::OutOfRange {
        id: info.id.clone(),
        value,
        min: info.min,
        max: info.max,
        unit: info.unit.clone(),
    }
}

/// What can be given for a parameter, in words.
fn expected(info: &ParameterInfo) -> String {
    if info.choices == ["Off", "On"] {
        "on or off".to_owned()
    } else if !info.choices.is_empty() {
        format!("one of {}", info.choices.join(", "))
    } else if info.unit.is_empty() {
        "a number".to_owned()
    } else {
        format!("a number in {}", info.unit)
    }
}

fn describe(id: String, pointer: ParamPtr, group: String) -> ParameterInfo {
    // SAFETY: called by `Tree::over`, which holds the parameters.
    unsafe {
        let default = pointer.default_normalized_value();
        let (min, max, choices) = match pointer {
            ParamPtr::FloatParam(_) | ParamPtr::IntParam(_) => {
                (pointer.preview_plain(0.0), pointer.preview_plain(1.0), Vec::new())
            }
            ParamPtr::BoolParam(_) => (0.0, 1.0, vec!["Off".to_owned(), "On".to_owned()]),
            ParamPtr::EnumParam(_) => {
                let names = typed::choices(pointer);
                (0.0, names.len().saturating_sub(1) as f32, names)
            }
        };
        let default_plain = match pointer {
            ParamPtr::FloatParam(parameter) => (*parameter).default_plain_value(),
            _ => pointer.preview_plain(default),
        };
        ParameterInfo {
            name: pointer.name().to_owned(),
            group,
            unit: typed::unit_text(pointer),
            min: text::tidy(min),
            max: text::tidy(max),
            default: text::tidy(default_plain),
            default_text: pointer.normalized_value_to_string(default, true),
            choices,
            automatable: !pointer.flags().contains(ParamFlags::NON_AUTOMATABLE),
            description: root::sentence(&id).unwrap_or_default(),
            id,
        }
    }
}

/// Fewest insertions, removals and changes of a letter from one word to the other (V. Levenshtein, 1966).
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (line, letter) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (column, other) in to.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *other);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests;
