//! Everything that a ledger can refuse, in words for the one who asked.

use crate::IsrcError;
use crate::date::Date;
use crate::history::Range;
use std::path::PathBuf;

/// Why a ledger gives nothing.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The file cannot be opened, read, locked or written.
    #[error("{}: the ledger cannot be {doing}: {source}", path.display())]
    File {
        /// The ledger.
        path: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// Why not.
        source: std::io::Error,
    },
    /// The file is something else.
    #[error("{}: not a ledger ({reason}); give the file that `lacquer isrc new` began, or a new name", path.display())]
    NotLedger {
        /// The file.
        path: PathBuf,
        /// What speaks against it.
        reason: String,
    },
    /// A line in the middle is damaged.
    #[error("{}: line {line} is damaged ({reason}), and it may hold a code; restore the ledger from a backup, or leave out a code for it with --accept-damage", path.display())]
    Damaged {
        /// The ledger.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The ledger has fewer codes than it had.
    #[error("{}: older than the codes that it gave: {missing} of them, up to {last}, are missing, as after a restored backup; restore a newer one, or take the codes in from the files' tags with `lacquer isrc import`, or go on after {last} with --accept-damage", path.display())]
    Older {
        /// The ledger.
        path: PathBuf,
        /// Codes that it lacks.
        missing: usize,
        /// The highest code that is known to be given.
        last: String,
    },
    /// The clock says a day that cannot be right.
    #[error("{}: the clock says {today}, {doubt}; set the clock, or say the year of assignment: --year (in an album --isrc-year)", path.display())]
    Clock {
        /// The ledger.
        path: PathBuf,
        /// What it says.
        today: Date,
        /// What speaks against it.
        doubt: String,
    },
    /// No range is known for the prefix and year.
    #[error("{}: no range is declared for prefix {prefix} and year {year:02}; declare it once with --prefix {prefix} --year {year:02} --range FIRST-LAST", path.display())]
    NoRange {
        /// The ledger.
        path: PathBuf,
        /// The prefix.
        prefix: String,
        /// The year.
        year: u32,
    },
    /// The ledger has no prefix or several.
    #[error("{}: the ledger has {known}; say which with --prefix, for instance --prefix AA6Q7", path.display())]
    WhichPrefix {
        /// The ledger.
        path: PathBuf,
        /// The prefixes it has.
        known: String,
    },
    /// A range that was declared otherwise before.
    #[error("{}: the range of {prefix} {year:02} is {}-{} and stays so; leave --range out, got {}-{}", path.display(), declared.first, declared.last, given.first, given.last)]
    OtherRange {
        /// The ledger.
        path: PathBuf,
        /// The prefix.
        prefix: String,
        /// The year.
        year: u32,
        /// What was declared.
        declared: Range,
        /// What was given.
        given: Range,
    },
    /// A range that is none.
    #[error("--range {first}-{last}: give two numbers of 0 to 99999, the smaller one first")]
    BadRange {
        /// The first.
        first: u32,
        /// The last.
        last: u32,
    },
    /// The range has no more codes.
    #[error("{}: {wanted} code(s) wanted, {left} left in {}-{} of prefix {prefix}, year {year:02}; take a new year or ask the agency for another prefix", path.display(), range.first, range.last)]
    Spent {
        /// The ledger.
        path: PathBuf,
        /// The prefix.
        prefix: String,
        /// The year.
        year: u32,
        /// The range.
        range: Range,
        /// Codes that were wanted.
        wanted: usize,
        /// Codes that are left.
        left: usize,
    },
    /// A prefix, year or designation cannot be part of a code.
    #[error(transparent)]
    Isrc(#[from] IsrcError),
    /// A text that no ledger needs.
    #[error("{what} {text:?}: {reason}")]
    Text {
        /// Which text.
        what: &'static str,
        /// How it begins.
        text: String,
        /// What is wrong, and what to do.
        reason: &'static str,
    },
    /// An imported code that says something else than the ledger.
    #[error(
        "{import}: {conflict}; nothing was imported: correct the tag or the list, or import it into another ledger"
    )]
    Conflict {
        /// Where the code was read.
        import: String,
        /// What contradicts what.
        conflict: String,
    },
}
