//! Files that appear whole or not at all: written beside the final name, then renamed.

use std::io::{Error, Write};
use std::path::Path;
use tempfile::NamedTempFile;

/// The folder that a file of this name lies in.
pub fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// A new file beside `path`, in the same folder, so that renaming it cannot cross file systems. It is gone unless it is renamed.
///
/// # Errors
/// If nothing can be written in that folder.
pub fn beside(path: &Path) -> Result<NamedTempFile, Error> {
    tempfile::Builder::new().prefix(".lacquer-").suffix(".part").tempfile_in(folder_of(path))
}

/// Gives a finished file its final name, in place of any file that has it. Its bytes are on the disk before its name is.
///
/// # Errors
/// If the file cannot be stored or renamed; nothing is left behind.
pub fn rename(file: NamedTempFile, path: &Path) -> Result<(), Error> {
    file.as_file().sync_all()?;
    allow_reading(file.as_file());
    file.persist(path).map(drop).map_err(|refused| refused.error)
}

/// Writes a whole file.
///
/// # Errors
/// As [`beside`] and [`rename`].
pub fn write_beside(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let mut file = beside(path)?;
    file.write_all(bytes)?;
    rename(file, path)
}

/// A temporary file is its owner's alone; what is delivered is as readable as any new file.
#[cfg(unix)]
fn allow_reading(file: &std::fs::File) {
    use std::os::unix::fs::PermissionsExt;
    // Where this is refused the file is still the owner's.
    let _ = file.set_permissions(std::fs::Permissions::from_mode(0o644));
}

#[cfg(not(unix))]
fn allow_reading(_file: &std::fs::File) {}

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
