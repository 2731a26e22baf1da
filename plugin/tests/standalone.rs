//! The program of its own where there is nothing to draw on: it says so and ends, and answers what needs no window.

use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Longer than a busy machine takes to start a program, and far shorter than anybody waits.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the program says with these arguments and this display.
fn said(arguments: &[&str], display: Option<&str>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lacquer-standalone"));
    command.args(arguments).env_remove("DISPLAY").env_remove("XAUTHORITY");
    command.envs(display.map(|display| ("DISPLAY", display)));
    let mut child =
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    let started = Instant::now();
    while child.try_wait().expect("a child of ours").is_none() {
        if started.elapsed() > PATIENCE {
            let _ = child.kill();
            panic!("{arguments:?} with display {display:?}: it blocks");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.wait_with_output().expect("what it said")
}

#[cfg(target_os = "linux")]
#[test]
fn without_a_display_it_says_so_and_ends() {
    for (display, words) in [(None, "DISPLAY is not set"), (Some(":987"), ":987 cannot be reached")] {
        for arguments in [&[][..], &["--backend", "dummy"], &["song.wav"]] {
            let output = said(arguments, display);
            let text = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(1), "{arguments:?}: {text}");
            assert!(text.contains("there is no display") && text.contains(words), "{text}");
        }
    }
}

#[test]
fn what_needs_no_window_is_answered_without_one() {
    let version = said(&["--version"], None);
    assert!(version.status.success());
    let expected = format!("lacquer-standalone {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(String::from_utf8_lossy(&version.stdout), expected);
    for arguments in ["--help", "--devices"] {
        assert!(said(&[arguments], None).status.success(), "{arguments}");
    }
    let wrong = said(&["--backend", "telepathy"], None);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("there is no backend telepathy"));
}
