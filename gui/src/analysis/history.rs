//! Loudness over the song, with its target, its overs and the limiter's work; at the right how it is distributed.

use super::empty_ui;
use crate::axes::{plot, well_ui};
use crate::host::Host;
use crate::meter_reader::MeterReader;
use crate::meters::target;
use crate::panels::band;
use crate::scale::{Graph, clock};
use crate::theme;
use egui::{Align2, Color32, Rect, Shape, Stroke, Ui, pos2, vec2};
use lacquer_dsp::shared::meter_bank::{HISTORY_HZ, HistoryPoint};

/// Loudness at the edges, LUFS.
const SPAN: [f64; 2] = [-40.0, 0.0];
/// The lane of the limiter's reduction: its share of the height, and the deepest that it shows, dB.
const LANE: f32 = 0.22;
const DEEPEST_DB: f64 = 9.0;
/// Height of the lane from which all its figures have room.
const LANE_ROOM: f32 = 40.0;
/// Width of the distribution.
const DISTRIBUTION: f32 = 120.0;

pub(super) fn history_ui(ui: &mut Ui, body: Rect, host: &Host, meters: &MeterReader) {
    if meters.history.is_empty() {
        empty_ui(ui, body, "Play: the loudness of the song is drawn here as it goes.");
        return;
    }
    let whole = plot(body);
    let all = Rect::from_min_max(whole.min, whole.max - vec2(DISTRIBUTION + 12.0, 0.0));
    let border = all.top() + (LANE * all.height()).max(22.0);
    let lane = Rect::from_min_max(all.min, pos2(all.right(), border));
    let lines = Rect::from_min_max(pos2(all.left(), border + theme::GAP), all.max);
    let seconds = (meters.history.len() as f64 / HISTORY_HZ).max(30.0);
    let graph = Graph { rect: lines, x: [0.0, seconds], y: SPAN, logarithmic: false };
    well_ui(ui, &graph, &[-40.0, -30.0, -20.0, -10.0, 0.0]);
    let reductions = Graph { rect: lane, x: graph.x, y: [-DEEPEST_DB, 0.0], logarithmic: false };
    // A low lane has no room for more than one figure.
    let figures: &[f64] = if lane.height() < LANE_ROOM { &[-6.0] } else { &[-6.0, -3.0, 0.0] };
    well_ui(ui, &reductions, figures);
    let times = meters.history.len().div_ceil(lines.width() as usize).max(1);
    let painter = ui.painter().with_clip_rect(all);
    let line = |graph: &Graph, value: &dyn Fn(&HistoryPoint) -> f64, color: Color32, width: f32| {
        let points: Vec<_> = meters
            .history
            .chunks(times)
            .enumerate()
            .filter_map(|(n, points)| {
                let highest = points.iter().map(value).fold(f64::NEG_INFINITY, f64::max);
                let at = graph.at((n * times) as f64 / HISTORY_HZ, highest);
                // Nothing is drawn before there is something to measure.
                highest.is_finite().then_some(at)
            })
            .collect();
        painter.add(Shape::line(points, Stroke::new(width, color)));
    };
    // Reduction hangs from the top of its lane: the deepest of each stretch.
    let depths: Vec<_> = meters
        .history
        .chunks(times)
        .enumerate()
        .map(|(n, points)| {
            let deepest = points.iter().map(|point| f64::from(point.limiter_db)).fold(0.0, f64::max);
            reductions.at((n * times) as f64 / HISTORY_HZ, -deepest)
        })
        .collect();
    painter.add(band(&depths, lane.top(), theme::colors().reduction.gamma_multiply(0.4)));
    painter.add(Shape::line(depths, Stroke::new(1.0, theme::colors().reduction)));
    let at = lane.left_bottom() + vec2(6.0, -2.0);
    ui.painter().text(at, Align2::LEFT_BOTTOM, "Limiter, GR", theme::axis_font(), theme::colors().reduction);
    line(&graph, &|point| f64::from(point.input_short_term_lufs), theme::colors().input, 1.0);
    line(&graph, &|point| f64::from(point.momentary_lufs), theme::colors().output.gamma_multiply(0.6), 1.0);
    line(&graph, &|point| f64::from(point.short_term_lufs), theme::colors().output, 2.0);
    let target = target(host);
    if let Some(wanted) = target.integrated_lufs {
        painter.hline(lines.x_range(), graph.y(wanted), Stroke::new(1.0, theme::colors().accent));
    }
    let ceiling = 10f32.powf(target.true_peak_dbtp as f32 / 20.0);
    for (n, _) in meters.history.iter().enumerate().filter(|(_, point)| point.true_peak > ceiling) {
        // Overs are triangles at the top.
        let at = pos2(graph.x(n as f64 / HISTORY_HZ), lines.top() + 7.0);
        let corners = vec![at, at + vec2(-3.5, -6.0), at + vec2(3.5, -6.0)];
        painter.add(Shape::convex_polygon(corners, theme::colors().alarm, Stroke::NONE));
    }
    ui.painter().text(
        lines.right_bottom() + vec2(0.0, 2.0),
        Align2::RIGHT_TOP,
        clock(seconds),
        theme::axis_font(),
        theme::colors().text_third,
    );
    ui.painter().text(
        lines.left_bottom() + vec2(0.0, 2.0),
        Align2::LEFT_TOP,
        "0:00   S strong, M faint, input grey, LUFS; GR of the limiter above, dB",
        theme::axis_font(),
        theme::colors().text_third,
    );
    distribution_ui(ui, Rect::from_min_max(pos2(lines.right() + 12.0, lines.top()), whole.max), meters);
}

fn distribution_ui(ui: &Ui, rect: Rect, meters: &MeterReader) {
    let graph = Graph { rect, x: [0.0, 1.0], y: SPAN, logarithmic: false };
    ui.painter().rect_filled(rect, 2.0, theme::colors().well);
    // Counts of each LU from -70 up.
    let counts = meters.bank.output.histograms.range.distribution();
    let most = counts.iter().copied().max().unwrap_or(0).max(1) as f64;
    for (n, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let lufs = n as f64 - 70.0;
        let bar = Rect::from_min_max(
            pos2(rect.left(), graph.y(lufs + 1.0) + 0.5),
            pos2(graph.x(*count as f64 / most), graph.y(lufs) - 0.5),
        );
        ui.painter().rect_filled(bar, 1.0, theme::colors().output.gamma_multiply(0.6));
    }
    ui.painter().text(
        rect.left_bottom() + vec2(0.0, 2.0),
        Align2::LEFT_TOP,
        "distribution of S",
        theme::axis_font(),
        theme::colors().text_third,
    );
}
