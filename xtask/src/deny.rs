//! Licences, sources and advisories of the dependencies, where cargo-deny is installed.

use crate::run;
use std::process::{Command, Stdio};

/// Holds the dependencies against `deny.toml`. Without cargo-deny, and for advisories without a way to their database, it says so and
/// goes on: neither is a fault of the tree.
pub fn run() -> anyhow::Result<()> {
    if !succeeds(&["deny", "--version"]) {
        println!(
            "Dependencies were not checked: cargo-deny is not installed (cargo install cargo-deny --locked)."
        );
        return Ok(());
    }
    run::cargo(&["deny", "--locked", "check", "bans", "licenses", "sources"])?;
    if succeeds(&["deny", "fetch", "db"]) {
        return run::cargo(&["deny", "--locked", "check", "--disable-fetch", "advisories"]);
    }
    println!("Advisories were not looked at: their database cannot be reached.");
    Ok(())
}

fn succeeds(line: &[&str]) -> bool {
    let mut command = Command::new("cargo");
    command.args(line).current_dir(run::workspace()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
