//! Sides of a record: how the tracks divide, how loud a side can be cut, and which order helps the cutting.
//!
//! A groove has room for length or for level. Sides of 18 minutes cut at a comfortable level; at 22 it sinks, at 25 the record is
//! quiet, and 30 are the end. The groove's length in time grows with its distance from the centre, so that trebles last at the
//! outside: loud and bright tracks go first, quiet ones last.
//!
//! Source: cutting-room practice for 12 inch at 33 1/3 rpm; the level estimate takes the pitch of the groove as its excursion, so
//! that half the level holds twice the length.

use lacquer_dsp::metering::vinyl::VinylReading;
use serde::Serialize;
use std::ops::Range;

/// Lengths of a side, minutes: comfortable, sinking, quiet, the end.
const COMFORTABLE_MIN: f64 = 18.0;
const SINKING_MIN: f64 = 22.0;
const QUIET_MIN: f64 = 25.0;
const END_MIN: f64 = 30.0;
/// Most sides: a box of four records.
const MOST_SIDES: usize = 8;
/// Difference that is worth another order: loudness in LU and sibilance in dB.
const WORTH_LU: f64 = 1.5;
const WORTH_SIBILANCE_DB: f64 = 3.0;
/// Sibilants above this are hard to trace on an inner groove, dB against a 1 kHz sine at full scale.
const HARD_SIBILANCE_DB: f64 = 0.0;
/// Side against mid below 150 Hz that moves the cutter out of the lacquer, dB.
const WIDE_LOWS_DB: f64 = -6.0;

/// A track as a side sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Cut {
    /// Its title.
    pub title: String,
    /// Length with the silence before it, s.
    pub seconds: f64,
    /// Highest short-term loudness, LUFS.
    pub short_term_max_lufs: f64,
    /// What the groove would do.
    pub reading: VinylReading,
}

/// A side.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Side {
    /// A, B, ...
    pub name: String,
    /// Its tracks, counted from 1: first and last.
    pub tracks: [usize; 2],
    /// Its length, s.
    pub length_s: f64,
    /// Level at which it can be cut against a side of 18 minutes, dB.
    pub level_db: f64,
    /// Highest lateral excursion against that of a 1 kHz sine at full scale, dB.
    pub lateral_db: f64,
    /// Highest vertical excursion, the same.
    pub vertical_db: f64,
    /// Highest level of 10 ms of sibilants, dB against a 1 kHz sine at full scale.
    pub sibilance_db: f64,
    /// What to think about before cutting.
    pub advice: Vec<String>,
}

/// Divides tracks among an even number of sides, in order: the fewest on which no side is quiet, balanced so that the longest is as
/// short as can be.
pub fn divide(seconds: &[f64]) -> Vec<Range<usize>> {
    let longest = |sides: &[Range<usize>]| {
        sides.iter().map(|side| seconds[side.clone()].iter().sum::<f64>()).fold(0.0, f64::max)
    };
    if seconds.len() < 2 {
        return std::iter::once(0..seconds.len()).filter(|side| !side.is_empty()).collect();
    }
    let mut best = balance(seconds, 2);
    for count in (4..=MOST_SIDES.min(seconds.len())).step_by(2) {
        if longest(&best) <= QUIET_MIN * 60.0 {
            break;
        }
        let more = balance(seconds, count);
        // More sides do not help where one track alone is too long.
        if longest(&more) < longest(&best) {
            best = more;
        }
    }
    best
}

/// `count` stretches whose squared lengths have the smallest sum: the longest is short and the rest alike.
fn balance(seconds: &[f64], count: usize) -> Vec<Range<usize>> {
    let tracks = seconds.len();
    // cost[k][n]: of the first n tracks on k sides; from[k][n]: where the last of them begins.
    let mut cost = vec![vec![f64::INFINITY; tracks + 1]; count + 1];
    let mut from = vec![vec![0; tracks + 1]; count + 1];
    cost[0][0] = 0.0;
    for side in 1..=count {
        for end in side..=tracks {
            let mut length = 0.0;
            for start in (side - 1..end).rev() {
                length += seconds[start];
                let sum = cost[side - 1][start] + length * length;
                if sum < cost[side][end] {
                    (cost[side][end], from[side][end]) = (sum, start);
                }
            }
        }
    }
    let mut sides = Vec::new();
    let mut end = tracks;
    for side in (1..=count).rev() {
        let start = from[side][end];
        sides.push(start..end);
        end = start;
    }
    sides.reverse();
    sides
}

/// What is to be said of the sides.
pub fn describe(cuts: &[Cut], sides: &[Range<usize>]) -> Vec<Side> {
    sides
        .iter()
        .zip('A'..)
        .map(|(side, letter)| {
            let tracks = &cuts[side.clone()];
            let length_s: f64 = tracks.iter().map(|cut| cut.seconds).sum();
            let highest = |value: fn(&VinylReading) -> f64| {
                tracks.iter().map(|cut| value(&cut.reading)).fold(-180.0, f64::max)
            };
            let mut advice = Vec::new();
            length_advice(length_s / 60.0, &mut advice);
            order_advice(tracks, &mut advice);
            for cut in tracks.iter().filter(|cut| cut.reading.low_side_db > WIDE_LOWS_DB) {
                advice.push(format!(
                    "\"{}\" has lows out of phase ({:+.0} dB side against mid below 150 Hz): the pre-master folds them to mono; listen whether that is right.",
                    cut.title, cut.reading.low_side_db
                ));
            }
            Side {
                name: letter.to_string(),
                tracks: [side.start + 1, side.end],
                length_s,
                level_db: level_db(length_s / 60.0),
                lateral_db: highest(|reading| reading.lateral_db),
                vertical_db: highest(|reading| reading.vertical_db),
                sibilance_db: highest(|reading| reading.sibilance_db),
                advice,
            }
        })
        .collect()
}

/// Level at which a side of so many minutes can be cut against one of 18, dB; never above it.
pub fn level_db(minutes: f64) -> f64 {
    -20.0 * (minutes / COMFORTABLE_MIN).max(1.0).log10()
}

fn length_advice(minutes: f64, advice: &mut Vec<String>) {
    let level_db = level_db(minutes);
    if minutes > END_MIN {
        advice.push(format!(
            "{minutes:.1} min do not fit on a side (30 min are the end); divide the album anew."
        ));
    } else if minutes > QUIET_MIN {
        advice.push(format!(
            "{minutes:.1} min: a quiet side ({level_db:+.1} dB), with surface noise in soft passages."
        ));
    } else if minutes > SINKING_MIN {
        advice
            .push(format!("{minutes:.1} min: the level sinks ({level_db:+.1} dB); up to 22 min are better."));
    } else if minutes > COMFORTABLE_MIN {
        advice.push(format!("{minutes:.1} min: a little lower than a side of 18 min ({level_db:+.1} dB)."));
    }
}

/// Loud and bright tracks belong to the outside.
fn order_advice(tracks: &[Cut], advice: &mut Vec<String>) {
    let [first, .., last] = tracks else { return };
    if last.short_term_max_lufs > first.short_term_max_lufs + WORTH_LU {
        advice.push(format!(
            "\"{}\" is the inner track, and its loudest 3 s are {:.1} LU louder than those of \"{}\" at the outside: the other way about cuts cleaner.",
            last.title,
            last.short_term_max_lufs - first.short_term_max_lufs,
            first.title
        ));
    }
    let (inner, outer) = (last.reading.sibilance_db, first.reading.sibilance_db);
    if inner > HARD_SIBILANCE_DB && inner > outer + WORTH_SIBILANCE_DB {
        advice.push(format!(
            "\"{}\" is the inner track and the brighter one (sibilants {inner:+.1} dB against {outer:+.1} dB): move it out, or de-ess it.",
            last.title
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutes(lengths: &[f64]) -> Vec<f64> {
        lengths.iter().map(|minutes| minutes * 60.0).collect()
    }

    #[test]
    fn sides_are_balanced_in_order() {
        assert_eq!(divide(&minutes(&[4.0, 4.0, 4.0, 4.0])), [0..2, 2..4]);
        assert_eq!(divide(&minutes(&[9.0, 3.0, 3.0, 3.0])), [0..1, 1..4]);
        assert_eq!(divide(&minutes(&[3.0])).len(), 1);
        assert!(divide(&[]).is_empty());
        // 80 minutes go on two records, and a track of 40 helps nobody.
        let sides = divide(&minutes(&[10.0; 8]));
        assert_eq!(sides.len(), 4);
        assert_eq!(divide(&minutes(&[40.0, 5.0])).len(), 2);
    }

    #[test]
    fn every_division_of_small_albums_is_no_better() {
        let seconds = minutes(&[5.5, 2.0, 7.25, 3.0, 4.0, 6.5, 1.0]);
        let squares = |split: usize| {
            seconds[..split].iter().sum::<f64>().powi(2) + seconds[split..].iter().sum::<f64>().powi(2)
        };
        let found = divide(&seconds)[0].end;
        assert!((1..seconds.len()).all(|split| squares(found) <= squares(split)));
    }

    #[test]
    fn long_sides_and_loud_inner_tracks_are_named() {
        let cut = |title: &str, minutes: f64, lufs: f64| Cut {
            title: title.into(),
            seconds: minutes * 60.0,
            short_term_max_lufs: lufs,
            reading: VinylReading {
                low_side_db: -40.0,
                lateral_db: -10.0,
                vertical_db: -20.0,
                sibilance_db: -12.0,
            },
        };
        let advice =
            |cuts: &[Cut]| describe(cuts, std::slice::from_ref(&(0..cuts.len())))[0].advice.join("\n");
        assert_eq!(advice(&[cut("a", 8.0, -10.0), cut("b", 9.0, -11.0)]), "");
        assert!(
            advice(&[cut("a", 8.0, -14.0), cut("b", 9.0, -10.0)])
                .contains("\"b\" is the inner track, and its loudest 3 s are 4.0 LU louder")
        );
        for (minutes, word) in
            [(19.0, "little lower"), (23.0, "sinks"), (27.0, "quiet"), (31.0, "do not fit")]
        {
            assert!(advice(&[cut("a", minutes, -10.0)]).contains(word), "{minutes}");
        }
        assert!((level_db(36.0) + 6.02).abs() < 0.01 && level_db(5.0) == 0.0);
    }
}
