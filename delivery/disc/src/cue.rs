//! CUE sheets (CDRWIN's user's guide, appendix A): written for one image or for files a track, and read back.
//!
//! A sheet has no escape for quotation marks, so that typographic ones stand for them; composers go to `SONGWRITER`. It is UTF-8
//! without a byte-order mark. Times of an image count from two seconds on, which the burner adds by itself.
//!
//! ```
//! use lacquer_disc::cue;
//! use lacquer_disc::files::Files;
//! # use lacquer_disc::layout::{Layout, TrackSpan};
//! # use lacquer_disc::{Disc, DiscTrack};
//! #
//! # let track = |title: &str| DiscTrack { title: title.into(), performer: "Me".into(), ..DiscTrack::default() };
//! # let mut disc = Disc { title: "Album".into(), tracks: vec![track("One"), track("Two")], ..Disc::default() };
//! # let ten_s = TrackSpan { samples: 441_000, gap_before_samples: 88_200 };
//! # Layout::new(&[ten_s, ten_s]).place(&mut disc);
//!
//! let text = cue::write(&disc, &Files::Image("album.wav")).expect("a name that can be quoted");
//! assert!(text.contains("FILE \"album.wav\" WAVE"));
//! let sheet = cue::parse(&text).expect("a sheet of its own");
//! assert_eq!((sheet.tracks.len(), sheet.tracks[1].title.as_str()), (2, "Two"));
//! ```

mod parse;

pub use parse::{CueError, parse};

use super::files::{Files, FilesError};
use super::latin::without_quotes;
use super::time::Time;
use super::{Disc, DiscTrack, FIRST_PREGAP_FRAMES};
use lacquer_isrc::Isrc;
use std::fmt::Write;

/// A CUE sheet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sheet {
    /// `CATALOG`: 13 digits.
    pub catalog: Option<String>,
    /// The album's title.
    pub title: String,
    /// Whose album it is.
    pub performer: String,
    /// The album's composer.
    pub songwriter: String,
    /// Names of the audio files, in the order in which they are used.
    pub files: Vec<String>,
    /// The tracks.
    pub tracks: Vec<SheetTrack>,
}

/// A track of a sheet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SheetTrack {
    /// Its number, 1 to 99.
    pub number: u32,
    /// Its title.
    pub title: String,
    /// Who performs it.
    pub performer: String,
    /// Who composed it.
    pub songwriter: String,
    /// Its code.
    pub isrc: Option<Isrc>,
    /// Flag `DCP`: a digital copy is permitted.
    pub copy_permitted: bool,
    /// Flag `PRE`: the audio has pre-emphasis.
    pub pre_emphasis: bool,
    /// Silence that no file holds before the track, CD frames.
    pub pregap_frames: u32,
    /// Silence that no file holds after the track, CD frames.
    pub postgap_frames: u32,
    /// Its indexes.
    pub indexes: Vec<SheetIndex>,
}

/// An index of a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SheetIndex {
    /// Its number, 0 to 99.
    pub number: u32,
    /// Which of the sheet's files, from 0.
    pub file: usize,
    /// Where in that file, CD frames.
    pub frame: u32,
}

/// Writes a disc's sheet.
///
/// # Errors
/// Where the files are not one a track, or a name cannot be quoted.
pub fn write(disc: &Disc, files: &Files) -> Result<String, FilesError> {
    Sheet::new(disc, files).map(|sheet| sheet.text())
}

impl Sheet {
    /// The sheet of a disc.
    ///
    /// # Errors
    /// As [`write()`].
    pub fn new(disc: &Disc, files: &Files) -> Result<Self, FilesError> {
        files.check(disc)?;
        let places = |(index, track): (usize, &DiscTrack)| {
            let number = index as u32 + 1;
            let (pregap_frames, indexes) = placed(disc, files, index, track);
            SheetTrack {
                number,
                title: without_quotes(&track.title),
                performer: without_quotes(&track.performer),
                songwriter: without_quotes(&track.composer),
                isrc: track.isrc,
                copy_permitted: track.copy_permitted,
                pre_emphasis: track.pre_emphasis,
                pregap_frames,
                postgap_frames: 0,
                indexes,
            }
        };
        Ok(Self {
            catalog: disc.upc.clone(),
            title: without_quotes(&disc.title),
            performer: without_quotes(&disc.performer),
            songwriter: String::new(),
            files: match files {
                Files::Image(name) => vec![(*name).to_owned()],
                Files::TracksWithGaps(names) | Files::Tracks(names) => names.to_vec(),
            },
            tracks: disc.tracks.iter().enumerate().map(places).collect(),
        })
    }

    /// The sheet's text, lines ended by CR LF as the format has them.
    pub fn text(&self) -> String {
        let mut text = String::new();
        if let Some(catalog) = &self.catalog {
            line(&mut text, 0, &format!("CATALOG {}", without_quotes(catalog)));
        }
        quoted(&mut text, 0, "TITLE", &self.title);
        quoted(&mut text, 0, "PERFORMER", &self.performer);
        quoted(&mut text, 0, "SONGWRITER", &self.songwriter);
        let mut file = None;
        for track in &self.tracks {
            let first = track.indexes.first().map(|index| index.file);
            if first.is_some() && first != file {
                file = first;
                self.name_file(&mut text, file);
            }
            track.describe(&mut text);
            for index in &track.indexes {
                if Some(index.file) != file {
                    file = Some(index.file);
                    self.name_file(&mut text, file);
                }
                line(&mut text, 2, &format!("INDEX {:02} {}", index.number, Time(index.frame)));
            }
            if track.postgap_frames > 0 {
                line(&mut text, 2, &format!("POSTGAP {}", Time(track.postgap_frames)));
            }
        }
        text
    }

    /// The disc of a sheet with a single file. Times count from the pregap's start; the lead-out is where the file ends, `file_frames`
    /// CD frames from its start. None where the sheet has several files or silence of its own making, or a track has no index 1.
    pub fn disc(&self, file_frames: u32) -> Option<Disc> {
        let whole = self.files.len() == 1
            && self.tracks.iter().all(|track| track.pregap_frames == 0 && track.postgap_frames == 0);
        if !whole {
            return None;
        }
        let shifted = |frame: u32| frame.saturating_add(FIRST_PREGAP_FRAMES);
        let mut tracks = Vec::with_capacity(self.tracks.len());
        for (position, track) in self.tracks.iter().enumerate() {
            let at = |number| {
                track.indexes.iter().find(|index| index.number == number).map(|index| shifted(index.frame))
            };
            let start_frame = at(1)?;
            let later = track.indexes.iter().filter(|index| index.number > 1);
            tracks.push(DiscTrack {
                title: track.title.clone(),
                performer: track.performer.clone(),
                composer: track.songwriter.clone(),
                isrc: track.isrc,
                pregap_frame: if position == 0 { 0 } else { at(0).unwrap_or(start_frame) },
                start_frame,
                later_index_frames: later.map(|index| shifted(index.frame)).collect(),
                copy_permitted: track.copy_permitted,
                pre_emphasis: track.pre_emphasis,
            });
        }
        Some(Disc {
            title: self.title.clone(),
            performer: self.performer.clone(),
            upc: self.catalog.clone(),
            tracks,
            lead_out_frame: shifted(file_frames),
        })
    }

    fn name_file(&self, text: &mut String, file: Option<usize>) {
        let name = file.and_then(|file| self.files.get(file)).map_or("", String::as_str);
        line(text, 0, &format!("FILE \"{}\" WAVE", without_quotes(name)));
    }
}

impl SheetTrack {
    fn describe(&self, text: &mut String) {
        line(text, 1, &format!("TRACK {:02} AUDIO", self.number));
        quoted(text, 2, "TITLE", &self.title);
        quoted(text, 2, "PERFORMER", &self.performer);
        quoted(text, 2, "SONGWRITER", &self.songwriter);
        let flags: Vec<&str> = [("DCP", self.copy_permitted), ("PRE", self.pre_emphasis)]
            .iter()
            .filter_map(|(flag, set)| set.then_some(*flag))
            .collect();
        if !flags.is_empty() {
            line(text, 2, &format!("FLAGS {}", flags.join(" ")));
        }
        if let Some(isrc) = &self.isrc {
            line(text, 2, &format!("ISRC {}", isrc.as_str()));
        }
        if self.pregap_frames > 0 {
            line(text, 2, &format!("PREGAP {}", Time(self.pregap_frames)));
        }
    }
}

/// Silence before a track that no file holds, and the track's indexes.
fn placed(disc: &Disc, files: &Files, index: usize, track: &DiscTrack) -> (u32, Vec<SheetIndex>) {
    let first_extra = if index == 0 { track.start_frame.saturating_sub(FIRST_PREGAP_FRAMES) } else { 0 };
    let of_own_file = |frame: u32| frame.saturating_sub(track.start_frame);
    let from_one = track.indexes().filter(|(number, _)| *number > 0);
    match files {
        Files::Image(_) => {
            let shown = track.indexes().filter(|(number, _)| index > 0 || *number > 0 || first_extra > 0);
            let place = |(number, frame): (u32, u32)| SheetIndex {
                number,
                file: 0,
                frame: frame.saturating_sub(FIRST_PREGAP_FRAMES),
            };
            (0, shown.map(place).collect())
        }
        Files::TracksWithGaps(_) => {
            let before = (index > 0 && track.pregap_frame < track.start_frame).then(|| {
                let start_before = disc.tracks.get(index - 1).map_or(0, |before| before.start_frame);
                let frame = track.pregap_frame.saturating_sub(start_before);
                SheetIndex { number: 0, file: index - 1, frame }
            });
            let own =
                from_one.map(|(number, frame)| SheetIndex { number, file: index, frame: of_own_file(frame) });
            (first_extra, before.into_iter().chain(own).collect())
        }
        Files::Tracks(_) => {
            let gap = if index == 0 { first_extra } else { track.pregap_length_frames() };
            let own =
                from_one.map(|(number, frame)| SheetIndex { number, file: index, frame: of_own_file(frame) });
            (gap, own.collect())
        }
    }
}

fn line(text: &mut String, depth: usize, content: &str) {
    // Writing to a string cannot fail.
    let _ = write!(text, "{:indent$}{content}\r\n", "", indent = 2 * depth);
}

fn quoted(text: &mut String, depth: usize, command: &str, content: &str) {
    if !content.is_empty() {
        line(text, depth, &format!("{command} \"{}\"", without_quotes(content)));
    }
}
