//! The host as the framework sees it: one whose extensions are always there, if only to do nothing. The framework unwraps `clap.gui`,
//! and takes the host's word for a thread being the main thread where its window is of another.

use super::threads::Threads;
use clap_sys::ext::context_menu::{
    CLAP_EXT_CONTEXT_MENU, CLAP_EXT_CONTEXT_MENU_COMPAT, clap_host_context_menu,
};
use clap_sys::ext::gui::{CLAP_EXT_GUI, clap_host_gui};
use clap_sys::ext::latency::{CLAP_EXT_LATENCY, clap_host_latency};
use clap_sys::ext::params::{CLAP_EXT_PARAMS, CLAP_PARAM_RESCAN_VALUES, clap_host_params};
use clap_sys::ext::preset_load::{CLAP_EXT_PRESET_LOAD, CLAP_EXT_PRESET_LOAD_COMPAT, clap_host_preset_load};
use clap_sys::ext::thread_check::{CLAP_EXT_THREAD_CHECK, clap_host_thread_check};
use clap_sys::ext::track_info::{
    CLAP_EXT_TRACK_INFO, CLAP_EXT_TRACK_INFO_COMPAT, clap_host_track_info, clap_track_info,
};
use clap_sys::host::clap_host;
use std::ffi::{CStr, c_char, c_void};
use std::ptr::null;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// The real host's tables, found in `init`.
#[derive(Default)]
pub(super) struct HostTables {
    pub gui: Option<&'static clap_host_gui>,
    pub params: Option<&'static clap_host_params>,
    pub latency: Option<&'static clap_host_latency>,
    pub track: Option<&'static clap_host_track_info>,
    pub threads: Option<&'static clap_host_thread_check>,
    pub menu: Option<&'static clap_host_context_menu>,
    pub presets: Option<&'static clap_host_preset_load>,
}

/// See the module. It lives as long as the framework's wrapper.
pub(super) struct FacedHost {
    /// What the framework holds; its `host_data` points here.
    pub shown: clap_host,
    pub real: *const clap_host,
    pub tables: HostTables,
    pub threads: Threads,
    /// While the framework is being activated it asks for restarts that nobody needs: what its latency is, the host learns from the
    /// edge in the same call.
    pub is_activating: AtomicBool,
}

/// Calls a function of one of the real host's tables with the real host; `$none` where there is none.
macro_rules! real {
    ($host:expr, $table:ident, $function:ident($($argument:expr),*), $none:expr) => {
        match $host.tables.$table.and_then(|table| table.$function) {
            // SAFETY: the table is the real host's, called with that host; the arguments are the framework's under the same
            // contract, or the edge's own and alive during the call.
            Some(function) => unsafe { function($host.real $(, $argument)*) },
            None => $none,
        }
    };
}
pub(super) use real;

impl FacedHost {
    /// A face for a host. It must be put where it stays before [`FacedHost::settle`].
    ///
    /// # Safety
    ///
    /// `real` is a host that outlives the result.
    pub(super) unsafe fn new(real: *const clap_host) -> Self {
        Self {
            shown: clap_host {
                get_extension: Some(get_extension),
                request_restart: Some(request_restart),
                request_process: Some(request_process),
                request_callback: Some(request_callback),
                // SAFETY: the caller's promise. Names and version are the real host's.
                ..unsafe { *real }
            },
            real,
            tables: HostTables::default(),
            threads: Threads::new(),
            is_activating: AtomicBool::new(false),
        }
    }

    /// Lets what is shown know where it belongs.
    pub(super) fn settle(self: &mut Box<Self>) {
        let this: *mut Self = &mut **self;
        self.shown.host_data = this.cast();
    }

    /// [main-thread] Looks for the real host's tables; allowed from `init` on.
    pub(super) fn find_tables(&mut self) {
        self.tables = HostTables {
            gui: self.table(&[CLAP_EXT_GUI]),
            params: self.table(&[CLAP_EXT_PARAMS]),
            latency: self.table(&[CLAP_EXT_LATENCY]),
            track: self.table(&[CLAP_EXT_TRACK_INFO, CLAP_EXT_TRACK_INFO_COMPAT]),
            threads: self.table(&[CLAP_EXT_THREAD_CHECK]),
            menu: self.table(&[CLAP_EXT_CONTEXT_MENU, CLAP_EXT_CONTEXT_MENU_COMPAT]),
            presets: self.table(&[CLAP_EXT_PRESET_LOAD, CLAP_EXT_PRESET_LOAD_COMPAT]),
        };
    }

    fn table<T>(&self, ids: &[&CStr]) -> Option<&'static T> {
        // SAFETY: the real host lives as long as this.
        let get = unsafe { (*self.real).get_extension }?;
        ids.iter().find_map(|id| {
            // SAFETY: the host's function with the host; a host's table of this id has this type, and stays while plugins of the
            // host do. It is called `static` because it outlives everything that is made of it here.
            unsafe { get(self.real, id.as_ptr()).cast::<T>().as_ref() }
        })
    }

    /// [thread-safe] Asks for a call on the main thread.
    pub(super) fn request_callback(&self) {
        // SAFETY: the real host's function with the real host.
        unsafe { (*self.real).request_callback.inspect(|request| request(self.real)) };
    }

    /// [thread-safe] Asks to be activated anew.
    pub(super) fn request_restart(&self) {
        // SAFETY: as above.
        unsafe { (*self.real).request_restart.inspect(|request| request(self.real)) };
    }

    /// [main-thread] Tells that values have changed by themselves.
    pub(super) fn rescan_values(&self) {
        real!(self, params, rescan(CLAP_PARAM_RESCAN_VALUES), ());
    }
}

/// What the framework's host pointer belongs to.
///
/// # Safety
///
/// `host` is [`FacedHost::shown`] of one that is settled and alive.
unsafe fn of<'a>(host: *const clap_host) -> &'a FacedHost {
    // SAFETY: the caller's promise; `settle` wrote the pointer.
    unsafe { &*(*host).host_data.cast::<FacedHost>() }
}

/// A function that the framework calls of its host; the body has the [`FacedHost`].
macro_rules! faced {
    ($(fn $name:ident($host:ident $(, $argument:ident: $type:ty)*) $(-> $result:ty)? $body:block)*) => {$(
        unsafe extern "C" fn $name(host: *const clap_host $(, $argument: $type)*) $(-> $result)? {
            // SAFETY: the framework gives the host that it was made with, which lives as long as it does.
            let $host = unsafe { of(host) };
            $body
        }
    )*};
}

faced! {
    fn request_restart(host) {
        if !host.is_activating.load(Relaxed) {
            host.request_restart();
        }
    }
    fn request_process(host) {
        // SAFETY: the real host's function with the real host.
        unsafe { (*host.real).request_process.inspect(|request| request(host.real)) };
    }
    fn request_callback(host) { host.request_callback() }
    fn resize_hints_changed(host) { real!(host, gui, resize_hints_changed(), ()) }
    fn request_resize(host, width: u32, height: u32) -> bool {
        real!(host, gui, request_resize(width, height), false)
    }
    fn request_show(host) -> bool { real!(host, gui, request_show(), false) }
    fn request_hide(host) -> bool { real!(host, gui, request_hide(), false) }
    fn closed(host, was_destroyed: bool) { real!(host, gui, closed(was_destroyed), ()) }
    fn rescan(host, flags: u32) { real!(host, params, rescan(flags), ()) }
    fn clear(host, id: u32, flags: u32) { real!(host, params, clear(id, flags), ()) }
    fn request_flush(host) { real!(host, params, request_flush(), ()) }
    // The edge tells it: see `instance::activate`.
    fn latency_changed(_host) {}
    fn track(host, info: *mut clap_track_info) -> bool { real!(host, track, get(info), false) }
    fn is_main_thread(host) -> bool {
        if host.threads.has_window() {
            return host.threads.owns_window();
        }
        real!(host, threads, is_main_thread(), host.threads.is_creator())
    }
    fn is_audio_thread(host) -> bool { real!(host, threads, is_audio_thread(), false) }
}

static GUI: clap_host_gui = clap_host_gui {
    resize_hints_changed: Some(resize_hints_changed),
    request_resize: Some(request_resize),
    request_show: Some(request_show),
    request_hide: Some(request_hide),
    closed: Some(closed),
};
static PARAMS: clap_host_params =
    clap_host_params { rescan: Some(rescan), clear: Some(clear), request_flush: Some(request_flush) };
static LATENCY: clap_host_latency = clap_host_latency { changed: Some(latency_changed) };
static TRACK: clap_host_track_info = clap_host_track_info { get: Some(track) };
static THREADS: clap_host_thread_check =
    clap_host_thread_check { is_main_thread: Some(is_main_thread), is_audio_thread: Some(is_audio_thread) };

unsafe extern "C" fn get_extension(host: *const clap_host, id: *const c_char) -> *const c_void {
    // SAFETY: as in `faced`.
    let host = unsafe { of(host) };
    // SAFETY: the framework gives constants.
    match unsafe { CStr::from_ptr(id) } {
        id if id == CLAP_EXT_GUI => (&raw const GUI).cast(),
        id if id == CLAP_EXT_PARAMS => (&raw const PARAMS).cast(),
        id if id == CLAP_EXT_LATENCY => (&raw const LATENCY).cast(),
        id if id == CLAP_EXT_TRACK_INFO && host.tables.track.is_some() => (&raw const TRACK).cast(),
        id if id == CLAP_EXT_THREAD_CHECK => (&raw const THREADS).cast(),
        _ => null(),
    }
}
