//! The chosen stage: its switch, what concerns it as a whole, and below it its own panel.

use crate::app::area_ui;
use crate::host::Host;
use crate::meter_reader::MeterReader;
use crate::panels;
use crate::strip::{is_on, title};
use crate::theme;
use crate::view::View;
use crate::widgets::{small_button_ui, toggle_ui};
use egui::{Align, Align2, Layout, Popup, Rect, Ui, WidgetInfo, pos2, vec2};
use lacquer_dsp::chain::{ListenSource, StageId};

pub(crate) fn panel_ui(ui: &mut Ui, host: &Host, meters: &mut MeterReader, view: &mut View) {
    let rect = ui.max_rect();
    ui.painter().rect_filled(rect, theme::RADIUS, theme::colors().panel);
    let head = Rect::from_min_size(rect.min, vec2(rect.width(), theme::HEAD_HEIGHT));
    head_ui(ui, head, host, view);
    let body = Rect::from_min_max(head.left_bottom(), rect.max).shrink2(vec2(theme::PADDING, 0.0));
    area_ui(ui, body, |ui| panels::stage_ui(ui, body, host, meters, view));
}

fn head_ui(ui: &mut Ui, rect: Rect, host: &Host, view: &mut View) {
    let stage = view.stage;
    let mark = Rect::from_center_size(rect.left_center() + vec2(theme::PADDING, 0.0), vec2(3.0, 14.0));
    let color = if is_on(host, stage) { theme::family(stage) } else { theme::colors().disabled };
    ui.painter().rect_filled(mark, 0.0, color);
    let name = mark.right_center() + vec2(theme::MARGIN, 0.0);
    let text = theme::colors().text;
    let title = ui.painter().text(name, Align2::LEFT_CENTER, title(stage), theme::heading_font(), text);
    let inner = Rect::from_min_max(
        pos2(title.right() + 2.0 * theme::PADDING, rect.top() + 8.0),
        pos2(rect.right() - theme::PADDING, rect.bottom() - 8.0),
    );
    area_ui(ui, inner, |ui| {
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            toggle_ui(ui, host, &format!("{}_on", stage.stem()), "On", 48.0, view);
            ui.add_space(theme::PADDING);
            panels::head_ui(ui, host, view);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let more = small_button_ui(ui, 28.0, "\u{2026}", false, "Resets this stage.", view);
                more.widget_info(|| WidgetInfo::labeled(egui::accesskit::Role::Button, true, "Stage menu"));
                Popup::menu(&more).show(|ui| reset_entry_ui(ui, host, stage));
                let heard = view.listens(stage, ListenSource::Delta);
                let hint = "Plays what this stage changes, and nothing else.";
                if small_button_ui(ui, 84.0, "Hear delta", heard, hint, view).clicked() {
                    view.toggle_listen(stage, ListenSource::Delta);
                }
            });
        });
    });
}

/// The entry of a menu that resets a stage: two clicks away from whatever else is clicked.
pub(crate) fn reset_entry_ui(ui: &mut Ui, host: &Host, stage: StageId) {
    if ui.button(format!("Reset {}", title(stage))).clicked() {
        reset(host, stage);
        ui.close();
    }
}

/// Sets everything but the switch of a stage to its default, as one step.
pub(crate) fn reset(host: &Host, stage: StageId) {
    let own =
        |id: &str| id.strip_prefix(stage.stem()).is_some_and(|rest| rest.starts_with('_') && rest != "_on");
    let infos = host.tree.infos().into_iter().filter(|info| own(&info.id) && info.id != "equalizer_phase");
    let values: Vec<_> = infos.map(|info| (info.id, info.default)).collect();
    host.name_step(&format!("Reset {}", title(stage)));
    host.set_all(&values);
}
