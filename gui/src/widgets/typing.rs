//! A value while it is typed in a number's place.

use crate::host::Host;
use crate::theme;
use crate::view::View;
use egui::{Event, Id, Key, Rect, Response, TextEdit, Ui};
use lacquer_params::{ParameterError, ParameterInfo};

/// What is typed so far.
#[derive(Clone, Default)]
struct Typing(String);

/// What the keys of one picture come to.
enum Typed {
    /// A text to go on with, all of it chosen or the cursor behind it.
    Begun { text: String, is_chosen: bool },
    /// Typed and confirmed.
    Done(String),
}

/// Begins to type if a focused number gets Enter, a digit or a pasted text. Whatever else was typed before the next picture belongs to it:
/// pictures may take longer than keys.
pub(super) fn begin(ui: &Ui, response: &Response, host: &Host, info: &ParameterInfo, view: &mut View) {
    if !response.has_focus() {
        return;
    }
    match ui.input(|input| typed(&input.events, || host.tree.text(&info.id).unwrap_or_default())) {
        None => return,
        Some(Typed::Begun { text, is_chosen }) => start(ui, response.id, text, is_chosen),
        Some(Typed::Done(text)) => set(host, info, &text, view),
    }
    // Letters among it are no shortcuts.
    view.typed = true;
}

/// Reads the keys in their order.
fn typed(events: &[Event], shown: impl FnOnce() -> String) -> Option<Typed> {
    let mut text: Option<String> = None;
    for event in events {
        match (event, &mut text) {
            (Event::Text(more), Some(text)) => text.push_str(more),
            (Event::Text(first), none) if first.starts_with(|c: char| "0123456789+-.".contains(c)) => {
                *none = Some(first.clone());
            }
            (Event::Paste(pasted), None) => {
                return Some(Typed::Begun { text: pasted.clone(), is_chosen: true });
            }
            (Event::Key { key: Key::Backspace, pressed: true, .. }, Some(text)) => drop(text.pop()),
            (Event::Key { key: Key::Escape, pressed: true, .. }, Some(_)) => text = None,
            (Event::Key { key: Key::Enter, pressed: true, .. }, begun) => {
                return Some(match begun.take() {
                    Some(text) => Typed::Done(text),
                    None => Typed::Begun { text: shown(), is_chosen: true },
                });
            }
            _ => {}
        }
    }
    text.map(|text| Typed::Begun { text, is_chosen: false })
}

/// Begins to type in the number `id`, with a text to begin with. The field has the focus before it is drawn first, so that no key is lost.
pub(super) fn start(ui: &Ui, id: Id, text: String, is_chosen: bool) {
    let edit = edit_of(id);
    place_cursor(ui, edit, &text, is_chosen);
    ui.data_mut(|data| data.insert_temp(id, Typing(text)));
    ui.memory_mut(|memory| memory.request_focus(edit));
    ui.ctx().request_repaint();
}

/// The field of a number.
fn edit_of(id: Id) -> Id {
    id.with("edit")
}

/// Sets what was typed, or says why it is no value.
fn set(host: &Host, info: &ParameterInfo, text: &str, view: &mut View) {
    view.problem = host.set_text(&info.id, text).err().map(|error| told(&error, host, info));
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
    let area = Rect::from_center_size(rect.center(), egui::vec2(rect.width() - 4.0, theme::CONTROL_HEIGHT));
    let edit = TextEdit::singleline(&mut typing.0)
        .id(edit_of(id))
        .font(theme::value_font())
        .desired_width(area.width());
    let response = ui.put(area, edit);
    let (enter, escape) = ui.input(|input| (input.key_pressed(Key::Enter), input.key_pressed(Key::Escape)));
    if enter {
        set(host, info, &typing.0, view);
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

/// What is chosen is replaced by what is typed next.
fn place_cursor(ui: &Ui, edit: Id, text: &str, is_chosen: bool) {
    let mut state = egui::text_edit::TextEditState::load(ui.ctx(), edit).unwrap_or_default();
    let end = egui::text::CCursor::new(text.chars().count());
    let start = if is_chosen { egui::text::CCursor::default() } else { end };
    state.cursor.set_char_range(Some(egui::text::CCursorRange::two(start, end)));
    state.store(ui.ctx(), edit);
}
