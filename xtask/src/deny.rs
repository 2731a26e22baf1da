//! Licences, sources and advisories of the dependencies, where cargo-deny is installed.

use crate::run;
use std::process::{Command, Stdio};

/// Why nothing was held against `deny.toml`.
const NOT_INSTALLED: &str =
    "dependencies not checked: cargo-deny is not installed (cargo install cargo-deny --locked)";
/// Why the known vulnerabilities were not looked up.
const NO_DATABASE: &str = "advisories not checked: their database cannot be reached";

/// Holds the dependencies against `deny.toml`; what of it could not be done, in words for the last lines of the whole run. Without
/// cargo-deny, and for advisories without a way to their database, it goes on: neither is a fault of the tree.
///
/// # Errors
/// A dependency is not what `deny.toml` allows, or has a known vulnerability.
pub fn run() -> anyhow::Result<Option<&'static str>> {
    let left_out = if !succeeds(&["deny", "--version"]) {
        Some(NOT_INSTALLED)
    } else {
        run::cargo(&["deny", "--locked", "check", "bans", "licenses", "sources"])?;
        if succeeds(&["deny", "fetch", "db"]) {
            run::cargo(&["deny", "--locked", "check", "--disable-fetch", "advisories"])?;
            None
        } else {
            Some(NO_DATABASE)
        }
    };
    if let Some(words) = left_out {
        println!("Warning: {words}.");
    }
    Ok(left_out)
}

fn succeeds(line: &[&str]) -> bool {
    let mut command = Command::new("cargo");
    command.args(line).current_dir(run::workspace()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
