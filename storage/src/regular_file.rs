//! Opening what a stranger may have named: a file with an end, and nothing else.
//!
//! A device, a pipe or a socket may have no end, may block for ever or may do something when it is opened. None of them is opened
//! here; a link is followed to what it leads to.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;

/// Opens a regular file of at most `most_bytes` to read. It may still grow meanwhile: [`read_regular`] reads within the bound.
///
/// # Errors
/// As the system says, or in words that follow a file's name: it is a folder, a device, a pipe; it is longer than that.
pub fn open_regular(path: &Path, most_bytes: u64) -> io::Result<File> {
    // Before it is opened: opening a device may be heard (a tape rewinds), opening a pipe waits for a writer.
    check(&std::fs::metadata(path)?, most_bytes)?;
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        // Should the name have become a pipe or a terminal since: neither waited for nor attached to.
        options.custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
    }
    let file = options.open(path)?;
    check(&file.metadata()?, most_bytes)?;
    Ok(file)
}

/// The bytes of a regular file, at most `most_bytes`.
///
/// # Errors
/// As [`open_regular`]; a file that claims fewer bytes than it gives (as some of the system's do) is refused when it passes the
/// bound.
pub fn read_regular(path: &Path, most_bytes: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open_regular(path, most_bytes)?.take(most_bytes.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most_bytes {
        return Err(too_long(most_bytes));
    }
    Ok(bytes)
}

/// The text of a regular file of at most `most_bytes`.
///
/// # Errors
/// As [`read_regular`], and where it is not UTF-8.
pub fn read_regular_text(path: &Path, most_bytes: u64) -> io::Result<String> {
    String::from_utf8(read_regular(path, most_bytes)?)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not text in UTF-8"))
}

fn check(about: &Metadata, most_bytes: u64) -> io::Result<()> {
    if about.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
    }
    if !about.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is a device or a pipe, not a file"));
    }
    if about.len() > most_bytes { Err(too_long(most_bytes)) } else { Ok(()) }
}

fn too_long(most_bytes: u64) -> io::Error {
    let (figure, unit) = match most_bytes {
        0..1024 => (most_bytes, "bytes"),
        1024..0x10_0000 => (most_bytes >> 10, "KiB"),
        _ => (most_bytes >> 20, "MiB"),
    };
    io::Error::new(io::ErrorKind::FileTooLarge, format!("it is longer than {figure} {unit}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A path of the test's own, removed at its end.
    struct Scratch(std::path::PathBuf);

    impl Scratch {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("lacquer-regular-{}-{name}", std::process::id()));
            let _ = std::fs::remove_file(&path);
            Self(path)
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = std::fs::remove_file(&self.0);
        }
    }

    #[test]
    fn a_file_is_read_up_to_its_bound() {
        let file = Scratch::new("file");
        std::fs::write(&file.0, "abc").unwrap();
        assert_eq!(read_regular(&file.0, 3).unwrap(), b"abc");
        assert_eq!(read_regular_text(&file.0, 1 << 20).unwrap(), "abc");
        let refused = read_regular(&file.0, 2).unwrap_err();
        assert_eq!(refused.to_string(), "it is longer than 2 bytes");
        std::fs::write(&file.0, b"\xff").unwrap();
        assert_eq!(read_regular_text(&file.0, 9).unwrap_err().kind(), io::ErrorKind::InvalidData);
        assert_eq!(open_regular(&std::env::temp_dir(), 9).unwrap_err().to_string(), "it is a folder");
    }

    #[cfg(unix)]
    #[test]
    fn devices_and_pipes_are_refused_at_once_also_behind_links() {
        let pipe = Scratch::new("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe.0).status().unwrap().success());
        let link = Scratch::new("link");
        std::os::unix::fs::symlink("/dev/zero", &link.0).unwrap();
        for path in [Path::new("/dev/zero"), Path::new("/dev/null"), &pipe.0, &link.0] {
            let refused = open_regular(path, u64::MAX).unwrap_err();
            assert_eq!(refused.to_string(), "it is a device or a pipe, not a file", "{}", path.display());
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_that_claims_no_length_is_read_within_the_bound() {
        // Files of /proc say that they have 0 bytes.
        assert!(!read_regular(Path::new("/proc/self/status"), 1 << 20).unwrap().is_empty());
        assert!(read_regular(Path::new("/proc/self/status"), 16).is_err());
    }
}
