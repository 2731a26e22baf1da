//! DDP 2.00, the fileset that plants press discs from (DCA's Disc Description Protocol): written, and verified whoever wrote it.
//!
//! | file | what |
//! |---|---|
//! | `DDPID` | which disc: level, UPC, master's name |
//! | `DDPMS` | the map: a packet of 128 bytes for each of the files below |
//! | `CDTEXT.BIN` | titles and names |
//! | `PQDESCR` | tracks, indexes, times, flags, ISRCs: a packet of 64 bytes for each index |
//! | `IMAGE.DAT` | the audio from the first pregap to the lead-out |
//! | `CHECKSUM.MD5` | a digest of each of them |
//!
//! ```
//! use lacquer_disc::ddp::{self, FILES, Options};
//! # use lacquer_disc::layout::{Layout, TrackSpan};
//! # use lacquer_disc::{Disc, DiscTrack};
//! #
//! # let track = |title: &str| DiscTrack { title: title.into(), performer: "Me".into(), ..DiscTrack::default() };
//! # let mut disc = Disc { title: "Album".into(), tracks: vec![track("One"), track("Two")], ..Disc::default() };
//! # let ten_s = TrackSpan { samples: 441_000, gap_before_samples: 88_200 };
//! # Layout::new(&[ten_s, ten_s]).place(&mut disc);
//!
//! # let folder = tempfile::tempdir().expect("a folder");
//! # let set = folder.path().join("ddp");
//! let silence = (0..disc.lead_out_frame as usize * 588).map(|_| [0i16; 2]);
//! ddp::write(&set, &disc, silence, &Options::default()).expect("room for five megabytes");
//! assert!(FILES.iter().all(|name| set.join(name).is_file()));
//! assert!(ddp::verify(&set).expect("a fileset").consistent);
//! ```

pub mod checksum;
pub mod fields;
pub mod id;
pub mod map;
pub mod pq;
mod replace;
mod report;
mod verify;
mod write;

pub use replace::recover;
pub use report::{DdpReport, Finding, Severity, TrackRow};
pub use verify::verify;
pub use write::{Options, Written, write, write_fallible};

use super::cd_text::CdTextError;
use super::rules::Breach;
use std::path::PathBuf;

/// Name of the file that says which disc it is.
pub const ID_FILE: &str = "DDPID";
/// Name of the file that maps the others.
pub const MAP_FILE: &str = "DDPMS";
/// Name of the CD-Text.
pub const CD_TEXT_FILE: &str = "CDTEXT.BIN";
/// Name of the PQ codes.
pub const PQ_FILE: &str = "PQDESCR";
/// Name of the audio.
pub const IMAGE_FILE: &str = "IMAGE.DAT";
/// Name of the digests.
pub const CHECKSUM_FILE: &str = "CHECKSUM.MD5";

/// Files that a fileset of this writer has, and no other: a folder with others is never replaced.
pub const FILES: [&str; 6] = [ID_FILE, MAP_FILE, CD_TEXT_FILE, PQ_FILE, IMAGE_FILE, CHECKSUM_FILE];

/// Why a fileset cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum DdpError {
    /// The disc breaks rules.
    #[error("the disc cannot be made: {}", breaches.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Rules {
        /// Every rule that it breaks.
        breaches: Vec<Breach>,
    },
    /// The texts do not fit.
    #[error(transparent)]
    CdText(#[from] CdTextError),
    /// The audio is not as long as the disc.
    #[error(
        "the audio has {found} samples, the disc needs {least} to {most} up to its lead-out; lay the tracks out again"
    )]
    Length {
        /// Samples that came, at most one more than `most`.
        found: u64,
        /// Fewest that fill the last CD frame in part.
        least: u64,
        /// What fills it.
        most: u64,
    },
    /// The audio cannot be read.
    #[error("the audio breaks off at {at_s:.3} s: {source}")]
    Audio {
        /// Seconds from the image's start.
        at_s: f64,
        /// Why.
        source: std::io::Error,
    },
    /// What stands in the way is no fileset.
    #[error("{}: is not replaced: {reason}; give another folder or empty it", path.display())]
    NotReplaced {
        /// The folder.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// It cannot be written. Nothing is left under its name.
    #[error("{}: cannot be written: {source}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It cannot be read.
    #[error("{}: cannot be read: {source}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// There is no fileset.
    #[error("{}: no DDP fileset: neither DDPID nor DDPMS is in it; give the folder that holds them", path.display())]
    NoFileset {
        /// The folder.
        path: PathBuf,
    },
}
