//! `cargo xtask test`.

use crate::{bundle, deny, package, pedalboard, product, run, system};
use anyhow::Context;
use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// Everything that continuous integration runs, from a bare machine.
///
/// # Errors
/// A step fails; or a tool of others is missing where nothing may be left out: in continuous integration, and wherever packages can be
/// installed.
pub fn run() -> anyhow::Result<()> {
    let started = Instant::now();
    system::require(&[system::BUILD, system::SOUND, system::TEST].concat())?;
    // What was required is there, so that a test that misses something has found a fault.
    let whole = cfg!(target_os = "linux") && (is_ci() || system::has_packages());
    let mut left_out = Vec::new();
    // A registry that is down is no fault of Lacquer's.
    let has_pedalboard = !cfg!(target_os = "linux")
        || pedalboard::fetch().inspect_err(|error| left_out.push(format!("{error:#}"))).is_ok();
    run::cargo(&["fmt", "--all", "--check"])?;
    let features = product::features();
    let lints = ["clippy", "--workspace", "--all-targets", "--release", "--locked"];
    run::cargo(&[&lints[..], features, &["--", "-D", "warnings"]].concat())?;
    document(features)?;
    left_out.extend(deny::run()?.map(str::to_owned));
    // Programs and tests in one call and one shape; bundled before the tests, which load the bundles in hosts.
    let everything =
        ["build", "--workspace", "--release", "--locked", "--lib", "--bins", "--tests", "--examples"];
    run::cargo(&[&everything[..], features].concat())?;
    bundle::bundle(None)?;
    let line = [&["test", "--workspace", "--release", "--locked"], features].concat();
    left_out.extend(tests(&line, whole, has_pedalboard)?);
    package::make()?;
    left_out.extend(package::trial()?);
    left_out.push("other platforms were not tried (`cargo xtask cross`)".to_owned());
    // At the end: hundreds of lines up nobody reads it.
    println!("All tests passed in {:.0} min.", started.elapsed().as_secs_f64() / 60.0);
    if !left_out.is_empty() {
        println!("Left out ({}):", left_out.len());
        left_out.iter().for_each(|words| println!("- {words}"));
    }
    Ok(())
}

/// Documents every library: a link that leads nowhere fails.
fn document(features: &[&str]) -> anyhow::Result<()> {
    let mut cargo = Command::new("cargo");
    cargo.args(["doc", "--workspace", "--lib", "--no-deps", "--release", "--locked"]).args(features);
    run::command(cargo.env("RUSTDOCFLAGS", "-D warnings").current_dir(run::workspace()))
}

/// Whether this is continuous integration, where each missing tool is a failure.
fn is_ci() -> bool {
    std::env::var_os("CI").is_some()
}

/// Runs the tests, with a failure for what they miss where they are `whole`; gives what they left out.
fn tests(line: &[&str], whole: bool, has_pedalboard: bool) -> anyhow::Result<BTreeSet<String>> {
    let list = run::target().join("left-out.txt");
    forget(&list)?;
    let mut tests = run::before_a_screen(line);
    tests.env("LACQUER_LEFT_OUT", &list);
    if whole {
        tests.env("CI", "true");
    }
    if !has_pedalboard {
        tests.env("LACQUER_WITHOUT_PEDALBOARD", "1");
    }
    run::command(&mut tests)?;
    let lines = match fs::read_to_string(&list) {
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        read => read.with_context(|| list.display().to_string())?,
    };
    Ok(lines.lines().map(str::to_owned).collect())
}

/// Removes what an earlier run left.
fn forget(path: &Path) -> anyhow::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| path.display().to_string())
        }
        _ => Ok(()),
    }
}
