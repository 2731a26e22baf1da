//! `cargo xtask package`: what people install who have no compiler, in `target/package`.

mod archive;
pub mod crates;
mod deb;
mod source;
mod trial;
mod zip;

use crate::product::{self, Destination, Part};
use crate::{run, system};
use anyhow::Context;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// The version that the packages bear.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Builds everything and makes the packages.
pub fn run() -> anyhow::Result<()> {
    system::require(&[system::BUILD, system::SOUND].concat())?;
    product::build()?;
    make().map(|_| ())
}

/// Installs the newest `.deb` in a bare Debian and uses it there. Where that cannot be, why.
///
/// # Errors
/// There is no package, or a part of it does not do what it is for.
pub fn trial() -> anyhow::Result<Option<String>> {
    trial::run(&folder().join(deb_name(std::env::consts::ARCH)))
}

/// Makes the packages of what was built; gives their paths. `SHA256SUMS` is written last.
pub fn make() -> anyhow::Result<Vec<PathBuf>> {
    let folder = folder();
    product::fresh_folder(&folder)?;
    let mut packages = pack(&product::parts()?, &folder, [std::env::consts::OS, std::env::consts::ARCH])?;
    packages.extend(source::make(&folder)?);
    seal(&folder, &packages)?;
    Ok(packages)
}

/// Makes the packages of parts that were built for another system, its name and machine as Rust calls them, in `folder`.
///
/// # Errors
/// A part cannot be read, or a package not be written.
pub fn make_for(parts: &[Part], folder: &Path, system: [&str; 2]) -> anyhow::Result<Vec<PathBuf>> {
    product::fresh_folder(folder)?;
    let packages = pack(parts, folder, system)?;
    seal(folder, &packages)?;
    Ok(packages)
}

/// The `.deb`'s file name for a machine as Rust calls it.
pub fn deb_name(machine: &str) -> String {
    deb::file_name(machine)
}

fn pack(parts: &[Part], folder: &Path, [os, arch]: [&str; 2]) -> anyhow::Result<Vec<PathBuf>> {
    let root = folder.join("root");
    let name = format!("lacquer-{VERSION}-{os}-{arch}");
    let mut packages = Vec::new();
    if os == "windows" {
        product::place(parts, &|destination| Ok(on_windows(&root, destination)))?;
        fs::write(root.join("install.cmd"), install_cmd()?)?;
        packages.push(zip::make(&root, folder, &name)?);
    } else {
        product::place(parts, &|destination| Ok(Some(product::below(&root, destination))))?;
        let whole = folder.join(format!("{name}.tar.gz"));
        let mut tree = archive::Archive::create(&whole)?;
        tree.folder(&root, &name)?;
        tree.file(&assets().join("install.sh"), &format!("{name}/install.sh"))?;
        tree.finish()?;
        packages.push(whole);
    }
    if os == "linux" {
        packages.push(deb::make(&root, folder, arch)?);
    }
    fs::remove_dir_all(&root)?;
    Ok(packages)
}

/// The folders of the `.zip`: by the names that Windows has for what they are for. What shells and desktops of other systems read
/// stays out.
fn on_windows(root: &Path, destination: Destination) -> Option<PathBuf> {
    match destination {
        Destination::Vst3 => Some(root.join("VST3")),
        Destination::Clap => Some(root.join("CLAP")),
        Destination::Programs => Some(root.join("bin")),
        Destination::Vst3Presets => Some(root.join("Presets")),
        Destination::Share("doc/lacquer") => Some(root.join("doc")),
        Destination::Share(_) => None,
    }
}

/// What copies the `.zip`'s folders to where they belong; with the ends of lines that the interpreter of commands needs for its jumps.
fn install_cmd() -> anyhow::Result<String> {
    let path = assets().join("install.cmd");
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    Ok(text.replace("\r\n", "\n").replace('\n', "\r\n"))
}

fn assets() -> PathBuf {
    run::workspace().join("xtask/assets")
}

/// Writes `SHA256SUMS` beside packages, as `sha256sum --check` reads it.
fn seal(folder: &Path, packages: &[PathBuf]) -> anyhow::Result<()> {
    let mut sums = String::new();
    for path in packages {
        let hash = Sha256::digest(fs::read(path).with_context(|| path.display().to_string())?);
        for byte in hash {
            // Writing to a string cannot fail.
            let _ = write!(sums, "{byte:02x}");
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        sums.push_str(&format!("  {name}\n"));
        println!("Made {}", path.display());
    }
    Ok(fs::write(folder.join("SHA256SUMS"), sums)?)
}

fn folder() -> PathBuf {
    run::target().join("package")
}

/// Where the package's programs lie once it is installed for everybody.
fn installed(destination: Destination) -> PathBuf {
    product::below("/usr".as_ref(), destination)
}
