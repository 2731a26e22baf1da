//! A preset with settings on top of it, as several subcommands take them; and what is wrong with arguments that have no meaning.

use lacquer_params::preset::PresetError;
use lacquer_params::tree::ParameterError;
use lacquer_params::{Preset, Tree};

/// What has no meaning, and what to give.
#[derive(Debug, thiserror::Error)]
pub enum AskedError {
    /// A setting is not of the form id=value.
    #[error(
        "--set {text}: give it as id=value, for instance --set limiter_drive=3; `lacquer params` lists the ids"
    )]
    Setting {
        /// What was given.
        text: String,
    },
    /// A parameter's id or value has no meaning.
    #[error("--set {text}: {source}; `lacquer params` lists ids and ranges")]
    Parameter {
        /// What was given.
        text: String,
        /// What is wrong with it.
        source: ParameterError,
    },
    /// A preset is not there or not good.
    #[error("--preset: {0}")]
    Preset(#[from] PresetError),
    /// A target is neither a name nor a loudness.
    #[error("--target {text}: give a loudness between -40 and -4 LUFS or one of: {known}")]
    Target {
        /// What was given.
        text: String,
        /// The names.
        known: String,
    },
    /// A setting leaves no drive to reach the target's loudness with.
    #[error(
        "--set {setting} and --target {target}: the target's loudness is reached by the limiter's drive; leave one of them out (--no-config \
         leaves out what lacquer.toml gives)"
    )]
    Contradiction {
        /// The setting.
        setting: &'static str,
        /// The target.
        target: String,
    },
    /// A ceiling is out of range.
    #[error("--ceiling {ceiling_dbtp}: give a level between -12 and 0 dBTP")]
    Ceiling {
        /// What was given.
        ceiling_dbtp: f64,
    },
    /// A sample rate that no release has.
    #[error("--rate {hz}: give one of 44100, 48000, 88200, 96000, 176400, 192000, 352800, 384000")]
    Rate {
        /// What was given, hertz.
        hz: u32,
    },
}

/// The parameters of a preset, if one is named, with each `id=value` set on top; and the preset.
pub fn tree_of(preset: Option<&str>, set: &[String]) -> Result<(Tree, Option<Preset>), AskedError> {
    let tree = Tree::new();
    let preset = preset.map(Preset::find).transpose()?;
    if let Some(preset) = &preset {
        preset.apply(&tree)?;
    }
    for text in set {
        let (id, value) = text.split_once('=').ok_or_else(|| AskedError::Setting { text: text.clone() })?;
        tree.set_from_text(id.trim(), value.trim())
            .map_err(|source| AskedError::Parameter { text: text.clone(), source })?;
    }
    Ok((tree, preset))
}
