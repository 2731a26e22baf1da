//! Quality control of what comes in while it plays: the verdict, and every finding with its reason and what to do.

use super::{empty_ui, scroll_ui};
use crate::analysers::Found;
use crate::meter_reader::MeterReader;
use crate::theme;
use egui::text::LayoutJob;
use egui::{Align2, Color32, Rect, Ui, pos2, vec2};
use lacquer_dsp::detect::{Severity, Verdict};
use std::cmp::Reverse;

/// Height of the verdict's line, and the least of a finding's.
const HEAD: f32 = 28.0;
const ROW: f32 = 22.0;
/// Where names and sentences begin.
const NAME: f32 = 18.0;
const SENTENCE: f32 = 176.0;
/// Width from which a map of the song says anything.
const LEAST_MAP: f32 = 80.0;
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
            let height = (galley.size().y + 6.0).max(ROW);
            (finding, galley, height)
        })
        .collect();
    let height = HEAD + rows.iter().map(|(_, _, height)| height).sum::<f32>();
    scroll_ui(ui, body, height, |ui, rect| {
        let (text, verdict_color) = verdict(&meters.readings.findings);
        let painter = ui.painter();
        let head = pos2(rect.left(), rect.top() + HEAD / 2.0);
        let said = painter.text(head, Align2::LEFT_CENTER, text, theme::main_font(), verdict_color);
        let heard = format!("of the {} heard so far, at the chain's input", minutes(heard_s));
        let at = pos2(said.right() + 12.0, head.y);
        let told =
            painter.text(at, Align2::LEFT_CENTER, heard, theme::body_font(), theme::colors().text_third);
        map_ui(
            ui,
            Rect::from_min_max(
                pos2(told.right() + 16.0, head.y - 4.0),
                pos2(rect.right() - 8.0, head.y + 4.0),
            ),
            meters,
        );
        let mut top = rect.top() + HEAD;
        for (finding, galley, height) in rows {
            let color = color(finding.severity);
            let at = pos2(rect.left(), top + 2.0);
            painter.text(at, Align2::LEFT_TOP, sign(finding.severity), theme::strong_font(), color);
            let name = finding.check.name();
            painter.text(at + vec2(NAME, 0.0), Align2::LEFT_TOP, name, theme::body_font(), color);
            painter.galley(at + vec2(SENTENCE, 0.0), galley, theme::colors().text);
            top += height;
        }
    });
}

/// Where in the song what was judged lies.
fn map_ui(ui: &Ui, rect: Rect, meters: &MeterReader) {
    let map = &meters.readings.inspected_map_s;
    let end = map.iter().map(|[_, to]| *to).fold(1.0, f64::max);
    if rect.width() < LEAST_MAP {
        return;
    }
    let painter = ui.painter();
    painter.rect_filled(rect, 2.0, theme::colors().well);
    for [from, to] in map.iter().copied() {
        let x = |s: f64| rect.left() + rect.width() * (s / end).clamp(0.0, 1.0) as f32;
        let part = Rect::from_x_y_ranges(x(from)..=x(to).max(x(from) + 1.0), rect.y_range());
        painter.rect_filled(part, 2.0, theme::colors().output);
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

fn minutes(seconds: f64) -> String {
    format!("{}:{:02} min", (seconds / 60.0) as u64, (seconds % 60.0) as u64)
}
