//! Values as gestures that the host sees: begin, set, end.

use lacquer_params::{ParameterError, Preset, PresetError, Tree};
use nice_plug::context::gui::GuiContext;

/// The parameters of one instance and the host that has to hear of every change.
pub(crate) struct Host<'a> {
    pub context: &'a GuiContext,
    pub tree: &'a Tree,
}

impl Host<'_> {
    /// A change begins, such as a drag.
    pub fn begin(&self, id: &str) {
        if let Some(pointer) = self.tree.pointer(id) {
            // SAFETY: the tree holds the parameters that the framework was given, so the pointer is one that it knows.
            unsafe { self.context.raw_begin_set_parameter(pointer) };
        }
    }

    /// Sets a fraction of the travel; between `begin` and `end`.
    pub fn set_normalized(&self, id: &str, normalized: f32) {
        if let Some(pointer) = self.tree.pointer(id) {
            // SAFETY: as in `begin`.
            unsafe { self.context.raw_set_parameter_normalized(pointer, normalized.clamp(0.0, 1.0)) };
        }
    }

    /// The change is over.
    pub fn end(&self, id: &str) {
        if let Some(pointer) = self.tree.pointer(id) {
            // SAFETY: as in `begin`.
            unsafe { self.context.raw_end_set_parameter(pointer) };
        }
    }

    /// Sets a plain value in one gesture.
    pub fn set_plain(&self, id: &str, plain: f64) {
        if let Ok(normalized) = self.tree.normalize(id, plain) {
            self.begin(id);
            self.set_normalized(id, normalized);
            self.end(id);
        }
    }

    /// Sets what was typed, in one gesture.
    pub fn set_text(&self, id: &str, text: &str) -> Result<(), ParameterError> {
        self.set_plain(id, self.tree.parse(id, text)?);
        Ok(())
    }

    /// Sets the default, in one gesture.
    pub fn reset(&self, id: &str) {
        if let Some(info) = self.tree.info(id) {
            self.set_plain(id, info.default);
        }
    }

    /// Applies a preset, a gesture for each parameter that it changes.
    pub fn apply(&self, preset: &Preset) -> Result<(), PresetError> {
        for (id, plain) in preset.values(self.tree)? {
            if self.tree.plain(&id) != Ok(plain) {
                self.set_plain(&id, plain);
            }
        }
        Ok(())
    }
}
