//! The equalizer's graph: its curve over the live spectrum, a node for each band.
//!
//! Drag a node for frequency and gain (Shift: a tenth as fast), turn the wheel over it for Q, double-click it to reset its gain, Delete
//! to switch it off, right-click for shape and placement. Double-click on empty graph switches a free band on there.

use crate::analysis::spectrum::{self, SpectrumView};
use crate::app::View;
use crate::desk::Desk;
use crate::host::Host;
use crate::scale::{Graph, difference, frequencies};
use crate::theme;
use crate::widgets::missed;
use egui::{
    Align2, Color32, Id, Key, Pos2, Rect, Response, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2,
};
use lacquer_dsp::chain::equalizer::{EQUALIZER_BANDS, EqualizerBand, Placement};

/// Gains at the edges, dB.
const SPAN: [f64; 2] = [-20.0, 20.0];
/// Radius of a node, of the chosen one's ring, and of what a pointer hits.
const NODE: f32 = 9.0;
const RING: f32 = 13.0;
const HIT: f32 = 16.0;
/// How much slower Shift makes a drag.
const FINE: f32 = 0.1;
/// Factor of Q for one step of the wheel.
const WHEEL_FACTOR: f64 = 1.12;
/// Scroll that makes one step, in points.
const WHEEL_POINTS: f32 = 50.0;

fn id(name: &str, band: usize) -> String {
    format!("equalizer_{name}_{}", band + 1)
}

fn color(placement: Placement) -> Color32 {
    match placement {
        Placement::Stereo => theme::colors().accent,
        Placement::Left => theme::colors().output,
        Placement::Right => theme::colors().reduction,
        Placement::Mid => theme::colors().mid,
        Placement::Side => theme::colors().side,
    }
}

fn letter(placement: Placement) -> &'static str {
    match placement {
        Placement::Stereo => "",
        Placement::Left => "L",
        Placement::Right => "R",
        Placement::Mid => "M",
        Placement::Side => "S",
    }
}

/// Draws the graph and takes what is done in it.
pub(crate) fn equalizer_ui(ui: &mut Ui, rect: Rect, host: &Host, desk: &Desk, view: &mut View) {
    let plot = Rect::from_min_max(rect.min + vec2(32.0, 0.0), rect.max - vec2(32.0, 16.0));
    let graph = Graph { rect: plot, x: [10.0, 24_000.0], y: SPAN, logarithmic: true };
    grid_ui(ui, &graph);
    let levels = Graph { y: [-90.0, 0.0], ..graph };
    let painter = ui.painter().clone();
    spectrum::draw(ui, &levels, &desk.input, &desk.output, SpectrumView::default());
    let settings = host.tree.to_settings().equalizer;
    let rate = desk.sample_rate();
    let hz = frequencies(&graph, 2.0);
    let on: Vec<&EqualizerBand> = settings.bands.iter().filter(|band| band.on).collect();
    let strength = if settings.on { 1.0 } else { 0.4 };
    for band in &on {
        let curve = hz.iter().map(|hz| graph.at(*hz, band.response_db(*hz, rate))).collect();
        let color = color(band.placement).gamma_multiply(0.3 * strength);
        painter.add(Shape::line(curve, Stroke::new(1.5, color)));
    }
    // What mid and side, or left and right, get together differs: a curve for each part that has bands of its own.
    for part in parts(&on) {
        let sum = hz.iter().map(|hz| {
            let db = on
                .iter()
                .filter(|band| reaches(band.placement, part))
                .map(|band| band.response_db(*hz, rate))
                .sum();
            graph.at(*hz, db)
        });
        painter.add(Shape::line(sum.collect(), Stroke::new(2.2, color(part).gamma_multiply(strength))));
    }
    let background = ui.interact(plot, ui.scope_id().with("equalizer graph"), Sense::click());
    background.widget_info(|| WidgetInfo::labeled(egui::accesskit::Role::Canvas, true, "Equalizer graph"));
    for (n, band) in settings.bands.iter().enumerate().filter(|(_, band)| band.on) {
        node_ui(ui, &graph, host, n, band, view);
    }
    if background.double_clicked()
        && let Some(at) = background.interact_pointer_pos()
    {
        add_band(host, &graph, &settings.bands, at, view);
    }
    if background.hovered() && view.hint.is_empty() {
        view.hint = if on.is_empty() {
            "Double-click adds a band.".to_owned()
        } else {
            "Drag a node, Shift fine; wheel: Q; double-click resets; right-click: shape; Delete switches off."
                .to_owned()
        };
    }
}

/// The parts that sum curves are drawn for.
fn parts(bands: &[&EqualizerBand]) -> Vec<Placement> {
    let has = |placement| bands.iter().any(|band| band.placement == placement);
    let mut parts = Vec::new();
    for placement in [Placement::Left, Placement::Right, Placement::Mid, Placement::Side] {
        if has(placement) {
            parts.push(placement);
        }
    }
    if parts.is_empty() { vec![Placement::Stereo] } else { parts }
}

fn reaches(band: Placement, part: Placement) -> bool {
    band == Placement::Stereo || band == part
}

fn grid_ui(ui: &Ui, graph: &Graph) {
    let painter = ui.painter();
    painter.rect_filled(graph.rect, 2.0, theme::colors().well);
    for db in [-18.0, -12.0, -6.0, 0.0, 6.0, 12.0, 18.0] {
        let y = graph.y(db).round() + 0.5;
        let color = if db == 0.0 { theme::colors().track } else { theme::colors().grid };
        painter.hline(graph.rect.x_range(), y, theme::line(color));
        let text = difference(db).replace(".0", "");
        painter.text(
            pos2(graph.rect.left() - 4.0, y),
            Align2::RIGHT_CENTER,
            text,
            theme::axis_font(),
            theme::colors().text_third,
        );
    }
    for (hz, name) in [
        (20.0, "20"),
        (50.0, "50"),
        (100.0, "100"),
        (200.0, "200"),
        (500.0, "500"),
        (1e3, "1k"),
        (2e3, "2k"),
        (5e3, "5k"),
        (1e4, "10k"),
        (2e4, "20k"),
    ] {
        let x = graph.x(hz).round() + 0.5;
        painter.vline(x, graph.rect.y_range(), theme::line(theme::colors().grid));
        painter.text(
            pos2(x, graph.rect.bottom() + 2.0),
            Align2::CENTER_TOP,
            name,
            theme::axis_font(),
            theme::colors().text_third,
        );
    }
}

fn add_band(host: &Host, graph: &Graph, bands: &[EqualizerBand; EQUALIZER_BANDS], at: Pos2, view: &mut View) {
    let Some(free) = bands.iter().position(|band| !band.on) else {
        view.problem = Some("All eight bands are in use.".to_owned());
        return;
    };
    let [from, to] = graph.x;
    let share = f64::from((at.x - graph.rect.left()) / graph.rect.width());
    let [bottom, top] = graph.y;
    let gain = bottom + (top - bottom) * f64::from((graph.rect.bottom() - at.y) / graph.rect.height());
    host.set_plain(&id("shape", free), 0.0);
    host.set_plain(&id("frequency", free), (from * (to / from).powf(share)).clamp(10.0, 40_000.0));
    host.set_plain(&id("gain", free), gain.clamp(-18.0, 18.0));
    host.set_plain(&id("q", free), 1.0);
    host.set_plain(&id("band_on", free), 1.0);
    host.set_plain("equalizer_on", 1.0);
    view.band = free;
    view.problem = None;
}

fn node_ui(ui: &mut Ui, graph: &Graph, host: &Host, n: usize, band: &EqualizerBand, view: &mut View) {
    let gain_db = if band.has_gain() { band.gain_db } else { 0.0 };
    let centre = graph.at(band.frequency_hz, gain_db);
    let place = Rect::from_center_size(centre, vec2(2.0 * HIT, 2.0 * HIT));
    let response = ui.interact(place, ui.scope_id().with(("equalizer node", n)), Sense::click_and_drag());
    response.widget_info(|| {
        WidgetInfo::labeled(egui::accesskit::Role::Slider, true, format!("Equalizer band {} node", n + 1))
    });
    if response.clicked() || response.drag_started() {
        view.band = n;
        response.request_focus();
    }
    drag(ui, &response, graph, host, n, band);
    if response.double_clicked() {
        host.reset(&id("gain", n));
    }
    if response.hovered() {
        wheel(ui, response.id.with("wheel"), host, n, band.q);
    }
    if response.has_focus() && ui.input(|input| input.key_pressed(Key::Delete)) {
        host.set_plain(&id("band_on", n), 0.0);
    }
    menu(&response, host, n);
    let chosen = view.band == n;
    let fill = color(band.placement);
    let painter = ui.painter();
    painter.circle_filled(centre, NODE, if chosen { fill } else { theme::colors().raised });
    painter.circle_stroke(centre, NODE, Stroke::new(1.5, fill));
    if chosen || response.has_focus() {
        painter.circle_stroke(centre, RING, Stroke::new(1.5, fill));
    }
    let text = format!("{}{}", n + 1, letter(band.placement));
    let ink = if chosen { theme::colors().on_accent } else { theme::colors().text };
    painter.text(centre, Align2::CENTER_CENTER, text, theme::label_font(), ink);
    if response.hovered() || response.dragged() {
        read_out(ui, graph, centre, host, n, band);
    }
}

/// Frequency and gain follow the pointer: one gesture of both.
fn drag(ui: &Ui, response: &Response, graph: &Graph, host: &Host, n: usize, band: &EqualizerBand) {
    let ids = [id("frequency", n), id("gain", n)];
    // Followed here and not read back: a host may answer late.
    let memory = response.id.with("position");
    if response.drag_started() {
        let missed = missed(ui, response);
        let [from, to] = graph.x;
        let [bottom, top] = graph.y;
        let start = [
            band.frequency_hz.ln() + f64::from(missed.x / graph.rect.width()) * (to / from).ln(),
            band.gain_db - f64::from(missed.y / graph.rect.height()) * (top - bottom),
        ];
        ui.data_mut(|data| data.insert_temp(memory, start));
        ids.iter().for_each(|id| host.begin(id));
    }
    if response.dragged()
        && let Some([log_hz, gain_db]) = ui.data(|data| data.get_temp::<[f64; 2]>(memory))
    {
        let speed = if ui.input(|input| input.modifiers.shift) { FINE } else { 1.0 };
        let moved = response.drag_delta() * speed;
        let [from, to] = graph.x;
        let [bottom, top] = graph.y;
        let log_hz = log_hz + f64::from(moved.x / graph.rect.width()) * (to / from).ln();
        let gain_db = gain_db - f64::from(moved.y / graph.rect.height()) * (top - bottom);
        let [log_hz, gain_db] = [log_hz.clamp(10f64.ln(), 40_000f64.ln()), gain_db.clamp(-18.0, 18.0)];
        ui.data_mut(|data| data.insert_temp(memory, [log_hz, gain_db]));
        let values = [log_hz.exp(), if band.has_gain() { gain_db } else { band.gain_db }];
        for (id, plain) in ids.iter().zip(values) {
            if let Ok(normalized) = host.tree.normalize(id, plain) {
                host.set_normalized(id, normalized);
            }
        }
    }
    if response.drag_stopped() {
        ids.iter().for_each(|id| host.end(id));
        ui.data_mut(|data| data.remove::<[f64; 2]>(memory));
    }
}

/// Steps the quality factor; what is less than a step is kept for later.
fn wheel(ui: &Ui, memory: Id, host: &Host, n: usize, q: f64) {
    let moved = ui.input(|input| input.smooth_scroll_delta().y);
    if moved == 0.0 {
        return;
    }
    let gathered = ui.data(|data| data.get_temp::<f32>(memory)).unwrap_or_default() + moved;
    let steps = (gathered / WHEEL_POINTS).trunc();
    ui.data_mut(|data| data.insert_temp(memory, gathered - steps * WHEEL_POINTS));
    if steps != 0.0 {
        host.set_plain(&id("q", n), (q * WHEEL_FACTOR.powf(f64::from(steps))).clamp(0.1, 30.0));
    }
}

fn menu(response: &Response, host: &Host, n: usize) {
    response.context_menu(|ui| {
        for name in ["shape", "placement", "slope"] {
            let id = id(name, n);
            let Some(info) = host.tree.info(&id) else { continue };
            let chosen = host.tree.plain(&id).unwrap_or_default() as usize;
            ui.menu_button(&info.name, |ui| {
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
        ui.label(id("frequency", n));
    });
}

/// Frequency, note, gain and Q beside a node, never over it.
fn read_out(ui: &Ui, graph: &Graph, centre: Pos2, host: &Host, n: usize, band: &EqualizerBand) {
    let size = vec2(156.0, 58.0);
    let left = if centre.x + RING + 8.0 + size.x < graph.rect.right() {
        centre.x + RING + 8.0
    } else {
        centre.x - RING - 8.0 - size.x
    };
    let top = (centre.y - size.y / 2.0).clamp(graph.rect.top() + 4.0, graph.rect.bottom() - size.y - 4.0);
    let rect = Rect::from_min_size(pos2(left, top), size);
    let painter = ui.painter();
    painter.rect_filled(rect, theme::RADIUS, theme::colors().raised);
    painter.rect_stroke(rect, theme::RADIUS, theme::line(theme::colors().track), egui::StrokeKind::Inside);
    let text = |name: &str| host.tree.text(&id(name, n)).unwrap_or_default();
    let lines = [
        (format!("{}   {}", text("frequency"), note(band.frequency_hz)), theme::colors().text),
        (if band.has_gain() { text("gain") } else { text("slope") }, theme::colors().text_second),
        (format!("Q {}   {}", text("q"), text("shape")), theme::colors().text_second),
    ];
    for (row, (line, color)) in lines.into_iter().enumerate() {
        let at = rect.min + vec2(8.0, 12.0 + 17.0 * row as f32);
        painter.text(at, Align2::LEFT_CENTER, line, theme::body_font(), color);
    }
}

/// The nearest note and how far from it in cents, A4 at 440 Hz.
fn note(hz: f64) -> String {
    const NAMES: [&str; 12] = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];
    let pitch = 69.0 + 12.0 * (hz / 440.0).log2();
    let nearest = pitch.round();
    let cents = ((pitch - nearest) * 100.0).round();
    let name = NAMES[(nearest as i32).rem_euclid(12) as usize];
    let sign = if cents < 0.0 { "\u{2212}" } else { "+" };
    format!("{name}{} {sign}{}", (nearest as i32).div_euclid(12) - 1, cents.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_named_with_their_cents() {
        assert_eq!(note(440.0), "A4 +0");
        assert_eq!(note(261.63), "C4 +0");
        assert_eq!(note(1000.0), "B5 +21");
        assert_eq!(note(20.0), "D#0 +49");
    }
}
