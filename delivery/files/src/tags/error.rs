//! Everything that can go wrong with tags.

use std::path::{Path, PathBuf};

/// What went wrong, with which file, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum TagError {
    /// The file cannot be opened or read.
    #[error("{}: its tags cannot be read: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file cannot be written. It is as it was.
    #[error("{}: its tags cannot be written: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file's kind has no tags that are known here.
    #[error("{}: not a file whose tags are known here; give WAV, FLAC, Ogg Vorbis, Opus or MP3", path.display())]
    Kind {
        /// The file.
        path: PathBuf,
    },
    /// The file is damaged.
    #[error("{}: its tags are damaged ({reason}); export it again", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A WAV file would be longer than its sizes can say.
    #[error("{}: with tags it would be longer than the 4 GiB that a WAV file can hold; use RF64 or FLAC", path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
    },
}

impl TagError {
    /// Names the file that could not be read.
    pub(crate) fn reading(path: &Path) -> impl Fn(std::io::Error) -> Self {
        move |source| Self::Read { path: path.to_owned(), source }
    }

    /// Names the file that could not be written.
    pub(crate) fn writing(path: &Path) -> impl Fn(std::io::Error) -> Self {
        move |source| Self::Write { path: path.to_owned(), source }
    }
}
