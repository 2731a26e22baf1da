//! Codes that were given elsewhere, on their way into a ledger.

use super::error::LedgerError;
use crate::Isrc;
use crate::date::Date;
use crate::history::{History, same};
use crate::record::{Origin, Record};

/// A code that comes from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The code.
    pub isrc: Isrc,
    /// The recording's title; empty if it is not known.
    pub title: String,
    /// Who performs it; empty if it is not known.
    pub artist: String,
    /// SHA-256 of the file that it was read from.
    pub sha256: Option<String>,
    /// Where it was read, for errors: a file, or a file and a line.
    pub source: String,
}

/// What an import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Imported {
    /// Codes that were new to the ledger.
    pub added: usize,
    /// Codes that it had, and files of theirs that were new to it.
    pub linked: usize,
    /// What it knew already.
    pub known: usize,
}

/// What is to be recorded of an import on the day `today`, if anything is new.
pub(super) fn record(history: &History, import: &Import, today: Date) -> Result<Option<Record>, LedgerError> {
    let conflict = |text: String| LedgerError::Conflict { import: import.source.clone(), conflict: text };
    let date = today.to_string();
    let by_hash = import.sha256.as_deref().and_then(|hash| history.find_by_hash(hash));
    if let Some(entry) = by_hash.filter(|entry| entry.isrc != import.isrc) {
        let (isrc, line) = (entry.isrc, entry.line);
        return Err(conflict(format!(
            "the file has {isrc} in line {line} of the ledger, not {}",
            import.isrc
        )));
    }
    let Some(entry) = history.find(import.isrc) else {
        return Ok(Some(Record::Code {
            isrc: import.isrc,
            title: import.title.clone(),
            artist: import.artist.clone(),
            sha256: import.sha256.clone(),
            date,
            origin: Origin::Imported,
        }));
    };
    for (what, here, there) in
        [("title", &import.title, &entry.title), ("artist", &import.artist, &entry.artist)]
    {
        if !here.trim().is_empty() && !there.trim().is_empty() && !same(here, there) {
            let (isrc, line) = (entry.isrc, entry.line);
            return Err(conflict(format!(
                "{isrc} has the {what} {there:?} in line {line} of the ledger, not {here:?}"
            )));
        }
    }
    match &import.sha256 {
        Some(sha256) if by_hash.is_none() => {
            Ok(Some(Record::File { isrc: import.isrc, sha256: sha256.clone(), date }))
        }
        _ => Ok(None),
    }
}
