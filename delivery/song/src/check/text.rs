//! A report for a terminal: the verdict first, then why, then everything that was found and measured.

use super::words::{
    Rank, headline, place, rank, sentence, severity, spans, stored_words, time, verdict_sentence,
};
use super::{CheckError, CheckOptions, Judged, Report};
use crate::measure::Readings;
use lacquer_dsp::detect::{Finding, Severity, Verdict};
use lacquer_report::visible;
use std::collections::BTreeMap;

/// Columns that lines are kept to.
const WIDTH: usize = 100;
/// Places that are told of a finding; JSON has all that are kept.
const PLACES: usize = 5;
/// Where what belongs to a finding begins.
const INDENT: &str = "        ";

/// The report as text. Names and messages are shown without any control character that they hold.
pub fn describe(report: &Report, wishes: &CheckOptions) -> String {
    let found = report.verdict();
    let name = visible(&report.path.display().to_string());
    let channels = if report.channels == 1 { "mono" } else { "stereo" };
    let mut text = format!("{}: {name}\n", headline(report));
    text += &format!(
        "{}, {} Hz, {}, {channels}, {}\n\n",
        report.format,
        report.sample_rate_hz,
        stored_words(report.words, report.true_bits),
        time(report.duration_s())
    );
    text += &wrapped(&verdict_sentence(found, report.judged, report.reasons().count()), "", "");
    if found == Verdict::SendBack {
        for (n, reason) in report.reasons().enumerate() {
            let line = format!("{}: {} {}", reason.check, sentence(&reason.fact), sentence(&reason.advice));
            text += &wrapped(&line, &format!("{:>3}. ", n + 1), "     ");
        }
    }
    if !report.findings.is_empty() {
        text += "\nFindings\n";
        for finding in &report.findings {
            text += &describe_finding(finding, report);
        }
    }
    text += "\nMeasurement\n";
    for (name, value, unit) in Readings::from(&report.measurement).rows_of(report.channels) {
        text += &format!("  {:<38}{value:>8} {unit}\n", name).replace(" \n", "\n");
    }
    text += "\nPlatforms                          level     gain plays at    asked  remarks\n";
    for of in &report.platforms {
        let level = |value: f64| if value.is_finite() { format!("{value:.1}") } else { "-".into() };
        let line = format!(
            "  {:<28}{:>10}{:>9}{:>9}{:>9}  {}",
            of.target.name,
            of.target.integrated_lufs.map_or("-".into(), level),
            format!("{:+.1}", of.outcome.gain_db + 0.0),
            level(of.outcome.integrated_lufs),
            level(of.outcome.asked_dbtp),
            of.remarks().join(", ")
        );
        text += line.trim_end();
        text.push('\n');
    }
    if !wishes.are_named {
        text += match report.judged {
            Judged::Mix => "  (for information; --master --target NAME holds a master against one)\n",
            Judged::Master => "  (for information; --target NAME holds the master against one)\n",
        };
    }
    text
}

/// What came of many files: how many of each verdict, and the names of those that need a person.
pub fn summary(reports: &[Result<Report, CheckError>]) -> String {
    let read = || reports.iter().flatten();
    let name = |path: &std::path::Path| visible(&path.display().to_string());
    let mut text = format!("{} files\n", reports.len());
    let headlines: BTreeMap<Rank, &str> = read().map(|report| (rank(report), headline(report))).collect();
    for (order, headline) in headlines {
        let with: Vec<&Report> = read().filter(|report| rank(report) == order).collect();
        text += &format!("  {:>4}  {headline}\n", with.len());
        if order != Rank::Fit {
            for report in with {
                let mut checks: Vec<&str> = report.reasons().map(|reason| reason.check.name()).collect();
                // A head and a tail are two findings of one check.
                checks.dedup();
                text += &format!("        {}: {}\n", name(&report.path), checks.join(", "));
            }
        }
    }
    let unread: Vec<&CheckError> = reports.iter().filter_map(|report| report.as_ref().err()).collect();
    if !unread.is_empty() {
        text += &format!("  {:>4}  Not read\n", unread.len());
        for error in unread {
            text += &format!("        {}\n", name(error.path()));
        }
    }
    text
}

fn describe_finding(finding: &Finding, report: &Report) -> String {
    let trace =
        finding.confidence.map_or(String::new(), |share| format!(" (confidence {:.0} %)", 100.0 * share));
    let fact = format!("{}: {}{trace}", finding.check, sentence(&finding.fact));
    let mut text = wrapped(&fact, &format!("  {}  ", severity(finding.severity)), INDENT);
    if let Some(places) = places(finding, report) {
        text += &wrapped(&places, INDENT, INDENT);
    }
    // What sends the mix back has its advice at the top.
    if finding.severity != Severity::Fail {
        text += &wrapped(&sentence(&finding.advice), INDENT, INDENT);
    }
    text
}

/// "at 0:12.345 left, 0:15.000 and 10 more"; none for what is everywhere.
fn places(finding: &Finding, report: &Report) -> Option<String> {
    let spans = spans(&finding.places);
    let told = &spans[..spans.len().min(PLACES)];
    if told.is_empty() {
        return None;
    }
    let more = finding.place_count.saturating_sub(told.iter().map(|span| span.count).sum());
    let told: Vec<String> =
        told.iter().map(|span| place(&span.place, f64::from(report.sample_rate_hz))).collect();
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    Some(format!("at {}{rest}", told.join(", ")))
}

/// Text in lines of [`WIDTH`], the first behind `first`, the others behind `rest`.
fn wrapped(text: &str, first: &str, rest: &str) -> String {
    let text = visible(text);
    let mut lines = String::new();
    let mut line = first.to_owned();
    let mut is_empty = true;
    for word in text.split_whitespace() {
        if !is_empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines += &line;
            lines.push('\n');
            line = rest.to_owned();
            is_empty = true;
        }
        if !is_empty {
            line.push(' ');
        }
        line += word;
        is_empty = false;
    }
    lines + &line + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_kept_to_their_width() {
        let text = wrapped(&"word ".repeat(60), "  1. ", "     ");
        assert!(
            text.lines().count() == 4 && text.lines().all(|line| line.chars().count() <= WIDTH),
            "{text}"
        );
        assert!(text.lines().skip(1).all(|line| line.starts_with("     word")));
        assert_eq!(wrapped("a\u{1b}[2Jb", "", ""), "a\u{241b}[2Jb\n");
    }
}
