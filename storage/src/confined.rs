//! Folders and files that a stranger may have laid out: links in the place of one are refused, and what is opened is a regular file.
//!
//! A folder is judged as it lies there. Whoever can change it while Lacquer works in it could do so without Lacquer.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Component, Path, PathBuf};

/// Makes a folder, or takes the one that is there.
///
/// # Errors
/// If a link or anything that is no folder has the name, or the system refuses.
pub fn make_folder(path: &Path) -> io::Result<()> {
    match fs::create_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => check_folder(path),
        made => made,
    }
}

/// Refuses a link and whatever is no folder.
///
/// # Errors
/// If there is none, or it is something else.
pub fn check_folder(path: &Path) -> io::Result<()> {
    let about = fs::symlink_metadata(path)?;
    if about.is_symlink() {
        return Err(io::Error::other("it is a link, which could lead anywhere; remove it"));
    }
    if about.is_dir() { Ok(()) } else { Err(io::Error::other("it is no folder; move it away")) }
}

/// Opens a regular file to be read; a link in its place is refused, and nothing waits for a pipe's writer.
///
/// # Errors
/// If it is not there, is no regular file, has more than `most_bytes`, or the system refuses.
pub fn open(path: &Path, most_bytes: u64) -> io::Result<File> {
    let file = open_as(OpenOptions::new().read(true), path)?;
    let length = file.metadata()?.len();
    if length > most_bytes {
        return Err(io::Error::other(format!("it has {length} bytes; more than {most_bytes} are not read")));
    }
    Ok(file)
}

/// Opens a file to be locked, and makes it where there is none. What it holds stays as it is.
///
/// # Errors
/// If a link or anything that is no regular file has the name, or the system refuses.
pub fn open_lock(path: &Path) -> io::Result<File> {
    open_as(OpenOptions::new().read(true).write(true).create(true).truncate(false), path)
}

fn open_as(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    let link = || io::Error::other("it is a link, which could lead anywhere; remove it");
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
    }
    // Where the system cannot refuse links while it opens, and for a message that says what is wrong.
    if fs::symlink_metadata(path).is_ok_and(|about| about.is_symlink()) {
        return Err(link());
    }
    let file = options.open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::Error::other("it is no regular file")) }
}

/// What makes a file itself, by whatever links and names it is found: device and inode, or the path that all links lead to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum FileId {
    /// Device and inode.
    Inode(u64, u64),
    /// The path without links.
    Path(PathBuf),
}

impl FileId {
    /// That of the file that a path leads to; none where there is none.
    pub fn of(path: &Path) -> Option<Self> {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            fs::metadata(path).ok().map(|about| Self::Inode(about.dev(), about.ino()))
        }
        #[cfg(not(unix))]
        {
            path.canonicalize().ok().map(Self::Path)
        }
    }
}

/// Whether two names lead to one file: by a link, or where a file system takes capitals for small letters.
pub fn is_one_file(one: &Path, other: &Path) -> bool {
    FileId::of(one).is_some_and(|id| FileId::of(other) == Some(id))
}

/// Whether a relative path only goes down: no root, no drive, no `..`.
pub fn goes_down(path: &Path) -> bool {
    path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
}

/// Whether a path lies below a folder once every link of both is resolved. What does not exist yet lies where its folder does; a link
/// that leads nowhere lies nowhere.
pub fn lies_below(path: &Path, folder: &Path) -> bool {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let (Some(path), Ok(folder)) = (resolved(path), folder.canonicalize()) else { return false };
    path.starts_with(folder)
}

/// A path with every link resolved, as far as it exists.
fn resolved(path: &Path) -> Option<PathBuf> {
    if let Ok(found) = path.canonicalize() {
        return Some(found);
    }
    // A link that leads nowhere would be followed by whoever makes the file.
    if fs::symlink_metadata(path).is_ok() {
        return None;
    }
    let name = path.file_name()?;
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    Some(resolved(parent)?.join(name))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn links_pipes_and_long_files_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("file"), b"four").unwrap();
        symlink(at("file"), at("link")).unwrap();
        symlink("/dev/zero", at("endless")).unwrap();
        let made = std::process::Command::new("mkfifo").arg(at("pipe")).status().unwrap();
        assert!(made.success());
        assert!(open(&at("file"), 4).is_ok());
        assert!(open(&at("file"), 3).is_err());
        for name in ["link", "endless", "pipe", ".", "missing"] {
            assert!(open(&at(name), 1 << 20).is_err(), "{name}");
        }
        for name in ["link", "endless", "pipe"] {
            assert!(open_lock(&at(name)).is_err(), "{name}");
        }
        drop(open_lock(&at("file")).unwrap());
        assert_eq!(fs::read(at("file")).unwrap(), b"four", "a lock changes nothing");
        assert!(open_lock(&at("new")).is_ok());
    }

    #[test]
    fn folders_are_made_and_links_to_folders_are_none() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        make_folder(&at("new")).unwrap();
        make_folder(&at("new")).unwrap();
        symlink(at("new"), at("link")).unwrap();
        symlink(at("nowhere"), at("dangling")).unwrap();
        fs::write(at("file"), b"").unwrap();
        for name in ["link", "dangling", "file"] {
            assert!(make_folder(&at(name)).is_err(), "{name}");
        }
        assert!(!at("nowhere").exists());
    }

    #[test]
    fn a_path_lies_where_its_links_lead() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join("album").join(name);
        fs::create_dir_all(at("codes")).unwrap();
        fs::create_dir_all(folder.path().join("elsewhere")).unwrap();
        symlink(folder.path().join("elsewhere"), at("out")).unwrap();
        symlink(at("codes"), at("in")).unwrap();
        symlink(folder.path().join("elsewhere/new"), at("dangling.ledger")).unwrap();
        let album = folder.path().join("album");
        for (name, is_below) in [
            ("isrc.ledger", true),
            ("codes/isrc.ledger", true),
            ("in/isrc.ledger", true),
            ("new/folder/isrc.ledger", true),
            ("out/isrc.ledger", false),
            ("../isrc.ledger", false),
            ("dangling.ledger", false),
        ] {
            assert_eq!(lies_below(&at(name), &album), is_below, "{name}");
        }
        assert!(
            goes_down(Path::new("a/./b")) && !goes_down(Path::new("a/../b")) && !goes_down(Path::new("/a"))
        );
    }
}
