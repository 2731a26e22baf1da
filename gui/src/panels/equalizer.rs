//! The equalizer: its curve over the live spectrum, a node for each band, the bands in a row, and the chosen one's controls.
//!
//! Drag a node for frequency and gain, turn the wheel over it for Q, double-click it to reset its gain, Delete to switch it off,
//! right-click for shape and placement. Double-click on empty graph switches a free band on there.

use super::curve::{self, HIT, hear_held, note};
use super::{grab, split};
use crate::host::Host;
use crate::meter_reader::MeterReader;
use crate::scale::{Graph, difference, frequencies, hertz, thinned};
use crate::theme;
use crate::view::View;
use crate::widgets::{Axis, Handle, choice_ui, field_ui, handle_ui, live_row_ui, small_button_ui, toggle_ui};
use egui::{
    Align2, Color32, ComboBox, Key, Pos2, Rect, Response, Sense, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};
use lacquer_dsp::chain::equalizer::{
    EQUALIZER_BANDS, EqualizerBand, EqualizerSettings, EqualizerShape, Placement,
};
use lacquer_dsp::chain::{ListenSource, StageId};

/// Gains that the graph's edges can stand for, dB.
const RANGES_DB: [f64; 4] = [3.0, 6.0, 12.0, 20.0];
/// Where a double-click makes cuts, and where shelves, Hz: under the lowest strings and over the highest tones, and an octave inside.
const CUTS_HZ: [f64; 2] = [32.0, 17_000.0];
const SHELVES_HZ: [f64; 2] = [64.0, 9000.0];
/// Q of a cut or a shelf without a bump at its corner.
const FLAT_Q: f64 = 0.71;
/// Height of a band in the row of bands; in a narrow window, where its second line is left out.
const CHIP: f32 = 42.0;
const NARROW_CHIP: f32 = 26.0;
/// Width of a band in that row from which it has room for its Q.
const CHIP_ROOM: f32 = 110.0;

pub(super) fn id(name: &str, band: usize) -> String {
    format!("equalizer_{name}_{}", band + 1)
}

/// A channel's colour.
pub(super) fn color(placement: Placement) -> Color32 {
    let colors = theme::colors();
    match placement {
        Placement::Stereo => colors.accent,
        Placement::Left => colors.output,
        Placement::Right => colors.reduction,
        Placement::Mid => colors.mid,
        Placement::Side => colors.side,
    }
}

/// A channel's letter: colour never stands alone.
pub(super) fn letter(placement: Placement) -> &'static str {
    match placement {
        Placement::Stereo => "",
        Placement::Left => "L",
        Placement::Right => "R",
        Placement::Mid => "M",
        Placement::Side => "S",
    }
}

pub(super) fn head_ui(ui: &mut Ui, host: &Host, view: &mut View) {
    choice_ui(ui, host, "equalizer_phase", 92.0, view);
    let menu = ComboBox::from_id_salt("range")
        .selected_text(format!("\u{00b1}{} dB", view.curve.range_db))
        .width(72.0)
        .show_ui(ui, |ui| {
            for range in RANGES_DB {
                if ui
                    .selectable_value(&mut view.curve.range_db, range, format!("\u{00b1}{range} dB"))
                    .clicked()
                {
                    ui.close();
                }
            }
        });
    crate::widgets::name_menu(&menu.response, "Range of the graph");
    let piano = view.curve.piano;
    if small_button_ui(ui, 56.0, "Notes", piano, "Notes in place of hertz below the graph.", view).clicked() {
        view.curve.piano = !piano;
    }
    toggle_ui(ui, host, "equalizer_auto_gain", "Auto gain", 76.0, view);
}

pub(super) fn panel_ui(ui: &mut Ui, body: Rect, host: &Host, meters: &MeterReader, view: &mut View) {
    let is_narrow = view.room.is_narrow;
    let (picture, rows) = split(body, if is_narrow { 2 } else { 1 });
    let chip = if is_narrow { NARROW_CHIP } else { CHIP };
    let chips = Rect::from_min_max(pos2(body.left(), picture.bottom() - chip), picture.right_bottom());
    let area = Rect::from_min_max(picture.min, pos2(picture.right(), chips.top() - theme::MARGIN));
    let settings = host.tree.to_settings().equalizer;
    graph_ui(ui, area, host, meters, &settings, view);
    for (n, band) in settings.bands.iter().enumerate() {
        let width = (chips.width() - 7.0 * theme::GAP) / EQUALIZER_BANDS as f32;
        let corner = chips.min + vec2(n as f32 * (width + theme::GAP), 0.0);
        chip_ui(ui, Rect::from_min_size(corner, vec2(width, chip)), host, n, band, view);
    }
    controls_ui(ui, &rows, host, view);
}

/// The chosen band's parameters, in one row or in two.
fn controls_ui(ui: &mut Ui, rows: &[Rect], host: &Host, view: &mut View) {
    let row = rows[0];
    let band = view.band;
    let names = [
        ("band_on", "On"),
        ("shape", "Shape"),
        ("frequency", "Frequency"),
        ("gain", "Gain"),
        ("q", "Q"),
        ("slope", "Slope"),
        ("placement", "Channel"),
    ];
    let mut solo = Rect::from_min_max(pos2(row.right() - 84.0, row.top()), row.max);
    let fields = Rect::from_min_max(row.min, pos2(solo.left() - theme::MARGIN, row.bottom()));
    let ids = names.map(|(name, label)| (id(name, band), label));
    let fields_of: Vec<(&str, &str)> = ids.iter().map(|(id, label)| (id.as_str(), *label)).collect();
    // The switch names its band and is narrower than the rest.
    let switch = Rect::from_min_size(fields.min, vec2(84.0, fields.height()));
    if let Some(info) = host.tree.info(&ids[0].0) {
        field_ui(ui, switch, host, info, &format!("Band {}", band + 1), view);
    }
    let mut rest = fields.with_min_x(switch.right() + 4.0);
    // What the shape does not have is grey, and takes nothing.
    let shape = host.tree.to_settings().equalizer.bands[band];
    let is_cut = matches!(shape.shape, EqualizerShape::HighPass | EqualizerShape::LowPass);
    let dead = |name: &str| (name == "Gain" && !shape.has_gain()) || (name == "Slope" && !is_cut);
    let mut shown = &fields_of[1..];
    if let [_, second] = rows {
        let (first, others) = shown.split_at(shown.len() / 2);
        rest = rest.with_max_x(row.right());
        live_row_ui(ui, rest, host, first, &dead, view);
        rest = rest.translate(vec2(0.0, second.top() - row.top()));
        solo = switch.translate(vec2(0.0, second.top() - row.top()));
        shown = others;
    }
    live_row_ui(ui, rest, host, shown, &dead, view);
    let button = Rect::from_center_size(solo.center(), vec2(solo.width(), theme::CONTROL_HEIGHT));
    let heard = view.listens(StageId::Equalizer, ListenSource::Part(band));
    let hint = "Plays what lies in the region of this band.";
    if crate::widgets::button_ui(ui, button, "Solo band", heard, hint, view) {
        view.toggle_listen(StageId::Equalizer, ListenSource::Part(band));
    }
}

/// One band of the row: number, shape's values; a click chooses it.
fn chip_ui(ui: &mut Ui, rect: Rect, host: &Host, n: usize, band: &EqualizerBand, view: &mut View) {
    let response = ui.interact(rect, ui.scope_id().with(("equalizer chip", n)), Sense::click());
    let chosen = view.band == n;
    response.widget_info(|| {
        WidgetInfo::selected(egui::accesskit::Role::Tab, true, chosen, format!("Band {}", n + 1))
    });
    if response.clicked() {
        view.band = n;
    }
    if response.double_clicked() {
        host.set_plain(&id("band_on", n), f64::from(!band.on));
    }
    if response.hovered() {
        view.hint = format!("Band {}: click chooses, double-click switches it.", n + 1);
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
    let (mark, ink) =
        if band.on { (color(band.placement), colors.text) } else { (colors.disabled, colors.text_third) };
    let circle = rect.min + vec2(15.0, 13.0);
    painter.circle_stroke(circle, 7.5, egui::Stroke::new(1.5, mark));
    painter.text(circle, Align2::CENTER_CENTER, format!("{}", n + 1), theme::label_font(), ink);
    let right = rect.right() - 8.0;
    // One line: what has no gain is told by its frequency.
    let is_low = rect.height() < CHIP;
    let main = match (band.has_gain(), is_low) {
        (true, false) => format!("{} dB", difference(band.gain_db)),
        (true, true) => difference(band.gain_db),
        (false, false) => host.text(&id("slope", n)),
        (false, true) => hertz(band.frequency_hz),
    };
    painter.text(pos2(right, rect.top() + 13.0), Align2::RIGHT_CENTER, main, theme::strong_font(), ink);
    let beside = circle + vec2(11.0, 0.0);
    painter.text(beside, Align2::LEFT_CENTER, letter(band.placement), theme::strong_font(), mark);
    if is_low {
        return;
    }
    let below = rect.top() + 30.0;
    let at = |x: f32| pos2(x, below);
    let second = theme::label_font();
    let frequency = hertz(band.frequency_hz);
    painter.text(at(rect.left() + 8.0), Align2::LEFT_CENTER, frequency, second.clone(), colors.text_third);
    let q = if rect.width() < CHIP_ROOM { String::new() } else { format!("Q {}", host.text(&id("q", n))) };
    painter.text(at(right), Align2::RIGHT_CENTER, q, second, colors.text_third);
}

/// The graph and what is done in it.
fn graph_ui(
    ui: &mut Ui,
    area: Rect,
    host: &Host,
    meters: &MeterReader,
    settings: &EqualizerSettings,
    view: &mut View,
) {
    let most = view.curve.range_db;
    let graph = curve::graph(area, [-1.1 * most, 1.1 * most]);
    let steps: Vec<f64> = (-3..=3).map(|n| f64::from(n) * most / 3.0).collect();
    curve::ground_ui(ui, &graph, &steps, settings.bands[view.band].placement, meters, view);
    let (rate, phase) = (meters.sample_rate(), host.tree.params().equalizer_phase());
    let on: Vec<&EqualizerBand> = settings.bands.iter().filter(|band| band.on).collect();
    let strength = if settings.on { 1.0 } else { 0.4 };
    let painter = ui.painter().with_clip_rect(graph.rect);
    // Each band's gains once.
    let hz = frequencies(&graph, 2.0);
    let gains_db: Vec<Vec<f64>> =
        on.iter().map(|band| hz.iter().copied().map(band.response(rate, phase)).collect()).collect();
    let line = |gains_db: &[f64]| -> Vec<Pos2> {
        let points: Vec<Pos2> = hz.iter().zip(gains_db).map(|(hz, db)| graph.at(*hz, *db)).collect();
        thinned(&points)
    };
    for (band, gains_db) in on.iter().zip(&gains_db) {
        let single = line(gains_db);
        curve::line(&painter, single, 1.0, theme::faint(color(band.placement)).gamma_multiply(strength));
    }
    // What mid and side, or left and right, get together differs: a curve for each part that has bands of its own.
    for part in parts(&on) {
        let is_heard = |band: &EqualizerBand| band.placement == Placement::Stereo || band.placement == part;
        let heard: Vec<_> = on
            .iter()
            .zip(&gains_db)
            .filter(|(band, _)| is_heard(band))
            .map(|(_, gains_db)| gains_db)
            .collect();
        let sum: Vec<f64> = (0..hz.len()).map(|n| heard.iter().map(|gains_db| gains_db[n]).sum()).collect();
        curve::line(&painter, line(&sum), 2.2, color(part).gamma_multiply(strength));
    }
    let background = ui.interact(graph.rect, ui.scope_id().with("equalizer graph"), Sense::click_and_drag());
    background.widget_info(|| WidgetInfo::labeled(egui::accesskit::Role::Canvas, true, "Equalizer graph"));
    for (n, band) in settings.bands.iter().enumerate().filter(|(_, band)| band.on) {
        node_ui(ui, &graph, host, n, band, view);
    }
    if background.double_clicked()
        && let Some(at) = background.interact_pointer_pos()
    {
        add_band(host, &graph, &settings.bands, at, view);
    }
    grab::grab_ui(ui, &graph, &background, host, meters, settings, view);
    if background.hovered() && view.hint.is_empty() {
        let at = background.hover_pos().unwrap_or_default();
        view.hint = format!(
            "{}      Double-click adds a band: a cut or a shelf at the edges.",
            curve::cursor(&graph, at)
        );
    }
}

/// The parts that sum curves are drawn for.
fn parts(bands: &[&EqualizerBand]) -> Vec<Placement> {
    let own = [Placement::Left, Placement::Right, Placement::Mid, Placement::Side];
    let found: Vec<_> =
        own.into_iter().filter(|part| bands.iter().any(|band| band.placement == *part)).collect();
    if found.is_empty() { vec![Placement::Stereo] } else { found }
}

fn add_band(host: &Host, graph: &Graph, bands: &[EqualizerBand; EQUALIZER_BANDS], at: Pos2, view: &mut View) {
    let hz = graph.value_at_x(at.x).clamp(10.0, 40_000.0);
    let gain_db = graph.value_at_y(at.y).clamp(-18.0, 18.0);
    let shape = shape_at(hz);
    let q = if shape == EqualizerShape::Bell { 1.0 } else { FLAT_Q };
    add(host, bands, [shape as usize as f64, hz, gain_db, q], view);
}

/// Switches a free band on as a bell without a gain; its number.
pub(super) fn add_bell(
    host: &Host,
    bands: &[EqualizerBand; EQUALIZER_BANDS],
    hz: f64,
    q: f64,
    view: &mut View,
) -> Option<usize> {
    add(host, bands, [EqualizerShape::Bell as usize as f64, hz, 0.0, q], view)
}

/// Switches a free band on with a shape, a frequency in Hz, a gain in dB and a Q, and chooses it.
fn add(
    host: &Host,
    bands: &[EqualizerBand; EQUALIZER_BANDS],
    [shape, hz, gain_db, q]: [f64; 4],
    view: &mut View,
) -> Option<usize> {
    let Some(free) = bands.iter().position(|band| !band.on) else {
        view.problem = Some("All eight bands are in use.".to_owned());
        return None;
    };
    host.name_step(&format!("Equalizer band {}", free + 1));
    for (name, value) in [("shape", shape), ("frequency", hz), ("gain", gain_db), ("q", q), ("band_on", 1.0)]
    {
        host.set_plain(&id(name, free), value);
    }
    host.set_plain("equalizer_on", 1.0);
    view.band = free;
    view.new_node = Some(free);
    Some(free)
}

/// What belongs at a frequency: cuts at the ends of what is heard, shelves beside them, bells between.
fn shape_at(hz: f64) -> EqualizerShape {
    match hz {
        hz if hz < CUTS_HZ[0] => EqualizerShape::HighPass,
        hz if hz > CUTS_HZ[1] => EqualizerShape::LowPass,
        hz if hz < SHELVES_HZ[0] => EqualizerShape::LowShelf,
        hz if hz > SHELVES_HZ[1] => EqualizerShape::HighShelf,
        _ => EqualizerShape::Bell,
    }
}

fn node_ui(ui: &mut Ui, graph: &Graph, host: &Host, n: usize, band: &EqualizerBand, view: &mut View) {
    let centre = graph.at(band.frequency_hz, if band.has_gain() { band.gain_db } else { 0.0 });
    let [frequency, gain, q] = ["frequency", "gain", "q"].map(|name| id(name, n));
    let name = format!("Equalizer band {} node", n + 1);
    let handle = Handle {
        name: &name,
        x: Some(Axis::new(&frequency)),
        y: band.has_gain().then(|| Axis::new(&gain)),
        wheel: Some(&q),
        hint: "Drag: frequency and gain, Shift fine, Alt one axis, Ctrl hears the region; wheel: Q; double-click resets; right-click: more.",
    };
    let hit = Rect::from_center_size(centre, vec2(2.0 * HIT, 2.0 * HIT));
    let response = handle_ui(ui, graph, hit, host, &handle, view);
    if view.new_node == Some(n) {
        // It takes the arrows at once.
        response.request_focus();
        view.new_node = None;
    }
    if response.clicked() || response.drag_started() || response.gained_focus() {
        view.band = n;
    }
    if response.has_focus() && ui.input(|input| input.key_pressed(Key::Delete)) {
        host.set_plain(&id("band_on", n), 0.0);
    }
    hear_held(ui, &response, StageId::Equalizer, n, view);
    menu(&response, host, n);
    let text = format!("{}{}", n + 1, letter(band.placement));
    curve::node_ui(ui, centre, &text, color(band.placement), view.band == n, response.has_focus());
    if response.hovered() || response.dragged() {
        let text = |name: &str| host.text(&id(name, n));
        let lines = [
            format!("{}   {}", text("frequency"), note(band.frequency_hz)),
            if band.has_gain() { text("gain") } else { text("slope") },
            format!("Q {}   {}", text("q"), text("shape")),
        ];
        curve::read_out_ui(ui, graph, centre, lines);
    }
}

fn menu(response: &Response, host: &Host, n: usize) {
    response.context_menu(|ui| {
        for name in ["shape", "placement", "slope"] {
            let id = id(name, n);
            let Some(info) = host.tree.info(&id) else { continue };
            let chosen = host.tree.plain(&id).unwrap_or_default() as usize;
            let label = if name == "placement" { "Channel" } else { name };
            ui.menu_button(label, |ui| {
                for (index, choice) in info.choices.iter().enumerate() {
                    if ui.selectable_label(index == chosen, choice).clicked() {
                        host.set_plain(&id, index as f64);
                        ui.close();
                    }
                }
            });
        }
        ui.separator();
        if ui.button("Reset gain").clicked() {
            host.reset(&id("gain", n));
            ui.close();
        }
        if ui.button("Switch off").clicked() {
            host.set_plain(&id("band_on", n), 0.0);
            ui.close();
        }
        ui.weak(format!("Automation: {}, {}", id("frequency", n), id("gain", n)));
    });
}
