//! The limiter of a master that nobody hears while it is made: over the whole programme at once.

use super::{Progress, Step};
use crate::error::MasterError;
use crate::render::render;
use lacquer_dsp::chain::limiter::best::{Best, Limited};
use lacquer_dsp::chain::{Dither, LimiterSettings};
use lacquer_dsp::drive::LOUDNESS_TOLERANCE_LU;
use lacquer_dsp::metering::loudness::Loudness;
use lacquer_dsp::{ChainSettings, Frame, ProcessSpec, Processor};

/// How far below the loudest drive another one is tried, to tell what the last LU cost, dB.
const LAST_STEP_DB: f64 = 4.0;

/// Limits what comes before the limiter, at the settings' drive; [`dithered`] comes next.
pub fn at_its_drive(spec: &ProcessSpec, driven: &[Frame], settings: &ChainSettings) -> Vec<Frame> {
    let (limiter, drive_db) = (with_reserve(spec, settings), settings.limiter.drive_db);
    let mut best = Best::new(driven, spec.sample_rate, &limiter);
    best.find_slow_gain(drive_db);
    at_unity(settings, best.render(drive_db))
}

/// As [`at_its_drive`], at the drive that brings it to a loudness by `loudness`, which is written into the settings.
///
/// # Errors
/// [`MasterError::Unreachable`] with the loudness that can be had and what its last LU cost.
pub fn limit_to(
    spec: &ProcessSpec,
    driven: &[Frame],
    settings: &mut ChainSettings,
    target_lufs: f64,
    loudness: &dyn Fn(&[Frame]) -> f64,
    progress: Progress,
) -> Result<Vec<Frame>, MasterError> {
    progress(Step::Solving, 0.0);
    let limiter = with_reserve(spec, settings);
    let mut best = Best::new(driven, spec.sample_rate, &limiter);
    let Limited { frames, drive_db, loudness_lufs: found_lufs } = best.render_to(target_lufs, loudness);
    if (found_lufs - target_lufs).abs() > LOUDNESS_TOLERANCE_LU {
        let before_lufs = loudness(&best.render(drive_db - LAST_STEP_DB));
        let db_for_last_lu = LAST_STEP_DB / (found_lufs - before_lufs).max(1e-3);
        return Err(MasterError::Unreachable { target_lufs, drive_db, found_lufs, db_for_last_lu });
    }
    settings.limiter.drive_db = drive_db;
    progress(Step::Solving, 1.0);
    Ok(at_unity(settings, frames))
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

/// What was limited, turned back by the drive where the settings ask for that.
fn at_unity(settings: &ChainSettings, mut frames: Vec<Frame>) -> Vec<Frame> {
    if settings.limiter.unity_gain {
        let back = 10f64.powf(-settings.limiter.drive_db / 20.0);
        frames.iter_mut().for_each(|frame| *frame = frame.map(|x| x * back));
    }
    frames
}

/// What comes after the limiter.
pub fn dithered(spec: &ProcessSpec, settings: &ChainSettings, frames: Vec<Frame>) -> Vec<Frame> {
    let mut after = ChainSettings { dither: settings.dither, ..Default::default() };
    after.input_trim.on = false;
    after.limiter.on = false;
    render(spec, &after, frames.into_iter(), &|_| {})
}

/// Gated loudness, LUFS.
pub fn loudness_lufs(frames: &[Frame], spec: &ProcessSpec) -> f64 {
    let mut meter = Loudness::new(spec.sample_rate, spec.channels);
    meter.push(frames);
    meter.integrated_lufs()
}
