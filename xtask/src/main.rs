//! The project's own commands: `cargo xtask test`.

use std::process::{Command, ExitCode};

/// What `cargo xtask test` runs, in order.
const STEPS: [&[&str]; 3] = [
    &["fmt", "--all", "--check"],
    &["clippy", "--workspace", "--all-targets", "--release", "--locked", "--", "-D", "warnings"],
    &["test", "--workspace", "--release", "--locked"],
];

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() != Some("test") {
        eprintln!("usage: cargo xtask test");
        return ExitCode::from(2);
    }
    for step in STEPS {
        println!("cargo {}", step.join(" "));
        match Command::new("cargo").args(step).status() {
            Ok(status) if status.success() => {}
            Ok(_) => return ExitCode::FAILURE,
            Err(error) => {
                eprintln!("cargo cannot be started: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}
