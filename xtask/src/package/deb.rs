//! A Debian package (deb(5)): an `ar` archive of its format's version, its papers and its files below `/usr`.

use super::VERSION;
use super::archive::{Archive, sorted};
use anyhow::Context;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// What every part needs to start. Older systems than the one that built it have an older C library, which apt then says.
const DEPENDS: &str = "libc6 (>= 2.34), libgcc-s1, libasound2 | libasound2t64";
/// What the editor's window loads while it runs; a server that only runs the command does without.
const RECOMMENDS: &str =
    "libgl1, libgl1-mesa-dri, libegl1, libx11-6, libx11-xcb1, libxcb1, libxcursor1, libxkbcommon0";
/// A device by way of JACK; the library is loaded where it is.
const SUGGESTS: &str = "libjack-jackd2-0 | libjack0";

/// What apt calls a machine.
fn architecture(machine: &str) -> &str {
    match machine {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

/// The package's file name for a machine, as apt forms it.
pub fn file_name(machine: &str) -> String {
    format!("lacquer_{VERSION}_{}.deb", architecture(machine))
}

/// Makes the package of the tree `root`, as it lies below `/usr`, for a machine as Rust calls it, in `folder`.
pub fn make(root: &Path, folder: &Path, machine: &str) -> anyhow::Result<PathBuf> {
    let mut data = Archive::new(Vec::new());
    data.folder(root, "./usr")?;
    let mut sums = String::new();
    let mut bytes = 0;
    list(root, "usr", &mut sums, &mut bytes)?;
    let mut papers = Archive::new(Vec::new());
    papers.bytes(control(bytes, architecture(machine)).as_bytes(), "./control", 0o644)?;
    papers.bytes(sums.as_bytes(), "./md5sums", 0o644)?;
    let path = folder.join(file_name(machine));
    let mut package = ar::Builder::new(File::create(&path).with_context(|| path.display().to_string())?);
    let members = [
        ("debian-binary", b"2.0\n".to_vec()),
        ("control.tar.gz", papers.finish()?),
        ("data.tar.gz", data.finish()?),
    ];
    for (name, bytes) in members {
        let mut header = ar::Header::new(name.into(), bytes.len() as u64);
        header.set_mode(0o100_644);
        header.set_mtime(super::source::time());
        package.append(&header, bytes.as_slice())?;
    }
    Ok(path)
}

fn control(bytes: u64, architecture: &str) -> String {
    // In units of 1024 bytes.
    let size = bytes.div_ceil(1024);
    format!(
        "Package: lacquer
Version: {VERSION}
Architecture: {architecture}
Maintainer: The Lacquer developers <lacquer@localhost>
Installed-Size: {size}
Depends: {DEPENDS}
Recommends: {RECOMMENDS}
Suggests: {SUGGESTS}
Section: sound
Priority: optional
Description: mastering suite: plugin, program and command
 A chain for the master bus with a limiter, equalizers, dynamics, stereo and
 metering, as VST3, CLAP and a program of its own, and the command lacquer,
 which checks mixes, renders masters and compiles albums with the same chain.
"
    )
}

/// Adds the sums and sizes of the files below `folder`, which is `name` in the package.
fn list(folder: &Path, name: &str, sums: &mut String, bytes: &mut u64) -> anyhow::Result<()> {
    for path in sorted(folder)? {
        let inner = format!("{name}/{}", path.file_name().unwrap_or_default().to_string_lossy());
        if path.is_dir() {
            list(&path, &inner, sums, bytes)?;
        } else {
            let content = fs::read(&path)?;
            *bytes += content.len() as u64;
            // Writing to a string cannot fail.
            for byte in <md5::Md5 as md5::Digest>::digest(&content) {
                let _ = write!(sums, "{byte:02x}");
            }
            let _ = writeln!(sums, "  {inner}");
        }
    }
    Ok(())
}
