//! The chain as a row: one cell a stage, with its switch; a click chooses what the panel shows.

use crate::app::View;
use crate::desk::Desk;
use crate::host::Host;
use crate::theme;
use egui::{Align2, Rect, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};
use lacquer_dsp::chain::{Listen, ListenSource, StageId};

/// Half the width of the square in which a click is meant for the switch.
const SWITCH_REACH: f32 = 13.0;

/// Reduction at which a cell's meter is full, dB.
const MOST_REDUCTION_DB: f64 = 12.0;

/// Radius of the switch's dot.
const DOT_RADIUS: f32 = 4.5;

/// A stage's name as it is shown.
pub(crate) fn title(stage: StageId) -> &'static str {
    match stage {
        StageId::InputTrim => "Trim",
        StageId::Equalizer => "Equalizer",
        StageId::DynamicEq => "Dyn EQ",
        StageId::Multiband => "Multiband",
        StageId::Glue => "Glue",
        StageId::Saturator => "Saturator",
        StageId::Bass => "Bass",
        StageId::Imager => "Imager",
        StageId::Clipper => "Clipper",
        StageId::Limiter => "Limiter",
        StageId::Dither => "Dither",
    }
}

/// Whether a stage is switched on.
pub(crate) fn is_on(host: &Host, stage: StageId) -> bool {
    host.tree.plain(&format!("{}_on", stage.stem())) == Ok(1.0)
}

pub(crate) fn strip_ui(ui: &mut Ui, host: &Host, desk: &Desk, view: &mut View) {
    let row = ui.max_rect();
    let count = StageId::ALL.len() as f32;
    let width = (row.width() - theme::GAP * (count - 1.0)) / count;
    ui.painter().hline(row.x_range(), row.center().y, theme::line(theme::colors().track));
    for (index, stage) in StageId::ALL.iter().enumerate() {
        let left = row.left() + index as f32 * (width + theme::GAP);
        let cell = Rect::from_min_size(pos2(left, row.top()), vec2(width, row.height()));
        cell_ui(ui, cell, host, desk, *stage, view);
    }
}

fn cell_ui(ui: &mut Ui, rect: Rect, host: &Host, desk: &Desk, stage: StageId, view: &mut View) {
    let on = is_on(host, stage);
    let response = ui.interact(rect, ui.scope_id().with(("stage", stage.stem())), Sense::click());
    let dot = pos2(rect.left() + SWITCH_REACH, rect.top() + 16.0);
    let switch_rect = Rect::from_center_size(dot, vec2(2.0, 2.0) * SWITCH_REACH);
    let switch = ui.interact(switch_rect, ui.scope_id().with(("switch", stage.stem())), Sense::click());
    let selected = view.stage == stage;
    response.widget_info(|| WidgetInfo::selected(egui::accesskit::Role::Tab, true, selected, title(stage)));
    switch.widget_info(|| {
        WidgetInfo::selected(egui::accesskit::Role::Switch, true, on, format!("{} on", title(stage)))
    });
    if switch.clicked() {
        host.set_plain(&format!("{}_on", stage.stem()), f64::from(!on));
        view.problem = None;
    } else if response.clicked() {
        view.stage = stage;
        view.expanded = false;
    }
    if response.secondary_clicked() {
        let listen = Listen { stage, source: ListenSource::Delta };
        view.wish.listen = (view.wish.listen != Some(listen)).then_some(listen);
    }
    if switch.hovered() {
        view.hint = format!("Switches {} {}.", title(stage), if on { "off" } else { "on" });
    } else if response.hovered() {
        let load = 100.0 * desk.bank.loads[stage as usize].get();
        let clipped = desk.bank.clipped[stage as usize].load(std::sync::atomic::Ordering::Relaxed);
        view.hint = format!(
            "Shows {}. Right-click: hear what it changes.   CPU {load:.2} %   {clipped} samples over full scale",
            title(stage)
        );
    }

    let painter = ui.painter();
    let fill = match (selected, response.hovered()) {
        (true, _) => theme::colors().raised,
        (false, true) => theme::colors().hover,
        (false, false) => theme::colors().panel,
    };
    painter.rect_filled(rect, theme::RADIUS, fill);
    if selected {
        let top = Rect::from_min_size(rect.min, vec2(rect.width(), 2.0));
        painter.rect_filled(top, theme::RADIUS, theme::colors().accent);
    }
    if on {
        painter.circle_filled(dot, DOT_RADIUS, theme::family(stage));
    } else {
        painter.circle_stroke(dot, DOT_RADIUS, Stroke::new(1.5, theme::colors().disabled));
    }
    let name_color = match (on, selected) {
        (_, true) => theme::colors().text,
        (true, false) => theme::colors().text_second,
        (false, false) => theme::colors().text_third,
    };
    let name = pos2(dot.x + 10.0, dot.y);
    painter.text(name, Align2::LEFT_CENTER, title(stage), theme::body_font(), name_color);
    let summary = if on { summary(host, stage) } else { "off".to_owned() };
    // Reduction hangs from the top of its track.
    let reduction_db = desk.reductions_db[stage as usize];
    if on && reduction_db > 0.05 {
        let track = Rect::from_min_size(pos2(rect.left() + 8.0, rect.bottom() - 17.0), vec2(36.0, 9.0));
        painter.rect_filled(track, 2.0, theme::colors().well);
        let share = (reduction_db / MOST_REDUCTION_DB).min(1.0) as f32;
        let bar = Rect::from_min_size(track.min, vec2(track.width() * share, track.height()));
        painter.rect_filled(bar, 2.0, theme::colors().reduction);
    }
    let below = pos2(rect.right() - 8.0, rect.bottom() - 13.0);
    painter.text(below, Align2::RIGHT_CENTER, summary, theme::label_font(), theme::colors().text_third);
}

/// The one value that says most about a stage.
fn summary(host: &Host, stage: StageId) -> String {
    let count = |prefix: &str| {
        let on = host
            .tree
            .pointers()
            .filter(|(id, _)| id.starts_with(prefix) && host.tree.plain(id) == Ok(1.0))
            .count();
        if on == 1 { "1 band".to_owned() } else { format!("{on} bands") }
    };
    let text = |id: &str| host.tree.text(id).unwrap_or_default();
    match stage {
        StageId::InputTrim => text("input_trim_gain"),
        StageId::Equalizer => count("equalizer_band_on_"),
        StageId::DynamicEq => count("dynamic_eq_band_on_"),
        StageId::Multiband => count("multiband_band_on_"),
        StageId::Glue => text("glue_ratio"),
        StageId::Saturator => text("saturator_character"),
        StageId::Bass => text("bass_amount"),
        StageId::Imager => text("imager_width"),
        StageId::Clipper => text("clipper_threshold"),
        StageId::Limiter => text("limiter_ceiling"),
        StageId::Dither => text("dither_word_length"),
    }
}
