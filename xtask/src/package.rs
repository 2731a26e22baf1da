//! `cargo xtask package`: what people install who have no compiler, in `target/package`.

mod archive;
mod deb;
mod source;
mod trial;
mod zip;

use crate::product::{self, Place};
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
    trial::run(&folder().join(deb::file_name()))
}

/// Makes the packages of what was built; gives their paths. `SHA256SUMS` is written last.
pub fn make() -> anyhow::Result<Vec<PathBuf>> {
    let folder = folder();
    product::fresh_folder(&folder)?;
    let parts = product::parts()?;
    let root = folder.join("root");
    product::place(&parts, &|place| Ok(Some(product::below(&root, place))))?;
    let name = format!("lacquer-{VERSION}-{}-{}", std::env::consts::OS, std::env::consts::ARCH);
    let mut packages = Vec::new();
    if cfg!(windows) {
        packages.push(zip::make(&root, &folder, &name)?);
    } else {
        let whole = folder.join(format!("{name}.tar.gz"));
        let mut tree = archive::Archive::create(&whole)?;
        tree.folder(&root, &name)?;
        tree.file(&run::workspace().join("xtask/assets/install.sh"), &format!("{name}/install.sh"))?;
        tree.finish()?;
        packages.push(whole);
    }
    if cfg!(target_os = "linux") {
        packages.push(deb::make(&root, &folder)?);
    }
    packages.extend(source::make(&folder)?);
    fs::remove_dir_all(&root)?;
    seal(&folder, &packages)?;
    Ok(packages)
}

/// Makes the `.zip` of parts that were built for Windows elsewhere, with its own `SHA256SUMS`, in `folder`.
///
/// # Errors
/// A part cannot be read, or the package not be written.
pub fn zip_for_windows(parts: &[product::Part], folder: &Path) -> anyhow::Result<PathBuf> {
    product::fresh_folder(folder)?;
    let root = folder.join("root");
    product::place(parts, &|place| Ok(Some(product::below(&root, place))))?;
    let package = zip::make(&root, folder, &format!("lacquer-{VERSION}-windows-x86_64"))?;
    fs::remove_dir_all(&root)?;
    seal(folder, std::slice::from_ref(&package))?;
    Ok(package)
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
fn installed(place: Place) -> PathBuf {
    product::below("/usr".as_ref(), place)
}
