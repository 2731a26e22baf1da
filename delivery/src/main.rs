//! `lacquer`: masters and measures from the command line.

mod command;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    match command::run(command::Command::parse()) {
        Ok(code) => code,
        Err(error) => {
            command::tell(&error);
            ExitCode::from(command::exit::FAILED)
        }
    }
}
