//! A CLAP host over the bare C tables: it can break every rule that a safe host keeps for itself. Whoever uses it answers for what
//! it passes; everything but [`Plugin::process`] is called where a host would call it.

// Each test file that takes this in uses a part of it.
#![allow(dead_code)]
// All of it is a test: what is not there ends it.
#![allow(clippy::unwrap_used)]

pub mod child;
pub mod events;

use clap_sys::audio_buffer::clap_audio_buffer;
use clap_sys::entry::clap_plugin_entry;
use clap_sys::events::clap_event_transport;
use clap_sys::ext::gui::{CLAP_EXT_GUI, clap_host_gui, clap_plugin_gui};
use clap_sys::ext::latency::{CLAP_EXT_LATENCY, clap_host_latency, clap_plugin_latency};
use clap_sys::ext::params::{CLAP_EXT_PARAMS, clap_host_params, clap_param_info, clap_plugin_params};
use clap_sys::ext::state::{CLAP_EXT_STATE, clap_plugin_state};
use clap_sys::factory::plugin_factory::{CLAP_PLUGIN_FACTORY_ID, clap_plugin_factory};
use clap_sys::host::clap_host;
use clap_sys::plugin::clap_plugin;
use clap_sys::process::clap_process;
use clap_sys::stream::{clap_istream, clap_ostream};
use clap_sys::version::CLAP_VERSION;
use events::{Event, Events, discarding};
use std::ffi::{CStr, CString, c_char, c_void};
use std::path::Path;
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

/// The loaded bundle.
pub struct Module {
    library: libloading::Library,
    factory: *const clap_plugin_factory,
}

impl Module {
    /// Loads and initialises it.
    pub fn load(path: &Path) -> Self {
        let library = unsafe { libloading::Library::new(path) }.unwrap();
        let path = CString::new(path.to_str().unwrap()).unwrap();
        let entry = Self::entry_of(&library);
        assert!(unsafe { entry.init.unwrap()(path.as_ptr()) });
        let factory = unsafe { entry.get_factory.unwrap()(CLAP_PLUGIN_FACTORY_ID.as_ptr()) };
        assert!(!factory.is_null());
        Self { library, factory: factory.cast() }
    }

    fn entry_of(library: &libloading::Library) -> &clap_plugin_entry {
        unsafe { &**library.get::<*const clap_plugin_entry>(b"clap_entry\0").unwrap() }
    }

    /// A factory of the entry's.
    pub fn factory<T>(&self, id: &CStr) -> Option<&T> {
        let entry = Self::entry_of(&self.library);
        unsafe { entry.get_factory.unwrap()(id.as_ptr()).cast::<T>().as_ref() }
    }

    /// Ends it.
    pub fn unload(self) {
        unsafe { Self::entry_of(&self.library).deinit.unwrap()() };
        self.library.close().unwrap();
    }
}

/// What a host offers, and what it heard. It stays where it is as long as a plugin has it.
pub struct Host {
    raw: clap_host,
    /// Whether it has any extension.
    has_extensions: bool,
    /// How often it was asked for a restart, a callback, a rescan of values, and told of a latency.
    pub restarts: AtomicU32,
    pub callbacks: AtomicU32,
    pub rescans: AtomicU32,
    pub latencies: AtomicU32,
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
    if !unsafe { host(raw) }.has_extensions {
        return null();
    }
    match unsafe { CStr::from_ptr(id) } {
        id if id == CLAP_EXT_GUI => (&raw const GUI).cast(),
        id if id == CLAP_EXT_PARAMS => (&raw const PARAMS).cast(),
        id if id == CLAP_EXT_LATENCY => (&raw const LATENCY).cast(),
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
        });
        let data: *mut Self = &mut *this;
        this.raw.host_data = data.cast();
        this
    }
}

/// A parameter as the host sees it.
#[derive(Debug, Clone)]
pub struct Parameter {
    pub id: u32,
    pub flags: u32,
    pub name: String,
    pub highest: f64,
    pub default: f64,
}

/// An instance.
pub struct Plugin {
    raw: *const clap_plugin,
    pub host: Box<Host>,
    pub parameters: Vec<Parameter>,
}

/// Calls one of the plugin's own functions.
macro_rules! call {
    ($plugin:expr, $function:ident($($argument:expr),*)) => {
        unsafe { (*$plugin.raw).$function.unwrap()($plugin.raw $(, $argument)*) }
    };
}

/// Calls a function of one of its tables.
#[macro_export]
macro_rules! ext {
    ($plugin:expr, $table:ty, $id:expr, $function:ident($($argument:expr),*)) => {{
        let table = $plugin.table::<$table>($id).expect("the table");
        #[allow(unused_unsafe, clippy::macro_metavars_in_unsafe, reason = "whatever a host may hand over is tried")]
        unsafe { table.$function.expect("the function")($plugin.raw() $(, $argument)*) }
    }};
}

impl Plugin {
    /// Makes one and initialises it.
    pub fn new(module: &Module, host: Box<Host>) -> Self {
        let mut this = Self::raw_of(module, host);
        assert!(call!(this, init()));
        this.parameters = this.infos();
        this
    }

    /// Makes one and no more.
    pub fn raw_of(module: &Module, host: Box<Host>) -> Self {
        let factory = module.factory;
        let raw = unsafe {
            let descriptor = (*factory).get_plugin_descriptor.unwrap()(factory, 0);
            (*factory).create_plugin.unwrap()(factory, &host.raw, (*descriptor).id)
        };
        assert!(!raw.is_null());
        Self { raw, host, parameters: Vec::new() }
    }

    /// Its pointer.
    pub fn raw(&self) -> *const clap_plugin {
        self.raw
    }

    /// One of its tables.
    pub fn table<T>(&self, id: &CStr) -> Option<&T> {
        unsafe { (*self.raw).get_extension.unwrap()(self.raw, id.as_ptr()).cast::<T>().as_ref() }
    }

    fn infos(&self) -> Vec<Parameter> {
        let count = ext!(self, clap_plugin_params, CLAP_EXT_PARAMS, count());
        (0..count)
            .map(|index| {
                let info = self.info(index).unwrap();
                let name = unsafe { CStr::from_ptr(info.name.as_ptr()) }.to_string_lossy().into_owned();
                Parameter {
                    id: info.id,
                    flags: info.flags,
                    name,
                    highest: info.max_value,
                    default: info.default_value,
                }
            })
            .collect()
    }

    /// What a parameter's info is, by index.
    pub fn info(&self, index: u32) -> Option<clap_param_info> {
        let mut info: clap_param_info = unsafe { std::mem::zeroed() };
        ext!(self, clap_plugin_params, CLAP_EXT_PARAMS, get_info(index, &mut info)).then_some(info)
    }

    /// A parameter by its name.
    pub fn named(&self, name: &str) -> &Parameter {
        self.parameters.iter().find(|parameter| parameter.name == name).unwrap_or_else(|| panic!("no {name}"))
    }

    /// A parameter's value.
    pub fn value(&self, id: u32) -> Option<f64> {
        let mut value = f64::NAN;
        ext!(self, clap_plugin_params, CLAP_EXT_PARAMS, get_value(id, &mut value)).then_some(value)
    }

    /// The value of the parameter of a name.
    pub fn value_of(&self, name: &str) -> f64 {
        self.value(self.named(name).id).unwrap()
    }

    /// Sets values outside of `process`.
    pub fn flush(&self, events: &[Event]) {
        let list = Events::new(events);
        ext!(self, clap_plugin_params, CLAP_EXT_PARAMS, flush(list.raw(), &discarding()));
    }

    /// Sets the parameter of a name.
    pub fn set(&self, name: &str, value: f64) {
        self.flush(&[Event::value(0, self.named(name).id, value)]);
    }

    pub fn init(&self) -> bool {
        call!(self, init())
    }

    pub fn activate(&self, rate: f64, least: u32, most: u32) -> bool {
        call!(self, activate(rate, least, most))
    }

    pub fn deactivate(&self) {
        call!(self, deactivate())
    }

    pub fn start(&self) -> bool {
        call!(self, start_processing())
    }

    pub fn stop(&self) {
        call!(self, stop_processing())
    }

    pub fn reset(&self) {
        call!(self, reset())
    }

    pub fn on_main_thread(&self) {
        call!(self, on_main_thread())
    }

    /// Activated at `rate`, and processing.
    pub fn running(module: &Module, rate: f64, most: u32) -> Self {
        let this = Self::new(module, Host::new(true));
        assert!(this.activate(rate, 1, most) && this.start());
        this
    }

    pub fn latency(&self) -> usize {
        ext!(self, clap_plugin_latency, CLAP_EXT_LATENCY, get()) as usize
    }

    /// One call with whatever rows and ports.
    pub fn process_ports(
        &self,
        frames: u32,
        inputs: &[clap_audio_buffer],
        outputs: &mut [clap_audio_buffer],
        events: &[Event],
        transport: Option<&clap_event_transport>,
    ) -> i32 {
        let (list, out) = (Events::new(events), discarding());
        let process = clap_process {
            steady_time: -1,
            frames_count: frames,
            transport: transport.map_or(null(), |transport| transport),
            audio_inputs: inputs.as_ptr(),
            audio_outputs: outputs.as_mut_ptr(),
            audio_inputs_count: inputs.len() as u32,
            audio_outputs_count: outputs.len() as u32,
            in_events: list.raw(),
            out_events: &out,
        };
        call!(self, process(&process))
    }

    /// One call with one port of these rows on each side; the output's mask is set before, and given back.
    pub fn process_rows(
        &self,
        frames: usize,
        ins: &mut [*mut f32],
        outs: &mut [*mut f32],
        events: &[Event],
    ) -> (i32, u64) {
        let input = port(ins);
        let mut outputs = [clap_audio_buffer { constant_mask: u64::MAX, ..port(outs) }];
        let status = self.process_ports(frames as u32, &[input], &mut outputs, events, None);
        (status, outputs[0].constant_mask)
    }

    /// One block of two channels, not in place.
    pub fn process(&self, input: &[[f32; 2]], events: &[Event]) -> (Vec<[f32; 2]>, i32, u64) {
        let mut ins = [0, 1].map(|c| input.iter().map(|frame| frame[c]).collect::<Vec<_>>());
        // What a host forgot in its buffers is not to be heard.
        let mut outs = [vec![7.0_f32; input.len()], vec![7.0_f32; input.len()]];
        let (status, mask) = self.process_rows(
            input.len(),
            &mut ins.each_mut().map(|row| row.as_mut_ptr()),
            &mut outs.each_mut().map(|row| row.as_mut_ptr()),
            events,
        );
        let frames = outs[0].iter().zip(&outs[1]).map(|(left, right)| [*left, *right]).collect();
        (frames, status, mask)
    }

    /// Its state.
    pub fn save(&self) -> Vec<u8> {
        unsafe extern "C" fn write(stream: *const clap_ostream, data: *const c_void, size: u64) -> i64 {
            unsafe {
                let bytes = std::slice::from_raw_parts(data.cast::<u8>(), size as usize);
                (*(*stream).ctx.cast::<Vec<u8>>()).extend_from_slice(bytes);
            }
            size as i64
        }
        let mut bytes = Vec::<u8>::new();
        let stream = clap_ostream { ctx: (&raw mut bytes).cast(), write: Some(write) };
        assert!(ext!(self, clap_plugin_state, CLAP_EXT_STATE, save(&stream)));
        bytes
    }

    /// Gives a state back, whatever it is.
    pub fn load(&self, bytes: &[u8]) -> bool {
        let mut reader = Reader(bytes);
        ext!(self, clap_plugin_state, CLAP_EXT_STATE, load(&reader.stream()))
    }

    /// Calls a function of its window's table.
    pub fn gui(&self) -> &clap_plugin_gui {
        self.table::<clap_plugin_gui>(CLAP_EXT_GUI).unwrap()
    }

    /// Opens its window, under whatever the host puts it later.
    pub fn open(&self) -> bool {
        unsafe { self.gui().create.unwrap()(self.raw, c"x11".as_ptr(), false) }
    }

    /// Closes its window.
    pub fn close(&self) {
        unsafe { self.gui().destroy.unwrap()(self.raw) };
    }

    /// Ends it.
    pub fn destroy(self) {
        call!(self, destroy());
    }
}

/// A port of some rows.
pub fn port(rows: &mut [*mut f32]) -> clap_audio_buffer {
    clap_audio_buffer {
        data32: rows.as_mut_ptr(),
        data64: null_mut(),
        channel_count: rows.len() as u32,
        latency: 0,
        constant_mask: 0,
    }
}

/// Bytes as a host's stream.
pub struct Reader<'a>(pub &'a [u8]);

impl Reader<'_> {
    /// The stream; valid while this is.
    pub fn stream(&mut self) -> clap_istream {
        unsafe extern "C" fn read(stream: *const clap_istream, data: *mut c_void, size: u64) -> i64 {
            let reader = unsafe { &mut *(*stream).ctx.cast::<Reader>() };
            let count = reader.0.len().min(size as usize);
            unsafe { reader.0.as_ptr().copy_to_nonoverlapping(data.cast(), count) };
            reader.0 = &reader.0[count..];
            count as i64
        }
        clap_istream { ctx: (&raw mut *self).cast(), read: Some(read) }
    }
}
