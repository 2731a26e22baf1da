//! Which tables a host gets, and those whose functions go on as they are.

use super::gui::GUI;
use super::indication::INDICATION;
use super::instance::{Edge, Stage};
use super::menu::MENU;
use super::params::PARAMS;
use super::preset_load::PRESET_LOAD;
use super::state::{STATE, STATE_CONTEXT};
use super::{edge, framework};
use crate::tail_samples;
use clap_sys::ext::audio_ports::{CLAP_EXT_AUDIO_PORTS, clap_audio_port_info, clap_plugin_audio_ports};
use clap_sys::ext::audio_ports_config::{
    CLAP_EXT_AUDIO_PORTS_CONFIG, clap_audio_ports_config, clap_plugin_audio_ports_config,
};
use clap_sys::ext::context_menu::{CLAP_EXT_CONTEXT_MENU, CLAP_EXT_CONTEXT_MENU_COMPAT};
use clap_sys::ext::gui::CLAP_EXT_GUI;
use clap_sys::ext::latency::{CLAP_EXT_LATENCY, clap_plugin_latency};
use clap_sys::ext::param_indication::{CLAP_EXT_PARAM_INDICATION, CLAP_EXT_PARAM_INDICATION_COMPAT};
use clap_sys::ext::params::CLAP_EXT_PARAMS;
use clap_sys::ext::preset_load::{CLAP_EXT_PRESET_LOAD, CLAP_EXT_PRESET_LOAD_COMPAT};
use clap_sys::ext::remote_controls::{
    CLAP_EXT_REMOTE_CONTROLS, CLAP_EXT_REMOTE_CONTROLS_COMPAT, clap_plugin_remote_controls,
    clap_remote_controls_page,
};
use clap_sys::ext::render::{CLAP_EXT_RENDER, CLAP_RENDER_OFFLINE, CLAP_RENDER_REALTIME, clap_plugin_render};
use clap_sys::ext::state::CLAP_EXT_STATE;
use clap_sys::ext::state_context::CLAP_EXT_STATE_CONTEXT;
use clap_sys::ext::tail::{CLAP_EXT_TAIL, clap_plugin_tail};
use clap_sys::ext::track_info::{CLAP_EXT_TRACK_INFO, CLAP_EXT_TRACK_INFO_COMPAT, clap_plugin_track_info};
use clap_sys::plugin::clap_plugin;
use std::ffi::{CStr, c_void};
use std::ptr::null;
use std::sync::atomic::Ordering::Relaxed;

/// The table of an id; null if there is none.
pub(super) fn table(edge: &Edge, id: &CStr) -> *const c_void {
    let is = |ids: &[&CStr]| ids.contains(&id);
    if is(&[CLAP_EXT_PARAMS]) {
        (&raw const PARAMS).cast()
    } else if is(&[CLAP_EXT_GUI]) && edge.framework().gui.is_some() {
        (&raw const GUI).cast()
    } else if is(&[CLAP_EXT_STATE]) {
        (&raw const STATE).cast()
    } else if is(&[CLAP_EXT_STATE_CONTEXT]) {
        (&raw const STATE_CONTEXT).cast()
    } else if is(&[CLAP_EXT_PRESET_LOAD, CLAP_EXT_PRESET_LOAD_COMPAT]) {
        (&raw const PRESET_LOAD).cast()
    } else if is(&[CLAP_EXT_PARAM_INDICATION, CLAP_EXT_PARAM_INDICATION_COMPAT]) {
        (&raw const INDICATION).cast()
    } else if is(&[CLAP_EXT_CONTEXT_MENU, CLAP_EXT_CONTEXT_MENU_COMPAT]) {
        (&raw const MENU).cast()
    } else if is(&[CLAP_EXT_AUDIO_PORTS]) {
        (&raw const PORTS).cast()
    } else if is(&[CLAP_EXT_AUDIO_PORTS_CONFIG]) {
        (&raw const CONFIGS).cast()
    } else if is(&[CLAP_EXT_LATENCY]) {
        (&raw const LATENCY).cast()
    } else if is(&[CLAP_EXT_TAIL]) {
        (&raw const TAIL).cast()
    } else if is(&[CLAP_EXT_REMOTE_CONTROLS, CLAP_EXT_REMOTE_CONTROLS_COMPAT]) {
        (&raw const CONTROLS).cast()
    } else if is(&[CLAP_EXT_RENDER]) {
        (&raw const RENDER).cast()
    } else if is(&[CLAP_EXT_TRACK_INFO, CLAP_EXT_TRACK_INFO_COMPAT]) && edge.framework().track.is_some() {
        (&raw const TRACK).cast()
    } else {
        null()
    }
}

/// Functions that are the framework's, but for the plugin's pointer.
macro_rules! forward {
    ($(fn $name:ident => $table:ident.$function:ident($($argument:ident: $type:ty),*) $(-> $result:ty)? = $none:expr;)*) => {$(
        unsafe extern "C" fn $name(plugin: *const clap_plugin $(, $argument: $type)*) $(-> $result)? {
            let edge = edge!(plugin, $none);
            framework!(edge, $table, $function($($argument),*), $none)
        }
    )*};
}

forward! {
    fn ports_count => ports.count(is_input: bool) -> u32 = 0;
    fn ports_get => ports.get(index: u32, is_input: bool, info: *mut clap_audio_port_info) -> bool = false;
    fn configs_count => configs.count() -> u32 = 0;
    fn configs_get => configs.get(index: u32, config: *mut clap_audio_ports_config) -> bool = false;
    fn latency_get => latency.get() -> u32 = 0;
    fn controls_count => controls.count() -> u32 = 0;
    fn controls_get => controls.get(index: u32, page: *mut clap_remote_controls_page) -> bool = false;
    fn render_is_hard => render.has_hard_realtime_requirement() -> bool = false;
}

static PORTS: clap_plugin_audio_ports =
    clap_plugin_audio_ports { count: Some(ports_count), get: Some(ports_get) };
static CONFIGS: clap_plugin_audio_ports_config = clap_plugin_audio_ports_config {
    count: Some(configs_count),
    get: Some(configs_get),
    select: Some(select),
};
static LATENCY: clap_plugin_latency = clap_plugin_latency { get: Some(latency_get) };
static TAIL: clap_plugin_tail = clap_plugin_tail { get: Some(tail) };
static CONTROLS: clap_plugin_remote_controls =
    clap_plugin_remote_controls { count: Some(controls_count), get: Some(controls_get) };
static RENDER: clap_plugin_render =
    clap_plugin_render { has_hard_realtime_requirement: Some(render_is_hard), set: Some(render_set) };
static TRACK: clap_plugin_track_info = clap_plugin_track_info { changed: Some(track_changed) };

/// Only while inactive, as CLAP says: the framework takes it at once, and the next block has other channels than its buffers.
unsafe extern "C" fn select(plugin: *const clap_plugin, id: u32) -> bool {
    let edge = edge!(plugin, false);
    let is_taken = edge.stage() == Stage::Ready && framework!(edge, configs, select(id), false);
    if is_taken {
        // SAFETY: a config is made of numbers, letters and pointers: zeros are one.
        let mut config: clap_audio_ports_config = unsafe { std::mem::zeroed() };
        if framework!(edge, configs, get(id, &mut config), false) {
            edge.channels.store(config.main_output_channel_count, Relaxed);
        }
    }
    is_taken
}

/// The framework knows the tail from the first block on; rate and latency are known from the activation on.
unsafe extern "C" fn tail(plugin: *const clap_plugin) -> u32 {
    let edge = edge!(plugin, 0);
    match edge.handles.status.running() {
        Some((sample_rate, latency)) => tail_samples(latency, sample_rate),
        None => framework!(edge, tail, get(), 0),
    }
}

/// A mode that does not exist is refused; the framework takes it for real time.
unsafe extern "C" fn render_set(plugin: *const clap_plugin, mode: i32) -> bool {
    let edge = edge!(plugin, false);
    [CLAP_RENDER_REALTIME, CLAP_RENDER_OFFLINE].contains(&mode) && framework!(edge, render, set(mode), false)
}

/// [main-thread] The framework locks its editor for it: not while that is another thread's.
unsafe extern "C" fn track_changed(plugin: *const clap_plugin) {
    let edge = edge!(plugin);
    if !edge.host.threads.is_foreign() {
        framework!(edge, track, changed(), ());
    }
}
