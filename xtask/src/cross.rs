//! `cargo xtask cross [windows | arm | macos]`: what can be tried of other platforms on Debian.
//!
//! ```text
//! target/cross/root (Debian sid: its own rustc with the standard library's sources, mingw, Wine, qemu), made once
//!     -> build -> packages -> tests and golden renders, run by Wine or qemu -> the packages used as a new user would
//! ```
//! What is missing is told as "not run" and counts as no success: the command fails.

mod account;
mod arm;
mod macos;
mod root;
mod same;
mod windows;

use crate::product::{self, Built};
use account::Account;
use root::Root;
use std::fs;
use std::path::PathBuf;

/// A platform that things are built for.
type Platform = (&'static str, fn(&Root, &mut Account));

const PLATFORMS: [Platform; 3] = [("windows", windows::run), ("arm", arm::run), ("macos", macos::run)];

/// Tries one platform, or all of them.
///
/// # Errors
/// There is no such platform; a step failed or could not be run.
pub fn run(name: Option<&str>) -> anyhow::Result<()> {
    let is_meant = |(platform, _): &&Platform| name.is_none_or(|name| name == *platform);
    let meant: Vec<&Platform> = PLATFORMS.iter().filter(is_meant).collect();
    anyhow::ensure!(!meant.is_empty(), "no such platform; there are windows, arm and macos");
    let mut account = Account::default();
    match Root::open() {
        Ok(root) => meant.iter().for_each(|(_, run)| run(&root, &mut account)),
        Err(error) => meant.iter().for_each(|(platform, _)| account.not_run(platform, &format!("{error:#}"))),
    }
    account.close()
}

/// What is built and tested: always all of it, for another choice would build the same crates with other features.
const CRATES: [&str; 26] = [
    "-p",
    "lacquer",
    "-p",
    "lacquer-album",
    "-p",
    "lacquer-command",
    "-p",
    "lacquer-disc",
    "-p",
    "lacquer-dsp",
    "-p",
    "lacquer-files",
    "-p",
    "lacquer-isrc",
    "-p",
    "lacquer-params",
    "-p",
    "lacquer-report",
    "-p",
    "lacquer-song",
    "-p",
    "lacquer-storage",
    "-p",
    "lacquer-tests",
    "--features",
    "lacquer/standalone",
];

/// Tests of delivery that need no program of others.
const TESTS: [&str; 8] = ["album", "command", "damaged", "disc", "isrc", "ledger", "peaks", "resample"];
/// Tests that are run apart from those.
const OTHER_TESTS: [&str; 2] = ["golden", "hosts_clap"];

/// Names the file in which tests keep what they leave out (`tests/left-out`).
const LEFT_OUT: &str = "LACQUER_LEFT_OUT";

/// See [`LEFT_OUT`].
fn left_out() -> PathBuf {
    Root::built().join("left-out.txt")
}

/// A platform whose programs run here by way of another one.
#[derive(Clone)]
struct Target<'a> {
    /// Its name in front of each step.
    name: &'static str,
    /// What rustc calls it.
    triple: &'static str,
    /// What its programs are run by; nothing where the system does it by itself.
    runner: &'static [&'static str],
    /// What the name of a program ends in.
    suffix: &'static str,
    /// Variables for compilers, linkers and what runs programs.
    variables: Vec<(&'static str, &'a str)>,
    /// Tests of its own.
    tests: &'static [&'static str],
}

impl Target<'_> {
    /// Runs cargo's `verb` for it, with the standard library built from source.
    fn cargo(&self, root: &Root, verb: &str, front: &[&str], line: &[&str]) -> anyhow::Result<()> {
        let std = "-Zbuild-std=std,panic_unwind,test";
        let cargo = ["cargo", verb, "--release", "--locked", std, "--target", self.triple];
        let runner = format!("CARGO_TARGET_{}_RUNNER", self.triple.to_uppercase().replace('-', "_"));
        let words = self.runner.join(" ");
        let mut variables = self.variables.clone();
        let left_out = left_out();
        let left_out = left_out.to_string_lossy();
        variables.push((LEFT_OUT, &left_out));
        if !words.is_empty() {
            variables.push((&runner, &words));
        }
        root.run(&variables, &[front, &cargo[..], &CRATES, line].concat())
    }

    /// Builds the product and the tests.
    fn build(&self, root: &Root) -> anyhow::Result<()> {
        let tests = TESTS.iter().chain(&OTHER_TESTS).chain(self.tests).flat_map(|test| ["--test", test]);
        self.cargo(root, "build", &[], &["--lib", "--bins"].into_iter().chain(tests).collect::<Vec<_>>())
    }

    /// Runs a test of those that were built.
    fn test(&self, root: &Root, front: &[&str], what: &[&str]) -> anyhow::Result<()> {
        self.cargo(root, "test", front, &[&["--no-fail-fast"], what].concat())
    }

    /// The tests that need no other programs, the golden renders first; those that start Lacquer's own where that can be done.
    fn tests(&self, root: &Root, can_start: bool, account: &mut Account) {
        let renders = Root::built().join("renders");
        // Of an earlier run; not there is fine.
        let _ = fs::remove_file(left_out());
        account.step(&format!("{}: golden renders, the bits of Linux x86-64", self.name), || {
            product::fresh_folder(&renders)?;
            let kept = format!("{}={}", same::KEPT, renders.canonicalize()?.display());
            self.test(root, &["env", &kept], &["--test", "golden"])
        });
        account.step(
            &format!("{}: golden renders with a transform, near those of Linux x86-64", self.name),
            || same::renders(&renders),
        );
        for test in TESTS.iter().filter(|_| can_start) {
            account.step(&format!("{}: test {test}", self.name), || self.test(root, &[], &["--test", test]));
        }
    }

    /// The unit tests, last: each crate is built once more for them.
    fn unit_tests(&self, root: &Root, account: &mut Account) {
        account.step(&format!("{}: unit tests of all crates", self.name), || {
            self.test(root, &[], &["--lib", "--bins"])
        });
        // Not there: nothing was left out.
        account.left_out(self.name, &fs::read_to_string(left_out()).unwrap_or_default());
    }

    /// What was built, and how its programs are run.
    fn built<'a>(&'a self, root: &'a Root) -> Built<'a> {
        let folder = Root::built();
        Built {
            programs: folder.join(self.triple).join("release"),
            bundled: folder.join("bundled"),
            made: folder.join("product"),
            suffix: self.suffix,
            target: Some(self.triple),
            is_alone: true,
            run: Box::new(|program, arguments| {
                let program = program.to_string_lossy();
                let line = [self.runner, &[&*program], arguments].concat();
                root.output(&self.variables, &line)
            }),
        }
    }

    /// Bundles the plugin and gives all parts of the product.
    fn parts(&self, root: &Root) -> anyhow::Result<Vec<product::Part>> {
        // Another platform's library would stay in the bundle.
        product::remove(&Root::built().join("bundled"))?;
        crate::bundle::bundle_in(&Root::built(), Some(self.triple))?;
        product::parts_of(&self.built(root))
    }
}
