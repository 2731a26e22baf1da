//! `cargo xtask test`.

use crate::{bundle, package, product, run, system};
use std::time::Instant;

/// Everything that continuous integration runs, from a bare machine.
pub fn run() -> anyhow::Result<()> {
    let started = Instant::now();
    system::require(&[system::BUILD, system::SOUND, system::TEST].concat())?;
    run::cargo(&["fmt", "--all", "--check"])?;
    let features = product::features();
    let lints = ["clippy", "--workspace", "--all-targets", "--release", "--locked"];
    run::cargo(&[&lints[..], features, &["--", "-D", "warnings"]].concat())?;
    let mut left_out: Vec<String> = crate::deny::run()?.into_iter().map(str::to_owned).collect();
    // Programs and tests in one call and one shape; bundled before the tests, which load the bundles in hosts.
    let everything =
        ["build", "--workspace", "--release", "--locked", "--lib", "--bins", "--tests", "--examples"];
    run::cargo(&[&everything[..], features].concat())?;
    bundle::bundle(None)?;
    run::before_a_screen(&[&["test", "--workspace", "--release", "--locked"], features].concat())?;
    package::make()?;
    left_out.extend(package::trial()?);
    left_out.push("other platforms were not tried (`cargo xtask cross`)".to_owned());
    // At the end too: hundreds of lines up nobody reads it.
    let left_out: String = left_out.iter().map(|words| format!("; {words}")).collect();
    println!("All tests passed in {:.0} min{left_out}.", started.elapsed().as_secs_f64() / 60.0);
    Ok(())
}
