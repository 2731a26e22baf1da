//! What is wrong with a file, for commands that go on all the same: a line each, behind the file's name.

use crate::check::words::{place, sentence, spans};
use lacquer_dsp::detect::{Finding, Severity};
use lacquer_files::decode::Reader;

/// Places that are told of a finding; `lacquer check` has all that are kept.
const PLACES: usize = 3;

/// The warnings of what a reader has read, without notes and without the file's name: "Sound is missing in 1 place ... at 0:12.345. ...".
pub fn warnings(reader: &Reader) -> Vec<String> {
    lines(&reader.findings(), reader.sample_rate())
}

/// As [`warnings`], of findings at a rate in Hz.
pub fn lines(findings: &[Finding], sample_rate_hz: u32) -> Vec<String> {
    findings
        .iter()
        .filter(|finding| finding.severity > Severity::Note)
        .map(|finding| line(finding, sample_rate_hz))
        .collect()
}

fn line(finding: &Finding, sample_rate_hz: u32) -> String {
    let spans = spans(&finding.places);
    let told: Vec<String> =
        spans.iter().take(PLACES).map(|span| place(&span.place, f64::from(sample_rate_hz))).collect();
    let more = if spans.len() > PLACES { " and elsewhere" } else { "" };
    let places = if told.is_empty() { String::new() } else { format!(" (at {}{more})", told.join(", ")) };
    sentence(&format!("{}{places}", finding.fact)) + " " + &sentence(&finding.advice)
}
