//! Albums: what the files of a release promise together. Levels, joins, the cache, and names.

// All of it is a test: what is not there ends it.
#![allow(clippy::unwrap_used)]

mod again;
mod file;
mod joins;
mod levels;
mod mixes;
mod outputs;
mod real;
mod scene;
mod sides_and_character;
