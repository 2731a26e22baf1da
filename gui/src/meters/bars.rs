//! Loudness and true peaks as bars, as high as there is room for.

use crate::meter_reader::MeterReader;
use crate::room::Room;
use crate::scale::{Graph, level};
use crate::theme;
use egui::{Align2, Color32, Rect, Stroke, Ui, pos2, vec2};
use lacquer_dsp::targets::Target;

/// What the bars span, LUFS and dBTP: true peaks reach over full scale.
const SPAN: [f64; 2] = [-40.0, 3.0];
/// Levels with a line.
const LINES: [f64; 6] = [-40.0, -30.0, -20.0, -10.0, 0.0, 3.0];
/// Room for the figures of the axis, and below for names and figures, or for names alone.
const AXIS: f32 = 24.0;
const FOOT: f32 = 30.0;
const NARROW_FOOT: f32 = 16.0;
/// Height of a figure of the axis.
const FIGURE: f32 = 9.0;
/// Width that the bars were laid out for; wider columns stretch it.
const DESIGNED: f32 = 180.0;
/// Where the peaks begin.
const PEAKS: f32 = 122.0;

/// One bar: what it is called, where it begins and how wide it is, its level and the one that is held, its colour, whether it has a figure.
struct Column {
    name: &'static str,
    left: f32,
    width: f32,
    level: f64,
    held: f64,
    color: Color32,
    figure: bool,
}

pub(super) fn bars_ui(ui: &mut Ui, rect: Rect, meters: &MeterReader, target: &Target, room: Room) {
    let foot = if room.is_narrow { NARROW_FOOT } else { FOOT };
    let plot = Rect::from_min_max(rect.min + vec2(AXIS, 4.0), rect.max - vec2(0.0, foot));
    let graph = Graph { rect: plot, x: [0.0, 1.0], y: SPAN, logarithmic: false };
    let (painter, colors) = (ui.painter(), theme::colors());
    painter.rect_filled(plot, 2.0, colors.well);
    for db in LINES {
        let y = graph.y(db).round() + 0.5;
        painter.hline(plot.x_range(), y, theme::line(colors.grid_major));
        // Lines that lie closer than their figures are high have one between them.
        if db > 0.0 && graph.y(0.0) - y < FIGURE {
            continue;
        }
        let text = level(db).replace(".0", "");
        let text = if db > 0.0 { format!("+{text}") } else { text };
        let at = pos2(plot.left() - 4.0, y);
        painter.text(at, Align2::RIGHT_CENTER, text, theme::axis_font(), colors.text_third);
    }
    let stretch = plot.width() / DESIGNED;
    for column in columns(meters) {
        let (left, width) = (plot.left() + stretch * column.left, stretch * column.width);
        let x = left..=left + width;
        if column.level.is_finite() {
            let top = graph.y(column.level);
            let bar = Rect::from_min_max(pos2(left, top), pos2(left + width, plot.bottom()));
            painter.rect_filled(bar, 2.0, column.color.gamma_multiply(0.75));
        }
        if column.held.is_finite() && column.held > SPAN[0] {
            painter.hline(x, graph.y(column.held), Stroke::new(1.5, column.color));
        }
        let middle = left + width / 2.0;
        let at = pos2(middle, plot.bottom() + 2.0);
        painter.text(at, Align2::CENTER_TOP, column.name, theme::axis_font(), colors.text_third);
        if column.figure && !room.is_narrow {
            let text = meters.figure(column.name, || level(column.level));
            let at = pos2(middle, rect.bottom());
            painter.text(at, Align2::CENTER_BOTTOM, text, theme::label_font(), colors.text);
        }
    }
    let line = Stroke::new(1.0, colors.accent);
    if let Some(wanted) = target.integrated_lufs {
        let y = graph.y(wanted);
        let end = plot.left() + stretch * (PEAKS - 8.0);
        painter.hline(plot.left()..=end, y, line);
        // A tick that points at the integrated bar.
        let tip = pos2(end, y);
        let corners = vec![tip, tip + vec2(6.0, -3.5), tip + vec2(6.0, 3.5)];
        painter.add(egui::Shape::convex_polygon(corners, colors.accent, Stroke::NONE));
    }
    let peaks = plot.left() + stretch * PEAKS..=plot.right();
    painter.hline(peaks, graph.y(super::asked_dbtp(meters, target)), line);
}

fn columns(meters: &MeterReader) -> [Column; 8] {
    let (input, output, colors) = (&meters.bank.input, &meters.bank.output, theme::colors());
    let none = f64::NEG_INFINITY;
    let peak = |side: usize, channel: usize| meters.peaks[side][channel];
    let loudness = |name, left, width, level, held, color, figure| Column {
        name,
        left,
        width,
        level,
        held,
        color,
        figure,
    };
    let bar = |name, left, width, [side, channel]: [usize; 2], color| {
        let bar = peak(side, channel);
        Column { name, left, width, level: bar.level_db, held: bar.held_db, color, figure: false }
    };
    let [m, s] = [&output.momentary_lufs, &output.short_term_lufs].map(|value| f64::from(value.get()));
    let [most_m, most_s] =
        [&output.momentary_max_lufs, &output.short_term_max_lufs].map(|value| f64::from(value.get()));
    [
        loudness("", 1.0, 6.0, f64::from(input.short_term_lufs.get()), none, colors.input, false),
        loudness("M", 10.0, 30.0, m, most_m, colors.output, true),
        loudness("S", 46.5, 30.0, s, most_s, colors.output, true),
        loudness("I", 83.0, 30.0, output.integrated_lufs(), none, colors.output, true),
        bar("", 124.0, 9.0, [0, 0], colors.input),
        bar("In", 135.0, 9.0, [0, 1], colors.input),
        bar("L", 152.0, 12.0, [1, 0], colors.output),
        bar("R", 167.0, 12.0, [1, 1], colors.output),
    ]
}
