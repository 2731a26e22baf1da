//! Presets as VST3 hosts list them in their browsers: `.vstpreset` files in the folder that Steinberg names for each system.
//!
//! ```text
//! "VST3" | version 1 | class id as 32 hexadecimal digits | place of the list | state | "List" | entries: "Comp", place, length
//! ```
//! Source: Steinberg, VST 3 developer portal, "Preset Format" and "Preset Locations". Numbers are little-endian. The state is the one
//! that the plugin itself saves.

use crate::migrate::{PRESET_KEY, ParamValue, STATE_VERSION_KEY};
use crate::preset::{Preset, PresetError, SESSION};
use crate::tree::Tree;
use nice_plug::params::internals::ParamPtr;
use nice_plug::prelude::{Param, Params, PluginState};
use std::collections::BTreeMap;

/// The class that the presets are for, as `Vst3Plugin::VST3_CLASS_ID` has it.
const CLASS_ID: &[u8; 16] = b"LacquerMastering";
/// Length of what stands before the state.
const HEADER: u64 = 48;

/// The bytes of a preset's file.
pub fn vst_preset(preset: &Preset) -> Result<Vec<u8>, PresetError> {
    let tree = Tree::new();
    preset.apply(&tree)?;
    // A state of numbers and texts under texts: nothing that cannot be written.
    let state = serde_json::to_vec(&state(&tree)).unwrap_or_default();
    let length = state.len() as u64;
    let id: String = CLASS_ID.iter().map(|byte| format!("{byte:02X}")).collect();
    let mut bytes = b"VST3".to_vec();
    bytes.extend(1_u32.to_le_bytes());
    bytes.extend(id.as_bytes());
    bytes.extend((HEADER + length).to_le_bytes());
    bytes.extend(state);
    bytes.extend(b"List");
    bytes.extend(1_u32.to_le_bytes());
    bytes.extend(b"Comp");
    bytes.extend(HEADER.to_le_bytes());
    bytes.extend(length.to_le_bytes());
    Ok(bytes)
}

/// What the plugin would save for the tree's values, without what belongs to a session.
fn state(tree: &Tree) -> PluginState {
    let value = |pointer: ParamPtr| {
        // SAFETY: the tree owns what the pointers point to.
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
    };
    let own = tree.pointers().filter(|(id, _)| !SESSION.contains(id));
    let params: BTreeMap<String, ParamValue> =
        own.map(|(id, pointer)| (id.to_owned(), value(pointer))).collect();
    let version = env!("CARGO_PKG_VERSION").to_owned();
    let mut fields = tree.params().serialize_fields();
    // Slots, window and target belong to the session: a field that is not there leaves them alone.
    fields.retain(|key, _| key == STATE_VERSION_KEY);
    // VST3 has no word for a state that is a preset: it says so itself.
    fields.insert(PRESET_KEY.to_owned(), "1".to_owned());
    PluginState { version, params, fields }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tidy;

    #[test]
    fn the_list_points_to_the_state() {
        for preset in Preset::factory() {
            let bytes = vst_preset(&preset).unwrap();
            let number = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap()) as usize;
            assert_eq!(&bytes[..4], b"VST3");
            assert_eq!(&bytes[8..40], b"4C6163717565724D6173746572696E67");
            let list = number(40);
            assert_eq!(&bytes[list..list + 4], b"List");
            assert_eq!(&bytes[list + 8..list + 12], b"Comp");
            let (place, length) = (number(list + 12), number(list + 20));
            let state: PluginState = serde_json::from_slice(&bytes[place..place + length]).unwrap();
            let tree = Tree::new();
            preset.apply(&tree).unwrap();
            // The tree says 12.7 of what is 12.700001 in 32 bits.
            let drive = tree.plain("limiter_drive").unwrap();
            assert!(matches!(state.params["limiter_drive"], ParamValue::F32(saved) if tidy(saved) == drive));
            assert_eq!(state.params.len(), tree.infos().len() - SESSION.len());
            assert_eq!(state.fields.keys().collect::<Vec<_>>(), [PRESET_KEY, STATE_VERSION_KEY]);
            let mut taken = state;
            crate::migrate::filter(&mut taken).unwrap();
            assert!(SESSION.iter().all(|id| !taken.params.contains_key(*id)), "the session keeps its own");
            assert!(!taken.fields.contains_key(PRESET_KEY), "what is saved next is a state");
        }
    }
}
