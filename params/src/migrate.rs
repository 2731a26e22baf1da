//! Saved states: their version, what makes an old one present, and what makes one refused.
//!
//! A state is a map from parameter id to value. It is taken whole or not at all: an unknown id, a value of the wrong kind, out of
//! its range or not a number means that it is no state of ours or a damaged one, and the old settings are kept. A parameter that
//! the state does not name is younger than the state and gets its default.
//!
//! | version | Lacquer | what changed |
//! |---|---|---|
//! | 1 | 0.1.0 | the first |

use crate::tree::Tree;
use nice_plug::params::internals::ParamPtr;
use nice_plug::params::persist::PersistentField;
use nice_plug::prelude::PluginState;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

pub use nice_plug::plugin::ParamValue;

/// The version that is written.
pub const STATE_VERSION: u32 = 1;

/// Key of the version in a state's fields.
pub const STATE_VERSION_KEY: &str = "state_version";

/// Key under which a refused state carries the reason to the editor.
const REFUSAL_KEY: &str = "refusal";

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
    // Each step from one version to the next goes here, oldest first: `if version < 2 { ... }`.
    let tree = Tree::new();
    values.retain(|id, _| !RETIRED.contains(&id.as_str()));
    for (id, value) in &values {
        check(&tree, id, value)?;
    }
    for (id, pointer) in tree.pointers() {
        values.entry(id.to_owned()).or_insert_with(|| default_value(pointer));
    }
    Ok(values)
}

/// Migrates a state in place; a refused one is emptied, so that loading it changes nothing.
pub fn filter(state: &mut PluginState) -> Result<(), StateError> {
    let version = state.fields.get(STATE_VERSION_KEY).and_then(|version| version.parse().ok()).unwrap_or(0);
    match migrate(version, std::mem::take(&mut state.params)) {
        Ok(values) => {
            state.params = values;
            Ok(())
        }
        Err(error) => {
            state.fields.clear();
            // The one thing that such a state changes: what the editor says of it.
            let said = serde_json::Value::from(format!(
                "The saved state was not taken: {error}. The settings are as they were."
            ));
            state.fields.insert(REFUSAL_KEY.to_owned(), said.to_string());
            Err(error)
        }
    }
}

fn check(tree: &Tree, id: &str, value: &ParamValue) -> Result<(), StateError> {
    let Some(info) = tree.info(id) else {
        return Err(StateError::UnknownParameter { id: id.to_owned() });
    };
    let good = match (tree.pointer(id), value) {
        (Some(ParamPtr::FloatParam(_)), ParamValue::F32(number)) => {
            number.is_finite() && *number >= info.min as f32 && *number <= info.max as f32
        }
        (Some(ParamPtr::BoolParam(_)), ParamValue::Bool(_)) => true,
        (Some(ParamPtr::EnumParam(_)), ParamValue::String(choice)) => tree.has_choice_id(id, choice),
        _ => false,
    };
    if good { Ok(()) } else { Err(StateError::BadValue { id: id.to_owned(), value: format!("{value:?}") }) }
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
            assert!(state.params.is_empty() && state.fields.keys().all(|key| key == REFUSAL_KEY));
        }
    }
}
