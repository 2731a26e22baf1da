//! One click of a button a picture: what comes after it waits for the next one.
//!
//! A fast drag is pressed, moved and let go between two pictures. egui looks for what was hit where the pointer is at last, so that the
//! drag would begin elsewhere, or be none. Here the button goes down in one picture, the pointer moves in the next, and the button goes up
//! in one of its own.

use egui::{Context, Event, Plugin, RawInput};
use std::collections::VecDeque;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct PacedInput {
    waiting: VecDeque<Event>,
}

impl Plugin for PacedInput {
    fn debug_name(&self) -> &'static str {
        "paced input"
    }

    fn input_hook(&mut self, context: &Context, input: &mut RawInput) {
        self.waiting.extend(input.events.drain(..));
        let button = self.waiting.iter().position(|event| matches!(event, Event::PointerButton { .. }));
        // A button's event comes alone.
        let now = button.map_or(self.waiting.len(), |place| place.max(1));
        input.events.extend(self.waiting.drain(..now));
        if !self.waiting.is_empty() {
            context.request_repaint();
        }
    }
}
