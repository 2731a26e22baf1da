//! What the editor keeps with a session: how its window looks, and the settings that are compared in slots.
//!
//! It never touches the sound: a session without it, or with a damaged one, sounds the same.

use crate::tree::Tree;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Light on dark or dark on light.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// For a dim room.
    #[default]
    Dark,
    /// For daylight.
    Light,
}

/// Number of slots.
pub const SLOTS: usize = 4;

/// Plain values that are not at their defaults, by parameter.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Slot {
    values: BTreeMap<String, f64>,
}

impl Slot {
    /// What the tree is set to.
    pub fn of(tree: &Tree) -> Self {
        let values = tree.infos().into_iter().filter(|info| is_kept(&info.id)).filter_map(|info| {
            let plain = tree.plain(&info.id).ok()?;
            (plain != info.default).then_some((info.id, plain))
        });
        Self { values: values.collect() }
    }

    /// The value of every parameter that a slot keeps.
    pub fn values(&self, tree: &Tree) -> Vec<(String, f64)> {
        let infos = tree.infos().into_iter().filter(|info| is_kept(&info.id));
        infos
            .map(|info| {
                let plain = self.values.get(&info.id).copied().unwrap_or(info.default);
                // A session may have been written by another version, or by hand.
                (info.id, if plain.is_finite() { plain.clamp(info.min, info.max) } else { info.default })
            })
            .collect()
    }
}

/// Bypass is the host's.
fn is_kept(id: &str) -> bool {
    id != "bypass"
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Session {
    /// Colours of the window.
    pub theme: Theme,
    /// Scale of the window in percent, 100 to 200.
    pub scale_percent: u32,
    /// Size of the window in logical pixels before scaling; none: as designed.
    pub size: Option<[f32; 2]>,
    /// What is in the slots; none: as the one it was left for.
    pub slots: [Option<Slot>; SLOTS],
    /// The slot that is heard.
    pub slot: usize,
    /// Name of the preset that was taken last; empty: none.
    pub preset: String,
    /// Whether output settings stay when a preset is taken.
    pub keeps_output: bool,
}

impl Default for Session {
    fn default() -> Self {
        Self {
            theme: Theme::Dark,
            scale_percent: 100,
            size: None,
            slots: Default::default(),
            slot: 0,
            preset: String::new(),
            keeps_output: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_holds_the_whole_sound() {
        let tree = Tree::new();
        tree.set_plain("glue_on", 1.0).unwrap();
        tree.set_plain("bypass", 1.0).unwrap();
        let slot = Slot::of(&tree);
        assert_eq!(slot.values.len(), 1, "bypass stays the host's: {slot:?}");
        let values = slot.values(&tree);
        assert!(values.contains(&("glue_on".to_owned(), 1.0)));
        assert!(values.contains(&("limiter_drive".to_owned(), 0.0)), "what is at its default is set too");
    }

    #[test]
    fn damaged_values_are_mended() {
        let slot: Slot = toml::from_str("limiter_drive = 1e9\nglue_ratio = nan\nunknown = 3.0").unwrap();
        let values: BTreeMap<_, _> = slot.values(&Tree::new()).into_iter().collect();
        assert_eq!((values["limiter_drive"], values["glue_ratio"]), (24.0, 2.0));
        assert!(!values.contains_key("unknown"));
    }
}
