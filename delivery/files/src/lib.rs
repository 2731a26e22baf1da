//! Audio files in and out, and what they say of themselves.
//!
//! ```text
//! a file, standard input -> decode -> Programme -> resample -> encode -> a file
//!                                     (Audio, Spill)   tags, replay_gain -^
//! ```

pub mod audio;
pub mod decode;
pub mod encode;
pub mod error;
pub mod replay_gain;
pub mod resample;
pub mod riff;
pub mod spill;
pub mod standard_input;
pub mod tags;

pub use audio::Audio;
pub use error::Error;
