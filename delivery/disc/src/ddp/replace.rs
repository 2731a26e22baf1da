//! Puts a whole fileset in the place of another, so that at no time both are without their name.
//!
//! Where the system can exchange two names in one step, it does. Where it cannot, the one before steps aside under a name that follows
//! from its own and that no run removes before [`recover`] has looked: a process that dies between the two steps leaves it there, and
//! the next one puts it back.

use super::{DdpError, FILES};
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// How two names are exchanged; an error where the system or the file system cannot.
pub(super) type Exchange = fn(&Path, &Path) -> io::Result<()>;

/// Where a fileset waits that steps aside.
fn aside_of(folder: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(folder.file_name().unwrap_or_default());
    name.push(".before");
    folder.with_file_name(name)
}

/// Whether a folder holds nothing but files of a fileset: what else is there is not removed.
fn is_fileset(folder: &Path) -> bool {
    let is_plain = fs::symlink_metadata(folder).is_ok_and(|about| about.is_dir());
    let Ok(mut entries) = fs::read_dir(folder) else { return false };
    is_plain
        && entries.all(|entry| {
            entry.is_ok_and(|entry| {
                let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
                is_file && FILES.iter().any(|name| entry.file_name().eq_ignore_ascii_case(name))
            })
        })
}

/// Finishes what an interrupted run left: a fileset that stepped aside comes back if nothing took its place, else it goes.
///
/// # Errors
/// If it cannot be put back.
pub fn recover(folder: &Path) -> Result<(), DdpError> {
    let aside = aside_of(folder);
    if !is_fileset(&aside) {
        return Ok(());
    }
    if fs::symlink_metadata(folder).is_err() {
        return fs::rename(&aside, folder)
            .map_err(|source| DdpError::Write { path: folder.to_owned(), source });
    }
    // What cannot be removed is in nobody's way.
    let _ = fs::remove_dir_all(&aside);
    Ok(())
}

/// Gives the whole fileset its name. The one before has it until then, and is gone after.
pub(super) fn replace(part: TempDir, folder: &Path, exchange: Exchange) -> Result<(), DdpError> {
    let failed = |source| DdpError::Write { path: folder.to_owned(), source };
    if fs::symlink_metadata(folder).is_err() {
        fs::rename(part.path(), folder).map_err(failed)?;
        // What it would remove has gone.
        let _ = part.keep();
        sync_parent(folder);
        return Ok(());
    }
    if exchange(part.path(), folder).is_ok() {
        sync_parent(folder);
        // Dropped, it removes the one before, which has its name now.
        return Ok(());
    }
    let aside = aside_of(folder);
    fs::rename(folder, &aside).map_err(failed)?;
    if let Err(source) = fs::rename(part.path(), folder) {
        // Should this fail as well, the next run does it.
        let _ = fs::rename(&aside, folder);
        return Err(failed(source));
    }
    let _ = part.keep();
    sync_parent(folder);
    let _ = fs::remove_dir_all(&aside);
    Ok(())
}

/// New names are on the disk only when their folder is. Where folders cannot be opened (Windows) this is not needed.
fn sync_parent(folder: &Path) {
    if let Ok(parent) = fs::File::open(super::write::parent_of(folder)) {
        let _ = parent.sync_all();
    }
}

/// Exchanges two names in one step.
#[cfg(target_os = "linux")]
pub(super) fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    use std::os::unix::ffi::OsStrExt;
    let [one, other] = [one, other].map(|path| std::ffi::CString::new(path.as_os_str().as_bytes()));
    let (one, other) = (one?, other?);
    // By its number: the C library has a name for it only since glibc 2.28.
    // SAFETY: both are strings that end in a zero and live until the call returns; the kernel reads them and keeps neither.
    let result = unsafe {
        libc::syscall(
            libc::SYS_renameat2,
            libc::AT_FDCWD,
            one.as_ptr(),
            libc::AT_FDCWD,
            other.as_ptr(),
            libc::RENAME_EXCHANGE,
        )
    };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Exchanges two names in one step.
#[cfg(target_os = "macos")]
pub(super) fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    use std::os::unix::ffi::OsStrExt;
    let [one, other] = [one, other].map(|path| std::ffi::CString::new(path.as_os_str().as_bytes()));
    let (one, other) = (one?, other?);
    // SAFETY: both are strings that end in a zero and live until the call returns; the kernel reads them and keeps neither.
    let result = unsafe { libc::renamex_np(one.as_ptr(), other.as_ptr(), libc::RENAME_SWAP) };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// No system call for it is known here.
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
pub(super) fn exchange(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cannot(_: &Path, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn set(folder: &Path, text: &str) {
        fs::create_dir_all(folder).unwrap();
        FILES.iter().for_each(|name| fs::write(folder.join(name), text).unwrap());
    }

    fn is_set(folder: &Path, text: &str) -> bool {
        FILES.iter().all(|name| fs::read(folder.join(name)).is_ok_and(|bytes| bytes == text.as_bytes()))
    }

    #[test]
    fn the_new_one_takes_the_place_and_nothing_stays_beside_it() {
        for way in [exchange as Exchange, cannot] {
            let parent = tempfile::tempdir().unwrap();
            let folder = parent.path().join("ddp");
            for text in ["first", "second"] {
                let part = tempfile::Builder::new().prefix(".lacquer-").tempdir_in(parent.path()).unwrap();
                set(part.path(), text);
                replace(part, &folder, way).unwrap();
                assert!(is_set(&folder, text));
                assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 1);
            }
        }
    }

    #[test]
    fn what_stepped_aside_comes_back_and_nothing_else_is_touched() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("ddp");
        // Killed between the two steps.
        set(&aside_of(&folder), "before");
        recover(&folder).unwrap();
        assert!(is_set(&folder, "before"));
        // Killed after them.
        set(&aside_of(&folder), "older");
        recover(&folder).unwrap();
        assert!(is_set(&folder, "before") && !aside_of(&folder).exists());
        // A folder of that name that holds something else is nobody's business.
        fs::create_dir(aside_of(&folder)).unwrap();
        fs::write(aside_of(&folder).join("letter"), b"x").unwrap();
        recover(&folder).unwrap();
        assert!(aside_of(&folder).join("letter").exists());
    }
}
