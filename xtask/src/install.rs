//! `cargo xtask install` and `cargo xtask uninstall`.

use crate::product::{self, Destination};
use crate::{run, system};
use anyhow::Context;
use etcetera::BaseStrategy;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Builds and installs everything, then masters a mix through what was installed.
pub fn run(mix: Option<PathBuf>) -> anyhow::Result<()> {
    let mix = mix
        .map(|mix| mix.canonicalize().with_context(|| format!("{}: no such file", mix.display())))
        .transpose()?;
    system::require(system::BUILD)?;
    if !system::offer(system::SOUND) {
        println!(
            "Without them Lacquer is installed as a plugin and a command, but not as a program of its own."
        );
    }
    product::build()?;
    let written = product::place(&product::parts()?, &|destination| folder(destination))?;
    let list: String = written.iter().map(|path| format!("{}\n", path.display())).collect();
    let receipt = receipt()?;
    fs::create_dir_all(receipt.parent().context("no folder for the list")?)?;
    fs::write(&receipt, list).with_context(|| receipt.display().to_string())?;
    for path in written.iter().filter(|path| !is_shared(path)) {
        println!("Installed {}", path.display());
    }
    println!(
        "Installed presets, manual pages and completions; `cargo xtask uninstall` takes all of it away."
    );
    let clap = written.iter().find(|path| path.ends_with("Lacquer.clap")).context("no CLAP was installed")?;
    run::command(Command::new(product::program("clap-render")).arg(clap).args(mix))
}

/// Removes what the last installation wrote, and nothing else: presets and settings of the user's own stay.
pub fn uninstall() -> anyhow::Result<()> {
    let receipt = receipt()?;
    let Ok(list) = fs::read_to_string(&receipt) else {
        println!("Nothing to remove: there is no {}", receipt.display());
        return Ok(());
    };
    for path in list.lines().map(Path::new) {
        product::remove(path).with_context(|| format!("{}: cannot be removed", path.display()))?;
    }
    // Empty now, unless the user put something into it.
    let _ = folder(Destination::Vst3Presets)?.map(fs::remove_dir);
    fs::remove_file(&receipt)?;
    println!(
        "Removed {} files and bundles. Presets and settings of your own are kept.",
        list.lines().count()
    );
    Ok(())
}

fn is_shared(path: &Path) -> bool {
    path.components().any(|component| component.as_os_str() == "share" || component.as_os_str() == "presets")
}

fn variable(name: &str) -> anyhow::Result<PathBuf> {
    std::env::var_os(name).map(PathBuf::from).with_context(|| format!("{name} is not set"))
}

/// The user's own folders; none where a system has no use for the part.
fn folder(destination: Destination) -> anyhow::Result<Option<PathBuf>> {
    let programs = || match std::env::var_os("CARGO_HOME") {
        Some(home) => Ok(PathBuf::from(home).join("bin")),
        None => Ok(variable(if cfg!(windows) { "USERPROFILE" } else { "HOME" })?.join(".cargo/bin")),
    };
    if let Destination::Programs = destination {
        return programs().map(Some);
    }
    Ok(if cfg!(target_os = "windows") {
        match destination {
            Destination::Vst3 => Some(variable("LOCALAPPDATA")?.join("Programs/Common/VST3")),
            Destination::Clap => Some(variable("LOCALAPPDATA")?.join("Programs/Common/CLAP")),
            Destination::Vst3Presets => {
                Some(variable("USERPROFILE")?.join("Documents/VST3 Presets/Lacquer/Lacquer"))
            }
            _ => None,
        }
    } else if cfg!(target_os = "macos") {
        match destination {
            Destination::Vst3 => Some(variable("HOME")?.join("Library/Audio/Plug-Ins/VST3")),
            Destination::Clap => Some(variable("HOME")?.join("Library/Audio/Plug-Ins/CLAP")),
            Destination::Vst3Presets => Some(variable("HOME")?.join("Library/Audio/Presets/Lacquer/Lacquer")),
            _ => None,
        }
    } else {
        match destination {
            Destination::Vst3 => Some(variable("HOME")?.join(".vst3")),
            Destination::Clap => Some(variable("HOME")?.join(".clap")),
            // Steinberg, "Preset Locations": by vendor and name.
            Destination::Vst3Presets => Some(variable("HOME")?.join(".vst3/presets/Lacquer/Lacquer")),
            Destination::Share(folder) => Some(data_folder()?.join(folder)),
            Destination::Programs => None,
        }
    })
}

/// Where programs keep what belongs to the user.
fn data_folder() -> anyhow::Result<PathBuf> {
    Ok(etcetera::base_strategy::choose_native_strategy()?.data_dir())
}

/// The list of what was written.
fn receipt() -> anyhow::Result<PathBuf> {
    Ok(data_folder()?.join("lacquer/installed.txt"))
}
