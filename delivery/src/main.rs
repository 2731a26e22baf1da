//! `lacquer`: masters and measures from the command line.

mod command;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    // Shells of Windows leave `*.wav` to the programs.
    match command::run(command::Command::parse_from(wild::args_os())) {
        Ok(code) => code,
        Err(error) => {
            command::tell(&error);
            ExitCode::from(command::exit::FAILED)
        }
    }
}
