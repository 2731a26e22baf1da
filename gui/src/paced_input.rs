//! One click of a button a picture: what comes after it waits for the next one.
//!
//! A fast drag is pressed, moved and let go between two pictures. egui looks for what was hit where the pointer is at last, so that the
//! drag would begin elsewhere, or be none. Here the button goes down in one picture, the pointer moves in the next, and the button goes up
//! in one of its own: a click is two pictures. What waits keeps its time: two clicks are a double-click if they were made as one, however long pictures take.

use egui::{Context, Event, Plugin, RawInput};
use std::collections::VecDeque;

/// Time that passes at least between two pictures, s.
const LEAST_S: f64 = 1e-4;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct PacedInput {
    /// What waits, and when it came, s.
    waiting: VecDeque<(Event, f64)>,
    /// Time of the last picture, s.
    last_s: f64,
}

impl Plugin for PacedInput {
    fn debug_name(&self) -> &'static str {
        "paced input"
    }

    fn input_hook(&mut self, context: &Context, input: &mut RawInput) {
        let now_s = input.time.unwrap_or(self.last_s + f64::from(input.predicted_dt));
        self.waiting.extend(input.events.drain(..).map(|event| (event, now_s)));
        let mut events = self.waiting.iter().map(|(event, _)| event);
        let count = match events.position(|event| matches!(event, Event::PointerButton { .. })) {
            // It goes down where the pointer came to; what comes after that is a picture later.
            Some(place) if matches!(self.waiting[place].0, Event::PointerButton { pressed: true, .. }) => {
                place + 1
            }
            // It goes up alone: what was moved before it is still part of the drag.
            Some(place) => place.max(1),
            None => self.waiting.len(),
        };
        let came_s = self.waiting.front().map_or(now_s, |(_, came_s)| *came_s);
        input.events.extend(self.waiting.drain(..count).map(|(event, _)| event));
        self.last_s = came_s.max(self.last_s + LEAST_S);
        input.time = Some(self.last_s);
        if !self.waiting.is_empty() {
            context.request_repaint();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::{Modifiers, PointerButton, Pos2, Rect, Sense, pos2, vec2};

    const AT: Pos2 = pos2(50.0, 50.0);

    fn button(pressed: bool) -> Event {
        Event::PointerButton { pos: AT, button: PointerButton::Primary, pressed, modifiers: Modifiers::NONE }
    }

    /// Clicks and double-clicks that are counted when pictures take so long and these events come with each.
    fn counted(picture_s: f64, events: &[Vec<Event>]) -> [usize; 2] {
        let context = Context::default();
        context.add_plugin(PacedInput::default());
        let mut counts = [0; 2];
        for n in 0..events.len() + 8 {
            let input = RawInput {
                screen_rect: Some(Rect::from_min_size(Pos2::ZERO, vec2(100.0, 100.0))),
                time: Some(1.0 + picture_s * n as f64),
                events: events.get(n).cloned().unwrap_or_default(),
                ..RawInput::default()
            };
            let _ = context.run_ui(input, |ui| {
                let response = ui.interact(ui.max_rect(), egui::Id::unique("pad"), Sense::click());
                counts[0] += usize::from(response.clicked());
                counts[1] += usize::from(response.double_clicked());
            });
        }
        counts
    }

    #[test]
    fn two_clicks_within_a_slow_picture_are_a_double_click() {
        let pointed = vec![Event::PointerMoved(AT)];
        let clicks = vec![button(true), button(false), button(true), button(false)];
        for picture_s in [0.008, 0.06, 0.2] {
            assert_eq!(counted(picture_s, &[pointed.clone(), clicks.clone()]), [2, 1], "{picture_s} s");
        }
        // As they come where pictures are slower than fingers.
        let apart = [pointed.clone(), vec![button(true)], clicks[1..].to_vec()];
        assert_eq!(counted(0.15, &apart), [2, 1]);
    }

    #[test]
    fn two_clicks_half_a_second_apart_are_two() {
        let click = vec![button(true), button(false)];
        let mut events = vec![vec![Event::PointerMoved(AT)], click.clone()];
        events.extend([const { Vec::new() }; 2]);
        events.push(click);
        assert_eq!(counted(0.2, &events), [2, 0]);
    }
}
