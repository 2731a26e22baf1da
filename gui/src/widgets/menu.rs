//! The menu of a parameter: what a host's automation knows it by, its value, and what can be done with it.

use super::typing;
use crate::host::Host;
use egui::{Id, Response, Ui};
use lacquer_params::ParameterInfo;

/// Opens on a secondary click or a long press.
pub(super) fn menu(response: &Response, host: &Host, info: &ParameterInfo, typed: bool) {
    if response.secondary_clicked() || response.long_touched() {
        host.status.menu.ask(&info.id);
    }
    // An id of its own: a choice's list has the one that a menu gets by itself.
    egui::Popup::context_menu(response)
        .id(response.id.with("parameter menu"))
        .show(|ui| entries_ui(ui, response.id, host, info, typed));
}

/// The menu's entries; `typed`: whether the widget `id` lets a value be typed.
fn entries_ui(ui: &mut Ui, id: Id, host: &Host, info: &ParameterInfo, typed: bool) {
    let held = Id::unique("value that was copied");
    ui.label(format!("{}   {}", info.name, host.text(&info.id)));
    ui.weak(if info.automatable {
        format!("Automation: {}", info.id)
    } else {
        format!("{}, not automatable", info.id)
    });
    for text in host.status.indications.texts(&info.id) {
        ui.weak(text);
    }
    ui.separator();
    if typed && ui.button("Type a value").clicked() {
        typing::start(ui, id, host.tree.text(&info.id).unwrap_or_default(), true);
        ui.close();
    }
    if ui.button("Reset").clicked() {
        host.reset(&info.id);
        ui.close();
    }
    if ui.button("Copy value").clicked() {
        let text = host.tree.text(&info.id).unwrap_or_default();
        ui.ctx().copy_text(text.clone());
        ui.data_mut(|data| data.insert_temp(held, text));
        ui.close();
    }
    let text = ui.data(|data| data.get_temp::<String>(held));
    let fits = text.as_ref().is_some_and(|text| host.tree.parse(&info.id, text).is_ok());
    if ui.add_enabled(fits, egui::Button::new("Paste value")).clicked() {
        // That it fits was seen before the button could be clicked.
        let _ = host.set_text(&info.id, &text.unwrap_or_default());
        ui.close();
    }
    if ui.button("Copy id").clicked() {
        ui.ctx().copy_text(info.id.clone());
        ui.close();
    }
    host.status.menu.entries_ui(ui, &info.id);
}
