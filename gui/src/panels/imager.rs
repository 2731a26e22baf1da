//! The imager: the width of each region to drag over the frequencies, with their correlation; the vectorscope beside it.

use super::{side_by_side, split};
use crate::analysis::stereo::goniometer_ui;
use crate::axes::{chip_ui, frequencies_ui, levels_ui};
use crate::host::Host;
use crate::meter_reader::MeterReader;
use crate::scale::Graph;
use crate::theme;
use crate::view::View;
use crate::widgets::{Axis, Handle, handle_ui, rows_ui};
use egui::{Align2, Rect, Stroke, Ui, pos2, vec2};
use lacquer_dsp::chain::imager::{IMAGER_BANDS, ImagerSettings};
use lacquer_dsp::metering::spectrum::Part;

const NAMES: [&str; IMAGER_BANDS] = ["Low", "Middle", "High"];
/// Half of what a pointer hits of a line.
const REACH: f32 = 7.0;
/// Power below which there is nothing to correlate: -80 dB.
const LEAST_POWER: f64 = 1e-8;

pub(super) fn panel_ui(ui: &mut Ui, body: Rect, host: &Host, meters: &MeterReader, view: &mut View) {
    let (picture, rows) = split(body, 2);
    let (left, right) = side_by_side(picture, 0.68, picture.width());
    let settings = host.tree.to_settings().imager;
    widths_ui(ui, left, host, meters, &settings, view);
    goniometer_ui(ui, right, meters);
    rows_ui(
        ui,
        &rows,
        host,
        &[
            &[
                ("imager_width", "Width"),
                ("imager_band_width_1", "Low width"),
                ("imager_band_width_2", "Mid width"),
                ("imager_band_width_3", "High width"),
                ("imager_stereoize", "Stereoize"),
                ("imager_rotation", "Rotation"),
            ],
            &[
                ("imager_mono_bass", "Mono bass"),
                ("imager_mono_below", "Mono below"),
                ("imager_mono_slope", "Mono slope"),
                ("imager_guard", "Guard"),
                ("imager_guard_correlation", "Least corr."),
            ],
        ],
        view,
    );
}

fn widths_ui(
    ui: &mut Ui,
    area: Rect,
    host: &Host,
    meters: &MeterReader,
    settings: &ImagerSettings,
    view: &mut View,
) {
    let rect = Rect::from_min_max(area.min + vec2(42.0, 6.0), area.max - vec2(30.0, 16.0));
    let graph = Graph { rect, x: [20.0, 20_000.0], y: [0.0, 2.0], logarithmic: true };
    levels_ui(ui, &graph, &[0.0, 0.5, 1.0, 1.5, 2.0], &|width| format!("{:.0} %", 100.0 * width));
    frequencies_ui(ui, &graph);
    correlation_ui(ui, &graph, settings, meters);
    let colors = theme::colors();
    let strength = if settings.on { 1.0 } else { 0.4 };
    let painter = ui.painter().with_clip_rect(rect);
    let (base, mut names) = (graph.y(1.0), Vec::new());
    for (n, width) in settings.band_widths().into_iter().enumerate() {
        let left = n.checked_sub(1).map_or(rect.left(), |n| graph.x(settings.crossovers_hz()[n]));
        let right = settings.crossovers_hz().get(n).map_or(rect.right(), |hz| graph.x(*hz));
        let y = graph.y(width);
        let bar = Rect::from_min_max(pos2(left, y.min(base)), pos2(right, y.max(base)));
        painter.rect_filled(bar, 0.0, colors.mid.gamma_multiply(0.25 * strength));
        let id = format!("imager_band_width_{}", n + 1);
        let name = format!("{} width line", NAMES[n]);
        let hint =
            format!("{} width  {}    Drag it, Shift fine, double-click resets.", NAMES[n], host.text(&id));
        let axis = Axis { id: &id, unit: 100.0 };
        let handle = Handle { name: &name, x: None, y: Some(axis), wheel: None, hint: &hint };
        let hit = Rect::from_min_max(pos2(left + 8.0, y - REACH), pos2(right - 8.0, y + REACH));
        let response = handle_ui(ui, &graph, hit, host, &handle, view);
        let lit = response.hovered() || response.dragged() || response.has_focus();
        painter.hline(
            left..=right,
            y,
            Stroke::new(if lit { 3.0 } else { 2.0 }, colors.mid.gamma_multiply(strength)),
        );
        let at = pos2(0.5 * (left + right), rect.top() + 12.0);
        let text = format!("{} {:.0} %", NAMES[n], 100.0 * width);
        names.push((at, text));
    }
    if settings.mono_bass {
        let right = graph.x(settings.mono_below_hz);
        painter.rect_filled(
            Rect::from_min_max(rect.min, pos2(right, rect.bottom())),
            0.0,
            colors.accent.gamma_multiply(0.08),
        );
        painter.text(
            pos2(rect.left() + 8.0, rect.bottom() - 10.0),
            Align2::LEFT_CENTER,
            "mono",
            theme::label_font(),
            colors.accent,
        );
        line_ui(ui, &graph, host, "imager_mono_below", "Mono below line", colors.accent, view);
    }
    for n in 1..IMAGER_BANDS {
        let name = format!("Imager crossover {n}");
        line_ui(ui, &graph, host, &format!("imager_crossover_{n}"), &name, colors.text_second, view);
    }
    // Over the correlation, which may pass there.
    for (at, text) in names {
        chip_ui(ui, at, Align2::CENTER_CENTER, &text, theme::label_font(), colors.text_second);
    }
}

/// A frequency that is dragged.
fn line_ui(
    ui: &mut Ui,
    graph: &Graph,
    host: &Host,
    id: &str,
    name: &str,
    color: egui::Color32,
    view: &mut View,
) {
    let x = graph.x(host.tree.plain(id).unwrap_or_default()).round() + 0.5;
    let hit = Rect::from_min_max(pos2(x - REACH, graph.rect.top()), pos2(x + REACH, graph.rect.bottom()));
    let hint = format!("{name}  {}    Drag it, Shift fine, double-click resets.", host.text(id));
    let handle = Handle { name, x: Some(Axis::new(id)), y: None, wheel: None, hint: &hint };
    let response = handle_ui(ui, graph, hit, host, &handle, view);
    let lit = response.hovered() || response.dragged() || response.has_focus();
    ui.painter().vline(x, graph.rect.y_range(), Stroke::new(if lit { 2.0 } else { 1.0 }, color));
}

/// Correlation of each third of an octave as points, -1 at the lower edge, and what the guard keeps it above.
fn correlation_ui(ui: &Ui, graph: &Graph, settings: &ImagerSettings, meters: &MeterReader) {
    let colors = theme::colors();
    let scale = Graph { y: [-1.0, 1.0], ..*graph };
    if settings.guard {
        let y = scale.y(settings.guard_correlation);
        ui.painter().hline(graph.rect.x_range(), y, Stroke::new(1.0, colors.alarm.gamma_multiply(0.7)));
        let at = pos2(graph.rect.right() - 6.0, y - 2.0);
        ui.painter().text(at, Align2::RIGHT_BOTTOM, "guard", theme::axis_font(), colors.alarm);
    }
    // Inside the graph's height: below it stand the frequencies.
    let marks = [
        (-1.0, "\u{2212}1", Align2::LEFT_BOTTOM),
        (0.0, "0", Align2::LEFT_CENTER),
        (1.0, "+1", Align2::LEFT_TOP),
    ];
    for (value, text, align) in marks {
        let at = pos2(graph.rect.right() + 5.0, scale.y(value));
        ui.painter().text(at, align, text, theme::axis_font(), colors.text_third);
    }
    let mut previous = None;
    for band in meters.readings.long.bands(3).iter().filter(|band| band.powers.of(Part::Both) > LEAST_POWER) {
        let value = band.powers.correlation();
        let at = scale.at(band.centre_hz, value);
        if let Some(previous) = previous {
            ui.painter().line_segment([previous, at], Stroke::new(1.0, colors.input));
        }
        ui.painter().circle_filled(at, 2.0, if value < 0.0 { colors.alarm } else { colors.input });
        previous = Some(at);
    }
}
