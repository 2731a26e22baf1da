//! `lacquer`: masters and measures from the command line.

mod command;

use std::process::ExitCode;

fn main() -> ExitCode {
    match command::run() {
        Ok(code) => code,
        Err(error) => {
            command::tell(&error);
            ExitCode::from(command::exit::FAILED)
        }
    }
}
