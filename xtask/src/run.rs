//! Running other programs.

use anyhow::{Context, bail};
use std::path::PathBuf;
use std::process::Command;

/// Runs a command, shows it first, and fails if it fails.
pub fn command(command: &mut Command) -> anyhow::Result<()> {
    println!("> {}", describe(command));
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command.status().with_context(|| format!("{name} cannot be started"))?;
    if !status.success() {
        bail!("`{}` failed: {status}", describe(command));
    }
    Ok(())
}

/// What a command prints.
///
/// # Errors
/// It cannot be started, or fails: with what it says of that.
pub fn output(command: &mut Command) -> anyhow::Result<String> {
    let output = command.output().with_context(|| format!("`{}` cannot be started", describe(command)))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("`{}` failed: {}", describe(command), said.trim());
    }
    Ok(String::from_utf8(output.stdout)?)
}

fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

/// Runs cargo in the workspace.
pub fn cargo(arguments: &[&str]) -> anyhow::Result<()> {
    command(Command::new("cargo").args(arguments).current_dir(workspace()))
}

/// The workspace's folder.
pub fn workspace() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().map_or_else(PathBuf::new, PathBuf::from)
}

/// The folder that cargo builds into.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from)
}

/// Cargo in front of a screen of its own, with the bundles where tests and benches find them: editors open windows.
pub fn before_a_screen(line: &[&str]) -> Command {
    let mut command = if cfg!(target_os = "linux") {
        let mut command = Command::new("xvfb-run");
        command.args(["-a", "-s", "-screen 0 1700x950x24 +extension GLX +render -noreset", "cargo"]);
        command.env("LIBGL_ALWAYS_SOFTWARE", "1");
        command
    } else {
        Command::new("cargo")
    };
    command.args(line).env("LACQUER_BUNDLES", target().join("bundled")).current_dir(workspace());
    command
}
