//! The dynamic equalizer: how far each band may go, faintly, and where it is now, over the live spectrum.

use super::curve::{self, HIT, band, note, points};
use super::equalizer::{color, letter};
use super::split;
use crate::desk::Desk;
use crate::host::Host;
use crate::scale::{difference, hertz};
use crate::theme;
use crate::view::View;
use crate::widgets::{Axis, Handle, button_ui, handle_ui, row_ui};
use egui::{Align2, Rect, Sense, StrokeKind, Ui, WidgetInfo, pos2, vec2};
use lacquer_dsp::chain::dynamic_eq::{DYNAMIC_EQ_BANDS, DynamicEqBand};
use lacquer_dsp::chain::equalizer::Placement;
use lacquer_dsp::chain::{ListenSource, StageId};

/// Gains at the edges, dB.
const SPAN: [f64; 2] = [-13.0, 13.0];
/// Height of a band in the row of bands.
const CHIP: f32 = 28.0;

fn id(name: &str, band: usize) -> String {
    format!("dynamic_eq_{name}_{}", band + 1)
}

pub(super) fn panel_ui(ui: &mut Ui, body: Rect, host: &Host, desk: &Desk, view: &mut View) {
    let (picture, rows) = split(body, 2);
    let chips = Rect::from_min_max(pos2(body.left(), picture.bottom() - CHIP), picture.right_bottom());
    let area = Rect::from_min_max(picture.min, pos2(picture.right(), chips.top() - theme::MARGIN));
    let settings = host.tree.to_settings().dynamic_eq;
    let graph = curve::graph(area, SPAN);
    curve::ground_ui(ui, &graph, &[-12.0, -6.0, 0.0, 6.0, 12.0], desk, view);
    let rate = desk.sample_rate();
    let strength = if settings.on { 1.0 } else { 0.4 };
    let painter = ui.painter().with_clip_rect(graph.rect);
    let gains = desk.bank.dynamic_eq_gains_db.each_ref().map(|gain| f64::from(gain.get()));
    for (n, one) in settings.bands.iter().enumerate().filter(|(_, band)| band.on) {
        let color = color(one.placement).gamma_multiply(strength);
        let most = points(&graph, |hz| one.response_db(one.range_db, hz, rate));
        painter.add(band(&most, graph.y(0.0), color.gamma_multiply(0.12)));
        curve::line(&painter, most, 1.0, color.gamma_multiply(0.5));
        if settings.on && gains[n].abs() > 0.01 {
            let now = points(&graph, |hz| one.response_db(gains[n], hz, rate));
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
    let last = Rect::from_min_max(pos2(left.right(), rows[1].top()), rows[1].max);
    let button = Rect::from_center_size(last.center(), vec2(last.width() - 8.0, theme::CONTROL_HEIGHT));
    let heard = view.listens(StageId::DynamicEq, ListenSource::Part(n));
    if button_ui(ui, button, "Hear band", heard, "Plays what this band listens to.", view) {
        view.toggle_listen(StageId::DynamicEq, ListenSource::Part(n));
    }
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
    let (mark, ink) =
        if one.on { (color(one.placement), colors.text) } else { (colors.disabled, colors.text_third) };
    let circle = rect.left_center() + vec2(15.0, 0.0);
    painter.circle_stroke(circle, 7.5, egui::Stroke::new(1.5, mark));
    painter.text(circle, Align2::CENTER_CENTER, format!("{}", n + 1), theme::label_font(), ink);
    let text =
        format!("{}   {} {}", hertz(one.frequency_hz), host.text(&id("shape", n)), letter(one.placement));
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
        hint: "Drag for frequency and range, Shift fine, Alt one axis; wheel: Q; double-click resets the range.",
    };
    let hit = Rect::from_center_size(centre, vec2(2.0 * HIT, 2.0 * HIT));
    let response = handle_ui(ui, graph, hit, host, &handle, view);
    if response.clicked() || response.drag_started() || response.gained_focus() {
        view.dynamic_band = n;
    }
    let text =
        format!("{}{}", n + 1, if one.placement == Placement::Stereo { "" } else { letter(one.placement) });
    curve::node_ui(ui, centre, &text, color(one.placement), view.dynamic_band == n, response.has_focus());
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
