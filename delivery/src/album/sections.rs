//! The tables of an album file as they are typed, before anything is checked.

use serde::Deserialize;

/// The whole file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    #[serde(default)]
    pub album: AlbumSection,
    #[serde(default)]
    pub track: Vec<TrackSection>,
}

/// `[album]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct AlbumSection {
    pub title: Option<String>,
    pub artist: Option<String>,
    pub upc: Option<String>,
    pub year: Option<u32>,
    pub genre: Option<String>,
    pub label: Option<String>,
    pub isrc_prefix: Option<String>,
    pub isrc_range: Option<[u32; 2]>,
    pub ledger: Option<String>,
    pub loudness: Option<LoudnessSection>,
    pub character: Option<f64>,
    pub outputs: Option<Vec<String>>,
    pub sample_rate: Option<u32>,
    pub max_move_lu: Option<f64>,
    pub preset: Option<String>,
    pub settings: Option<toml::Table>,
}

/// `loudness` of `[album]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct LoudnessSection {
    pub mode: Option<String>,
    pub target: Option<toml::Value>,
    pub ceiling: Option<f64>,
}

/// `[[track]]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TrackSection {
    pub file: String,
    pub title: Option<String>,
    pub performer: Option<String>,
    pub composer: Option<String>,
    pub isrc: Option<String>,
    pub preset: Option<String>,
    pub settings: Option<toml::Table>,
    pub gap_s: Option<f64>,
    pub crossfade_s: Option<f64>,
    pub fade_in_s: Option<f64>,
    pub fade_in_curve: Option<String>,
    pub fade_out_s: Option<f64>,
    pub fade_out_curve: Option<String>,
    pub gain_db: Option<f64>,
    pub start_s: Option<f64>,
    pub end_s: Option<f64>,
}
