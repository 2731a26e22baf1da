//! Everything that can go wrong when a file is encoded.

use crate::error::Error;
use crate::tags::TagError;
use std::path::{Path, PathBuf};

/// Lossy formats that this build has.
const LOSSY: &str = if super::mp3::IS_BUILT { "opus128, vorbis8 or mp3-320" } else { "opus128 or vorbis8" };

/// What went wrong, with what, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    /// The file cannot be written. Nothing is left behind.
    #[error("{}: cannot be written: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A format is not known.
    #[error(
        "{text:?} is no format; give wav16, wav20, wav24, wav32f, flac16, flac24, opus128, vorbis8 or mp3-320"
    )]
    Format {
        /// What was given.
        text: String,
    },
    /// No format, where a lossy one is meant.
    #[error("{text:?} is no lossy format; give {LOSSY}")]
    Lossy {
        /// What was given.
        text: String,
    },
    /// A lossless format where a lossy one is meant.
    #[error("{text:?} loses nothing; give a lossy format: {LOSSY}")]
    Lossless {
        /// What was given.
        text: String,
    },
    /// A format's figure is out of its range.
    #[error("{format}: {what} {value}; give {range}")]
    Range {
        /// The format.
        format: &'static str,
        /// Which figure.
        what: &'static str,
        /// What was given.
        value: f64,
        /// What may be given.
        range: &'static str,
    },
    /// This build has no MP3 encoder.
    #[error(
        "MP3: this build has no encoder for it, because LAME is under the LGPL; build it with `cargo build --release --features mp3`, or choose Opus or Vorbis"
    )]
    NoMp3,
    /// An encoder or decoder refuses.
    #[error("{format}: {reason}")]
    Codec {
        /// The format.
        format: &'static str,
        /// What its library says.
        reason: String,
    },
    /// What lies in a temporary file cannot be read, or not be put there.
    #[error(transparent)]
    Spill(#[from] std::io::Error),
    /// The rate cannot be converted to one that the encoder takes.
    #[error(transparent)]
    Rate(#[from] crate::resample::ResampleError),
    /// The WAV file cannot be written.
    #[error(transparent)]
    Wave(#[from] Error),
    /// The tags cannot be written.
    #[error(transparent)]
    Tags(#[from] TagError),
}

impl EncodeError {
    /// Names the file that could not be written.
    pub(crate) fn writing(path: &Path) -> impl Fn(std::io::Error) -> Self {
        move |source| Self::Write { path: path.to_owned(), source }
    }

    /// Names the codec that refuses.
    pub(crate) fn codec(format: &'static str) -> impl Fn(&dyn std::fmt::Display) -> Self {
        move |reason| Self::Codec { format, reason: reason.to_string() }
    }
}
