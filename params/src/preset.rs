//! Presets: TOML with a name, a description and values by parameter id.
//!
//! ```toml
//! name = "Warm tape"
//! description = "Tape in front of a gentle limiter."
//!
//! [parameters]
//! saturator_on = true
//! saturator_character = "tape"
//! saturator_drive = "4 dB"
//! ```
//! A preset whose thresholds were set for mixes of one loudness says so (`made_for_lufs = -18`): whoever takes it trims the mix to that.
//! One that promises a loudness (`loudness_lufs = -9.5`) is given the limiter's drive that keeps the promise.
//!
//! A preset is the whole sound: what it does not name goes to its default. Bypass, quality and the equalizer's phase belong to the
//! session and stay as they are unless the preset names them.

use crate::library::Library;
use crate::migrate::RETIRED;
use crate::tree::{ParameterError, Tree};
use lacquer_storage::regular_file::read_regular_text;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Name of the file and text of each preset that comes with Lacquer.
const FACTORY: [(&str, &str); 10] = [
    ("transparent.toml", include_str!("../presets/transparent.toml")),
    ("streaming.toml", include_str!("../presets/streaming.toml")),
    ("loud.toml", include_str!("../presets/loud.toml")),
    ("vinyl_pre_master.toml", include_str!("../presets/vinyl_pre_master.toml")),
    ("warm_tape.toml", include_str!("../presets/warm_tape.toml")),
    ("punch.toml", include_str!("../presets/punch.toml")),
    ("acoustic.toml", include_str!("../presets/acoustic.toml")),
    ("club.toml", include_str!("../presets/club.toml")),
    ("mono_safe.toml", include_str!("../presets/mono_safe.toml")),
    ("small_speakers.toml", include_str!("../presets/small_speakers.toml")),
];

/// Longest file that is read, bytes: a preset of every parameter has a fifth of it.
const MOST_BYTES: u64 = 1 << 16;

/// Longest name, heading or description, signs: more is no preset's, and would be shown on one line.
const LONGEST_TEXT: usize = 2000;

/// Loudnesses in LUFS that a preset may be made for, or promise.
const LOUDNESSES_LUFS: std::ops::RangeInclusive<f64> = -40.0..=-4.0;

/// What stays as it is when a preset does not name it.
pub const SESSION: [&str; 3] = ["bypass", "quality", "equalizer_phase"];

/// The parameter that trims the mix, and its range in dB.
const TRIM: &str = "input_trim_gain";
const TRIMS_DB: [f64; 2] = [-24.0, 24.0];

/// What the output delivers, and how loud: can be kept from one preset to the next.
pub const OUTPUT: [&str; 7] = [
    "limiter_drive",
    "limiter_ceiling",
    "limiter_true_peak",
    "dither_on",
    "dither_word_length",
    "dither_shaping",
    "dither_auto_blank",
];

/// Settings under a name.
#[derive(Debug, Clone, PartialEq)]
pub struct Preset {
    /// What it is called.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Under which heading a menu has it: a use, a genre.
    pub group: String,
    /// Loudness of the mixes that its thresholds were set for, LUFS.
    pub made_for_lufs: Option<f64>,
    /// Loudness that it promises, LUFS.
    pub loudness_lufs: Option<f64>,
    /// Where it came from, for messages.
    file: String,
    parameters: toml::Table,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    group: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    made_for_lufs: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    loudness_lufs: Option<f64>,
    #[serde(default)]
    parameters: toml::Table,
}

/// Why a preset cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PresetError {
    /// No preset and no file is called that.
    #[error("there is no preset \"{name}\"; give a file or one of: {known}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// The presets that there are.
        known: String,
    },
    /// The file cannot be read.
    #[error("preset {file}: cannot be read: {source}")]
    Unreadable {
        /// The file.
        file: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file is no preset.
    #[error("preset {file}: not a preset: {reason}")]
    Malformed {
        /// The file.
        file: String,
        /// What is wrong, with its line.
        reason: String,
    },
    /// A value has no meaning.
    #[error("preset {file}, parameter {key}: {source}")]
    Parameter {
        /// The file.
        file: String,
        /// The key.
        key: String,
        /// What is wrong with it.
        source: Box<ParameterError>,
    },
}

impl Preset {
    /// The presets that come with Lacquer, in the order of a menu.
    pub fn factory() -> Vec<Self> {
        // A test reads every one of them; a preset that could not be read is left out rather than taking the menu with it.
        FACTORY.iter().filter_map(|(file, text)| Self::parse(file, text).ok()).collect()
    }

    /// A factory preset or one of the user's own by its name, whatever its capitals, spaces and dashes, or else a file.
    pub fn find(name_or_path: &str) -> Result<Self, PresetError> {
        let wanted = crate::text::key(name_or_path);
        let factory = Self::factory();
        if let Some(preset) = factory.iter().find(|preset| crate::text::key(&preset.name) == wanted) {
            return Ok(preset.clone());
        }
        let (own, _) = Library::default().read();
        if let Some(owned) = own.iter().find(|owned| crate::text::key(&owned.preset.name) == wanted) {
            return Ok(owned.preset.clone());
        }
        let path = Path::new(name_or_path);
        if path.is_file() || path.extension().is_some() || path.components().count() > 1 {
            return Self::read(path);
        }
        let own = own.iter().map(|owned| &owned.preset);
        let known =
            factory.iter().chain(own).map(|preset| preset.name.as_str()).collect::<Vec<_>>().join(", ");
        Err(PresetError::Unknown { name: name_or_path.to_owned(), known })
    }

    /// Reads a preset from a file.
    pub fn read(path: &Path) -> Result<Self, PresetError> {
        let file = path.display().to_string();
        match read_regular_text(path, MOST_BYTES) {
            Ok(text) => Self::parse(&file, &text),
            Err(source) => Err(PresetError::Unreadable { file, source }),
        }
    }

    /// Reads a preset from text; `file` names it in messages.
    pub fn parse(file: &str, text: &str) -> Result<Self, PresetError> {
        let malformed = |reason| PresetError::Malformed { file: file.to_owned(), reason };
        let document: Document = toml::from_str(text).map_err(|error| malformed(reason(&error, text)))?;
        let texts = [&document.name, &document.description, &document.group];
        if texts.iter().any(|text| text.chars().count() > LONGEST_TEXT) {
            return Err(malformed(format!("its name or description is longer than {LONGEST_TEXT} signs")));
        }
        let levels = [document.made_for_lufs, document.loudness_lufs];
        if levels.iter().flatten().any(|lufs| !LOUDNESSES_LUFS.contains(lufs)) {
            return Err(malformed("its loudness is not between -40 and -4 LUFS".to_owned()));
        }
        Ok(Self {
            name: document.name,
            description: document.description,
            group: document.group,
            made_for_lufs: document.made_for_lufs,
            loudness_lufs: document.loudness_lufs,
            file: file.to_owned(),
            parameters: document.parameters,
        })
    }

    /// What the tree is set to, under a name: what is not at its default, and nothing that belongs to the session.
    pub fn of(tree: &Tree, name: &str, description: &str) -> Self {
        let mut parameters = toml::Table::new();
        for info in tree.infos() {
            let Ok(plain) = tree.plain(&info.id) else { continue };
            if plain == info.default || SESSION.contains(&info.id.as_str()) {
                continue;
            }
            let choice = (plain.round() as usize).min(info.choices.len().saturating_sub(1));
            let value = match info.choices.get(choice) {
                Some(_) if info.choices == ["Off", "On"] => toml::Value::Boolean(plain >= 0.5),
                Some(choice) => toml::Value::String(choice.clone()),
                None => toml::Value::Float(plain),
            };
            parameters.insert(info.id, value);
        }
        Self {
            name: name.to_owned(),
            description: description.to_owned(),
            group: String::new(),
            made_for_lufs: None,
            loudness_lufs: None,
            file: String::new(),
            parameters,
        }
    }

    /// The preset as the text of its file.
    pub fn to_text(&self) -> String {
        let document = Document {
            name: self.name.clone(),
            description: self.description.clone(),
            group: self.group.clone(),
            made_for_lufs: self.made_for_lufs,
            loudness_lufs: self.loudness_lufs,
            parameters: self.parameters.clone(),
        };
        // Strings, numbers and switches under string keys: what TOML is made of.
        toml::to_string(&document).unwrap_or_default()
    }

    /// Every parameter's plain value under this preset, in the tree's order; those that stay as they are left out.
    pub fn values(&self, tree: &Tree) -> Result<Vec<(String, f64)>, PresetError> {
        for key in self.parameters.keys() {
            if tree.info(key).is_none() && !RETIRED.contains(&key.as_str()) {
                // Asks for the value of what is not there, for the sake of the message.
                tree.plain(key).map_err(|source| self.error(key, source))?;
            }
        }
        let mut values = Vec::new();
        for info in tree.infos() {
            match self.parameters.get(&info.id) {
                Some(value) => {
                    let plain =
                        plain_of(tree, &info.id, value).map_err(|source| self.error(&info.id, source))?;
                    values.push((info.id, plain));
                }
                None if SESSION.contains(&info.id.as_str()) => {}
                None => values.push((info.id, info.default)),
            }
        }
        Ok(values)
    }

    /// Gain in dB that brings a mix of a loudness in LUFS to the one that the preset's thresholds were set for: the input trim's, within
    /// its range. `None` where the preset does not say, or nothing was measured.
    pub fn trim_db(&self, mix_lufs: f64) -> Option<f64> {
        let [least, most] = TRIMS_DB;
        self.made_for_lufs.filter(|_| mix_lufs.is_finite()).map(|lufs| (lufs - mix_lufs).clamp(least, most))
    }

    /// As [`Preset::values`], trimmed to a mix of a loudness in LUFS.
    pub fn values_for(&self, tree: &Tree, mix_lufs: f64) -> Result<Vec<(String, f64)>, PresetError> {
        let mut values = self.values(tree)?;
        if let (Some(trim_db), Some((_, value))) =
            (self.trim_db(mix_lufs), values.iter_mut().find(|(id, _)| id == TRIM))
        {
            *value = trim_db;
        }
        Ok(values)
    }

    /// Sets the tree to this preset: all of it, or on an error nothing.
    pub fn apply(&self, tree: &Tree) -> Result<(), PresetError> {
        for (id, plain) in self.values(tree)? {
            tree.set_plain(&id, plain).map_err(|source| self.error(&id, source))?;
        }
        Ok(())
    }

    fn error(&self, key: &str, source: ParameterError) -> PresetError {
        PresetError::Parameter { file: self.file.clone(), key: key.to_owned(), source: Box::new(source) }
    }
}

/// Where a file is no preset, and how: the place and the kind, nothing of what stands there. A stranger's album may name any file of the
/// machine as a preset, and what is in it is nobody's business.
fn reason(error: &toml::de::Error, text: &str) -> String {
    let at = error.span().map_or(0, |span| span.start);
    let line = 1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count();
    // What was found is in quotes before the word; what is expected after it is ours.
    let message = error.message().lines().next().unwrap_or_default();
    let (found, expected) = message.split_once(", expected").map_or((message, None), |(a, b)| (a, Some(b)));
    let kind = match found.find(['`', '"', '\'']) {
        Some(quote) => found[..quote].trim_end(),
        None => found,
    };
    match expected {
        Some(expected) => format!("line {line}: {kind}, expected{expected}"),
        None => format!("line {line}: {kind}"),
    }
}

fn plain_of(tree: &Tree, id: &str, value: &toml::Value) -> Result<f64, ParameterError> {
    let is_number = tree.info(id).is_some_and(|info| info.choices.is_empty());
    let text = match value {
        // A plain value is itself, whatever its text would be read as.
        toml::Value::Float(plain) if is_number => return tree.checked(id, *plain),
        toml::Value::Integer(plain) if is_number => return tree.checked(id, *plain as f64),
        toml::Value::String(text) => text.clone(),
        toml::Value::Boolean(on) => if *on { "on" } else { "off" }.to_owned(),
        // Numbers go by their digits, so that a choice may be given as 16 or 24.
        other => other.to_string(),
    };
    tree.parse(id, &text)
}

#[cfg(test)]
mod tests;
