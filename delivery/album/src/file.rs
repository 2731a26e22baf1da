//! The album file, `ALBUM.toml`: what is read, what is allowed, and what holds where nothing is said.
//!
//! ```toml
//! [album]
//! title = "Two Songs"
//! artist = "Somebody"
//!
//! [[track]]
//! file = "mixes/first.wav"
//!
//! [[track]]
//! file = "mixes/second.wav"
//! gap_s = 0
//! ```
//! Every path is relative to the file's folder. Keys that do not exist are errors, so that a slip is not silently a default.

use lacquer_dsp::{ChainSettings, ProcessSpec};
use lacquer_files::decode::Limits;
use lacquer_isrc::Isrc;
use lacquer_params::Preset;
use lacquer_song::master::LimiterMode;
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// What is levelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// The loudest track to the target. Mixes of one session keep their distances; the loud parts of others are made alike, and quiet
    /// songs stay below.
    Album,
    /// The loudest track to the target; the others keep their distance from it, however far that is.
    Distances,
    /// Each track to the target.
    Equal,
    /// Nothing is moved.
    AsIs,
}

/// The loudness that is aimed at.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Aim {
    /// What is levelled.
    pub mode: Mode,
    /// The target, LUFS.
    pub target_lufs: f64,
    /// Highest true peak, dBTP.
    pub ceiling_dbtp: f64,
    /// How far a track is moved against the others at most, LU; none where nothing caps it.
    pub most_move_lu: Option<f64>,
}

/// What is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Output {
    /// WAV, 24 bits.
    #[serde(rename = "wav24")]
    Wav24,
    /// WAV, 16 bits.
    #[serde(rename = "wav16")]
    Wav16,
    /// FLAC, 24 bits.
    #[serde(rename = "flac")]
    Flac,
    /// Opus at 128 kbit/s.
    #[serde(rename = "opus128")]
    Opus128,
    /// Ogg Vorbis.
    #[serde(rename = "vorbis")]
    Vorbis,
    /// MP3 at 320 kbit/s.
    #[serde(rename = "mp3-320")]
    Mp3,
    /// AAC in M4A, which no encoder that may be linked makes: what to make it with is said instead.
    #[serde(rename = "aac")]
    Aac,
    /// One image and a cue sheet.
    #[serde(rename = "cue")]
    Cue,
    /// A DDP 2.00 fileset.
    #[serde(rename = "ddp")]
    Ddp,
    /// Pre-masters of the sides of a record.
    #[serde(rename = "vinyl")]
    Vinyl,
    /// A report to read.
    #[serde(rename = "report")]
    Report,
}

impl Output {
    /// Every output.
    pub const ALL: [Self; 11] = [
        Self::Wav24,
        Self::Wav16,
        Self::Flac,
        Self::Opus128,
        Self::Vorbis,
        Self::Mp3,
        Self::Aac,
        Self::Cue,
        Self::Ddp,
        Self::Vinyl,
        Self::Report,
    ];

    /// Its name in the album file, and that of its folder.
    pub fn name(self) -> &'static str {
        match self {
            Self::Wav24 => "wav24",
            Self::Wav16 => "wav16",
            Self::Flac => "flac",
            Self::Opus128 => "opus128",
            Self::Vorbis => "vorbis",
            Self::Mp3 => "mp3-320",
            Self::Aac => "aac",
            Self::Cue => "cue",
            Self::Ddp => "ddp",
            Self::Vinyl => "vinyl",
            Self::Report => "report",
        }
    }

    /// Whether it is a disc's, with marks on its grid.
    pub fn is_disc(self) -> bool {
        matches!(self, Self::Cue | Self::Ddp)
    }
}

/// How a fade runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Curve {
    /// The amplitude in a straight line.
    Linear,
    /// The power in a straight line at the middle: a quarter of a sine.
    EqualPower,
    /// Half a cosine: without a corner at either end.
    #[default]
    Smooth,
}

/// A fade at a track's end or beginning.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Fade {
    /// Length, s.
    pub seconds: f64,
    /// How it runs.
    pub curve: Curve,
}

/// The code of a recording, or the wish for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IsrcRequest {
    /// It has one.
    Code(Isrc),
    /// One is to be allocated from the ledger.
    New,
}

impl IsrcRequest {
    /// The code, if it has one already.
    pub fn code(self) -> Option<Isrc> {
        match self {
            Self::Code(code) => Some(code),
            Self::New => None,
        }
    }
}

/// How a track follows the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Join {
    /// After so many seconds of silence; 0 is gapless.
    Gap(f64),
    /// It begins so many seconds before the other's end, with equal power.
    Crossfade(f64),
}

/// A track of an album.
#[derive(Debug, Clone, PartialEq)]
pub struct Track {
    /// The mix.
    pub file: PathBuf,
    /// Its title.
    pub title: String,
    /// Who performs it.
    pub performer: String,
    /// Who composed it; may be empty.
    pub composer: String,
    /// Its code.
    pub isrc: Option<IsrcRequest>,
    /// Name of the preset, if it has one.
    pub preset: Option<String>,
    /// The preset, where it trims the mix to the loudness that it was made for.
    pub trimmed_by: Option<Preset>,
    /// The chain's settings.
    pub settings: ChainSettings,
    /// Quality and phase of the chain; rate and channels are the file's.
    pub spec: ProcessSpec,
    /// How it follows the track before it.
    pub join: Join,
    /// Fade at its beginning.
    pub fade_in: Fade,
    /// Fade at its end.
    pub fade_out: Fade,
    /// How much louder than the plan it is to be, dB.
    pub gain_db: f64,
    /// Ids of findings that are accepted of it.
    pub accept: BTreeSet<String>,
    /// Whether it is a quiet song, kept below the others; none where the plan finds out.
    pub is_quiet: Option<bool>,
    /// Where in the file it begins, s.
    pub start_s: f64,
    /// Where in the file it ends, s; none for the file's end.
    pub end_s: Option<f64>,
}

/// What goes on the papers of a release and not into its files.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Papers {
    /// The day of the master, as 2026-11-28.
    pub date: Option<String>,
    /// Who ordered it.
    pub client: Option<String>,
    /// Who mastered it.
    pub engineer: Option<String>,
    /// What is to be said with the files.
    pub notes: Option<String>,
}

/// An album as its file describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Album {
    /// Its file.
    pub path: PathBuf,
    /// Its title.
    pub title: String,
    /// Whose album it is.
    pub artist: String,
    /// Picture of its front cover.
    pub cover: Option<PathBuf>,
    /// What goes on its papers.
    pub papers: Papers,
    /// UPC or EAN, 13 digits.
    pub upc: Option<String>,
    /// Year of release.
    pub year: Option<u32>,
    /// Genre.
    pub genre: Option<String>,
    /// Label.
    pub label: Option<String>,
    /// Prefix of codes to allocate: five signs.
    pub isrc_prefix: Option<String>,
    /// First and last designation that may be allocated; needed once for a prefix and a year.
    pub isrc_range: Option<(u32, u32)>,
    /// The ledger that they are allocated from.
    pub ledger: PathBuf,
    /// Whether a person named the ledger, so that it may lie anywhere; what an album file names stays below its folder.
    pub ledger_is_given: bool,
    /// The loudness that is aimed at.
    pub aim: Aim,
    /// The limiter that its passages have.
    pub limiter: LimiterMode,
    /// Share of the tonal distance that is corrected, 0 to 0.5.
    pub character: f64,
    /// What is made.
    pub outputs: BTreeSet<Output>,
    /// Whether its files say what players turn them by.
    pub has_replay_gain: bool,
    /// Sample rate of the files, hertz; none for the highest that no track has to be raised to.
    pub sample_rate: Option<u32>,
    /// Ids of findings that are accepted of every track.
    pub accept: BTreeSet<String>,
    /// What its files may not go beyond.
    pub limits: Limits,
    /// The tracks, in order.
    pub tracks: Vec<Track>,
}

impl Album {
    /// Whether a disc is asked for.
    pub fn has_disc(&self) -> bool {
        self.outputs.iter().any(|output| output.is_disc())
    }
}
