//! Subcommands on what they are made for: `codec`, `ddp`, and any of them on files that are not as they should be.

// All of it is a test: what is not there ends it.
#![allow(clippy::unwrap_used)]

mod codec;
mod disc;
mod readers;

// What the library's own tests are made of; not all of it is needed here.
#[allow(dead_code)]
#[path = "../../../files/tests/readers/tools.rs"]
mod tools;

use std::process::{Command, Output};

fn lacquer(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lacquer")).args(arguments).output().unwrap()
}
