//! `cargo xtask fuzz`.

use crate::run;
use anyhow::bail;
use std::process::{Command, Stdio};

/// The kinds of input, each a function of `fuzz/src/lib.rs`.
const TARGETS: [&str; 9] = ["state", "preset", "album", "ledger", "tags", "decode", "cue", "ddp", "cd_text"];

/// Seconds of a target where nobody says how many.
const SECONDS: u32 = 60;

/// Fuzzes a target, or each of them, for so many seconds: with cargo-fuzz and AddressSanitizer where cargo-fuzz is installed, else with
/// the mutation loop of the test command, with another seed each time.
///
/// # Errors
/// There is no such target, the seconds are no number, or an input breaks a promise.
pub fn run(target: Option<&str>, seconds: Option<&str>) -> anyhow::Result<()> {
    let targets: Vec<&str> = match target {
        None | Some("all") => TARGETS.to_vec(),
        Some(target) if TARGETS.contains(&target) => vec![target],
        Some(other) => bail!("there is no target {other}; give all or one of: {}", TARGETS.join(", ")),
    };
    let seconds = match seconds.map(str::parse::<u32>) {
        None => SECONDS,
        Some(Ok(seconds)) => seconds,
        Some(Err(_)) => bail!("give the seconds as a whole number"),
    };
    if has_cargo_fuzz() {
        for target in targets {
            let time = format!("-max_total_time={seconds}");
            // Inputs that are found are kept out of the corpus that is committed: the second folder is read alone.
            let found = run::target().join("fuzz").join(target);
            std::fs::create_dir_all(&found)?;
            let found = found.display().to_string();
            let corpus = format!("fuzz/corpus/{target}");
            let mut command = Command::new("cargo");
            command.args(["fuzz", "run", target, &found, &corpus, "--", &time, "-timeout=10"]);
            // Sanitizers are options of nightly compilers that a stable one has too; nothing that is shipped is built so.
            command.env("RUSTC_BOOTSTRAP", "1").current_dir(run::workspace());
            run::command(&mut command)?;
        }
        return Ok(());
    }
    println!(
        "cargo-fuzz is not installed (cargo install cargo-fuzz --locked): the mutation loop of the tests runs instead."
    );
    let line = ["test", "-p", "lacquer-tests", "--release", "--locked", "--test", "fuzz", "--"];
    let mut command = Command::new("cargo");
    command.args(line).arg("--nocapture").current_dir(run::workspace());
    if targets.len() == 1 {
        command.args(["--exact", targets[0]]);
    }
    let seed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_millis();
    command.env("LACQUER_FUZZ_SECONDS", seconds.to_string()).env("LACQUER_FUZZ_SEED", seed.to_string());
    run::command(&mut command)
}

fn has_cargo_fuzz() -> bool {
    let mut command = Command::new("cargo");
    command.args(["fuzz", "--version"]).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
