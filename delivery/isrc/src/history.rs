//! What the bytes of a ledger say, however damaged they are.
//!
//! ```
//! use lacquer_isrc::history::History;
//! use lacquer_isrc::record::{Origin, Record};
//!
//! let record = Record::Code {
//!     isrc: "AA6Q72600000".parse()?,
//!     title: "Song".into(),
//!     artist: "Me".into(),
//!     sha256: None,
//!     date: "2026-01-01".into(),
//!     origin: Origin::Issued,
//! };
//! let mut bytes = Record::Ledger { version: 1 }.to_line().into_bytes();
//! bytes.extend(record.to_line().bytes());
//! let history = History::read(&bytes, 1);
//! assert_eq!(history.find_by_title("Song", "Me").map(|entry| entry.isrc.designation()), Some(0));
//! assert_eq!(history.open_damages().count(), 0);
//! # Ok::<(), lacquer_isrc::IsrcError>(())
//! ```

use super::Isrc;
use super::record::{Origin, Record};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap, HashSet};

/// What a repair closes a torn line with. No whole line ends in it, so that a repair that is torn off itself is known again.
pub const TORN_MARK: u8 = b'~';

/// A code of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The code.
    pub isrc: Isrc,
    /// The recording's title; may be empty for an imported code.
    pub title: String,
    /// Who performs it; may be empty for an imported code.
    pub artist: String,
    /// SHA-256 of each file that is known to be the recording.
    pub sha256: Vec<String>,
    /// When it was recorded, ISO 8601.
    pub date: String,
    /// Where it comes from.
    pub origin: Origin,
    /// Line of the ledger, from 1.
    pub line: usize,
}

/// Designations that may be given, first and last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Range {
    /// The first.
    pub first: u32,
    /// The last.
    pub last: u32,
}

/// Why a damaged line no longer stands in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// It was torn off by a crash: its code never left the process.
    Torn,
    /// A person accepted it.
    Accepted,
}

/// A line that cannot be believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// Its number, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: &'static str,
    /// Codes that can still be read in it: they are never given again.
    pub codes: Vec<Isrc>,
    /// Whether it has been settled since.
    pub settled: Option<Settled>,
}

/// A ledger's lines, read.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// The codes in the order of their lines.
    pub entries: Vec<Entry>,
    /// The ranges by prefix and year.
    pub ranges: BTreeMap<(String, u32), Range>,
    /// Damaged lines.
    pub damages: Vec<Damage>,
    /// Lines that are good but contradict earlier ones, and how.
    pub contradictions: Vec<(usize, String)>,
    /// Codes that stand anywhere in the file, in good lines or in damaged ones.
    used: HashSet<Isrc>,
    /// Place of each code in `entries`.
    places: HashMap<Isrc, usize>,
    /// Numbers of the damaged lines at the very end, which the next append settles.
    pub torn: Vec<usize>,
    /// Whether the last line lacks its line feed.
    pub open_end: bool,
}

impl History {
    /// Reads everything after the ledger's first line.
    pub fn read(bytes: &[u8], first_line: usize) -> Self {
        let mut history =
            Self { open_end: bytes.last().is_some_and(|byte| *byte != b'\n'), ..Self::default() };
        let mut lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
        // What follows the last line feed is a line only if there is something.
        if lines.last().is_some_and(|line| line.is_empty()) {
            lines.pop();
        }
        let mut settled: HashMap<usize, Settled> = HashMap::new();
        for (line, bytes) in (first_line..).zip(&lines) {
            match Record::from_line(bytes) {
                Ok(record) => history.take(line, record, &mut settled),
                Err(reason) => {
                    let codes = Isrc::find_all(&String::from_utf8_lossy(bytes));
                    history.used.extend(&codes);
                    history.damages.push(Damage { line, reason, codes, settled: None });
                }
            }
        }
        for damage in &mut history.damages {
            damage.settled = settled.get(&damage.line).copied();
        }
        // A crash tears off the end. Lines before it in a row that a repair closed were torn off in turn, and so were the repairs.
        let is_torn = |line: usize| {
            let last = line == first_line + lines.len() - 1;
            last && history.open_end || lines[line - first_line].ends_with(&[TORN_MARK])
        };
        let damaged: HashSet<usize> = history.damages.iter().map(|damage| damage.line).collect();
        let end = first_line + lines.len();
        let mut torn: Vec<usize> =
            (first_line..end).rev().take_while(|line| damaged.contains(line) && is_torn(*line)).collect();
        torn.reverse();
        history.torn = torn;
        history
    }

    /// Takes a record that is about to be written. Its line is not known yet and reads as 0.
    pub fn add(&mut self, record: Record) {
        self.take(0, record, &mut HashMap::new());
    }

    fn take(&mut self, line: usize, record: Record, settled: &mut HashMap<usize, Settled>) {
        match record {
            Record::Ledger { .. } => {
                self.contradictions.push((line, "it begins the ledger a second time".into()))
            }
            Record::Range { prefix, year, first, last, .. } => {
                let range = Range { first, last };
                let earlier = *self.ranges.entry((prefix, year)).or_insert(range);
                if earlier != range {
                    let text = format!("its range {first}-{last} is not {}-{}", earlier.first, earlier.last);
                    self.contradictions.push((line, text));
                }
            }
            Record::Code { isrc, title, artist, sha256, date, origin } => {
                self.used.insert(isrc);
                if let Some(place) = self.places.get(&isrc) {
                    let earlier = self.entries[*place].line;
                    self.contradictions
                        .push((line, format!("it gives {isrc} again, which line {earlier} has")));
                    return;
                }
                self.places.insert(isrc, self.entries.len());
                let sha256 = sha256.into_iter().collect();
                self.entries.push(Entry { isrc, title, artist, sha256, date, origin, line });
            }
            Record::File { isrc, sha256, .. } => match self.places.get(&isrc) {
                Some(place) => self.entries[*place].sha256.push(sha256),
                None => {
                    self.used.insert(isrc);
                    self.contradictions
                        .push((line, format!("it adds a file to {isrc}, which no line before has")));
                }
            },
            Record::Torn { lines, .. } => settled.extend(lines.into_iter().map(|n| (n, Settled::Torn))),
            Record::Accepted { lines, .. } => {
                settled.extend(lines.into_iter().map(|n| (n, Settled::Accepted)))
            }
        }
    }

    /// The entry of a code.
    pub fn find(&self, isrc: Isrc) -> Option<&Entry> {
        self.places.get(&isrc).map(|place| &self.entries[*place])
    }

    /// The last entry for a file with this SHA-256.
    pub fn find_by_hash(&self, sha256: &str) -> Option<&Entry> {
        self.entries.iter().rev().find(|entry| entry.sha256.iter().any(|known| known == sha256))
    }

    /// The last entry with this title and artist, whatever the case. An empty title is no title.
    pub fn find_by_title(&self, title: &str, artist: &str) -> Option<&Entry> {
        if title.trim().is_empty() {
            return None;
        }
        self.entries.iter().rev().find(|entry| same(&entry.title, title) && same(&entry.artist, artist))
    }

    /// The latest date of any code, ISO 8601; none in an empty ledger.
    pub fn latest_date(&self) -> Option<&str> {
        self.entries.iter().map(|entry| entry.date.as_str()).max()
    }

    /// The damaged lines that nothing has settled and that are not the torn end.
    pub fn open_damages(&self) -> impl Iterator<Item = &Damage> {
        self.damages.iter().filter(|damage| damage.settled.is_none() && !self.torn.contains(&damage.line))
    }

    /// The next `count` designations of a range, each after the last one issued and standing nowhere in the file.
    /// `given` is the highest designation that is known from elsewhere to have been given: none up to it is given again.
    ///
    /// # Errors
    /// How many are left, where those are fewer.
    pub fn next(
        &self,
        prefix: &str,
        year: u32,
        range: Range,
        count: usize,
        given: Option<u32>,
    ) -> Result<Vec<Isrc>, usize> {
        let issued = self.entries.iter().filter(|entry| {
            entry.origin == Origin::Issued
                && entry.isrc.prefix() == prefix
                && entry.isrc.year() == year
                && (range.first..=range.last).contains(&entry.isrc.designation())
        });
        let highest = issued.max_by_key(|entry| entry.isrc.designation());
        let (last_line, next) = highest.map_or((0, range.first), |e| (e.line, e.isrc.designation() + 1));
        // Each accepted line after it may have held a code that was handed out and can no longer be read.
        let lost = self.damages.iter().filter(|damage| {
            damage.line > last_line && damage.settled == Some(Settled::Accepted) && damage.codes.is_empty()
        });
        let start = next
            .saturating_add(lost.count().try_into().unwrap_or(u32::MAX))
            .max(given.filter(|given| *given >= range.first).map_or(0, |given| given.saturating_add(1)));
        let free = (start..=range.last).filter_map(|designation| Isrc::new(prefix, year, designation).ok());
        let codes: Vec<Isrc> = free.filter(|code| !self.used.contains(code)).take(count).collect();
        if codes.len() < count { Err(codes.len()) } else { Ok(codes) }
    }
}

/// Whether two names are the same but for case and space around them.
pub fn same(a: &str, b: &str) -> bool {
    a.trim().to_lowercase() == b.trim().to_lowercase()
}
