//! Quality control of files: is the mix fit to master, and if not, what has to change?
//!
//! ```text
//! inputs -> batch: decode -> Inspector -> platforms -> Report -> text | json | page
//!                     +----> curves -------------------------------------^
//! ```
//!
//! What is looked for is [`lacquer_dsp::detect`]'s; here are the files, the platforms and the reports.

pub mod batch;
pub mod curves;
pub mod inputs;
pub mod json;
pub mod page;
pub mod platforms;
pub mod text;
pub mod words;

use crate::audio::widen;
use crate::decode::{Decoded, decode_with_words};
use crate::error::Error;
use curves::Curves;
use lacquer_dsp::Frame;
use lacquer_dsp::detect::inspector::Inspector;
use lacquer_dsp::detect::{Finding, Severity, StoredWords, Verdict};
use lacquer_dsp::metering::Measurement;
use lacquer_dsp::targets::{TARGETS, Target};
use platforms::PlatformOutcome;
use std::path::{Path, PathBuf};

/// Why a file or folder was not checked.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// A folder cannot be listed.
    #[error("{}: the folder cannot be read: {source}; check its permissions", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A folder has nothing to check in it.
    #[error("{}: no audio file in this folder or below it; give a folder with WAV, AIFF, FLAC, Ogg, Opus or MP3 files", path.display())]
    NoAudio {
        /// The folder.
        path: PathBuf,
    },
    /// A link in a folder leads out of it.
    #[error("{}: a link that leads out of the folder, which is not left; give what it leads to by its own name", path.display())]
    Outside {
        /// The link.
        path: PathBuf,
    },
    /// A file cannot be read.
    #[error("{source}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Box<Error>,
    },
    /// The check broke off, which is a defect of it and not of the file.
    #[error("{}: the check broke off; report this with the file, and check the other files meanwhile", path.display())]
    BrokenOff {
        /// The file.
        path: PathBuf,
    },
}

impl CheckError {
    /// What was not checked.
    pub fn path(&self) -> &Path {
        match self {
            Self::Folder { path, .. }
            | Self::NoAudio { path }
            | Self::Outside { path }
            | Self::File { path, .. }
            | Self::BrokenOff { path } => path,
        }
    }
}

/// What is asked of a check.
#[derive(Debug, Clone, PartialEq)]
pub struct Wishes {
    /// The targets that outcomes are told for.
    pub targets: Vec<Target>,
    /// Whether somebody named them: what misses a named target is a remark, not a note.
    pub are_named: bool,
    /// Whether curves are wanted, which only a drawn report needs.
    pub are_drawn: bool,
}

impl Wishes {
    /// Held against these targets; against all that are known, for information, if there are none.
    pub fn new(targets: Vec<Target>, are_drawn: bool) -> Self {
        let are_named = !targets.is_empty();
        Self { targets: if are_named { targets } else { TARGETS.to_vec() }, are_named, are_drawn }
    }

    /// The loudness that a history is drawn against, with its name: the first target's that has one.
    pub fn level(&self) -> Option<(f64, &'static str)> {
        self.targets.iter().find_map(|target| Some((target.integrated_lufs?, target.name)))
    }
}

/// What was found in a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The file.
    pub path: PathBuf,
    /// Its format, for instance "WAV".
    pub format: &'static str,
    /// How it stores its samples.
    pub words: StoredWords,
    /// Bits that the samples truly need, where that is known.
    pub true_bits: Option<u32>,
    /// Sample rate, Hz.
    pub sample_rate_hz: u32,
    /// 1 or 2.
    pub channels: usize,
    /// Length in frames.
    pub frames: u64,
    /// Every finding, those on platforms among them.
    pub findings: Vec<Finding>,
    /// The measurement of the whole.
    pub measurement: Measurement,
    /// What each target makes of it.
    pub platforms: Vec<PlatformOutcome>,
    /// What is drawn, where that was wished.
    pub curves: Option<Curves>,
}

impl Report {
    /// What is to be done.
    pub fn verdict(&self) -> Verdict {
        Verdict::of(self.findings.iter().map(|finding| finding.severity))
    }

    /// The findings that the verdict rests on: those of the worst severity, unless that is a note.
    pub fn reasons(&self) -> impl Iterator<Item = &Finding> {
        let wanted = match self.verdict() {
            Verdict::SendBack => Some(Severity::Fail),
            Verdict::FitWithRemarks => Some(Severity::Warn),
            Verdict::Fit => None,
        };
        self.findings.iter().filter(move |finding| Some(finding.severity) == wanted)
    }

    /// Length, s.
    pub fn duration_s(&self) -> f64 {
        self.frames as f64 / f64::from(self.sample_rate_hz)
    }
}

/// Frames that are inspected at a time; the result does not depend on it.
const CHUNK_FRAMES: usize = 4096;
/// Share of the work that reading is, for the progress: decoding is some four times as fast as inspecting.
const READING: f64 = 0.2;

/// Checks a file. Reports how much is done, 0 to 1.
///
/// # Errors
/// If the file cannot be read as audio of one or two channels.
pub fn check(path: &Path, wishes: &Wishes, progress: &dyn Fn(f64)) -> Result<Report, CheckError> {
    let decoded = decode_with_words(path, &|done| progress(READING * done))
        .map_err(|source| CheckError::File { path: path.to_owned(), source: Box::new(source) })?;
    Ok(inspect(path, &decoded, wishes, &|done| progress(READING + (1.0 - READING) * done)))
}

/// Checks what was decoded from `path`. Reports how much is done, 0 to 1.
pub fn inspect(path: &Path, decoded: &Decoded, wishes: &Wishes, progress: &dyn Fn(f64)) -> Report {
    let audio = &decoded.audio;
    let mut inspector = Inspector::new(f64::from(audio.sample_rate), audio.channels, decoded.words);
    if wishes.are_named && wishes.targets.iter().any(|target| target.id == platforms::VINYL) {
        inspector = inspector.for_vinyl();
    }
    let mut frames: Vec<Frame> = Vec::with_capacity(CHUNK_FRAMES);
    for (n, chunk) in audio.frames.chunks(CHUNK_FRAMES).enumerate() {
        frames.clear();
        frames.extend(chunk.iter().map(widen));
        inspector.push(&frames);
        progress((n * CHUNK_FRAMES) as f64 / audio.frames.len() as f64);
    }
    let inspection = inspector.finish();
    let platforms = platforms::outcomes(&wishes.targets, &inspection.measurement);
    let mut findings = inspection.findings;
    findings.extend(platforms::findings(&platforms, wishes.are_named, &inspection.measurement));
    if audio.channels == 1 {
        findings.extend(platforms::one_channel(&wishes.targets, &inspection.measurement));
    }
    // The worst first; among equals the order of the checks stays.
    findings.sort_by_key(|finding| (std::cmp::Reverse(finding.severity), finding.check));
    Report {
        path: path.to_owned(),
        format: decoded.format,
        words: decoded.words,
        true_bits: decoded.long_bits.or(inspection.true_bits),
        sample_rate_hz: audio.sample_rate,
        channels: audio.channels,
        frames: audio.frames.len() as u64,
        findings,
        measurement: inspection.measurement,
        platforms,
        curves: wishes.are_drawn.then(|| curves::curves(audio)),
    }
}
