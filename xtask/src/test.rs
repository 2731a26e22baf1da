//! `cargo xtask test`.

use crate::run;
use crate::system;
use std::process::Command;
use std::time::Instant;

/// Everything that continuous integration runs, from a bare machine.
pub fn run() -> anyhow::Result<()> {
    let started = Instant::now();
    system::require(&[system::BUILD, system::TEST].concat())?;
    run::cargo(&["fmt", "--all", "--check"])?;
    run::cargo(&["clippy", "--workspace", "--all-targets", "--release", "--locked", "--", "-D", "warnings"])?;
    // Bundled before the tests, which load the bundles in hosts.
    crate::bundle()?;
    tests()?;
    println!("All tests passed in {:.0} min.", started.elapsed().as_secs_f64() / 60.0);
    Ok(())
}

/// The tests, in front of a screen of their own: editors open windows.
fn tests() -> anyhow::Result<()> {
    let line = ["test", "--workspace", "--release", "--locked"];
    let mut command = if cfg!(target_os = "linux") {
        let mut command = Command::new("xvfb-run");
        command.args(["-a", "-s", "-screen 0 1700x950x24 +extension GLX +render -noreset", "cargo"]);
        command.env("LIBGL_ALWAYS_SOFTWARE", "1");
        command
    } else {
        Command::new("cargo")
    };
    run::command(
        command
            .args(line)
            .env("LACQUER_BUNDLES", run::target().join("bundled"))
            .current_dir(run::workspace()),
    )
}
