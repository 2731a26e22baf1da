//! The drive of the plugin's limiter that reaches a loudness.

use super::{Progress, Step};
use crate::error::MasterError;
use crate::render::render;
use lacquer_dsp::drive::{MOST_TRIALS, NoDrive, search};
use lacquer_dsp::metering::loudness::Loudness;
use lacquer_dsp::programme::Source;
use lacquer_dsp::{ChainSettings, Frame, ProcessSpec};

/// The drive in dB at which `loudness` is the target, from `start_db`. Two drives are tried at a time, whatever the number of cores, so
/// that every machine finds the same.
///
/// # Errors
/// [`MasterError::Unreachable`] with the loudness that can be had and what its last LU cost, and what `loudness` says.
pub fn solve(
    target_lufs: f64,
    start_db: f64,
    progress: Progress,
    loudness: impl Fn(f64) -> Result<f64, MasterError> + Sync,
) -> Result<f64, MasterError> {
    let mut trials = 0;
    let found = search(target_lufs, start_db, |drives| {
        trials += 1;
        let found = std::thread::scope(|scope| {
            let second = scope.spawn(|| loudness(drives[1]));
            [loudness(drives[0]), second.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))]
        });
        progress(Step::Solving, trials as f64 / MOST_TRIALS as f64);
        let [first, second] = found;
        Ok([first?, second?])
    });
    match found {
        Ok(drive_db) => Ok(drive_db),
        Err(NoDrive::Unreachable { nearest, db_for_last_lu }) => Err(MasterError::Unreachable {
            target_lufs,
            drive_db: nearest.drive_db,
            found_lufs: nearest.lufs,
            db_for_last_lu,
        }),
        Err(NoDrive::Failed(error)) => Err(error),
    }
}

/// Loudness of what `settings` make of a programme, at a file's precision, LUFS.
///
/// # Errors
/// As [`render`].
pub fn loudness_lufs(
    spec: &ProcessSpec,
    settings: &ChainSettings,
    driven: &dyn Source,
) -> Result<f64, MasterError> {
    let mut meter = Loudness::new(spec.sample_rate, spec.channels);
    let mut rounded: Vec<Frame> = Vec::new();
    render(
        spec,
        settings,
        driven,
        |frames| {
            rounded.clear();
            rounded.extend(frames.iter().map(|frame| frame.map(|x| f64::from(x as f32))));
            meter.push(&rounded);
            Ok::<_, MasterError>(())
        },
        &|_| {},
    )?;
    Ok(meter.integrated_lufs())
}
