//! Reports for machines: one object, described by `docs/check.schema.json`.
//!
//! Ids and names of fields are for ever; what is added later is optional. Levels that do not exist are null.

use super::platforms::PlatformOutcome;
use super::words::{channels_id, sentence};
use super::{CheckError, Report};
use crate::measure::Readings;
use lacquer_dsp::detect::{Finding, Place, StoredWords, Verdict};
use lacquer_dsp::targets::Confidence;
use serde::Serialize;

/// The schema that [`Batch`] keeps to: JSON Schema, draft 2020-12.
pub const SCHEMA: &str = include_str!("../../../../docs/check.schema.json");

/// Version of the form. It goes up when a reader of the old one would be misled.
const FORM: u32 = 2;

/// Everything that was checked.
#[derive(Debug, Serialize)]
pub struct Batch {
    form: u32,
    lacquer: &'static str,
    /// The worst verdict of all files; none if no file could be read.
    verdict: Option<&'static str>,
    /// Every input, in order.
    files: Vec<Entry>,
    unreadable: Vec<Unreadable>,
}

/// An input: checked, or not.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Entry {
    Checked(Box<File>),
    Unreadable(Unreadable),
}

#[derive(Debug, Clone, Serialize)]
struct Unreadable {
    file: String,
    status: &'static str,
    reason: String,
}

impl From<&CheckError> for Unreadable {
    fn from(error: &CheckError) -> Self {
        Self { file: error.path().display().to_string(), status: "unreadable", reason: error.to_string() }
    }
}

#[derive(Debug, Serialize)]
struct File {
    file: String,
    status: &'static str,
    judged_as: &'static str,
    verdict: &'static str,
    misses_target: bool,
    reasons: Vec<String>,
    format: &'static str,
    words: Words,
    true_bits: Option<u32>,
    sample_rate_hz: u32,
    channels: usize,
    frames: u64,
    duration_s: f64,
    readings: Readings,
    findings: Vec<Found>,
    platforms: Vec<Platform>,
}

#[derive(Debug, Serialize)]
struct Words {
    kind: &'static str,
    bits: Option<u32>,
}

#[derive(Debug, Serialize)]
struct Found {
    check: &'static str,
    name: &'static str,
    severity: &'static str,
    figure: Option<f64>,
    unit: &'static str,
    threshold: Option<f64>,
    confidence: Option<f64>,
    fact: String,
    advice: String,
    place_count: u64,
    places: Vec<Spot>,
}

#[derive(Debug, Serialize)]
struct Spot {
    start_s: f64,
    duration_s: f64,
    start_frame: u64,
    frames: u64,
    channels: &'static str,
    figure: Option<f64>,
}

#[derive(Debug, Serialize)]
struct Platform {
    target: &'static str,
    name: &'static str,
    level_lufs: Option<f64>,
    gain_db: f64,
    plays_at_lufs: Option<f64>,
    true_peak_after_gain_dbtp: Option<f64>,
    asked_true_peak_dbtp: f64,
    is_over: bool,
    limits: bool,
    stays_quiet: bool,
    is_on_level: bool,
    rejection: Option<String>,
    confidence: &'static str,
    source: &'static str,
}

/// A number that JSON has, to a thousandth: more than any reading is exact to.
fn shown(value: f64) -> Option<f64> {
    let rounded = (value * 1000.0).round() / 1000.0 + 0.0;
    rounded.is_finite().then_some(rounded)
}

impl Batch {
    /// The reports of a batch, and why the rest was not read.
    pub fn new(reports: &[Result<Report, CheckError>]) -> Self {
        let read = || reports.iter().filter_map(|report| report.as_ref().ok());
        Self {
            form: FORM,
            lacquer: env!("CARGO_PKG_VERSION"),
            verdict: read().map(Report::verdict).max().map(Verdict::id),
            files: reports
                .iter()
                .map(|report| match report {
                    Ok(report) => Entry::Checked(Box::new(File::from(report))),
                    Err(error) => Entry::Unreadable(Unreadable::from(error)),
                })
                .collect(),
            unreadable: reports
                .iter()
                .filter_map(|report| report.as_ref().err())
                .map(Unreadable::from)
                .collect(),
        }
    }

    /// The object as text, with a line feed at its end.
    ///
    /// # Errors
    /// If it cannot be written as JSON, which its types rule out.
    pub fn to_text(&self) -> Result<String, serde_json::Error> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }
}

impl From<&Report> for File {
    fn from(report: &Report) -> Self {
        Self {
            file: report.path.display().to_string(),
            status: "checked",
            judged_as: report.judged.id(),
            verdict: report.verdict().id(),
            misses_target: report.misses_its_target(),
            reasons: report
                .reasons()
                .map(|finding| {
                    format!("{}: {} {}", finding.check, sentence(&finding.fact), sentence(&finding.advice))
                })
                .collect(),
            format: report.format,
            words: match report.words {
                StoredWords::Integer(bits) => Words { kind: "integer", bits: Some(bits) },
                StoredWords::Float(bits) => Words { kind: "float", bits: Some(bits) },
                StoredWords::Lossy => Words { kind: "lossy", bits: None },
            },
            true_bits: report.true_bits,
            sample_rate_hz: report.sample_rate_hz,
            channels: report.channels,
            frames: report.frames,
            duration_s: shown(report.duration_s()).unwrap_or(0.0),
            readings: Readings::from(&report.measurement),
            findings: report.findings.iter().map(|finding| Found::new(finding, report)).collect(),
            platforms: report.platforms.iter().map(Platform::from).collect(),
        }
    }
}

impl Found {
    fn new(finding: &Finding, report: &Report) -> Self {
        let rate = f64::from(report.sample_rate_hz);
        let spot = |place: &Place| Spot {
            start_s: shown(place.start_frame as f64 / rate).unwrap_or(0.0),
            duration_s: shown(place.frames as f64 / rate).unwrap_or(0.0),
            start_frame: place.start_frame,
            frames: place.frames,
            channels: channels_id(place.channels),
            figure: shown(place.figure),
        };
        Self {
            check: finding.check.id(),
            name: finding.check.name(),
            severity: finding.severity.id(),
            figure: shown(finding.figure),
            unit: finding.unit,
            threshold: shown(finding.threshold),
            confidence: finding.confidence.and_then(shown),
            fact: finding.fact.clone(),
            advice: finding.advice.clone(),
            place_count: finding.place_count,
            places: finding.places.iter().map(spot).collect(),
        }
    }
}

impl From<&PlatformOutcome> for Platform {
    fn from(of: &PlatformOutcome) -> Self {
        let (target, outcome) = (&of.target, &of.outcome);
        Self {
            target: target.id,
            name: target.name,
            level_lufs: target.integrated_lufs,
            gain_db: shown(outcome.gain_db).unwrap_or(0.0),
            plays_at_lufs: shown(outcome.integrated_lufs),
            true_peak_after_gain_dbtp: shown(outcome.true_peak_dbtp),
            asked_true_peak_dbtp: outcome.asked_dbtp,
            is_over: outcome.is_over,
            limits: outcome.limits,
            stays_quiet: outcome.stays_quiet,
            is_on_level: outcome.is_on_level,
            rejection: outcome.rejection.map(|rejection| rejection.to_string()),
            confidence: match target.confidence {
                Confidence::Standard => "standard",
                Confidence::Official => "official",
                Confidence::Secondary => "secondary",
                Confidence::Custom => "custom",
            },
            source: target.source,
        }
    }
}
