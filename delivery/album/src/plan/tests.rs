//! What the plan promises.

use super::*;
use proptest::prelude::*;
use std::convert::Infallible;

fn level(loudness_lufs: f64, true_peak_dbtp: f64) -> Level {
    Level {
        loudness_lufs,
        loud_part_lufs: loudness_lufs + 2.0,
        true_peak_dbtp,
        offset_db: 0.0,
        drive_db: 0.0,
        is_quiet: None,
        is_joined: false,
    }
}

fn aim(mode: Mode) -> Aim {
    Aim { mode, target_lufs: -14.0, ceiling_dbtp: -1.0, most_move_lu: None }
}

/// A limiter that takes nothing.
fn planned(aim: &Aim, levels: &[Level]) -> Vec<SegmentMove> {
    whole(aim, levels).moves
}

fn whole(aim: &Aim, levels: &[Level]) -> Plan {
    plan(
        aim,
        levels,
        |n, wanted| Ok::<f64, Infallible>(wanted - levels[n].loudness_lufs),
        |n, drive| Ok(levels[n].loudness_lufs + drive),
    )
    .unwrap()
}

fn gains(moves: &[SegmentMove]) -> Vec<f64> {
    moves.iter().map(|a| (a.gain_db * 1e6).round() / 1e6).collect()
}

#[test]
fn distances_are_kept_in_one_session_and_where_they_are_asked_for() {
    let wide = [level(-20.0, -6.0), level(-17.0, -3.0), level(-30.0, -20.0)];
    let moves = planned(&aim(Mode::Distances), &wide);
    assert_eq!(gains(&moves), [3.0, 3.0, 3.0]);
    assert_eq!(moves[1].reason, Reason::Target);
    assert_eq!([moves[0].reason, moves[2].reason], [Reason::Neighbour; 2]);
    assert!(moves[2].sentence.contains("13.0 LU below"), "{}", moves[2].sentence);
    let near = [level(-20.0, -6.0), level(-17.0, -3.0), level(-21.0, -9.0)];
    assert_eq!(gains(&planned(&aim(Mode::Album), &near)), [3.0, 3.0, 3.0]);
}

#[test]
fn an_album_of_mixes_without_a_common_level_has_its_loud_parts_alike() {
    // The same band at three levels, a song with soft verses, and a quiet one.
    let mut levels =
        [level(-9.0, 0.0), level(-18.0, -9.0), level(-25.0, -16.0), level(-22.0, -10.0), level(-20.0, -2.0)];
    levels[3].loud_part_lufs = -17.0;
    let moved = whole(&aim(Mode::Album), &levels);
    let found: Vec<f64> =
        levels.iter().zip(&moved.moves).map(|(level, of)| level.loudness_lufs + of.gain_db).collect();
    // As loud as the target, its soft verses below, and the quiet song (peaks 20 dB over its loud parts, the middle 7) below.
    assert_eq!(
        found.iter().map(|lufs| lufs.round()).collect::<Vec<_>>(),
        [-14.0, -14.0, -14.0, -17.0, -18.0]
    );
    let rules: Vec<Reason> = moved.moves.iter().map(|of| of.reason).collect();
    use Reason::{LoudParts, Quiet, Target};
    assert_eq!(rules[1..].iter().filter(|rule| **rule == Target).count(), 1, "the last of the equally loud");
    assert_eq!((rules[3], rules[4], rules[0]), (LoudParts, Quiet, LoudParts));
    assert!(moved.sentence.contains("16.0 LU apart"), "{}", moved.sentence);
    // Exported at other levels the songs come out the same.
    for (level, shift_db) in levels.iter_mut().zip([-6.0, 3.0, 11.0, 0.0, -9.0]) {
        level.loudness_lufs += shift_db;
        level.loud_part_lufs += shift_db;
        level.true_peak_dbtp += shift_db;
    }
    let again = planned(&aim(Mode::Album), &levels);
    for ((level, of), lufs) in levels.iter().zip(&again).zip(found) {
        assert!((level.loudness_lufs + of.gain_db - lufs).abs() < 1e-9);
    }
}

#[test]
fn equal_tracks_come_to_the_target_and_no_further_than_a_cap_that_is_given() {
    let levels = [level(-20.0, -6.0), level(-19.0, -6.0), level(-30.0, -20.0)];
    let moves = planned(&aim(Mode::Equal), &levels);
    assert_eq!(gains(&moves), [6.0, 5.0, 16.0]);
    assert!(moves.iter().all(|of| of.reason == Reason::Target && of.wanted_lufs == Some(-14.0)));
    let capped = Aim { most_move_lu: Some(2.0), ..aim(Mode::Equal) };
    let moves = planned(&capped, &levels);
    assert_eq!(gains(&moves), [6.0, 5.0, 8.0]);
    assert_eq!(moves[2].reason, Reason::Cap);
    assert!((moves[2].against_others_db - 2.0).abs() < 1e-9);
    assert_eq!(moves[2].wanted_lufs, Some(-14.0), "what is missed is known");
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
        levels in prop::collection::vec((-60.0..-5.0f64, -30.0..3.0f64, -6.0..6.0f64, any::<bool>(), 0.0..9.0f64), 1..12),
        equal in any::<bool>(),
        target_lufs in -24.0..-6.0f64,
        most_move_lu in 0.0..6.0f64,
    ) {
        let levels: Vec<Level> = levels
            .into_iter()
            .map(|(loudness_lufs, true_peak_dbtp, offset_db, is_joined, louder_lu)| Level {
                loudness_lufs,
                loud_part_lufs: loudness_lufs + louder_lu,
                true_peak_dbtp,
                offset_db,
                drive_db: 0.0,
                is_quiet: None,
                is_joined,
            })
            .collect();
        let mode = if equal { Mode::Equal } else { Mode::Album };
        let aim = Aim { mode, target_lufs, ceiling_dbtp: -1.0, most_move_lu: Some(most_move_lu) };
        let moves = planned(&aim, &levels);
        for (level, segment) in levels.iter().zip(&moves) {
            prop_assert!(segment.gain_db.is_finite() && segment.against_others_db.abs() <= most_move_lu + 1e-9);
            let common_db = segment.gain_db - level.offset_db - segment.against_others_db;
            prop_assert!((common_db - (moves[0].gain_db - levels[0].offset_db - moves[0].against_others_db)).abs() < 1e-9);
            // What the plan says of a target or a distance is so, to what nobody hears.
            if segment.reason == Reason::Target {
                let wanted = target_lufs + if equal { level.offset_db } else { 0.0 };
                prop_assert!((level.loudness_lufs + segment.gain_db - wanted).abs() <= 2.0 * INAUDIBLE_LU);
            }
        }
    }
}
