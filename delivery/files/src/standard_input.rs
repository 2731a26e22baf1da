//! Standard input, and a pipe that the command was started with, as a file: it is kept whole in a file without a name, because what is read of it (headers, tags, a second
//! look) goes back and forth.
//!
//! A [`Reader`](crate::decode::Reader) and [`tags::read`](crate::tags::read) take [`NAME`] or a pipe's name for it only once [`take`] was called: a
//! name that a stranger gives, in an album or a folder, never makes anybody wait for a terminal or a pipe.

use std::fs::File;
use std::io::{self, IsTerminal, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// What standard input is called; a file of this name is `./-`.
pub const NAME: &str = "-";

/// Each by its name.
static TAKEN: Mutex<Vec<(PathBuf, Kept)>> = Mutex::new(Vec::new());

/// The file that it is kept in, which all readers share.
#[derive(Clone)]
struct Kept {
    file: Arc<Mutex<File>>,
    bytes: u64,
}

/// Reads standard input or a pipe to its end, if `path` is one. Called again it is there already.
///
/// # Errors
/// If it is a terminal, cannot be read, or there is no room for it among the system's temporary files.
pub fn take(path: &Path) -> io::Result<()> {
    if kept(path).is_some() {
        return Ok(());
    }
    if path != Path::new(NAME) && !is_pipe(path) {
        return Ok(());
    }
    let mut file = tempfile::tempfile()?;
    let bytes = if path == Path::new(NAME) {
        let mut input = io::stdin().lock();
        if input.is_terminal() {
            let reason = "it is a terminal; pipe a file into it, or give a file's name";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
        }
        io::copy(&mut input, &mut file)?
    } else {
        io::copy(&mut File::open(path)?, &mut file)?
    };
    let kept = Kept { file: Arc::new(Mutex::new(file)), bytes };
    TAKEN.lock().unwrap_or_else(PoisonError::into_inner).push((path.to_owned(), kept));
    Ok(())
}

/// Whether a name is that of a pipe which the command was started with, as a shell's substitution (`<(...)`) is. One that lies in a folder may be
/// anybody's, and may have no writer to wait for.
fn is_pipe(path: &Path) -> bool {
    let is_own =
        path.starts_with("/dev/fd") || path.starts_with("/proc/self/fd") || path == Path::new("/dev/stdin");
    is_own && is_fifo(path)
}

#[cfg(unix)]
fn is_fifo(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;
    path.metadata().is_ok_and(|about| about.file_type().is_fifo())
}

#[cfg(not(unix))]
fn is_fifo(_: &Path) -> bool {
    false
}

/// Why a file cannot be read, and what to do where it is a pipe.
pub(crate) fn refusal(path: &Path, error: io::Error) -> io::Error {
    if !is_fifo(path) {
        return error;
    }
    io::Error::new(error.kind(), format!("{error}; give {NAME} and pipe it in"))
}

fn kept(path: &Path) -> Option<Kept> {
    let taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
    taken.iter().find(|(name, _)| name == path).map(|(_, kept)| kept.clone())
}

/// A reader of it from its start, if it was taken and `path` means it.
pub(crate) fn reader(path: &Path) -> Option<StandardInput> {
    Some(StandardInput { kept: kept(path)?, at: 0 })
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
