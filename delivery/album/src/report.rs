//! What is reported of an album: every reading, every move with its reason, every file with its hash. `report.json` holds it.

use super::character::Distance;
use super::codecs::CodecOutcome;
use super::file::{Aim, Output, Papers};
use super::findings::Finding;
use super::mix_checks::MixCheck;
use super::plan::Move;
use super::renders::RenderCounts;
use super::segment::Source;
use super::variant::VariantReport;
use super::vinyl::Side;
use lacquer_disc::pq_sheet::PqRow;
use lacquer_song::measure::Readings;
use serde::Serialize;
use std::collections::BTreeSet;

/// A file that was written, or stood there as it would have been written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileReport {
    /// Its path in the album's folder, with `/`.
    pub path: String,
    /// What it belongs to.
    pub output: Output,
    /// The track's number, from 1, where it holds one.
    pub track: Option<usize>,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Its length, bytes.
    pub bytes: u64,
    /// Whether it had to be written.
    pub written: bool,
}

/// How near a track sounds to the others.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CharacterReport {
    /// Before any correction.
    pub before: Distance,
    /// After it; none where nothing was corrected.
    pub after: Option<Distance>,
    /// Bands that were set: hertz and dB.
    pub bands: Vec<(f64, f64)>,
    /// What became of the wish to correct.
    pub sentence: String,
}

/// A track.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrackReport {
    /// Its number, from 1.
    pub number: usize,
    /// Its title.
    pub title: String,
    /// Who performs it.
    pub performer: String,
    /// Its code, where it has one already.
    pub isrc: Option<String>,
    /// The mix.
    pub file: String,
    /// What the mix's file is.
    pub source: Source,
    /// What the check says of the mix.
    pub check: MixCheck,
    /// Name of its preset.
    pub preset: Option<String>,
    /// Where its file begins on the timeline, s.
    pub start_s: f64,
    /// Length of its file, s; the silence after it belongs to discs and sides.
    pub length_s: f64,
    /// Before the limiter.
    pub before: Readings,
    /// The master.
    pub after: Readings,
    /// Its drive, and why.
    #[serde(rename = "move")]
    pub drive: Move,
    /// How near it sounds to the others.
    pub character: CharacterReport,
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Version of this report's form.
    pub version: u32,
    /// The album's title.
    pub title: String,
    /// Whose album it is.
    pub artist: String,
    /// Date, client, engineer and notes.
    pub release: Papers,
    /// UPC or EAN.
    pub upc: Option<String>,
    /// What was aimed at.
    pub aim: Aim,
    /// How the levels were found, in words.
    pub levels: String,
    /// Share of the tonal distance that was to be corrected, 0 to 0.5.
    pub character: f64,
    /// What was asked for.
    pub outputs: BTreeSet<Output>,
    /// Readings of all files set end to end.
    pub album: Readings,
    /// Loudness of the last 3 s at the end of each second of them, LUFS; none in silence.
    pub short_term_lufs: Vec<Option<f64>>,
    /// The tracks.
    pub tracks: Vec<TrackReport>,
    /// What lossy encoding does to the peaks, an entry an output.
    pub codecs: Vec<CodecOutcome>,
    /// The indexes of the disc, where one was asked for.
    pub pq: Vec<PqRow>,
    /// The timelines.
    pub variants: Vec<VariantReport>,
    /// The sides of a record, where they were asked for.
    pub sides: Vec<Side>,
    /// What was rendered.
    pub renders: RenderCounts,
    /// Every file but this one and the checksums.
    pub files: Vec<FileReport>,
    /// What earlier runs wrote and this one removed: names that the album no longer has.
    pub removed: Vec<String>,
    /// What needs a person before the release is sent out.
    pub findings: Vec<Finding>,
    /// What to look at.
    pub warnings: Vec<String>,
}

impl Report {
    /// Whether something needs a person that nobody has accepted.
    pub fn needs_a_person(&self) -> bool {
        self.findings.iter().any(|finding| !finding.is_accepted)
    }

    /// Where the programme ends, s.
    pub fn length_s(&self) -> f64 {
        let ends = self.tracks.iter().map(|track| track.start_s + track.length_s);
        ends.filter(|end_s| end_s.is_finite()).fold(0.0, f64::max)
    }
}
