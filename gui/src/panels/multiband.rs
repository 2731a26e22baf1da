//! The multiband compressor: bands over the spectrum with what their gain does now, thresholds and crossovers to drag; a card a band.

use super::curve::{self, band};
use crate::app::area_ui;
use crate::axes::chip_ui;
use crate::axes::{frequencies_ui, levels_ui};
use crate::host::Host;
use crate::meter_reader::{Bar, MeterReader};
use crate::scale::{Graph, compact, difference, hertz};
use crate::theme;
use crate::view::View;
use crate::widgets::{Axis, Handle, button_ui, choice_ui, fader_ui, handle_ui, toggle_ui};
use egui::{Align2, Rect, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};
use lacquer_dsp::chain::multiband::{MULTIBAND_BANDS, MultibandBand, MultibandSettings};
use lacquer_dsp::chain::{ListenSource, StageId};

/// Gains at the edges, dB, and levels of the thresholds, dBFS.
const SPAN: [f64; 2] = [-12.0, 6.0];
const LEVELS: [f64; 2] = [-60.0, 0.0];
/// The gains' share of the height.
const GAINS: f32 = 0.42;
const NAMES: [&str; MULTIBAND_BANDS] = ["Low", "Low mid", "High mid", "High"];
/// Height of the cards, and of their heads.
const CARD: f32 = 156.0;
const HEAD: f32 = 30.0;
/// Width of a card's fields from which four stand side by side.
const WIDE_CARD: f32 = 400.0;
/// Half of what a pointer hits of a line.
const REACH: f32 = 6.0;

/// A band's name.
pub(crate) fn name(band: usize) -> &'static str {
    NAMES.get(band).copied().unwrap_or_default()
}

fn id(name: &str, band: usize) -> String {
    format!("multiband_{name}_{}", band + 1)
}

pub(super) fn head_ui(ui: &mut Ui, host: &Host, view: &mut View) {
    choice_ui(ui, host, "multiband_mode", 104.0, view);
    for (id, label) in [("multiband_link", "Link"), ("multiband_mix", "Mix")] {
        let Some(info) = host.tree.info(id) else { continue };
        let (rect, _) = ui.allocate_exact_size(vec2(96.0, theme::CONTROL_HEIGHT), Sense::hover());
        area_ui(ui, rect, |ui| fader_ui(ui, host, info, label, view));
        ui.add_space(theme::GAP);
    }
}

pub(super) fn panel_ui(ui: &mut Ui, body: Rect, host: &Host, meters: &MeterReader, view: &mut View) {
    let cards = Rect::from_min_max(
        pos2(body.left(), body.bottom() - theme::MARGIN - CARD),
        body.max - vec2(0.0, theme::MARGIN),
    );
    let area = Rect::from_min_max(body.min, pos2(body.right(), cards.top() - theme::MARGIN));
    let settings = host.tree.to_settings().multiband;
    let gains = meters.bank.multiband_gains_db.each_ref().map(|gain| f64::from(gain.get()));
    graph_ui(ui, area, host, meters, &settings, gains, view);
    let width = (cards.width() - 3.0 * theme::GAP) / MULTIBAND_BANDS as f32;
    let place = |n: usize, height: f32| {
        let corner = cards.min + vec2(n as f32 * (width + theme::GAP), 0.0);
        Rect::from_min_size(corner, vec2(width, height))
    };
    if view.room.is_narrow {
        // The chosen band's card alone, under a tab for each.
        for (n, one) in settings.bands.iter().enumerate() {
            tab_ui(ui, place(n, theme::CONTROL_HEIGHT), n, one.on, view);
        }
        let n = view.multiband_band;
        let card = cards.with_min_y(cards.top() + theme::CONTROL_HEIGHT + theme::GAP);
        card_ui(ui, card, host, n, &settings.bands[n], gains[n], view);
    } else {
        for (n, one) in settings.bands.iter().enumerate() {
            card_ui(ui, place(n, CARD), host, n, one, gains[n], view);
        }
    }
}

/// Chooses a band: its name, and whether it is on.
fn tab_ui(ui: &mut Ui, rect: Rect, n: usize, is_on: bool, view: &mut View) {
    let response = ui.interact(rect, ui.scope_id().with(("band tab", n)), Sense::click());
    let is_chosen = view.multiband_band == n;
    response.widget_info(|| {
        WidgetInfo::selected(egui::accesskit::Role::Tab, true, is_chosen, format!("{} tab", NAMES[n]))
    });
    if response.clicked() {
        view.multiband_band = n;
    }
    let (painter, colors) = (ui.painter(), theme::colors());
    let fill = match (is_chosen, response.hovered()) {
        (true, _) => colors.raised,
        (false, true) => colors.hover,
        (false, false) => colors.well,
    };
    painter.rect_filled(rect, theme::RADIUS, fill);
    if response.has_focus() {
        painter.rect_stroke(rect, theme::RADIUS, theme::focus_ring(), StrokeKind::Inside);
    }
    let dot = rect.left_center() + vec2(14.0, 0.0);
    if is_on {
        painter.circle_filled(dot, 4.0, colors.reduction);
    } else {
        painter.circle_stroke(dot, 4.0, Stroke::new(1.5, colors.disabled));
    }
    let (font, ink) = if is_chosen {
        (theme::strong_font(), colors.text)
    } else {
        (theme::body_font(), colors.text_second)
    };
    painter.text(dot + vec2(12.0, 0.0), Align2::LEFT_CENTER, NAMES[n], font, ink);
}

/// Left and right edge of a band in pixels.
fn edges(graph: &Graph, settings: &MultibandSettings, n: usize) -> [f32; 2] {
    let left = n.checked_sub(1).map_or(graph.rect.left(), |n| graph.x(settings.crossovers_hz()[n]));
    let right = settings.crossovers_hz().get(n).map_or(graph.rect.right(), |hz| graph.x(*hz));
    [left, right]
}

/// The two graphs above each other: what the gain does over frequency, and the levels that the thresholds are held against.
fn graphs(area: Rect) -> [Graph; 2] {
    let whole = curve::graph(area, SPAN);
    let middle = whole.rect.top() + GAINS * whole.rect.height();
    let gains = Rect::from_min_max(whole.rect.min, pos2(whole.rect.right(), middle));
    let levels = Rect::from_min_max(pos2(whole.rect.left(), middle + theme::GAP), whole.rect.max);
    [Graph { rect: gains, ..whole }, Graph { rect: levels, y: LEVELS, ..whole }]
}

fn graph_ui(
    ui: &mut Ui,
    area: Rect,
    host: &Host,
    meters: &MeterReader,
    settings: &MultibandSettings,
    gains: [f64; MULTIBAND_BANDS],
    view: &mut View,
) {
    let [graph, levels] = graphs(area);
    let text = |db: f64| difference(db).replace(".0", "");
    levels_ui(ui, &graph, &[-9.0, -6.0, -3.0, 0.0, 3.0], &text);
    levels_ui(ui, &levels, &[-60.0, -48.0, -36.0, -24.0, -12.0, 0.0], &text);
    frequencies_ui(ui, &levels);
    let colors = theme::colors();
    for (graph, name) in [(&graph, "gain, dB"), (&levels, "level, dBFS")] {
        let at = graph.rect.right_bottom() - vec2(6.0, 3.0);
        ui.painter().text(at, Align2::RIGHT_BOTTOM, name, theme::axis_font(), colors.text_third);
    }
    let [left, right] = edges(&graph, settings, view.multiband_band);
    let chosen = Rect::from_min_max(pos2(left, graph.rect.top()), pos2(right, levels.rect.bottom()));
    ui.painter().rect_filled(chosen, 0.0, colors.accent.gamma_multiply(0.06));
    let painter = ui.painter().with_clip_rect(graph.rect);
    if settings.on {
        let rate = meters.sample_rate();
        let points = curve::points(&graph, settings.response(gains, rate));
        painter.add(band(&points, graph.y(0.0), colors.reduction.gamma_multiply(0.35)));
        curve::line(&painter, points, 2.0, colors.reduction);
    }
    for (n, name) in NAMES.into_iter().enumerate() {
        let [left, right] = edges(&graph, settings, n);
        let is_on = settings.on && settings.bands[n].on;
        let top = graph.rect.top() + 12.0;
        if right - left > 110.0 {
            chip_ui(
                ui,
                pos2(left + 8.0, top),
                Align2::LEFT_CENTER,
                name,
                theme::strong_font(),
                colors.text_second,
            );
        }
        if is_on && right - left > 60.0 {
            let text = format!("{} dB", difference(gains[n]));
            chip_ui(
                ui,
                pos2(right - 8.0, top),
                Align2::RIGHT_CENTER,
                &text,
                theme::strong_font(),
                colors.reduction,
            );
        }
        if settings.on {
            level_ui(ui, &levels, [left, right], &meters.multiband_levels[n], is_on);
        }
        threshold_ui(ui, &levels, [left, right], host, n, settings.bands[n].on, view);
    }
    let whole = Graph { rect: graph.rect.union(levels.rect), ..graph };
    for (n, hz) in settings.crossovers_hz().into_iter().enumerate() {
        crossover_ui(ui, &whole, host, n, hz, view);
    }
}

/// What a band's detector sees, as a block under its level with the highest of the last seconds above it.
fn level_ui(ui: &Ui, levels: &Graph, [left, right]: [f32; 2], level: &Bar, is_on: bool) {
    let painter = ui.painter().with_clip_rect(levels.rect);
    let color = theme::colors().output.gamma_multiply(if is_on { 1.0 } else { 0.5 });
    let at = |db: f64| levels.y(db.max(LEVELS[0]));
    let block = Rect::from_min_max(pos2(left, at(level.level_db)), pos2(right, levels.rect.bottom()));
    painter.rect_filled(block, 0.0, color.gamma_multiply(0.25));
    if level.level_db > LEVELS[0] {
        painter.hline(left..=right, at(level.level_db), Stroke::new(1.5, color));
    }
    if level.held_db > LEVELS[0] {
        painter.hline(left..=right, at(level.held_db), theme::line(color));
    }
}

fn threshold_ui(
    ui: &mut Ui,
    levels: &Graph,
    [left, right]: [f32; 2],
    host: &Host,
    n: usize,
    on: bool,
    view: &mut View,
) {
    let id = id("threshold", n);
    let y = levels.y(host.tree.plain(&id).unwrap_or_default());
    let hit =
        Rect::from_min_max(pos2(left + 8.0, y - REACH), pos2((right - 8.0).max(left + 12.0), y + REACH));
    let name = format!("{} threshold", NAMES[n]);
    let hint = format!(
        "{name}  {}    Drag it below the band's level to compress: Shift fine, double-click resets.{}",
        host.text(&id),
        if on { "" } else { " The band comes on with it." }
    );
    let handle = Handle { name: &name, x: None, y: Some(Axis::new(&id)), wheel: Some(&id), hint: &hint };
    let response = handle_ui(ui, levels, hit, host, &handle, view);
    if response.clicked() || response.drag_started() {
        view.multiband_band = n;
    }
    if response.drag_started() && !on {
        host.set_plain(&self::id("band_on", n), 1.0);
    }
    let lit = response.hovered() || response.dragged() || response.has_focus();
    let colors = theme::colors();
    let color = if on { colors.accent } else { colors.disabled };
    ui.painter().extend(egui::Shape::dashed_line(
        &[pos2(left + 8.0, y), pos2(right - 8.0, y)],
        Stroke::new(if lit { 2.0 } else { 1.2 }, color),
        5.0,
        3.0,
    ));
    if right - left > 70.0 {
        let ink = if on { colors.accent } else { colors.text_third };
        let text = format!("{} dB", compact(&host.text(&id)));
        let text = if right - left > 130.0 { format!("Threshold {text}") } else { text };
        // Above the line, or below it at the top.
        let top = y - levels.rect.top() < 20.0;
        let at = pos2(left + 14.0, if top { y + 4.0 } else { y - 4.0 });
        chip_ui(
            ui,
            at,
            if top { Align2::LEFT_TOP } else { Align2::LEFT_BOTTOM },
            &text,
            theme::strong_font(),
            ink,
        );
    }
}

fn crossover_ui(ui: &mut Ui, graph: &Graph, host: &Host, n: usize, hz: f64, view: &mut View) {
    let id = id("crossover", n);
    let x = graph.x(hz).round() + 0.5;
    let hit = Rect::from_min_max(pos2(x - REACH, graph.rect.top()), pos2(x + REACH, graph.rect.bottom()));
    let name = format!("Crossover {}", n + 1);
    let hint = format!("{name}  {}    Drag it, Shift fine, double-click resets.", host.text(&id));
    let handle = Handle { name: &name, x: Some(Axis::new(&id)), y: None, wheel: None, hint: &hint };
    let response = handle_ui(ui, graph, hit, host, &handle, view);
    let lit = response.hovered() || response.dragged() || response.has_focus();
    let (painter, colors) = (ui.painter(), theme::colors());
    painter.vline(x, graph.rect.y_range(), Stroke::new(if lit { 2.0 } else { 1.0 }, colors.text_second));
    let chip = Rect::from_center_size(pos2(x, graph.rect.bottom() - 11.0), vec2(66.0, 18.0));
    painter.rect_filled(chip, 9.0, colors.raised);
    painter.text(chip.center(), Align2::CENTER_CENTER, hertz(hz), theme::label_font(), colors.text);
}

fn card_ui(
    ui: &mut Ui,
    rect: Rect,
    host: &Host,
    n: usize,
    one: &MultibandBand,
    gain_db: f64,
    view: &mut View,
) {
    let ground = ui.interact(rect, ui.scope_id().with(("card", n)), Sense::click());
    let chosen = view.multiband_band == n;
    let name = NAMES[n];
    ground.widget_info(|| {
        WidgetInfo::selected(egui::accesskit::Role::Tab, true, chosen, format!("{name} band"))
    });
    if ground.clicked() {
        view.multiband_band = n;
    }
    let colors = theme::colors();
    ui.painter().rect_filled(rect, theme::RADIUS, colors.well);
    if chosen {
        ui.painter().rect_stroke(rect, theme::RADIUS, theme::line(colors.accent), StrokeKind::Inside);
    }
    let inner = rect.shrink(6.0);
    let row = |x: f32, width: f32| {
        Rect::from_min_size(inner.min + vec2(x, 0.0), vec2(width, theme::CONTROL_HEIGHT))
    };
    let color = if one.on { colors.text } else { colors.text_third };
    ui.painter().text(row(4.0, 0.0).left_center(), Align2::LEFT_CENTER, name, theme::strong_font(), color);
    area_ui(ui, row(56.0, 30.0), |ui| toggle_ui(ui, host, &id("band_on", n), "On", 30.0, view));
    let rest = inner.width() - 88.0;
    area_ui(ui, row(88.0, rest), |ui| choice_ui(ui, host, &id("direction", n), rest, view));
    let heard = view.listens(StageId::Multiband, ListenSource::Part(n));
    let solo = Rect::from_min_max(inner.max - vec2(60.0, theme::CONTROL_HEIGHT), inner.max);
    if button_ui(ui, solo, "Solo", heard, "Plays this band alone.", view) {
        view.toggle_listen(StageId::Multiband, ListenSource::Part(n));
    }
    picture_ui(ui, Rect::from_min_size(inner.min + vec2(2.0, HEAD), vec2(52.0, 52.0)), one, gain_db);
    let fields = [
        ("threshold", "Thr."),
        ("ratio", "Ratio"),
        ("attack", "Att."),
        ("release", "Rel."),
        ("knee", "Knee"),
        ("range", "Range"),
        ("makeup", "Gain"),
    ];
    let area = Rect::from_min_max(inner.min + vec2(60.0, HEAD), inner.max);
    let columns = if area.width() > WIDE_CARD { 4 } else { 2 };
    let width = (area.width() + theme::GAP) / columns as f32 - theme::GAP;
    for (place, (name, label)) in fields.into_iter().enumerate() {
        let Some(info) = host.tree.info(&id(name, n)) else { continue };
        let (column, line) = ((place % columns) as f32, (place / columns) as f32);
        let corner = area.min + vec2(column * (width + theme::GAP), line * theme::FADER_HEIGHT);
        let place = Rect::from_min_size(corner, vec2(width, theme::FADER_HEIGHT));
        area_ui(ui, place, |ui| fader_ui(ui, host, info, label, view));
    }
}

/// A band's static curve, and below it what its gain does now.
fn picture_ui(ui: &Ui, rect: Rect, one: &MultibandBand, gain_db: f64) {
    let colors = theme::colors();
    let graph = Graph { rect, x: [-60.0, 0.0], y: [-60.0, 0.0], logarithmic: false };
    let painter = ui.painter().with_clip_rect(rect);
    painter.rect_filled(rect, 2.0, colors.panel);
    curve::line(&painter, vec![rect.left_bottom(), rect.right_top()], 1.0, colors.track);
    let points = (0..=30).map(|n| f64::from(n) * 2.0 - 60.0).map(|db| graph.at(db, one.output_db(db)));
    curve::line(&painter, points.collect(), 1.5, if one.on { colors.reduction } else { colors.disabled });
    let at = pos2(rect.left(), rect.bottom() + 14.0);
    let moved = if one.on { gain_db - one.makeup_db } else { 0.0 };
    ui.painter().text(at, Align2::LEFT_CENTER, "Gain, dB", theme::axis_font(), colors.text_third);
    let text = difference(moved);
    ui.painter().text(at + vec2(0.0, 15.0), Align2::LEFT_CENTER, text, theme::strong_font(), colors.text);
}
