//! Files in and out, and what is done with them away from any host: measuring, rendering, finding the drive for a loudness.
//!
//! ```text
//! decode -> Audio -> master (render, solve, verify) -> encode
//!             +----> measure        |
//!                                   +--> codec (encode, decode, overs, trim)
//! ```
//!
//! The command `lacquer` is a thin shell around this library.

pub mod album;
pub mod atomic_file;
pub mod audio;
pub mod check;
pub mod codec;
pub mod decode;
pub mod disc;
pub mod encode;
pub mod error;
pub mod hash;
pub mod html;
pub mod isrc;
pub mod master;
pub mod measure;
pub mod render;
pub mod resample;
pub mod tags;

pub use audio::Audio;
pub use error::Error;
