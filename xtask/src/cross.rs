//! `cargo xtask cross [windows | arm | macos]`: what can be tried of other platforms on Debian.
//!
//! ```text
//! target/cross/root (Debian sid: its own rustc with the standard library's sources, mingw, Wine, qemu), made once
//!     -> build -> tests and golden renders, run by Wine or qemu -> packages
//! ```
//! What is missing is told as "not run" and counts as no success: the command fails.

mod account;
mod arm;
mod macos;
mod root;
mod windows;

use account::Account;
use root::Root;

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

/// A platform whose programs run here by way of another one.
struct Target {
    /// Its name in front of each step.
    name: &'static str,
    /// What rustc calls it.
    triple: &'static str,
    /// What its programs are run by.
    runner: &'static str,
    /// Variables for compilers and linkers.
    variables: &'static [(&'static str, &'static str)],
}

impl Target {
    /// Runs cargo's `verb` for it, with the standard library built from source.
    fn cargo(&self, root: &Root, verb: &str, line: &[&str]) -> anyhow::Result<()> {
        let std = "-Zbuild-std=std,panic_unwind,test";
        let front = ["cargo", verb, "--release", "--locked", std, "--target", self.triple];
        let runner = format!("CARGO_TARGET_{}_RUNNER", self.triple.to_uppercase().replace('-', "_"));
        let variables = [self.variables, &[(runner.as_str(), self.runner)]].concat();
        root.run(&variables, &[&front[..], line].concat())
    }

    /// The tests that need no other programs, the golden renders among them.
    fn tests(&self, root: &Root, account: &mut Account) {
        let delivery = [
            ["-p", "lacquer-storage", "-p", "lacquer-isrc", "-p", "lacquer-disc", "-p", "lacquer-report"],
            ["-p", "lacquer-files", "-p", "lacquer-song", "-p", "lacquer-album", "-p", "lacquer-command"],
            ["--no-fail-fast", "--lib", "--test", "album", "--test", "command", "--test", "isrc"],
        ];
        for (what, line) in [
            ("golden renders", &["-p", "lacquer-dsp", "--test", "golden"][..]),
            ("tests of dsp", &["-p", "lacquer-dsp", "--lib", "--no-fail-fast"]),
            ("tests of params", &["-p", "lacquer-params", "--no-fail-fast"]),
            ("tests of delivery", &[&delivery.concat()[..], &["--test", "ledger"]].concat()),
        ] {
            account.step(&format!("{}: {what}", self.name), || self.cargo(root, "test", line));
        }
    }
}
