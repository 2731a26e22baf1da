//! Whether a file's code is where it should be, is one, is the same everywhere, and is the ledger's.

use super::{Field, Tags};
use lacquer_isrc::Isrc;
use lacquer_isrc::history::{History, same};
use serde::Serialize;

/// What is known of a file's code.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verified {
    /// The codes as they stand in the file.
    pub found: Vec<(Field, String)>,
    /// The code, if every place has the same valid one.
    pub isrc: Option<Isrc>,
    /// Line of the ledger that has it, from 1.
    pub ledger_line: Option<usize>,
    /// What is wrong, in sentences; empty if all is well.
    pub problems: Vec<String>,
    /// What a person may want to know.
    pub remarks: Vec<String>,
}

/// What is said where a file has no code.
const NOT_THERE: &str = "no ISRC in it";

impl Verified {
    /// Tells a code that is not there from one that was not found: `unread` is what of the tags cannot be read.
    pub fn add_unread(&mut self, unread: &[String]) {
        if unread.is_empty() {
            return;
        }
        let unread = unread.join("; ");
        match self.problems.iter_mut().find(|problem| *problem == NOT_THERE) {
            Some(problem) => {
                *problem =
                    format!("no ISRC found, but not all of its tags can be read ({unread}): it may have one");
            }
            None => self.remarks.push(format!("not all of its tags can be read ({unread})")),
        }
    }
}

/// Compares what stands in a file, its tags and its SHA-256 with the ledger.
pub fn verify(found: Vec<(Field, String)>, tags: &Tags, sha256: &str, history: Option<&History>) -> Verified {
    let (mut problems, mut remarks) = (Vec::new(), Vec::new());
    let mut codes: Vec<Isrc> = Vec::new();
    for (place, text) in &found {
        match text.parse::<Isrc>() {
            // The list's entry means "source"; a code there is a mistake of other tools and counts for nothing.
            Ok(code) if *place == Field::InfoList => {
                remarks
                    .push(format!("{place} has {code}, but that entry means \"source\": readers ignore it"));
            }
            Err(_) if *place == Field::InfoList => {}
            Ok(code) => codes.push(code),
            Err(error) => {
                problems.push(format!("{place} has {:?}, which is no ISRC ({})", error.text, error.reason))
            }
        }
    }
    codes.sort_unstable();
    codes.dedup();
    let isrc = match codes.as_slice() {
        [code] if problems.is_empty() => Some(*code),
        [] if problems.is_empty() => {
            problems.push(NOT_THERE.into());
            None
        }
        [] | [_] => None,
        several => {
            let listed: Vec<String> = several.iter().map(Isrc::to_string).collect();
            problems.push(format!("its places have different codes: {}", listed.join(", ")));
            None
        }
    };
    let has_wave_place = found.iter().any(|(place, _)| *place == Field::Axml);
    let has_id3 = found.iter().any(|(place, _)| *place == Field::Id3);
    if has_wave_place && !has_id3 {
        remarks.push("axml has the code, an id3 chunk would have it for players as well".into());
    }
    let entry = isrc.and_then(|isrc| history?.find(isrc));
    if let (Some(isrc), Some(history)) = (isrc, history) {
        match entry {
            None => problems.push(format!("{isrc} is not in the ledger; `lacquer isrc import` takes it in")),
            Some(entry) if entry.sha256.iter().any(|known| known == sha256) => {}
            Some(entry) => {
                let title = tags.title.as_deref().unwrap_or_default();
                let artist = tags.performer.as_deref().unwrap_or_default();
                for (what, here, there) in [("title", title, &entry.title), ("artist", artist, &entry.artist)]
                {
                    if !here.trim().is_empty() && !there.trim().is_empty() && !same(here, there) {
                        let line = entry.line;
                        problems.push(format!("{isrc} has the {what} {there:?} in line {line} of the ledger, the file has {here:?}"));
                    }
                }
                if title.trim().is_empty() || entry.title.trim().is_empty() {
                    remarks
                        .push("neither its hash nor a title says that it is the ledger's recording".into());
                }
            }
        }
        if let Some(other) = history.find_by_hash(sha256).filter(|other| other.isrc != isrc) {
            problems.push(format!("the ledger gave {} to this very file (line {})", other.isrc, other.line));
        }
    }
    Verified { found, isrc, ledger_line: entry.map(|entry| entry.line), problems, remarks }
}
