//! Quality control of what comes in while it plays: the verdict, every finding with its reason and what to do, where in the song they are,
//! and what was looked for and not found.

use super::{empty_ui, scroll_ui};
use crate::analysers::Found;
use crate::meter_reader::MeterReader;
use crate::scale::clock;
use crate::theme;
use egui::text::LayoutJob;
use egui::{Align2, Color32, Galley, Rect, Stroke, Ui, pos2, vec2};
use lacquer_dsp::detect::{Check, Severity, Verdict};
use std::cmp::Reverse;
use std::sync::atomic::Ordering::Relaxed;

/// Height of the verdict's line, and the least and the most of a finding's.
const HEAD: f32 = 28.0;
const ROW: f32 = 22.0;
const MOST_ROW: f32 = 32.0;
/// Where names and sentences begin.
const NAME: f32 = 18.0;
const SENTENCE: f32 = 176.0;
/// Width from which a map of the song says anything.
const LEAST_MAP: f32 = 80.0;
/// Height of the map where there is room, with its times, theirs, and the height from which there is.
const MAP: f32 = 64.0;
const TIMES: f32 = 16.0;
const ROOM: f32 = 320.0;
/// Seconds from one time to the next under the map, the first that is far enough from its neighbours.
const TIME_STEPS_S: [u32; 8] = [1, 5, 10, 30, 60, 120, 300, 600];
const LEAST_TIME_WIDTH: f32 = 60.0;
/// What a file alone can tell: looked for by the command.
const OF_FILES: [Check; 3] = [Check::File, Check::LossyTrace, Check::Platform];
/// Columns of what was not found.
const NOT_FOUND_COLUMNS: usize = 4;
/// Seconds before there is anything to say.
const FIRST_S: f64 = 3.0;

fn color(severity: Severity) -> Color32 {
    match severity {
        Severity::Note => theme::colors().text_second,
        Severity::Warn => theme::colors().accent,
        Severity::Fail => theme::colors().alarm,
    }
}

/// A sign beside the colour, which never stands alone.
fn sign(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "\u{00b7}",
        Severity::Warn => "!",
        Severity::Fail => "\u{00d7}",
    }
}

fn verdict(findings: &[Found]) -> (&'static str, Color32) {
    match Verdict::of(findings.iter().map(|found| found.finding.severity)) {
        Verdict::Fit => ("Fit to master", theme::colors().ok),
        Verdict::FitWithRemarks => ("Fit to master, with remarks", theme::colors().accent),
        Verdict::SendBack => ("Send the mix back", theme::colors().alarm),
    }
}

pub(super) fn check_ui(ui: &mut Ui, body: Rect, meters: &MeterReader) {
    let heard_s = meters.readings.inspected_s;
    if heard_s < FIRST_S {
        empty_ui(ui, body, "Play: what is wrong with the mix, if anything, is gathered here.");
        return;
    }
    let width = body.width() - SENTENCE - 24.0;
    let mut findings: Vec<&Found> = meters.readings.findings.iter().collect();
    findings.sort_by_key(|found| Reverse(found.finding.severity));
    let rows: Vec<_> = findings
        .into_iter()
        .map(|found| {
            let finding = &found.finding;
            let mut job = LayoutJob::default();
            job.wrap.max_width = width;
            let format =
                |color| egui::TextFormat { font_id: theme::body_font(), color, ..Default::default() };
            job.append(&with_minus(&found.fact()), 0.0, format(theme::colors().text));
            job.append(" ", 0.0, format(theme::colors().text));
            job.append(&with_minus(&finding.advice), 0.0, format(theme::colors().text_third));
            let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
            (finding, galley)
        })
        .collect();
    let is_tall = body.height() >= ROOM;
    let map = if is_tall { MAP + theme::MARGIN } else { 0.0 };
    let is_stereo = meters.bank.channels.load(Relaxed) == 2;
    let missing: Vec<Check> = Check::ALL
        .iter()
        .copied()
        .filter(|check| is_tall && !OF_FILES.contains(check) && (is_stereo || !check.compares_channels()))
        .filter(|check| rows.iter().all(|(finding, ..)| finding.check != *check))
        .collect();
    let others = if is_tall { missing.len().div_ceil(NOT_FOUND_COLUMNS) + 2 } else { 0 };
    let needs = |row: f32| {
        let findings = rows.iter().map(|(_, galley)| height_of(galley, row)).sum::<f32>();
        HEAD + map + findings + others as f32 * row
    };
    // What room there is, is shared.
    let spare = (body.height() - needs(ROW)) / (rows.len() + others).max(1) as f32;
    let row = if is_tall { (ROW + spare).clamp(ROW, MOST_ROW).floor() } else { ROW };
    let height = needs(row);
    scroll_ui(ui, body, height, |ui, rect| {
        let (text, verdict_color) = verdict(&meters.readings.findings);
        let painter = ui.painter();
        let head = pos2(rect.left(), rect.top() + HEAD / 2.0);
        let said = painter.text(head, Align2::LEFT_CENTER, text, theme::main_font(), verdict_color);
        let heard = format!("of the {} min heard so far, at the chain's input", clock(heard_s));
        let at = pos2(said.right() + 12.0, head.y);
        let told =
            painter.text(at, Align2::LEFT_CENTER, heard, theme::body_font(), theme::colors().text_third);
        let mut top = rect.top() + HEAD;
        if is_tall {
            let area = Rect::from_min_size(pos2(rect.left(), top), vec2(rect.width() - 8.0, MAP));
            map_ui(ui, area.with_max_y(area.bottom() - TIMES), meters);
            times_ui(ui, area, meters);
            top += map;
        } else {
            let area = Rect::from_min_max(
                pos2(told.right() + 16.0, head.y - 4.0),
                pos2(rect.right() - 8.0, head.y + 4.0),
            );
            map_ui(ui, area, meters);
        }
        for (finding, galley) in rows {
            let height = height_of(&galley, row);
            let color = color(finding.severity);
            let at = pos2(rect.left(), top + 2.0);
            painter.text(at, Align2::LEFT_TOP, sign(finding.severity), theme::strong_font(), color);
            let name = finding.check.name();
            painter.text(at + vec2(NAME, 0.0), Align2::LEFT_TOP, name, theme::body_font(), color);
            painter.galley(at + vec2(SENTENCE, 0.0), galley, theme::colors().text);
            top += height;
        }
        if is_tall {
            not_found_ui(ui, rect.with_min_y(top), &missing, row);
        }
    });
}

/// Height of a finding's sentence, a row at least.
fn height_of(sentence: &Galley, row: f32) -> f32 {
    (sentence.size().y + 6.0).max(row)
}

/// What was looked for in what was heard, and not found; and what only a file can be asked.
fn not_found_ui(ui: &Ui, rect: Rect, missing: &[Check], row: f32) {
    let (painter, colors) = (ui.painter(), theme::colors());
    let write = |at, text: &str, color| {
        painter.text(at, Align2::LEFT_TOP, text, theme::body_font(), color);
    };
    let first = rect.min + vec2(NAME, row - 6.0);
    write(first, "Looked for as well, and not found:", colors.text_third);
    let rows = missing.len().div_ceil(NOT_FOUND_COLUMNS).max(1);
    let width = (rect.width() - NAME) / NOT_FOUND_COLUMNS as f32;
    for (n, check) in missing.iter().enumerate() {
        let at = first + vec2((n / rows) as f32 * width, ((n % rows) + 1) as f32 * row);
        write(at, check.name(), colors.text_second);
    }
    let last = first + vec2(0.0, (rows + 1) as f32 * row);
    write(
        last,
        "What only the whole file tells (its own faults, its end, an encoder's grid) is judged by the command: lacquer check SONG.",
        colors.text_third,
    );
}

/// The end of what the map shows, s.
fn map_end_s(meters: &MeterReader) -> f64 {
    meters.readings.inspected_map_s.iter().map(|[_, to]| *to).fold(1.0, f64::max)
}

/// Where in the song what was judged lies, and what was found.
fn map_ui(ui: &Ui, rect: Rect, meters: &MeterReader) {
    if rect.width() < LEAST_MAP {
        return;
    }
    let (painter, end) = (ui.painter(), map_end_s(meters));
    let x = |s: f64| rect.left() + rect.width() * (s / end).clamp(0.0, 1.0) as f32;
    painter.rect_filled(rect, 2.0, theme::colors().well);
    for [from, to] in meters.readings.inspected_map_s.iter().copied() {
        let part = Rect::from_x_y_ranges(x(from)..=x(to).max(x(from) + 1.0), rect.y_range());
        painter.rect_filled(part, 2.0, theme::faint(theme::colors().output));
    }
    // The worse over the others.
    let mut found: Vec<&Found> =
        meters.readings.findings.iter().filter(|found| found.finding.severity > Severity::Note).collect();
    found.sort_by_key(|found| found.finding.severity);
    for found in found {
        for s in &found.times_s {
            painter.vline(x(*s), rect.y_range(), Stroke::new(2.0, color(found.finding.severity)));
        }
    }
}

/// The times under the map.
fn times_ui(ui: &Ui, area: Rect, meters: &MeterReader) {
    let end = map_end_s(meters);
    let width = |step: u32| area.width() * f64::from(step) as f32 / end as f32;
    let step = TIME_STEPS_S.into_iter().find(|step| width(*step) >= LEAST_TIME_WIDTH);
    let step = step.unwrap_or(TIME_STEPS_S[TIME_STEPS_S.len() - 1]);
    for n in 0..=(end / f64::from(step)) as u32 {
        let at = pos2(area.left() + n as f32 * width(step), area.bottom());
        // The first and the last end where the map does.
        let align = match n {
            0 => Align2::LEFT_BOTTOM,
            _ if at.x > area.right() - 16.0 => Align2::RIGHT_BOTTOM,
            _ => Align2::CENTER_BOTTOM,
        };
        ui.painter().text(
            at,
            align,
            clock(f64::from(n * step)),
            theme::axis_font(),
            theme::colors().text_third,
        );
    }
}

/// Text with true minus signs before its numbers.
fn with_minus(text: &str) -> String {
    let next = text.chars().skip(1).chain([' ']);
    let mut before = ' ';
    text.chars()
        .zip(next)
        .map(|(c, after)| {
            let is_minus = c == '-' && !before.is_alphanumeric() && after.is_ascii_digit();
            before = c;
            if is_minus { '\u{2212}' } else { c }
        })
        .collect()
}
