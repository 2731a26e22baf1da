//! How a number is set, whatever it looks like.
//!
//! Drag right or up for more, with Shift a tenth as fast; the wheel and the arrow keys step ([`super::steps`]); double-click, Ctrl- or
//! Cmd-click resets;
//! Enter or a digit once it has the focus lets a value be typed: "1.2k", "-6 dB", "off"; a secondary click opens a menu.

use super::{FINE, arrow_steps, menu, missed, spoken, steps, typing, wheel_steps};
use crate::hints;
use crate::host::Host;
use crate::theme;
use crate::view::View;
use egui::{Rect, Response, Sense, Ui, WidgetInfo};
use lacquer_params::ParameterInfo;

/// A number as it is to be drawn.
pub(super) struct Shown<'a> {
    pub label: &'a str,
    pub text: String,
    /// Where it stands, as a fraction of the travel.
    pub at: f32,
    /// From where it is filled: zero where the range passes through it, else its lower end.
    pub from: f32,
    /// Whether it is pointed at or dragged.
    pub lit: bool,
}

/// One number; fills the area that it is given. `paint` draws it.
pub(super) fn number_ui(
    ui: &mut Ui,
    host: &Host,
    info: &ParameterInfo,
    label: &str,
    view: &mut View,
    paint: fn(&Ui, Rect, &Shown),
) {
    let rect = ui.max_rect();
    let id = ui.scope_id().with(("number", info.id.as_str()));
    if typing::typing_ui(ui, rect, id, host, info, view) {
        return;
    }
    let response = ui.interact(rect, id, Sense::click_and_drag());
    interact(ui, &response, host, info, view);
    let at = host.tree.normalized(&info.id).unwrap_or_default();
    let text = host.text(&info.id);
    response.widget_info(|| WidgetInfo::labeled(egui::accesskit::Role::Slider, ui.is_enabled(), &info.name));
    spoken::speak(ui, &response, host, info, &text);
    let lit = response.hovered() || response.dragged();
    if lit {
        view.hint = hints::of_parameter(&info.id, &info.name, &text);
    }
    let passes_zero = info.min < 0.0 && info.max > 0.0;
    let from = if passes_zero { host.tree.normalize(&info.id, 0.0).unwrap_or(0.5) } else { 0.0 };
    if lit {
        ui.painter().rect_filled(rect, theme::RADIUS, theme::colors().hover.gamma_multiply(0.5));
    }
    paint(ui, rect, &Shown { label, text, at, from, lit });
    if response.has_focus() {
        ui.painter().rect_stroke(rect, theme::RADIUS, theme::focus_ring(), egui::StrokeKind::Inside);
    }
}

fn interact(ui: &Ui, response: &Response, host: &Host, info: &ParameterInfo, view: &mut View) {
    let id = &info.id;
    let (shift, command) = ui.input(|input| (input.modifiers.shift, input.modifiers.command));
    let speed = if shift { FINE } else { 1.0 };
    if response.clicked() {
        response.request_focus();
    }
    if response.hovered() {
        ui.ctx().set_cursor_icon(egui::CursorIcon::ResizeVertical);
    }
    drag(ui, response, host, info, speed);
    if response.double_clicked() || (response.clicked() && command) {
        host.reset(id);
    }
    let keys = arrow_steps(ui, response);
    let notches = wheel_steps(ui, response) + keys.x + keys.y;
    if notches != 0.0 {
        steps::step(host, info, notches, ui.input(|input| input.modifiers));
    }
    typing::begin(ui, response, host, info, view);
    menu::menu(response, host, info, true);
}

/// The travel is followed here and not read back: a host may answer late.
fn drag(ui: &Ui, response: &Response, host: &Host, info: &ParameterInfo, speed: f32) {
    let (id, travel) = (info.id.as_str(), steps::travel(info));
    let position = response.id.with("position");
    if response.drag_started() {
        let missed = missed(ui, response);
        let start = host.tree.normalized(id).unwrap_or_default() + (missed.x - missed.y) * speed / travel;
        ui.data_mut(|data| data.insert_temp(position, start));
        host.begin(id);
    }
    if response.dragged() {
        let delta = response.drag_delta();
        let from = ui.data(|data| data.get_temp::<f32>(position));
        let from = from.unwrap_or_else(|| host.tree.normalized(id).unwrap_or_default());
        let to = (from + (delta.x - delta.y) * speed / travel).clamp(0.0, 1.0);
        if to != from {
            ui.data_mut(|data| data.insert_temp(position, to));
            // The hand's own place is kept; what is set is the round value next to it.
            let plain = host.tree.denormalize(id, to).unwrap_or_default();
            let round = steps::round(info, plain, speed < 1.0);
            host.set_normalized(id, host.tree.normalize(id, round).unwrap_or(to));
        }
    }
    if response.drag_stopped() {
        ui.data_mut(|data| data.remove::<f32>(position));
        host.end(id);
    }
}
