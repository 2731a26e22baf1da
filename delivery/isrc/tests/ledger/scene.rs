//! A ledger with codes, as the tests of the library and of the command need it.

use lacquer_isrc::anchor;
use lacquer_isrc::ledger::{Ledger, Request};
use std::path::{Path, PathBuf};

/// A new folder, and the name of a ledger in it.
pub fn folder_with_name() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("codes.ledger");
    (folder, path)
}

/// What is asked for a song.
pub fn request(title: &str) -> Request {
    Request {
        prefix: Some("AA6Q7".into()),
        year: Some(26),
        range: Some((0, 999)),
        title: title.into(),
        artist: "Me".into(),
        ..Request::default()
    }
}

/// A ledger with so many codes, and its bytes.
pub fn ledger_of(path: &Path, codes: usize) -> Vec<u8> {
    let mut ledger = Ledger::new(path);
    for n in 0..codes {
        ledger.allocate(&request(&format!("Song {n}"))).unwrap();
    }
    std::fs::read(path).unwrap()
}

/// A ledger as a crash leaves it: the line is torn off before the anchor beside it tells of its code.
pub fn crashed(path: &Path, bytes: &[u8]) {
    std::fs::write(path, bytes).unwrap();
    let _ = std::fs::remove_file(anchor::path_of(path));
}
