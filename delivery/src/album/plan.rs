//! The loudness plan: how much drive each track gets into the limiter, and which rule set it.
//!
//! *Album*: the loudest track comes to the target, every other one keeps its distance from it. *Equal*: every track comes to the
//! target. *As is*: nothing is moved. No track is moved further than the cap against the others, and none is limited by more than
//! [`MOST_LIMITING_DB`]: beyond that the ceiling, not the target, sets the loudness. What follows without a gap moves with what it
//! follows, or there would be a step.
//!
//! Source: AES TD1008.1.21-9 (the loudest track of an album to the target, the others relative to it).

use super::file::{Aim, Mode};
use serde::Serialize;

/// How far peaks may stand over the ceiling before the limiter, dB: more is no mastering but distortion.
pub const MOST_LIMITING_DB: f64 = 12.0;
/// A difference that nobody hears, LU: less is not reported as a cap or a miss.
const INAUDIBLE_LU: f64 = 0.05;

/// Which rule set a gain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The loudness that is aimed at.
    Target,
    /// The ceiling: more drive would only be limited away.
    Ceiling,
    /// The distance from the other tracks.
    Neighbour,
    /// The cap on moves against the others.
    Cap,
    /// Nothing is to be moved.
    AsIs,
    /// There is no loudness to move.
    Silent,
}

/// What is done to a track.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Move {
    /// Its number, from 1.
    pub track: usize,
    /// Drive into the limiter, dB.
    pub gain_db: f64,
    /// Of it, what it is moved against the others, dB.
    pub against_others_db: f64,
    /// Which rule set it.
    pub reason: Reason,
    /// The rule in words.
    pub sentence: String,
}

/// What the plan has to know of a unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// Loudness of its loudest track before the limiter, LUFS.
    pub loudness_lufs: f64,
    /// True peak before the limiter, dBTP.
    pub true_peak_dbtp: f64,
    /// What the album file adds to the plan, dB.
    pub offset_db: f64,
    /// Drive that its own settings have, dB.
    pub drive_db: f64,
    /// Whether it follows the unit before it without a gap.
    pub is_joined: bool,
}

/// What is done to a unit.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitMove {
    /// Drive into the limiter, dB.
    pub gain_db: f64,
    /// Of it, what the unit is moved against the others, dB.
    pub against_others_db: f64,
    /// Which rule set it.
    pub reason: Reason,
    /// The rule in words.
    pub sentence: String,
}

/// Makes the plan. `solve` gives the drive in dB at which a unit comes out at a loudness, or the end of the drive's range;
/// `loudness` the loudness at a drive. Both are as expensive as renders and asked no more often than needed.
pub fn plan<E>(
    aim: &Aim,
    levels: &[Level],
    solve: impl Fn(usize, f64) -> Result<f64, E>,
    loudness: impl Fn(usize, f64) -> Result<f64, E>,
) -> Result<Vec<UnitMove>, E> {
    let own = |level: &Level| level.offset_db + if aim.mode == Mode::Album { level.drive_db } else { 0.0 };
    let base = |level: &Level| level.loudness_lufs + own(level);
    let most_db = |level: &Level| aim.ceiling_dbtp - level.true_peak_dbtp + MOST_LIMITING_DB;
    let sounding: Vec<usize> = (0..levels.len()).filter(|n| levels[*n].loudness_lufs.is_finite()).collect();
    let loudest = sounding.iter().copied().max_by(|a, b| base(&levels[*a]).total_cmp(&base(&levels[*b])));
    let (Some(loudest), false) = (loudest, aim.mode == Mode::AsIs) else {
        return Ok(levels.iter().map(as_is).collect());
    };
    // What each unit is to come out at, and the drive for it as far as limiting makes sense.
    let drive = |n: usize, wanted_lufs: f64| -> Result<(f64, bool), E> {
        let (solved, most) = (solve(n, wanted_lufs)?, most_db(&levels[n]));
        Ok(if solved > most { (most, true) } else { (solved, false) })
    };
    let mut drives = vec![(f64::NAN, false); levels.len()];
    let common_db = match aim.mode {
        Mode::Equal => {
            for n in &sounding {
                drives[*n] = drive(*n, aim.target_lufs + levels[*n].offset_db)?;
            }
            let mut relative: Vec<f64> = sounding.iter().map(|n| drives[*n].0 - own(&levels[*n])).collect();
            relative.sort_by(f64::total_cmp);
            // The others' middle: with an even number the lower one, so that nothing is limited for the sake of a mean.
            relative[(relative.len() - 1) / 2]
        }
        Mode::Album | Mode::AsIs => {
            drives[loudest] = drive(loudest, aim.target_lufs)?;
            let (drive_db, is_short) = drives[loudest];
            let reached = if is_short { loudness(loudest, drive_db)? } else { aim.target_lufs };
            for n in sounding.iter().copied().filter(|n| *n != loudest) {
                drives[n] = drive(n, reached + base(&levels[n]) - base(&levels[loudest]))?;
            }
            drive_db - own(&levels[loudest])
        }
    };
    let mut moves: Vec<UnitMove> = Vec::with_capacity(levels.len());
    for (n, level) in levels.iter().enumerate() {
        let (drive_db, is_short) = drives[n];
        if !drive_db.is_finite() {
            moves.push(UnitMove {
                gain_db: common_db + own(level),
                against_others_db: 0.0,
                reason: Reason::Silent,
                sentence: "Silent: it gets the others' gain.".to_owned(),
            });
            continue;
        }
        let wanted_db = drive_db - own(level) - common_db;
        let against_others_db = wanted_db.clamp(-aim.most_move_lu, aim.most_move_lu);
        let is_capped = (wanted_db - against_others_db).abs() > INAUDIBLE_LU;
        let (reason, sentence) = if is_capped {
            let sentence = format!(
                "The cap: {wanted_db:+.1} dB against the others would be needed, {:.1} LU are allowed.",
                aim.most_move_lu
            );
            (Reason::Cap, sentence)
        } else if is_short {
            let sentence = format!(
                "The ceiling: its peaks stand {MOST_LIMITING_DB:.0} dB over {:.1} dBTP, and more drive would only be limited away.",
                aim.ceiling_dbtp
            );
            (Reason::Ceiling, sentence)
        } else if aim.mode == Mode::Equal || n == loudest {
            let which = if aim.mode == Mode::Equal { "brought" } else { "the loudest track, brought" };
            (
                Reason::Target,
                format!("The target: {which} to {:.1} LUFS.", aim.target_lufs + offset(aim, level)),
            )
        } else {
            let distance = base(&levels[loudest]) - base(level);
            (Reason::Neighbour, format!("The others: it stays {distance:.1} LU below the loudest track."))
        };
        let gain_db = common_db + own(level) + against_others_db;
        moves.push(UnitMove { gain_db, against_others_db, reason, sentence });
    }
    join(levels, &mut moves, common_db, own);
    Ok(moves)
}

fn offset(aim: &Aim, level: &Level) -> f64 {
    if aim.mode == Mode::Equal { level.offset_db } else { 0.0 }
}

fn as_is(level: &Level) -> UnitMove {
    let gain_db = level.offset_db + level.drive_db;
    let sentence = if gain_db == 0.0 {
        "As is: nothing is moved.".to_owned()
    } else {
        format!("As is: {gain_db:+.1} dB by its own settings.")
    };
    UnitMove { gain_db, against_others_db: 0.0, reason: Reason::AsIs, sentence }
}

/// Units that follow each other without a gap move together, as the loudest of them does.
fn join(levels: &[Level], moves: &mut [UnitMove], common_db: f64, own: impl Fn(&Level) -> f64) {
    let mut start = 0;
    while start < levels.len() {
        let joined = levels[start + 1..].iter().take_while(|level| level.is_joined).count();
        let end = start + 1 + joined;
        let leader = (start..end)
            .max_by(|a, b| levels[*a].loudness_lufs.total_cmp(&levels[*b].loudness_lufs))
            .unwrap_or(start);
        let shared_db = moves[leader].against_others_db;
        for n in (start..end).filter(|n| *n != leader) {
            if (moves[n].against_others_db - shared_db).abs() > INAUDIBLE_LU {
                moves[n].reason = Reason::Neighbour;
                moves[n].sentence =
                    "The others: no gap lies between, so it moves with what it follows.".to_owned();
            }
            moves[n].against_others_db = shared_db;
            moves[n].gain_db = common_db + own(&levels[n]) + shared_db;
        }
        start = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::convert::Infallible;

    fn level(loudness_lufs: f64, true_peak_dbtp: f64) -> Level {
        Level { loudness_lufs, true_peak_dbtp, offset_db: 0.0, drive_db: 0.0, is_joined: false }
    }

    fn aim(mode: Mode) -> Aim {
        Aim { mode, target_lufs: -14.0, ceiling_dbtp: -1.0, most_move_lu: 2.0 }
    }

    /// A limiter that takes nothing.
    fn planned(aim: &Aim, levels: &[Level]) -> Vec<UnitMove> {
        plan(
            aim,
            levels,
            |n, wanted| Ok::<f64, Infallible>(wanted - levels[n].loudness_lufs),
            |n, drive| Ok(levels[n].loudness_lufs + drive),
        )
        .unwrap()
    }

    fn gains(moves: &[UnitMove]) -> Vec<f64> {
        moves.iter().map(|a| (a.gain_db * 1e6).round() / 1e6).collect()
    }

    #[test]
    fn an_album_keeps_its_distances() {
        let moves =
            planned(&aim(Mode::Album), &[level(-20.0, -6.0), level(-17.0, -3.0), level(-30.0, -20.0)]);
        assert_eq!(gains(&moves), [3.0, 3.0, 3.0]);
        assert_eq!(moves[1].reason, Reason::Target);
        assert_eq!([moves[0].reason, moves[2].reason], [Reason::Neighbour; 2]);
        assert!(moves[2].sentence.contains("13.0 LU below"), "{}", moves[2].sentence);
    }

    #[test]
    fn equal_tracks_come_to_the_target_as_far_as_the_cap_lets_them() {
        let moves =
            planned(&aim(Mode::Equal), &[level(-20.0, -6.0), level(-19.0, -6.0), level(-30.0, -20.0)]);
        assert_eq!(gains(&moves), [6.0, 5.0, 8.0]);
        assert_eq!(moves[2].reason, Reason::Cap);
        assert!((moves[2].against_others_db - 2.0).abs() < 1e-9);
        let wide = Aim { most_move_lu: 20.0, ..aim(Mode::Equal) };
        let moves = planned(&wide, &[level(-20.0, -6.0), level(-19.0, -6.0), level(-30.0, -20.0)]);
        assert_eq!(gains(&moves), [6.0, 5.0, 16.0]);
        assert_eq!(moves[2].reason, Reason::Target);
    }

    #[test]
    fn the_ceiling_ends_the_drive_and_the_others_follow() {
        // Peaks at 0 dBTP: at most 11 dB of drive, 15 would be needed.
        let moves = planned(&aim(Mode::Album), &[level(-29.0, 0.0), level(-33.0, -6.0)]);
        assert_eq!(moves[0].reason, Reason::Ceiling);
        assert_eq!(gains(&moves), [11.0, 11.0], "the second keeps its 4 LU");
    }

    #[test]
    fn offsets_are_meant_and_as_is_moves_nothing() {
        let mut levels = [level(-20.0, -6.0), level(-20.0, -6.0)];
        levels[1].offset_db = -1.5;
        assert_eq!(gains(&planned(&aim(Mode::Album), &levels)), [6.0, 4.5]);
        assert_eq!(gains(&planned(&aim(Mode::Equal), &levels)), [6.0, 4.5]);
        let moves = planned(&aim(Mode::AsIs), &levels);
        assert_eq!(gains(&moves), [0.0, -1.5]);
        assert!(moves.iter().all(|a| a.reason == Reason::AsIs));
    }

    #[test]
    fn silence_gets_the_common_gain_and_an_album_of_it_none() {
        let silent = level(f64::NEG_INFINITY, f64::NEG_INFINITY);
        let moves = planned(&aim(Mode::Album), &[silent, level(-20.0, -6.0)]);
        assert_eq!((gains(&moves), moves[0].reason), (vec![6.0, 6.0], Reason::Silent));
        assert_eq!(gains(&planned(&aim(Mode::Equal), &[silent])), [0.0]);
        assert!(planned(&aim(Mode::Album), &[]).is_empty());
    }

    #[test]
    fn what_has_no_gap_before_it_moves_with_the_loudest() {
        let mut levels = [level(-20.0, -6.0), level(-24.0, -6.0), level(-18.0, -6.0)];
        levels[1].is_joined = true;
        let moves = planned(&aim(Mode::Equal), &levels);
        assert_eq!(gains(&moves), [6.0, 6.0, 4.0]);
        assert_eq!(moves[1].reason, Reason::Neighbour);
    }

    proptest! {
        #[test]
        fn no_move_passes_the_cap_and_no_drive_the_limit(
            levels in prop::collection::vec((-60.0..-5.0f64, -30.0..3.0f64, -6.0..6.0f64, any::<bool>()), 1..12),
            equal in any::<bool>(),
            target_lufs in -24.0..-6.0f64,
            most_move_lu in 0.0..6.0f64,
        ) {
            let levels: Vec<Level> = levels
                .into_iter()
                .map(|(loudness_lufs, true_peak_dbtp, offset_db, is_joined)| {
                    Level { loudness_lufs, true_peak_dbtp, offset_db, drive_db: 0.0, is_joined }
                })
                .collect();
            let mode = if equal { Mode::Equal } else { Mode::Album };
            let aim = Aim { mode, target_lufs, ceiling_dbtp: -1.0, most_move_lu };
            let moves = planned(&aim, &levels);
            for (level, unit) in levels.iter().zip(&moves) {
                prop_assert!(unit.gain_db.is_finite() && unit.against_others_db.abs() <= most_move_lu + 1e-9);
                let common_db = unit.gain_db - level.offset_db - unit.against_others_db;
                prop_assert!((common_db - (moves[0].gain_db - levels[0].offset_db - moves[0].against_others_db)).abs() < 1e-9);
                // What the plan says of a target or a distance is so, to what nobody hears.
                if unit.reason == Reason::Target {
                    let wanted = target_lufs + if equal { level.offset_db } else { 0.0 };
                    prop_assert!((level.loudness_lufs + unit.gain_db - wanted).abs() <= 2.0 * INAUDIBLE_LU);
                }
            }
        }
    }
}
