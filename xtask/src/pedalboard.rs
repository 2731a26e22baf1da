//! The host from PyPI that the tests load the VST3 in.

use crate::{run, system};
use anyhow::Context;
use std::process::Command;

/// The version that the test was written for.
const PEDALBOARD: &str = "pedalboard==0.9.*";

/// Makes a Python with pedalboard beside the build, once; `tests/tests/hosts_vst3.rs` looks for it there.
///
/// # Errors
/// There is no Python that makes environments of its own, or PyPI cannot be reached.
pub fn fetch() -> anyhow::Result<()> {
    let folder = run::target().join("pedalboard");
    let python = folder.join("bin/python");
    if system::succeeds(Command::new(&python).args(["-c", "import pedalboard, numpy"])) {
        return Ok(());
    }
    run::command(Command::new("python3").args(["-m", "venv"]).arg(&folder))
        .and_then(|()| {
            let line = ["-m", "pip", "install", "--quiet", PEDALBOARD, "numpy"];
            run::command(Command::new(&python).args(line))
        })
        .context("pedalboard cannot be fetched: python3-venv and PyPI are needed")
}
