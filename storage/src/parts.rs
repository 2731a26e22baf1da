//! Part files: what is on its way under a name beside its final one, `.lacquer-*.part`, told by a lock from what a killed process left.
//!
//! Whoever writes a part holds the operating system's lock on it, which goes with the process. A part without a lock is nobody's and is
//! removed by the next run that writes into its folder; one that another process is writing is left alone.

use crate::confined;
use std::collections::HashSet;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

/// How the names of parts begin.
pub const PREFIX: &str = ".lacquer-";
/// How the names of parts end.
pub const SUFFIX: &str = ".part";

/// Where parts cannot be locked, one that nobody has written to for as long is stale: no render takes a day.
const STALE: Duration = Duration::from_secs(86_400);

/// Locks a part, file or folder, that was just made, for as long as the handle is open. False if another process took it for stale
/// before it was locked: then another has to be made.
pub fn hold(part: &File) -> bool {
    match part.try_lock() {
        Ok(()) => has_name(part),
        Err(TryLockError::WouldBlock) => false,
        // A file system without locks: there nothing is taken for stale before its time.
        Err(TryLockError::Error(_)) => true,
    }
}

#[cfg(unix)]
fn has_name(part: &File) -> bool {
    use std::os::unix::fs::MetadataExt;
    part.metadata().is_ok_and(|about| about.nlink() > 0)
}

/// A file that is open cannot be removed here.
#[cfg(not(unix))]
fn has_name(_part: &File) -> bool {
    true
}

/// Removes the parts of a folder that nobody is writing.
pub fn remove_stale(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if !name.starts_with(PREFIX) || !name.ends_with(SUFFIX) {
            continue;
        }
        let path = entry.path();
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        // A link of that name is no part of ours.
        let opened = if is_folder { File::open(&path) } else { confined::open(&path, u64::MAX) };
        let is_stale = match opened.as_ref().map(File::try_lock) {
            Ok(Ok(())) => true,
            Ok(Err(TryLockError::WouldBlock)) => false,
            Ok(Err(TryLockError::Error(_))) => is_old(&path),
            // Folders cannot be opened everywhere.
            Err(_) => is_folder && is_old(&path),
        };
        if is_stale {
            // The lock is held meanwhile. What cannot be removed is in nobody's way.
            let _ = if is_folder { fs::remove_dir_all(path) } else { fs::remove_file(path) };
        }
    }
}

fn is_old(path: &Path) -> bool {
    let changed = fs::symlink_metadata(path).and_then(|about| about.modified());
    changed.is_ok_and(|changed| changed.elapsed().is_ok_and(|age| age > STALE))
}

/// [`remove_stale`], once in the life of this process: a folder is not listed for each of a thousand files.
pub fn remove_stale_once(folder: &Path) {
    static DONE: LazyLock<Mutex<HashSet<PathBuf>>> = LazyLock::new(Mutex::default);
    let Ok(place) = folder.canonicalize() else { return };
    if DONE.lock().unwrap_or_else(PoisonError::into_inner).insert(place) {
        remove_stale(folder);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atomic_file::Part;

    #[test]
    fn a_part_that_is_written_stays_and_one_that_was_left_goes() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at(".lacquer-left.part"), b"half").unwrap();
        fs::create_dir(at(".lacquer-set.part")).unwrap();
        fs::write(at(".lacquer-set.part/IMAGE.DAT"), b"half").unwrap();
        fs::write(at(".lacquer-mine"), b"no part").unwrap();
        fs::write(at("song.part"), b"somebody else's").unwrap();
        let mut part = Part::beside(&at("song.wav")).unwrap();
        std::io::Write::write_all(part.file(), b"half").unwrap();
        remove_stale(folder.path());
        let mut names: Vec<_> =
            fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        // The part that is being written may have no name at all.
        names.retain(|name| !name.to_string_lossy().ends_with(SUFFIX) || name == "song.part");
        assert_eq!(names, [".lacquer-mine", "song.part"]);
        part.finish().unwrap();
        assert_eq!(fs::read(at("song.wav")).unwrap(), b"half", "it was not taken away while it was written");
    }

    #[cfg(unix)]
    #[test]
    fn a_fileset_that_is_written_stays() {
        let folder = tempfile::tempdir().unwrap();
        let set = folder.path().join(".lacquer-set.part");
        fs::create_dir(&set).unwrap();
        let handle = File::open(&set).unwrap();
        assert!(hold(&handle));
        remove_stale(folder.path());
        assert!(set.exists());
        drop(handle);
        remove_stale(folder.path());
        assert!(!set.exists());
    }

    #[test]
    fn writing_into_a_folder_clears_what_was_left_there() {
        let folder = tempfile::tempdir().unwrap();
        let left = folder.path().join(".lacquer-left.part");
        fs::write(&left, b"half").unwrap();
        crate::atomic_file::write_beside(&folder.path().join("report.html"), b"whole").unwrap();
        assert!(!left.exists());
    }
}
