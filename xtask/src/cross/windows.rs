//! Windows by the GNU tool chain, run under Wine.

use super::Target;
use super::account::Account;
use super::root::Root;
use crate::product::{self, Part, Place, part};
use crate::{bundle, package, run};

const WINDOWS: Target = Target {
    name: "windows, under Wine",
    triple: "x86_64-pc-windows-gnu",
    runner: "wine",
    // Wine says a great deal of its own on standard error, where tests look for what the command says.
    variables: &[("WINEDEBUG", "-all")],
};

/// Builds, tests and packs.
pub fn run(root: &Root, account: &mut Account) {
    let built = account.step("windows: command, VST3 and CLAP built by the GNU tool chain", || {
        WINDOWS.cargo(root, "build", &["-p", "lacquer", "--lib", "-p", "lacquer-command", "--bins"])
    });
    if built {
        account.step("windows: .zip", || package::zip_for_windows(&parts()?, &folder()).map(|_| ()));
    } else {
        account.not_run("windows: .zip", "nothing was built");
    }
    WINDOWS.tests(root, account);
    account.not_run("windows: the VST3's editor under Wine", "there is no host for it here yet");
}

fn folder() -> std::path::PathBuf {
    run::target().join("cross/windows")
}

/// What goes into the package. The presets are the same everywhere: a program of this machine's makes them.
fn parts() -> anyhow::Result<Vec<Part>> {
    bundle::bundle_in(&Root::built(), Some(WINDOWS.triple))?;
    let bundled = Root::built().join("bundled");
    let made = run::target().join("cross/product");
    product::fresh_folder(&made)?;
    let presets = made.join("presets");
    let line = ["run", "--release", "--locked", "-p", "lacquer-tests", "--bin", "vst-presets", "--"];
    run::cargo(&[&line[..], &[&presets.to_string_lossy()]].concat())?;
    let command = Root::built().join(WINDOWS.triple).join("release/lacquer.exe");
    let mut parts = vec![
        part(bundled.join("Lacquer.vst3"), Place::Vst3)?,
        part(bundled.join("Lacquer.clap"), Place::Clap)?,
        part(command, Place::Programs)?,
    ];
    parts.extend(product::files(&presets, Place::Vst3Presets)?);
    parts.extend(product::papers(&made, Some(WINDOWS.triple))?);
    Ok(parts)
}
