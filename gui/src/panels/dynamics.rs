//! The last seconds of a stage that changes gain: input and output from below, reduction from above.

use crate::desk::{Desk, TRACE_POINTS};
use crate::host::Host;
use crate::scale::{Graph, level};
use crate::theme;
use egui::{Align2, Color32, Mesh, Pos2, Rect, Shape, Stroke, Ui, pos2, vec2};
use lacquer_dsp::chain::StageId;

/// Peaks at the edges, dBFS.
const SPAN: [f64; 2] = [-36.0, 3.0];
/// Reductions that reach to the bottom, dB.
const DEEPEST_DB: f64 = 18.0;
/// Width of the column that says how much it is now.
const NOW: f32 = 64.0;

/// Whether a stage's reduction makes a picture.
pub(crate) fn has_picture(stage: StageId) -> bool {
    matches!(
        stage,
        StageId::Multiband | StageId::Glue | StageId::Clipper | StageId::Limiter | StageId::DynamicEq
    )
}

/// Draws the picture of a stage.
pub(crate) fn dynamics_ui(ui: &mut Ui, rect: Rect, host: &Host, stage: StageId, desk: &Desk) {
    let plot = Rect::from_min_max(rect.min + vec2(32.0, 0.0), rect.max - vec2(NOW, 0.0));
    let graph = Graph { rect: plot, x: [0.0, TRACE_POINTS as f64], y: SPAN, logarithmic: false };
    let painter = ui.painter().with_clip_rect(rect);
    painter.rect_filled(plot, 2.0, theme::colors().well);
    for db in [-30.0, -24.0, -18.0, -12.0, -6.0, 0.0] {
        let y = graph.y(db).round() + 0.5;
        painter.hline(
            plot.x_range(),
            y,
            theme::line(if db == 0.0 { theme::colors().grid_major } else { theme::colors().grid }),
        );
        let at = pos2(plot.left() - 4.0, y);
        painter.text(
            at,
            Align2::RIGHT_CENTER,
            format!("{db:.0}").replace('-', "\u{2212}"),
            theme::axis_font(),
            theme::colors().text_third,
        );
    }
    let start = TRACE_POINTS - desk.trace.len().min(TRACE_POINTS);
    let x = |n: usize| graph.x((start + n) as f64);
    let db = |amplitude: f32| 20.0 * f64::from(amplitude).max(1e-6).log10();
    let line = |value: &dyn Fn(usize) -> f32| -> Vec<Pos2> {
        (0..desk.trace.len()).map(|n| pos2(x(n), value(n))).collect()
    };
    let output = line(&|n| graph.y(db(desk.trace[n].output)));
    painter.add(band(&output, plot.bottom(), theme::colors().output.gamma_multiply(0.35)));
    painter.add(Shape::line(
        line(&|n| graph.y(db(desk.trace[n].input))),
        Stroke::new(1.0, theme::colors().input),
    ));
    let reduction = |n: usize| f64::from(desk.trace[n].reductions_db[stage as usize]);
    let reductions = line(&|n| plot.top() + plot.height() * (reduction(n) / DEEPEST_DB).min(1.0) as f32);
    painter.add(band(&reductions, plot.top(), theme::colors().reduction.gamma_multiply(0.5)));
    painter.add(Shape::line(reductions, Stroke::new(1.5, theme::colors().reduction)));
    let threshold = match stage {
        StageId::Limiter => Some("limiter_ceiling"),
        StageId::Clipper => Some("clipper_threshold"),
        StageId::Glue => Some("glue_threshold"),
        _ => None,
    };
    if let Some(plain) = threshold.and_then(|id| host.tree.plain(id).ok()) {
        painter.hline(plot.x_range(), graph.y(plain), Stroke::new(1.0, theme::colors().accent));
        painter.text(
            pos2(plot.right() - 4.0, graph.y(plain) - 2.0),
            Align2::RIGHT_BOTTOM,
            level(plain),
            theme::axis_font(),
            theme::colors().accent,
        );
    }
    let most = (0..desk.trace.len()).map(reduction).fold(0.0, f64::max);
    let column = pos2(rect.right(), rect.top());
    painter.text(
        column,
        Align2::RIGHT_TOP,
        level(-desk.reductions_db[stage as usize]),
        theme::main_font(),
        theme::colors().reduction,
    );
    painter.text(
        column + vec2(0.0, 20.0),
        Align2::RIGHT_TOP,
        "dB now",
        theme::label_font(),
        theme::colors().text_third,
    );
    painter.text(
        column + vec2(0.0, 44.0),
        Align2::RIGHT_TOP,
        level(-most),
        theme::main_font(),
        theme::colors().text,
    );
    painter.text(
        column + vec2(0.0, 64.0),
        Align2::RIGHT_TOP,
        "most in 6 s",
        theme::label_font(),
        theme::colors().text_third,
    );
}

/// The area between a line and a level.
fn band(points: &[Pos2], base: f32, color: Color32) -> Shape {
    let mut mesh = Mesh::default();
    for point in points {
        mesh.colored_vertex(*point, color);
        mesh.colored_vertex(pos2(point.x, base), color);
    }
    for n in 0..points.len().saturating_sub(1) as u32 {
        mesh.add_triangle(2 * n, 2 * n + 1, 2 * n + 2);
        mesh.add_triangle(2 * n + 1, 2 * n + 2, 2 * n + 3);
    }
    Shape::mesh(mesh)
}
