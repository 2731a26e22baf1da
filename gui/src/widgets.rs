//! What parameters are set with: knobs and faders for numbers, menus for choices, toggles for switches, handles in graphs.

mod button;
mod choice;
mod fader;
mod handle;
mod knob;
mod menu;
mod number;
mod spoken;
mod steps;
mod toggle;
mod typing;

pub(crate) use button::{button_ui, icon_ui, labelled_button_ui, small_button_ui};
pub(crate) use choice::choice_ui;
pub(crate) use fader::fader_ui;
pub(crate) use handle::{Axis, Handle, handle_ui};
pub(crate) use knob::knob_ui;
pub(crate) use spoken::speak_figure;
pub(crate) use toggle::toggle_ui;

use crate::app::area_ui;
use crate::host::Host;
use crate::theme;
use crate::view::View;
use egui::{Align2, Rect, Ui, pos2};
use lacquer_params::ParameterInfo;

/// Widest place of a parameter in a row at the designed size, and how many a row has room for.
const WIDEST_FIELD: f32 = 154.0;
const FIELDS: f32 = 6.0;
/// How much slower Shift makes a drag, and the wheel.
const FINE: f32 = 0.1;
/// Scroll that makes one step, in points, and steps of a page.
const WHEEL_POINTS: f32 = 50.0;
const PAGE_STEPS: f32 = 10.0;

/// How far the pointer went before a drag was known to be one: nothing of it is to be lost.
fn missed(ui: &Ui, response: &egui::Response) -> egui::Vec2 {
    // Asked before: the context is locked while its input is read.
    let delta = response.drag_delta();
    ui.input(|input| match (input.pointer.press_origin(), input.pointer.interact_pos()) {
        (Some(origin), Some(now)) => now - origin - delta,
        _ => egui::Vec2::ZERO,
    })
}

/// Whole steps of the wheel over a widget since the last frame; what is less than a step is kept for later.
///
/// The events themselves are read: what egui makes of them is smoothed over pictures, sideways with Shift and a zoom with Ctrl.
fn wheel_steps(ui: &Ui, response: &egui::Response) -> f32 {
    use egui::{Event, MouseWheelUnit};
    if !response.hovered() || response.dragged() {
        return 0.0;
    }
    let moved: f32 = ui.input(|input| {
        let steps = |event: &Event| match event {
            Event::MouseWheel { unit, delta, .. } => {
                let per_unit = match unit {
                    MouseWheelUnit::Line => 1.0,
                    MouseWheelUnit::Page => PAGE_STEPS,
                    MouseWheelUnit::Point => 1.0 / WHEEL_POINTS,
                };
                (delta.x + delta.y) * per_unit
            }
            _ => 0.0,
        };
        input.events.iter().map(steps).sum()
    });
    if moved == 0.0 {
        return 0.0;
    }
    let memory = response.id.with("wheel");
    let gathered = ui.data(|data| data.get_temp::<f32>(memory)).unwrap_or_default() + moved;
    let steps = gathered.trunc();
    ui.data_mut(|data| data.insert_temp(memory, gathered - steps));
    steps
}

/// Steps right and up that the arrow keys of a focused widget asked for.
fn arrow_steps(ui: &Ui, response: &egui::Response) -> egui::Vec2 {
    use egui::Key::{ArrowDown, ArrowLeft, ArrowRight, ArrowUp};
    if !response.has_focus() {
        return egui::Vec2::ZERO;
    }
    // The arrows are the widget's and do not move the focus.
    let lock = egui::EventFilter { horizontal_arrows: true, vertical_arrows: true, ..Default::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, lock));
    ui.input(|input| {
        let count = |key| input.num_presses(key) as f32;
        egui::vec2(count(ArrowRight) - count(ArrowLeft), count(ArrowUp) - count(ArrowDown))
    })
}

/// Gives a menu's button its name: egui's own has only what is chosen.
pub(crate) fn name_menu(response: &egui::Response, name: &str) {
    response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::ComboBox, true, name));
    if response.has_focus() {
        let painter = response.ctx.layer_painter(response.layer_id);
        painter.rect_stroke(response.rect, theme::RADIUS, theme::focus_ring(), egui::StrokeKind::Inside);
    }
}

/// A parameter with its label, as whatever widget suits it: a knob, a menu, a toggle.
pub(crate) fn field_ui(
    ui: &mut Ui,
    rect: Rect,
    host: &Host,
    info: &ParameterInfo,
    label: &str,
    view: &mut View,
) {
    control_ui(ui, rect, host, info, label, view);
    host.status.indications.paint(ui.painter(), rect, &info.id);
}

fn control_ui(ui: &mut Ui, rect: Rect, host: &Host, info: &ParameterInfo, label: &str, view: &mut View) {
    if info.choices.is_empty() {
        area_ui(ui, rect, |ui| knob_ui(ui, host, info, label, view));
        return;
    }
    let middle = rect.center().y;
    if info.choices == ["Off", "On"] {
        let control =
            Rect::from_center_size(rect.center(), egui::vec2(rect.width() - 8.0, theme::CONTROL_HEIGHT));
        area_ui(ui, control, |ui| toggle_ui(ui, host, &info.id, label, control.width(), view));
        return;
    }
    let above = pos2(rect.left() + 2.0, middle - 15.0);
    ui.painter().text(above, Align2::LEFT_CENTER, label, theme::label_font(), theme::colors().text_third);
    let control = Rect::from_min_max(
        pos2(rect.left(), middle - 3.0),
        pos2(rect.right() - 8.0, middle - 3.0 + theme::CONTROL_HEIGHT),
    );
    area_ui(ui, control, |ui| choice_ui(ui, host, &info.id, control.width(), view));
}

/// Ids of parameters with their labels, in a row.
pub(crate) type Fields<'a> = &'a [(&'a str, &'a str)];

/// Rows of parameters on one grid: under each other where one is below the other, as many columns as the fullest row has.
pub(crate) fn rows_ui(ui: &mut Ui, rects: &[Rect], host: &Host, rows: &[Fields<'_>], view: &mut View) {
    let columns = rows.iter().map(|fields| fields.len()).max().unwrap_or_default();
    for (rect, fields) in rects.iter().zip(rows) {
        cells_ui(ui, *rect, columns, host, fields, &|_| false, view);
    }
}

/// Parameters side by side, each as wide as the others.
pub(crate) fn row_ui(ui: &mut Ui, rect: Rect, host: &Host, fields: Fields<'_>, view: &mut View) {
    live_row_ui(ui, rect, host, fields, &|_| false, view);
}

/// As [`row_ui`], where some labels may be `dead`: of no effect now.
pub(crate) fn live_row_ui(
    ui: &mut Ui,
    rect: Rect,
    host: &Host,
    fields: Fields<'_>,
    dead: &dyn Fn(&str) -> bool,
    view: &mut View,
) {
    cells_ui(ui, rect, fields.len(), host, fields, dead, view);
}

fn cells_ui(
    ui: &mut Ui,
    rect: Rect,
    columns: usize,
    host: &Host,
    fields: Fields<'_>,
    dead: &dyn Fn(&str) -> bool,
    view: &mut View,
) {
    // As wide in every row of a panel, and wider where the window is.
    let widest = (rect.width() / FIELDS).max(WIDEST_FIELD);
    let width = (rect.width() / columns.max(1) as f32).min(widest);
    for (n, (id, label)) in fields.iter().enumerate() {
        let Some(info) = host.tree.info(id) else { continue };
        let corner = pos2(rect.left() + n as f32 * width, rect.top());
        let place = Rect::from_min_size(corner, egui::vec2(width, rect.height()));
        if dead(label) {
            area_ui(ui, place, |ui| {
                ui.disable();
                field_ui(ui, place, host, info, label, view);
            });
        } else {
            field_ui(ui, place, host, info, label, view);
        }
    }
}
