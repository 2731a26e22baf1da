//! Files in and out, and what is done with them away from any host: from the mix to the release.
//!
//! ```text
//! decode -> Audio -> check    (is the mix fit to master?)      -> text, JSON, HTML
//!             +----> measure
//!             +----> master   (render, solve, verify)          -> encode
//!             +----> codec    (encode, decode, overs, trim)    -> encode
//!             +----> album    (levels, joins, one limiter)     -> encode + tags + isrc, disc, html
//! ```
//!
//! The command `lacquer` is a thin shell around this library.

pub mod album;
pub mod atomic_file;
pub mod audio;
pub mod ceiling;
pub mod check;
pub mod codec;
pub mod confined;
pub mod decode;
pub mod disc;
pub mod encode;
pub mod error;
pub mod hash;
pub mod html;
pub mod isrc;
pub mod jobs;
pub mod master;
pub mod measure;
pub mod natural;
pub mod parts;
pub mod render;
pub mod replay_gain;
pub mod resample;
pub mod riff;
pub mod standard_input;
pub mod tags;
pub mod toml_places;
pub mod warnings;

pub use audio::Audio;
pub use error::Error;
pub use lacquer_params::regular_file;
