//! What mono takes, a third of an octave each, under the spectra of stereo and mono; at the right how much in all, where most, and why.

use crate::axes::{legend_ui, plot, well_ui};
use crate::meter_reader::MeterReader;
use crate::scale::{Graph, difference, frequencies, hertz};
use crate::theme;
use crate::view::View;
use egui::{Align2, Color32, Rect, Shape, Stroke, Ui, pos2, vec2};
use lacquer_dsp::metering::spectrum::{MonoFold, Part, mono_fold};

/// Width of the figures, and height from which the spectra have room.
const FIGURES: f32 = 220.0;
const ROOM: f32 = 260.0;
/// Levels of the spectra at their edges, dB at 1 kHz, and their tilt, dB an octave.
const LEVELS: [f64; 2] = [-90.0, 0.0];
const TILT_DB: f64 = 4.5;
/// Bands softer than this against the loudest say nothing, dB.
const SOFT_DB: f64 = 40.0;

pub(super) fn mono_fold_ui(ui: &mut Ui, body: Rect, meters: &MeterReader, view: &mut View) {
    let figures = Rect::from_min_max(pos2(body.right() - FIGURES, body.top()), body.max);
    let graphs = Rect::from_min_max(body.min, pos2(figures.left() - theme::PADDING, body.bottom()));
    let bars = if body.height() > ROOM {
        let middle = graphs.top() + 0.5 * graphs.height();
        spectra_ui(ui, Rect::from_min_max(graphs.min, pos2(graphs.right(), middle)), meters);
        Rect::from_min_max(pos2(graphs.left(), middle), graphs.max)
    } else {
        graphs
    };
    let folds = mono_fold(&meters.readings.long);
    bars_ui(ui, bars, &folds);
    figures_ui(ui, figures, meters, &folds);
    if ui.rect_contains_pointer(body) {
        view.hint = "Bars hang down by what the sum to mono loses. Independent sides lose 3 dB.".to_owned();
    }
}

/// Stereo and the sum to mono, six seconds of each.
fn spectra_ui(ui: &Ui, area: Rect, meters: &MeterReader) {
    let graph = Graph { rect: plot(area), x: [17.8, 22_400.0], y: LEVELS, logarithmic: true };
    well_ui(ui, &graph, &[-80.0, -60.0, -40.0, -20.0]);
    let (painter, colors) = (ui.painter().with_clip_rect(graph.rect), theme::colors());
    let hz = frequencies(&graph, 2.0);
    let line = |part: Part, color: Color32| {
        let levels = meters.readings.long.levels_db(part, &hz);
        let points = hz.iter().zip(levels).map(|(hz, db)| graph.at(*hz, db + TILT_DB * (hz / 1000.0).log2()));
        painter.add(Shape::line(points.collect(), Stroke::new(1.5, color)));
    };
    line(Part::Both, colors.text_second);
    line(Part::Mid, colors.output);
    legend_ui(ui, &graph, &[("Stereo", colors.text_second), ("Mono", colors.output)]);
}

fn bars_ui(ui: &Ui, area: Rect, folds: &[MonoFold]) {
    let graph = Graph { rect: plot(area), x: [17.8, 22_400.0], y: [-12.0, 0.0], logarithmic: true };
    well_ui(ui, &graph, &[-12.0, -6.0, -3.0, 0.0]);
    let loudest = folds.iter().map(|fold| fold.level_db).fold(f64::NEG_INFINITY, f64::max);
    for fold in folds {
        let [left, right] = graph.third(fold.centre_hz);
        let bar = Rect::from_min_max(
            pos2(left, graph.rect.top()),
            pos2(right, graph.y(fold.loss_db).max(graph.rect.top() + 1.0)),
        );
        let color = if fold.alarm { theme::colors().alarm } else { theme::colors().side };
        // What is too soft to be heard is an outline.
        if fold.level_db > loudest - SOFT_DB {
            ui.painter().rect_filled(bar, 1.0, theme::faint(color));
        } else {
            let line = theme::line(theme::faint(color));
            ui.painter().rect_stroke(bar, 1.0, line, egui::StrokeKind::Inside);
        }
        if fold.alarm {
            let at = pos2(bar.center().x, bar.bottom() + 2.0);
            let text = format!("! {}", difference(fold.loss_db));
            ui.painter().text(at, Align2::CENTER_TOP, text, theme::axis_font(), theme::colors().alarm);
        }
    }
}

/// What mono loses in all, dB.
fn lost_db(folds: &[MonoFold]) -> f64 {
    let power = |db: f64| 10f64.powf(0.1 * db);
    let whole: f64 = folds.iter().map(|fold| power(fold.level_db)).sum();
    let kept: f64 = folds.iter().map(|fold| power(fold.level_db + fold.loss_db)).sum();
    10.0 * (kept / whole).log10()
}

/// Why mono loses what it does, and what helps.
fn cause(folds: &[MonoFold], correlation: f64) -> String {
    let alarms: Vec<&MonoFold> = folds.iter().filter(|fold| fold.alarm).collect();
    let (Some(lowest), Some(highest)) = (alarms.first(), alarms.last()) else {
        return if correlation < 0.0 {
            "One channel is upside down: turn its polarity round in Trim.".to_owned()
        } else {
            "Nothing thins out.".to_owned()
        };
    };
    let where_is = if lowest.centre_hz == highest.centre_hz {
        format!("At {}", hertz(lowest.centre_hz))
    } else {
        format!("From {} to {}", hertz(lowest.centre_hz), hertz(highest.centre_hz))
    };
    let why = if highest.centre_hz < 200.0 {
        "the lows are out of phase: Imager, mono below 150 Hz."
    } else {
        "the sides cancel: a delay or a widener. Imager, narrower there."
    };
    format!("{where_is} {why}")
}

fn figures_ui(ui: &Ui, rect: Rect, meters: &MeterReader, folds: &[MonoFold]) {
    let (painter, colors) = (ui.painter(), theme::colors());
    let sounds = folds.iter().any(|fold| fold.level_db > -100.0);
    let loudest = folds.iter().map(|fold| fold.level_db).fold(f64::NEG_INFINITY, f64::max);
    let heard = folds.iter().filter(|fold| fold.level_db > loudest - SOFT_DB);
    let worst = heard.min_by(|a, b| a.loss_db.total_cmp(&b.loss_db)).filter(|_| sounds);
    let dash = || "\u{2013}".to_owned();
    let worst_color = if worst.is_some_and(|fold| fold.alarm) { colors.alarm } else { colors.text };
    let rows = [
        ("Lost in mono, dB", if sounds { difference(lost_db(folds)) } else { dash() }, colors.text),
        ("Worst third", worst.map_or_else(dash, |fold| hertz(fold.centre_hz)), colors.text),
        ("Loss there, dB", worst.map_or_else(dash, |fold| difference(fold.loss_db)), worst_color),
    ];
    for (n, (name, value, color)) in rows.into_iter().enumerate() {
        let y = rect.top() + 12.0 + 22.0 * n as f32;
        painter.text(pos2(rect.left(), y), Align2::LEFT_CENTER, name, theme::label_font(), colors.text_third);
        painter.text(pos2(rect.right(), y), Align2::RIGHT_CENTER, value, theme::value_font(), color);
    }
    if sounds {
        let text = cause(folds, f64::from(meters.bank.output.correlation.get()));
        let galley = painter.layout(text, theme::body_font(), worst_color, rect.width());
        painter.galley(rect.min + vec2(0.0, 78.0), galley, worst_color);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fold(centre_hz: f64, level_db: f64, loss_db: f64, alarm: bool) -> MonoFold {
        MonoFold { centre_hz, level_db, loss_db, alarm }
    }

    #[test]
    fn the_loss_in_all_counts_each_band_by_its_power() {
        let folds = [fold(100.0, -10.0, 0.0, false), fold(1000.0, -10.0, -100.0, true)];
        assert!((lost_db(&folds) + 3.01).abs() < 0.01, "{}", lost_db(&folds));
        assert!(cause(&folds, 0.5).starts_with("At 1.00 kHz the sides cancel"), "{}", cause(&folds, 0.5));
        assert_eq!(cause(&folds[..1], 0.9), "Nothing thins out.");
    }
}
