//! Every file is read whole, as two outside decoders read it, or what is wrong with it is said, with its times.
//!
//! What is read here was made and damaged by other means than the readers know: by other people's encoders and by hand.

// All of it is a test: what is not there ends it.
#![allow(clippy::unwrap_used)]

mod apple;
mod lossless;
mod lossy;
mod plain;
mod property;
mod song;
mod tools;
mod waves;
