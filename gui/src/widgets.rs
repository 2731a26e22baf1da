//! What parameters are set with: a fader for numbers, a menu for choices, a toggle for switches.

mod button;
mod choice;
mod fader;
mod toggle;

pub(crate) use button::button_ui;
pub(crate) use choice::choice_ui;
pub(crate) use fader::fader_ui;
pub(crate) use toggle::toggle_ui;

use crate::app::{View, area_ui};
use crate::host::Host;
use crate::theme;
use egui::{Align2, Rect, Ui, pos2};
use lacquer_params::ParameterInfo;

/// How far the pointer went before a drag was known to be one: nothing of it is to be lost.
pub(crate) fn missed(ui: &egui::Ui, response: &egui::Response) -> egui::Vec2 {
    // Asked before: the context is locked while its input is read.
    let delta = response.drag_delta();
    ui.input(|input| match (input.pointer.press_origin(), input.pointer.interact_pos()) {
        (Some(origin), Some(now)) => now - origin - delta,
        _ => egui::Vec2::ZERO,
    })
}

/// Gives a menu's button its name: egui's own has only what is chosen.
pub(crate) fn name_menu(response: &egui::Response, name: &str) {
    response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::ComboBox, true, name));
}

/// A parameter with its label, as whatever widget suits it.
pub(crate) fn field_ui(
    ui: &mut Ui,
    rect: Rect,
    host: &Host,
    info: &ParameterInfo,
    label: &str,
    view: &mut View,
) {
    if info.choices.is_empty() {
        area_ui(ui, rect, |ui| fader_ui(ui, host, info, label, view));
        return;
    }
    let control = Rect::from_min_max(pos2(rect.left(), rect.bottom() - theme::CONTROL_HEIGHT), rect.max);
    if info.choices == ["Off", "On"] {
        area_ui(ui, control, |ui| toggle_ui(ui, host, &info.id, label, control.width(), view));
        return;
    }
    let above = pos2(rect.left(), rect.top() + 6.0);
    ui.painter().text(above, Align2::LEFT_CENTER, label, theme::label_font(), theme::colors().text_third);
    area_ui(ui, control, |ui| choice_ui(ui, host, &info.id, control.width(), view));
}
