//! The tables of an album file as they are typed, before anything is checked.

use lacquer_files::tags::BETWEEN;
use serde::Deserialize;

/// The whole file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    #[serde(default)]
    pub album: AlbumSection,
    #[serde(default)]
    pub release: ReleaseSection,
    #[serde(default)]
    pub track: Vec<TrackSection>,
}

/// `[release]`: what goes on the papers.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ReleaseSection {
    pub date: Option<String>,
    pub client: Option<String>,
    pub engineer: Option<String>,
    pub notes: Option<String>,
}

/// One name, or a list of them.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum Names {
    One(String),
    Many(Vec<String>),
}

impl Names {
    /// Them as one text.
    pub fn joined(&self) -> String {
        match self {
            Self::One(name) => name.clone(),
            Self::Many(names) => names.join(BETWEEN),
        }
    }
}

/// `[album]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct AlbumSection {
    pub title: Option<String>,
    pub artist: Option<Names>,
    pub cover: Option<String>,
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
    pub replay_gain: Option<bool>,
    pub accept: Option<Vec<String>>,
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
    pub performer: Option<Names>,
    pub composer: Option<Names>,
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
    pub quiet: Option<bool>,
    pub accept: Option<Vec<String>>,
    pub start_s: Option<f64>,
    pub end_s: Option<f64>,
}
