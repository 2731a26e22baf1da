//! The limiter's drive at which a programme has a loudness.

use std::convert::Infallible;

/// How near the loudness has to come, LU: half of what is promised.
pub const LOUDNESS_TOLERANCE_LU: f64 = 0.05;
/// Range of the limiter's drive in dB.
pub const DRIVES_DB: [f64; 2] = [-24.0, 24.0];
/// Trials of the search at most: two or three find a drive, and where they do not, each halves what is left of 48 dB.
pub const MOST_TRIALS: usize = 12;
/// What a decibel more gives where nothing else is known, LU, and the least that it is taken for.
const USUAL_SLOPE: f64 = 0.85;
const LEAST_SLOPE: f64 = 0.1;
/// Trials after which secants are given up for halves: the curve is none that they are made for.
const MOST_SECANTS: usize = 6;
/// How far below a drive that is not enough another one is tried, to tell what the last LU cost, dB.
const LAST_STEP_DB: f64 = 4.0;

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

/// The drive in dB at which the loudness that `trial` gives, in LUFS, is `target_lufs`; by secants from `start_db`, best the drive at which
/// a limiter that has nothing to do would give it. What is returned was tried last.
///
/// # Errors
/// [`NoDrive::Unreachable`] where no drive comes as near as [`LOUDNESS_TOLERANCE_LU`], or what `trial` fails with.
pub fn search<E>(
    target_lufs: f64,
    start_db: f64,
    mut trial: impl FnMut(f64) -> Result<f64, E>,
) -> Result<f64, NoDrive<E>> {
    let [lowest, highest] = DRIVES_DB;
    // Ascending in drive.
    let mut tried: Vec<Tried> = Vec::new();
    let mut drive_db = start_db.clamp(lowest, highest);
    let miss = |point: &Tried| (point.lufs - target_lufs).abs();
    let mut nearest = Tried { drive_db, lufs: f64::NAN };
    for _ in 0..MOST_TRIALS {
        let lufs = trial(drive_db).map_err(NoDrive::Failed)?;
        tried.insert(tried.partition_point(|point| point.drive_db < drive_db), Tried { drive_db, lufs });
        nearest = tried.iter().copied().min_by(|a, b| miss(a).total_cmp(&miss(b))).unwrap_or(nearest);
        if miss(&nearest) <= LOUDNESS_TOLERANCE_LU {
            return Ok(nearest.drive_db);
        }
        let at_its_end = nearest.drive_db == highest && nearest.lufs < target_lufs
            || nearest.drive_db == lowest && nearest.lufs > target_lufs;
        if at_its_end || !lufs.is_finite() {
            break;
        }
        drive_db = next(target_lufs, &tried, nearest);
    }
    if db_for_last_lu(&tried, nearest).is_infinite() && nearest.drive_db == highest {
        let drive_db = highest - LAST_STEP_DB;
        let lufs = trial(drive_db).map_err(NoDrive::Failed)?;
        tried.insert(0, Tried { drive_db, lufs });
    }
    Err(NoDrive::Unreachable { nearest, db_for_last_lu: db_for_last_lu(&tried, nearest) })
}

/// The drive that promises most after those that were tried.
fn next(target_lufs: f64, tried: &[Tried], nearest: Tried) -> f64 {
    let [lowest, highest] = DRIVES_DB;
    // The last drive below the target and the first above it, as far as there are any.
    let above = tried.partition_point(|point| point.lufs < target_lufs);
    let left = above.checked_sub(1).map_or(lowest, |left| tried[left].drive_db);
    let right = tried.get(above).map_or(highest, |right| right.drive_db);
    // The neighbour that is nearer in loudness tells the slope.
    let neighbour = tried
        .iter()
        .filter(|point| point.drive_db != nearest.drive_db)
        .min_by(|a, b| (a.lufs - nearest.lufs).abs().total_cmp(&(b.lufs - nearest.lufs).abs()));
    let slope = neighbour.map_or(USUAL_SLOPE, |other| {
        ((nearest.lufs - other.lufs) / (nearest.drive_db - other.drive_db)).max(LEAST_SLOPE)
    });
    let drive_db = nearest.drive_db + (target_lufs - nearest.lufs) / slope;
    if tried.len() < MOST_SECANTS && (left..=right).contains(&drive_db) {
        drive_db
    } else if above == 0 || above == tried.len() {
        // Nothing on the other side yet.
        drive_db.clamp(lowest, highest)
    } else {
        0.5 * (left + right)
    }
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
        search(target_lufs, 0.0, |drive_db| Ok(bending(drive_db)))
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
    fn few_trials_are_enough() {
        for target in [-24.0, -14.0, -9.0, -7.0] {
            let mut trials = 0;
            // From where a limiter with nothing to do would give it: the curve is 1 for 1 below.
            let found = search(target, target + 2.0, |drive_db| {
                trials += 1;
                Ok::<_, ()>(bending(drive_db))
            });
            assert!(found.is_ok() && trials <= 4, "{target} LUFS: {trials} trials");
        }
    }

    #[test]
    fn a_curve_with_a_step_is_halved() {
        // No secant finds the step's edge.
        let step = |drive_db: f64| if drive_db < 3.21 { -14.0 } else { -10.0 + 0.001 * drive_db };
        let mut trials = 0;
        let found = search(-12.0, 0.0, |drive_db| {
            trials += 1;
            Ok::<_, ()>(step(drive_db))
        });
        assert!(matches!(found, Err(NoDrive::Unreachable { .. })));
        assert!(trials <= MOST_TRIALS + 1);
    }

    #[test]
    fn a_trial_that_fails_ends_the_search() {
        assert_eq!(search(-9.0, 0.0, |_| Err("stopped")), Err(NoDrive::Failed("stopped")));
    }
}
