//! Lacquer's mastering chain: every stage from the input trim to the dither, the meters that watch it, and nothing
//! else. No plugin framework, no window, no files.
//!
//! [`Chain`] is the whole signal path; [`chain`] is its table of contents. Each stage is a [`Stage`] with a plain
//! settings struct in the units an engineer would use.

/// The examples of README.md, run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub mod blocks;
pub mod chain;
#[expect(clippy::disallowed_methods, reason = "what a detector reckons is read, never heard")]
pub mod detect;
pub mod drive;
pub mod engine;
pub mod metering;
pub mod monitor;
pub mod parameters;
pub mod processor;
pub mod programme;
pub mod rehearsal;
pub mod shared;
pub mod sound;
pub mod targets;

pub use chain::{Chain, ChainSettings};
pub use processor::{Block, CONTROL_PERIOD, EqualizerPhase, Frame, ProcessSpec, Processor, Quality, Stage};
