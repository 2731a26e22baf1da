//! What is done with one song, away from any host.
//!
//! ```text
//! decode -> Audio -> check    (is the mix fit to master?)      -> text, JSON, HTML
//!             +----> measure, replay_gain
//!             +----> master   (render, solve, verify)          -> encode
//!             +----> codec    (encode, decode, overs, trim)    -> encode
//! ```

pub mod ceiling;
pub mod check;
pub mod codec;
pub mod error;
pub mod jobs;
pub mod master;
pub mod measure;
pub mod natural;
pub mod render;
pub mod replay_gain;
pub mod warnings;

pub use error::MasterError;
