//! Albums: from `ALBUM.toml` to the files of a release.
//!
//! ```text
//! file -> segments -> chain before the limiter -> rate -> fades    (segment, cached)
//!           +-> look: loudness, tone -> character -> plan       (character, plan)
//!           +-> drive -> joined -> limiter, dither, once        (timeline, finish, joined; cached)
//!                                     +-> cut into tracks -> files, report, checksums (outputs)
//! ```
//! The limiter and the dither run over what sounds without a pause in one piece, so that files set end to end are the
//! continuous programme. What was rendered is kept under the hash of what it depends on: a second run renders what has changed,
//! and one that was interrupted goes on.

mod build;
pub mod cache;
pub mod character;
mod claims;
pub mod codecs;
mod codes;
mod discs;
mod error;
pub mod fade;
pub mod file;
pub mod findings;
pub mod finish;
pub mod identity;
pub mod init;
mod levels;
pub mod loud_parts;
pub mod mix_checks;
mod outputs;
pub mod page;
pub mod plan;
pub mod preview;
mod reader;
mod release;
pub mod renders;
pub mod report;
mod sections;
pub mod segment;
mod sides;
mod summary;
pub mod timeline;
mod timing;
pub mod toml_places;
mod track_levels;
pub mod variant;
pub mod vinyl;

pub use build::{Options, build_with};
use build::{main_rate, side_by_side};
pub use error::AlbumError;
pub use file::{Album, Output};
pub use reader::{parse, read};
pub use report::Report;

/// Called with what is being done and how much of it is, 0 to 1.
pub type Progress<'a> = &'a (dyn Fn(&str, f64) + Sync);
