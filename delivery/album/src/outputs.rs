//! The files of an album: everything that is written, and every call to what writes it.
//!
//! A file that stands there with the bytes that it would be given is left alone. What an earlier run wrote and this one does not,
//! because a title or an output has changed, is removed if nobody has touched it since, and reported. What Lacquer did not write is
//! not replaced (`claims.rs`), and no link is followed.

use super::AlbumError;
use super::cache::{Cache, key, write_whole};
use super::claims::{CHECKSUMS, Claims, REPORT};
use super::codecs::codec_of;
use super::file::{Album, Output};
use super::findings::{Finding, Kind};
use super::report::{FileReport, Report};
use super::sides::SideMaster;
use super::variant::Variant;
use lacquer_disc::ddp;
use lacquer_files::audio::{Gained, Programme};
use lacquer_files::encode::{Format, WordLength, encode_owned};
use lacquer_files::replay_gain::{Level, ReplayGain};
use lacquer_files::tags::{Cover, Loudness, Tags};
use lacquer_isrc::Isrc;
use lacquer_params::file_name::file_name;
use lacquer_song::codec::Codec;
use lacquer_song::measure::Readings;
use lacquer_storage::confined;
use lacquer_storage::hash::sha256_of_file;
use lacquer_storage::parts::remove_stale;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Why there is no AAC, and how to have it.
const NO_AAC: &str = "aac: not made: no AAC encoder has a licence that may be linked here. Make it of wav24, for instance with `afconvert -f m4af -d aac -b 256000` (macOS) or `fdkaac -m 5`, and look at its peaks with `lacquer check --master`.";

/// Name of the report for people.
pub const PAGE: &str = "album.html";
/// Name of the sheet that goes to a plant with the disc.
pub const PQ_SHEET: &str = "PQ sheet.txt";

/// The album with the outputs that this build can make, and what is said of the others: one encoder that is not there does not keep the
/// rest of a release from being made.
///
/// # Errors
/// If nothing is left to be made.
pub fn available(album: &Album) -> Result<(Album, Vec<Finding>), AlbumError> {
    let mut album = album.clone();
    let mut findings = Vec::new();
    let mut refused = None;
    for output in album.outputs.clone() {
        if output == Output::Aac {
            album.outputs.remove(&output);
            findings.push(Finding::new(Kind::Output, None, NO_AAC.to_owned()));
            continue;
        }
        let Some(Err(error)) = format_of(output).map(|format| format.check()) else { continue };
        album.outputs.remove(&output);
        findings.push(Finding::new(Kind::Output, None, format!("{}: not made: {error}.", output.name())));
        refused = Some(error);
    }
    match refused {
        Some(error) if album.outputs.iter().all(|output| *output == Output::Report) => Err(error.into()),
        _ => Ok((album, findings)),
    }
}

/// The format of an output that is a file a track; none for the others.
fn format_of(output: Output) -> Option<Format> {
    match output {
        Output::Wav24 => Some(Format::Wav(WordLength::Bits24)),
        Output::Wav16 => Some(Format::Wav(WordLength::Bits16)),
        Output::Flac => Some(Format::Flac(24)),
        lossy => codec_of(lossy).map(Codec::format),
    }
}

/// Sample rate and word length of an output that is made of tracks; none for those that are not. `main` is the album's rate.
pub fn variant(output: Output, main: u32) -> Option<(u32, WordLength)> {
    match output {
        Output::Wav24 | Output::Flac | Output::Vorbis | Output::Mp3 => Some((main, WordLength::Bits24)),
        Output::Wav16 => Some((main, WordLength::Bits16)),
        // Opus knows 48 kHz alone: limiting comes after the conversion.
        Output::Opus128 => Some((48_000, WordLength::Bits24)),
        Output::Cue | Output::Ddp => Some((44_100, WordLength::Bits16)),
        Output::Aac | Output::Vinyl | Output::Report => None,
    }
}

/// A track's tags; `code` is the one that it has or was given.
fn tags(album: &Album, track: usize, readings: &Readings, code: Option<Isrc>) -> Tags {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let of = &album.tracks[track];
    Tags {
        title: some(&of.title),
        performer: some(&of.performer),
        composer: some(&of.composer),
        album: some(&album.title),
        album_performer: some(&album.artist),
        track: Some((track as u32 + 1, album.tracks.len() as u32)),
        year: album.year,
        genre: album.genre.clone(),
        label: album.label.clone(),
        upc: album.upc.clone(),
        isrc: code,
        loudness: loudness(readings),
        ..Tags::default()
    }
}

/// What players turn a track by whose files are `gain_db` from what was read; none of silence.
fn replay_gain(track: &Readings, whole: &Readings, gain_db: f64) -> Option<ReplayGain> {
    let level = |of: &Readings| {
        let peak_dbtp = of.true_peak_dbtp? + gain_db;
        Some(Level { integrated_lufs: of.integrated_lufs? + gain_db, peak: 10f64.powf(peak_dbtp / 20.0) })
    };
    Some(ReplayGain { track: level(track)?, album: level(whole) })
}

fn loudness(readings: &Readings) -> Option<Loudness> {
    Some(Loudness {
        integrated_lufs: readings.integrated_lufs?,
        range_lu: readings.loudness_range_lu?,
        true_peak_dbtp: readings.true_peak_dbtp?,
        momentary_max_lufs: readings.momentary_max_lufs?,
        short_term_max_lufs: readings.short_term_max_lufs?,
    })
}

/// Every name that an album will be written under, in its folder, but those of the sides of a record, whose number is not known yet.
pub fn names(album: &Album) -> Vec<String> {
    let mut names = vec![REPORT.to_owned(), CHECKSUMS.to_owned()];
    for output in &album.outputs {
        let mut add = |name: &str| names.push(format!("{}/{name}", output.name()));
        if let Some(format) = format_of(*output) {
            (0..album.tracks.len()).for_each(|track| add(&track_name(album, track, &format)));
        }
        match output {
            Output::Cue => {
                let title = file_name(&album.title);
                ["wav", "cue", "toc"].iter().for_each(|ending| add(&format!("{title}.{ending}")));
            }
            Output::Ddp => ddp::FILES.iter().for_each(|name| add(name)),
            Output::Report => add(PAGE),
            _ => {}
        }
    }
    if album.has_disc() {
        names.push(format!("{}/{PQ_SHEET}", Output::Report.name()));
    }
    names
}

/// Name of a track's file.
fn track_name(album: &Album, track: usize, format: &Format) -> String {
    let digits = album.tracks.len().to_string().len().max(2);
    format!("{:0digits$} {}.{}", track + 1, file_name(&album.tracks[track].title), format.extension())
}

/// What the tracks' files say of themselves.
pub struct Facts<'a> {
    /// Readings of each track.
    pub readings: &'a [Readings],
    /// Readings of all of them as one programme.
    pub whole: &'a Readings,
    /// Code of each track, where it has one.
    pub codes: &'a [Option<Isrc>],
    /// Cover of each track's files.
    pub covers: &'a [Option<Cover>],
}

/// Writes files into an album's folder and remembers them.
pub struct Writer<'a> {
    pub(super) album: &'a Album,
    pub(super) out: &'a Path,
    pub(super) cache: &'a Cache,
    claims: Claims,
    force: bool,
    files: Vec<FileReport>,
}

impl<'a> Writer<'a> {
    /// For a folder that exists. Claims every name that is known before any work is done, and removes what interrupted runs left.
    ///
    /// # Errors
    /// Where something stands that is not replaced, unless that is forced, and where a link would lead elsewhere.
    pub fn new(album: &'a Album, out: &'a Path, cache: &'a Cache, force: bool) -> Result<Self, AlbumError> {
        // Before anything is looked at: a fileset that stepped aside stands under its name again.
        if album.outputs.contains(&Output::Ddp) {
            ddp::recover(&out.join(Output::Ddp.name()))?;
        }
        let mut claims = admit(album, out, force)?;
        claims.claim(album, out, &names(album))?;
        remove_stale(out);
        for output in Output::ALL {
            remove_stale(&out.join(output.name()));
        }
        Ok(Self { album, out, cache, claims, force, files: Vec::new() })
    }

    /// The tracks of an output, each as its own file, with `gain_db` before a lossy encoder.
    pub fn tracks(
        &mut self,
        output: Output,
        joined: &Variant,
        facts: &Facts,
        gain_db: f64,
        progress: &dyn Fn(f64),
    ) -> Result<(), AlbumError> {
        let Some(format) = format_of(output) else { return Ok(()) };
        let tracks = self.album.tracks.len();
        for (track, readings) in facts.readings.iter().enumerate() {
            progress(track as f64 / tracks as f64);
            let range = joined.timeline.sound_of(track);
            let tags = Tags {
                cover: facts.covers[track].clone(),
                replay_gain: self
                    .album
                    .has_replay_gain
                    .then(|| replay_gain(readings, facts.whole, gain_db))
                    .flatten(),
                ..tags(self.album, track, readings, facts.codes[track])
            };
            let name = track_name(self.album, track, &format);
            let content =
                key(&[&joined.key_of(&range), &format!("{tags:?}"), &format.id(), &format!("{gain_db:?}")]);
            self.file(output, Some(track + 1), &name, &content, |path| {
                let cut = joined.cut(range)?;
                let gained = Gained { of: &cut, gain: 10f64.powf(gain_db / 20.0) };
                let audio: &dyn Programme = if gain_db == 0.0 { &cut } else { &gained };
                Ok(encode_owned(path, audio, &format, &tags)?)
            })?;
        }
        Ok(())
    }

    /// The pre-master of a side.
    pub fn side(&mut self, master: &SideMaster) -> Result<(), AlbumError> {
        let name = format!("Side {}.wav", master.side.name);
        self.file(Output::Vinyl, None, &name, &master.key, |path| {
            let format = Format::Wav(WordLength::Bits24);
            Ok(encode_owned(path, &master.audio, &format, &Tags::default())?)
        })
    }

    /// A text for people, beside the report.
    pub fn text(&mut self, name: &str, text: &str) -> Result<(), AlbumError> {
        self.sheet(Output::Report, name, text)
    }

    /// A text for people, in an output's folder.
    pub fn sheet(&mut self, output: Output, name: &str, text: &str) -> Result<(), AlbumError> {
        let content = key(&["text", text]);
        self.file(output, None, name, &content, |path| {
            write_whole(path, |file| file.write_all(text.as_bytes()))
        })
    }

    /// Writes a file, unless it stands there as it was written for the same content.
    pub(super) fn file(
        &mut self,
        output: Output,
        track: Option<usize>,
        name: &str,
        content: &str,
        write: impl FnOnce(&Path) -> Result<(), AlbumError>,
    ) -> Result<(), AlbumError> {
        let folder = self.out.join(output.name());
        let failed = |path: &Path, error: std::io::Error| AlbumError::Write {
            path: path.to_owned(),
            reason: error.to_string(),
        };
        confined::make_folder(&folder).map_err(|error| failed(&folder, error))?;
        let path = folder.join(name);
        let relative = format!("{}/{name}", output.name());
        self.claims.admit(self.album, self.out, &relative, self.force)?;
        let known = key(&["file", &relative, content]);
        let standing = standing(&path);
        let is_whole = standing.is_some() && self.cache.value::<String>(&known) == standing;
        if !is_whole {
            write(&path)?;
        }
        let sha256 = match standing {
            Some(standing) if is_whole => standing,
            _ => {
                let sha256 = sha256_of_file(&path).map_err(|error| failed(&path, error))?;
                self.cache.keep_value(&known, &sha256)?;
                sha256
            }
        };
        let bytes = std::fs::metadata(&path).map_err(|error| failed(&path, error))?.len();
        self.files.push(FileReport { path: relative, output, track, sha256, bytes, written: !is_whole });
        Ok(())
    }

    /// Remembers a file that something else has written under `<output>/<name>`.
    pub(super) fn add(&mut self, output: Output, name: &str, written: bool) -> Result<(), AlbumError> {
        let path = self.out.join(output.name()).join(name);
        let failed =
            |error: std::io::Error| AlbumError::Write { path: path.clone(), reason: error.to_string() };
        let sha256 = sha256_of_file(&path).map_err(failed)?;
        let bytes = std::fs::metadata(&path).map_err(failed)?.len();
        let path = format!("{}/{name}", output.name());
        self.files.push(FileReport { path, output, track: None, sha256, bytes, written });
        Ok(())
    }

    /// Every file so far.
    pub fn files(&self) -> &[FileReport] {
        &self.files
    }

    /// Removes what earlier runs wrote under names that are no longer in use and nobody has touched since; gives their names.
    ///
    /// # Errors
    /// If one of them cannot be removed.
    pub fn remove_earlier(&self) -> Result<Vec<String>, AlbumError> {
        let mut removed = Vec::new();
        let written: BTreeSet<String> = self.files.iter().map(|file| file.path.clone()).collect();
        for (name, sha256) in self.claims.left_over(self.out, &written) {
            let Some(path) = self.inside(name) else { continue };
            if standing(&path).is_some_and(|standing| standing == sha256) {
                std::fs::remove_file(&path)
                    .map_err(|error| AlbumError::Write { path: path.clone(), reason: error.to_string() })?;
                removed.push(name.to_owned());
                if let Some(folder) = path.parent() {
                    // Goes if it is empty.
                    let _ = std::fs::remove_dir(folder);
                }
            }
        }
        Ok(removed)
    }

    /// Writes the report and the checksums.
    ///
    /// # Errors
    /// If one of them cannot be written.
    pub fn finish(mut self, report: &Report) -> Result<(), AlbumError> {
        let path = self.out.join(REPORT);
        let failed = |path: &Path, reason: String| AlbumError::Write { path: path.to_owned(), reason };
        let text = serde_json::to_string_pretty(report).map_err(|error| failed(&path, error.to_string()))?;
        write_whole(&path, |file| file.write_all(text.as_bytes()))?;
        let sha256 = sha256_of_file(&path).map_err(|error| failed(&path, error.to_string()))?;
        let mut written: Vec<(String, String)> =
            self.files.iter().map(|file| (file.path.clone(), file.sha256.clone())).collect();
        written.push((REPORT.to_owned(), sha256));
        // As `sha256sum --check` reads it.
        let sums: String = written.iter().map(|(name, sha256)| format!("{sha256}  {name}\n")).collect();
        write_whole(&self.out.join(CHECKSUMS), |file| file.write_all(sums.as_bytes()))?;
        written.push((CHECKSUMS.to_owned(), lacquer_storage::hash::sha256(sums.as_bytes())));
        self.claims.finish(self.out, written.into_iter())
    }

    /// A path of a manifest, if it is one that this writer could have made: `<output>/<name>`.
    fn inside(&self, path: &str) -> Option<PathBuf> {
        let (folder, name) = path.split_once('/')?;
        let known = Output::ALL.iter().any(|output| output.name() == folder);
        let plain = !name.contains(['/', '\\']) && name != ".." && name != ".";
        (known && plain).then(|| self.out.join(folder).join(name))
    }
}

/// What is known of a folder, if the album may be written there. Nothing is changed.
///
/// # Errors
/// As [`Writer::new`].
pub fn admit(album: &Album, out: &Path, force: bool) -> Result<Claims, AlbumError> {
    for output in Output::ALL {
        let folder = out.join(output.name());
        match confined::check_folder(&folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(AlbumError::Write { path: folder, reason: error.to_string() });
            }
            _ => {}
        }
    }
    let claims = Claims::read(out);
    claims.check(album, out, &names(album), force)?;
    Ok(claims)
}

/// Hash of what stands under a name; none where it is no file, or a link.
fn standing(path: &Path) -> Option<String> {
    let is_file = std::fs::symlink_metadata(path).is_ok_and(|about| about.is_file());
    is_file.then(|| sha256_of_file(path).ok()).flatten()
}
