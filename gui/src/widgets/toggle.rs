//! A switch: raised with an accent line when on.

use super::button::paint;
use super::menu;
use crate::hints;
use crate::host::Host;
use crate::strip;
use crate::theme;
use crate::view::View;
use egui::{Sense, Ui, WidgetInfo, vec2};

/// One switch, `width` wide. Double-click would be two clicks: a switch has nothing to reset.
pub(crate) fn toggle_ui(ui: &mut Ui, host: &Host, id: &str, label: &str, width: f32, view: &mut View) {
    let (rect, response) = ui.allocate_exact_size(vec2(width, theme::CONTROL_HEIGHT), Sense::click());
    let on = host.tree.plain(id) == Ok(1.0);
    if response.clicked() {
        match strip::switched_by(id) {
            Some(stage) => strip::switch(host, stage, !on),
            None => host.set_plain(id, f64::from(!on)),
        }
    }
    let name = host.tree.info(id).map_or(label, |info| info.name.as_str());
    if let Some(info) = host.tree.info(id) {
        if response.hovered() {
            view.hint = hints::of_parameter(id, &info.name, if on { "on" } else { "off" });
        }
        menu::menu(&response, host, info, false);
    }
    response.widget_info(|| WidgetInfo::selected(egui::accesskit::Role::Switch, true, on, name));
    paint(ui, rect, &response, label, on);
}
