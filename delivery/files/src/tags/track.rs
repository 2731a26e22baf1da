//! What is said of a track, whatever the format.

use super::{Carried, Cover};
use crate::replay_gain::ReplayGain;
use lacquer_isrc::Isrc;

/// Tags of a track, whatever the format. Empty texts are absent.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tags {
    /// The track's title.
    pub title: Option<String>,
    /// Who performs it; several names have `; ` between them and become an entry each where a format has entries.
    pub performer: Option<String>,
    /// Who composed it.
    pub composer: Option<String>,
    /// The album.
    pub album: Option<String>,
    /// Whose album it is.
    pub album_performer: Option<String>,
    /// Number of the track, from 1, and of all tracks.
    pub track: Option<(u32, u32)>,
    /// Year of release.
    pub year: Option<u32>,
    /// Genre.
    pub genre: Option<String>,
    /// Label.
    pub label: Option<String>,
    /// The album's UPC or EAN, 13 digits.
    pub upc: Option<String>,
    /// The recording's code.
    pub isrc: Option<Isrc>,
    /// What a `bext` chunk says of the loudness.
    pub loudness: Option<Loudness>,
    /// The front cover, which FLAC, Vorbis, Opus and MP3 hold; it is written, and read by [`cover::of_file`](super::cover::of_file).
    pub cover: Option<Cover>,
    /// What players turn it by; it is written and not read, for it goes with the sound.
    pub replay_gain: Option<ReplayGain>,
    /// What the file says besides; it is written, and read by [`carried::of_mix`](super::carried::of_mix).
    pub carried: Carried,
}

/// Loudness as EBU Tech 3285 version 2 has it in a `bext` chunk.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Loudness {
    /// Integrated loudness, LUFS.
    pub integrated_lufs: f64,
    /// Loudness range, LU.
    pub range_lu: f64,
    /// Highest true peak, dBTP.
    pub true_peak_dbtp: f64,
    /// Highest momentary loudness, LUFS.
    pub momentary_max_lufs: f64,
    /// Highest short-term loudness, LUFS.
    pub short_term_max_lufs: f64,
}

impl Tags {
    /// These, and where they say nothing what `others` say.
    pub(super) fn or(self, others: Self) -> Self {
        Self {
            title: self.title.or(others.title),
            performer: self.performer.or(others.performer),
            composer: self.composer.or(others.composer),
            album: self.album.or(others.album),
            album_performer: self.album_performer.or(others.album_performer),
            track: self.track.or(others.track),
            year: self.year.or(others.year),
            genre: self.genre.or(others.genre),
            label: self.label.or(others.label),
            upc: self.upc.or(others.upc),
            isrc: self.isrc.or(others.isrc),
            loudness: self.loudness.or(others.loudness),
            cover: self.cover.or(others.cover),
            replay_gain: self.replay_gain.or(others.replay_gain),
            carried: self.carried,
        }
    }

    /// These but for what `others` say something of.
    pub(super) fn without(self, others: &Self) -> Self {
        Self {
            title: self.title.filter(|_| others.title.is_none()),
            performer: self.performer.filter(|_| others.performer.is_none()),
            composer: self.composer.filter(|_| others.composer.is_none()),
            album: self.album.filter(|_| others.album.is_none()),
            album_performer: self.album_performer.filter(|_| others.album_performer.is_none()),
            track: self.track.filter(|_| others.track.is_none()),
            year: self.year.filter(|_| others.year.is_none()),
            genre: self.genre.filter(|_| others.genre.is_none()),
            label: self.label.filter(|_| others.label.is_none()),
            upc: self.upc.filter(|_| others.upc.is_none()),
            isrc: self.isrc.filter(|_| others.isrc.is_none()),
            loudness: self.loudness.filter(|_| others.loudness.is_none()),
            cover: self.cover,
            replay_gain: self.replay_gain,
            carried: self.carried,
        }
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The texts, with what they are.
    pub(super) fn texts_mut(&mut self) -> [(&'static str, &mut Option<String>); 8] {
        [
            ("title", &mut self.title),
            ("performer", &mut self.performer),
            ("composer", &mut self.composer),
            ("album", &mut self.album),
            ("album's performer", &mut self.album_performer),
            ("genre", &mut self.genre),
            ("label", &mut self.label),
            ("UPC", &mut self.upc),
        ]
    }

    /// The texts with spaces in place of control characters; texts of space alone are absent.
    pub(super) fn cleaned(&self) -> Self {
        let mut tags = self.clone();
        for (_, text) in tags.texts_mut() {
            let clean = text.take().map(|text| text.replace(char::is_control, " ").trim().to_owned());
            *text = clean.filter(|text| !text.is_empty());
        }
        tags
    }
}
