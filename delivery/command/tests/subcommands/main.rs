//! Subcommands on what they are made for: `codec`, `ddp`, and any of them on files that are not as they should be.

// All of it is a test: what is not there ends it.
#![allow(clippy::unwrap_used)]

mod codec;
mod disc;
mod readers;

// What the libraries' own tests are made of.
#[path = "../../../song/tests/codec/scene.rs"]
mod programme;
#[path = "../../../disc/tests/disc/scene.rs"]
mod some_disc;
#[path = "../../../files/tests/readers/song.rs"]
mod song;

use std::process::{Command, Output};

fn lacquer(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lacquer")).args(arguments).output().unwrap()
}
