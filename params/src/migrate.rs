//! Saved states: their version, what makes an old one present, and what makes one refused.
//!
//! A state is a map from parameter id to value. It is taken whole or not at all: an unknown id, a value of the wrong kind, out of
//! its range or not a number means that it is no state of ours or a damaged one, and the old settings are kept. A parameter that
//! the state does not name is younger than the state and gets its default.
//!
//! Anybody may have written a state. Before anything in it is looked at, what it may cost is bounded: how many values it has, how long
//! its names and texts are, which fields it has. A refused state is carried along (`saved.rs`), so that nothing is lost by opening a
//! project.
//!
//! | version | Lacquer | what changed |
//! |---|---|---|
//! | 1 | 0.1.0 | the first |

use crate::choices::present_id;
use crate::preset::SESSION;
use crate::tree::Tree;
use nice_plug::params::internals::ParamPtr;
use nice_plug::params::persist::PersistentField;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

pub use nice_plug::plugin::ParamValue;
pub use nice_plug::prelude::{Params, PluginState};

/// The version that is written.
pub const STATE_VERSION: u32 = 1;

/// Key of the version in a state's fields.
pub const STATE_VERSION_KEY: &str = "state_version";

/// Key under which a refused state carries the reason to the editor.
const REFUSAL_KEY: &str = "refusal";

/// Key under which a state that was not taken is carried along.
pub const KEPT_KEY: &str = "kept_state";

/// Field of a state that is a preset: bypass, quality and phase are the session's own and stay as they are.
pub(crate) const PRESET_KEY: &str = "preset";

/// Fields that a state may bring, and how many bytes each may have. A session holds four slots of every parameter.
const FIELDS: [(&str, usize); 4] =
    [(STATE_VERSION_KEY, 16), (PRESET_KEY, 1), ("target", 256), ("session", 1 << 18)];

/// Most values of a state: several times what there are parameters.
const MOST_VALUES: usize = 4096;

/// Longest name or text of a value, bytes: several times what the longest has.
const LONGEST_TEXT: usize = 256;

/// Longest state that is carried along, bytes: several times a whole one.
const LONGEST_KEPT: usize = 1 << 20;

/// Signs of a name that a message repeats.
const SHOWN: usize = 40;

/// Why the last state was refused, until somebody has been told; never saved.
#[derive(Debug, Default)]
pub struct Refusal(Mutex<Option<String>>);

impl Refusal {
    /// The reason, once.
    pub fn take(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl PersistentField<'_, String> for Refusal {
    fn set(&self, reason: String) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(reason).filter(|reason| !reason.is_empty());
    }

    fn map<F, R>(&self, apply: F) -> R
    where
        F: Fn(&String) -> R,
    {
        apply(&String::new())
    }
}

/// A state's values by parameter id.
pub type Values = BTreeMap<String, ParamValue>;

/// Why a state is refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum StateError {
    /// It names no version that can be read.
    #[error("the state has no readable version")]
    NoVersion,
    /// It was saved by a later Lacquer.
    #[error(
        "the state has version {version}, saved by a later Lacquer; this one knows versions up to {STATE_VERSION}"
    )]
    TooNew {
        /// The state's version.
        version: u32,
    },
    /// It has more values, or longer names, than any of ours.
    #[error("the state has {what}; none of Lacquer's has")]
    TooLarge {
        /// What is too much.
        what: String,
    },
    /// It names a parameter that has never existed.
    #[error("the state names an unknown parameter `{id}`")]
    UnknownParameter {
        /// The name.
        id: String,
    },
    /// A value is of the wrong kind, not a number or out of its range.
    #[error("the state's value for `{id}` is unusable: {value}")]
    BadValue {
        /// The parameter.
        id: String,
        /// The value.
        value: String,
    },
}

/// Saves [`STATE_VERSION`] in each state; what a state brings along is read by [`filter`] alone.
#[derive(Debug, Clone, Copy, Default)]
pub struct StateVersion;

impl PersistentField<'_, u32> for StateVersion {
    fn set(&self, _: u32) {}

    fn map<F, R>(&self, apply: F) -> R
    where
        F: Fn(&u32) -> R,
    {
        apply(&STATE_VERSION)
    }
}

/// Ids that states and presets carry of what is a parameter no longer, and that say nothing of the sound. `compare`: which of mix and
/// master was heard, which the monitor knows.
pub(crate) const RETIRED: [&str; 1] = ["compare"];

/// Makes the values of a state of `version` present and complete, or says why they are refused.
pub fn migrate(version: u32, mut values: Values) -> Result<Values, StateError> {
    if version == 0 {
        return Err(StateError::NoVersion);
    }
    if version > STATE_VERSION {
        return Err(StateError::TooNew { version });
    }
    if values.len() > MOST_VALUES {
        return Err(StateError::TooLarge { what: format!("{} values", values.len()) });
    }
    // Each step from one version to the next goes here, oldest first: `if version < 2 { ... }`.
    let tree = Tree::new();
    values.retain(|id, _| !RETIRED.contains(&id.as_str()));
    for (id, value) in &mut values {
        if let ParamValue::String(choice) = value {
            *choice = present_id(id, choice).to_owned();
        }
    }
    for (id, value) in &values {
        check(&tree, id, value)?;
    }
    for (id, pointer) in tree.pointers() {
        values.entry(id.to_owned()).or_insert_with(|| default_value(pointer));
    }
    Ok(values)
}

/// Migrates a state in place; of a refused one nothing is taken, and it is carried along under [`KEPT_KEY`]. What a state carries along
/// itself is taken in its place by the version that can: the settings beside it are those of a version that could not.
///
/// # Errors
/// Why the state, or the one that it carries, is refused.
pub fn filter(state: &mut PluginState) -> Result<(), StateError> {
    let carried = state.fields.remove(KEPT_KEY).filter(|carried| carried.len() <= LONGEST_KEPT);
    if let Some(carried) = carried
        && let Ok(mut inner) = serde_json::from_str::<PluginState>(&carried)
    {
        inner.fields.remove(KEPT_KEY);
        return match take(&mut inner) {
            Ok(()) => {
                *state = inner;
                Ok(())
            }
            Err(error) => {
                // The settings that the instance had when the state was refused.
                if take(state).is_err() {
                    refuse(state);
                }
                keep(state, &error, Some(carried));
                Err(error)
            }
        };
    }
    let whole = (state.params.len() <= MOST_VALUES).then(|| state.clone());
    take(state).inspect_err(|error| {
        refuse(state);
        let text = whole.and_then(|whole| serde_json::to_string(&whole).ok());
        keep(state, error, text.filter(|text| text.len() <= LONGEST_KEPT));
    })
}

/// Bounds a state and makes it present, or says why it is refused.
fn take(state: &mut PluginState) -> Result<(), StateError> {
    state.fields.retain(|key, text| FIELDS.iter().any(|(known, most)| key == known && text.len() <= *most));
    let version = state.fields.get(STATE_VERSION_KEY).and_then(|version| version.parse().ok()).unwrap_or(0);
    state.params = migrate(version, std::mem::take(&mut state.params))?;
    if state.fields.remove(PRESET_KEY).is_some() {
        state.params.retain(|id, _| !SESSION.contains(&id.as_str()));
    }
    Ok(())
}

/// Empties a state, so that loading it changes nothing.
fn refuse(state: &mut PluginState) {
    state.params.clear();
    state.fields.clear();
}

/// Has the editor say that a state was refused, and carries it along if it is short enough.
fn keep(state: &mut PluginState, error: &StateError, refused: Option<String>) {
    let fate = if refused.is_some() {
        "It is kept and saved again with the project, as it is, until you change a setting here."
    } else {
        "It is too long to be kept: the next save of the project replaces it."
    };
    let said = format!("The saved state was not taken: {error}. The settings are as they were. {fate}");
    state.fields.insert(REFUSAL_KEY.to_owned(), serde_json::Value::from(said).to_string());
    state.fields.extend(refused.map(|refused| (KEPT_KEY.to_owned(), refused)));
}

/// As much of a stranger's text as a message repeats.
fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(SHOWN).collect()
}

fn check(tree: &Tree, id: &str, value: &ParamValue) -> Result<(), StateError> {
    let length = id.len().max(if let ParamValue::String(text) = value { text.len() } else { 0 });
    if length > LONGEST_TEXT {
        return Err(StateError::TooLarge { what: format!("a name or text of {length} bytes") });
    }
    let Some(info) = tree.info(id) else {
        return Err(StateError::UnknownParameter { id: shown(id) });
    };
    let good = match (tree.pointer(id), value) {
        (Some(ParamPtr::FloatParam(_)), ParamValue::F32(number)) => {
            number.is_finite() && *number >= info.min as f32 && *number <= info.max as f32
        }
        (Some(ParamPtr::BoolParam(_)), ParamValue::Bool(_)) => true,
        (Some(ParamPtr::EnumParam(_)), ParamValue::String(choice)) => tree.has_choice_id(id, choice),
        _ => false,
    };
    if good {
        Ok(())
    } else {
        Err(StateError::BadValue { id: id.to_owned(), value: shown(&format!("{value:?}")) })
    }
}

/// The value of a parameter of a new tree, which is its default.
fn default_value(pointer: ParamPtr) -> ParamValue {
    use nice_plug::prelude::Param;
    // SAFETY: `migrate` holds the tree that owns what the pointers point to.
    unsafe {
        match pointer {
            ParamPtr::FloatParam(parameter) => ParamValue::F32((*parameter).unmodulated_plain_value()),
            ParamPtr::IntParam(parameter) => ParamValue::I32((*parameter).unmodulated_plain_value()),
            ParamPtr::BoolParam(parameter) => ParamValue::Bool((*parameter).unmodulated_plain_value()),
            ParamPtr::EnumParam(parameter) => match (*parameter).unmodulated_plain_id() {
                Some(id) => ParamValue::String(id.to_owned()),
                None => ParamValue::I32((*parameter).unmodulated_plain_value()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(version: &str, values: &[(&str, ParamValue)]) -> PluginState {
        PluginState {
            version: "0.1.0".to_owned(),
            params: values.iter().map(|(id, value)| ((*id).to_owned(), value.clone())).collect(),
            fields: BTreeMap::from([(STATE_VERSION_KEY.to_owned(), version.to_owned())]),
        }
    }

    #[test]
    fn state_is_completed_with_defaults() {
        let mut state = state("1", &[("limiter_ceiling", ParamValue::F32(-0.3))]);
        assert_eq!(filter(&mut state), Ok(()));
        assert_eq!(state.params.len(), Tree::new().infos().len());
        assert!(matches!(state.params["limiter_ceiling"], ParamValue::F32(-0.3)));
        assert!(matches!(state.params["limiter_drive"], ParamValue::F32(0.0)));
        assert!(matches!(&state.params["quality"], ParamValue::String(id) if id == "standard"));
    }

    #[test]
    fn a_retired_parameter_is_passed_over() {
        let compared = ("compare", ParamValue::String("mix".to_owned()));
        let mut state = state("1", &[compared, ("limiter_drive", ParamValue::F32(3.0))]);
        assert_eq!(filter(&mut state), Ok(()));
        assert!(matches!(state.params["limiter_drive"], ParamValue::F32(3.0)));
        assert!(!state.params.contains_key("compare") && !state.fields.contains_key(REFUSAL_KEY));
    }

    #[test]
    fn a_choice_that_was_renamed_is_taken() {
        let mut old = state("1", &[("limiter_style", ParamValue::String("aggressive".to_owned()))]);
        filter(&mut old).unwrap();
        assert!(matches!(&old.params["limiter_style"], ParamValue::String(style) if style == "punch"));
    }

    #[test]
    fn unknown_or_corrupt_states_are_refused_whole() {
        let ceiling = ("limiter_ceiling", ParamValue::F32(-2.0));
        let cases = [
            ("99", vec![ceiling.clone()]),
            ("", vec![ceiling.clone()]),
            ("1", vec![ceiling.clone(), ("limiter_cieling", ParamValue::F32(0.0))]),
            ("1", vec![ceiling.clone(), ("limiter_drive", ParamValue::F32(f32::NAN))]),
            ("1", vec![ceiling.clone(), ("limiter_drive", ParamValue::F32(500.0))]),
            ("1", vec![ceiling.clone(), ("limiter_drive", ParamValue::Bool(true))]),
            ("1", vec![ceiling, ("limiter_style", ParamValue::String("loudest".to_owned()))]),
        ];
        for (version, values) in cases {
            let mut state = state(version, &values);
            assert!(filter(&mut state).is_err(), "version {version}, {values:?}");
            assert!(
                state.params.is_empty()
                    && state.fields.keys().all(|key| key == REFUSAL_KEY || key == KEPT_KEY)
            );
        }
    }

    #[test]
    fn what_a_state_costs_is_bounded() {
        let started = std::time::Instant::now();
        let long = "x".repeat(2 << 20);
        let ceiling = || ("limiter_ceiling".to_owned(), ParamValue::F32(-2.0));
        let named = [(long.clone(), ParamValue::F32(0.0)), ceiling()];
        let valued = [("limiter_style".to_owned(), ParamValue::String(long.clone())), ceiling()];
        let many: Vec<_> = (0..300_000).map(|n| (format!("key {n}"), ParamValue::Bool(true))).collect();
        for values in [named.to_vec(), valued.to_vec(), many] {
            let mut state = state("1", &[]);
            state.params = values.into_iter().collect();
            let error = filter(&mut state).unwrap_err();
            assert!(matches!(error, StateError::TooLarge { .. }) && error.to_string().len() < 200, "{error}");
            let bytes: usize = state.fields.values().map(String::len).sum();
            assert!(bytes < 1000, "{bytes} bytes of it are kept");
        }
        // It took 8 s and 955 MB for the first alone; the bound is for a loaded machine.
        assert!(started.elapsed().as_secs_f64() < 2.0, "{:?}", started.elapsed());
    }

    #[test]
    fn only_known_fields_of_bounded_length_are_let_in() {
        let mut state = state("1", &[]);
        for (key, text) in [
            ("target", "\"cd\"".to_owned()),
            ("session", format!("{{\"preset\": \"{}\"}}", "x".repeat(50 << 20))),
            ("refusal", "\"words of a stranger\"".to_owned()),
        ] {
            state.fields.insert(key.to_owned(), text);
        }
        state.fields.extend((0..300_000).map(|n| (format!("unknown {n}"), "1".to_owned())));
        assert_eq!(filter(&mut state), Ok(()));
        let keys: Vec<&str> = state.fields.keys().map(String::as_str).collect();
        assert_eq!(keys, [STATE_VERSION_KEY, "target"]);
    }
}
