//! What the plugin finds of its host.

use clap_sys::ext::gui::{CLAP_EXT_GUI, clap_host_gui};
use clap_sys::ext::latency::{CLAP_EXT_LATENCY, clap_host_latency};
use clap_sys::ext::params::{CLAP_EXT_PARAMS, clap_host_params};
use clap_sys::ext::track_info::{
    CLAP_EXT_TRACK_INFO, CLAP_TRACK_INFO_HAS_TRACK_COLOR, CLAP_TRACK_INFO_HAS_TRACK_NAME,
    clap_host_track_info, clap_track_info,
};
use clap_sys::host::clap_host;
use clap_sys::version::CLAP_VERSION;
use std::ffi::{CStr, c_char, c_void};
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

/// What a host offers, and what it heard. It stays where it is as long as a plugin has it.
pub struct Host {
    pub(super) raw: clap_host,
    /// Whether it has any extension.
    has_extensions: bool,
    /// How often it was asked for a restart, a callback, a rescan of values and its track, and told of a latency.
    pub restarts: AtomicU32,
    pub callbacks: AtomicU32,
    pub rescans: AtomicU32,
    pub latencies: AtomicU32,
    pub tracks: AtomicU32,
}

unsafe fn host<'a>(host: *const clap_host) -> &'a Host {
    unsafe { &*(*host).host_data.cast::<Host>() }
}

unsafe extern "C" fn get_extension(raw: *const clap_host, id: *const c_char) -> *const c_void {
    static GUI: clap_host_gui = {
        unsafe extern "C" fn nothing(_: *const clap_host) {}
        unsafe extern "C" fn resize(_: *const clap_host, _: u32, _: u32) -> bool {
            true
        }
        unsafe extern "C" fn yes(_: *const clap_host) -> bool {
            true
        }
        unsafe extern "C" fn closed(_: *const clap_host, _: bool) {}
        clap_host_gui {
            resize_hints_changed: Some(nothing),
            request_resize: Some(resize),
            request_show: Some(yes),
            request_hide: Some(yes),
            closed: Some(closed),
        }
    };
    static PARAMS: clap_host_params = {
        unsafe extern "C" fn rescan(raw: *const clap_host, _: u32) {
            unsafe { host(raw) }.rescans.fetch_add(1, SeqCst);
        }
        unsafe extern "C" fn clear(_: *const clap_host, _: u32, _: u32) {}
        unsafe extern "C" fn flush(_: *const clap_host) {}
        clap_host_params { rescan: Some(rescan), clear: Some(clear), request_flush: Some(flush) }
    };
    static LATENCY: clap_host_latency = {
        unsafe extern "C" fn changed(raw: *const clap_host) {
            unsafe { host(raw) }.latencies.fetch_add(1, SeqCst);
        }
        clap_host_latency { changed: Some(changed) }
    };
    static TRACK: clap_host_track_info = {
        /// By turns there is none, a name that never ends, and all of one.
        unsafe extern "C" fn get(raw: *const clap_host, info: *mut clap_track_info) -> bool {
            let turn = unsafe { host(raw) }.tracks.fetch_add(1, SeqCst) % 3;
            let info = unsafe { &mut *info };
            info.flags = CLAP_TRACK_INFO_HAS_TRACK_NAME | CLAP_TRACK_INFO_HAS_TRACK_COLOR;
            info.name.fill(-1);
            if turn == 2 {
                info.name[4] = 0;
            }
            (info.audio_channel_count, info.audio_port_type) = (-3, null());
            turn > 0
        }
        clap_host_track_info { get: Some(get) }
    };
    if !unsafe { host(raw) }.has_extensions {
        return null();
    }
    match unsafe { CStr::from_ptr(id) } {
        id if id == CLAP_EXT_GUI => (&raw const GUI).cast(),
        id if id == CLAP_EXT_PARAMS => (&raw const PARAMS).cast(),
        id if id == CLAP_EXT_LATENCY => (&raw const LATENCY).cast(),
        id if id == CLAP_EXT_TRACK_INFO => (&raw const TRACK).cast(),
        _ => null(),
    }
}

impl Host {
    /// A host, with the extensions that the plugin may ask for or with none.
    pub fn new(has_extensions: bool) -> Box<Self> {
        unsafe extern "C" fn restart(raw: *const clap_host) {
            unsafe { host(raw) }.restarts.fetch_add(1, SeqCst);
        }
        unsafe extern "C" fn process(_: *const clap_host) {}
        unsafe extern "C" fn callback(raw: *const clap_host) {
            unsafe { host(raw) }.callbacks.fetch_add(1, SeqCst);
        }
        let mut this = Box::new(Self {
            raw: clap_host {
                clap_version: CLAP_VERSION,
                host_data: null_mut(),
                name: c"Hostile".as_ptr(),
                vendor: c"Lacquer".as_ptr(),
                url: c"".as_ptr(),
                version: c"1".as_ptr(),
                get_extension: Some(get_extension),
                request_restart: Some(restart),
                request_process: Some(process),
                request_callback: Some(callback),
            },
            has_extensions,
            restarts: AtomicU32::new(0),
            callbacks: AtomicU32::new(0),
            rescans: AtomicU32::new(0),
            latencies: AtomicU32::new(0),
            tracks: AtomicU32::new(0),
        });
        let data: *mut Self = &mut *this;
        this.raw.host_data = data.cast();
        this
    }
}
