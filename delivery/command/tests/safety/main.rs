//! What a stranger's file does, and what an accident costs: nothing outside its folder, nothing that is not said.

// All of it is a test: what is not there ends it.
#![allow(clippy::unwrap_used)]
#![cfg(unix)]

mod accidents;
mod albums;
mod escapes;
mod full_disk;
mod kills;
mod links;
mod scene;
mod writers;
