//! What is found in a fileset, for people and in JSON.

use crate::Disc;
use crate::latin::one_line;
use serde::Serialize;
use std::fmt;

/// Most findings that are kept; one more says how many were left out.
pub const MAX_FINDINGS: usize = 1000;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Unusual, and some plants or players may not take it.
    Warning,
    /// Inconsistent or against the standard.
    Error,
}

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// In which file.
    pub file: String,
    /// Where in it: packet, byte, field; empty for the whole.
    pub place: String,
    /// What stands there.
    pub found: String,
    /// What should.
    pub expected: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let severity = match self.severity {
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        write!(f, "{severity}: {}", one_line(&self.file))?;
        if !self.place.is_empty() {
            write!(f, ", {}", one_line(&self.place))?;
        }
        write!(f, ": {}", one_line(&self.found))?;
        if !self.expected.is_empty() {
            write!(f, "; should be: {}", one_line(&self.expected))?;
        }
        Ok(())
    }
}

/// A track of a fileset, for a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TrackRow {
    /// Its number.
    pub track: u32,
    /// Index 1, MM:SS:FF from the image's start.
    pub start: String,
    /// From index 1 to the next track's pregap or the lead-out, MM:SS:FF.
    pub length: String,
    /// Its pregap, MM:SS:FF.
    pub pregap: String,
    /// Its code, with hyphens; empty where it has none.
    pub isrc: String,
    /// Its title; empty where CD-Text has none.
    pub title: String,
    /// Its performer; empty where CD-Text has none.
    pub performer: String,
}

/// What a fileset says and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct DdpReport {
    /// Whether nothing is inconsistent; warnings do not count.
    pub consistent: bool,
    /// Everything that is not as it should be.
    pub findings: Vec<Finding>,
    /// The album's title; empty where CD-Text has none.
    pub title: String,
    /// Whose album it is; empty where CD-Text has none.
    pub performer: String,
    /// UPC or EAN.
    pub upc: Option<String>,
    /// The master's name.
    pub master_id: String,
    /// The tracks as far as they can be read.
    pub tracks: Vec<TrackRow>,
    /// Where the lead-out begins, MM:SS:FF from the image's start.
    pub lead_out: String,
    /// Length of the image by its size, CD frames.
    pub image_frames: u64,
    /// The disc as its PQ codes and CD-Text say it.
    #[serde(skip)]
    pub disc: Disc,
}

/// Collects findings, no more than a reader can bear.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub kept: Vec<Finding>,
    left_out: usize,
    errors: usize,
}

impl Findings {
    pub fn error(
        &mut self,
        file: &str,
        place: impl Into<String>,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) {
        self.push(Severity::Error, file, place.into(), found.into(), expected.into());
    }

    pub fn warning(
        &mut self,
        file: &str,
        place: impl Into<String>,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) {
        self.push(Severity::Warning, file, place.into(), found.into(), expected.into());
    }

    fn push(&mut self, severity: Severity, file: &str, place: String, found: String, expected: String) {
        self.errors += usize::from(severity == Severity::Error);
        if self.kept.len() < MAX_FINDINGS {
            self.kept.push(Finding { severity, file: file.to_owned(), place, found, expected });
        } else {
            self.left_out += 1;
        }
    }

    /// The findings, and whether there is no error among them.
    pub fn finish(mut self) -> (Vec<Finding>, bool) {
        if self.left_out > 0 {
            let found = format!("{} more findings, left out here", self.left_out);
            let severity = if self.errors > 0 { Severity::Error } else { Severity::Warning };
            let (file, place, expected) = (String::new(), String::new(), String::new());
            self.kept.push(Finding { severity, file: file + "all files", place, found, expected });
        }
        (self.kept, self.errors == 0)
    }
}
