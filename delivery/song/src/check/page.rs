//! A report as a page: one section a file, the verdict first.
//!
//! The page depends on the files and options alone: no clock, no random name, no order of threads.

mod figures;

use super::curves::Curves;
use super::words::{Span, figure, headline, place, sentence, spans, stored_words, time, verdict_sentence};
use super::{CheckError, CheckOptions, Report};
use crate::measure::Readings;
use lacquer_dsp::detect::{Check, Finding, Severity, Verdict};
use lacquer_report::table::{Cell, Column, table};
use lacquer_report::{
    Ink, Mark, Panel, chip, element, escape, figures as figure_list, legend, masthead, number, page, typeset,
};
use std::path::Path;

/// Places that stand in the table; the others are folded away.
const PLACES: usize = 4;

/// The page for a batch.
pub fn report_page(reports: &[Result<Report, CheckError>], wishes: &CheckOptions) -> String {
    let read: Vec<&Report> = reports.iter().filter_map(|report| report.as_ref().ok()).collect();
    let unreadable: Vec<&CheckError> = reports.iter().filter_map(|report| report.as_ref().err()).collect();
    let summary = if reports.len() > 1 { summary(&read, unreadable.len()) } else { String::new() };
    let mut body = masthead("Quality control", &summary);
    if read.len() > 1 {
        body += &contents(&read);
    }
    if !unreadable.is_empty() {
        let rows: Vec<Vec<Cell>> = unreadable
            .iter()
            .map(|error| vec![Cell::Markup(chip(Mark::Fail, "Not read")), error.to_string().into()])
            .collect();
        let columns = [("", Column::Words), ("Not checked", Column::Words)];
        body += &element("section", "file only", &table("unreadable", &columns, &rows));
    }
    let is_only = read.len() == 1;
    for (n, report) in read.iter().enumerate() {
        body += &section(report, wishes, n + 1, is_only);
    }
    body += &format!("<p class=\"foot\">lacquer {} check</p>\n", env!("CARGO_PKG_VERSION"));
    let title = match read.as_slice() {
        [only] => format!("{} – quality control", name_of(&only.path)),
        _ => format!("{} files – quality control", read.len()),
    };
    page(&title, &body)
}

fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// "3 files: 1 to send back, 2 fit".
fn summary(read: &[&Report], unreadable: usize) -> String {
    let count = |wanted: Verdict| read.iter().filter(|report| report.verdict() == wanted).count();
    let parts: Vec<String> = [
        (count(Verdict::SendBack), "to send back"),
        (count(Verdict::FitWithRemarks), "fit with remarks"),
        (count(Verdict::Fit), "fit"),
        (unreadable, "not read"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, what)| format!("{count} {what}"))
    .collect();
    let files = read.len() + unreadable;
    format!("{files} {}: {}", if files == 1 { "file" } else { "files" }, parts.join(", "))
}

/// A sentence of a finding as markup.
fn prose(text: &str) -> String {
    escape(&typeset(&sentence(text)))
}

/// The mark of a severity.
fn severity_mark(severity: Severity) -> Mark {
    match severity {
        Severity::Fail => Mark::Fail,
        Severity::Warn => Mark::Warn,
        Severity::Note => Mark::Note,
    }
}

fn verdict_mark(verdict: Verdict) -> Mark {
    match verdict {
        Verdict::SendBack => Mark::Fail,
        Verdict::FitWithRemarks => Mark::Warn,
        Verdict::Fit => Mark::Good,
    }
}

fn contents(read: &[&Report]) -> String {
    let rows: Vec<Vec<Cell>> = read
        .iter()
        .enumerate()
        .map(|(n, report)| {
            let link = format!("<a href=\"#file-{}\">{}</a>", n + 1, escape(&name_of(&report.path)));
            let m = &report.measurement;
            vec![
                Cell::Markup(link),
                Cell::Markup(chip(verdict_mark(report.verdict()), headline(report))),
                time(report.duration_s()).into(),
                number(m.integrated_lufs, 1, false).into(),
                number(m.true_peak_dbtp, 2, false).into(),
                number(m.plr_db, 1, false).into(),
            ]
        })
        .collect();
    let columns = [
        ("File", Column::Words),
        ("Verdict", Column::Words),
        ("Length", Column::Number),
        ("LUFS", Column::Number),
        ("dBTP", Column::Number),
        ("PLR dB", Column::Number),
    ];
    element("nav", "contents", &table("files", &columns, &rows))
}

fn section(report: &Report, wishes: &CheckOptions, n: usize, is_only: bool) -> String {
    let only = if is_only { " only" } else { "" };
    let mut markup = format!(
        "<section class=\"file{only}\" id=\"file-{n}\">\n<div class=\"file-head\"><div><h2>{}</h2>\n<p class=\"origin\">{}</p></div></div>\n",
        escape(&name_of(&report.path)),
        escape(&report.path.display().to_string())
    );
    markup += &banner(report);
    markup += &facts(report);
    markup += &findings_panel(report);
    if let Some(curves) = &report.curves {
        markup += &pictures(report, curves, wishes);
    }
    markup += &platforms_panel(report, wishes);
    markup + "</section>\n"
}

fn pictures(report: &Report, curves: &Curves, wishes: &CheckOptions) -> String {
    let is_stereo = report.channels == 2;
    let plain = |title, about| Panel { title, about, ..Panel::default() };
    let mut markup = plain("Waveform", "Peaks and RMS; the marks above carry the numbers of the findings.")
        .around(&figures::waveform(report, curves));
    let mut key = vec![(Ink::Tone, "short-term"), (Ink::Space, "momentary"), (Ink::Text, "integrated")];
    key.extend(wishes.level().map(|_| (Ink::Accent, "target")));
    let key = legend(&key);
    let about = wishes.level().map_or("LUFS".to_owned(), |(lufs, name)| {
        format!("LUFS; the target is {name} at {}.", number(lufs, 1, false))
    });
    markup += &Panel { title: "Loudness", about: &about, key: &key, may_break: false }
        .around(&figures::loudness(report, curves, wishes));
    if is_stereo {
        markup += &plain("Correlation", "+1 is mono, 0 is wide, below 0 cancels in mono.")
            .around(&figures::correlation(report, curves));
    }
    markup += "<div class=\"pair\">\n";
    markup += &plain("Spectrum", "dB, mean of the whole; thirds of an octave behind.")
        .around(&figures::spectrum(report, curves));
    if is_stereo {
        markup += &plain("Lost in mono", "dB, per third of an octave; \u{25b2} is lost and heard.")
            .around(&figures::mono_loss(curves));
    }
    markup + "</div>\n"
}

fn banner(report: &Report) -> String {
    let found = report.verdict();
    let mark = verdict_mark(found);
    let mut inside = format!(
        "<strong>{}</strong>\n<p>{}</p>\n",
        chip(mark, headline(report)),
        escape(&verdict_sentence(found, report.judged, report.reasons().count()))
    );
    // What a remark advises stands in the table; what sends the mix back is to be read at once.
    let reasons: String = report
        .reasons()
        .map(|reason| {
            let advice = if found == Verdict::SendBack { prose(&reason.advice) } else { String::new() };
            let (check, fact) = (escape(reason.check.name()), prose(&reason.fact));
            format!("<li><b>{check}.</b> {fact} {advice}</li>\n")
        })
        .collect();
    if !reasons.is_empty() {
        inside += &format!("<ol>\n{reasons}</ol>\n");
    }
    element("div", &format!("verdict {}", mark.ink().class()), &inside)
}

fn facts(report: &Report) -> String {
    let channels = if report.channels == 1 { "mono" } else { "stereo" };
    let file = figure_list(&[
        ("Format", report.format.to_owned()),
        ("Words", stored_words(report.words, report.true_bits)),
        ("Sample rate", format!("{} Hz", report.sample_rate_hz)),
        ("Channels", channels.to_owned()),
        ("Length", time(report.duration_s())),
    ]);
    let readings = Readings::from(&report.measurement).rows_of(report.channels).into_iter();
    let readings: Vec<_> = readings
        .map(|(name, value, unit)| {
            let text = if value == "-" { "–".to_owned() } else { format!("{} {unit}", typeset(&value)) };
            (name, text.trim_end().to_owned())
        })
        .collect();
    file + &figure_list(&readings)
}

fn findings_panel(report: &Report) -> String {
    if report.findings.is_empty() {
        return Panel { title: "Findings", about: "None.", ..Panel::default() }.around("");
    }
    let rows: Vec<Vec<Cell>> = report
        .findings
        .iter()
        .enumerate()
        .map(|(n, finding)| {
            let word = match finding.severity {
                Severity::Fail => "Fail",
                Severity::Warn => "Warn",
                Severity::Note => "Note",
            };
            vec![
                format!("{}", n + 1).into(),
                Cell::Markup(chip(severity_mark(finding.severity), word)),
                finding.check.name().into(),
                Cell::Markup(words_of(finding)),
                Cell::Markup(where_of(finding, report)),
            ]
        })
        .collect();
    let columns = [
        ("", Column::Words),
        ("", Column::Words),
        ("Check", Column::Words),
        ("What was found, and what to do", Column::Words),
        ("Where", Column::Words),
    ];
    Panel { title: "Findings", may_break: true, ..Panel::default() }
        .around(&table("findings", &columns, &rows))
}

fn words_of(finding: &Finding) -> String {
    let trace =
        finding.confidence.map_or(String::new(), |share| format!(" Confidence {:.0} %.", 100.0 * share));
    format!(
        "<div title=\"{}\">{}{trace}</div><div class=\"advice\">{}</div>",
        escape(&figure(finding)),
        prose(&finding.fact),
        prose(&finding.advice)
    )
}

fn where_of(finding: &Finding, report: &Report) -> String {
    let rate = f64::from(report.sample_rate_hz);
    let line = |span: &Span| format!("<span>{}</span>", escape(&place(&span.place, rate)));
    let spans = spans(&finding.places);
    let (shown, folded) = spans.split_at(spans.len().min(PLACES));
    let mut markup: String = shown.iter().map(line).collect();
    if !folded.is_empty() {
        let lines: String = folded.iter().map(line).collect();
        markup += &format!("<details><summary>{} more</summary>{lines}</details>", folded.len());
    }
    let untold = finding.place_count.saturating_sub(finding.places.len() as u64);
    if untold > 0 {
        markup += &format!("<span>and {untold} not listed</span>");
    }
    if markup.is_empty() && finding.check != Check::Platform {
        markup = "the whole file".to_owned();
    }
    format!("<div class=\"where\">{markup}</div>")
}

fn platforms_panel(report: &Report, wishes: &CheckOptions) -> String {
    let rows: Vec<Vec<Cell>> = report
        .platforms
        .iter()
        .map(|of| {
            let (target, outcome) = (&of.target, &of.outcome);
            let level = target.integrated_lufs.unwrap_or(f64::NAN);
            vec![
                target.name.into(),
                number(level, 1, false).into(),
                number(outcome.gain_db, 1, true).into(),
                number(outcome.integrated_lufs, 1, false).into(),
                number(outcome.true_peak_dbtp, 2, false).into(),
                number(outcome.asked_dbtp, 1, false).into(),
                of.remarks().join(", ").into(),
            ]
        })
        .collect();
    let columns = [
        ("Target", Column::Words),
        ("Level LUFS", Column::Number),
        ("Gain dB", Column::Number),
        ("Plays at LUFS", Column::Number),
        ("Peak after dBTP", Column::Number),
        ("Asks for dBTP", Column::Number),
        ("Remarks", Column::Words),
    ];
    let about = if wishes.are_named {
        "What the named targets do to this file."
    } else {
        "What each would do to this file as it is; for information."
    };
    Panel { title: "Platforms", about, ..Panel::default() }.around(&table("platforms", &columns, &rows))
}
