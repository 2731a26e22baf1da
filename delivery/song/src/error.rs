//! What can keep a song from being mastered, in words for whoever asked.

use lacquer_dsp::drive::LOUDNESS_TOLERANCE_LU;
use std::path::PathBuf;

/// What went wrong, with what, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum MasterError {
    /// A file cannot be read, or not be written.
    #[error(transparent)]
    File(#[from] lacquer_files::Error),
    /// What lies in a temporary file cannot be read, or not be put there.
    #[error(transparent)]
    Spill(#[from] std::io::Error),
    /// A rate cannot be converted.
    #[error(transparent)]
    Resample(#[from] lacquer_files::resample::ResampleError),
    /// The loudness cannot be reached.
    #[error(
        "{target_lufs:.1} LUFS cannot be reached: {found_lufs:.1} LUFS can be had, with the limiter's drive at {drive_db:+.1} dB, and its last LU took {db_for_last_lu:.0} dB of drive; give a target of {advised_lufs:.1} or lower, or change what comes before the limiter",
        advised_lufs = within_reach(*found_lufs)
    )]
    Unreachable {
        /// The loudness that was wanted.
        target_lufs: f64,
        /// The drive at the end of its range.
        drive_db: f64,
        /// The loudness there.
        found_lufs: f64,
        /// Drive in dB that the last LU on the way there took.
        db_for_last_lu: f64,
    },
    /// No render holds the ceiling.
    #[error(
        "the true peak stays {over_db:.2} dB over the ceiling of {ceiling_dbtp:.2} dBTP, at {at_s:.3} s: nothing was written; the programme has content near half of its sample rate there, or jumps that no limiter foresees: low-pass it, or give a lower ceiling"
    )]
    OverCeiling {
        /// The ceiling, dBTP.
        ceiling_dbtp: f64,
        /// By how much the last render was over it, dB.
        over_db: f64,
        /// Where, seconds from the beginning.
        at_s: f64,
    },
    /// There is nothing to measure.
    #[error("{}: no loudness that could be brought to a target: the programme is silent or shorter than 0.4 s; ask for no loudness", path.display())]
    Silent {
        /// The file.
        path: PathBuf,
    },
}

/// The next tenth of a LU that is reached for sure where this loudness in LUFS is the nearest that can be had.
fn within_reach(found_lufs: f64) -> f64 {
    ((found_lufs - LOUDNESS_TOLERANCE_LU) * 10.0).floor() / 10.0
}
