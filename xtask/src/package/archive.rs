//! A `.tar.gz` whose bytes follow from its files alone: sorted, owned by root, with one time.

use anyhow::Context;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use tar::{Builder, EntryType, Header};

/// Permissions of folders and programs, and of everything else.
const RUNS: u32 = 0o755;
const IS_READ: u32 = 0o644;

/// An archive that is being written.
pub struct Archive<W: Write> {
    tar: Builder<GzEncoder<W>>,
}

impl Archive<File> {
    /// Writes into a new file.
    pub fn create(path: &Path) -> anyhow::Result<Self> {
        Ok(Self::new(File::create(path).with_context(|| path.display().to_string())?))
    }
}

impl<W: Write> Archive<W> {
    /// Writes into `sink`.
    pub fn new(sink: W) -> Self {
        Self { tar: Builder::new(GzEncoder::new(sink, Compression::best())) }
    }

    /// Adds a folder with all that is below it as `name`.
    pub fn folder(&mut self, folder: &Path, name: &str) -> anyhow::Result<()> {
        let mut header = header(EntryType::Directory, RUNS, 0);
        self.tar.append_data(&mut header, format!("{name}/"), std::io::empty())?;
        for path in sorted(folder)? {
            let inner = format!("{name}/{}", path.file_name().unwrap_or_default().to_string_lossy());
            if path.is_dir() {
                self.folder(&path, &inner)?;
            } else {
                self.file(&path, &inner)?;
            }
        }
        Ok(())
    }

    /// Adds a file as `name`, executable if it is.
    pub fn file(&mut self, path: &Path, name: &str) -> anyhow::Result<()> {
        let bytes = fs::read(path).with_context(|| path.display().to_string())?;
        self.bytes(&bytes, name, if is_program(path)? { RUNS } else { IS_READ })
    }

    /// Adds `bytes` as a file.
    pub fn bytes(&mut self, bytes: &[u8], name: &str, mode: u32) -> anyhow::Result<()> {
        let mut header = header(EntryType::Regular, mode, bytes.len() as u64);
        Ok(self.tar.append_data(&mut header, name, bytes)?)
    }

    /// Ends the archive; gives its sink.
    pub fn finish(self) -> anyhow::Result<W> {
        Ok(self.tar.into_inner()?.finish()?)
    }
}

fn header(kind: EntryType, mode: u32, size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(size);
    header.set_mtime(super::source::time());
    header.set_uid(0);
    header.set_gid(0);
    header
}

/// The entries of a folder in the order of their names.
pub fn sorted(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    paths.sort();
    Ok(paths)
}

#[cfg(unix)]
fn is_program(path: &Path) -> std::io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    Ok(fs::metadata(path)?.permissions().mode() & 0o100 != 0)
}

#[cfg(not(unix))]
fn is_program(_path: &Path) -> std::io::Result<bool> {
    Ok(false)
}
