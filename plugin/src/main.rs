//! Lacquer standing alone: JACK if it runs, else the system's sound card, else no sound but the same editor.

use std::process::ExitCode;

fn main() -> ExitCode {
    lacquer::standalone::run(std::env::args())
}
