//! The framework's plugin and its tables of functions.

use clap_sys::ext::audio_ports::{CLAP_EXT_AUDIO_PORTS, clap_plugin_audio_ports};
use clap_sys::ext::audio_ports_config::{CLAP_EXT_AUDIO_PORTS_CONFIG, clap_plugin_audio_ports_config};
use clap_sys::ext::gui::{CLAP_EXT_GUI, clap_plugin_gui};
use clap_sys::ext::latency::{CLAP_EXT_LATENCY, clap_plugin_latency};
use clap_sys::ext::params::{CLAP_EXT_PARAMS, clap_plugin_params};
use clap_sys::ext::remote_controls::{CLAP_EXT_REMOTE_CONTROLS, clap_plugin_remote_controls};
use clap_sys::ext::render::{CLAP_EXT_RENDER, clap_plugin_render};
use clap_sys::ext::state::{CLAP_EXT_STATE, clap_plugin_state};
use clap_sys::ext::tail::{CLAP_EXT_TAIL, clap_plugin_tail};
use clap_sys::ext::track_info::{CLAP_EXT_TRACK_INFO, clap_plugin_track_info};
use clap_sys::plugin::clap_plugin;
use std::ffi::CStr;

/// The framework's plugin and its tables, found in `init`.
pub(super) struct Framework {
    pub plugin: *const clap_plugin,
    pub params: Option<&'static clap_plugin_params>,
    pub gui: Option<&'static clap_plugin_gui>,
    pub state: Option<&'static clap_plugin_state>,
    pub ports: Option<&'static clap_plugin_audio_ports>,
    pub configs: Option<&'static clap_plugin_audio_ports_config>,
    pub latency: Option<&'static clap_plugin_latency>,
    pub tail: Option<&'static clap_plugin_tail>,
    pub controls: Option<&'static clap_plugin_remote_controls>,
    pub render: Option<&'static clap_plugin_render>,
    pub track: Option<&'static clap_plugin_track_info>,
}

impl Framework {
    /// The plugin alone, before `init`.
    pub(super) fn over(plugin: *const clap_plugin) -> Self {
        Self {
            plugin,
            params: None,
            gui: None,
            state: None,
            ports: None,
            configs: None,
            latency: None,
            tail: None,
            controls: None,
            render: None,
            track: None,
        }
    }

    /// Finds the tables, which the plugin has after `init`.
    pub(super) fn find_tables(&mut self) {
        *self = Self {
            plugin: self.plugin,
            params: self.table(CLAP_EXT_PARAMS),
            gui: self.table(CLAP_EXT_GUI),
            state: self.table(CLAP_EXT_STATE),
            ports: self.table(CLAP_EXT_AUDIO_PORTS),
            configs: self.table(CLAP_EXT_AUDIO_PORTS_CONFIG),
            latency: self.table(CLAP_EXT_LATENCY),
            tail: self.table(CLAP_EXT_TAIL),
            controls: self.table(CLAP_EXT_REMOTE_CONTROLS),
            render: self.table(CLAP_EXT_RENDER),
            track: self.table(CLAP_EXT_TRACK_INFO),
        };
    }

    fn table<T>(&self, id: &CStr) -> Option<&'static T> {
        // SAFETY: the framework's plugin with its own function. Its table of this id has this type and lies in the wrapper, which
        // goes with the edge, after everything that uses it.
        unsafe { (*self.plugin).get_extension?(self.plugin, id.as_ptr()).cast::<T>().as_ref() }
    }
}
