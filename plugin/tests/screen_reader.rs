//! A screen reader finds the editor over AT-SPI: another program walks its tree, reads a value and sets it.

#![cfg(target_os = "linux")]

use lacquer_left_out::left_out;
use std::process::Command;

/// What the test needs beside the program: a session bus, an X server, and Python with AT-SPI.
const NEEDED: [[&str; 3]; 3] = [
    ["dbus-run-session", "--", "true"],
    ["xvfb-run", "-a", "true"],
    ["/usr/bin/python3", "-c", "import gi; gi.require_version('Atspi', '2.0')"],
];

#[test]
fn a_screen_reader_walks_the_tree_and_sets_a_value() {
    for [program, arguments @ ..] in NEEDED {
        let works =
            Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success());
        if !works {
            return left_out(format!("{program} {} does not work here", arguments.join(" ")));
        }
    }
    let output = Command::new("dbus-run-session")
        .args(["--", "xvfb-run", "-a", "-s", "-screen 0 1700x950x24 +extension GLX +render -noreset"])
        .args(["/usr/bin/python3", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/screen_reader.py")])
        .arg(env!("CARGO_BIN_EXE_lacquer-standalone"))
        .env("LIBGL_ALWAYS_SOFTWARE", "1")
        .output()
        .expect("it runs");
    let said =
        [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
    assert!(output.status.success() && said.contains("read and set"), "{said}");
    println!("{said}");
}
