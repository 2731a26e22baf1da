//! The pictures of a report.

use super::severity_mark;
use crate::check::curves::{Column, Curves};
use crate::check::words::place;
use crate::check::{CheckOptions, Report};
use lacquer_dsp::detect::{Channels, Finding, Place};
use lacquer_dsp::metering::spectrum::Part;
use lacquer_report::plot::{Axis, FULL_WIDTH, HALF_WIDTH, Plot, frequency_ticks, level_ticks, time_ticks};
use lacquer_report::{Ink, number};
use maud::Markup;

/// Height of a channel's waveform and of a row of marks, px.
const LANE_PX: f64 = 104.0;
const ROW_PX: f64 = 15.0;
/// What covers more of the programme than this has no stripes: they would hide the waveform and point nowhere.
const EVERYWHERE: f64 = 0.4;

fn time_axis(report: &Report) -> Axis {
    Axis::linear(0.0, report.duration_s())
}

/// Both channels' peaks and RMS under a row of marks for each finding that has places.
pub fn waveform(report: &Report, curves: &Curves) -> Markup {
    let marked: Vec<(usize, &Finding)> =
        report.findings.iter().enumerate().filter(|(_, finding)| !finding.places.is_empty()).collect();
    let lanes = report.channels.clamp(1, 2);
    let lanes_px = LANE_PX * lanes as f64;
    let height = lanes_px + ROW_PX * marked.len() as f64;
    let label = "Waveform of each channel with the findings marked in their places";
    // The vertical axis counts pixels from the bottom.
    let mut plot = Plot::new(label, FULL_WIDTH, height, time_axis(report), Axis::linear(0.0, height));
    plot.x_ticks(&time_ticks(report.duration_s()));
    let peak =
        curves.columns.iter().flat_map(|column| column.low.map(f64::abs).into_iter().chain(column.high));
    // A float file may go beyond full scale; the drawing then makes room for it.
    let scale = 0.46 * LANE_PX / peak.fold(1.0, f64::max);
    for channel in 0..lanes {
        let middle = lanes_px - LANE_PX * (channel as f64 + 0.5);
        let name = ["Left", "Right"][channel];
        plot.lane(middle, Ink::Quiet, if lanes == 1 { "Mono" } else { name });
        for full_scale in [-1.0, 1.0] {
            let name = if full_scale > 0.0 { "0 dBFS" } else { "" };
            plot.level(middle + full_scale * scale, name, Ink::Quiet, "faint dashed");
        }
        draw_channel(&mut plot, curves, channel, middle, scale);
        for (_, finding) in &marked {
            stripes(&mut plot, finding, report, channel, middle);
        }
    }
    for (row, (n, finding)) in marked.iter().enumerate() {
        let bottom = height - ROW_PX * (row as f64 + 1.0);
        let ink = severity_mark(finding.severity).ink();
        plot.lane(bottom + 0.5 * ROW_PX, ink, &format!("{}", n + 1));
        for at in &finding.places {
            let [from_s, to_s] = ends(at, report);
            let title = format!("{}: {}", finding.check, place(at, f64::from(report.sample_rate_hz)));
            plot.bar((from_s, bottom + 3.0), (to_s, bottom + ROW_PX - 3.0), ink, "", &title);
        }
    }
    plot.finish()
}

fn draw_channel(plot: &mut Plot, curves: &Curves, channel: usize, middle: f64, scale: f64) {
    let band = |of: &dyn Fn(&Column) -> [f64; 2]| -> Vec<(f64, f64, f64)> {
        let points = curves.columns.iter().map(|column| {
            let [low, high] = of(column);
            (column.time_s, middle + scale * low, middle + scale * high)
        });
        points.collect()
    };
    let ink = if channel == 0 { Ink::Tone } else { Ink::Dynamics };
    plot.area(&band(&|column| [column.low[channel], column.high[channel]]), ink, "pale");
    plot.area(&band(&|column| [-column.rms[channel], column.rms[channel]]), ink, "");
}

fn ends(at: &Place, report: &Report) -> [f64; 2] {
    let rate = f64::from(report.sample_rate_hz);
    [at.start_frame, at.start_frame.saturating_add(at.frames)].map(|frame| frame as f64 / rate)
}

/// Stripes over a channel's waveform where a finding is.
fn stripes(plot: &mut Plot, finding: &Finding, report: &Report, channel: usize, middle: f64) {
    let ink = severity_mark(finding.severity).ink();
    let covered: f64 = finding.places.iter().map(|at| at.frames as f64).sum();
    if covered > EVERYWHERE * report.frames as f64 {
        return;
    }
    for at in &finding.places {
        let is_here = match at.channels {
            Channels::Left => channel == 0,
            Channels::Right => channel == 1,
            Channels::Both => true,
        };
        let [from_s, to_s] = ends(at, report);
        if is_here {
            let half = 0.5 * LANE_PX;
            plot.bar((from_s, middle - half), (to_s, middle + half), ink, "stripe", "");
        }
    }
}

/// Momentary, short-term and integrated loudness over time, and the target.
pub fn loudness(report: &Report, curves: &Curves, wishes: &CheckOptions) -> Markup {
    let integrated_lufs = report.measurement.integrated_lufs;
    let level = wishes.level();
    let highest = curves
        .loudness
        .iter()
        .map(|point| point.momentary_lufs)
        .chain(level.map(|(lufs, _)| lufs))
        .filter(|lufs| lufs.is_finite())
        .fold(-20.0, f64::max);
    let middle = if integrated_lufs.is_finite() { integrated_lufs } else { -23.0 };
    let high = ((highest + 2.0) / 6.0).ceil() * 6.0;
    // 24 LU below the whole's loudness there is nothing that the gate counts.
    let low = ((middle.min(level.map_or(middle, |(lufs, _)| lufs)) - 18.0) / 6.0).floor().max(-15.0) * 6.0;
    let label = "Loudness over time";
    let mut plot = Plot::new(label, FULL_WIDTH, 168.0, time_axis(report), Axis::linear(low, high));
    plot.x_ticks(&time_ticks(report.duration_s()));
    plot.y_ticks(&level_ticks(low, high, 6.0, 0, false));
    let points = || curves.loudness.iter();
    plot.line(points().map(|point| (point.time_s, point.momentary_lufs)), Ink::Space, "faint");
    plot.line(points().map(|point| (point.time_s, point.short_term_lufs)), Ink::Tone, "strong");
    if let Some((lufs, _)) = level {
        // Two names on one line could not be read; the target's gives way.
        let is_apart = (lufs - integrated_lufs).abs() > 0.09 * (high - low);
        let name =
            if is_apart || !integrated_lufs.is_finite() { number(lufs, 1, false) } else { String::new() };
        plot.level(lufs, &name, Ink::Accent, "");
    }
    plot.level(integrated_lufs, &format!("I {}", number(integrated_lufs, 1, false)), Ink::Text, "dashed");
    plot.finish()
}

/// Correlation over time: what lies below 0 is in the colour of alarm.
pub fn correlation(report: &Report, curves: &Curves) -> Markup {
    let label = "Correlation of left and right over time";
    let mut plot = Plot::new(label, FULL_WIDTH, 96.0, time_axis(report), Axis::linear(-1.0, 1.0));
    plot.x_ticks(&time_ticks(report.duration_s()));
    plot.y_ticks(&[(-1.0, "\u{2212}1".into()), (0.0, "0".into()), (1.0, "+1".into())]);
    // Each window reaches over half the way to its neighbours; the outer ones to the ends.
    let mut points = curves.correlation.clone();
    if let (Some(first), Some(last)) = (points.first().copied(), points.last().copied()) {
        points.insert(0, (0.0, first.1));
        points.push((report.duration_s(), last.1));
    }
    let area = |keep: fn(f64) -> f64| -> Vec<(f64, f64, f64)> {
        let shown = |r: f64| if r.is_nan() { 0.0 } else { keep(r) };
        points.iter().map(|(time_s, r)| (*time_s, 0.0, shown(*r))).collect()
    };
    plot.area(&area(|r| r.max(0.0)), Ink::Space, "pale");
    plot.area(&area(|r| r.min(0.0)), Ink::Alarm, "");
    plot.line(points.iter().copied(), Ink::Space, "");
    plot.finish()
}

/// The long-term spectrum as a line over its thirds of an octave.
pub fn spectrum(report: &Report, curves: &Curves) -> Markup {
    let highest_hz = (0.5 * f64::from(report.sample_rate_hz)).min(48_000.0);
    let level_db = |power: f64| 10.0 * power.max(1e-20).log10();
    let bands: Vec<(f64, f64)> =
        curves.bands.iter().map(|band| (band.centre_hz, level_db(band.powers.of(Part::Both)))).collect();
    let top = bands.iter().chain(&curves.spectrum).map(|(_, db)| *db).fold(-90.0, f64::max);
    let high = ((top + 3.0) / 12.0).ceil() * 12.0;
    let low = high - 108.0;
    let x = Axis::logarithmic(20.0, highest_hz);
    let mut plot = Plot::new("Long-term spectrum", HALF_WIDTH, 200.0, x, Axis::linear(low, high));
    plot.x_ticks(&frequency_ticks());
    plot.y_ticks(&level_ticks(low, high, 24.0, 0, false));
    // 0.98 of a third's half leaves a hair between two bars.
    let half = 2f64.powf(0.98 / 6.0);
    for (hz, db) in bands {
        let title = format!("{hz:.0} Hz: {} dB", number(db, 1, false));
        plot.bar((hz / half, low), (hz * half, db), Ink::Tone, "faint", &title);
    }
    plot.line(curves.spectrum.iter().copied(), Ink::Tone, "");
    plot.finish()
}

/// The lowest loss that is drawn in its length, dB.
const DEEPEST_DB: f64 = -18.0;

/// What mono takes of each third of an octave, hanging from the top.
pub fn mono_loss(curves: &Curves) -> Markup {
    let last_hz = curves.folds.last().map_or(20_000.0, |fold| fold.centre_hz);
    let half = 2f64.powf(0.98 / 6.0);
    let x = Axis::logarithmic(20.0 / half, (last_hz * half).max(100.0));
    let mut plot = Plot::new("Loss in mono", HALF_WIDTH, 200.0, x, Axis::linear(DEEPEST_DB, 0.0));
    plot.x_ticks(&frequency_ticks());
    plot.y_ticks(&level_ticks(DEEPEST_DB, 0.0, 3.0, 0, false));
    for fold in &curves.folds {
        let ink = if fold.alarm { Ink::Alarm } else { Ink::Harmonics };
        let title = format!("{:.0} Hz: {} dB", fold.centre_hz, number(fold.loss_db, 1, false));
        let deep = fold.loss_db.max(DEEPEST_DB);
        plot.bar((fold.centre_hz / half, 0.0), (fold.centre_hz * half, deep), ink, "", &title);
        if fold.alarm {
            plot.text((fold.centre_hz, (deep - 1.0).max(DEEPEST_DB + 1.0)), "middle", Ink::Alarm, "\u{25b2}");
        }
    }
    plot.finish()
}
