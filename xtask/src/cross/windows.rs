//! Windows by the GNU tool chain, run under Wine.

mod trial;

use super::Target;
use super::account::Account;
use super::root::Root;
use crate::{package, run};
use anyhow::ensure;
use std::fs;
use std::path::{Path, PathBuf};

/// Wine says a great deal of its own on standard error, where tests look for what the command says; and would offer to fetch what it
/// shows pages with. A folder for sockets, or the screen's library says that there is none.
const VARIABLES: [(&str, &str); 3] =
    [("WINEDEBUG", "-all"), ("WINEDLLOVERRIDES", "mscoree,mshtml="), ("XDG_RUNTIME_DIR", "/tmp")];

/// A screen that Mesa's software renderer draws on.
const SCREEN: &str = "-screen 0 1240x820x24 +extension GLX +render -noreset";
/// Keeps a picture of the screen: of those that are taken while a command runs, the one with the
/// most colours.
const PICTURED: &str = r#"#!/bin/sh
# pictured FILE COMMAND
file=$1; shift
"$@" & command=$!
most=0
while kill -0 $command 2>/dev/null; do
    sleep 1
    import -window root "$file.now.png" 2>/dev/null || continue
    colours=$(identify -format %k "$file.now.png") || continue
    if [ "$colours" -gt "$most" ]; then most=$colours; mv "$file.now.png" "$file"; fi
done
rm -f "$file.now.png"
wait $command
"#;
/// A window that was never drawn has the colours of its frame; Lacquer's text and curves have hundreds.
const COLOURS_OF_AN_EDITOR: usize = 300;
/// How long the test of the editor keeps it open for the picture, in seconds.
const STAYS: &str = "LACQUER_EDITOR_SECONDS=6";

/// Builds, packs, tests, and uses the package.
pub fn run(root: &Root, account: &mut Account) {
    let windows = Target {
        name: "windows, under Wine",
        triple: "x86_64-pc-windows-gnu",
        runner: &["wine"],
        suffix: ".exe",
        variables: VARIABLES.to_vec(),
        tests: &["hosts_vst3_windows"],
    };
    let what = "windows: command, program, VST3 and CLAP built by the GNU tool chain";
    if account.step(what, || windows.build(root)).is_none() {
        return account.not_run("windows: everything else", "nothing was built");
    }
    // Wine's first start makes its folders, which takes longer than a test waits.
    account.step("windows: Wine starts", || root.run(&VARIABLES, &["wine", "wineboot", "--init"]));
    let packages = account
        .step("windows: .zip", || package::make_for(&windows.parts(root)?, &folder(), ["windows", "x86_64"]));
    windows.tests(root, true, account);
    let bundled = Root::built().join("bundled");
    account.step("windows: the CLAP in a host gives the library's bits", || {
        let bundles = format!("LACQUER_BUNDLES={}", bundled.display());
        windows.test(root, &["env", "CI=1", &bundles], &["--test", "hosts_clap"])
    });
    account.step(
        "windows: the VST3 in a host gives the library's bits; its editor is drawn and takes the mouse",
        || vst3(root, &windows, &bundled, "editor.png"),
    );
    match packages.as_deref() {
        Some([zip, ..]) => trial::run(root, &windows, zip, account),
        _ => account.not_run("windows: the .zip used as a new user would", "it was not made"),
    }
    windows.unit_tests(root, account);
    // It would hold the root's mounts.
    end_wine(root, &VARIABLES);
}

/// Ends Wine, whose server stays for a while after its last program. Debian keeps it beside its libraries.
fn end_wine(root: &Root, variables: &[(&str, &str)]) {
    let line = "PATH=$PATH:/usr/lib/wine:/usr/lib/x86_64-linux-gnu/wine; exec wineserver --kill";
    // Not running is fine.
    let _ = root.run(variables, &["sh", "-c", line]);
}

/// Where packages and pictures go.
fn folder() -> PathBuf {
    run::target().join("cross/windows")
}

/// Loads the VST3 of a folder in the tests' host, and keeps a picture of its editor under a name.
fn vst3(root: &Root, windows: &Target, folder: &Path, picture: &str) -> anyhow::Result<()> {
    let bundles = format!("LACQUER_BUNDLES={}", folder.display());
    pictured(root, &windows.variables, picture, |front| {
        let front = [front, &["env", "CI=1", STAYS, &bundles]].concat();
        windows.test(root, &front, &["--test", "hosts_vst3_windows"])
    })
}

/// Runs a command in front of a screen and keeps a picture of it; `run` gets what stands in front of the command.
fn pictured(
    root: &Root,
    variables: &[(&str, &str)],
    name: &str,
    run: impl FnOnce(&[&str]) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    // Begun without a screen it would have no desktop for windows to lie on.
    end_wine(root, variables);
    root.script("pictured", PICTURED)?;
    let made = Root::built().join(name);
    // One of an earlier run would be taken for this one's.
    crate::product::remove(&made)?;
    let path = made.to_string_lossy();
    run(&["xvfb-run", "-a", "-s", SCREEN, "pictured", &path])?;
    let colours: usize = root.output(&[], &["identify", "-format", "%k", &path])?.trim().parse()?;
    ensure!(colours >= COLOURS_OF_AN_EDITOR, "nothing was drawn: {colours} colours, see {path}");
    fs::create_dir_all(folder())?;
    fs::copy(&made, folder().join(name))?;
    Ok(())
}
