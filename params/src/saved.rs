//! What a host saves: the parameters, and beside them a state that was not taken.
//!
//! A project of a later Lacquer opens in this one with its settings refused. Saved again it would hold this version's defaults and
//! nothing of the work. So the refused state is carried along, word for word, for as long as no parameter is changed: the later Lacquer
//! finds it ([`crate::migrate::filter`]) and is as it was.

use crate::migrate::KEPT_KEY;
use crate::root::LacquerParams;
use crate::tree::Tree;
use nice_plug::params::internals::ParamPtr;
use nice_plug::prelude::Params;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// A state that was not taken, and what the parameters were when it came.
struct Kept {
    state: String,
    values: Vec<u32>,
}

/// See the module. It goes to the framework in the place of the parameters.
pub struct SavedParams {
    tree: Tree,
    kept: Mutex<Option<Kept>>,
}

impl SavedParams {
    /// Over the parameters of one instance.
    pub fn new(params: Arc<LacquerParams>) -> Self {
        Self { tree: Tree::over(params), kept: Mutex::default() }
    }

    /// Every value, by its bits: what is compared is whether anything was changed.
    fn values(&self) -> Vec<u32> {
        self.tree.pointers().map(|(id, _)| self.tree.normalized(id).unwrap_or_default().to_bits()).collect()
    }
}

// SAFETY: what the pointers of `param_map` point to is held by `tree`, which lives as long as this object.
unsafe impl Params for SavedParams {
    fn param_map(&self) -> Vec<(String, ParamPtr, String)> {
        self.tree.params().param_map()
    }

    fn serialize_fields(&self) -> BTreeMap<String, String> {
        let mut fields = self.tree.params().serialize_fields();
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = kept.as_ref().filter(|kept| kept.values == self.values()) {
            fields.insert(KEPT_KEY.to_owned(), kept.state.clone());
        }
        fields
    }

    fn deserialize_fields(&self, fields: &BTreeMap<String, String>) {
        self.tree.params().deserialize_fields(fields);
        let kept = fields.get(KEPT_KEY).map(|state| Kept { state: state.clone(), values: self.values() });
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = kept;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migrate::{ParamValue, STATE_VERSION, STATE_VERSION_KEY, filter};
    use nice_plug::prelude::PluginState;

    /// An instance, loaded and saved as the framework does it.
    struct Instance {
        tree: Tree,
        saved: SavedParams,
    }

    impl Instance {
        fn new() -> Self {
            let params = Arc::new(LacquerParams::default());
            Self { tree: Tree::over(params.clone()), saved: SavedParams::new(params) }
        }

        fn load(&self, state: &PluginState) -> Option<String> {
            let mut state = state.clone();
            let _ = filter(&mut state);
            for (id, value) in &state.params {
                match value {
                    ParamValue::F32(plain) => self.tree.set_plain(id, f64::from(*plain)).unwrap(),
                    ParamValue::Bool(on) => self.tree.set_plain(id, f64::from(*on)).unwrap(),
                    ParamValue::I32(_) => panic!("no parameter is of this kind"),
                    ParamValue::String(choice) => self.tree.set_from_text(id, choice).unwrap(),
                }
            }
            self.saved.deserialize_fields(&state.fields);
            self.tree.params().refusal.take()
        }

        fn save(&self) -> PluginState {
            let drive = self.tree.plain("limiter_drive").unwrap() as f32;
            PluginState {
                version: "0.1.0".to_owned(),
                params: BTreeMap::from([("limiter_drive".to_owned(), ParamValue::F32(drive))]),
                fields: self.saved.serialize_fields(),
            }
        }
    }

    fn of_version(version: u32) -> PluginState {
        PluginState {
            version: "9.0.0".to_owned(),
            params: BTreeMap::from([
                ("limiter_drive".to_owned(), ParamValue::F32(7.5)),
                ("oracle_on".to_owned(), ParamValue::Bool(true)),
            ]),
            fields: BTreeMap::from([
                (STATE_VERSION_KEY.to_owned(), version.to_string()),
                ("oracle_words".to_owned(), "\"forty-two\"".to_owned()),
            ]),
        }
    }

    fn text(state: &PluginState) -> String {
        serde_json::to_string(state).unwrap()
    }

    #[test]
    fn a_later_versions_project_passes_through_untouched() {
        let later = of_version(STATE_VERSION + 1);
        let instance = Instance::new();
        let said = instance.load(&later).unwrap();
        assert!(said.contains("later Lacquer") && said.contains("until you change"), "{said}");
        assert_eq!(instance.tree.plain("limiter_drive"), Ok(0.0), "nothing of it was taken");
        let saved = instance.save();
        assert_eq!(saved.fields[KEPT_KEY], text(&later));
        // Opened and saved again and again it stays, and no layer grows.
        let (mut again, mut last) = (saved, String::new());
        for _ in 0..3 {
            let other = Instance::new();
            assert!(other.load(&again).is_some_and(|said| said.contains("later Lacquer")));
            again = other.save();
            assert_eq!(again.fields[KEPT_KEY], text(&later));
            assert!(last.is_empty() || text(&again).len() == last.len());
            last = text(&again);
        }
    }

    #[test]
    fn a_change_of_the_users_ends_it_and_taking_it_back_does_not() {
        let instance = Instance::new();
        instance.load(&of_version(STATE_VERSION + 1));
        instance.tree.set_plain("limiter_drive", 3.0).unwrap();
        let saved = instance.save();
        assert!(!saved.fields.contains_key(KEPT_KEY));
        let other = Instance::new();
        assert_eq!(other.load(&saved), None);
        assert_eq!(other.tree.plain("limiter_drive"), Ok(3.0), "the user's own work is what is saved");
        instance.tree.set_plain("limiter_drive", 0.0).unwrap();
        assert!(instance.save().fields.contains_key(KEPT_KEY));
        instance.load(&other.save());
        assert!(!instance.save().fields.contains_key(KEPT_KEY), "another state takes its place");
    }

    #[test]
    fn what_was_carried_along_is_found_by_the_version_that_knows_it() {
        // What this version would have carried for the version before it: a state that this one knows.
        let mut inner = of_version(STATE_VERSION);
        inner.params.remove("oracle_on");
        let mut carrier = Instance::new().save();
        carrier.fields.insert(KEPT_KEY.to_owned(), text(&inner));
        let instance = Instance::new();
        assert_eq!(instance.load(&carrier), None);
        assert_eq!(instance.tree.plain("limiter_drive"), Ok(7.5));
        assert!(!instance.save().fields.contains_key(KEPT_KEY));
    }

    #[test]
    fn the_settings_beside_a_carried_state_are_taken() {
        let before = Instance::new();
        before.tree.set_plain("limiter_drive", 5.0).unwrap();
        before.load(&of_version(STATE_VERSION + 1));
        let after = Instance::new();
        after.load(&before.save());
        assert_eq!(after.tree.plain("limiter_drive"), Ok(5.0), "as they were");
        assert!(after.save().fields.contains_key(KEPT_KEY));
    }
}
