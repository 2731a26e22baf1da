//! A preset that was chosen in the host's browser: one of the factory's by its name, or a file.

use super::edge;
use super::entry::c_str;
use super::host::real;
use super::instance::Edge;
use clap_sys::ext::preset_load::clap_plugin_preset_load;
use clap_sys::factory::preset_discovery::{
    CLAP_PRESET_DISCOVERY_LOCATION_FILE, CLAP_PRESET_DISCOVERY_LOCATION_PLUGIN,
};
use clap_sys::plugin::clap_plugin;
use lacquer_params::{Preset, Tree};
use std::ffi::{CString, c_char};
use std::path::Path;
use std::sync::PoisonError;

/// Longest file that is taken for a preset, in bytes: every parameter by name and value is 16 kB.
const LONGEST_FILE: u64 = 1 << 20;

pub(super) static PRESET_LOAD: clap_plugin_preset_load =
    clap_plugin_preset_load { from_location: Some(from_location) };

/// Reads a preset from a file that anybody may have written.
pub(super) fn read_file(path: &Path) -> Result<Preset, String> {
    match std::fs::metadata(path) {
        Ok(data) if !data.is_file() => Err(format!("{}: no file", path.display())),
        Ok(data) if data.len() > LONGEST_FILE => {
            Err(format!("{}: longer than any preset is", path.display()))
        }
        Ok(_) => Preset::read(path).map_err(|error| error.to_string()),
        Err(error) => Err(format!("{}: {error}", path.display())),
    }
}

/// The preset that a host names.
fn find(kind: u32, location: Option<&str>, key: Option<&str>) -> Result<Preset, String> {
    match (kind, location, key) {
        (CLAP_PRESET_DISCOVERY_LOCATION_PLUGIN, _, Some(name)) => Preset::factory()
            .into_iter()
            .find(|preset| preset.name == name)
            .ok_or_else(|| format!("there is no factory preset \"{name}\"")),
        (CLAP_PRESET_DISCOVERY_LOCATION_FILE, Some(path), _) => read_file(Path::new(path)),
        _ => Err("the host names no preset".to_owned()),
    }
}

/// [main-thread] Sets every parameter as a state would, and tells the host.
fn take(edge: &Edge, preset: &Preset) -> Result<(), String> {
    let params = &edge.handles.params;
    // Beside the audio thread, as the framework loads a state: each value is an atomic of its own.
    preset.apply(&Tree::over(params.clone())).map_err(|error| error.to_string())?;
    params.session.write().unwrap_or_else(PoisonError::into_inner).preset.clone_from(&preset.name);
    edge.host.rescan_values();
    edge.handles.status.wake();
    edge.ask_for_restart_if_stale();
    Ok(())
}

unsafe extern "C" fn from_location(
    plugin: *const clap_plugin,
    kind: u32,
    location: *const c_char,
    load_key: *const c_char,
) -> bool {
    let edge = edge!(plugin, false);
    // SAFETY: a host gives strings or null.
    let text = |text| unsafe { c_str(text) }.and_then(|text| text.to_str().ok());
    let taken = find(kind, text(location), text(load_key)).and_then(|preset| take(edge, &preset));
    match taken {
        Ok(()) => {
            real!(edge.host, presets, loaded(kind, location, load_key), ());
            true
        }
        Err(message) => {
            let message = CString::new(message).unwrap_or_default();
            real!(edge.host, presets, on_error(kind, location, load_key, 0, message.as_ptr()), ());
            false
        }
    }
}
