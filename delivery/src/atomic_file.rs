//! Files that appear whole or not at all: written beside the final name, then renamed.

use crate::parts;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// How often a part is made before it is given up.
const MOST_TRIES: usize = 16;

/// A file on its way, in the folder of its final name, so that renaming it cannot cross file systems. Dropped before
/// [`Part::finish`] it leaves nothing behind.
pub struct Part {
    file: NamedTempFile,
    path: PathBuf,
}

impl Part {
    /// Begins a file that will be `path`.
    ///
    /// # Errors
    /// If nothing can be written in that folder.
    pub fn beside(path: &Path) -> io::Result<Self> {
        let folder = folder_of(path);
        parts::remove_stale_once(folder);
        // Somebody may take it for stale in the moment before it is locked, hardly twice.
        for _ in 0..MOST_TRIES {
            let file =
                tempfile::Builder::new().prefix(parts::PREFIX).suffix(parts::SUFFIX).tempfile_in(folder)?;
            if parts::hold(file.as_file()) {
                allow_reading(file.as_file());
                return Ok(Self { file, path: path.to_owned() });
            }
        }
        Err(io::Error::other("another process removes what is being written there"))
    }

    /// The file to write to.
    pub fn file(&mut self) -> &mut File {
        self.file.as_file_mut()
    }

    /// Gives the file its final name, in place of any file that has it. Its bytes are on the disk before its name is.
    ///
    /// # Errors
    /// If the file cannot be stored or renamed; nothing is left behind.
    pub fn finish(self) -> io::Result<()> {
        self.file.as_file().sync_all()?;
        self.file.persist(&self.path).map_err(|refused| refused.error)?;
        Ok(())
    }
}

/// Writes a whole file.
///
/// # Errors
/// As [`Part::beside`] and [`Part::finish`].
pub fn write_beside(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut part = Part::beside(path)?;
    part.file().write_all(bytes)?;
    part.finish()
}

/// The folder that a file of this name lies in.
pub fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// A temporary file is its owner's alone; what is delivered is as readable as any new file.
#[cfg(unix)]
fn allow_reading(file: &File) {
    use std::os::unix::fs::PermissionsExt;
    // Where this is refused the file is still the owner's.
    let _ = file.set_permissions(std::fs::Permissions::from_mode(0o644));
}

#[cfg(not(unix))]
fn allow_reading(_file: &File) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_appears_whole_or_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.html");
        write_beside(&path, b"first").unwrap();
        write_beside(&path, b"second").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"second");
        assert!(write_beside(&folder.path().join("no/such/folder.html"), b"x").is_err());
        // A folder stands under the name.
        assert!(write_beside(folder.path(), b"x").is_err());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
