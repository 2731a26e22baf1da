//! Work that may take its process down, in a process of its own: an abort or a hang is a failed test and not a dead runner.

use super::Module;
use std::io::{Read, Seek};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Set in the process that does the work.
const CHILD: &str = "LACQUER_HOSTILE_CHILD";
/// What that process says last.
const DONE: &str = "bundle unloaded";

/// Whether editors can open.
pub fn has_display() -> bool {
    std::env::var_os("DISPLAY").is_some()
}

/// Runs `work` on the bundle in a process of its own, started with `environment`, for `deadline` at most. Says why, and does
/// nothing, without a bundle.
pub fn isolated(test: &str, deadline: Duration, environment: &[(&str, &str)], work: fn(&Module)) {
    let Some(path) = lacquer_tests::clap_host::bundle() else {
        return lacquer_left_out::left_out("Lacquer.clap is not built: run `cargo xtask bundle`");
    };
    if std::env::var_os(CHILD).is_some() {
        let module = Module::load(&path);
        work(&module);
        module.unload();
        eprintln!("{DONE}");
        return;
    }
    let mut said = tempfile::tempfile().unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(CHILD, "1")
        .envs(environment.iter().copied())
        .stdout(Stdio::from(said.try_clone().unwrap()))
        .stderr(Stdio::from(said.try_clone().unwrap()))
        .spawn()
        .unwrap();
    let since = Instant::now();
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break Some(status),
            None if since.elapsed() > deadline => {
                child.kill().unwrap();
                child.wait().unwrap();
                break None;
            }
            None => std::thread::sleep(Duration::from_millis(10)),
        }
    };
    let mut text = String::new();
    said.rewind().unwrap();
    let _ = said.read_to_string(&mut text);
    let status = status.unwrap_or_else(|| panic!("it hangs, after {deadline:?}:\n{text}"));
    assert!(status.success(), "{status}:\n{text}");
    assert!(!text.contains("panicked"), "a panic was caught:\n{text}");
    assert!(text.contains(DONE), "the work did not come to its end:\n{text}");
    // The runner's own words may stand before it in the line.
    for line in text.lines() {
        if let Some(at) = line.find("figures:") {
            println!("{}", &line[at..]);
        }
    }
}
