//! The ledger: an append-only text file of the codes that were given, and the only place that gives new ones.
//!
//! ```text
//! lock -> read all lines -> choose the code -> append -> fsync -> unlock -> tell
//! ```
//!
//! The lock is the operating system's on the file itself, so that any number of processes may allocate at once, and a process that
//! dies lets it go. A code is told only after its line is on the disk. A line that a crash tore off is closed and marked by the
//! next append; a line damaged elsewhere stops allocation until a person accepts it, for it may hold the highest code. A ledger that is
//! older than what it gave (`anchor.rs`) and a clock that cannot be right stop it as well.

mod error;
mod import;

pub use error::LedgerError;
pub use import::{Import, Imported};

use super::Isrc;
use super::anchor::Anchor;
use super::date::Date;
use super::history::{Damage, Entry, History, Range, TORN_MARK};
use super::record::{Origin, Record};
use lacquer_storage::hash::is_sha256;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// A ledger's size beyond which it is no ledger, bytes: 100 years of a prefix have less.
const MOST_BYTES: u64 = 1 << 30;
/// Signs of a title or an artist.
const MOST_SIGNS: usize = 1000;
/// The form of ledgers that is written and read.
const VERSION: u32 = 1;

/// A ledger in a file.
#[derive(Debug, Clone)]
pub struct Ledger {
    path: PathBuf,
    today: Date,
}

/// What a code is wanted for.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The prefix; without it the ledger's, if it has one alone.
    pub prefix: Option<String>,
    /// The year of assignment, 0 to 99; without it this year.
    pub year: Option<u32>,
    /// The first and last designation that may be given. Needed once for a prefix and a year.
    pub range: Option<(u32, u32)>,
    /// The recording's title.
    pub title: String,
    /// Who performs it.
    pub artist: String,
    /// SHA-256 of the recording's file, 64 hexadecimal digits in lower case.
    pub sha256: Option<String>,
    /// Gives a new code even if the file has one.
    pub again: bool,
}

/// A code that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// The code.
    pub isrc: Isrc,
    /// Whether it is new; else the file had it already.
    pub is_new: bool,
    /// What a person has to decide on, in sentences.
    pub warnings: Vec<String>,
}

impl Ledger {
    /// The ledger in `path`, which need not exist: the first code begins it.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), today: Date::today() }
    }

    /// The same with another day as today.
    pub fn on(self, today: Date) -> Self {
        Self { today, ..self }
    }

    /// Its file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads it, waiting while another process writes. A ledger that does not exist is empty.
    ///
    /// # Errors
    /// [`LedgerError::File`] and [`LedgerError::NotLedger`]; damaged lines are part of what is read.
    pub fn read(&self) -> Result<History, LedgerError> {
        let mut file = match open_without_waiting(File::options().read(true), &self.path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(History::default()),
            opened => opened.map_err(self.failed("opened"))?,
        };
        file.lock_shared().map_err(self.failed("locked"))?;
        Ok(self.read_locked(&mut file)?.0)
    }

    /// The entry for a file with this SHA-256.
    ///
    /// # Errors
    /// As [`Ledger::read`].
    pub fn find_by_hash(&self, sha256: &str) -> Result<Option<Entry>, LedgerError> {
        Ok(self.read()?.find_by_hash(sha256).cloned())
    }

    /// Gives a code, or the one that the file has. It is on the disk when this returns.
    ///
    /// # Errors
    /// Every [`LedgerError`] but [`LedgerError::Conflict`]; then nothing was given.
    pub fn allocate(&mut self, request: &Request) -> Result<Isrc, LedgerError> {
        let issued = self.issue(request, 1)?;
        // One was asked for, and so one is there.
        issued.first().map(|issued| issued.isrc).ok_or_else(|| LedgerError::NotLedger {
            path: self.path.clone(),
            reason: "it gave no code".into(),
        })
    }

    /// Gives `count` codes for as many recordings of the same title, all of them or none.
    ///
    /// # Errors
    /// As [`Ledger::allocate`].
    pub fn issue(&mut self, request: &Request, count: usize) -> Result<Vec<Issued>, LedgerError> {
        check_texts(&request.title, &request.artist, request.sha256.as_deref())?;
        self.append(|ledger, history, anchor| {
            let mut warnings = Vec::new();
            if let Some(entry) = request.sha256.as_deref().and_then(|hash| history.find_by_hash(hash)) {
                let (isrc, line) = (entry.isrc, entry.line);
                let known = format!("the file has {isrc} already ({:?}, line {line} of the ledger)", entry.title);
                if !request.again {
                    let warnings = vec![format!("{known}; a new recording, mix or edit needs --again")];
                    return Ok((Vec::new(), vec![Issued { isrc, is_new: false, warnings }]));
                }
                warnings.push(known);
            } else if let Some(entry) = history.find_by_title(&request.title, &request.artist) {
                warnings.push(format!(
                    "{:?} by {:?} has {} already: a new mix, edit or duration needs a new code, a remaster is yours to decide",
                    entry.title, entry.artist, entry.isrc
                ));
            }
            let (prefix, year) = ledger.prefix_and_year(history, request)?;
            let (range, mut records) = ledger.range(history, request, &prefix, year)?;
            let given = anchor.highest(&prefix, year);
            let missing = anchor.missing(history);
            if missing > 0 {
                let last = given.and_then(|given| Isrc::new(&prefix, year, given).ok());
                let last = last.map_or_else(|| "codes of another year".to_owned(), |code| code.to_string());
                return Err(LedgerError::Older { path: ledger.path.clone(), missing, last });
            }
            let codes = history.next(&prefix, year, range, count, given).map_err(|left| LedgerError::Spent {
                path: ledger.path.clone(),
                prefix,
                year,
                range,
                wanted: count,
                left,
            })?;
            records.extend(codes.iter().map(|isrc| Record::Code {
                isrc: *isrc,
                title: request.title.clone(),
                artist: request.artist.clone(),
                sha256: request.sha256.clone(),
                date: ledger.today.to_string(),
                origin: Origin::Issued,
            }));
            let issued = codes.into_iter().map(|isrc| Issued { isrc, is_new: true, warnings: warnings.clone() });
            Ok((records, issued.collect()))
        })
    }

    /// Takes codes from elsewhere, all of them or, if one contradicts the ledger or another, none. The same code for further files
    /// of a recording is no contradiction; another title or artist, or another code for the same file, is one.
    ///
    /// # Errors
    /// [`LedgerError::Conflict`], [`LedgerError::Damaged`], [`LedgerError::File`], [`LedgerError::NotLedger`] and
    /// [`LedgerError::Text`].
    pub fn import(&mut self, imports: &[Import]) -> Result<Imported, LedgerError> {
        for import in imports {
            check_texts(&import.title, &import.artist, import.sha256.as_deref())?;
        }
        self.append(|ledger, history, _| {
            // What is to be written, read back as it will stand, so that imports are checked against each other as well.
            let (mut known, mut records) = (history.clone(), Vec::new());
            let mut done = Imported { added: 0, linked: 0, known: 0 };
            for import in imports {
                let record = import::record(&known, import, ledger.today)?;
                match &record {
                    Some(Record::File { .. }) => done.linked += 1,
                    Some(_) => done.added += 1,
                    None => done.known += 1,
                }
                if let Some(record) = record {
                    known.add(record.clone());
                    records.push(record);
                }
            }
            Ok((records, done))
        })
    }

    /// Settles every damaged line; each will cost a code, since it may have held one. Gives their number. A ledger that lacks codes
    /// that it gave is taken as it is, and goes on after the highest of them.
    ///
    /// # Errors
    /// [`LedgerError::File`] and [`LedgerError::NotLedger`].
    pub fn accept_damage(&mut self) -> Result<usize, LedgerError> {
        self.append_to(true, |ledger, history, _| {
            let lines: Vec<usize> = history.open_damages().map(|damage| damage.line).collect();
            let count = lines.len();
            let accepted = Record::Accepted { lines, date: ledger.today.to_string() };
            Ok((if count > 0 { vec![accepted] } else { Vec::new() }, count))
        })
    }

    fn prefix_and_year(&self, history: &History, request: &Request) -> Result<(String, u32), LedgerError> {
        let prefix = match &request.prefix {
            Some(prefix) => prefix.trim().replace('-', "").to_ascii_uppercase(),
            None => {
                let mut prefixes: Vec<&str> =
                    history.ranges.keys().map(|(prefix, _)| prefix.as_str()).collect();
                prefixes.dedup();
                match prefixes.as_slice() {
                    [prefix] => (*prefix).to_owned(),
                    known => {
                        let known = if known.is_empty() { "no prefix".into() } else { known.join(" and ") };
                        return Err(LedgerError::WhichPrefix { path: self.path.clone(), known });
                    }
                }
            }
        };
        let year = match request.year {
            Some(year) => year,
            None => self.year_of_the_clock(history)?,
        };
        // A prefix and a year that can be part of a code.
        Isrc::new(&prefix, year, 0)?;
        Ok((prefix, year))
    }

    /// This year, if the clock can be believed: a code's year is for ever.
    fn year_of_the_clock(&self, history: &History) -> Result<u32, LedgerError> {
        let today = self.today;
        let later = history.latest_date().filter(|date| *date > today.to_string().as_str());
        let doubt = match later {
            Some(date) => format!("but the ledger has codes of {date}"),
            None if !today.is_credible() => "which is far from the year of this version".to_owned(),
            None => return Ok(today.year % 100),
        };
        Err(LedgerError::Clock { path: self.path.clone(), today, doubt })
    }

    /// The range of a prefix and year, and the records that declare it if it is new.
    fn range(
        &self,
        history: &History,
        request: &Request,
        prefix: &str,
        year: u32,
    ) -> Result<(Range, Vec<Record>), LedgerError> {
        let declared = history.ranges.get(&(prefix.to_owned(), year)).copied();
        let (path, prefix) = (self.path.clone(), prefix.to_owned());
        match (request.range, declared) {
            (None, None) => Err(LedgerError::NoRange { path, prefix, year }),
            (None, Some(declared)) => Ok((declared, Vec::new())),
            (Some((first, last)), _) if first > last || last > 99_999 => {
                Err(LedgerError::BadRange { first, last })
            }
            (Some((first, last)), Some(declared)) if declared == (Range { first, last }) => {
                Ok((declared, Vec::new()))
            }
            (Some((first, last)), Some(declared)) => {
                let given = Range { first, last };
                Err(LedgerError::OtherRange { path, prefix, year, declared, given })
            }
            (Some((first, last)), None) => {
                let date = self.today.to_string();
                Ok((Range { first, last }, vec![Record::Range { prefix, year, first, last, date }]))
            }
        }
    }

    fn append<T>(
        &mut self,
        choose: impl FnOnce(&Self, &History, &Anchor) -> Result<(Vec<Record>, T), LedgerError>,
    ) -> Result<T, LedgerError> {
        self.append_to(false, choose)
    }

    /// Reads the ledger under its lock, lets `choose` say what is to be written, and writes it to the disk.
    fn append_to<T>(
        &mut self,
        damage_accepted: bool,
        choose: impl FnOnce(&Self, &History, &Anchor) -> Result<(Vec<Record>, T), LedgerError>,
    ) -> Result<T, LedgerError> {
        // Not `append`: on Windows such a file cannot be shortened again. Under the lock its end stays where it is.
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let mut file = open_without_waiting(&mut options, &self.path).map_err(self.failed("opened"))?;
        file.lock().map_err(self.failed("locked"))?;
        let (history, begun_bytes) = self.read_locked(&mut file)?;
        if let Some(Damage { line, reason, .. }) = history.open_damages().next().filter(|_| !damage_accepted)
        {
            return Err(LedgerError::Damaged { path: self.path.clone(), line: *line, reason });
        }
        let mut anchor = Anchor::read(&self.path).unwrap_or_default();
        if damage_accepted && anchor.missing(&history) > 0 {
            anchor.accept(&history);
            anchor.write(&self.path).map_err(self.failed("accepted"))?;
        }
        let (records, result) = choose(self, &history, &anchor)?;
        if records.is_empty() {
            return Ok(result);
        }
        let head = head();
        let mut text = head.as_bytes().get(begun_bytes..).unwrap_or_default().to_vec();
        if !history.torn.is_empty() {
            if history.open_end {
                text.extend([TORN_MARK, b'\n']);
            }
            let torn = Record::Torn { lines: history.torn.clone(), date: self.today.to_string() };
            text.extend(torn.to_line().bytes());
        } else if history.open_end {
            text.push(b'\n');
        }
        text.extend(records.iter().flat_map(|record| record.to_line().into_bytes()));
        let length = file.seek(SeekFrom::End(0)).map_err(self.failed("read"))?;
        if let Err(error) = file.write_all(&text).and_then(|()| file.sync_all()) {
            // A full disk leaves no half line where that can be helped; else the next append closes it.
            let _ = file.set_len(length);
            return Err(self.failed("written")(error));
        }
        if length == 0 {
            self.sync_folder();
        }
        let mut history = history;
        records.into_iter().for_each(|record| history.add(record));
        anchor.take(&history);
        // The codes are on the disk and may be told; the anchor before this one is true still.
        let _ = anchor.write(&self.path);
        Ok(result)
    }

    /// What an open and locked ledger says, and how many bytes of its first line are there.
    fn read_locked(&self, file: &mut File) -> Result<(History, usize), LedgerError> {
        let not_ledger =
            |reason: &str| LedgerError::NotLedger { path: self.path.clone(), reason: reason.into() };
        let about = file.metadata().map_err(self.failed("read"))?;
        if !about.is_file() {
            return Err(not_ledger("it is no file"));
        }
        if about.len() > MOST_BYTES {
            return Err(not_ledger("it is larger than 1 GiB"));
        }
        let mut bytes = Vec::new();
        file.take(MOST_BYTES).read_to_end(&mut bytes).map_err(self.failed("read"))?;
        let head = head();
        match bytes.strip_prefix(head.as_bytes()) {
            Some(lines) => Ok((History::read(lines, 2), head.len())),
            // A crash while it was begun.
            None if head.as_bytes().starts_with(&bytes) => Ok((History::default(), bytes.len())),
            None => Err(not_ledger("its first line is not a ledger's")),
        }
    }

    fn failed(&self, doing: &'static str) -> impl Fn(std::io::Error) -> LedgerError {
        let path = self.path.clone();
        move |source| LedgerError::File { path: path.clone(), doing, source }
    }

    /// A new file is on the disk only when its folder is. Where folders cannot be opened (Windows) this is not needed.
    fn sync_folder(&self) {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        if let Ok(folder) = File::open(folder.unwrap_or(Path::new("."))) {
            let _ = folder.sync_all();
        }
    }
}

/// Opens a file without waiting for the other end of a pipe.
fn open_without_waiting(options: &mut OpenOptions, path: &Path) -> std::io::Result<File> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
    }
    options.open(path)
}

/// The first line of every ledger.
fn head() -> String {
    Record::Ledger { version: VERSION }.to_line()
}

fn check_texts(title: &str, artist: &str, sha256: Option<&str>) -> Result<(), LedgerError> {
    for (what, text) in [("title", title), ("artist", artist)] {
        if text.chars().count() > MOST_SIGNS {
            let text = text.chars().take(40).collect();
            return Err(LedgerError::Text { what, text, reason: "longer than 1000 signs; shorten it" });
        }
    }
    match sha256.filter(|hash| !is_sha256(hash)) {
        Some(hash) => Err(LedgerError::Text {
            what: "SHA-256",
            text: hash.chars().take(80).collect(),
            reason: "not 64 hexadecimal digits in lower case",
        }),
        None => Ok(()),
    }
}
