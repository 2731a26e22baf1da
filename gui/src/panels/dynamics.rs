//! The last seconds of a stage that changes gain: its input and output from below, reduction from above, the chain's overs marked.
//! The limiter's input is drawn with its drive, so that what crosses the ceiling is seen, and of its reduction what the clip took.

use super::curve::band;
use crate::axes::levels_ui;
use crate::desk::{Desk, TRACE_POINTS};
use crate::host::Host;
use crate::scale::{Graph, difference, level};
use crate::theme;
use crate::view::View;
use crate::widgets::{Axis, Handle, handle_ui};
use egui::{Align2, Painter, Pos2, Rect, Shape, Stroke, Ui, pos2, vec2};
use lacquer_dsp::chain::StageId;

/// Peaks at the edges, dBFS.
const SPAN: [f64; 2] = [-36.0, 3.0];
/// Reductions that reach to the bottom, dB, and those that are lettered.
const DEEPEST_DB: f64 = 18.0;
const LETTERED_DB: [f64; 4] = [3.0, 6.0, 9.0, 12.0];
/// Points of the trace between two overs that are told apart: 0.1 s.
const OVER_POINTS: usize = 20;
/// Width that an over's figure takes.
const OVER_WIDTH: f32 = 44.0;
/// Width of the column that says how much it is now.
const NOW: f32 = 104.0;
/// Width of the letters of reduction in it.
const LETTERS: f32 = 34.0;
/// Half the height of what a pointer hits of a line.
const REACH: f32 = 6.0;

/// Draws the last seconds of `stage`; `threshold` is a level in dB that can be dragged, with its name.
pub(super) fn dynamics_ui(
    ui: &mut Ui,
    rect: Rect,
    host: &Host,
    stage: StageId,
    threshold: Option<(&str, &str)>,
    desk: &Desk,
    view: &mut View,
) {
    let plot = Rect::from_min_max(rect.min + vec2(32.0, 4.0), rect.max - vec2(NOW, 16.0));
    let graph = Graph { rect: plot, x: [0.0, TRACE_POINTS as f64], y: SPAN, logarithmic: false };
    levels_ui(ui, &graph, &[-30.0, -24.0, -18.0, -12.0, -6.0, 0.0], &|db| level(db).replace(".0", ""));
    let colors = theme::colors();
    let painter = ui.painter().with_clip_rect(rect);
    let start = TRACE_POINTS - desk.trace.len().min(TRACE_POINTS);
    let x = |n: usize| graph.x((start + n) as f64);
    let db = |amplitude: f32| 20.0 * f64::from(amplitude).max(1e-6).log10();
    let line = |value: &dyn Fn(usize) -> f32| -> Vec<Pos2> {
        (0..desk.trace.len()).map(|n| pos2(x(n), value(n))).collect()
    };
    let output = line(&|n| graph.y(db(desk.trace[n].after(stage))));
    painter.add(band(&output, plot.bottom(), colors.output.gamma_multiply(0.35)));
    let is_limiter = stage == StageId::Limiter;
    let drive_db = if is_limiter { host.tree.plain("limiter_drive").unwrap_or_default() } else { 0.0 };
    painter.add(Shape::line(
        line(&|n| graph.y(drive_db + db(desk.trace[n].before(stage)))),
        Stroke::new(1.0, colors.input),
    ));
    let reduction = |n: usize| f64::from(desk.trace[n].reductions_db[stage as usize]);
    let lane = |value: f64| plot.top() + plot.height() * (value / DEEPEST_DB).min(1.0) as f32;
    if is_limiter {
        let whole = line(&|n| lane(desk.trace[n].limiter_db.iter().map(|part| f64::from(*part)).sum()));
        painter.add(band(&whole, plot.top(), colors.side.gamma_multiply(0.8)));
    }
    let gain = |n: usize| if is_limiter { f64::from(desk.trace[n].limiter_db[0]) } else { reduction(n) };
    let reductions = line(&|n| lane(gain(n)));
    painter.add(band(&reductions, plot.top(), colors.reduction.gamma_multiply(0.5)));
    painter.add(Shape::line(reductions, Stroke::new(1.5, colors.reduction)));
    for depth in LETTERED_DB {
        let at = pos2(plot.right(), plot.top() + plot.height() * (depth / DEEPEST_DB) as f32);
        painter.hline(at.x - 4.0..=at.x, at.y, theme::line(colors.reduction));
        let text = level(-depth).replace(".0", "");
        painter.text(at + vec2(5.0, 0.0), Align2::LEFT_CENTER, text, theme::axis_font(), colors.reduction);
    }
    overs_ui(&painter, &graph, desk, &x);
    for (seconds, name) in [(0, "\u{2212}6 s"), (2, "\u{2212}4"), (4, "\u{2212}2"), (6, "now")] {
        let at = pos2(graph.x(f64::from(seconds) * 200.0), plot.bottom() + 2.0);
        let align = [Align2::LEFT_TOP, Align2::CENTER_TOP, Align2::RIGHT_TOP]
            [usize::from(seconds > 0) + usize::from(seconds == 6)];
        painter.text(at, align, name, theme::axis_font(), colors.text_third);
    }
    let most = (0..desk.trace.len()).map(reduction).fold(0.0, f64::max);
    let corner = pos2(rect.right() - 4.0, rect.top());
    let now = [
        (-desk.reductions_db[stage as usize], "dB now", colors.reduction),
        (-most, "most in 6 s", colors.text),
    ];
    for (n, (value, name, color)) in now.into_iter().enumerate() {
        let at = corner + vec2(0.0, 44.0 * n as f32);
        painter.text(at, Align2::RIGHT_TOP, level(value), theme::main_font(), color);
        painter.text(at + vec2(0.0, 20.0), Align2::RIGHT_TOP, name, theme::label_font(), colors.text_third);
    }
    if is_limiter {
        share_ui(&painter, corner + vec2(0.0, 96.0), desk);
    }
    if let Some((id, name)) = threshold {
        threshold_ui(ui, &graph, host, id, name, view);
    }
}

/// How much of what was taken the gains took, and how much the clip, over the trace.
fn share_ui(painter: &Painter, corner: Pos2, desk: &Desk) {
    let colors = theme::colors();
    let sum = |part: usize| desk.trace.iter().map(|point| point.limiter_db[part]).sum::<f32>();
    let [gain, clip] = [sum(0), sum(1)];
    if gain + clip <= 0.0 {
        return;
    }
    let share = gain / (gain + clip);
    // The reductions are lettered to its left.
    let bar = Rect::from_min_size(corner + vec2(LETTERS - NOW, 0.0), vec2(NOW - LETTERS, 8.0));
    let middle = bar.left() + share * bar.width();
    painter.rect_filled(bar, 2.0, colors.side);
    painter.rect_filled(Rect::from_min_max(bar.min, pos2(middle, bar.bottom())), 2.0, colors.reduction);
    for (n, (name, share, color)) in
        [("Gain", share, colors.reduction), ("Clip", 1.0 - share, colors.side)].into_iter().enumerate()
    {
        let y = bar.bottom() + 12.0 + 14.0 * n as f32;
        painter.text(pos2(bar.left(), y), Align2::LEFT_CENTER, name, theme::label_font(), color);
        let text = format!("{:.0} %", 100.0 * share);
        painter.text(pos2(bar.right(), y), Align2::RIGHT_CENTER, text, theme::label_font(), colors.text);
    }
}

/// Marks true peaks over the target's ceiling: a triangle at each, and the figure where there is room for it.
fn overs_ui(painter: &Painter, graph: &Graph, desk: &Desk, x: &dyn Fn(usize) -> f32) {
    let (plot, colors) = (graph.rect, theme::colors());
    let ceiling = desk.bank.controls.over_level.get();
    let mut free_from = plot.left();
    let mut n = 0;
    while n < desk.trace.len() {
        if desk.trace[n].output <= ceiling {
            n += 1;
            continue;
        }
        let end = (n + OVER_POINTS).min(desk.trace.len());
        let highest = (n..end).map(|n| desk.trace[n].output).fold(0.0, f32::max);
        let at = pos2(x(n), plot.top() + 7.0);
        painter.vline(at.x, plot.y_range(), theme::line(colors.alarm.gamma_multiply(0.6)));
        let corners = vec![at, at + vec2(-3.5, -6.0), at + vec2(3.5, -6.0)];
        painter.add(Shape::convex_polygon(corners, colors.alarm, Stroke::NONE));
        if at.x >= free_from && at.x + OVER_WIDTH < plot.right() {
            let text = format!("{} dB", difference(20.0 * f64::from(highest / ceiling).log10()));
            painter.text(at + vec2(6.0, 0.0), Align2::LEFT_CENTER, text, theme::axis_font(), colors.alarm);
            free_from = at.x + OVER_WIDTH;
        }
        n = end;
    }
}

/// A level that is dragged up and down.
pub(super) fn threshold_ui(ui: &mut Ui, graph: &Graph, host: &Host, id: &str, name: &str, view: &mut View) {
    let y = graph.y(host.tree.plain(id).unwrap_or_default());
    let hit = Rect::from_min_max(pos2(graph.rect.left(), y - REACH), pos2(graph.rect.right(), y + REACH));
    let line = format!("{name} line");
    let hint = format!("{name}  {}    Drag it, Shift fine, double-click resets.", host.text(id));
    let handle = Handle { name: &line, x: None, y: Some(Axis::new(id)), wheel: None, hint: &hint };
    let response = handle_ui(ui, graph, hit, host, &handle, view);
    let lit = response.hovered() || response.dragged() || response.has_focus();
    let color = theme::colors().accent;
    ui.painter().hline(graph.rect.x_range(), y, Stroke::new(if lit { 2.0 } else { 1.0 }, color));
    let at = pos2(graph.rect.left() + 6.0, y - 2.0);
    let text = format!("{name} {}", host.text(id));
    ui.painter().text(at, Align2::LEFT_BOTTOM, text, theme::axis_font(), color);
}
