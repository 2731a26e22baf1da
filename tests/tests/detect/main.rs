//! Quality control against labelled material: programme that the tests make and damage, and real songs.
//!
//! Recall: of clean programme with one defect done to it, at least 95 % has to be found at every strength that is listed, unless the test says why
//! it is less. False alarms: none on clean programme; on real songs only what is listed there with its reason.

mod clean;
mod codecs;
mod levels;
mod robustness;
mod songs;
mod spectra;
mod stereo;
mod traces;

use lacquer_dsp::Frame;
use lacquer_dsp::detect::{Channels, Check, Finding, Inspection, Inspector, Severity, StoredWords};
use lacquer_tests::material::{Style, song};
use std::sync::OnceLock;

/// What 24-bit files are read as.
const WORDS: StoredWords = StoredWords::Integer(24);

/// A clean programme.
struct Programme {
    style: Style,
    rate_hz: f64,
    frames: Vec<Frame>,
}

/// Two songs of each style, at two rates.
fn programmes() -> &'static [Programme] {
    static MADE: OnceLock<Vec<Programme>> = OnceLock::new();
    MADE.get_or_init(|| {
        Style::ALL
            .iter()
            .flat_map(|style| [(*style, 44_100.0, 11), (*style, 48_000.0, 12)])
            .map(|(style, rate_hz, seed)| Programme {
                style,
                rate_hz,
                frames: song(style, seed, rate_hz, 11.0),
            })
            .collect()
    })
}

fn inspected(rate_hz: f64, words: StoredWords, frames: &[Frame]) -> Inspection {
    let mut inspector = Inspector::new(rate_hz, 2, words);
    inspector.push(frames);
    inspector.finish()
}

fn finding(inspection: &Inspection, check: Check) -> Option<&Finding> {
    inspection.findings.iter().find(|finding| finding.check == check)
}

/// Whether a check warns or worse.
fn alarms(inspection: &Inspection, check: Check) -> bool {
    finding(inspection, check).is_some_and(|finding| finding.severity >= Severity::Warn)
}

/// What was found, one line each.
fn facts(inspection: &Inspection) -> Vec<String> {
    let line = |finding: &Finding| format!("{:?} {:?}: {}", finding.severity, finding.check, finding.fact);
    inspection.findings.iter().map(line).collect()
}

/// Counts what was found of what is there.
#[derive(Default)]
struct Recall {
    cases: usize,
    missed: Vec<String>,
}

impl Recall {
    fn note(&mut self, is_found: bool, case: impl Fn() -> String) {
        self.cases += 1;
        if !is_found {
            self.missed.push(case());
        }
    }

    /// Damages each programme that fits and notes whether the check warns.
    fn of(
        check: Check,
        words: StoredWords,
        name: &str,
        fits: impl Fn(&Programme) -> bool,
        damage: impl Fn(&Programme) -> Vec<Frame>,
    ) -> Self {
        let mut recall = Self::default();
        for programme in programmes().iter().filter(|programme| fits(programme)) {
            let inspection = inspected(programme.rate_hz, words, &damage(programme));
            recall.note(alarms(&inspection, check), || {
                let found = finding(&inspection, check).map(|finding| finding.fact.clone());
                format!("{name}, {:?} at {} Hz: {found:?}", programme.style, programme.rate_hz)
            });
        }
        recall
    }

    fn and(mut self, other: Self) -> Self {
        self.cases += other.cases;
        self.missed.extend(other.missed);
        self
    }

    fn is_at_least_95_percent(&self) {
        self.is_at_least(95);
    }

    fn is_at_least(&self, percent: usize) {
        let found = self.cases - self.missed.len();
        println!("{found} of {} found", self.cases);
        assert!(
            self.cases > 0 && 100 * found >= percent * self.cases,
            "{found} of {}: {:#?}",
            self.cases,
            self.missed
        );
    }
}

fn any(_: &Programme) -> bool {
    true
}
