//! A choice of several: a menu with the chosen one on it.

use super::spoken::speak_choice;
use super::{menu, name_menu};
use crate::hints;
use crate::host::Host;
use crate::view::View;
use egui::{ComboBox, Ui};

/// One choice, `width` wide. Double-click resets.
pub(crate) fn choice_ui(ui: &mut Ui, host: &Host, id: &str, width: f32, view: &mut View) {
    let Some(info) = host.tree.info(id) else { return };
    let chosen = host.tree.plain(id).unwrap_or_default() as usize;
    let shown = info.choices.get(chosen).map_or("", String::as_str);
    let mut picked = None;
    // The box's width is that of its text: the arrow and the margins come on top.
    let response =
        ComboBox::from_id_salt(id).selected_text(shown).width(width).truncate().height(320.0).show_ui(
            ui,
            |ui| {
                for (index, choice) in info.choices.iter().enumerate() {
                    if ui.selectable_label(index == chosen, choice).clicked() {
                        picked = Some(index);
                        // A key that chooses is no click that closes.
                        ui.close();
                    }
                }
            },
        );
    name_menu(&response.response, &info.name);
    speak_choice(&response.response, shown);
    if response.response.hovered() {
        view.hint = hints::of_parameter(id, &info.name, shown);
    }
    if response.response.double_clicked() {
        host.reset(id);
    }
    menu::menu(&response.response, host, info, false);
    if let Some(index) = picked.filter(|index| *index != chosen) {
        host.set_plain(id, index as f64);
    }
}
