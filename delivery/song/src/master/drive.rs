//! The drive of the plugin's limiter that reaches a loudness.

use super::{Progress, Step};
use crate::error::MasterError;
use lacquer_dsp::drive::{MOST_TRIALS, NoDrive, search};

/// The drive in dB at which `loudness` is the target, from `start_db`; what is returned was tried last.
///
/// # Errors
/// [`MasterError::Unreachable`] with the loudness that can be had and what its last LU cost, and what `loudness` says.
pub fn solve(
    target_lufs: f64,
    start_db: f64,
    progress: Progress,
    mut loudness: impl FnMut(f64) -> Result<f64, MasterError>,
) -> Result<f64, MasterError> {
    let mut trials = 0;
    let found = search(target_lufs, start_db, |drive_db| {
        let lufs = loudness(drive_db)?;
        trials += 1;
        progress(Step::Solving, (trials as f64 / MOST_TRIALS as f64).min(1.0));
        Ok(lufs)
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
