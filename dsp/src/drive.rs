//! The limiter's drive at which a programme has a loudness.

use std::convert::Infallible;

/// How near the loudness has to come, LU: half of what is promised.
pub const LOUDNESS_TOLERANCE_LU: f64 = 0.05;
/// Range of the limiter's drive in dB.
pub const DRIVES_DB: [f64; 2] = [-24.0, 24.0];
/// Trials of the search at most; each at least halves what is left of 48 dB.
pub const MOST_TRIALS: usize = 14;

/// A drive that was tried, and what came of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tried {
    /// Drive in dB.
    pub drive_db: f64,
    /// Loudness in LUFS.
    pub lufs: f64,
}

/// Why there is no drive.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum NoDrive<E = Infallible> {
    /// The nearest that can be had, and what its last LU cost.
    Unreachable {
        /// The nearest.
        nearest: Tried,
        /// Drive in dB that the last LU on the way there took; infinite where more drive gives no more.
        db_for_last_lu: f64,
    },
    /// A trial failed.
    Failed(E),
}

/// The drive in dB at which the loudness is `target_lufs`, from `start_db` by secants. `pair` tries two drives at a time, ascending
/// or not, and gives their loudnesses in LUFS: whoever has two cores uses both, and every machine finds the same.
///
/// # Errors
/// [`NoDrive::Unreachable`] where no drive comes as near as [`LOUDNESS_TOLERANCE_LU`], or what `pair` fails with.
pub fn search<E>(
    target_lufs: f64,
    start_db: f64,
    mut pair: impl FnMut([f64; 2]) -> Result<[f64; 2], E>,
) -> Result<f64, NoDrive<E>> {
    let [lowest, highest] = DRIVES_DB;
    let start_db = start_db.clamp(lowest, highest - 1.0);
    // Ascending in drive.
    let mut tried: Vec<Tried> = Vec::new();
    let mut drives = [start_db, start_db + 1.0];
    let miss = |point: &Tried| (point.lufs - target_lufs).abs();
    let mut nearest = Tried { drive_db: start_db, lufs: f64::NAN };
    for _ in 0..MOST_TRIALS {
        let found = pair(drives).map_err(NoDrive::Failed)?;
        tried.extend(drives.iter().zip(found).map(|(drive_db, lufs)| Tried { drive_db: *drive_db, lufs }));
        tried.sort_by(|a, b| a.drive_db.total_cmp(&b.drive_db));
        nearest = tried.iter().copied().min_by(|a, b| miss(a).total_cmp(&miss(b))).unwrap_or(nearest);
        if miss(&nearest) <= LOUDNESS_TOLERANCE_LU {
            return Ok(nearest.drive_db);
        }
        let at_its_end = nearest.drive_db == highest && nearest.lufs < target_lufs
            || nearest.drive_db == lowest && nearest.lufs > target_lufs;
        if at_its_end {
            break;
        }
        drives = next_pair(target_lufs, &tried, nearest);
    }
    Err(NoDrive::Unreachable { nearest, db_for_last_lu: db_for_last_lu(&tried, nearest) })
}

/// The two drives that promise most after those that were tried.
fn next_pair(target_lufs: f64, tried: &[Tried], nearest: Tried) -> [f64; 2] {
    let [lowest, highest] = DRIVES_DB;
    // The last drive below the target and the first above it, or the outermost two.
    let above = tried.iter().position(|point| point.lufs >= target_lufs).unwrap_or(tried.len());
    let right = above.clamp(1, tried.len() - 1);
    let (left, right) = (tried[right - 1], tried[right]);
    let slope = ((right.lufs - left.lufs) / (right.drive_db - left.drive_db)).max(0.1);
    let step = (target_lufs - nearest.lufs) / slope;
    let is_bracketed = left.lufs < target_lufs && target_lufs < right.lufs;
    let inside = |drive_db: f64| {
        let drive_db = drive_db.clamp(lowest, highest);
        if is_bracketed { drive_db.clamp(left.drive_db, right.drive_db) } else { drive_db }
    };
    // The curve bends down the harder it is driven: the truth lies a little beyond the secant's end.
    let mut pair = [inside(nearest.drive_db + step), inside(nearest.drive_db + 1.15 * step)];
    if tried.iter().any(|point| point.drive_db == pair[0]) {
        pair[0] = 0.5 * (left.drive_db + right.drive_db);
    }
    pair
}

/// Drive that the last LU before `nearest` took, between the tried drives around it.
fn db_for_last_lu(tried: &[Tried], nearest: Tried) -> f64 {
    let before = tried.iter().rev().find(|point| point.lufs < nearest.lufs - 0.3);
    before.map_or(f64::INFINITY, |point| (nearest.drive_db - point.drive_db) / (nearest.lufs - point.lufs))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocks::math;

    /// Loudness grows one for one at first and saturates at -5 LUFS.
    fn bending(drive_db: f64) -> f64 {
        -5.0 - 3.0 * math::ln(1.0 + math::exp((-3.0 - drive_db) / 3.0))
    }

    fn of_bending(target_lufs: f64) -> Result<f64, NoDrive> {
        search(target_lufs, 0.0, |drives| Ok(drives.map(bending)))
    }

    #[test]
    fn the_drive_is_found_on_a_bending_curve() {
        for target in [-24.0, -14.0, -9.0, -6.0] {
            let drive = of_bending(target).expect("a drive");
            assert!((bending(drive) - target).abs() <= LOUDNESS_TOLERANCE_LU, "{target}: {drive}");
        }
    }

    #[test]
    fn beyond_the_curves_end_it_is_told_what_can_be_had_and_what_more_would_cost() {
        let Err(NoDrive::Unreachable { nearest, db_for_last_lu }) = of_bending(-3.0) else {
            panic!("found a drive")
        };
        assert_eq!(nearest.drive_db, DRIVES_DB[1]);
        assert!((nearest.lufs + 5.0).abs() < 0.01);
        assert!(db_for_last_lu > 3.0, "{db_for_last_lu} dB for the last LU of a curve that has gone flat");
    }

    #[test]
    fn a_trial_that_fails_ends_the_search() {
        assert_eq!(search(-9.0, 0.0, |_| Err("stopped")), Err(NoDrive::Failed("stopped")));
    }
}
