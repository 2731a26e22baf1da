//! The command as people expect one: pipes, folders, defaults from a file, switches, and files that nobody loses.

// All of it is a test: what is not there ends it.
#![allow(clippy::unwrap_used)]

mod batch;
mod carried;
mod gains;
mod options;
mod outputs;
mod scene;
mod streams;
