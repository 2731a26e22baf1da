//! A button of the editor's own: nothing of the host's hears of it.

use crate::theme;
use crate::view::View;
use egui::{Align2, Painter, Rect, Response, Sense, StrokeKind, Ui, WidgetInfo, vec2};

/// Thickness of the line that says "on".
const LINE: f32 = 2.0;

/// One button; raised with an accent line while `on`. Whether it was clicked.
pub(crate) fn button_ui(ui: &mut Ui, rect: Rect, label: &str, on: bool, hint: &str, view: &mut View) -> bool {
    let response = respond(ui, rect, label, on, hint, view);
    paint(ui, rect, &response, label, on);
    response.clicked()
}

/// One button in a row of them, as wide as it is told, with a name that stays and a label that need not.
pub(crate) fn labelled_button_ui(
    ui: &mut Ui,
    width: f32,
    [name, label]: [&str; 2],
    on: bool,
    hint: &str,
    view: &mut View,
) -> Response {
    let (rect, _) = ui.allocate_exact_size(vec2(width, theme::CONTROL_HEIGHT), Sense::hover());
    let response = respond(ui, rect, name, on, hint, view);
    paint(ui, rect, &response, label, on);
    response
}

/// One button in a row of them, as wide as it is told. Whether it was clicked.
pub(crate) fn small_button_ui(
    ui: &mut Ui,
    width: f32,
    label: &str,
    on: bool,
    hint: &str,
    view: &mut View,
) -> Response {
    labelled_button_ui(ui, width, [label, label], on, hint, view)
}

/// A button with a picture in the place of its name; `draw` draws it in the colour that it is given.
pub(crate) fn icon_ui(
    ui: &mut Ui,
    rect: Rect,
    name: &str,
    on: bool,
    hint: &str,
    view: &mut View,
    draw: fn(&Painter, Rect, egui::Color32),
) -> bool {
    let response = respond(ui, rect, name, on, hint, view);
    paint(ui, rect, &response, "", on);
    let colors = theme::colors();
    draw(ui.painter(), rect, if on { colors.text } else { colors.text_second });
    response.clicked()
}

fn respond(ui: &mut Ui, rect: Rect, name: &str, on: bool, hint: &str, view: &mut View) -> Response {
    let response =
        ui.interact(rect, ui.scope_id().with(("button", name, rect.min.to_string())), Sense::click());
    response.widget_info(|| WidgetInfo::selected(egui::accesskit::Role::Button, true, on, name));
    if response.hovered() {
        view.hint = hint.to_owned();
    }
    response
}

/// A control's ground and its name.
pub(super) fn paint(ui: &Ui, rect: Rect, response: &Response, label: &str, on: bool) {
    let (painter, colors) = (ui.painter(), theme::colors());
    let fill = match (on, response.hovered()) {
        (_, true) => colors.hover,
        (true, false) => colors.raised,
        (false, false) => colors.well,
    };
    painter.rect_filled(rect, theme::RADIUS, fill);
    if on {
        let line = Rect::from_min_max(rect.left_bottom() - vec2(0.0, LINE), rect.max);
        painter.rect_filled(line.shrink2(vec2(theme::GAP, 0.0)), 0.0, colors.accent);
    } else {
        painter.rect_stroke(rect, theme::RADIUS, theme::line(colors.seam), StrokeKind::Inside);
    }
    if response.has_focus() {
        painter.rect_stroke(rect, theme::RADIUS, theme::focus_ring(), StrokeKind::Inside);
    }
    let (font, color) =
        if on { (theme::strong_font(), colors.text) } else { (theme::body_font(), colors.text_second) };
    painter.text(rect.center(), Align2::CENTER_CENTER, label, font, color);
}
