//! `cargo xtask install`.

use crate::{run, system};
use anyhow::{Context, bail};
use std::path::{Path, PathBuf};

/// Builds and installs everything, then masters a mix through what was installed.
pub fn run(mix: Option<PathBuf>) -> anyhow::Result<()> {
    let mix = mix
        .map(|mix| mix.canonicalize().with_context(|| format!("{}: no such file", mix.display())))
        .transpose()?;
    system::require(system::BUILD)?;
    crate::bundle()?;
    let folders = plugin_folders()?;
    let bundled = run::target().join("bundled");
    let mut installed = Vec::new();
    for (name, folder) in ["Lacquer.vst3", "Lacquer.clap"].into_iter().zip(folders) {
        let to = folder.join(name);
        replace(&bundled.join(name), &to)
            .with_context(|| format!("{}: cannot be installed", to.display()))?;
        println!("Installed {}", to.display());
        installed.push(to);
    }
    let presets = preset_folder()?.display().to_string();
    let tool = ["run", "--release", "--locked", "-p", "lacquer-tests", "--bin"];
    run::cargo(&[tool.as_slice(), &["vst-presets", "--", &presets]].concat())?;
    run::cargo(&["install", "--path", "delivery", "--locked", "--force"])?;
    let clap = installed.pop().context("the CLAP was installed")?;
    let mut render = [tool.as_slice(), &["clap-render", "--"]].concat();
    let clap = clap.display().to_string();
    render.push(&clap);
    let mix = mix.map(|mix| mix.display().to_string());
    render.extend(mix.as_deref());
    run::cargo(&render)
}

/// Where the user's VST3 and CLAP plugins belong.
fn plugin_folders() -> anyhow::Result<[PathBuf; 2]> {
    let variable =
        |name: &str| std::env::var_os(name).map(PathBuf::from).with_context(|| format!("{name} is not set"));
    if cfg!(target_os = "windows") {
        let common = variable("LOCALAPPDATA")?.join("Programs").join("Common");
        Ok([common.join("VST3"), common.join("CLAP")])
    } else if cfg!(target_os = "macos") {
        let plugins = variable("HOME")?.join("Library/Audio/Plug-Ins");
        Ok([plugins.join("VST3"), plugins.join("CLAP")])
    } else {
        let home = variable("HOME")?;
        Ok([home.join(".vst3"), home.join(".clap")])
    }
}

/// Where VST3 hosts look for the user's presets of a plugin (Steinberg, "Preset Locations"): by vendor and name.
fn preset_folder() -> anyhow::Result<PathBuf> {
    let (variable, below) = if cfg!(target_os = "windows") {
        ("USERPROFILE", "Documents/VST3 Presets")
    } else if cfg!(target_os = "macos") {
        ("HOME", "Library/Audio/Presets")
    } else {
        ("HOME", ".vst3/presets")
    };
    let home = std::env::var_os(variable).with_context(|| format!("{variable} is not set"))?;
    Ok(PathBuf::from(home).join(below).join("Lacquer/Lacquer"))
}

/// Copies a file or a folder in the place of another: beside it first, so that a running host keeps the one that it has open.
fn replace(from: &Path, to: &Path) -> anyhow::Result<()> {
    let Some(folder) = to.parent() else { bail!("no folder to install into") };
    std::fs::create_dir_all(folder)?;
    let beside = to.with_extension("new");
    remove(&beside)?;
    copy(from, &beside)?;
    remove(to)?;
    std::fs::rename(&beside, to)?;
    Ok(())
}

fn remove(path: &Path) -> std::io::Result<()> {
    match std::fs::symlink_metadata(path) {
        Ok(about) if about.is_dir() => std::fs::remove_dir_all(path),
        Ok(_) => std::fs::remove_file(path),
        Err(_) => Ok(()),
    }
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    if !from.is_dir() {
        return std::fs::copy(from, to).map(|_| ());
    }
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}
