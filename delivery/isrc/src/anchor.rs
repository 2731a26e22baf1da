//! What a ledger has given, beside it: by it a ledger that was restored from an old backup is known, which would give a code twice.
//!
//! `<ledger>.anchor` holds one line, with a checksum as the ledger's have: how many codes the ledger had, and the highest designation
//! that it gave of each prefix and year. It is written after the ledger, under the ledger's lock, beside its name and renamed. A crash
//! between the two leaves an older anchor, which is true of the newer ledger as well.
//!
//! ```
//! use lacquer_isrc::anchor::{Anchor, path_of};
//! use lacquer_isrc::history::History;
//! use lacquer_isrc::ledger::{Ledger, Request};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("codes.ledger");
//! let request = Request {
//!     prefix: Some("AA6Q7".into()),
//!     year: Some(26),
//!     range: Some((40, 99)),
//!     title: "Song".into(),
//!     artist: "Me".into(),
//!     ..Request::default()
//! };
//! Ledger::new(&path).allocate(&request)?;
//! let anchor = Anchor::read(&path).expect("written with the code");
//! assert!(path_of(&path).ends_with("codes.ledger.anchor"));
//! assert_eq!(anchor.highest("AA6Q7", 26), Some(40));
//! // A backup from before the code lacks it.
//! assert_eq!(anchor.missing(&History::default()), 1);
//! # Ok(())
//! # }
//! ```

use super::history::History;
use super::record::{Origin, line_of, value_of};
use lacquer_storage::atomic_file::write_owned;
use lacquer_storage::confined;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Longest anchor that is read, bytes: a century of a dozen prefixes has less.
const MOST_BYTES: u64 = 1 << 16;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Anchor {
    /// Codes of the ledger.
    codes: usize,
    /// Highest designation that was given, by prefix and year as they stand in a code, for instance `AA6Q726`.
    given: BTreeMap<String, u32>,
}

fn part(prefix: &str, year: u32) -> String {
    format!("{prefix}{year:02}")
}

/// Where the anchor of a ledger is.
pub fn path_of(ledger: &Path) -> PathBuf {
    let mut name = ledger.file_name().map_or_else(OsString::new, OsString::from);
    name.push(".anchor");
    ledger.with_file_name(name)
}

impl Anchor {
    /// The anchor of a ledger; none where there is none, or a damaged one.
    pub fn read(ledger: &Path) -> Option<Self> {
        let mut bytes = Vec::new();
        confined::open(&path_of(ledger), MOST_BYTES).ok()?.take(MOST_BYTES).read_to_end(&mut bytes).ok()?;
        value_of(bytes.strip_suffix(b"\n").unwrap_or(&bytes)).ok()
    }

    /// Takes what a ledger has given: nothing that is known already is forgotten.
    pub fn take(&mut self, history: &History) {
        self.codes = self.codes.max(history.entries.len());
        for entry in history.entries.iter().filter(|entry| entry.origin == Origin::Issued) {
            let given = self.given.entry(part(entry.isrc.prefix(), entry.isrc.year())).or_default();
            *given = (*given).max(entry.isrc.designation());
        }
    }

    /// How many codes a ledger lacks that it had. A damaged line may have held one: it is told of by itself.
    pub fn missing(&self, history: &History) -> usize {
        self.codes.saturating_sub(history.entries.len() + history.damages.len())
    }

    /// A person goes on with a ledger that lacks codes. What it gave stays given.
    pub fn accept(&mut self, history: &History) {
        self.codes = history.entries.len();
    }

    /// The highest designation that was ever given of a prefix and year.
    pub fn highest(&self, prefix: &str, year: u32) -> Option<u32> {
        self.given.get(&part(prefix, year)).copied()
    }

    /// Writes the anchor beside its ledger. A link or anything else that stands there is left alone.
    ///
    /// # Errors
    /// If it cannot be written; the one before stays.
    pub fn write(&self, ledger: &Path) -> io::Result<()> {
        let path = path_of(ledger);
        if fs::symlink_metadata(&path).is_ok_and(|about| !about.is_file()) {
            return Err(io::Error::other("something that is no file stands there"));
        }
        write_owned(&path, line_of(self).as_bytes())
    }
}
