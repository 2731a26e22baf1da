//! The limiter of a master that nobody hears while it is made: over the whole programme at once.

use super::{Progress, Step};
use crate::error::Error;
use crate::render::render;
use lacquer_dsp::chain::limiter::best::{Best, Limited};
use lacquer_dsp::chain::{Dither, LimiterSettings};
use lacquer_dsp::drive::LOUDNESS_TOLERANCE_LU;
use lacquer_dsp::metering::loudness::Loudness;
use lacquer_dsp::{ChainSettings, Frame, ProcessSpec, Processor};

/// How far below the loudest drive another one is tried, to tell what the last LU cost, dB.
const LAST_STEP_DB: f64 = 4.0;

/// Limits and dithers what comes before the limiter, at the settings' drive or, with a target, at the drive that reaches it, which is
/// written into the settings.
///
/// # Errors
/// [`Error::Unreachable`] with the loudness that can be had.
pub(crate) fn limit(
    spec: &ProcessSpec,
    driven: &[Frame],
    settings: &mut ChainSettings,
    target_lufs: Option<f64>,
    progress: Progress,
) -> Result<Vec<Frame>, Error> {
    let mut dither = Dither::default();
    dither.prepare(spec);
    let limiter = LimiterSettings {
        output_reserve: settings.limiter.output_reserve + dither.peak_reserve(&settings.dither),
        ..settings.limiter
    };
    progress(Step::Solving, 0.0);
    let mut best = Best::new(driven, spec.sample_rate, &limiter);
    let mut frames = match target_lufs {
        Some(target_lufs) => {
            let Limited { frames, drive_db, loudness_lufs: found_lufs } =
                best.render_to(target_lufs, |frames| loudness_lufs(frames, spec));
            if (found_lufs - target_lufs).abs() > LOUDNESS_TOLERANCE_LU {
                let before_lufs = loudness_lufs(&best.render(drive_db - LAST_STEP_DB), spec);
                let db_for_last_lu = LAST_STEP_DB / (found_lufs - before_lufs).max(1e-3);
                return Err(Error::Unreachable { target_lufs, drive_db, found_lufs, db_for_last_lu });
            }
            settings.limiter.drive_db = drive_db;
            frames
        }
        None => {
            best.find_slow_gain(limiter.drive_db);
            best.render(limiter.drive_db)
        }
    };
    if limiter.unity_gain {
        let back = 10f64.powf(-limiter.drive_db / 20.0);
        frames.iter_mut().for_each(|frame| *frame = frame.map(|x| x * back));
    }
    progress(Step::Solving, 1.0);
    let mut after = ChainSettings { dither: settings.dither, ..Default::default() };
    after.input_trim.on = false;
    after.limiter.on = false;
    Ok(render(spec, &after, frames.into_iter(), &|_| {}))
}

fn loudness_lufs(frames: &[Frame], spec: &ProcessSpec) -> f64 {
    let mut meter = Loudness::new(spec.sample_rate, spec.channels);
    meter.push(frames);
    meter.integrated_lufs()
}
