//! A file that is written beside its final name and renamed when it is whole.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// A file on its way. Dropped before [`Part::finish`] it leaves nothing behind.
pub struct Part {
    file: NamedTempFile,
    path: PathBuf,
}

impl Part {
    /// Begins a file that will be `path`, in the same folder.
    pub fn beside(path: &Path) -> io::Result<Self> {
        let file =
            tempfile::Builder::new().prefix(".lacquer-").suffix(".part").tempfile_in(folder_of(path))?;
        allow_reading(file.as_file());
        Ok(Self { file, path: path.to_owned() })
    }

    /// The file to write to.
    pub fn file(&mut self) -> &mut File {
        self.file.as_file_mut()
    }

    /// Puts the file on the disk and gives it its name, in place of whatever had it.
    pub fn finish(self) -> io::Result<()> {
        self.file.as_file().sync_all()?;
        self.file.persist(&self.path).map_err(|error| error.error)?;
        Ok(())
    }
}

/// The folder that a file is or will be in.
pub fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// A temporary file is its owner's alone; a master is as readable as any new file.
#[cfg(unix)]
fn allow_reading(file: &File) {
    use std::os::unix::fs::PermissionsExt;
    // Where this is refused the file is still the owner's.
    let _ = file.set_permissions(std::fs::Permissions::from_mode(0o644));
}

#[cfg(not(unix))]
fn allow_reading(_file: &File) {}
