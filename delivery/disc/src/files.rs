//! Which audio files a CUE sheet or TOC names, and what they hold of the disc.
//!
//! ```
//! use lacquer_disc::cue;
//! use lacquer_disc::files::{Files, FilesError};
//! # use lacquer_disc::layout::{Layout, TrackSpan};
//! # use lacquer_disc::{Disc, DiscTrack};
//! #
//! # let track = |title: &str| DiscTrack { title: title.into(), performer: "Me".into(), ..DiscTrack::default() };
//! # let mut disc = Disc { title: "Album".into(), tracks: vec![track("One"), track("Two")], ..Disc::default() };
//! # let ten_s = TrackSpan { samples: 441_000, gap_before_samples: 88_200 };
//! # Layout::new(&[ten_s, ten_s]).place(&mut disc);
//!
//! // A file a track, and there is one too few.
//! let names = ["1.wav".to_owned()];
//! let refused = cue::write(&disc, &Files::Tracks(&names));
//! assert_eq!(refused, Err(FilesError::Count { files: 1, tracks: 2 }));
//! ```

use super::Disc;

/// The files and what they hold. None holds the two seconds of pregap that every burner writes before the first track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Files<'a> {
    /// One file: the whole image from two seconds on.
    Image(&'a str),
    /// A file a track, from its index 1 to the next track's: each gap is the end of the file before it. Gapless albums, and gaps that
    /// are not silent. All but the last are whole CD frames long, or a burner fills them up and a join is heard.
    TracksWithGaps(&'a [String]),
    /// A file a track, audio alone: gaps are silence that the burner makes.
    Tracks(&'a [String]),
}

/// Files that a sheet cannot name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FilesError {
    /// Another number of files than of tracks.
    #[error("{files} audio files for {tracks} tracks; give one a track")]
    Count {
        /// Files given.
        files: usize,
        /// Tracks of the disc.
        tracks: usize,
    },
    /// A name that cannot be quoted.
    #[error("audio file {name:?}: a sheet cannot name it ({sign:?}); rename the file")]
    Name {
        /// The name.
        name: String,
        /// The sign that it must not have.
        sign: char,
    },
}

impl Files<'_> {
    /// Refuses names with quotation marks or control characters, and lists that do not fit the disc.
    pub(super) fn check(&self, disc: &Disc) -> Result<(), FilesError> {
        let named: &mut dyn Iterator<Item = &str> = match self {
            Self::Image(name) => &mut std::iter::once(*name),
            Self::TracksWithGaps(names) | Self::Tracks(names) => {
                if names.len() != disc.tracks.len() {
                    return Err(FilesError::Count { files: names.len(), tracks: disc.tracks.len() });
                }
                &mut names.iter().map(String::as_str)
            }
        };
        for name in named {
            if let Some(sign) = name.chars().find(|c| c.is_control() || *c == '"') {
                return Err(FilesError::Name { name: name.to_owned(), sign });
            }
        }
        Ok(())
    }
}
