//! The check of every mix, before anything is made of it: what is sent back becomes no release unless a person accepts it.

use super::cache::{Cache, reading_key};
use super::error::AlbumError;
use super::file::Album;
use super::segment::Source;
use lacquer_dsp::detect::{Severity, Verdict};
use lacquer_song::check::words::sentence;
use lacquer_song::check::{CheckError, CheckOptions, Report, check};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// What the check says of a mix.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MixCheck {
    /// `fit`, `fit_with_remarks` or `send_back`.
    pub verdict: String,
    /// What it rests on, and other remarks; notes are left out.
    pub remarks: Vec<Remark>,
    /// Whether somebody accepts what it is sent back for.
    pub is_accepted: bool,
}

/// Something that was found in a mix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// The check's id, which `accept` names.
    pub check: String,
    /// The check's name.
    pub name: String,
    /// Whether the mix goes back for it.
    pub sends_back: bool,
    /// What was found.
    pub fact: String,
}

impl MixCheck {
    /// Of a report.
    pub fn of(report: &Report) -> Self {
        let told = report.findings.iter().filter(|finding| finding.severity > Severity::Note);
        let remark = |finding: &lacquer_dsp::detect::Finding| Remark {
            check: finding.check.id().to_owned(),
            name: finding.check.name().to_owned(),
            sends_back: finding.severity == Severity::Fail,
            fact: sentence(&finding.fact),
        };
        Self {
            verdict: report.verdict().id().to_owned(),
            remarks: told.map(remark).collect(),
            is_accepted: false,
        }
    }

    /// Whether it is sent back.
    pub fn is_sent_back(&self) -> bool {
        self.verdict == Verdict::SendBack.id()
    }

    /// The verdict and what it rests on, in a line.
    pub fn line(&self) -> String {
        let reasons = |sends_back: bool| {
            let of = self.remarks.iter().filter(move |remark| remark.sends_back == sends_back);
            of.map(|remark| format!("{}: {}", remark.name, remark.fact)).collect::<Vec<_>>().join(" ")
        };
        match self.verdict.as_str() {
            "fit" => "fit".to_owned(),
            "send_back" => {
                let head = if self.is_accepted { "sent back, and accepted" } else { "sent back" };
                format!("{head}. {}", reasons(true))
            }
            _ => format!("fit, with remarks. {}", reasons(false)),
        }
    }
}

/// Checks a mix, or takes what the cache has of its bytes.
pub fn check_mix(
    number: usize,
    path: &Path,
    source: &Source,
    album: &Album,
    cache: &Cache,
) -> Result<MixCheck, AlbumError> {
    cache.value_or(&reading_key(&["mix check", &source.sha256]), || {
        let wishes = CheckOptions { limits: album.limits, ..CheckOptions::new(Vec::new(), false) };
        let report = check(path, &wishes, &|_| {}).map_err(|error| match error {
            CheckError::File { source, .. } => AlbumError::Delivery(*source),
            other => AlbumError::Track { track: number, path: path.to_owned(), reason: other.to_string() },
        })?;
        Ok(MixCheck::of(&report))
    })
}

/// Refuses mixes that are sent back for anything that nobody accepts. Marks what is accepted.
pub fn admit(album: &Album, checks: &mut [MixCheck], anyway: bool) -> Result<(), AlbumError> {
    let mut refused: Vec<String> = Vec::new();
    let mut ids: Vec<String> = Vec::new();
    for (n, (checked, track)) in checks.iter_mut().zip(&album.tracks).enumerate() {
        if !checked.is_sent_back() {
            continue;
        }
        let is_accepted = |id: &str| anyway || album.accept.contains(id) || track.accept.contains(id);
        let open: Vec<&Remark> = checked
            .remarks
            .iter()
            .filter(|remark| remark.sends_back && !is_accepted(&remark.check))
            .collect();
        if open.is_empty() {
            checked.is_accepted = true;
            continue;
        }
        let facts: Vec<String> =
            open.iter().map(|remark| format!("{}: {}", remark.name, remark.fact)).collect();
        refused.push(format!("track {}, {}: {}", n + 1, track.file.display(), facts.join(" ")));
        for remark in open {
            if !ids.contains(&remark.check) {
                ids.push(remark.check.clone());
            }
        }
    }
    if refused.is_empty() {
        return Ok(());
    }
    let accept = ids.iter().map(|id| format!("\"{id}\"")).collect::<Vec<_>>().join(", ");
    Err(AlbumError::SentBack { mixes: refused, accept })
}
