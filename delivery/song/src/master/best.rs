//! The limiter of a master that nobody hears while it is made: over the whole programme at once.

use super::{Progress, Step};
use crate::error::MasterError;
use crate::render::render;
use lacquer_dsp::chain::limiter::best::{Best, Limited, Rendered};
use lacquer_dsp::chain::{Dither, LimiterSettings};
use lacquer_dsp::drive::LOUDNESS_TOLERANCE_LU;
use lacquer_dsp::metering::loudness::Loudness;
use lacquer_dsp::programme::{Louder, Source, Store, visit};
use lacquer_dsp::{ChainSettings, Frame, ProcessSpec, Processor};
use std::io;

/// How far below the loudest drive another one is tried, to tell what the last LU cost, dB.
const LAST_STEP_DB: f64 = 4.0;

/// What was limited, turned back by the drive where the settings ask for that; [`dithered`] comes next.
pub type AtItsLevel = Louder<Rendered>;

fn at_its_level(rendered: Rendered, settings: &ChainSettings) -> AtItsLevel {
    let limiter = &settings.limiter;
    let gain = if limiter.unity_gain { 10f64.powf(-limiter.drive_db / 20.0) } else { 1.0 };
    Louder { of: rendered, gain }
}

/// Limits what comes before the limiter, at the settings' drive.
///
/// # Errors
/// As [`Source::read`], and where `store` has no room.
pub fn at_its_drive(
    spec: &ProcessSpec,
    driven: &dyn Source,
    settings: &ChainSettings,
    store: &dyn Store,
) -> io::Result<AtItsLevel> {
    let (limiter, drive_db) = (with_reserve(spec, settings), settings.limiter.drive_db);
    let mut best = Best::new(driven, store, spec.sample_rate, &limiter)?;
    best.find_slow_gain(drive_db)?;
    Ok(at_its_level(best.render(drive_db)?, settings))
}

/// As [`at_its_drive`], at the drive that brings it to a loudness by `loudness`, which is written into the settings.
///
/// # Errors
/// [`MasterError::Unreachable`] with the loudness that can be had and what its last LU cost, and [`MasterError::Spill`].
pub fn limit_to(
    spec: &ProcessSpec,
    driven: &dyn Source,
    settings: &mut ChainSettings,
    target_lufs: f64,
    store: &dyn Store,
    loudness: &dyn Fn(&dyn Source) -> io::Result<f64>,
    progress: Progress,
) -> Result<AtItsLevel, MasterError> {
    progress(Step::Solving, 0.0);
    let limiter = with_reserve(spec, settings);
    let mut best = Best::new(driven, store, spec.sample_rate, &limiter)?;
    let Limited { frames, drive_db, loudness_lufs: found_lufs } = best.render_to(target_lufs, loudness)?;
    if (found_lufs - target_lufs).abs() > LOUDNESS_TOLERANCE_LU {
        let before_lufs = loudness(&best.render(drive_db - LAST_STEP_DB)?)?;
        let db_for_last_lu = LAST_STEP_DB / (found_lufs - before_lufs).max(1e-3);
        return Err(MasterError::Unreachable { target_lufs, drive_db, found_lufs, db_for_last_lu });
    }
    settings.limiter.drive_db = drive_db;
    progress(Step::Solving, 1.0);
    Ok(at_its_level(frames, settings))
}

/// The limiter's settings, with what the dither may add kept free under the ceiling.
pub fn with_reserve(spec: &ProcessSpec, settings: &ChainSettings) -> LimiterSettings {
    let mut dither = Dither::default();
    dither.prepare(spec);
    LimiterSettings {
        output_reserve: settings.limiter.output_reserve + dither.peak_reserve(&settings.dither),
        ..settings.limiter
    }
}

/// Shows `with` what comes after the limiter, in order.
///
/// # Errors
/// As [`render`].
pub fn dithered<E: From<io::Error>>(
    spec: &ProcessSpec,
    settings: &ChainSettings,
    limited: &dyn Source,
    with: impl FnMut(&[Frame]) -> Result<(), E>,
) -> Result<(), E> {
    let mut after = ChainSettings { dither: settings.dither, ..Default::default() };
    after.input_trim.on = false;
    after.limiter.on = false;
    render(spec, &after, limited, with, &|_| {})
}

/// Gated loudness, LUFS.
///
/// # Errors
/// As [`Source::read`].
pub fn loudness_lufs(frames: &dyn Source, spec: &ProcessSpec) -> io::Result<f64> {
    let mut meter = Loudness::new(spec.sample_rate, spec.channels);
    visit(frames, 0..frames.length(), |frames| {
        meter.push(frames);
        Ok::<_, io::Error>(())
    })?;
    Ok(meter.integrated_lufs())
}
