//! The chain as a row: one cell a stage, with its switch and its own small meter; a click chooses what the panel shows.

use crate::analysis::stages::effect_in_words;
use crate::host::Host;
use crate::meter_reader::{Bar, MeterReader};
use crate::panel;
use crate::scale::{difference, level};
use crate::theme;
use crate::view::View;
use crate::widgets::icon_ui;
use egui::{Align2, Color32, Painter, Rect, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2};
use lacquer_dsp::chain::{ListenSource, StageId};
use lacquer_dsp::metering::stage_effects::Effect;

/// Radius of the ring in which a click is meant for the switch, and where its middle is from the cell's left.
const SWITCH_REACH: f32 = 9.0;
const SWITCH_AT: f32 = 13.0;
/// Reduction at which a cell's meter is full, dB.
const MOST_REDUCTION_DB: f64 = 12.0;
/// Radius of the switch's dot.
const DOT_RADIUS: f32 = 4.5;
/// A cell's meter.
const METER: egui::Vec2 = vec2(32.0, 9.0);
/// Width of a cell from which it has room for its value.
const ROOM: f32 = 98.0;

/// A stage's name where there is little room.
pub(crate) fn title(stage: StageId) -> &'static str {
    match stage {
        StageId::InputTrim => "Trim",
        StageId::DynamicEq => "Dyn EQ",
        stage => stage.name(),
    }
}

/// A stage's name in a cell that is too narrow for it.
fn short_title(stage: StageId) -> &'static str {
    match stage {
        StageId::Equalizer => "EQ",
        StageId::Multiband => "Multi",
        stage => title(stage),
    }
}

/// Whether a stage is switched on.
pub(crate) fn is_on(host: &Host, stage: StageId) -> bool {
    host.tree.plain(&format!("{}_on", stage.stem())) == Ok(1.0)
}

/// Switches a stage. One that nobody has set yet does nothing when it comes on: the multiband compressor's bands wait for theirs.
pub(crate) fn switch(host: &Host, stage: StageId, on: bool) {
    let mut values = vec![(format!("{}_on", stage.stem()), f64::from(on))];
    if stage == StageId::Multiband && on {
        let own: Vec<_> =
            host.tree.infos().into_iter().filter(|info| info.id.starts_with("multiband_")).collect();
        let is_new = own.iter().all(|info| host.tree.plain(&info.id) == Ok(info.default));
        let bands = own.into_iter().filter(|info| is_new && info.id.starts_with("multiband_band_on"));
        values.extend(bands.map(|info| (info.id, 0.0)));
        host.name_step(&format!("{} On", title(stage)));
    }
    host.set_all(&values);
}

/// The stage that a parameter switches, if it does.
pub(crate) fn switched_by(id: &str) -> Option<StageId> {
    let stem = id.strip_suffix("_on")?;
    StageId::ALL.iter().copied().find(|stage| stage.stem() == stem)
}

pub(crate) fn strip_ui(ui: &mut Ui, host: &Host, meters: &mut MeterReader, view: &mut View) {
    let row = ui.max_rect();
    let count = StageId::ALL.len() as f32;
    let width = (row.width() - theme::GAP * (count - 1.0)) / count;
    ui.painter().hline(row.x_range(), row.center().y, theme::line(theme::colors().track));
    for (index, stage) in StageId::ALL.iter().enumerate() {
        let left = row.left() + index as f32 * (width + theme::GAP);
        let cell = Rect::from_min_size(pos2(left, row.top()), vec2(width, row.height()));
        cell_ui(ui, cell, host, meters, *stage, view);
    }
    if host.is_bypassed() {
        // Nothing of it is heard.
        ui.painter().rect_filled(row, 0.0, theme::colors().window.gamma_multiply(0.6));
    }
}

fn cell_ui(ui: &mut Ui, rect: Rect, host: &Host, meters: &mut MeterReader, stage: StageId, view: &mut View) {
    let on = is_on(host, stage);
    let response = ui.interact(rect, ui.scope_id().with(("stage", stage.stem())), Sense::click());
    let dot = pos2(rect.left() + SWITCH_AT, rect.top() + 15.0);
    let switch_rect = Rect::from_center_size(dot, vec2(2.0, 2.0) * SWITCH_REACH);
    let switch = ui.interact(switch_rect, ui.scope_id().with(("switch", stage.stem())), Sense::click());
    let selected = view.stage == stage;
    response.widget_info(|| WidgetInfo::selected(egui::accesskit::Role::Tab, true, selected, title(stage)));
    switch.widget_info(|| {
        WidgetInfo::selected(egui::accesskit::Role::Switch, true, on, format!("{} on", title(stage)))
    });
    if switch.clicked() {
        self::switch(host, stage, !on);
    } else if response.clicked() {
        view.stage = stage;
        view.expand(ui, false);
    }
    response.context_menu(|ui| panel::reset_entry_ui(ui, host, stage));
    if switch.hovered() {
        view.hint = format!("Switches {} {}.", title(stage), if on { "off" } else { "on" });
    } else if response.hovered() {
        let load = 100.0 * meters.bank.loads[stage as usize].get();
        let clipped = meters.bank.clipped[stage as usize].load(std::sync::atomic::Ordering::Relaxed);
        let held = |bar: &Bar| level(bar.held_db);
        let before = (stage as usize).checked_sub(1).map_or_else(
            || level(meters.peaks[0][0].held_db.max(meters.peaks[0][1].held_db)),
            |before| held(&meters.levels[before]),
        );
        let effect = if on { effect_in_words(&meters.effects.of(stage)) } else { None };
        view.hint = format!(
            "{}{}   Peaks {before} dBFS in, {} out   CPU {load:.2} %   {clipped} samples over full scale after it",
            title(stage),
            effect.map_or_else(String::new, |effect| format!(" now: {effect}")),
            held(&meters.levels[stage as usize])
        );
    }
    paint_ground(ui, rect, &response, selected, response.has_focus() || switch.has_focus());
    let (painter, colors) = (ui.painter().clone(), theme::colors());
    if switch.hovered() {
        painter.circle(dot, SWITCH_REACH, colors.raised, Stroke::new(1.5, colors.text_second));
    }
    if on {
        painter.circle_filled(dot, DOT_RADIUS, theme::family(stage));
    } else {
        painter.circle_stroke(dot, DOT_RADIUS, Stroke::new(1.5, colors.disabled));
    }
    let name_color = match (on, selected) {
        (_, true) => colors.text,
        (true, false) => colors.text_second,
        (false, false) => colors.text_third,
    };
    let font = if selected { theme::strong_font() } else { theme::body_font() };
    let name = if view.room.is_narrow { short_title(stage) } else { title(stage) };
    painter.text(pos2(dot.x + 10.0, dot.y), Align2::LEFT_CENTER, name, font, name_color);
    let pointed = ui.rect_contains_pointer(rect);
    if pointed {
        buttons_ui(ui, rect, stage, view);
    }
    let meter = Rect::from_min_size(pos2(rect.left() + 9.0, rect.bottom() - 17.0), METER);
    if on {
        meter_ui(&painter, meter, host, meters, stage);
    }
    if !pointed && (rect.width() >= ROOM || !on) {
        let text = if on { summary(host, meters, stage) } else { "off".to_owned() };
        let below = pos2(rect.right() - 8.0, rect.bottom() - 13.0);
        // Under the pointer a label has to be told from the fill.
        let ink = if selected || response.hovered() { colors.text_second } else { colors.text_third };
        painter.text(below, Align2::RIGHT_CENTER, text, theme::label_font(), ink);
    }
}

fn paint_ground(ui: &Ui, rect: Rect, response: &egui::Response, selected: bool, focused: bool) {
    let (painter, colors) = (ui.painter(), theme::colors());
    let fill = match (selected, response.hovered()) {
        (true, _) => colors.raised,
        (false, true) => colors.hover,
        (false, false) => colors.panel,
    };
    painter.rect_filled(rect, theme::RADIUS, fill);
    if selected {
        let top = Rect::from_min_size(rect.min, vec2(rect.width(), 2.0));
        painter.rect_filled(top, theme::RADIUS, colors.accent);
    }
    if focused {
        painter.rect_stroke(rect, theme::RADIUS, theme::focus_ring(), egui::StrokeKind::Inside);
    }
}

/// What a cell offers while the pointer is over it: hear what the stage changes.
fn buttons_ui(ui: &mut Ui, rect: Rect, stage: StageId, view: &mut View) {
    let cell = |n: f32| Rect::from_min_size(rect.max - vec2(24.0 * n, 22.0), vec2(21.0, 19.0));
    let name = title(stage);
    let heard = view.listens(stage, ListenSource::Delta);
    let hint = format!("Plays what {name} changes, and nothing else.");
    if icon_ui(ui, cell(1.0), &format!("{name} delta"), heard, &hint, view, draw_delta) {
        view.toggle_listen(stage, ListenSource::Delta);
    }
}

fn draw_delta(painter: &Painter, rect: Rect, color: Color32) {
    let c = rect.center();
    let corners = vec![c + vec2(0.0, -5.0), c + vec2(5.0, 4.0), c + vec2(-5.0, 4.0), c + vec2(0.0, -5.0)];
    painter.add(Shape::line(corners, Stroke::new(1.5, color)));
}

/// A stage's own meter.
fn meter_ui(painter: &Painter, rect: Rect, host: &Host, meters: &mut MeterReader, stage: StageId) {
    let colors = theme::colors();
    let settings = host.tree.to_settings();
    match stage {
        StageId::DynamicEq | StageId::Multiband | StageId::Glue | StageId::Clipper | StageId::Limiter => {
            let share = (meters.reductions_db[stage as usize] / MOST_REDUCTION_DB).min(1.0) as f32;
            painter.rect_filled(rect, 2.0, colors.well);
            let bar = Rect::from_min_size(rect.min, vec2(rect.width() * share, rect.height()));
            painter.rect_filled(bar, 2.0, colors.reduction);
        }
        StageId::Equalizer => {
            let phase = host.tree.params().equalizer_phase();
            let gain = |n: usize| {
                let hz = 30.0 * 600f64.powf(n as f64 / 18.0);
                let on = settings.equalizer.bands.iter().filter(|band| band.on);
                on.map(|band| band.response_db(hz, meters.sample_rate(), phase)).sum::<f64>().clamp(-9.0, 9.0)
            };
            let x = |n: usize| rect.left() + rect.width() * n as f32 / 18.0;
            let points = (0..=18).map(|n| pos2(x(n), rect.center().y - 0.6 * gain(n) as f32)).collect();
            painter.add(Shape::line(points, Stroke::new(1.5, colors.output)));
        }
        StageId::Saturator => {
            harmonics_ui(painter, rect, &meters.pictures.saturator(&settings.saturator).1.harmonics_db)
        }
        StageId::Bass => harmonics_ui(painter, rect, &meters.pictures.bass(&settings.bass).harmonics_db),
        StageId::Imager => {
            painter.rect_filled(rect, 2.0, colors.well);
            let half = 0.25 * rect.width() * settings.imager.width as f32;
            let bar = Rect::from_center_size(rect.center(), vec2(2.0 * half, rect.height()));
            painter.rect_filled(bar.intersect(rect), 2.0, colors.mid);
        }
        StageId::InputTrim => {
            painter.rect_filled(rect, 2.0, colors.well);
            let at = rect.center().x + rect.width() * (settings.input_trim.gain_db / 48.0) as f32;
            let (from, to) = (at.min(rect.center().x), at.max(rect.center().x));
            painter.rect_filled(Rect::from_x_y_ranges(from..=to, rect.y_range()), 1.0, colors.utility);
            painter.vline(rect.center().x, rect.y_range(), theme::line(colors.track));
        }
        StageId::Dither => {}
    }
}

/// The first harmonics as bars, from -80 dB up.
fn harmonics_ui(painter: &Painter, rect: Rect, levels_db: &[f64]) {
    for (n, db) in levels_db.iter().take(4).enumerate() {
        let share = ((db + 80.0) / 60.0).clamp(0.08, 1.0) as f32;
        let left = rect.left() + 8.0 * n as f32;
        let bar = Rect::from_min_max(
            pos2(left, rect.bottom() - share * rect.height()),
            pos2(left + 6.0, rect.bottom()),
        );
        painter.rect_filled(bar, 1.0, theme::colors().side);
    }
}

/// What a stage does now: how far it turns down, how much louder or wider it makes what plays, the word length it leaves. Nothing before it
/// was heard.
fn summary(host: &Host, meters: &MeterReader, stage: StageId) -> String {
    let change = |quantity: fn(&Effect) -> Option<f64>, unit: &str| match quantity(&meters.effects.of(stage))
    {
        Some(change) => format!("{} {unit}", difference(change)),
        None => "\u{2013}".to_owned(),
    };
    meters.figure(title(stage), || match stage {
        StageId::DynamicEq | StageId::Multiband | StageId::Glue | StageId::Clipper | StageId::Limiter => {
            format!("{} dB", level(-meters.reductions_db[stage as usize]))
        }
        StageId::InputTrim | StageId::Equalizer | StageId::Saturator | StageId::Bass => {
            change(Effect::louder_lu, "LU")
        }
        StageId::Imager => change(Effect::wider_db, "dB"),
        StageId::Dither => host.text("dither_word_length"),
    })
}
