//! Records of a ledger: one a line, each with a checksum.
//!
//! ```text
//! <first 16 digits of the SHA-256 of the JSON> <tab> <JSON object> <line feed>
//! ```
//!
//! A line whose checksum fails was torn off by a crash or changed by hand; nothing in it is believed. In the texts of strangers every
//! sign that means something to a shell is escaped as JSON has it (`$` is `\u0024`), so that a ledger that a shell comes to read runs
//! nothing.
//!
//! ```
//! use lacquer_isrc::record::Record;
//!
//! let line = Record::Ledger { version: 1 }.to_line();
//! assert_eq!(Record::from_line(line.trim_end().as_bytes()), Ok(Record::Ledger { version: 1 }));
//! assert!(Record::from_line(line.replace('1', "2").trim_end().as_bytes()).is_err());
//! ```

use super::Isrc;
use lacquer_storage::hash::sha256;
use serde::{Deserialize, Serialize};
use serde_json::ser::{CharEscape, Formatter};
use std::io::{self, Write};

/// Digits of the checksum.
const CHECKSUM_DIGITS: usize = 16;

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case", deny_unknown_fields)]
pub enum Record {
    /// The first line: that the file is a ledger, and of which form.
    Ledger {
        /// 1.
        version: u32,
    },
    /// The designations that may be given for a prefix and a year.
    Range {
        /// Five signs.
        prefix: String,
        /// 0 to 99.
        year: u32,
        /// The first designation.
        first: u32,
        /// The last designation.
        last: u32,
        /// When it was declared, ISO 8601.
        date: String,
    },
    /// A code and what it stands for.
    Code {
        /// The code.
        isrc: Isrc,
        /// The recording's title.
        title: String,
        /// Who performs it.
        artist: String,
        /// SHA-256 of the file it was given for.
        sha256: Option<String>,
        /// When it was recorded, ISO 8601.
        date: String,
        /// Where it comes from.
        origin: Origin,
    },
    /// A further file of a recording that has its code.
    File {
        /// The code.
        isrc: Isrc,
        /// SHA-256 of the file.
        sha256: String,
        /// When it was recorded, ISO 8601.
        date: String,
    },
    /// Lines that a crash tore off before their code was handed out, seen and closed by the append that followed.
    Torn {
        /// Their numbers, from 1.
        lines: Vec<usize>,
        /// When, ISO 8601.
        date: String,
    },
    /// Damaged lines that a person has decided to live with.
    Accepted {
        /// Their numbers, from 1.
        lines: Vec<usize>,
        /// When, ISO 8601.
        date: String,
    },
}

/// Where a code comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Allocated by this ledger.
    Issued,
    /// Given elsewhere and read from a file or a list.
    Imported,
}

impl Record {
    /// The record as a line, with its line feed.
    pub fn to_line(&self) -> String {
        line_of(self)
    }

    /// The record in a line without its line feed.
    ///
    /// # Errors
    /// What is wrong with it, in words: its form, its checksum or what it holds.
    pub fn from_line(line: &[u8]) -> Result<Self, &'static str> {
        value_of(line)
    }
}

/// A value as a line with its checksum and its line feed.
pub(super) fn line_of(value: &impl Serialize) -> String {
    let mut json = Vec::new();
    // Neither a map with odd keys nor a failing writer is involved: this does not fail.
    let _ = value.serialize(&mut serde_json::Serializer::with_formatter(&mut json, ShellSafe));
    let json = String::from_utf8(json).unwrap_or_default();
    format!("{}\t{json}\n", &sha256(json.as_bytes())[..CHECKSUM_DIGITS])
}

/// The value in a line without its line feed, or what is wrong with it.
pub(super) fn value_of<T: for<'de> Deserialize<'de>>(line: &[u8]) -> Result<T, &'static str> {
    let line = std::str::from_utf8(line).map_err(|_| "it is not text")?;
    let (checksum, json) = line.split_once('\t').ok_or("it has no checksum")?;
    if checksum != &sha256(json.as_bytes())[..CHECKSUM_DIGITS] {
        return Err("its checksum does not fit");
    }
    serde_json::from_str(json).map_err(|_| "it is no record that this version knows")
}

/// Compact JSON whose strings hold nothing that a shell acts on.
struct ShellSafe;

impl Formatter for ShellSafe {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(is_shells) {
            let (before, from) = rest.split_at(at);
            writer.write_all(before.as_bytes())?;
            let sign = from.as_bytes()[0];
            write!(writer, "\\u{sign:04x}")?;
            rest = &from[1..];
        }
        writer.write_all(rest.as_bytes())
    }

    fn write_char_escape<W: ?Sized + Write>(&mut self, writer: &mut W, escape: CharEscape) -> io::Result<()> {
        let sign = match escape {
            CharEscape::Quote => b'"',
            CharEscape::ReverseSolidus => b'\\',
            CharEscape::Solidus => b'/',
            CharEscape::Backspace => 8,
            CharEscape::FormFeed => 12,
            CharEscape::LineFeed => b'\n',
            CharEscape::CarriageReturn => b'\r',
            CharEscape::Tab => b'\t',
            CharEscape::AsciiControl(sign) => sign,
        };
        write!(writer, "\\u{sign:04x}")
    }
}

/// Whether a sign is one of a shell's: of every ASCII sign but letters, digits and the few that no shell minds.
fn is_shells(c: char) -> bool {
    c.is_ascii()
        && !c.is_ascii_alphanumeric()
        && !matches!(c, ' ' | '-' | '_' | '.' | ',' | ':' | '/' | '@' | '%' | '+')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ledger_is_nothing_to_a_shell() {
        let title = "\"$(touch x)\" `touch y`; touch z | w & 'v' > u < t * ? ~ # ! \\ {a,b} [c] (d) = ^";
        let record = Record::Code {
            isrc: Isrc::new("AA6Q7", 26, 3).unwrap(),
            title: title.into(),
            artist: "\u{7f}'$HOME\u{9b}".into(),
            sha256: None,
            date: "2026-11-25".into(),
            origin: Origin::Issued,
        };
        let line = record.to_line();
        let json = line.split_once('\t').unwrap().1.trim_end();
        for sign in "$`;&|<>()'!*?~#=^".chars() {
            assert!(!json.contains(sign), "{sign} stands in {json}");
        }
        assert_eq!(Record::from_line(line.trim_end().as_bytes()), Ok(record));
        // As earlier versions wrote it.
        let old = r#"{"record":"ledger","version":1}"#;
        let line = format!("{}\t{old}", &sha256(old.as_bytes())[..CHECKSUM_DIGITS]);
        assert_eq!(Record::from_line(line.as_bytes()), Ok(Record::Ledger { version: 1 }));
    }

    #[test]
    fn a_record_survives_its_line_and_no_change_of_a_byte() {
        let record = Record::Code {
            isrc: Isrc::new("AA6Q7", 26, 3).unwrap(),
            title: "Tab\there, line\nfeed, \u{1F3B5}".into(),
            artist: String::new(),
            sha256: None,
            date: "2026-11-25".into(),
            origin: Origin::Issued,
        };
        let line = record.to_line();
        assert_eq!(line.matches('\n').count(), 1);
        let bytes = line.trim_end_matches('\n').as_bytes();
        assert_eq!(Record::from_line(bytes), Ok(record));
        for n in 0..bytes.len() {
            let mut changed = bytes.to_vec();
            changed[n] ^= 1;
            assert!(Record::from_line(&changed).is_err(), "byte {n}");
            assert!(Record::from_line(&bytes[..n]).is_err(), "cut at {n}");
        }
    }
}
