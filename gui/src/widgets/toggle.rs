//! A switch: raised with an accent line when on.

use crate::app::View;
use crate::host::Host;
use crate::theme;
use egui::{Align2, Rect, Sense, Ui, WidgetInfo, vec2};

/// Thickness of the line that says "on".
const LINE: f32 = 2.0;

/// One switch, `width` wide. Double-click would be two clicks: a switch has nothing to reset.
pub(crate) fn toggle_ui(ui: &mut Ui, host: &Host, id: &str, label: &str, width: f32, view: &mut View) {
    let (rect, response) = ui.allocate_exact_size(vec2(width, theme::CONTROL_HEIGHT), Sense::click());
    let on = host.tree.plain(id) == Ok(1.0);
    if response.clicked() {
        host.set_plain(id, f64::from(!on));
        view.problem = None;
    }
    if response.hovered() {
        let name = host.tree.info(id).map_or(label, |info| info.name.as_str());
        view.hint = format!("{name} is {}.   Click switches.   {id}", if on { "on" } else { "off" });
    }
    response.widget_info(|| WidgetInfo::selected(egui::accesskit::Role::Switch, true, on, label));
    let fill = match (on, response.hovered()) {
        (_, true) => theme::colors().hover,
        (true, false) => theme::colors().raised,
        (false, false) => theme::colors().well,
    };
    let painter = ui.painter();
    painter.rect_filled(rect, theme::RADIUS, fill);
    if on {
        let line = Rect::from_min_max(rect.left_bottom() - vec2(0.0, LINE), rect.max);
        painter.rect_filled(line.shrink2(vec2(theme::GAP, 0.0)), 0.0, theme::colors().accent);
    } else {
        painter.rect_stroke(rect, theme::RADIUS, theme::line(theme::colors().seam), egui::StrokeKind::Inside);
    }
    if response.has_focus() {
        painter.rect_stroke(rect, theme::RADIUS, theme::focus_ring(), egui::StrokeKind::Inside);
    }
    let color = if on { theme::colors().text } else { theme::colors().text_third };
    painter.text(rect.center(), Align2::CENTER_CENTER, label, theme::body_font(), color);
}
