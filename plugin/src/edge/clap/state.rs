//! States: for a session, and for a preset, which leaves alone what belongs to the session.
//!
//! The framework believes a host's stream: one that says it has read more than it was given room for makes it read memory that was
//! never written, and one without a function aborts. Both are met by streams of the edge's own.

use super::instance::Edge;
use super::{edge, framework};
use clap_sys::ext::state::clap_plugin_state;
use clap_sys::ext::state_context::{
    CLAP_STATE_CONTEXT_FOR_DUPLICATE, CLAP_STATE_CONTEXT_FOR_PRESET, CLAP_STATE_CONTEXT_FOR_PROJECT,
    clap_plugin_state_context,
};
use clap_sys::plugin::clap_plugin;
use clap_sys::stream::{clap_istream, clap_ostream};
use lacquer_params::Tree;
use lacquer_params::preset::SESSION;
use std::ffi::c_void;
use std::sync::PoisonError;

pub(super) static STATE: clap_plugin_state = clap_plugin_state { save: Some(save), load: Some(load) };
pub(super) static STATE_CONTEXT: clap_plugin_state_context =
    clap_plugin_state_context { save: Some(save_for), load: Some(load_for) };

/// What a stream's call may say: an error, or no more than was asked for.
fn bounded(result: i64, size: u64) -> i64 {
    if result < 0 || result as u64 > size { -1 } else { result }
}

unsafe extern "C" fn read(stream: *const clap_istream, buffer: *mut c_void, size: u64) -> i64 {
    // SAFETY: `load_from` made it around the host's, which is valid during the call.
    let real = unsafe { &*(*stream).ctx.cast::<clap_istream>() };
    // SAFETY: the host's function with its stream; the framework gives `size` bytes.
    real.read.map_or(-1, |read| bounded(unsafe { read(real, buffer, size) }, size))
}

unsafe extern "C" fn write(stream: *const clap_ostream, buffer: *const c_void, size: u64) -> i64 {
    // SAFETY: as in `read`.
    let real = unsafe { &*(*stream).ctx.cast::<clap_ostream>() };
    // SAFETY: as in `read`.
    real.write.map_or(-1, |write| bounded(unsafe { write(real, buffer, size) }, size))
}

fn save_to(edge: &Edge, stream: *const clap_ostream) -> bool {
    if stream.is_null() {
        return false;
    }
    let stream = clap_ostream { ctx: stream.cast_mut().cast(), write: Some(write) };
    framework!(edge, state, save(&stream), false)
}

fn load_from(edge: &Edge, stream: *const clap_istream) -> bool {
    if stream.is_null() {
        return false;
    }
    let stream = clap_istream { ctx: stream.cast_mut().cast(), read: Some(read) };
    let is_loaded = framework!(edge, state, load(&stream), false);
    if is_loaded {
        edge.ask_for_restart_if_stale();
        edge.handles.status.wake();
    }
    is_loaded
}

/// Loads a state as a preset: bypass, quality, phase and the editor's session stay as they are.
fn load_preset(edge: &Edge, stream: *const clap_istream) -> bool {
    let params = &edge.handles.params;
    let tree = Tree::over(params.clone());
    let kept: Vec<_> =
        SESSION.iter().filter_map(|id| tree.plain(id).ok().map(|plain| (*id, plain))).collect();
    let session = params.session.read().unwrap_or_else(PoisonError::into_inner).clone();
    let target = params.target.read().unwrap_or_else(PoisonError::into_inner).clone();
    if stream.is_null() {
        return false;
    }
    let stream = clap_istream { ctx: stream.cast_mut().cast(), read: Some(read) };
    if !framework!(edge, state, load(&stream), false) {
        return false;
    }
    for (id, plain) in kept {
        // It was the parameter's own value.
        let _ = tree.set_plain(id, plain);
    }
    *params.session.write().unwrap_or_else(PoisonError::into_inner) = session;
    *params.target.write().unwrap_or_else(PoisonError::into_inner) = target;
    edge.host.rescan_values();
    edge.handles.status.wake();
    true
}

unsafe extern "C" fn save(plugin: *const clap_plugin, stream: *const clap_ostream) -> bool {
    save_to(edge!(plugin, false), stream)
}

unsafe extern "C" fn load(plugin: *const clap_plugin, stream: *const clap_istream) -> bool {
    load_from(edge!(plugin, false), stream)
}

/// Whether CLAP knows a context; what it is to be saved for makes no difference: a state has everything.
fn is_context(context: u32) -> bool {
    [CLAP_STATE_CONTEXT_FOR_PRESET, CLAP_STATE_CONTEXT_FOR_DUPLICATE, CLAP_STATE_CONTEXT_FOR_PROJECT]
        .contains(&context)
}

unsafe extern "C" fn save_for(plugin: *const clap_plugin, stream: *const clap_ostream, context: u32) -> bool {
    let edge = edge!(plugin, false);
    is_context(context) && save_to(edge, stream)
}

unsafe extern "C" fn load_for(plugin: *const clap_plugin, stream: *const clap_istream, context: u32) -> bool {
    let edge = edge!(plugin, false);
    match context {
        CLAP_STATE_CONTEXT_FOR_PRESET => load_preset(edge, stream),
        _ => is_context(context) && load_from(edge, stream),
    }
}
