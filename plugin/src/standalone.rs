//! The program that stands alone: what its command line says, whether a window can open at all, and the song that plays in it.
//!
//! Sound devices belong to the framework's wrapper, which opens them once from its own options: those are passed on to it.

mod arguments;
#[cfg(feature = "standalone")]
mod program;
mod song;

#[cfg(feature = "standalone")]
pub use program::run;
#[cfg(feature = "standalone")]
pub(crate) use {program::join, song::SongFeed};
