//! `cargo xtask test`.

use crate::run;
use crate::system;
use std::time::Instant;

/// Everything that continuous integration runs, from a bare machine.
pub fn run() -> anyhow::Result<()> {
    let started = Instant::now();
    system::require(&[system::BUILD, system::TEST].concat())?;
    run::cargo(&["fmt", "--all", "--check"])?;
    run::cargo(&["clippy", "--workspace", "--all-targets", "--release", "--locked", "--", "-D", "warnings"])?;
    let left_out = crate::deny::run()?;
    // Bundled before the tests, which load the bundles in hosts.
    crate::bundle()?;
    tests()?;
    let minutes = started.elapsed().as_secs_f64() / 60.0;
    match left_out {
        // At the end too: hundreds of lines up nobody reads it.
        Some(words) => println!("All tests passed in {minutes:.0} min; {words}."),
        None => println!("All tests passed in {minutes:.0} min."),
    }
    Ok(())
}

/// The tests, in front of a screen of their own: editors open windows.
fn tests() -> anyhow::Result<()> {
    let line = ["test", "--workspace", "--release", "--locked"];
    run::before_a_screen(&line)
}
