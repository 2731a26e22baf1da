//! `lacquer`: masters and measures from the command line.

mod command;

use clap::Parser;
use std::process::ExitCode;

/// Exit code of anything that could not be done, as of a wrong argument.
const FAILED: u8 = 2;

fn main() -> ExitCode {
    match command::run(command::Command::parse()) {
        Ok(code) => code,
        Err(error) => {
            command::tell(&error);
            ExitCode::from(FAILED)
        }
    }
}
