//! Reads an album file and checks it, line by line: what a person gets wrong is named with its place and what to give instead.

mod track;

use super::error::AlbumError;
use super::file::{Aim, Album, IsrcRequest, Mode, Output, Papers, Track};
use super::findings;
use super::sections::{AlbumSection, Document, Names};
use crate::toml_places::{Places, Step, Wrong};
use lacquer_disc::upc;
use lacquer_dsp::targets;
use lacquer_files::decode::Limits;
use lacquer_files::error::SAMPLE_RATES;
use lacquer_isrc::Isrc;
use lacquer_song::master::LimiterMode;
use lacquer_storage::confined::goes_down;
use lacquer_storage::regular_file::read_regular_text;
use std::collections::{BTreeSet, HashMap};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

/// Largest album file that is read, bytes.
const LARGEST_BYTES: u64 = 1 << 20;
/// Most tracks of an album.
const MOST_TRACKS: usize = 999;
/// Where nothing is said: the loudest track of an album by AES TD1008, LUFS, and the ceiling, dBTP.
const DEFAULT_TARGET_LUFS: f64 = -14.0;
const DEFAULT_CEILING_DBTP: f64 = -1.0;
/// Where codes are kept where nothing is said.
const DEFAULT_LEDGER: &str = "isrc.ledger";
/// What the name of a ledger ends in.
const LEDGER_EXTENSION: &str = "ledger";
/// Silence before a track where nothing is said, s.
const DEFAULT_GAP_S: f64 = 2.0;

/// Reads an album file.
pub fn read(path: &Path) -> Result<Album, AlbumError> {
    let text = read_regular_text(path, LARGEST_BYTES)
        .map_err(|source| AlbumError::Read { path: path.to_owned(), source })?;
    parse(path, &text)
}

/// Reads an album from text; `path` names it in messages, and paths in it are relative to its folder.
pub fn parse(path: &Path, text: &str) -> Result<Album, AlbumError> {
    let refused = |Wrong { line, reason }| AlbumError::Parse { path: path.to_owned(), line, reason };
    let places = Places::read(text).map_err(refused)?;
    let document: Document = toml::from_str(text).map_err(|error| refused(Wrong::new(text, &error)))?;
    Reader { path, places }.album(&document)
}

/// Checks a document.
struct Reader<'a> {
    path: &'a Path,
    places: Places<'a>,
}

impl Reader<'_> {
    /// What is wrong with a key, in the nth table of tracks (from 1) or in that of the album; dots lead into tables within it.
    fn wrong(&self, track: Option<usize>, key: &str, reason: impl Into<String>) -> AlbumError {
        let table = track
            .map_or([Step::Key("album")].to_vec(), |track| vec![Step::Key("track"), Step::Entry(track - 1)]);
        self.wrong_at(&table, track, key, reason)
    }

    /// As [`Reader::wrong`], in a table that these steps lead to.
    fn wrong_at(
        &self,
        table: &[Step],
        track: Option<usize>,
        key: &str,
        reason: impl Into<String>,
    ) -> AlbumError {
        let steps: Vec<Step> = table.iter().copied().chain(key.split('.').map(Step::Key)).collect();
        AlbumError::Value {
            path: self.path.to_owned(),
            line: self.places.line(&steps),
            key: track.map_or_else(|| key.to_owned(), |track| format!("track {track}, {key}")),
            reason: reason.into(),
        }
    }

    fn within(
        &self,
        track: Option<usize>,
        key: &str,
        value: Option<f64>,
        range: RangeInclusive<f64>,
        unit: &str,
    ) -> Result<Option<f64>, AlbumError> {
        match value {
            Some(value) if !range.contains(&value) => {
                let (low, high) = range.into_inner();
                Err(self.wrong(track, key, format!("{value} is out of range; give {low} to {high}{unit}")))
            }
            value => Ok(value),
        }
    }

    fn relative(&self, path: &str) -> PathBuf {
        self.path.parent().unwrap_or(Path::new("")).join(path)
    }

    fn album(&self, document: &Document) -> Result<Album, AlbumError> {
        let album = &document.album;
        if document.track.is_empty() {
            return Err(self.wrong(None, "track", "there is none; give at least one [[track]] with a file"));
        }
        if document.track.len() > MOST_TRACKS {
            let reason = format!("{} tracks; give at most {MOST_TRACKS}", document.track.len());
            return Err(self.wrong(Some(MOST_TRACKS + 1), "track", reason));
        }
        let outputs = self.outputs(album)?;
        if outputs.iter().any(|output| output.is_disc()) && document.track.len() > 99 {
            let reason =
                format!("a disc holds 99 tracks, not {}; leave cue and ddp out", document.track.len());
            return Err(self.wrong(None, "outputs", reason));
        }
        let tracks = document
            .track
            .iter()
            .enumerate()
            .map(|(n, track)| self.track(n + 1, track, album))
            .collect::<Result<Vec<_>, _>>()?;
        self.check_codes(&tracks)?;
        if let Some(rate) = album.sample_rate.filter(|rate| !SAMPLE_RATES.contains(rate)) {
            let reason = format!("{rate} Hz is no rate of a release; give one of {SAMPLE_RATES:?}");
            return Err(self.wrong(None, "sample_rate", reason));
        }
        let character =
            self.within(None, "character", album.character, 0.0..=50.0, " % (30 to 50 is usual)")?;
        if let Some(year) = album.year.filter(|year| !(1860..=2999).contains(year)) {
            return Err(self.wrong(
                None,
                "year",
                format!("{year} is no year of a release; give four digits"),
            ));
        }
        Ok(Album {
            path: self.path.to_owned(),
            title: album.title.clone().unwrap_or_else(|| "Untitled album".to_owned()),
            artist: album.artist.as_ref().map_or_else(|| "Unknown artist".to_owned(), Names::joined),
            cover: album.cover.as_ref().map(|cover| self.relative(cover)),
            papers: self.papers(document)?,
            upc: self.upc(album)?,
            year: album.year,
            genre: album.genre.clone(),
            label: album.label.clone(),
            isrc_prefix: self.isrc_prefix(album)?,
            isrc_range: self.isrc_range(album)?,
            ledger: self.ledger(album)?,
            ledger_is_given: false,
            aim: self.aim(album)?,
            limiter: LimiterMode::default(),
            character: character.unwrap_or(0.0) / 100.0,
            outputs,
            has_replay_gain: album.replay_gain.unwrap_or(false),
            sample_rate: album.sample_rate,
            accept: self.accepted(None, album.accept.as_deref())?,
            limits: Limits::default(),
            tracks,
        })
    }

    fn outputs(&self, album: &AlbumSection) -> Result<BTreeSet<Output>, AlbumError> {
        let Some(names) = &album.outputs else { return Ok(BTreeSet::from([Output::Wav24, Output::Report])) };
        if names.is_empty() {
            let known = Output::ALL.map(Output::name).join(", ");
            return Err(self.wrong(
                None,
                "outputs",
                format!("is empty, and nothing would be made; give some of: {known}"),
            ));
        }
        names
            .iter()
            .map(|name| {
                Output::ALL.into_iter().find(|output| output.name() == name).ok_or_else(|| {
                    let known = Output::ALL.map(Output::name).join(", ");
                    self.wrong(None, "outputs", format!("there is no {name:?}; give some of: {known}"))
                })
            })
            .collect()
    }

    /// What goes on the papers.
    fn papers(&self, document: &Document) -> Result<Papers, AlbumError> {
        let given = &document.release;
        if let Some(date) = given.date.as_ref().filter(|date| !is_date(date)) {
            let reason = format!("{date:?} is no date; give it as 2026-11-28");
            return Err(self.wrong_at(&[Step::Key("release")], None, "date", reason));
        }
        Ok(Papers {
            date: given.date.clone(),
            client: given.client.clone(),
            engineer: given.engineer.clone(),
            notes: given.notes.clone(),
        })
    }

    /// The ids of what somebody accepts.
    fn accepted(
        &self,
        track: Option<usize>,
        given: Option<&[String]>,
    ) -> Result<BTreeSet<String>, AlbumError> {
        let id = |text: &String| {
            findings::id_of(text).map(str::to_owned).ok_or_else(|| {
                let known = findings::known().collect::<Vec<_>>().join(", ");
                self.wrong(track, "accept", format!("there is no {text:?}; give some of: {known}"))
            })
        };
        given.unwrap_or_default().iter().map(id).collect()
    }

    /// A code is one recording's: no two tracks have the same.
    fn check_codes(&self, tracks: &[Track]) -> Result<(), AlbumError> {
        let mut seen = HashMap::new();
        for (number, track) in (1..).zip(tracks) {
            let Some(code) = track.isrc.and_then(IsrcRequest::code) else { continue };
            if let Some(earlier) = seen.insert(code, number) {
                let reason =
                    format!("{code} is the code of track {earlier} already; a code is one recording's");
                return Err(self.wrong(Some(number), "isrc", reason));
            }
        }
        Ok(())
    }

    /// A ledger is appended to, and an album file may be a stranger's: it names none but ledgers below its own folder.
    fn ledger(&self, album: &AlbumSection) -> Result<PathBuf, AlbumError> {
        let Some(given) = &album.ledger else { return Ok(self.relative(DEFAULT_LEDGER)) };
        let path = Path::new(given);
        let is_ledger = path.extension().is_some_and(|extension| extension == LEDGER_EXTENSION);
        if is_ledger && goes_down(path) {
            return Ok(self.relative(given));
        }
        let reason = "an album file names a ledger below its own folder, with a name that ends in .ledger; leave it out and give any other with --ledger";
        Err(self.wrong(None, "ledger", reason))
    }

    fn upc(&self, album: &AlbumSection) -> Result<Option<String>, AlbumError> {
        let Some(given) = &album.upc else { return Ok(None) };
        upc::parse(given).map(Some).map_err(|error| self.wrong(None, "upc", error.to_string()))
    }

    fn isrc_range(&self, album: &AlbumSection) -> Result<Option<(u32, u32)>, AlbumError> {
        match album.isrc_range {
            Some([first, last]) if first > last || last > 99_999 => {
                let reason =
                    format!("[{first}, {last}] is no range; give the first and the last number, 0 to 99999");
                Err(self.wrong(None, "isrc_range", reason))
            }
            range => Ok(range.map(|[first, last]| (first, last))),
        }
    }

    fn isrc_prefix(&self, album: &AlbumSection) -> Result<Option<String>, AlbumError> {
        let Some(given) = &album.isrc_prefix else { return Ok(None) };
        let prefix: String = given.chars().filter(|c| *c != '-').collect::<String>().to_uppercase();
        let good = format!("{prefix}0000000").parse::<Isrc>().is_ok_and(|_| prefix.len() == 5);
        if good {
            return Ok(Some(prefix));
        }
        let reason =
            format!("{given:?} is no prefix; give two letters and three letters or digits, as AA-6Q7");
        Err(self.wrong(None, "isrc_prefix", reason))
    }

    fn aim(&self, album: &AlbumSection) -> Result<Aim, AlbumError> {
        let given = album.loudness.clone().unwrap_or_default();
        let mode = match given.mode.as_deref() {
            None | Some("album") => Mode::Album,
            Some("equal") => Mode::Equal,
            Some("distances") => Mode::Distances,
            Some("as_is") => Mode::AsIs,
            Some(other) => {
                let reason = format!("there is no mode {other:?}; give album, equal, distances or as_is");
                return Err(self.wrong(None, "loudness.mode", reason));
            }
        };
        let unknown = |text: &str| {
            let known = targets::known();
            let reason = format!("{text}: give a loudness between -40 and -4 LUFS or one of: {known}");
            self.wrong(None, "loudness.target", reason)
        };
        let (mut target_lufs, mut ceiling_dbtp) = (DEFAULT_TARGET_LUFS, DEFAULT_CEILING_DBTP);
        match &given.target {
            None => {}
            Some(toml::Value::String(name)) => {
                let row = targets::find(name).ok_or_else(|| unknown(name))?;
                ceiling_dbtp = row.ceiling_dbtp();
                target_lufs = match row.integrated_lufs {
                    Some(lufs) => lufs,
                    None if mode == Mode::AsIs => target_lufs,
                    None => {
                        return Err(self.wrong(None, "loudness.target", format!(
                            "target {name:?} asks for no loudness; give one in LUFS, with ceiling = {ceiling_dbtp}, or mode = \"as_is\""
                        )));
                    }
                };
            }
            Some(toml::Value::Float(lufs)) => target_lufs = *lufs,
            Some(toml::Value::Integer(lufs)) => target_lufs = *lufs as f64,
            Some(other) => return Err(unknown(&other.to_string())),
        }
        if !(-40.0..=-4.0).contains(&target_lufs) {
            return Err(unknown(&target_lufs.to_string()));
        }
        let ceiling = self.within(None, "loudness.ceiling", given.ceiling, -12.0..=0.0, " dBTP")?;
        let most = self.within(None, "max_move_lu", album.max_move_lu, 0.0..=24.0, " LU")?;
        Ok(Aim { mode, target_lufs, ceiling_dbtp: ceiling.unwrap_or(ceiling_dbtp), most_move_lu: most })
    }
}

/// Whether a text is a date of ISO 8601, as 2026-11-28.
fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let numbers: Vec<u32> = parts.iter().filter_map(|part| part.parse().ok()).collect();
    matches!((numbers.as_slice(), parts.as_slice()), ([_, 1..=12, 1..=31], [year, month, day])
        if year.len() == 4 && month.len() == 2 && day.len() == 2)
}
