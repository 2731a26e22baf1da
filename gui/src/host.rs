//! Values as gestures that the host sees: begin, set, end.

use crate::history::{History, Return, Taken};
use crate::scale::as_shown;
use crate::status::Status;
use lacquer_params::{Library, ParameterError, Session, Tree};
use nice_plug::context::gui::GuiContext;
use nice_plug::prelude::ParamPtr;
use std::cell::RefCell;
use std::sync::PoisonError;

/// Who has to hear of every change: the plugin's host, or a test.
pub trait Gestures {
    /// A change begins, such as a drag.
    fn begin(&self, id: &str, parameter: ParamPtr);
    /// A fraction of the travel is set; between `begin` and `end`.
    fn set_normalized(&self, id: &str, parameter: ParamPtr, normalized: f32);
    /// The change is over.
    fn end(&self, id: &str, parameter: ParamPtr);
}

impl Gestures for GuiContext {
    fn begin(&self, _: &str, parameter: ParamPtr) {
        // SAFETY: the tree holds the parameters that the framework was given, so the pointer is one that it knows.
        unsafe { self.raw_begin_set_parameter(parameter) };
    }

    fn set_normalized(&self, _: &str, parameter: ParamPtr, normalized: f32) {
        // SAFETY: as in `begin`.
        unsafe { self.raw_set_parameter_normalized(parameter, normalized) };
    }

    fn end(&self, _: &str, parameter: ParamPtr) {
        // SAFETY: as in `begin`.
        unsafe { self.raw_end_set_parameter(parameter) };
    }
}

/// The parameters of one instance and who hears of their changes.
pub(crate) struct Host<'a> {
    pub gestures: &'a dyn Gestures,
    pub tree: &'a Tree,
    pub history: &'a RefCell<History>,
    pub library: &'a Library,
    pub status: &'a Status,
}

impl Host<'_> {
    /// A change begins, such as a drag.
    pub fn begin(&self, id: &str) {
        if let Some(parameter) = self.tree.pointer(id) {
            self.history.borrow_mut().begin(id, self.tree.normalized(id).unwrap_or_default());
            self.gestures.begin(id, parameter);
        }
    }

    /// Sets a fraction of the travel; between `begin` and `end`.
    pub fn set_normalized(&self, id: &str, normalized: f32) {
        if let Some(parameter) = self.tree.pointer(id) {
            let normalized = normalized.clamp(0.0, 1.0);
            self.history.borrow_mut().moved(id, normalized);
            self.gestures.set_normalized(id, parameter, normalized);
        }
    }

    /// The change is over.
    pub fn end(&self, id: &str) {
        if let Some(parameter) = self.tree.pointer(id) {
            self.gestures.end(id, parameter);
            self.history.borrow_mut().end();
        }
    }

    /// Takes the last step back.
    pub fn undo(&self) {
        self.replay(History::undo);
    }

    /// Does again what was undone last.
    pub fn redo(&self) {
        self.replay(History::redo);
    }

    fn replay(&self, step: fn(&mut History, Taken) -> Return) {
        let now = self.session(Taken::of);
        let (places, preset) = step(&mut self.history.borrow_mut(), now);
        self.go_to(&places);
        if let Some(preset) = preset {
            self.edit_session(|session| preset.restore(session));
        }
    }

    /// Sets plain values without making a step of it.
    pub fn set_silently(&self, values: &[(String, f64)]) {
        self.history.borrow_mut().replays = true;
        self.set_all(values);
        self.history.borrow_mut().replays = false;
    }

    /// Moves parameters without making a step of it.
    fn go_to(&self, places: &[(String, f32)]) {
        self.history.borrow_mut().replays = true;
        for (id, normalized) in places {
            self.set(id, *normalized);
        }
        self.history.borrow_mut().replays = false;
    }

    /// Sets a fraction of the travel in one gesture.
    pub fn set(&self, id: &str, normalized: f32) {
        self.begin(id);
        self.set_normalized(id, normalized);
        self.end(id);
    }

    /// Whether the mix passes the chain by, in the bounce too.
    pub fn is_bypassed(&self) -> bool {
        self.tree.plain("bypass") == Ok(1.0)
    }

    /// A parameter's value as it is shown.
    pub fn text(&self, id: &str) -> String {
        as_shown(&self.tree.text(id).unwrap_or_default())
    }

    /// Sets a plain value in one gesture.
    pub fn set_plain(&self, id: &str, plain: f64) {
        if let Ok(normalized) = self.tree.normalize(id, plain) {
            self.set(id, normalized);
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

    /// Sets plain values, a gesture for each that changes.
    pub fn set_all(&self, values: &[(String, f64)]) {
        for (id, plain) in values {
            if self.tree.plain(id) != Ok(*plain) {
                self.set_plain(id, *plain);
            }
        }
    }

    /// Gives the step that this frame makes a name of its own.
    pub fn name_step(&self, name: &str) {
        self.history.borrow_mut().name(name);
    }

    /// Looks at what is kept with the session.
    pub fn session<T>(&self, look: impl FnOnce(&Session) -> T) -> T {
        // Whoever panicked while it held the lock has changed one field or none: it is as good as before.
        look(&self.tree.params().session.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes what is kept with the session.
    pub fn edit_session(&self, edit: impl FnOnce(&mut Session)) {
        edit(&mut self.tree.params().session.write().unwrap_or_else(PoisonError::into_inner));
    }
}
