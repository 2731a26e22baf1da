//! Standard input as a file: it is kept whole in a file without a name, because what is read of it (headers, tags, a second look) goes back and
//! forth.
//!
//! A [`Reader`](crate::decode::Reader) and [`tags::read`](crate::tags::read) take [`NAME`] for it only once [`take`] was called: a name that a stranger
//! gives, in an album or a folder, never makes anybody wait for a terminal.

use std::fs::File;
use std::io::{self, IsTerminal, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// What it is called; a file of this name is `./-`.
pub const NAME: &str = "-";

static TAKEN: OnceLock<Kept> = OnceLock::new();

/// The file that it is kept in, which all readers share.
#[derive(Clone)]
struct Kept {
    file: Arc<Mutex<File>>,
    bytes: u64,
}

/// Reads standard input to its end. Called again it is there already.
///
/// # Errors
/// If it is a terminal, cannot be read, or there is no room for it among the system's temporary files.
pub fn take() -> io::Result<()> {
    if TAKEN.get().is_some() {
        return Ok(());
    }
    let mut input = io::stdin().lock();
    if input.is_terminal() {
        let reason = "it is a terminal; pipe a file into it, or give a file's name";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
    }
    let mut file = tempfile::tempfile()?;
    let bytes = io::copy(&mut input, &mut file)?;
    let _ = TAKEN.set(Kept { file: Arc::new(Mutex::new(file)), bytes });
    Ok(())
}

/// A reader of it from its start, if it was taken and `path` means it.
pub(crate) fn reader(path: &Path) -> Option<StandardInput> {
    let kept = TAKEN.get().filter(|_| path == Path::new(NAME))?.clone();
    Some(StandardInput { kept, at: 0 })
}

/// A copy of it as a file of its own, if it was taken and `path` means it.
pub(crate) fn copy(path: &Path) -> Option<io::Result<File>> {
    let mut reader = reader(path)?;
    Some(tempfile::tempfile().and_then(|mut file| {
        io::copy(&mut reader, &mut file)?;
        file.rewind()?;
        Ok(file)
    }))
}

/// See the module.
pub(crate) struct StandardInput {
    kept: Kept,
    at: u64,
}

impl Read for StandardInput {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let mut file = self.kept.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.at))?;
        let read = file.read(bytes)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for StandardInput {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.kept.bytes.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        let before = || io::Error::new(io::ErrorKind::InvalidInput, "a place before its start");
        self.at = at.ok_or_else(before)?;
        Ok(self.at)
    }
}
