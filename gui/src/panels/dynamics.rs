//! The last seconds of a stage that changes gain: its input and output, its reduction in a lane above them, the chain's overs marked.
//! The limiter's input is drawn with its drive, so that what crosses the ceiling is seen, and of its reduction what the clip took.

use super::curve::band;
use crate::axes::levels_ui;
use crate::host::Host;
use crate::meter_reader::{MeterReader, TRACE_POINTS};
use crate::meters::{asked_dbtp, target};
use crate::scale::{Graph, difference, level};
use crate::strip::is_on;
use crate::theme;
use crate::view::View;
use crate::widgets::{Axis, Handle, handle_ui};
use egui::{Align2, Painter, Pos2, Rect, Shape, Stroke, Ui, pos2, vec2};
use lacquer_dsp::ProcessSpec;
use lacquer_dsp::chain::StageId;

/// Peaks at the edges, dBFS: a limiter's input is drawn with its drive, above full scale.
const SPAN: [f64; 2] = [-30.0, 9.0];
/// The lane of reduction above them: its share of the height, and the deepest that it shows, dB.
const LANE: f32 = 0.24;
const DEEPEST_DB: f64 = 9.0;
/// Points of the trace between two overs that are told apart: 0.1 s.
const OVER_POINTS: usize = 20;
/// Width that an over's figure takes.
const OVER_WIDTH: f32 = 50.0;
/// Width of the column that says how much it is now.
const NOW: f32 = 104.0;
/// Width of what stands left of its bars.
const LETTERS: f32 = 20.0;
/// Half the height of what a pointer hits of a line.
const REACH: f32 = 6.0;
/// How much of a trace is left where its stage is off.
const OFF: f32 = 0.4;

/// Draws the last seconds of `stage`. Gives the graph of the levels.
pub(super) fn dynamics_ui(ui: &Ui, rect: Rect, host: &Host, stage: StageId, meters: &MeterReader) -> Graph {
    let all = Rect::from_min_max(rect.min + vec2(32.0, 4.0), rect.max - vec2(NOW, 16.0));
    let border = (all.top() + (LANE * all.height()).max(34.0)).round();
    let lane = Rect::from_min_max(all.min, pos2(all.right(), border));
    let plot = Rect::from_min_max(pos2(all.left(), border + theme::GAP), all.max);
    let x = [0.0, TRACE_POINTS as f64];
    let graph = Graph { rect: plot, x, y: SPAN, logarithmic: false };
    let gains = Graph { rect: lane, x, y: [-DEEPEST_DB, 0.0], logarithmic: false };
    let text = |db: f64| level(db).replace(".0", "");
    levels_ui(ui, &graph, &[-24.0, -18.0, -12.0, -6.0, 0.0, 6.0], &text);
    levels_ui(ui, &gains, &[-6.0, -3.0, 0.0], &text);
    traces_ui(ui, &graph, &gains, host, stage, meters);
    let colors = theme::colors();
    for (seconds, name) in [(0, "\u{2212}6 s"), (2, "\u{2212}4"), (4, "\u{2212}2"), (6, "now")] {
        let at = pos2(graph.x(f64::from(seconds) * 200.0), plot.bottom() + 2.0);
        let align = [Align2::LEFT_TOP, Align2::CENTER_TOP, Align2::RIGHT_TOP]
            [usize::from(seconds > 0) + usize::from(seconds == 6)];
        ui.painter().text(at, align, name, theme::axis_font(), colors.text_third);
    }
    now_ui(ui, rect, host, stage, meters);
    graph
}

/// Input and output from below, reduction in its lane, the chain's overs marked; faint where the stage is off.
fn traces_ui(ui: &Ui, graph: &Graph, gains: &Graph, host: &Host, stage: StageId, meters: &MeterReader) {
    let colors = theme::colors();
    let strength = if is_on(host, stage) { 1.0 } else { OFF };
    let start = TRACE_POINTS - meters.trace.len().min(TRACE_POINTS);
    let x = |n: usize| graph.x((start + n) as f64);
    let db = |amplitude: f32| 20.0 * f64::from(amplitude).max(1e-6).log10();
    let line = |value: &dyn Fn(usize) -> f32| -> Vec<Pos2> {
        (0..meters.trace.len()).map(|n| pos2(x(n), value(n))).collect()
    };
    let painter = ui.painter().with_clip_rect(graph.rect.union(gains.rect));
    let output = line(&|n| graph.y(db(meters.trace[n].after(stage))));
    painter.add(band(&output, graph.rect.bottom(), colors.output.gamma_multiply(0.35 * strength)));
    let is_limiter = stage == StageId::Limiter;
    let is_on = is_on(host, stage);
    let drive_db =
        if is_limiter && is_on { host.tree.plain("limiter_drive").unwrap_or_default() } else { 0.0 };
    // In time with what comes out: what stands over the output was taken away.
    let late = if is_limiter {
        meters.limiter_points(host.tree.to_spec(ProcessSpec::stereo(48_000.0)).quality)
    } else {
        0
    };
    let came = |n: usize| n.checked_sub(late).map_or(0.0, |n| meters.trace[n].before(stage));
    let input = line(&|n| graph.y(drive_db + db(came(n))));
    if is_limiter && is_on {
        // What crosses the ceiling is what there is to limit.
        let ceiling = graph.y(host.tree.plain("limiter_ceiling").unwrap_or_default());
        let over: Vec<_> = input.iter().map(|point| pos2(point.x, point.y.min(ceiling))).collect();
        painter.add(band(&over, ceiling, colors.reduction.gamma_multiply(0.45)));
    }
    painter.add(Shape::line(input, Stroke::new(1.0, colors.text_second.gamma_multiply(strength))));
    let limiter_db = |n: usize, parts: &[usize]| -> f64 {
        parts.iter().map(|part| f64::from(meters.trace[n].limiter_db[*part])).sum()
    };
    if is_limiter {
        let whole = line(&|n| gains.y(-limiter_db(n, &[0, 1])));
        painter.add(band(&whole, gains.rect.top(), colors.side.gamma_multiply(0.8 * strength)));
    }
    let reduction = |n: usize| match is_limiter {
        true => limiter_db(n, &[0]),
        false => f64::from(meters.trace[n].reductions_db[stage as usize]),
    };
    let reductions = line(&|n| gains.y(-reduction(n)));
    painter.add(band(&reductions, gains.rect.top(), colors.reduction.gamma_multiply(0.5 * strength)));
    painter.add(Shape::line(reductions, Stroke::new(1.5, colors.reduction.gamma_multiply(strength))));
    overs_ui(&painter, graph, host, meters, &x);
}

/// How far it turns down now, and did at most; of the limiter what each of its parts did.
fn now_ui(ui: &Ui, rect: Rect, host: &Host, stage: StageId, meters: &MeterReader) {
    let (painter, colors) = (ui.painter(), theme::colors());
    let reduction = |n: usize| f64::from(meters.trace[n].reductions_db[stage as usize]);
    let most = (0..meters.trace.len()).map(reduction).fold(0.0, f64::max);
    let corner = pos2(rect.right() - 4.0, rect.top());
    let is_on = is_on(host, stage);
    let inks = if is_on { [colors.reduction, colors.text] } else { [colors.text_third; 2] };
    let now = [(-meters.reductions_db[stage as usize], "GR now, dB"), (-most, "most in 6 s")];
    for (n, ((value, name), color)) in now.into_iter().zip(inks).enumerate() {
        let at = corner + vec2(0.0, 44.0 * n as f32);
        let text = if is_on { level(value) } else { "\u{2013}".to_owned() };
        painter.text(at, Align2::RIGHT_TOP, text, theme::main_font(), color);
        painter.text(at + vec2(0.0, 20.0), Align2::RIGHT_TOP, name, theme::label_font(), colors.text_third);
    }
    if stage == StageId::Limiter && is_on {
        share_ui(painter, corner + vec2(0.0, 96.0), meters);
    }
}

/// How much of what was taken the gains took, and how much the clip, over the trace.
fn share_ui(painter: &Painter, corner: Pos2, meters: &MeterReader) {
    let colors = theme::colors();
    let sum = |part: usize| meters.trace.iter().map(|point| point.limiter_db[part]).sum::<f32>();
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

/// Marks true peaks over the target's ceiling: a triangle at each with a line down to the ceiling, and the figure below where there is room for
/// it.
fn overs_ui(painter: &Painter, graph: &Graph, host: &Host, meters: &MeterReader, x: &dyn Fn(usize) -> f32) {
    let (plot, colors) = (graph.rect, theme::colors());
    let ceiling_dbtp = asked_dbtp(meters, &target(host));
    let ceiling = 10f32.powf(ceiling_dbtp as f32 / 20.0);
    let top = plot.top() + 7.0;
    let down_to = graph.y(ceiling_dbtp).max(top);
    let (mut free_from, mut figures) = (plot.left(), Vec::new());
    let mut n = 0;
    while n < meters.trace.len() {
        if meters.trace[n].output <= ceiling {
            n += 1;
            continue;
        }
        let end = (n + OVER_POINTS).min(meters.trace.len());
        let highest = (n..end).map(|n| meters.trace[n].output).fold(0.0, f32::max);
        let at = pos2(x(n), top);
        painter.vline(at.x, top..=down_to, theme::line(colors.alarm.gamma_multiply(0.6)));
        let corners = vec![at, at + vec2(-3.5, -6.0), at + vec2(3.5, -6.0)];
        painter.add(Shape::convex_polygon(corners, colors.alarm, Stroke::NONE));
        let over_db = 20.0 * f64::from(highest / ceiling).log10();
        // What rounds to nothing says nothing.
        if at.x >= free_from && at.x + OVER_WIDTH < plot.right() && over_db >= 0.05 {
            let text = format!("{} dB", difference(over_db));
            figures
                .push((at + vec2(0.0, 10.0), painter.layout_no_wrap(text, theme::axis_font(), colors.alarm)));
            free_from = at.x + OVER_WIDTH;
        }
        n = end;
    }
    // Over the lines of those that follow.
    for (at, figure) in figures {
        let at = at - vec2(0.0, figure.size().y / 2.0);
        painter.rect_filled(Rect::from_min_size(at, figure.size()).expand(1.0), 2.0, colors.well);
        painter.galley(at, figure, colors.alarm);
    }
}

/// A level that is dragged up and down.
pub(super) fn threshold_ui(
    ui: &mut Ui,
    graph: &Graph,
    host: &Host,
    id: &str,
    name: &str,
    is_on: bool,
    view: &mut View,
) {
    let y = graph.y(host.tree.plain(id).unwrap_or_default());
    let hit = Rect::from_min_max(pos2(graph.rect.left(), y - REACH), pos2(graph.rect.right(), y + REACH));
    let line = format!("{name} line");
    let hint = format!("{name}  {}    Drag it, Shift fine, double-click resets.", host.text(id));
    let handle = Handle { name: &line, x: None, y: Some(Axis::new(id)), wheel: Some(id), hint: &hint };
    let response = handle_ui(ui, graph, hit, host, &handle, view);
    let lit = response.hovered() || response.dragged() || response.has_focus();
    let colors = theme::colors();
    let (color, ink) =
        if is_on { (colors.accent, colors.accent) } else { (colors.disabled, colors.text_third) };
    ui.painter().hline(graph.rect.x_range(), y, Stroke::new(if lit { 2.0 } else { 1.0 }, color));
    let at = pos2(graph.rect.left() + 6.0, y - 2.0);
    let text = format!("{name} {}", host.text(id));
    let galley = ui.painter().layout_no_wrap(text, theme::axis_font(), ink);
    let chip = Align2::LEFT_BOTTOM.anchor_size(at, galley.size());
    ui.painter().rect_filled(chip.expand2(vec2(3.0, 0.0)), 3.0, colors.well.gamma_multiply(0.85));
    ui.painter().galley(chip.min, galley, ink);
}
