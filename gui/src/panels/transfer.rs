//! Output over input: of levels, and of amplitudes.

use super::curve::line;
use crate::axes::levels_ui;
use crate::scale::Graph;
use crate::theme;
use egui::{Align2, Color32, Pos2, Rect, Shape, Stroke, Ui, pos2, vec2};

/// Levels at the edges of a diagram of levels, dBFS.
const SPAN: [f64; 2] = [-48.0, 0.0];
/// Amplitude at the edges of a diagram of amplitudes.
const MOST: f64 = 1.1;

/// The diagram's place in an area: as high as wide.
fn square(area: Rect) -> Rect {
    let side = (area.width() - 36.0).min(area.height() - 22.0);
    Rect::from_min_size(area.min + vec2(32.0, 6.0), vec2(side, side))
}

/// The diagram of a compressor: levels in dBFS, a point where it is now.
pub(super) fn levels(
    ui: &Ui,
    area: Rect,
    curve: impl Fn(f64) -> f64,
    now: Option<[f64; 2]>,
    color: Color32,
) -> Graph {
    let graph = Graph { rect: square(area), x: SPAN, y: SPAN, logarithmic: false };
    let text = |db: f64| format!("{db:.0}").replace('-', "\u{2212}");
    levels_ui(ui, &graph, &[-48.0, -36.0, -24.0, -12.0, 0.0], &text);
    let colors = theme::colors();
    for db in [-36.0, -24.0, -12.0] {
        ui.painter().vline(graph.x(db).round() + 0.5, graph.rect.y_range(), theme::line(colors.grid));
        let at = pos2(graph.x(db), graph.rect.bottom() + 2.0);
        ui.painter().text(at, Align2::CENTER_TOP, text(db), theme::axis_font(), colors.text_third);
    }
    let painter = ui.painter().with_clip_rect(graph.rect);
    line(&painter, vec![graph.rect.left_bottom(), graph.rect.right_top()], 1.0, colors.track);
    let steps = 96;
    let points: Vec<Pos2> = (0..=steps)
        .map(|n| SPAN[0] + (SPAN[1] - SPAN[0]) * f64::from(n) / f64::from(steps))
        .map(|db| graph.at(db, curve(db)))
        .collect();
    line(&painter, points, 2.0, color);
    if let Some([input, output]) = now.filter(|[input, _]| *input > SPAN[0]) {
        let at = graph.at(input, output);
        painter.circle(at, 4.5, colors.text, Stroke::new(1.5, color));
    }
    graph
}

/// The curve of a shaper: amplitudes as they went in and came out, `peaks` where the programme is now.
pub(super) fn amplitudes(ui: &Ui, area: Rect, curve: &[[f64; 2]], color: Color32) {
    let graph = Graph { rect: square(area), x: [-MOST, MOST], y: [-MOST, MOST], logarithmic: false };
    levels_ui(ui, &graph, &[-1.0, -0.5, 0.0, 0.5, 1.0], &|x| format!("{x}").replace('-', "\u{2212}"));
    let colors = theme::colors();
    for x in [-1.0, -0.5, 0.0, 0.5, 1.0] {
        let line_color = if x == 0.0 { colors.grid_major } else { colors.grid };
        ui.painter().vline(graph.x(x).round() + 0.5, graph.rect.y_range(), theme::line(line_color));
    }
    let painter = ui.painter().with_clip_rect(graph.rect);
    line(&painter, vec![graph.rect.left_bottom(), graph.rect.right_top()], 1.0, colors.track);
    let mut points: Vec<Pos2> = curve.iter().map(|[input, output]| graph.at(*input, *output)).collect();
    points.extend(points.first().copied());
    painter.add(Shape::line(points, Stroke::new(2.0, color)));
    let at = graph.rect.left_bottom() + vec2(0.0, 2.0);
    let text = "Output over input, one period of a tone";
    ui.painter().text(at, Align2::LEFT_TOP, text, theme::axis_font(), colors.text_third);
}

/// Levels of harmonics as bars, dB against the tone.
pub(super) fn harmonics(ui: &Ui, area: Rect, levels_db: &[f64], first: usize, color: Color32) {
    let rect = Rect::from_min_max(area.min + vec2(32.0, 2.0), area.max - vec2(0.0, 16.0));
    let graph = Graph { rect, x: [0.0, levels_db.len() as f64], y: [-100.0, 0.0], logarithmic: false };
    levels_ui(ui, &graph, &[-100.0, -80.0, -60.0, -40.0, -20.0, 0.0], &|db| {
        format!("{db}").replace('-', "\u{2212}")
    });
    let colors = theme::colors();
    for (n, db) in levels_db.iter().enumerate() {
        let [left, right] = [n as f64 + 0.2, n as f64 + 0.8].map(|x| graph.x(x));
        let bar = Rect::from_min_max(pos2(left, graph.y(*db)), pos2(right, rect.bottom()));
        ui.painter().rect_filled(bar, 2.0, color);
        let middle = 0.5 * (left + right);
        let (order, font) = (n + first, theme::axis_font());
        ui.painter().text(
            pos2(middle, rect.bottom() + 2.0),
            Align2::CENTER_TOP,
            format!("{order}"),
            font.clone(),
            colors.text_third,
        );
        if *db > graph.y[0] {
            let text = format!("\u{2212}{:.0}", -db);
            ui.painter().text(
                pos2(middle, bar.top() - 2.0),
                Align2::CENTER_BOTTOM,
                text,
                font,
                colors.text_second,
            );
        }
    }
}
