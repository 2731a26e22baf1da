//! The trim: the mix as it comes, before and after its gain.

use super::curve::band;
use super::split;
use crate::axes::levels_ui;
use crate::host::Host;
use crate::meter_reader::{MeterReader, TRACE_POINTS};
use crate::scale::{Graph, level};
use crate::theme;
use crate::view::View;
use crate::widgets::rows_ui;
use egui::{Align2, Pos2, Rect, Shape, Stroke, Ui, vec2};

/// Peaks at the edges, dBFS.
const SPAN: [f64; 2] = [-48.0, 6.0];

pub(super) fn panel_ui(ui: &mut Ui, body: Rect, host: &Host, meters: &MeterReader, view: &mut View) {
    let (picture, rows) = split(body, 2);
    let rect = Rect::from_min_max(picture.min + vec2(32.0, 0.0), picture.max - vec2(0.0, 4.0));
    let graph = Graph { rect, x: [0.0, TRACE_POINTS as f64], y: SPAN, logarithmic: false };
    levels_ui(ui, &graph, &[-36.0, -24.0, -12.0, -6.0, 0.0], &|db| level(db).replace(".0", ""));
    let settings = host.tree.to_settings().input_trim;
    let colors = theme::colors();
    let gain_db = if settings.on { settings.gain_db } else { 0.0 };
    let start = TRACE_POINTS - meters.trace.len().min(TRACE_POINTS);
    let line = |gain_db: f64| -> Vec<Pos2> {
        let db = |input: f32| 20.0 * f64::from(input).max(1e-6).log10() + gain_db;
        let points = meters.trace.iter().enumerate();
        points.map(|(n, point)| graph.at((start + n) as f64, db(point.input))).collect()
    };
    let painter = ui.painter().with_clip_rect(rect);
    let trimmed = line(gain_db);
    painter.add(band(&trimmed, rect.bottom(), colors.utility.gamma_multiply(0.3)));
    painter.add(Shape::line(trimmed, Stroke::new(1.5, colors.utility)));
    painter.add(Shape::line(line(0.0), Stroke::new(1.0, colors.input)));
    let highest = meters.trace.iter().map(|point| point.input).fold(0.0, f32::max);
    let headroom = -(20.0 * f64::from(highest).log10() + gain_db);
    let text = if headroom.is_finite() {
        let side = if headroom < 0.0 { "over" } else { "under" };
        format!("Peaks of the last 6 s, after the gain: {} dB {side} full scale", level(headroom.abs()))
    } else {
        "Peaks of the mix, before and after the gain".to_owned()
    };
    let color = if headroom < 0.0 { colors.alarm } else { colors.text_second };
    painter.text(rect.left_top() + vec2(8.0, 12.0), Align2::LEFT_CENTER, text, theme::label_font(), color);
    rows_ui(
        ui,
        &rows,
        host,
        &[
            &[
                ("input_trim_gain", "Gain"),
                ("input_trim_balance", "Balance"),
                ("input_trim_dc_filter", "DC filter"),
            ],
            &[
                ("input_trim_invert_left", "Invert left"),
                ("input_trim_invert_right", "Invert right"),
                ("input_trim_swap_channels", "Swap channels"),
            ],
        ],
        view,
    );
}
