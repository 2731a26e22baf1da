//! What a host would say to the plugin, and the editor to a host, where there is none.

use crate::LacquerPlugin;
use crate::Task;
use crate::handover::Handover;
use lacquer_params::{LacquerParams, Tree};
use nice_plug::context::process::SendEventError;
use nice_plug::plugin::ParamValue;
use nice_plug::prelude::{
    ActivateContext, GuiContextInner, Param, ParamPtr, Params, PluginApi, PluginNoteEvent, PluginState,
    ProcessContext, Transport,
};
use std::sync::Arc;

/// The editor's way to the parameters: what it sets holds at once, and what it needs another engine for is built on its own thread.
pub(super) struct EditorContext {
    tree: Tree,
    handover: Arc<Handover>,
}

impl EditorContext {
    /// Over the parameters of the one instance.
    pub fn new(params: &Arc<LacquerParams>, handover: &Arc<Handover>) -> Self {
        Self { tree: Tree::over(params.clone()), handover: handover.clone() }
    }
}

impl GuiContextInner for EditorContext {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Standalone
    }

    unsafe fn raw_begin_set_parameter(&self, _: ParamPtr) {}

    unsafe fn raw_set_parameter_normalized(&self, param: ParamPtr, normalized: f32) {
        // SAFETY: the caller's pointer is one of the parameters that `tree` holds; the value is an atomic.
        unsafe { param._internal_set_normalized_value(normalized) };
        self.handover.settle();
    }

    unsafe fn raw_end_set_parameter(&self, _: ParamPtr) {}

    fn get_state(&self) -> PluginState {
        let value = |pointer| {
            // SAFETY: `tree` holds what its pointers point to.
            unsafe {
                match pointer {
                    ParamPtr::FloatParam(p) => ParamValue::F32((*p).unmodulated_plain_value()),
                    ParamPtr::IntParam(p) => ParamValue::I32((*p).unmodulated_plain_value()),
                    ParamPtr::BoolParam(p) => ParamValue::Bool((*p).unmodulated_plain_value()),
                    ParamPtr::EnumParam(p) => match (*p).unmodulated_plain_id() {
                        Some(id) => ParamValue::String(id.to_owned()),
                        None => ParamValue::I32((*p).unmodulated_plain_value()),
                    },
                }
            }
        };
        PluginState {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            params: self.tree.pointers().map(|(id, pointer)| (id.to_owned(), value(pointer))).collect(),
            fields: self.tree.params().serialize_fields(),
        }
    }

    fn set_state(&self, mut state: PluginState) {
        if lacquer_params::migrate::filter(&mut state).is_err() {
            return;
        }
        for (id, value) in &state.params {
            let plain = match value {
                ParamValue::F32(value) => f64::from(*value),
                ParamValue::I32(value) => f64::from(*value),
                ParamValue::Bool(value) => f64::from(u8::from(*value)),
                ParamValue::String(text) => match self.tree.parse(id, text) {
                    Ok(plain) => plain,
                    Err(_) => continue,
                },
            };
            // What this version does not know stays as it is.
            let _ = self.tree.set_plain(id, plain);
        }
        self.tree.params().deserialize_fields(&state.fields);
        self.handover.settle();
    }

    fn request_restart(&self) {
        self.handover.settle();
    }
}

/// While the chain is built: its latency matters to nobody.
pub(super) struct Building;

impl ActivateContext<LacquerPlugin> for Building {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Standalone
    }

    fn execute(&self, _: Task) {}

    fn set_latency_samples(&self, _: u32) {}

    fn set_current_voice_capacity(&self, _: u32) {}
}

/// [audio-thread] A block.
pub(super) struct Playing(pub Transport);

impl ProcessContext<LacquerPlugin> for Playing {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Standalone
    }

    fn execute_background(&self, _: Task) {}

    fn execute_gui(&self, _: Task) {}

    fn transport(&self) -> &Transport {
        &self.0
    }

    fn next_event(&mut self) -> Option<PluginNoteEvent<LacquerPlugin>> {
        None
    }

    fn try_send_event(
        &mut self,
        event: PluginNoteEvent<LacquerPlugin>,
    ) -> Result<(), (PluginNoteEvent<LacquerPlugin>, SendEventError)> {
        Err((event, SendEventError::NoOutputBuffer))
    }

    fn set_latency_samples(&self, _: u32) {}

    fn request_restart(&self) {}

    fn set_current_voice_capacity(&self, _: u32) {}
}
