//! The grounds of graphs: wells with lines at round values, their figures, and words on them.

use crate::scale::Graph;
use crate::theme;
use egui::text::{LayoutJob, TextWrapping};
use egui::{Align2, Color32, FontId, Pos2, Rect, Ui, pos2, vec2};

/// Frequencies at which an axis has a line, hertz.
const DECADES: [(f64, &str); 10] = [
    (20.0, "20"),
    (50.0, "50"),
    (100.0, "100"),
    (200.0, "200"),
    (500.0, "500"),
    (1000.0, "1k"),
    (2000.0, "2k"),
    (5000.0, "5k"),
    (10_000.0, "10k"),
    (20_000.0, "20k"),
];

/// The part of an area that is a graph, with room for the figures of its axes.
pub(crate) fn plot(area: Rect) -> Rect {
    Rect::from_min_max(area.min + vec2(32.0, 6.0), area.max - vec2(12.0, 15.0))
}

/// A well with lines at `levels`, their figures at the left; on a logarithmic axis lines at 1-2-5 steps, their figures below.
pub(crate) fn well_ui(ui: &Ui, graph: &Graph, levels: &[f64]) {
    levels_ui(ui, graph, levels, &|level| {
        format!("{}{}", if level < 0.0 { "\u{2212}" } else { "" }, level.abs())
    });
    if graph.logarithmic {
        frequencies_ui(ui, graph);
    }
}

/// A well with lines at `levels`.
pub(crate) fn levels_ui(ui: &Ui, graph: &Graph, levels: &[f64], text: &dyn Fn(f64) -> String) {
    let (painter, colors) = (ui.painter(), theme::colors());
    painter.rect_filled(graph.rect, 2.0, colors.well);
    for level in levels {
        let y = graph.y(*level).round() + 0.5;
        let color = if *level == 0.0 { colors.grid_major } else { colors.grid };
        painter.hline(graph.rect.x_range(), y, theme::line(color));
        let at = pos2(graph.rect.left() - 5.0, y);
        painter.text(at, Align2::RIGHT_CENTER, text(*level), theme::axis_font(), colors.text_third);
    }
}

/// Lines and figures of an axis in hertz.
pub(crate) fn frequencies_ui(ui: &Ui, graph: &Graph) {
    for (hz, name) in DECADES {
        mark_ui(ui, graph, hz, name);
    }
}

/// Lines and figures of an axis in notes: every C.
pub(crate) fn notes_ui(ui: &Ui, graph: &Graph) {
    for octave in 0..=10 {
        let hz = 440.0 * 2f64.powf(f64::from(octave) - 4.75);
        mark_ui(ui, graph, hz, &format!("C{octave}"));
    }
}

fn mark_ui(ui: &Ui, graph: &Graph, value: f64, name: &str) {
    if value < graph.x[0] || value > graph.x[1] {
        return;
    }
    let (painter, colors) = (ui.painter(), theme::colors());
    let x = graph.x(value).round() + 0.5;
    painter.vline(x, graph.rect.y_range(), theme::line(colors.grid));
    let at = pos2(x, graph.rect.bottom() + 2.0);
    painter.text(at, Align2::CENTER_TOP, name, theme::axis_font(), colors.text_third);
}

/// A word on a chip of its own: legible over whatever is drawn there.
pub(crate) fn chip_ui(ui: &Ui, at: Pos2, align: Align2, text: &str, font: FontId, color: Color32) -> Rect {
    let colors = theme::colors();
    let galley = ui.painter().layout_no_wrap(text.to_owned(), font, color);
    let rect = align.anchor_size(at, galley.size());
    ui.painter().rect_filled(rect.expand2(vec2(4.0, 1.0)), 3.0, colors.well.gamma_multiply(0.85));
    ui.painter().galley(rect.min, galley, color);
    rect
}

/// A line of text from the left of an area, which ends in an ellipsis where it is longer; whether it is.
pub(crate) fn text_ui(ui: &Ui, area: Rect, text: &str, font: FontId, color: Color32) -> bool {
    let mut job = LayoutJob::simple_singleline(text.to_owned(), font, color);
    job.wrap = TextWrapping::truncate_at_width(area.width().max(0.0));
    let galley = ui.painter().layout_job(job);
    let is_cut = galley.elided;
    let at = pos2(area.left(), area.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, color);
    is_cut
}

/// What the traces of a graph are: names with a stroke of each trace's colour, a row each at the upper right.
pub(crate) fn legend_ui(ui: &Ui, graph: &Graph, traces: &[(&str, Color32)]) {
    for (row, (text, color)) in traces.iter().enumerate() {
        let at = graph.rect.right_top() + vec2(-26.0, 12.0 + 16.0 * row as f32);
        let ink = theme::colors().text_second;
        let name = chip_ui(ui, at, Align2::RIGHT_CENTER, text, theme::label_font(), ink);
        let stroke = Rect::from_center_size(pos2(name.right() + 12.0, at.y), vec2(12.0, 3.0));
        ui.painter().rect_filled(stroke.expand(2.0), 2.0, theme::colors().well.gamma_multiply(0.85));
        ui.painter().rect_filled(stroke, 1.0, *color);
    }
}
