//! What the editor keeps with a session: how its window looks, and the settings that are compared in slots.
//!
//! It never touches the sound: a session without it, or with a damaged one, sounds the same. Whoever wrote it, what is read of it is
//! bounded ([`Session`] from what was saved): a window that a screen can show, slots of known parameters, a name of one line.

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

    /// What the tree will be set to once a host has taken these plain values over.
    pub fn coming(tree: &Tree, values: &[(String, f64)]) -> Self {
        let now = Self::of(tree).values(tree).into_iter();
        let coming = now.map(|(id, plain)| {
            let value = values.iter().find(|(other, _)| *other == id);
            (id, value.map_or(plain, |(_, value)| *value))
        });
        let defaults = coming.filter(|(id, plain)| tree.info(id).is_some_and(|info| info.default != *plain));
        Self { values: defaults.collect() }
    }

    /// Whether a host would call this the same sound: equal within what a 32-bit fraction of the travel keeps.
    pub fn is_like(&self, other: &Self, tree: &Tree) -> bool {
        self.values(tree).iter().zip(other.values(tree)).all(|((id, one), (_, other))| {
            let range = tree.info(id).map_or(1.0, |info| info.max - info.min);
            (one - other).abs() <= 1e-4 * range
        })
    }

    /// The slot with what this version knows alone, each value within its range.
    fn bounded(self, tree: &Tree) -> Self {
        let mut values = self.values;
        values.retain(|id, plain| {
            let info = tree.info(id).filter(|_| is_kept(id) && plain.is_finite());
            info.map(|info| *plain = plain.clamp(info.min, info.max)).is_some()
        });
        Self { values }
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

/// Scales of the window, percent.
pub const SCALES_PERCENT: std::ops::RangeInclusive<u32> = 100..=200;

/// Largest window, pixels of the screen: a screen of 8K (Rec. ITU-R BT.2020). At 4 bytes a pixel its picture has 133 MB.
const LARGEST_WINDOW: [f32; 2] = [7680.0, 4320.0];

/// Smallest window, pixels: less shows nothing, and nothing could be caught with the mouse to make it larger.
const LEAST_WINDOW: [f32; 2] = [320.0, 240.0];

/// Longest name of a preset, signs.
const LONGEST_NAME: usize = 200;

/// See the module.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "Saved")]
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
    /// What that preset set, to see what was changed since; none: nothing is known of it.
    pub taken: Option<Slot>,
    /// Name and settings of the preset that each other slot was left with; see `preset` and `taken`.
    pub slot_presets: [(String, Option<Slot>); SLOTS],
    /// Whether output settings stay when a preset is taken.
    pub keeps_output: bool,
    /// Names of the stage and of the part of the analysis that are shown; empty: as designed.
    pub shown: [String; 2],
    /// Whether single letters are no keys of the editor's: some hosts have them for playing notes.
    pub letters_to_host: bool,
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
            taken: None,
            slot_presets: Default::default(),
            keeps_output: false,
            shown: Default::default(),
            letters_to_host: false,
        }
    }
}

/// A session as it was saved, by whomever. What is missing is nothing or 0, which the bounds make the default.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Saved {
    theme: Theme,
    scale_percent: u32,
    /// Wide enough for whatever a number can say: one that no window has is no reason to lose the rest.
    size: Option<[f64; 2]>,
    slots: [Option<Slot>; SLOTS],
    slot: usize,
    preset: String,
    taken: Option<Slot>,
    slot_presets: [(String, Option<Slot>); SLOTS],
    keeps_output: bool,
    shown: [String; 2],
    letters_to_host: bool,
}

impl From<Saved> for Session {
    fn from(saved: Saved) -> Self {
        let scale_percent = saved.scale_percent.clamp(*SCALES_PERCENT.start(), *SCALES_PERCENT.end());
        // The tree is made once, and only if there is something to hold against it.
        let presets = &saved.slot_presets;
        let has_values = saved.slots.iter().chain([&saved.taken]).any(Option::is_some)
            || presets.iter().any(|(_, taken)| taken.is_some());
        let tree = has_values.then(Tree::new);
        let bounded = |slot: Option<Slot>| Some(slot?.bounded(tree.as_ref()?));
        let slots = saved.slots.map(bounded);
        Self {
            theme: saved.theme,
            scale_percent,
            size: saved.size.and_then(|size| bounded_size(size, scale_percent)),
            slots,
            slot: saved.slot.min(SLOTS - 1),
            preset: bounded_name(&saved.preset),
            taken: bounded(saved.taken),
            slot_presets: saved.slot_presets.map(|(name, taken)| (bounded_name(&name), bounded(taken))),
            keeps_output: saved.keeps_output,
            shown: saved.shown.map(|name| bounded_name(&name)),
            letters_to_host: saved.letters_to_host,
        }
    }
}

/// A name of one line.
fn bounded_name(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect()
}

/// A size that a screen can show at a scale; none for what is no size.
fn bounded_size(size: [f64; 2], scale_percent: u32) -> Option<[f32; 2]> {
    let size = size.map(|side| side as f32);
    let scale = scale_percent as f32 / 100.0;
    let fit = |side: usize| size[side].clamp(LEAST_WINDOW[side], LARGEST_WINDOW[side] / scale);
    size.iter().all(|side| side.is_finite()).then(|| [fit(0), fit(1)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_wrote_a_session_its_window_fits_a_screen() {
        let read = |text: &str| serde_json::from_str::<Session>(text).unwrap();
        for (text, scale_percent, size) in [
            ("{\"scale_percent\": 0}", 100, None),
            ("{\"scale_percent\": 1, \"size\": [1200, 760]}", 100, Some([1200.0, 760.0])),
            ("{\"scale_percent\": 4294967295}", 200, None),
            ("{\"size\": [1e9, 1e9]}", 100, Some([7680.0, 4320.0])),
            ("{\"size\": [1e9, 1e9], \"scale_percent\": 200}", 200, Some([3840.0, 2160.0])),
            ("{\"size\": [-5, 0]}", 100, Some([320.0, 240.0])),
            ("{\"size\": [1e300, 760]}", 100, None),
        ] {
            let session = read(text);
            assert_eq!((session.scale_percent, session.size), (scale_percent, size), "{text}");
        }
        assert_eq!(read("{\"slot\": 4000000000}").slot, SLOTS - 1);
    }

    #[test]
    fn names_and_slots_of_a_session_are_bounded() {
        let slot: String = (0..3000).map(|n| format!("\"unknown {n}\": 1, ")).collect();
        let text = format!(
            "{{\"preset\": \"{}\\u001b[2J\", \"slots\": [{{{slot}\"limiter_drive\": 1e9, \"bypass\": 1}}, null, null, null]}}",
            "x".repeat(5000)
        );
        let session: Session = serde_json::from_str(&text).unwrap();
        assert_eq!(session.preset, "x".repeat(200));
        let slot = session.slots[0].as_ref().unwrap();
        assert_eq!(slot.values, BTreeMap::from([("limiter_drive".to_owned(), 24.0)]));
        let saved = serde_json::to_string(&session).unwrap();
        assert!(saved.len() < 600, "{saved}");
    }

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
