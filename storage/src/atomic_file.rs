//! Files that appear whole or not at all.
//!
//! ```text
//! a file without a name, in the folder of its final name -> written, synced -> named and renamed in one go
//! ```
//!
//! Where the system can (Linux, on most file systems), what is written has no name until it is whole: whatever ends the process, nothing
//! is left. Elsewhere it is a named part, locked while its writer lives (see [`parts`]).
//!
//! What stands under the final name decides:
//!
//! | there | what happens |
//! |---|---|
//! | nothing | the file appears, with the permissions that the umask leaves |
//! | a file | it is replaced; its permissions stay |
//! | a link | [`Part::beside`] follows it: the link stays, what it leads to is replaced; [`Part::owned`] replaces the link itself |
//! | a device or a pipe | [`Part::beside`] writes into it once the content is whole; [`Part::owned`] takes its place |

use crate::parts::{self, PREFIX, SUFFIX};
use std::fs::{File, Permissions};
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};
use tempfile::TempPath;

/// Links that are followed from a name; the system's own bound is 40.
const MOST_LINKS: usize = 40;

/// How often a part is made before it is given up.
const MOST_TRIES: usize = 16;

/// A file on its way, in the folder of its final name, so that renaming it cannot cross file systems. Dropped before
/// [`Part::finish`] it leaves nothing behind.
pub struct Part {
    file: File,
    interim: Interim,
    path: PathBuf,
    permissions: Option<Permissions>,
}

/// Where the bytes are until they are whole.
enum Interim {
    /// In a file without a name.
    #[cfg(target_os = "linux")]
    Unnamed,
    /// Under the name of a part.
    Named(TempPath),
    /// Somewhere else: they are copied into the device or pipe.
    Aside,
    /// Somewhere else: they are copied to standard output.
    Output,
}

impl Part {
    /// Begins a file that will be `path`, as its user named it: see the module for links, devices and pipes.
    ///
    /// # Errors
    /// If nothing can be written in that folder.
    pub fn beside(path: &Path) -> io::Result<Self> {
        // The system alone can follow a shell's `>(...)`: what /dev/fd/63 leads to is no path.
        if path.metadata().is_ok_and(|about| !about.is_file() && !about.is_dir()) {
            let (file, path) = (tempfile::tempfile()?, path.to_owned());
            return Ok(Self { file, interim: Interim::Aside, path, permissions: None });
        }
        let path = followed(path);
        let standing = path.metadata().ok().map(|about| about.permissions());
        Self::new(path, standing)
    }

    /// Begins what goes to standard output once it is whole.
    ///
    /// # Errors
    /// If there is no room among the system's temporary files.
    pub fn standard_output() -> io::Result<Self> {
        let file = tempfile::tempfile()?;
        Ok(Self { file, interim: Interim::Output, path: PathBuf::new(), permissions: None })
    }

    /// Begins a file that will be `path` in a folder which is Lacquer's own: whatever stands under the name is replaced itself, and no
    /// link is followed, for whoever put it there is a stranger. Whether it may be replaced was asked before.
    ///
    /// # Errors
    /// As [`Part::beside`].
    pub fn owned(path: &Path) -> io::Result<Self> {
        let standing = path.symlink_metadata().ok().filter(std::fs::Metadata::is_file);
        Self::new(path.to_owned(), standing.map(|about| about.permissions()))
    }

    fn new(path: PathBuf, permissions: Option<Permissions>) -> io::Result<Self> {
        let folder = folder_of(&path);
        parts::remove_stale_once(folder);
        #[cfg(target_os = "linux")]
        if let Some(file) = unnamed::create(folder) {
            return Ok(Self { file, interim: Interim::Unnamed, path, permissions });
        }
        let mut builder = tempfile::Builder::new();
        builder.prefix(PREFIX).suffix(SUFFIX);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // As for any new file: the umask takes its part of it.
            builder.permissions(Permissions::from_mode(0o666));
        }
        // Somebody may take it for stale in the moment before it is locked, hardly twice.
        for _ in 0..MOST_TRIES {
            let (file, name) = builder.tempfile_in(folder)?.into_parts();
            if parts::hold(&file) {
                return Ok(Self { file, interim: Interim::Named(name), path, permissions });
            }
        }
        Err(io::Error::other("another process removes what is being written there"))
    }

    /// The file to write to and to read from.
    pub fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// Gives the file its final name, in place of any file that has it. Its bytes are on the disk before its name is.
    ///
    /// # Errors
    /// If the file cannot be stored or renamed; nothing is left behind.
    pub fn finish(mut self) -> io::Result<()> {
        if let Interim::Aside = self.interim {
            self.file.rewind()?;
            let mut node = File::options().write(true).open(&self.path)?;
            io::copy(&mut self.file, &mut node)?;
            return node.flush();
        }
        if let Interim::Output = self.interim {
            self.file.rewind()?;
            let mut out = io::stdout().lock();
            io::copy(&mut self.file, &mut out)?;
            return out.flush();
        }
        if let Some(permissions) = &self.permissions {
            self.file.set_permissions(permissions.clone())?;
        }
        self.file.sync_all()?;
        match self.interim {
            #[cfg(target_os = "linux")]
            Interim::Unnamed => unnamed::name(&self.file, &self.path),
            Interim::Named(name) => rename(name, &self.path, self.permissions),
            Interim::Aside | Interim::Output => Ok(()),
        }
    }
}

/// Gives a part its final name; nothing is left of it where that fails. By the standard library, which knows long paths on Windows.
fn rename(part: TempPath, path: &Path, permissions: Option<Permissions>) -> io::Result<()> {
    let part = part.keep().map_err(|refused| refused.error)?;
    // On Windows what is kept loses its attributes, and with them that it may only be read.
    let permitted = match permissions.filter(|_| cfg!(windows)) {
        Some(permissions) => std::fs::set_permissions(&part, permissions),
        None => Ok(()),
    };
    let renamed =
        permitted.and_then(|()| make_replaceable(path)).and_then(|()| rename_patiently(&part, path));
    renamed.inspect_err(|_| {
        // The error at hand is the one to tell.
        let _ = std::fs::remove_file(&part);
    })
}

/// Windows replaces no file that somebody reads at this very moment: another job that finds the same render, a scanner for viruses.
#[cfg(windows)]
fn rename_patiently(part: &Path, path: &Path) -> io::Result<()> {
    /// Looks at a file take milliseconds; an error that stays is told after half a second.
    const TRIES: u32 = 25;
    const PAUSE: std::time::Duration = std::time::Duration::from_millis(20);
    for _ in 1..TRIES {
        match std::fs::rename(part, path) {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => std::thread::sleep(PAUSE),
            done => return done,
        }
    }
    std::fs::rename(part, path)
}

#[cfg(not(windows))]
fn rename_patiently(part: &Path, path: &Path) -> io::Result<()> {
    std::fs::rename(part, path)
}

/// Windows replaces no read-only file, where elsewhere the folder's permissions decide.
#[cfg(windows)]
fn make_replaceable(path: &Path) -> io::Result<()> {
    let Ok(about) = path.symlink_metadata() else { return Ok(()) };
    let mut permissions = about.permissions();
    if !about.is_file() || !permissions.readonly() {
        return Ok(());
    }
    permissions.set_readonly(false);
    std::fs::set_permissions(path, permissions)
}

#[cfg(not(windows))]
fn make_replaceable(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// Files without a name (open(2), O_TMPFILE).
#[cfg(target_os = "linux")]
mod unnamed {
    use super::folder_of;
    use crate::parts::{PREFIX, SUFFIX};
    use rustix::fs::{AtFlags, CWD, Mode, OFlags};
    use std::fs::File;
    use std::io;
    use std::os::fd::AsRawFd;
    use std::path::Path;
    use std::sync::atomic::{AtomicU64, Ordering};

    /// A file in `folder`; none where its file system has no such thing or it could not be named later.
    pub fn create(folder: &Path) -> Option<File> {
        let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
        let file = File::from(rustix::fs::open(folder, flags, Mode::from_raw_mode(0o666)).ok()?);
        Path::new(&descriptor(&file)).exists().then_some(file)
    }

    fn descriptor(file: &File) -> String {
        format!("/proc/self/fd/{}", file.as_raw_fd())
    }

    /// Names the file `path`. A name can only be given where there is none: it is a part's for a moment, and then renamed.
    pub fn name(file: &File, path: &Path) -> io::Result<()> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let part = loop {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let part = folder_of(path).join(format!("{PREFIX}{}-{number}{SUFFIX}", std::process::id()));
            match rustix::fs::linkat(CWD, descriptor(file), CWD, &part, AtFlags::SYMLINK_FOLLOW) {
                Ok(()) => break part,
                // Left by an earlier process of the same number.
                Err(rustix::io::Errno::EXIST) => {}
                Err(error) => return Err(error.into()),
            }
        };
        std::fs::rename(&part, path).inspect_err(|_| {
            // The error at hand is the one to tell.
            let _ = std::fs::remove_file(&part);
        })
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

/// [`write_beside`], in a folder which is Lacquer's own.
///
/// # Errors
/// As [`Part::owned`] and [`Part::finish`].
pub fn write_owned(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut part = Part::owned(path)?;
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

/// What a name leads to, whether there is something yet or not.
pub fn followed(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        match std::fs::read_link(&path) {
            // A target is said from the link's folder.
            Ok(target) => path = folder_of(&path).join(target),
            Err(_) => break,
        }
    }
    path
}

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

    #[test]
    fn a_read_only_file_is_replaced_and_stays_read_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.html");
        write_beside(&path, b"first").unwrap();
        let mut permissions = std::fs::metadata(&path).unwrap().permissions();
        permissions.set_readonly(true);
        std::fs::set_permissions(&path, permissions).unwrap();
        write_beside(&path, b"second").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"second");
        assert!(std::fs::metadata(&path).unwrap().permissions().readonly());
    }

    #[test]
    fn a_path_beyond_the_260_signs_of_windows_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let long = folder.path().join("a".repeat(150)).join("b".repeat(150));
        std::fs::create_dir_all(&long).unwrap();
        let path = long.join("report.html");
        write_beside(&path, b"first").unwrap();
        write_beside(&path, b"second").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"second");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_is_not_whole_has_no_name() {
        let folder = tempfile::tempdir().unwrap();
        let mut part = Part::beside(&folder.path().join("a.wav")).unwrap();
        if matches!(part.interim, Interim::Named(_)) {
            return lacquer_left_out::not_permitted(
                "this file system has no files without a name (O_TMPFILE)",
            );
        }
        part.file().write_all(&[0; 1 << 16]).unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        part.finish().unwrap();
        let names: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["a.wav"]);
    }

    #[cfg(unix)]
    #[test]
    fn new_files_keep_to_the_umask_and_replaced_ones_to_their_permissions() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        // What any new file gets under this process's umask.
        let plain = folder.path().join("plain");
        std::fs::write(&plain, b"x").unwrap();
        let path = folder.path().join("report.html");
        write_beside(&path, b"first").unwrap();
        assert_eq!(mode(&path), mode(&plain));
        std::fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        write_beside(&path, b"second").unwrap();
        assert_eq!(mode(&path), 0o600);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_where_a_user_named_them_and_replaced_in_folders_of_ours() {
        let folder = tempfile::tempdir().unwrap();
        let (target, link) = (folder.path().join("target"), folder.path().join("link"));
        std::os::unix::fs::symlink("target", &link).unwrap();
        // It leads nowhere yet.
        write_beside(&link, b"first").unwrap();
        write_beside(&link, b"second").unwrap();
        assert!(link.is_symlink() && !target.is_symlink());
        assert_eq!(std::fs::read(&target).unwrap(), b"second");
        write_owned(&link, b"third").unwrap();
        assert!(!link.is_symlink());
        assert_eq!(
            (std::fs::read(&link).unwrap(), std::fs::read(&target).unwrap()),
            (b"third".into(), b"second".into())
        );
    }

    #[cfg(unix)]
    #[test]
    fn pipes_and_devices_are_written_into_and_stay() {
        use std::os::unix::fs::FileTypeExt;
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let reader = std::thread::spawn({
            let pipe = pipe.clone();
            move || std::fs::read(pipe).unwrap()
        });
        write_beside(&pipe, b"report").unwrap();
        assert_eq!(reader.join().unwrap(), b"report");
        assert!(std::fs::metadata(&pipe).unwrap().file_type().is_fifo());
        // A link, so that a fault here could not harm the device itself.
        let null = folder.path().join("null");
        std::os::unix::fs::symlink("/dev/null", &null).unwrap();
        write_beside(&null, b"report").unwrap();
        assert!(null.is_symlink() && std::fs::metadata("/dev/null").unwrap().file_type().is_char_device());
    }
}
