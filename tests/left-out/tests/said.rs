//! What is missing fails where everything has to run, and is on the list elsewhere.

// All of it is a test: what is not there ends it.
#![allow(clippy::unwrap_used)]

use std::process::Command;

/// Set in the process that leaves something out.
const CHILD: &str = "LACQUER_LEFT_OUT_CHILD";
/// What is missing on every machine.
const MISSING: &str = "lacquer-no-such-program";

/// Runs the work of this test in a process of its own, whose variables are its own. Whether it passed, and what is on its list.
fn child(environment: Option<&str>) -> (bool, String) {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("list");
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "what_is_missing_is_a_failure_or_on_the_list", "--test-threads=2"])
        .env_remove("CI")
        .envs(environment.map(|name| (name, "true")))
        .env(CHILD, "1")
        .env(lacquer_left_out::LIST, &list)
        .output()
        .unwrap();
    (output.status.success(), std::fs::read_to_string(list).unwrap_or_default())
}

#[test]
fn what_is_missing_is_a_failure_or_on_the_list() {
    if std::env::var_os(CHILD).is_some() {
        assert!(!lacquer_left_out::has_program(MISSING));
        assert!(lacquer_left_out::has_file(std::env::current_exe().unwrap()));
        return;
    }
    let line = format!("what_is_missing_is_a_failure_or_on_the_list: {MISSING} is not installed\n");
    assert_eq!(child(None), (true, line));
    assert_eq!(child(Some("CI")), (false, String::new()));
}
