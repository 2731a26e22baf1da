//! What a file says of itself.

use crate::isrc::Isrc;

/// Tags of a track, whatever the format. Empty texts are absent.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tags {
    /// The track's title.
    pub title: Option<String>,
    /// Who performs it.
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
