//! The loudness plan: how much drive each track gets into the limiter, and which rule set it.
//!
//! *Equal*: every track comes to the target. *Album*: where the mixes lie within [`SHARED_LEVEL_LU`] of each other, the loudest one comes
//! to the target and the others keep their distances; where they do not, they share no level, and their loud parts are made alike
//! (`loud_parts.rs`). *Distances*: they are kept, however far apart the mixes lie. *As is*: nothing is moved. In none of them a track is
//! brought over the target for the sake of the others.
//!
//! No track is limited by more than [`MOST_LIMITING_DB`], and none is moved further than the cap, where the album file gives one: what
//! is then missed is a finding (`findings.rs`). What follows without a gap moves with what it follows, or there would be a step.
//!
//! Source: AES TD1008.1.21-9 (the loudest track of an album to the target, the others relative to it).

use super::file::{Aim, Mode};
use super::loud_parts::{self, Part};
use serde::Serialize;

/// How far peaks may stand over the ceiling before the limiter, dB: more is no mastering but distortion.
pub const MOST_LIMITING_DB: f64 = 12.0;
/// Mixes no further apart than this were balanced against each other, LU; further, they were exported at different sessions' levels.
pub const SHARED_LEVEL_LU: f64 = 4.0;
/// A difference that nobody hears, LU: less is not reported as a cap.
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
    /// Its loud parts are as loud as the others'.
    LoudParts,
    /// Its loud parts lie below the others': a quiet song.
    Quiet,
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
    /// The loudness that it is to have, LUFS; none where nothing is aimed at, and for tracks that go with another.
    pub wanted_lufs: Option<f64>,
    /// Which rule set it.
    pub reason: Reason,
    /// The rule in words.
    pub sentence: String,
}

/// What the plan has to know of a segment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// Loudness of its loudest track before the limiter, LUFS.
    pub loudness_lufs: f64,
    /// Loudness of that track's loud parts before the limiter, LUFS.
    pub loud_part_lufs: f64,
    /// True peak before the limiter, dBTP.
    pub true_peak_dbtp: f64,
    /// What the album file adds to the plan, dB.
    pub offset_db: f64,
    /// Drive that its own settings have, dB.
    pub drive_db: f64,
    /// Whether it is a quiet song, where the album file says so.
    pub is_quiet: Option<bool>,
    /// Whether it follows the segment before it without a gap.
    pub is_joined: bool,
}

impl Level {
    /// Its loudness at the level that it was exported at, LUFS.
    fn exported_lufs(&self) -> f64 {
        self.loudness_lufs + self.drive_db
    }
}

/// What is done to a segment.
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentMove {
    /// Drive into the limiter, dB.
    pub gain_db: f64,
    /// Of it, what the segment is moved against the others, dB.
    pub against_others_db: f64,
    /// The loudness that its loudest track is to have, LUFS; none where nothing is aimed at.
    pub wanted_lufs: Option<f64>,
    /// Which rule set it.
    pub reason: Reason,
    /// The rule in words.
    pub sentence: String,
}

/// What is done to all of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// A move for each segment.
    pub moves: Vec<SegmentMove>,
    /// How the levels were found, in words.
    pub sentence: String,
}

/// What a segment is to come to.
struct Goal {
    /// Loudness against the others', LU; the highest one comes to the target.
    relative_lu: f64,
    reason: Reason,
    sentence: String,
}

/// Makes the plan. `solve` gives the drive in dB at which a segment comes out at a loudness, or the end of the drive's range;
/// `loudness` the loudness at a drive. Both are as expensive as renders and asked no more often than needed.
pub fn plan<E>(
    aim: &Aim,
    levels: &[Level],
    solve: impl Fn(usize, f64) -> Result<f64, E>,
    loudness: impl Fn(usize, f64) -> Result<f64, E>,
) -> Result<Plan, E> {
    let sounding: Vec<usize> = (0..levels.len()).filter(|n| levels[*n].loudness_lufs.is_finite()).collect();
    if sounding.is_empty() || aim.mode == Mode::AsIs {
        let sentence = "As is: every track keeps the level of its mix.".to_owned();
        return Ok(Plan { moves: levels.iter().map(as_is).collect(), sentence });
    }
    let (mut wishes, keeps_distances, sentence) = wishes(aim, levels, &sounding);
    // What the gains are told against: what the mixes have of their own, and what the album file adds.
    let own = |level: &Level| level.offset_db + if keeps_distances { level.drive_db } else { 0.0 };
    let relative = |wishes: &[Goal], n: usize| wishes[n].relative_lu;
    if aim.mode == Mode::Album && !keeps_distances {
        follow(levels, &mut wishes);
    }
    let loudest =
        sounding.iter().copied().max_by(|a, b| relative(&wishes, *a).total_cmp(&relative(&wishes, *b)));
    let Some(loudest) = loudest else { return Ok(Plan { moves: Vec::new(), sentence }) };
    // What each segment is to come out at, and the drive for it as far as limiting makes sense.
    let drive = |n: usize, wanted_lufs: f64| -> Result<(f64, bool), E> {
        let most = aim.ceiling_dbtp - levels[n].true_peak_dbtp + MOST_LIMITING_DB;
        let solved = solve(n, wanted_lufs)?;
        Ok(if solved > most { (most, true) } else { (solved, false) })
    };
    let top_lu = relative(&wishes, loudest);
    let target_lufs = aim.target_lufs + if aim.mode == Mode::Equal { top_lu } else { 0.0 };
    let mut drives = vec![(f64::NAN, false); levels.len()];
    drives[loudest] = drive(loudest, target_lufs)?;
    // Where the loudest one cannot come to the target, the others come no nearer to it than they are to be; equal ones go on alone.
    let reached_lufs = match drives[loudest] {
        (drive_db, true) if aim.mode != Mode::Equal => loudness(loudest, drive_db)?,
        _ => target_lufs,
    };
    for n in sounding.iter().copied().filter(|n| *n != loudest) {
        drives[n] = drive(n, reached_lufs + relative(&wishes, n) - top_lu)?;
    }
    let common_db = if keeps_distances {
        drives[loudest].0 - own(&levels[loudest])
    } else {
        let mut free: Vec<f64> = sounding.iter().map(|n| drives[*n].0 - own(&levels[*n])).collect();
        free.sort_by(f64::total_cmp);
        // The others' middle: with an even number the lower one, so that nothing is limited for the sake of a mean.
        free[(free.len() - 1) / 2]
    };
    let mut moves: Vec<SegmentMove> = Vec::with_capacity(levels.len());
    for (n, (level, wish)) in levels.iter().zip(wishes).enumerate() {
        let (drive_db, is_short) = drives[n];
        if !drive_db.is_finite() {
            moves.push(SegmentMove {
                gain_db: common_db + own(level),
                against_others_db: 0.0,
                wanted_lufs: None,
                reason: Reason::Silent,
                sentence: "Silent: it gets the others' gain.".to_owned(),
            });
            continue;
        }
        let needed_db = drive_db - own(level) - common_db;
        let most_lu = aim.most_move_lu.unwrap_or(f64::INFINITY);
        let against_others_db = needed_db.clamp(-most_lu, most_lu);
        let is_capped = (needed_db - against_others_db).abs() > INAUDIBLE_LU;
        let wanted_lufs = if n == loudest { target_lufs } else { reached_lufs + wish.relative_lu - top_lu };
        let (reason, sentence) = if is_capped {
            let sentence = format!(
                "The cap: {needed_db:+.1} dB against the others would be needed, max_move_lu allows {most_lu:.1}."
            );
            (Reason::Cap, sentence)
        } else if is_short {
            let sentence = format!(
                "The ceiling: its peaks stand {MOST_LIMITING_DB:.0} dB over {:.1} dBTP, and more drive would only be limited away.",
                aim.ceiling_dbtp
            );
            (Reason::Ceiling, sentence)
        } else if aim.mode == Mode::Equal {
            (Reason::Target, format!("The target: brought to {wanted_lufs:.1} LUFS."))
        } else if n == loudest {
            let sentence = format!("The target: the loudest track, brought to {:.1} LUFS.", aim.target_lufs);
            (Reason::Target, sentence)
        } else {
            (wish.reason, wish.sentence)
        };
        let gain_db = common_db + own(level) + against_others_db;
        let wanted_lufs = Some(wanted_lufs);
        moves.push(SegmentMove { gain_db, against_others_db, wanted_lufs, reason, sentence });
    }
    join(levels, &mut moves, common_db, own);
    Ok(Plan { moves, sentence })
}

/// What each segment is to come to against the others, whether the mixes' distances are kept, and why.
fn wishes(aim: &Aim, levels: &[Level], sounding: &[usize]) -> (Vec<Goal>, bool, String) {
    if aim.mode == Mode::Equal {
        let wish = |level: &Level| Goal {
            relative_lu: level.offset_db,
            reason: Reason::Target,
            sentence: String::new(),
        };
        let sentence = format!("Equal: every track comes to {:.1} LUFS.", aim.target_lufs);
        return (levels.iter().map(wish).collect(), false, sentence);
    }
    let exported = || sounding.iter().map(|n| levels[*n].exported_lufs());
    let highest = exported().fold(f64::NEG_INFINITY, f64::max);
    let spread_lu = highest - exported().fold(f64::INFINITY, f64::min);
    if aim.mode == Mode::Distances || spread_lu <= SHARED_LEVEL_LU {
        let base = |level: &Level| level.exported_lufs() + level.offset_db;
        let top = sounding.iter().map(|n| base(&levels[*n])).fold(f64::NEG_INFINITY, f64::max);
        let wish = |level: &Level| Goal {
            relative_lu: base(level),
            reason: Reason::Neighbour,
            sentence: format!("The others: it stays {:.1} LU below the loudest track.", top - base(level)),
        };
        let sentence = if aim.mode == Mode::Distances {
            format!("Distances: the mixes lie {spread_lu:.1} LU apart, which is kept.")
        } else {
            format!(
                "Album: the mixes lie {spread_lu:.1} LU apart, as songs of one session do, which is kept."
            )
        };
        return (levels.iter().map(wish).collect(), true, sentence);
    }
    let parts: Vec<Part> = levels
        .iter()
        .map(|level| Part {
            loud_part_lufs: level.loud_part_lufs,
            true_peak_dbtp: level.true_peak_dbtp,
            is_quiet: level.is_quiet,
        })
        .collect();
    let kept = loud_parts::kept_below(&parts);
    let wish = |(level, kept): (&Level, &loud_parts::Kept)| Goal {
        relative_lu: level.loudness_lufs - level.loud_part_lufs - kept.below_lu + level.offset_db,
        reason: if kept.below_lu > 0.0 { Reason::Quiet } else { Reason::LoudParts },
        sentence: kept.sentence.clone(),
    };
    let sentence = format!(
        "Album: the mixes lie {spread_lu:.1} LU apart, so that they share no level; their loud parts are made alike, and quiet songs kept {:.0} to {:.0} LU below.",
        loud_parts::LEAST_BELOW_LU,
        loud_parts::MOST_BELOW_LU
    );
    (levels.iter().zip(&kept).map(wish).collect(), false, sentence)
}

/// Where segments follow each other without a gap, they keep the distances that they were exported with, around their loudest.
fn follow(levels: &[Level], wishes: &mut [Goal]) {
    for joined in groups(levels).filter(|joined| joined.len() > 1) {
        let leader = loudest_of(levels, joined.clone());
        let base = |n: usize| levels[n].exported_lufs() + levels[n].offset_db;
        for n in joined.filter(|n| *n != leader && base(*n).is_finite()) {
            wishes[n].relative_lu = wishes[leader].relative_lu + base(n) - base(leader);
        }
    }
}

/// Stretches of segments without a gap between them.
fn groups(levels: &[Level]) -> impl Iterator<Item = std::ops::Range<usize>> {
    let starts: Vec<usize> = (0..levels.len()).filter(|n| *n == 0 || !levels[*n].is_joined).collect();
    let ends: Vec<usize> = starts.iter().skip(1).copied().chain([levels.len()]).collect();
    starts.into_iter().zip(ends).map(|(start, end)| start..end)
}

fn loudest_of(levels: &[Level], segments: std::ops::Range<usize>) -> usize {
    let start = segments.start;
    segments.max_by(|a, b| levels[*a].loudness_lufs.total_cmp(&levels[*b].loudness_lufs)).unwrap_or(start)
}

fn as_is(level: &Level) -> SegmentMove {
    let gain_db = level.offset_db + level.drive_db;
    let sentence = if gain_db == 0.0 {
        "As is: nothing is moved.".to_owned()
    } else {
        format!("As is: {gain_db:+.1} dB by its own settings.")
    };
    SegmentMove { gain_db, against_others_db: 0.0, wanted_lufs: None, reason: Reason::AsIs, sentence }
}

/// Segments that follow each other without a gap move together, as the loudest of them does.
fn join(levels: &[Level], moves: &mut [SegmentMove], common_db: f64, own: impl Fn(&Level) -> f64) {
    for joined in groups(levels).filter(|joined| joined.len() > 1) {
        let leader = loudest_of(levels, joined.clone());
        let shared_db = moves[leader].against_others_db;
        for n in joined.filter(|n| *n != leader) {
            if (moves[n].against_others_db - shared_db).abs() > INAUDIBLE_LU {
                moves[n].reason = Reason::Neighbour;
                moves[n].sentence =
                    "The others: no gap lies between, so it moves with what it follows.".to_owned();
            }
            moves[n].against_others_db = shared_db;
            moves[n].gain_db = common_db + own(&levels[n]) + shared_db;
        }
    }
}

#[cfg(test)]
mod tests;
