//! What a host shows on controls: which are mapped to hardware, and what their automation does. It is left where the editor sees it.

use super::edge;
use super::entry::c_str;
use clap_sys::color::clap_color;
use clap_sys::ext::param_indication::{
    CLAP_PARAM_INDICATION_AUTOMATION_OVERRIDING, CLAP_PARAM_INDICATION_AUTOMATION_PLAYING,
    CLAP_PARAM_INDICATION_AUTOMATION_PRESENT, CLAP_PARAM_INDICATION_AUTOMATION_RECORDING,
    clap_plugin_param_indication,
};
use clap_sys::plugin::clap_plugin;
use lacquer_gui::indication::{Automation, Mapping};
use std::ffi::c_char;

pub(super) static INDICATION: clap_plugin_param_indication =
    clap_plugin_param_indication { set_mapping: Some(set_mapping), set_automation: Some(set_automation) };

/// Red, green and blue of a colour that a host gives.
///
/// # Safety
///
/// `color` is null or valid.
unsafe fn rgb(color: *const clap_color) -> Option<[u8; 3]> {
    // SAFETY: the caller's promise.
    unsafe { color.as_ref() }.map(|color| [color.red, color.green, color.blue])
}

/// [main-thread]
unsafe extern "C" fn set_mapping(
    plugin: *const clap_plugin,
    id: u32,
    has_mapping: bool,
    color: *const clap_color,
    label: *const c_char,
    _description: *const c_char,
) {
    let edge = edge!(plugin);
    let Some(parameter) = edge.table.by_id(id) else { return };
    // SAFETY: a host gives a colour and a string that are valid during the call, or null.
    let (color, label) = unsafe { (rgb(color), c_str(label)) };
    let label = label.map(|label| label.to_string_lossy().into_owned()).unwrap_or_default();
    let mapping = has_mapping.then_some(Mapping { color, label });
    edge.handles.status.indications.set_mapping(&parameter.id, mapping);
    edge.handles.status.wake();
}

/// [main-thread]
unsafe extern "C" fn set_automation(
    plugin: *const clap_plugin,
    id: u32,
    state: u32,
    color: *const clap_color,
) {
    let edge = edge!(plugin);
    let Some(parameter) = edge.table.by_id(id) else { return };
    let automation = match state {
        CLAP_PARAM_INDICATION_AUTOMATION_PRESENT => Automation::Present,
        CLAP_PARAM_INDICATION_AUTOMATION_PLAYING => Automation::Playing,
        CLAP_PARAM_INDICATION_AUTOMATION_RECORDING => Automation::Recording,
        CLAP_PARAM_INDICATION_AUTOMATION_OVERRIDING => Automation::Overriding,
        _ => Automation::None,
    };
    // SAFETY: as in `set_mapping`.
    let color = unsafe { rgb(color) };
    edge.handles.status.indications.set_automation(&parameter.id, automation, color);
    edge.handles.status.wake();
}
