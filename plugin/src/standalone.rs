//! The program that stands alone: what its command line says, whether a window can open at all, which devices it plays to, and the
//! song that plays in it.
//!
//! The framework has a wrapper for such programs, which opens devices once, at its start, and sets parameters after a block: the
//! plugin's own instance is played here instead (`instance`), by whatever device is chosen in the window (`sound`).

mod arguments;
mod context;
#[cfg(feature = "standalone")]
mod devices;
mod instance;
#[cfg(feature = "standalone")]
mod memory;
#[cfg(feature = "standalone")]
mod program;
mod silence;
mod song;
mod sound;
#[cfg(test)]
mod tests;

#[cfg(feature = "standalone")]
pub use program::run;
pub(crate) use song::SongFeed;
