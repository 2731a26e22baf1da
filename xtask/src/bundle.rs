//! `cargo xtask bundle`: the built library as hosts load it, `Lacquer.vst3` and `Lacquer.clap` in `target/bundled`.

use crate::{module_info, notices, run};
use anyhow::Context;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

/// Builds the plugin alone and bundles it.
pub fn build_and_bundle(target: Option<&str>) -> anyhow::Result<()> {
    let mut line = vec!["build", "--release", "--locked", "-p", "lacquer", "--lib"];
    line.extend(target.map(|target| ["--target", target]).iter().flatten());
    run::cargo(&line)?;
    bundle(target)
}

/// Bundles the library that was built for `target`, or for this machine.
///
/// # Errors
/// There is no such library, or the bundle cannot be written.
pub fn bundle(target: Option<&str>) -> anyhow::Result<()> {
    bundle_in(&run::target(), target)
}

/// [`bundle`] of what cargo built into `folder`, in its `bundled`.
///
/// # Errors
/// As [`bundle`].
pub fn bundle_in(folder: &Path, target: Option<&str>) -> anyhow::Result<()> {
    let mut arguments = vec!["--release".to_owned()];
    arguments.extend(target.iter().flat_map(|target| ["--target".to_owned(), (*target).to_owned()]));
    nice_plug_xtask::chdir_workspace_root()?;
    nice_plug_xtask::bundle(folder, "lacquer", &arguments, false)?;
    let bundled = folder.join("bundled");
    // The bundler takes the command `lacquer`, if it was built, for the plugin standing alone: that one is `lacquer-standalone`.
    for name in ["Lacquer", "Lacquer.exe", "Lacquer.app"] {
        let path = bundled.join(name);
        let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        match removed {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(error).context(path.display().to_string());
            }
            _ => {}
        }
    }
    let vst3 = bundled.join("Lacquer.vst3");
    let is_windows = target.map_or(cfg!(windows), |target| target.contains("windows"));
    module_info::write(&vst3, is_windows)?;
    let notices = vst3.join("Contents/Resources/THIRD-PARTY.txt");
    fs::write(&notices, notices::text(target)?).with_context(|| notices.display().to_string())
}
