//! macOS: its types are checked, nothing is linked or run, for Apple's libraries are Apple's.

use super::CRATES;
use super::account::Account;
use super::root::Root;

/// The C of a dependency is not compiled: a check needs the file's name alone.
const NO_COMPILER: &str = "#!/bin/sh
while [ $# -gt 0 ]; do [ \"$1\" = -o ] && : > \"$2\"; shift; done
";
/// As [`NO_COMPILER`], for archives.
const NO_ARCHIVER: &str = "#!/bin/sh
for word; do case \"$word\" in *.a) : > \"$word\";; esac; done
";

/// Checks the types.
pub fn run(root: &Root, account: &mut Account) {
    account.step("macos: type-checked", || {
        root.script("no-cc", NO_COMPILER)?;
        root.script("no-ar", NO_ARCHIVER)?;
        let variables =
            [("CC_aarch64_apple_darwin", "no-cc"), ("AR_aarch64_apple_darwin", "no-ar"), ("SDKROOT", "/")];
        let std = "-Zbuild-std=std,panic_unwind";
        let line = ["cargo", "check", "--release", "--locked", std, "--target", "aarch64-apple-darwin"];
        root.run(&variables, &[&line[..], &CRATES, &["--lib", "--bins"]].concat())
    });
    account.not_run("macos: tests and golden renders", "nothing of macOS runs here");
}
