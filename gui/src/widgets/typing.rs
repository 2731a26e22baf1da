//! A value while it is typed in a number's place.

use crate::host::Host;
use crate::theme;
use crate::view::View;
use egui::{Event, Id, Key, Rect, Response, TextEdit, Ui};
use lacquer_params::{ParameterError, ParameterInfo};

#[derive(Clone, Default)]
struct Typing {
    text: String,
    fresh: bool,
}

/// Begins to type if a focused number gets Enter, a digit or a pasted text.
pub(super) fn begin(ui: &Ui, response: &Response, host: &Host, id: &str) {
    if !response.has_focus() {
        return;
    }
    let begun = ui.input(|input| {
        if input.key_pressed(Key::Enter) {
            return Some(host.tree.text(id).unwrap_or_default());
        }
        input.events.iter().find_map(|event| match event {
            Event::Paste(text) => Some(text.clone()),
            Event::Text(text) if text.starts_with(|first: char| "0123456789+-.".contains(first)) => {
                Some(text.clone())
            }
            _ => None,
        })
    });
    if let Some(text) = begun {
        start(ui, response.id, text);
    }
}

/// Begins to type in the number `id`, with a text to begin with.
pub(super) fn start(ui: &Ui, id: Id, text: String) {
    ui.data_mut(|data| data.insert_temp(id, Typing { text, fresh: true }));
    ui.ctx().request_repaint();
}

/// The field in which the number `id` is typed; false if it is not.
pub(super) fn typing_ui(
    ui: &mut Ui,
    rect: Rect,
    id: Id,
    host: &Host,
    info: &ParameterInfo,
    view: &mut View,
) -> bool {
    let Some(mut typing) = ui.data(|data| data.get_temp::<Typing>(id)) else { return false };
    let edit_id = id.with("edit");
    let area = Rect::from_center_size(rect.center(), egui::vec2(rect.width() - 4.0, theme::CONTROL_HEIGHT));
    let edit = TextEdit::singleline(&mut typing.text)
        .id(edit_id)
        .font(theme::value_font())
        .desired_width(area.width());
    let response = ui.put(area, edit);
    if typing.fresh {
        typing.fresh = false;
        response.request_focus();
        select_all(ui, edit_id, &typing.text);
    }
    let (enter, escape) = ui.input(|input| (input.key_pressed(Key::Enter), input.key_pressed(Key::Escape)));
    if enter {
        view.problem = host.set_text(&info.id, &typing.text).err().map(|error| told(&error, host, info));
    }
    if enter || escape || response.lost_focus() {
        ui.data_mut(|data| data.remove::<Typing>(id));
        // Tab goes on from here.
        ui.memory_mut(|memory| memory.request_focus(id));
    } else {
        ui.data_mut(|data| data.insert_temp(id, typing));
    }
    view.hint = format!("{}: Enter sets, Escape leaves it.", info.name);
    true
}

/// Why what was typed is no value, in the words of the panel.
fn told(error: &ParameterError, host: &Host, info: &ParameterInfo) -> String {
    let unit = if info.unit.is_empty() { String::new() } else { format!(" {}", info.unit) };
    match error {
        ParameterError::OutOfRange { min, max, .. } => {
            format!("{} goes from {min} to {max}{unit}.", info.name)
        }
        _ => {
            let example = host.text(&info.id);
            let number = example.split(' ').next().unwrap_or_default();
            format!("{}: type a number, e.g. {number}", info.name)
        }
    }
}

/// What stands there is replaced by what is typed, unless typing began with a digit.
fn select_all(ui: &Ui, id: Id, text: &str) {
    let mut state = egui::text_edit::TextEditState::load(ui.ctx(), id).unwrap_or_default();
    let end = egui::text::CCursor::new(text.chars().count());
    let start = if text.chars().count() == 1 { end } else { egui::text::CCursor::default() };
    state.cursor.set_char_range(Some(egui::text::CCursorRange::two(start, end)));
    state.store(ui.ctx(), id);
}
