//! The dynamic equalizer: how far each band may go, faintly, and where it is now, over the live spectrum.

use super::curve::{self, HIT, band, hear_held, note, points};
use super::equalizer::{color, letter};
use super::split;
use super::threshold_search::ThresholdSearch;
use crate::host::Host;
use crate::meter_reader::MeterReader;
use crate::scale::{Graph, difference, hertz, level};
use crate::theme;
use crate::view::View;
use crate::widgets::{Axis, Handle, button_ui, handle_ui, row_ui, small_button_ui};
use egui::{Align2, Pos2, Rect, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};
use lacquer_dsp::chain::dynamic_eq::{DYNAMIC_EQ_BANDS, DynamicEqBand, DynamicEqPlacement};
use lacquer_dsp::chain::{ListenSource, StageId};

/// Gains at the edges, dB.
const SPAN: [f64; 2] = [-13.0, 13.0];
/// Height of a band in the row of bands, and width of the detector's meter.
const CHIP: f32 = 28.0;
const METER: f32 = 54.0;
/// Levels at the ends of that meter, dB.
const DETECTOR: [f64; 2] = [-80.0, 0.0];
/// Names of the steps that set a threshold from what was heard.
const THRESHOLD_STEP: &str = "Set threshold";
/// Switched by hand, the step has the parameter's own name, for each band: its threshold is a step of its own then.
const RELATIVE_STEP: &str = "Relative threshold";
const DE_ESS_STEP: &str = "De-ess";
/// A de-esser: sibilants lie about 7 kHz, and come and go in some ms. It does nothing before its threshold is known.
const DE_ESSER: [(&str, f64); 10] = [
    ("band_on", 1.0),
    ("shape", 0.0),
    ("frequency", 7000.0),
    ("q", 1.5),
    ("threshold", 0.0),
    ("range", -6.0),
    ("ratio", 3.0),
    ("attack", 2.0),
    ("release", 60.0),
    ("relative", 1.0),
];

fn id(name: &str, band: usize) -> String {
    format!("dynamic_eq_{name}_{}", band + 1)
}

pub(super) fn panel_ui(ui: &mut Ui, body: Rect, host: &Host, meters: &MeterReader, view: &mut View) {
    let (picture, rows) = split(body, 2);
    let chips = Rect::from_min_max(pos2(body.left(), picture.bottom() - CHIP), picture.right_bottom());
    let meter = Rect::from_min_max(
        pos2(picture.right() - METER, picture.top()),
        pos2(picture.right(), chips.top() - theme::MARGIN),
    );
    let area = Rect::from_min_max(picture.min, pos2(meter.left(), meter.bottom()));
    let settings = host.tree.to_settings().dynamic_eq;
    view.dynamic_band = view.dynamic_band.min(DYNAMIC_EQ_BANDS - 1);
    let graph = curve::graph(area, SPAN);
    let channel = settings.bands[view.dynamic_band].placement.into();
    curve::ground_ui(ui, &graph, &[-12.0, -6.0, 0.0, 6.0, 12.0], channel, meters, view);
    let background = ui.interact(graph.rect, ui.scope_id().with("dynamic graph"), Sense::click());
    background
        .widget_info(|| WidgetInfo::labeled(egui::accesskit::Role::Canvas, true, "Dynamic equalizer graph"));
    if let Some(at) = background.interact_pointer_pos().filter(|_| background.double_clicked()) {
        add_band(host, &graph, &settings.bands, at, view);
    }
    if background.hovered() {
        let at = background.hover_pos().unwrap_or_default();
        view.hint = format!("{}      Double-click adds a band.", curve::cursor(&graph, at));
    }
    let rate = meters.sample_rate();
    let strength = if settings.on { 1.0 } else { 0.4 };
    let painter = ui.painter().with_clip_rect(graph.rect);
    let gains = meters.bank.dynamic_eq_gains_db.each_ref().map(|gain| f64::from(gain.get()));
    for (n, one) in settings.bands.iter().enumerate().filter(|(_, band)| band.on) {
        let color = color(one.placement.into()).gamma_multiply(strength);
        let most = points(&graph, one.response(one.range_db, rate));
        painter.add(band(&most, graph.y(0.0), color.gamma_multiply(0.12)));
        curve::line(&painter, most, 1.0, color.gamma_multiply(0.5));
        if settings.on && gains[n].abs() > 0.01 {
            let now = points(&graph, one.response(gains[n], rate));
            painter.add(band(&now, graph.y(0.0), color.gamma_multiply(0.3)));
            curve::line(&painter, now, 2.2, color);
        }
    }
    for (n, one) in settings.bands.iter().enumerate() {
        if one.on {
            node_ui(ui, &graph, host, n, one, view);
        }
        let width = (chips.width() - 3.0 * theme::GAP) / DYNAMIC_EQ_BANDS as f32;
        let corner = chips.min + vec2(n as f32 * (width + theme::GAP), 0.0);
        let now = if settings.on && one.on { gains[n] } else { 0.0 };
        chip_ui(ui, Rect::from_min_size(corner, vec2(width, CHIP)), host, n, one, now, view);
    }
    detector_ui(ui, meter, host, meters, view.dynamic_band, &settings.bands[view.dynamic_band], view);
    controls_ui(ui, &rows, host, view);
}

fn controls_ui(ui: &mut Ui, rows: &[Rect], host: &Host, view: &mut View) {
    let n = view.dynamic_band;
    let row = |names: &[(&str, &'static str)]| -> Vec<(String, &'static str)> {
        names.iter().map(|(name, label)| (id(name, n), *label)).collect()
    };
    let first = row(&[
        ("band_on", "Band on"),
        ("shape", "Shape"),
        ("frequency", "Frequency"),
        ("q", "Q"),
        ("threshold", "Threshold"),
        ("range", "Range"),
    ]);
    let second = row(&[
        ("relative", "Relative"),
        ("placement", "Channel"),
        ("ratio", "Ratio"),
        ("attack", "Attack"),
        ("release", "Release"),
    ]);
    let refs: Vec<(&str, &str)> = first.iter().map(|(id, label)| (id.as_str(), *label)).collect();
    row_ui(ui, rows[0], host, &refs, view);
    let sixth = rows[1].width() / 6.0;
    let left = Rect::from_min_max(rows[1].min, pos2(rows[1].right() - sixth, rows[1].bottom()));
    let refs: Vec<(&str, &str)> = second.iter().map(|(id, label)| (id.as_str(), *label)).collect();
    row_ui(ui, left, host, &refs, view);
    // Seen from one picture to the next: a host may take a switch over later.
    let is_relative = host.tree.plain(&id("relative", n)) == Ok(1.0);
    let was_relative = view.was_relative[n].replace(is_relative);
    if is_relative && was_relative == Some(false) && view.threshold_search.is_none() {
        // Levels against the whole are other levels: the old threshold means nothing there.
        view.threshold_search = Some(ThresholdSearch::new(n, RELATIVE_STEP));
    }
    let last = Rect::from_min_max(pos2(left.right(), rows[1].top()), rows[1].max).shrink2(vec2(4.0, 0.0));
    let half = |n: f32| {
        let corner = last.min + vec2(0.0, n * (last.height() / 2.0 + 1.0));
        Rect::from_min_size(corner, vec2(last.width(), last.height() / 2.0 - 1.0))
    };
    let heard = view.listens(StageId::DynamicEq, ListenSource::Part(n));
    if button_ui(ui, half(0.0), "Solo band", heard, "Plays what this band listens to.", view) {
        view.toggle_listen(StageId::DynamicEq, ListenSource::Part(n));
    }
    let searches = view.threshold_search.as_ref().filter(|search| search.band == n);
    let name = searches
        .map_or("Set threshold".to_owned(), |search| format!("Listening {:.0} s", search.left_s().ceil()));
    let hint = "Listens for four seconds and sets the threshold 6 dB below the loudest that this band sees.";
    let is_on = searches.is_some();
    if button_ui(ui, half(1.0), &name, is_on, hint, view) {
        view.threshold_search = (!is_on).then(|| ThresholdSearch::new(n, THRESHOLD_STEP));
    }
}

/// Switches a free band on where the graph was clicked twice, and has its threshold set from what is heard.
fn add_band(host: &Host, graph: &Graph, bands: &[DynamicEqBand], at: Pos2, view: &mut View) {
    let Some(free) = bands.iter().position(|band| !band.on) else {
        view.problem = Some("All four bands are in use.".to_owned());
        return;
    };
    host.name_step(THRESHOLD_STEP);
    host.set_plain(&id("frequency", free), graph.value_at_x(at.x).clamp(20.0, 20_000.0));
    host.set_plain(&id("range", free), graph.value_at_y(at.y).clamp(-12.0, 12.0));
    host.set_plain(&id("band_on", free), 1.0);
    host.set_plain("dynamic_eq_on", 1.0);
    view.dynamic_band = free;
    view.new_dynamic_node = Some(free);
    view.threshold_search = Some(ThresholdSearch::new(free, THRESHOLD_STEP));
}

/// Makes the chosen band, or a free one, a de-esser, and has its threshold set from what is heard next.
pub(super) fn head_ui(ui: &mut Ui, host: &Host, view: &mut View) {
    let hint =
        "Makes a band a de-esser at 7 kHz, relative to the whole, and sets its threshold from what plays.";
    if !small_button_ui(ui, 64.0, "De-ess", false, hint, view).clicked() {
        return;
    }
    let bands = host.tree.to_settings().dynamic_eq.bands;
    let free = bands.iter().rposition(|band| !band.on).unwrap_or(DYNAMIC_EQ_BANDS - 1);
    host.name_step(DE_ESS_STEP);
    let values = DE_ESSER.map(|(name, value)| (id(name, free), value));
    host.set_all(&values);
    host.set_all(&[("dynamic_eq_on".to_owned(), 1.0)]);
    view.dynamic_band = free;
    view.threshold_search = Some(ThresholdSearch::new(free, DE_ESS_STEP));
}

/// What its detector sees, with the threshold to drag on the same scale, beside the graph.
fn detector_ui(
    ui: &mut Ui,
    rect: Rect,
    host: &Host,
    meters: &MeterReader,
    n: usize,
    one: &DynamicEqBand,
    view: &mut View,
) {
    let colors = theme::colors();
    let track = Rect::from_min_max(rect.min + vec2(4.0, 4.0), rect.max - vec2(26.0, 16.0));
    let graph = Graph { rect: track, x: [0.0, 1.0], y: DETECTOR, logarithmic: false };
    ui.painter().rect_filled(track, 2.0, colors.well);
    for db in [-60.0, -40.0, -20.0, 0.0] {
        let at = pos2(track.right() + 4.0, graph.y(db));
        let text = level(db).replace(".0", "");
        ui.painter().text(at, Align2::LEFT_CENTER, text, theme::axis_font(), colors.text_third);
    }
    let level = &meters.dynamic_eq_levels[n];
    if one.on && level.level_db > DETECTOR[0] {
        let is_over = level.level_db > one.threshold_db;
        let color = if is_over { colors.reduction } else { colors.output };
        ui.painter().rect_filled(track.with_min_y(graph.y(level.level_db)), 2.0, color.gamma_multiply(0.75));
        ui.painter().hline(track.x_range(), graph.y(level.held_db), Stroke::new(1.5, color));
    }
    let threshold = id("threshold", n);
    let y = graph.y(one.threshold_db);
    let hit = Rect::from_min_max(pos2(track.left() - 4.0, y - 7.0), pos2(rect.right(), y + 7.0));
    let name = format!("Dynamic band {} threshold", n + 1);
    let against = if one.relative { ", the band against the whole" } else { "" };
    let hint = format!("{name}  {}{against}    Drag it under the level to act.", host.text(&threshold));
    let axis = Some(Axis::new(&threshold));
    let handle = Handle { name: &name, x: None, y: axis, wheel: Some(&threshold), hint: &hint };
    let response = handle_ui(ui, &graph, hit, host, &handle, view);
    let lit = response.hovered() || response.dragged() || response.has_focus();
    let line = Stroke::new(if lit { 2.5 } else { 1.5 }, colors.accent);
    ui.painter().hline(track.left() - 3.0..=track.right() + 3.0, y, line);
    let at = pos2(rect.center().x, rect.bottom());
    let text = if one.relative { "rel. dB" } else { "dBFS" };
    ui.painter().text(at, Align2::CENTER_BOTTOM, text, theme::axis_font(), colors.text_third);
}

fn chip_ui(
    ui: &mut Ui,
    rect: Rect,
    host: &Host,
    n: usize,
    one: &DynamicEqBand,
    now_db: f64,
    view: &mut View,
) {
    let response = ui.interact(rect, ui.scope_id().with(("dynamic chip", n)), Sense::click());
    let chosen = view.dynamic_band == n;
    let name = format!("Dynamic band {}", n + 1);
    response.widget_info(|| WidgetInfo::selected(egui::accesskit::Role::Tab, true, chosen, &name));
    if response.clicked() {
        view.dynamic_band = n;
    }
    if response.double_clicked() {
        host.set_plain(&id("band_on", n), f64::from(!one.on));
    }
    if response.hovered() {
        view.hint = format!("{name}: click chooses, double-click switches it.");
    }
    let (painter, colors) = (ui.painter(), theme::colors());
    let fill = if chosen {
        colors.raised
    } else if response.hovered() {
        colors.hover
    } else {
        colors.well
    };
    painter.rect_filled(rect, theme::RADIUS, fill);
    if chosen {
        painter.rect_stroke(rect, theme::RADIUS, theme::line(colors.accent), StrokeKind::Inside);
    }
    let (mark, ink) = if one.on {
        (color(one.placement.into()), colors.text)
    } else {
        (colors.disabled, colors.text_third)
    };
    let circle = rect.left_center() + vec2(15.0, 0.0);
    painter.circle_stroke(circle, 7.5, egui::Stroke::new(1.5, mark));
    painter.text(circle, Align2::CENTER_CENTER, format!("{}", n + 1), theme::label_font(), ink);
    let text = format!(
        "{}   {} {}",
        hertz(one.frequency_hz),
        host.text(&id("shape", n)),
        letter(one.placement.into())
    );
    painter.text(circle + vec2(14.0, 0.0), Align2::LEFT_CENTER, text, theme::label_font(), colors.text_third);
    let now = if one.on { format!("{} dB", difference(now_db)) } else { "off".to_owned() };
    painter.text(rect.right_center() - vec2(8.0, 0.0), Align2::RIGHT_CENTER, now, theme::strong_font(), ink);
}

fn node_ui(
    ui: &mut Ui,
    graph: &crate::scale::Graph,
    host: &Host,
    n: usize,
    one: &DynamicEqBand,
    view: &mut View,
) {
    let centre = graph.at(one.frequency_hz, one.range_db);
    let [frequency, range, q] = ["frequency", "range", "q"].map(|name| id(name, n));
    let name = format!("Dynamic band {} node", n + 1);
    let handle = Handle {
        name: &name,
        x: Some(Axis::new(&frequency)),
        y: Some(Axis::new(&range)),
        wheel: Some(&q),
        hint: "Drag: frequency and range, Shift fine, Alt one axis, Ctrl hears the region; wheel: Q; double-click resets the range.",
    };
    let hit = Rect::from_center_size(centre, vec2(2.0 * HIT, 2.0 * HIT));
    let response = handle_ui(ui, graph, hit, host, &handle, view);
    if view.new_dynamic_node == Some(n) {
        response.request_focus();
        view.new_dynamic_node = None;
    }
    if response.clicked() || response.drag_started() || response.gained_focus() {
        view.dynamic_band = n;
    }
    if response.has_focus() && ui.input(|input| input.key_pressed(egui::Key::Delete)) {
        host.set_plain(&id("band_on", n), 0.0);
    }
    hear_held(ui, &response, StageId::DynamicEq, n, view);
    let text = format!(
        "{}{}",
        n + 1,
        if one.placement == DynamicEqPlacement::Stereo { "" } else { letter(one.placement.into()) }
    );
    curve::node_ui(
        ui,
        centre,
        &text,
        color(one.placement.into()),
        view.dynamic_band == n,
        response.has_focus(),
    );
    if response.hovered() || response.dragged() {
        let text = |name: &str| host.text(&id(name, n));
        let lines = [
            format!("{}   {}", text("frequency"), note(one.frequency_hz)),
            format!("Range {}", text("range")),
            format!("Q {}   above {}", text("q"), text("threshold")),
        ];
        curve::read_out_ui(ui, graph, centre, lines);
    }
}
