//! Parameters as a host asks for them: indices, ids and values checked; the base value where the framework gives the modulated one;
//! `IS_ENUM` for choices; no modulation of what is not automated, Bypass among it.

use super::entry::c_str;
use super::instance::{Edge, with_events};
use super::{edge, framework};
use clap_sys::events::{clap_input_events, clap_output_events};
use clap_sys::ext::params::{
    CLAP_PARAM_IS_ENUM, CLAP_PARAM_IS_MODULATABLE, clap_param_info, clap_plugin_params,
};
use clap_sys::plugin::clap_plugin;
use lacquer_params::typed;
use nice_plug::params::internals::ParamPtr;
use nice_plug::params::{ParamFlags, Params};
use std::ffi::c_char;
use std::ptr::null;

/// Shortest buffer for a text: a letter and the zero.
const SHORTEST_TEXT: u32 = 2;

/// A parameter as the framework numbers it.
pub(super) struct Parameter {
    /// The host's id: the framework's hash of the plugin's.
    pub hash: u32,
    /// The plugin's id.
    pub id: String,
    pointer: ParamPtr,
    /// 0 for numbers, which go from 0 to 1; the highest step else.
    steps: f64,
    is_choice: bool,
    is_modulatable: bool,
}

impl Parameter {
    /// The highest value that a host knows.
    fn highest(&self) -> f64 {
        self.steps.max(1.0)
    }

    /// A value that may be set: within the range, on a step.
    pub(super) fn checked(&self, value: f64) -> Option<f64> {
        let value = value.is_finite().then(|| value.clamp(0.0, self.highest()))?;
        Some(self.on_step(value))
    }

    /// The nearest step of a value, if it has steps. The framework keeps a share of the travel in 32 bits, which is near one.
    fn on_step(&self, value: f64) -> f64 {
        if self.steps > 0.0 { value.round() } else { value }
    }

    /// An amount of modulation that may be added.
    pub(super) fn checked_amount(&self, amount: f64) -> Option<f64> {
        (amount.is_finite() && self.is_modulatable).then(|| amount.clamp(-self.highest(), self.highest()))
    }
}

/// All parameters, in the framework's order.
#[derive(Default)]
pub(super) struct Table {
    parameters: Vec<Parameter>,
    /// Hashes in order, with the parameter's place.
    by_hash: Vec<(u32, usize)>,
}

impl Table {
    /// [main-thread] The parameters of an edge whose framework is there.
    pub(super) fn of(edge: &Edge) -> Self {
        let mut this = Self::default();
        // The framework's order is that of `param_map`.
        for (index, (id, pointer, _)) in edge.handles.params.param_map().into_iter().enumerate() {
            // SAFETY: an info is made of numbers, letters and a pointer: zeros are one.
            let mut info: clap_param_info = unsafe { std::mem::zeroed() };
            framework!(edge, params, get_info(index as u32, &mut info), false);
            // SAFETY: the edge holds the parameters that the pointer points to.
            let (steps, flags) = unsafe { (pointer.step_count().unwrap_or(0) as f64, pointer.flags()) };
            let fixed = ParamFlags::BYPASS | ParamFlags::NON_AUTOMATABLE | ParamFlags::HIDDEN;
            this.by_hash.push((info.id, index));
            this.parameters.push(Parameter {
                hash: info.id,
                id,
                pointer,
                steps,
                is_choice: matches!(pointer, ParamPtr::EnumParam(_)),
                is_modulatable: !flags.intersects(fixed),
            });
        }
        this.by_hash.sort_unstable();
        this
    }

    /// The parameter of a host's id.
    pub(super) fn by_id(&self, hash: u32) -> Option<&Parameter> {
        let place = self.by_hash.binary_search_by_key(&hash, |(hash, _)| *hash).ok()?;
        self.parameters.get(self.by_hash[place].1)
    }

    /// The host's id of a parameter.
    pub(super) fn hash_of(&self, id: &str) -> Option<u32> {
        self.parameters.iter().find(|parameter| parameter.id == id).map(|parameter| parameter.hash)
    }
}

pub(super) static PARAMS: clap_plugin_params = clap_plugin_params {
    count: Some(count),
    get_info: Some(get_info),
    get_value: Some(get_value),
    value_to_text: Some(value_to_text),
    text_to_value: Some(text_to_value),
    flush: Some(flush),
};

unsafe extern "C" fn count(plugin: *const clap_plugin) -> u32 {
    edge!(plugin, 0).table.parameters.len() as u32
}

unsafe extern "C" fn get_info(plugin: *const clap_plugin, index: u32, info: *mut clap_param_info) -> bool {
    let edge = edge!(plugin, false);
    let Some(parameter) = edge.table.parameters.get(index as usize) else { return false };
    if info.is_null() || !framework!(edge, params, get_info(index, info), false) {
        return false;
    }
    // SAFETY: a host gives room for an info, and the framework has written one.
    let info = unsafe { &mut *info };
    info.default_value = parameter.on_step(info.default_value);
    if parameter.is_choice {
        info.flags |= CLAP_PARAM_IS_ENUM;
    }
    if !parameter.is_modulatable {
        info.flags &= !CLAP_PARAM_IS_MODULATABLE;
    }
    true
}

unsafe extern "C" fn get_value(plugin: *const clap_plugin, id: u32, value: *mut f64) -> bool {
    let edge = edge!(plugin, false);
    let (Some(parameter), false) = (edge.table.by_id(id), value.is_null()) else { return false };
    // SAFETY: the edge holds the parameters.
    let share = unsafe { parameter.pointer.unmodulated_normalized_value() };
    // SAFETY: the host gives room for a value.
    unsafe { *value = parameter.on_step(f64::from(share) * parameter.highest()) };
    true
}

unsafe extern "C" fn value_to_text(
    plugin: *const clap_plugin,
    id: u32,
    value: f64,
    text: *mut c_char,
    size: u32,
) -> bool {
    let edge = edge!(plugin, false);
    let Some(value) = edge.table.by_id(id).and_then(|parameter| parameter.checked(value)) else {
        return false;
    };
    !text.is_null()
        && size >= SHORTEST_TEXT
        && framework!(edge, params, value_to_text(id, value, text, size), false)
}

unsafe extern "C" fn text_to_value(
    plugin: *const clap_plugin,
    id: u32,
    text: *const c_char,
    value: *mut f64,
) -> bool {
    let edge = edge!(plugin, false);
    // SAFETY: a host gives a string or null.
    let text = unsafe { c_str(text) }.and_then(|text| text.to_str().ok());
    let (Some(parameter), Some(text), false) = (edge.table.by_id(id), text, value.is_null()) else {
        return false;
    };
    // Not by the framework, whose choices know one spelling of each name.
    // SAFETY: the edge holds the parameters.
    let Some(share) = (unsafe { typed::normalized(parameter.pointer, text) }) else { return false };
    // SAFETY: the host gives room for a value.
    unsafe { *value = parameter.on_step(f64::from(share) * parameter.highest()) };
    true
}

/// [audio-thread if active, else main-thread]
unsafe extern "C" fn flush(
    plugin: *const clap_plugin,
    from: *const clap_input_events,
    to: *const clap_output_events,
) {
    let edge = edge!(plugin);
    with_events(edge, |events| {
        let (mut next, mut to) = (0, to);
        loop {
            // SAFETY: a host gives a list that is valid during the call, or null.
            let after = unsafe { events.take(&edge.table, from, next, 1) };
            let list = events.list();
            // Once without any, too: what the editor changed goes out by this.
            framework!(edge, params, flush(&list, to), ());
            if after == next {
                break;
            }
            // No block may come that wakes the editor.
            edge.handles.status.wake();
            (next, to) = (after, null());
        }
    });
}
