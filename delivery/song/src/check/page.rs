//! A report as a page: one section a file, the verdict first.
//!
//! The page depends on the files and options alone: no clock, no random name, no order of threads.

mod figures;

use super::curves::Curves;
use super::words::{
    Rank, Span, figure, headline, place, rank, sentence, spans, stored_words, time, verdict_sentence,
};
use super::{CheckError, CheckOptions, Report};
use crate::measure::Readings;
use lacquer_dsp::detect::{Check, Finding, Severity, Verdict};
use lacquer_report::table::{Column, table};
use lacquer_report::{Ink, Mark, Panel, chip, figures as figure_list, masthead, number, page, typeset};
use maud::{Markup, Render, html};
use std::path::Path;

/// Places that stand in the table; the others are folded away.
const PLACES: usize = 4;

/// The page for a batch.
pub fn report_page(reports: &[Result<Report, CheckError>], wishes: &CheckOptions) -> Markup {
    let read: Vec<&Report> = reports.iter().filter_map(|report| report.as_ref().ok()).collect();
    let unreadable: Vec<&CheckError> = reports.iter().filter_map(|report| report.as_ref().err()).collect();
    let summary = if reports.len() > 1 { summary(&read, unreadable.len()) } else { String::new() };
    let rows = unreadable.iter().map(|error| [chip(Mark::Fail, "Not read"), error.to_string().render()]);
    let columns = [("", Column::Words), ("Not checked", Column::Words)];
    let body = html! {
        (masthead("Quality control", &summary))
        @if read.len() > 1 { nav.contents { (contents(&read)) } }
        @if !unreadable.is_empty() { section.file.only { (table("unreadable", &columns, rows)) } }
        @for (n, report) in read.iter().enumerate() { (section(report, wishes, n + 1, read.len() == 1)) }
        p.foot { "lacquer " (env!("CARGO_PKG_VERSION")) " check" }
    };
    let title = match read.as_slice() {
        [only] => format!("{} – quality control", name_of(&only.path)),
        _ => format!("{} files – quality control", read.len()),
    };
    page(&title, body)
}

fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// "3 files: 1 to send back, 2 fit".
fn summary(read: &[&Report], unreadable: usize) -> String {
    let count = |wanted: Rank| read.iter().filter(|report| rank(report) == wanted).count();
    let parts: Vec<String> = [
        (count(Rank::SendBack), "to send back"),
        (count(Rank::Misses), "beside the target"),
        (count(Rank::Remarks), "fit with remarks"),
        (count(Rank::Fit), "fit"),
        (unreadable, "not read"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, what)| format!("{count} {what}"))
    .collect();
    let files = read.len() + unreadable;
    format!("{files} {}: {}", if files == 1 { "file" } else { "files" }, parts.join(", "))
}

/// A sentence of a finding.
fn prose(text: &str) -> String {
    typeset(&sentence(text))
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

fn contents(read: &[&Report]) -> Markup {
    let rows = read.iter().enumerate().map(|(n, report)| {
        let m = &report.measurement;
        [
            html! { a href={ "#file-" (n + 1) } { (name_of(&report.path)) } },
            chip(verdict_mark(report.verdict()), headline(report)),
            time(report.duration_s()).render(),
            number(m.integrated_lufs, 1, false).render(),
            number(m.true_peak_dbtp, 2, false).render(),
            number(m.plr_db, 1, false).render(),
        ]
    });
    let columns = [
        ("File", Column::Words),
        ("Verdict", Column::Words),
        ("Length", Column::Number),
        ("LUFS", Column::Number),
        ("dBTP", Column::Number),
        ("PLR dB", Column::Number),
    ];
    table("files", &columns, rows)
}

fn section(report: &Report, wishes: &CheckOptions, n: usize, is_only: bool) -> Markup {
    html! {
        section.file.only[is_only] id={ "file-" (n) } {
            div.file-head {
                div { h2 { (name_of(&report.path)) } p.origin { (report.path.display().to_string()) } }
            }
            (banner(report))
            (facts(report))
            (findings_panel(report))
            @if let Some(curves) = &report.curves { (pictures(report, curves, wishes)) }
            (platforms_panel(report, wishes))
        }
    }
}

fn pictures(report: &Report, curves: &Curves, wishes: &CheckOptions) -> Markup {
    let is_stereo = report.channels == 2;
    let plain = |title, about| Panel { title, about, ..Panel::default() };
    let mut key = vec![(Ink::Tone, "short-term"), (Ink::Space, "momentary"), (Ink::Text, "integrated")];
    key.extend(wishes.level().map(|_| (Ink::Accent, "target")));
    let about = wishes.level().map_or("LUFS".to_owned(), |(lufs, name)| {
        format!("LUFS; the target is {name} at {}.", number(lufs, 1, false))
    });
    let loudness = Panel { title: "Loudness", about: &about, key: &key, may_break: false };
    html! {
        (plain("Waveform", "Peaks and RMS; the marks above carry the numbers of the findings.")
            .around(figures::waveform(report, curves)))
        (loudness.around(figures::loudness(report, curves, wishes)))
        @if is_stereo {
            (plain("Correlation", "+1 is mono, 0 is wide, below 0 cancels in mono.")
                .around(figures::correlation(report, curves)))
        }
        div.pair {
            (plain("Spectrum", "dB, mean of the whole; thirds of an octave behind.")
                .around(figures::spectrum(report, curves)))
            @if is_stereo {
                (plain("Lost in mono", "dB, per third of an octave; \u{25b2} is lost and heard.")
                    .around(figures::mono_loss(curves)))
            }
        }
    }
}

fn banner(report: &Report) -> Markup {
    let found = report.verdict();
    let mark = verdict_mark(found);
    html! {
        div.verdict.(mark.ink().class()) {
            strong { (chip(mark, headline(report))) }
            p { (verdict_sentence(found, report.judged, report.reasons().count())) }
            @if report.reasons().next().is_some() {
                ol {
                    @for reason in report.reasons() {
                        li {
                            b { (reason.check.name()) "." } " " (prose(&reason.fact)) " "
                            // What a remark advises stands in the table; what sends the mix back is to be read at once.
                            @if found == Verdict::SendBack { (prose(&reason.advice)) }
                        }
                    }
                }
            }
        }
    }
}

fn facts(report: &Report) -> Markup {
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
    html! { (file) (figure_list(&readings)) }
}

fn findings_panel(report: &Report) -> Markup {
    if report.findings.is_empty() {
        return Panel { title: "Findings", about: "None.", ..Panel::default() }.around(html! {});
    }
    let rows = report.findings.iter().enumerate().map(|(n, finding)| {
        let word = match finding.severity {
            Severity::Fail => "Fail",
            Severity::Warn => "Warn",
            Severity::Note => "Note",
        };
        [
            (n + 1).render(),
            chip(severity_mark(finding.severity), word),
            finding.check.name().render(),
            words_of(finding),
            where_of(finding, report),
        ]
    });
    let columns = [
        ("", Column::Words),
        ("", Column::Words),
        ("Check", Column::Words),
        ("What was found, and what to do", Column::Words),
        ("Where", Column::Words),
    ];
    Panel { title: "Findings", may_break: true, ..Panel::default() }.around(table("findings", &columns, rows))
}

fn words_of(finding: &Finding) -> Markup {
    html! {
        div title=(figure(finding)) {
            (prose(&finding.fact))
            @if let Some(share) = finding.confidence { (format_args!(" Confidence {:.0} %.", 100.0 * share)) }
        }
        div.advice { (prose(&finding.advice)) }
    }
}

fn where_of(finding: &Finding, report: &Report) -> Markup {
    let rate = f64::from(report.sample_rate_hz);
    let lines = |spans: &[Span]| html! { @for span in spans { span { (place(&span.place, rate)) } } };
    let spans = spans(&finding.places);
    let (shown, folded) = spans.split_at(spans.len().min(PLACES));
    let untold = finding.place_count.saturating_sub(finding.places.len() as u64);
    html! {
        div.where {
            (lines(shown))
            @if !folded.is_empty() { details { summary { (folded.len()) " more" } (lines(folded)) } }
            @if untold > 0 { span { "and " (untold) " not listed" } }
            @if spans.is_empty() && untold == 0 && finding.check != Check::Platform { "the whole file" }
        }
    }
}

fn platforms_panel(report: &Report, wishes: &CheckOptions) -> Markup {
    let rows = report.platforms.iter().map(|of| {
        let (target, outcome) = (&of.target, &of.outcome);
        [
            target.name.render(),
            number(target.integrated_lufs.unwrap_or(f64::NAN), 1, false).render(),
            number(outcome.gain_db, 1, true).render(),
            number(outcome.integrated_lufs, 1, false).render(),
            number(outcome.true_peak_dbtp, 2, false).render(),
            number(outcome.asked_dbtp, 1, false).render(),
            of.remarks().join(", ").render(),
        ]
    });
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
    Panel { title: "Platforms", about, ..Panel::default() }.around(table("platforms", &columns, rows))
}
