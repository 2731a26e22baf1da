//! A CLAP host over the bare C tables: it can break every rule that a safe host keeps for itself. Whoever uses it answers for what
//! it passes; everything but [`Plugin::process`] is called where a host would call it.

// Each test file that takes this in uses a part of it.
#![allow(dead_code)]
// All of it is a test: what is not there ends it.
#![allow(clippy::unwrap_used)]

mod block;
pub mod child;
pub mod events;
mod host;
mod state;

pub use block::port;
use clap_sys::entry::clap_plugin_entry;
use clap_sys::ext::gui::{CLAP_EXT_GUI, clap_plugin_gui};
use clap_sys::ext::latency::{CLAP_EXT_LATENCY, clap_plugin_latency};
use clap_sys::ext::params::{CLAP_EXT_PARAMS, clap_param_info, clap_plugin_params};
use clap_sys::factory::plugin_factory::{CLAP_PLUGIN_FACTORY_ID, clap_plugin_factory};
use clap_sys::plugin::clap_plugin;
use events::{Event, Events, discarding};
pub use host::Host;
pub use state::Reader;
use std::ffi::{CStr, CString};
use std::path::Path;

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

// SAFETY: CLAP lets `process` be called on another thread than the rest, and nothing else is called there.
unsafe impl Sync for Plugin {}

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
