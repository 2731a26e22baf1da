//! A button of the editor's own: nothing of the host's hears of it.

use crate::app::View;
use crate::theme;
use egui::{Align2, Rect, Sense, Ui, WidgetInfo};

/// One button; raised with an accent line while `on`. Whether it was clicked.
pub(crate) fn button_ui(ui: &mut Ui, rect: Rect, label: &str, on: bool, hint: &str, view: &mut View) -> bool {
    let response =
        ui.interact(rect, ui.scope_id().with(("button", label, rect.min.to_string())), Sense::click());
    response.widget_info(|| WidgetInfo::selected(egui::accesskit::Role::Button, true, on, label));
    if response.hovered() {
        view.hint = hint.to_owned();
    }
    let painter = ui.painter();
    let fill = match (on, response.hovered()) {
        (_, true) => theme::colors().hover,
        (true, false) => theme::colors().raised,
        (false, false) => theme::colors().well,
    };
    painter.rect_filled(rect, theme::RADIUS, fill);
    if on {
        let line = Rect::from_min_max(rect.left_bottom() - egui::vec2(0.0, 2.0), rect.max);
        painter.rect_filled(line.shrink2(egui::vec2(theme::GAP, 0.0)), 0.0, theme::colors().accent);
    } else {
        painter.rect_stroke(rect, theme::RADIUS, theme::line(theme::colors().seam), egui::StrokeKind::Inside);
    }
    if response.has_focus() {
        painter.rect_stroke(rect, theme::RADIUS, theme::focus_ring(), egui::StrokeKind::Inside);
    }
    let color = if on { theme::colors().text } else { theme::colors().text_second };
    painter.text(rect.center(), Align2::CENTER_CENTER, label, theme::body_font(), color);
    response.clicked()
}
