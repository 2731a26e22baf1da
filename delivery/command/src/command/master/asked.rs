//! What the arguments of `lacquer master` ask for.

use super::{Fix, MasterArguments};
use crate::command::asked::{AskedError, tree_of};
use crate::command::check::LOUDNESSES_LUFS;
use lacquer_dsp::ProcessSpec;
use lacquer_dsp::chain::dither::WordLength as DitherLength;
use lacquer_dsp::targets::{self, Target};
use lacquer_files::encode::WordLength;
use lacquer_files::error::SAMPLE_RATES;
use lacquer_params::Preset;
use lacquer_song::master::Job;

/// Ceilings in dBTP that may be asked for.
const CEILINGS_DBTP: std::ops::RangeInclusive<f64> = -12.0..=0.0;

/// What is aimed at.
struct Aim {
    lufs: Option<f64>,
    row: Option<&'static Target>,
}

/// What the arguments ask for.
pub struct Asked {
    /// What is made of each mix.
    pub job: Job,
    /// The preset that was named.
    pub preset: Option<Preset>,
    /// The target that was named.
    pub row: Option<&'static Target>,
}

/// What the arguments ask for.
///
/// # Errors
/// What has no meaning, and what to give.
pub fn asked(arguments: &MasterArguments) -> Result<Asked, AskedError> {
    if let Some(hz) = arguments.rate.filter(|hz| !SAMPLE_RATES.contains(hz)) {
        return Err(AskedError::Rate { hz });
    }
    let (tree, preset) = tree_of(arguments.preset.as_deref(), &arguments.set)?;
    let is_set = |id: &str| arguments.set.iter().any(|text| text.trim_start().starts_with(&format!("{id}=")));
    let mut aim = match arguments.target.as_deref() {
        Some(target) => aim(target)?,
        None => Aim { lufs: None, row: None },
    };
    let mut settings = tree.to_settings();
    // What leaves the limiter no drive to be found.
    let fixed = [
        (is_set("limiter_drive"), "limiter_drive"),
        (is_set("limiter_on") && !settings.limiter.on, "limiter_on=off"),
        (is_set("bypass") && settings.bypass, "bypass=on"),
    ];
    let fixed = fixed.into_iter().find(|(is_fixed, _)| *is_fixed).map(|(_, setting)| setting);
    if let (Some(setting), Some(target), Some(_)) = (fixed, &arguments.target, aim.lufs) {
        return Err(AskedError::Contradiction { setting, target: target.clone() });
    }
    // What a preset promises, unless the drive is given: also where a target asks for no loudness.
    if aim.lufs.is_none() && fixed.is_none() {
        aim.lufs = preset.as_ref().and_then(|preset| preset.loudness_lufs);
    }
    if arguments.fix.contains(&Fix::Dc) {
        settings.input_trim.on = true;
        settings.input_trim.dc_filter = true;
    }
    let ceiling_dbtp = match (arguments.ceiling, aim.row) {
        (Some(ceiling_dbtp), _) if !CEILINGS_DBTP.contains(&ceiling_dbtp) => {
            return Err(AskedError::Ceiling { ceiling_dbtp });
        }
        (Some(ceiling_dbtp), _) => Some(ceiling_dbtp),
        // A ceiling that somebody set is lower for a reason.
        (None, Some(row)) if is_set("limiter_ceiling") => {
            Some(row.ceiling_dbtp().min(settings.limiter.ceiling_dbtp))
        }
        (None, Some(row)) => Some(row.ceiling_dbtp()),
        (None, None) => None,
    };
    if let Some(ceiling_dbtp) = ceiling_dbtp {
        settings.limiter.on = true;
        settings.limiter.true_peak = true;
        settings.limiter.ceiling_dbtp = ceiling_dbtp;
    }
    let own = match (settings.dither.on, settings.dither.word_length) {
        (true, DitherLength::Bits16) => WordLength::Bits16,
        (true, DitherLength::Bits20) => WordLength::Bits20,
        _ => WordLength::Bits24,
    };
    let targets =
        aim.row.map(|row| if row.form.bits == 16 { WordLength::Bits16 } else { WordLength::Bits24 });
    let word_length = arguments.word_length.or(targets).unwrap_or(own);
    let spec = tree.to_spec(ProcessSpec::stereo(48_000.0));
    let trims = |preset: &Preset| preset.made_for_lufs.is_some() && !is_set("input_trim_gain");
    let trimmed_by = preset.clone().filter(trims);
    let job = Job {
        settings,
        spec,
        target_lufs: aim.lufs,
        trimmed_by,
        word_length,
        sample_rate: None,
        limiter: arguments.limiter,
        keeps_archive: arguments.archive,
    };
    Ok(Asked { job, preset, row: aim.row })
}

/// A target by name or in LUFS.
fn aim(text: &str) -> Result<Aim, AskedError> {
    if let Some(row) = targets::find(text) {
        return Ok(Aim { lufs: row.integrated_lufs, row: Some(row) });
    }
    let number = text.trim().trim_end_matches("LUFS").trim();
    match number.parse::<f64>() {
        Ok(lufs) if LOUDNESSES_LUFS.contains(&lufs) => Ok(Aim { lufs: Some(lufs), row: None }),
        _ => Err(AskedError::Target { text: text.to_owned(), known: targets::known() }),
    }
}
