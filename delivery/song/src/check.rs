//! Quality control of files: is the mix fit to master, and if not, what has to change?
//!
//! ```text
//! inputs -> batch: Reader -> Inspector -> platforms -> Report -> text | json | page
//!                     +----> curves, in a second pass --------------------^
//! ```
//!
//! What is looked for is [`lacquer_dsp::detect`]'s; here are the files, the platforms and the reports.

pub mod batch;
pub mod curves;
pub mod inputs;
pub mod json;
pub mod master;
pub mod page;
pub mod platforms;
pub mod text;
pub mod words;

use curves::{Curves, Drawing};
use lacquer_dsp::Frame;
use lacquer_dsp::detect::inspector::Inspector;
use lacquer_dsp::detect::{Check, Finding, Severity, StoredWords, Verdict};
use lacquer_dsp::metering::Measurement;
use lacquer_dsp::targets::{DISTRIBUTOR, TARGETS, Target};
use lacquer_files::audio::widen;
use lacquer_files::decode::{Limits, Reader};
use lacquer_files::error::Error;
use master::FileForm;
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
    #[error("{}: no audio file in this folder or below it; give a folder with WAV, AIFF, FLAC, M4A, Ogg, Opus, MP3, CAF, AU or W64 files", path.display())]
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

/// What a file is taken for: two questions, with two answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Judged {
    /// A mix, that is to be mastered: how loud it is and where its peaks end is no fault of it.
    #[default]
    Mix,
    /// A master, that is to be delivered: it is held against what its targets ask for.
    Master,
}

impl Judged {
    /// Its id in reports.
    pub fn id(self) -> &'static str {
        match self {
            Self::Mix => "mix",
            Self::Master => "master",
        }
    }
}

/// What is asked of a check.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckOptions {
    /// The targets that outcomes are told for.
    pub targets: Vec<Target>,
    /// Whether somebody named them.
    pub are_named: bool,
    /// What the files are taken for: what a master misses of a target is a remark, what a mix does a note.
    pub judged: Judged,
    /// Whether curves are wanted, which only a drawn report needs.
    pub are_drawn: bool,
    /// What files may not go beyond.
    pub limits: Limits,
}

impl CheckOptions {
    /// Held against these targets; against all that are known, for information, if there are none.
    pub fn new(targets: Vec<Target>, are_drawn: bool) -> Self {
        let are_named = !targets.is_empty();
        Self {
            targets: if are_named { targets } else { TARGETS.to_vec() },
            are_named,
            judged: Judged::Mix,
            are_drawn,
            limits: Limits::default(),
        }
    }

    /// The targets that a master is held against: those that were named, or what every distributor takes.
    pub fn judges(&self) -> impl Iterator<Item = Target> + '_ {
        let named = if self.are_named { self.targets.as_slice() } else { &[DISTRIBUTOR] };
        named.iter().copied()
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
    /// What it was taken for.
    pub judged: Judged,
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

    /// Whether a master misses what a target asks for.
    pub fn misses_its_target(&self) -> bool {
        self.judged == Judged::Master
            && self.findings.iter().any(|of| of.check == Check::Platform && of.severity > Severity::Note)
    }

    /// Length, s.
    pub fn duration_s(&self) -> f64 {
        self.frames as f64 / f64::from(self.sample_rate_hz)
    }
}

/// Share of the work that inspecting is, for the progress, where the file is read a second time to be drawn.
const INSPECTING: f64 = 0.8;

/// Checks a file. Reports how much is done, 0 to 1. Memory does not grow with the file's length.
///
/// # Errors
/// If the file cannot be read as audio of one or two channels.
pub fn check(path: &Path, wishes: &CheckOptions, progress: &dyn Fn(f64)) -> Result<Report, CheckError> {
    let failed = |source| CheckError::File { path: path.to_owned(), source: Box::new(source) };
    let share = if wishes.are_drawn { INSPECTING } else { 1.0 };
    let mut reader = Reader::open(path, &wishes.limits).map_err(failed)?;
    let mut report = inspect(&mut reader, wishes, &|done| progress(share * done)).map_err(failed)?;
    if wishes.are_drawn {
        // What is drawn depends on the length, which only the whole tells.
        let mut reader = Reader::open(path, &wishes.limits).map_err(failed)?;
        let mut drawing = Drawing::new(report.sample_rate_hz, report.channels, report.frames as usize);
        let mut block = Vec::new();
        while reader.next_block(&mut block).map_err(failed)? {
            drawing.push(&block);
            progress(share + (1.0 - share) * reader.progress());
        }
        report.curves = Some(drawing.finish());
    }
    Ok(report)
}

/// Checks what a reader gives, without curves. Reports how much is done, 0 to 1.
///
/// # Errors
/// As [`Reader::next_block`].
pub fn inspect(reader: &mut Reader, wishes: &CheckOptions, progress: &dyn Fn(f64)) -> Result<Report, Error> {
    let (sample_rate_hz, channels) = (reader.sample_rate(), reader.channels());
    let mut inspector = Inspector::new(f64::from(sample_rate_hz), channels, reader.words());
    if wishes.are_named && wishes.targets.iter().any(|target| target.id == platforms::VINYL) {
        inspector = inspector.for_vinyl();
    }
    let mut block = Vec::new();
    let mut frames: Vec<Frame> = Vec::new();
    while reader.next_block(&mut block)? {
        frames.clear();
        frames.extend(block.iter().map(widen));
        inspector.push(&frames);
        progress(reader.progress());
    }
    let inspection = inspector.finish();
    let platforms = platforms::outcomes(&wishes.targets, &inspection.measurement);
    let mut findings = reader.findings();
    findings.extend(inspection.findings);
    findings.extend(platforms::findings(&platforms, wishes, &inspection.measurement));
    if wishes.judged == Judged::Master {
        let file = FileForm { sample_rate_hz, words: reader.words() };
        findings.extend(wishes.judges().filter_map(|target| master::form_finding(&target, &file)));
        master::judge(&mut findings);
    }
    if channels == 1 {
        findings.extend(platforms::one_channel(&wishes.targets, &inspection.measurement));
    }
    // The worst first; among equals the order of the checks stays.
    findings.sort_by_key(|finding| (std::cmp::Reverse(finding.severity), finding.check));
    Ok(Report {
        path: reader.path().to_owned(),
        judged: wishes.judged,
        format: reader.format(),
        words: reader.words(),
        true_bits: reader.long_bits().or(inspection.true_bits),
        sample_rate_hz,
        channels,
        frames: reader.frames(),
        findings,
        measurement: inspection.measurement,
        platforms,
        curves: None,
    })
}
