//! The editor's window as a host asks for it. Sizes, scales and pointers are checked, and the thread: the framework's window belongs
//! to the thread that made it, and any other aborts the host.

use super::entry::c_str;
use super::instance::Edge;
use super::{edge, framework};
use crate::edge::editor::{SCALES, SIDES};
use clap_sys::ext::gui::{clap_gui_resize_hints, clap_plugin_gui, clap_window};
use clap_sys::plugin::clap_plugin;
use std::ffi::c_char;
use std::sync::atomic::Ordering::Relaxed;

pub(super) static GUI: clap_plugin_gui = clap_plugin_gui {
    is_api_supported: Some(is_api_supported),
    get_preferred_api: Some(get_preferred_api),
    create: Some(create),
    destroy: Some(destroy),
    set_scale: Some(set_scale),
    get_size: Some(get_size),
    can_resize: Some(can_resize),
    get_resize_hints: Some(get_resize_hints),
    adjust_size: Some(adjust_size),
    set_size: Some(set_size),
    set_parent: Some(set_parent),
    set_transient: Some(set_transient),
    suggest_title: Some(suggest_title),
    show: Some(show),
    hide: Some(hide),
};

/// Closes the window, if there is one and it is this thread's.
pub(super) fn close(edge: &Edge) {
    if !edge.host.threads.owns_window() {
        return;
    }
    if edge.is_on_main() {
        // The framework holds the window while a host hears from it: it goes when that call is over.
        edge.close_later.store(true, Relaxed);
        return;
    }
    framework!(edge, gui, destroy(), ());
    edge.host.threads.set_window(false);
}

/// Whether a window is open and may be asked by this thread.
fn is_open(edge: &Edge) -> bool {
    edge.host.threads.owns_window() && !edge.close_later.load(Relaxed)
}

unsafe extern "C" fn is_api_supported(
    plugin: *const clap_plugin,
    api: *const c_char,
    is_floating: bool,
) -> bool {
    let edge = edge!(plugin, false);
    // SAFETY: a host gives a string or null.
    unsafe { c_str(api) }.is_some() && framework!(edge, gui, is_api_supported(api, is_floating), false)
}

unsafe extern "C" fn get_preferred_api(
    plugin: *const clap_plugin,
    api: *mut *const c_char,
    is_floating: *mut bool,
) -> bool {
    let edge = edge!(plugin, false);
    framework!(edge, gui, get_preferred_api(api, is_floating), false)
}

unsafe extern "C" fn create(plugin: *const clap_plugin, api: *const c_char, is_floating: bool) -> bool {
    let edge = edge!(plugin, false);
    // SAFETY: a host gives a string or null.
    let is_api = unsafe { c_str(api) }.is_some();
    if !is_api || edge.host.threads.has_window() {
        return false;
    }
    // Before: while it is being made it may ask which thread is the main one.
    edge.host.threads.set_window(true);
    let is_made = framework!(edge, gui, create(api, is_floating), false);
    edge.host.threads.set_window(is_made);
    is_made
}

unsafe extern "C" fn destroy(plugin: *const clap_plugin) {
    close(edge!(plugin));
}

unsafe extern "C" fn set_scale(plugin: *const clap_plugin, scale: f64) -> bool {
    let edge = edge!(plugin, false);
    SCALES.contains(&scale) && is_open(edge) && framework!(edge, gui, set_scale(scale), false)
}

unsafe extern "C" fn get_size(plugin: *const clap_plugin, width: *mut u32, height: *mut u32) -> bool {
    let edge = edge!(plugin, false);
    framework!(edge, gui, get_size(width, height), false)
}

unsafe extern "C" fn can_resize(plugin: *const clap_plugin) -> bool {
    let edge = edge!(plugin, false);
    framework!(edge, gui, can_resize(), false)
}

unsafe extern "C" fn get_resize_hints(plugin: *const clap_plugin, hints: *mut clap_gui_resize_hints) -> bool {
    let edge = edge!(plugin, false);
    framework!(edge, gui, get_resize_hints(hints), false)
}

unsafe extern "C" fn adjust_size(plugin: *const clap_plugin, width: *mut u32, height: *mut u32) -> bool {
    let edge = edge!(plugin, false);
    let is_given = !width.is_null() && !height.is_null();
    is_given && is_open(edge) && framework!(edge, gui, adjust_size(width, height), false)
}

unsafe extern "C" fn set_size(plugin: *const clap_plugin, width: u32, height: u32) -> bool {
    let edge = edge!(plugin, false);
    let is_size = SIDES.contains(&width) && SIDES.contains(&height);
    is_size && is_open(edge) && framework!(edge, gui, set_size(width, height), false)
}

unsafe extern "C" fn set_parent(plugin: *const clap_plugin, window: *const clap_window) -> bool {
    let edge = edge!(plugin, false);
    // SAFETY: a host gives a window or null, whose name is a string or null.
    let is_ours = unsafe { window.as_ref() }
        // SAFETY: as above.
        .and_then(|window| unsafe { c_str(window.api) }.map(|_| window.api))
        .is_some_and(|api| framework!(edge, gui, is_api_supported(api, false), false));
    is_ours && is_open(edge) && framework!(edge, gui, set_parent(window), false)
}

unsafe extern "C" fn set_transient(_: *const clap_plugin, _: *const clap_window) -> bool {
    // For floating windows, of which there are none.
    false
}

unsafe extern "C" fn suggest_title(_: *const clap_plugin, _: *const c_char) {}

unsafe extern "C" fn show(plugin: *const clap_plugin) -> bool {
    let edge = edge!(plugin, false);
    is_open(edge) && framework!(edge, gui, show(), false)
}

unsafe extern "C" fn hide(plugin: *const clap_plugin) -> bool {
    let edge = edge!(plugin, false);
    is_open(edge) && framework!(edge, gui, hide(), false)
}
