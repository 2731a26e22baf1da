//! What tests leave out where a tool, a song or a screen is missing.
//!
//! The test runner cannot ignore a test that is running, and shows nothing of what a test says that passes. So a test says it here: where
//! all of it has to run (`CI` is set, as `cargo xtask test` does where it knows that everything is installed) it fails; elsewhere it is
//! kept in the file that [`LIST`] names, and `cargo xtask test` counts and lists it at its end.

use std::fmt::Display;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

/// The variable that names the file in which everything that was left out is kept, a line each.
pub const LIST: &str = "LACQUER_LEFT_OUT";

/// Says that this test leaves something out because something is missing.
///
/// # Panics
/// All of it has to run: `CI` is set.
#[track_caller]
pub fn left_out(why: impl Display) {
    assert!(std::env::var_os("CI").is_none(), "in continuous integration nothing is left out: {why}");
    not_permitted(why);
}

/// Says that this test leaves something out that this system does not permit its user, which no package mends: a failure nowhere.
pub fn not_permitted(why: impl Display) {
    let thread = std::thread::current();
    // The runner gives a test's thread its name.
    let line = format!("{}: {why}", thread.name().unwrap_or("a test"));
    println!("left out: {line}");
    let Some(list) = std::env::var_os(LIST) else { return };
    // One write, so that lines of programs that run side by side stay whole.
    let kept = OpenOptions::new()
        .create(true)
        .append(true)
        .open(&list)
        .and_then(|mut file| file.write_all(format!("{line}\n").as_bytes()));
    if let Err(error) = kept {
        panic!("{}: {error}", Path::new(&list).display());
    }
}

/// Whether a program is on the path; where it is not, that is left out.
///
/// # Panics
/// As [`left_out`].
#[track_caller]
pub fn has_program(name: &str) -> bool {
    let found = std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(name).is_file()));
    if !found {
        left_out(format_args!("{name} is not installed"));
    }
    found
}

/// Whether a file of others is there, as the songs of Debian's games; where it is not, that is left out.
///
/// # Panics
/// As [`left_out`].
#[track_caller]
pub fn has_file(path: impl AsRef<Path>) -> bool {
    let found = path.as_ref().is_file();
    if !found {
        left_out(format_args!("{} is not installed", path.as_ref().display()));
    }
    found
}
