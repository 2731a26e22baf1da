//! A number: label and value over a line that shows where it stands.
//!
//! Drag right or up for more, with Shift a tenth as fast; the wheel steps; double-click, Ctrl- or Cmd-click resets; a secondary click, or
//! Enter or a digit once it has the focus, lets a value be typed: "1.2k", "-6 dB", "off".

use crate::app::View;
use crate::host::Host;
use crate::theme;
use crate::widgets::missed;
use egui::{Align2, Event, Id, Key, Rect, Response, Sense, TextEdit, Ui, WidgetInfo, pos2, vec2};
use lacquer_params::ParameterInfo;

/// Pixels of drag for the whole travel.
const TRAVEL: f32 = 200.0;

/// How much slower Shift makes a drag, and the wheel.
const FINE: f32 = 0.1;

/// Part of the travel for one step of the wheel.
const WHEEL_STEP: f32 = 0.01;

/// Scroll that makes one step, in points.
const WHEEL_POINTS: f32 = 50.0;

/// A value while it is typed.
#[derive(Clone, Default)]
struct Typing {
    text: String,
    fresh: bool,
}

/// One number. Fills the area that it is given.
pub(crate) fn fader_ui(ui: &mut Ui, host: &Host, info: &ParameterInfo, label: &str, view: &mut View) {
    let rect = ui.max_rect();
    let id = ui.scope_id().with(("fader", info.id.as_str()));
    if let Some(typing) = ui.data(|data| data.get_temp::<Typing>(id)) {
        typing_ui(ui, rect, id, host, info, typing, view);
        return;
    }
    let response = ui.interact(rect, id, Sense::click_and_drag());
    interact(ui, &response, host, info, view);
    let normalized = host.tree.normalized(&info.id).unwrap_or_default();
    let text = host.tree.text(&info.id).unwrap_or_default();
    response.widget_info(|| WidgetInfo::slider(true, f64::from(normalized), label));
    if response.hovered() || response.dragged() {
        view.hint = format!(
            "{} {text}   Drag, Shift fine, wheel steps, double-click resets, right-click types.   {}",
            info.name, info.id
        );
    }
    paint(ui, rect, &response, host, info, label, normalized, &text);
}

fn interact(ui: &Ui, response: &Response, host: &Host, info: &ParameterInfo, view: &mut View) {
    let id = &info.id;
    // The travel is followed here and not read back: a host may answer late.
    let position = response.id.with("position");
    if response.clicked() {
        response.request_focus();
    }
    let (shift, command) = ui.input(|input| (input.modifiers.shift, input.modifiers.command));
    let speed = if shift { FINE } else { 1.0 };
    if response.drag_started() {
        let missed = missed(ui, response);
        let start = host.tree.normalized(id).unwrap_or_default() + (missed.x - missed.y) * speed / TRAVEL;
        ui.data_mut(|data| data.insert_temp(position, start));
        host.begin(id);
        view.problem = None;
    }
    if response.dragged() {
        let delta = response.drag_delta();
        let from = ui.data(|data| data.get_temp::<f32>(position));
        let from = from.unwrap_or_else(|| host.tree.normalized(id).unwrap_or_default());
        let to = (from + (delta.x - delta.y) * speed / TRAVEL).clamp(0.0, 1.0);
        if to != from {
            ui.data_mut(|data| data.insert_temp(position, to));
            host.set_normalized(id, to);
        }
    }
    if response.drag_stopped() {
        ui.data_mut(|data| data.remove::<f32>(position));
        host.end(id);
    }
    if response.double_clicked() || (response.clicked() && command) {
        host.reset(id);
    }
    if response.hovered() && !response.dragged() {
        wheel(ui, response.id.with("wheel"), host, id, speed);
    }
    if let Some(text) = typing_begins(ui, response, host, id) {
        ui.data_mut(|data| data.insert_temp(response.id, Typing { text, fresh: true }));
        ui.ctx().request_repaint();
    }
}

/// Steps with the wheel; what is less than a step is kept for later.
fn wheel(ui: &Ui, memory: Id, host: &Host, id: &str, speed: f32) {
    let scroll = ui.input(|input| input.smooth_scroll_delta());
    let moved = scroll.y + scroll.x;
    if moved == 0.0 {
        return;
    }
    let gathered = ui.data(|data| data.get_temp::<f32>(memory)).unwrap_or_default() + moved;
    let steps = (gathered / WHEEL_POINTS).trunc();
    ui.data_mut(|data| data.insert_temp(memory, gathered - steps * WHEEL_POINTS));
    if steps != 0.0 {
        let from = host.tree.normalized(id).unwrap_or_default();
        host.begin(id);
        host.set_normalized(id, from + steps * WHEEL_STEP * speed);
        host.end(id);
    }
}

/// The text that typing begins with, if it begins.
fn typing_begins(ui: &Ui, response: &Response, host: &Host, id: &str) -> Option<String> {
    let current = || host.tree.text(id).unwrap_or_default();
    if response.secondary_clicked() {
        return Some(current());
    }
    if !response.has_focus() {
        return None;
    }
    ui.input(|input| {
        if input.key_pressed(Key::Enter) {
            return Some(current());
        }
        input.events.iter().find_map(|event| match event {
            Event::Text(text)
                if text.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first)) =>
            {
                Some(text.clone())
            }
            _ => None,
        })
    })
}

fn typing_ui(
    ui: &mut Ui,
    rect: Rect,
    id: Id,
    host: &Host,
    info: &ParameterInfo,
    typing: Typing,
    view: &mut View,
) {
    let mut typing = typing;
    let edit_id = id.with("edit");
    let area = Rect::from_min_max(pos2(rect.left(), rect.bottom() - theme::CONTROL_HEIGHT), rect.max);
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
        view.problem = host.set_text(&info.id, &typing.text).err().map(|error| error.to_string());
    }
    if enter || escape || response.lost_focus() {
        ui.data_mut(|data| data.remove::<Typing>(id));
    } else {
        ui.data_mut(|data| data.insert_temp(id, typing));
    }
    view.hint = format!("{}: Enter sets, Escape leaves it.", info.name);
}

/// What stands there is replaced by what is typed, unless typing began with a digit.
fn select_all(ui: &Ui, id: Id, text: &str) {
    let mut state = egui::text_edit::TextEditState::load(ui.ctx(), id).unwrap_or_default();
    let end = egui::text::CCursor::new(text.chars().count());
    let start = if text.chars().count() == 1 { end } else { egui::text::CCursor::default() };
    state.cursor.set_char_range(Some(egui::text::CCursorRange::two(start, end)));
    state.store(ui.ctx(), id);
}

#[expect(clippy::too_many_arguments, reason = "everything that is drawn, drawn at once")]
fn paint(
    ui: &Ui,
    rect: Rect,
    response: &Response,
    host: &Host,
    info: &ParameterInfo,
    label: &str,
    normalized: f32,
    text: &str,
) {
    let painter = ui.painter();
    let lit = response.hovered() || response.dragged();
    if lit {
        painter.rect_filled(rect, theme::RADIUS, theme::colors().hover.gamma_multiply(0.5));
    }
    if response.has_focus() {
        painter.rect_stroke(rect, theme::RADIUS, theme::focus_ring(), egui::StrokeKind::Inside);
    }
    let inner = rect.shrink2(vec2(2.0, 0.0));
    let narrow = rect.width() < 130.0;
    let middle = inner.top() + 14.0;
    if narrow {
        let above = pos2(inner.left(), inner.top() + 7.0);
        painter.text(above, Align2::LEFT_CENTER, label, theme::label_font(), theme::colors().text_third);
        let value = pos2(inner.left(), inner.top() + 22.0);
        painter.text(value, Align2::LEFT_CENTER, text, theme::value_font(), theme::colors().text);
    } else {
        painter.text(
            pos2(inner.left(), middle),
            Align2::LEFT_CENTER,
            label,
            theme::body_font(),
            theme::colors().text_second,
        );
        painter.text(
            pos2(inner.right(), middle),
            Align2::RIGHT_CENTER,
            text,
            theme::value_font(),
            theme::colors().text,
        );
    }
    let y = inner.bottom() - 5.0;
    let track = Rect::from_min_max(pos2(inner.left(), y - 1.0), pos2(inner.right(), y + 1.0));
    painter.rect_filled(track, 0.0, theme::colors().track);
    let at = |fraction: f32| track.left() + fraction * track.width();
    // A range through zero fills from zero, another from its lower end.
    let zero = if info.min < 0.0 && info.max > 0.0 {
        host.tree.normalize(&info.id, 0.0).unwrap_or(0.5)
    } else {
        0.0
    };
    let (from, to) = (at(zero.min(normalized)), at(zero.max(normalized)));
    let filled = Rect::from_min_max(pos2(from, track.top()), pos2(to, track.bottom()));
    painter.rect_filled(filled, 0.0, if lit { theme::colors().accent } else { theme::colors().text_third });
    let thumb = Rect::from_center_size(pos2(at(normalized), y), vec2(2.0, 8.0));
    painter.rect_filled(thumb, 0.0, theme::colors().text);
}
