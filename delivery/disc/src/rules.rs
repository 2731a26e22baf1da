//! What every compact disc has to keep (IEC 60908, as plants check it): numbers of tracks and indexes, shortest times, the lead-out,
//! codes. The one place for these rules: the writer refuses by them, the verifier and the album report by them.
//!
//! ```
//! use lacquer_disc::rules::check;
//! # use lacquer_disc::layout::{Layout, TrackSpan};
//! # use lacquer_disc::{Disc, DiscTrack};
//! #
//! # let track = |title: &str| DiscTrack { title: title.into(), performer: "Me".into(), ..DiscTrack::default() };
//! # let mut disc = Disc { title: "Album".into(), tracks: vec![track("One"), track("Two")], ..Disc::default() };
//! # let ten_s = TrackSpan { samples: 441_000, gap_before_samples: 88_200 };
//! # Layout::new(&[ten_s, ten_s]).place(&mut disc);
//!
//! assert!(check(&disc).errors.is_empty());
//! // A second of sound is no track.
//! disc.lead_out_frame = disc.tracks[1].start_frame + 75;
//! assert_eq!(check(&disc).errors[0].track, Some(2));
//! ```

use super::time::Time;
use super::{Disc, DiscTrack, FIRST_PREGAP_FRAMES, FRAMES_PER_SECOND, upc};
use std::collections::HashMap;
use std::fmt;

/// Most tracks of a disc.
pub const MAX_TRACKS: usize = 99;
/// Highest index of a track.
pub const MAX_INDEX: usize = 99;
/// Shortest track from index 1 to the next track's, CD frames: four seconds.
pub const SHORTEST_TRACK_FRAMES: u32 = 4 * FRAMES_PER_SECOND;
/// Last lead-out that a time code can say: 99:59:74.
pub const LAST_LEAD_OUT_FRAME: u32 = (99 * 60 + 59) * FRAMES_PER_SECOND + 74;
/// Last lead-out that plants take without asking: 79:57:74.
pub const SAFE_LEAD_OUT_FRAME: u32 = (79 * 60 + 57) * FRAMES_PER_SECOND + 74;

/// A rule that a disc breaks or comes near to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// Which track, from 1; none for the whole disc.
    pub track: Option<u32>,
    /// Where, CD frames; none where it has no place.
    pub frame: Option<u32>,
    /// What is wrong and what it should be.
    pub what: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self.track {
            Some(track) => write!(f, "track {track}")?,
            None => f.write_str("disc")?,
        }
        if let Some(frame) = self.frame {
            write!(f, " at {}", Time(frame))?;
        }
        write!(f, ": {}", self.what)
    }
}

/// What [`check`] finds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checked {
    /// What no plant takes.
    pub errors: Vec<Breach>,
    /// What some plants or players do not take.
    pub warnings: Vec<Breach>,
}

/// Checks a disc against every rule. All breaches are reported, in the order of the tracks.
pub fn check(disc: &Disc) -> Checked {
    let mut checked = Checked::default();
    check_disc(disc, &mut checked);
    let mut earlier_end = 0;
    for (index, (track, number)) in disc.tracks.iter().zip(1..).enumerate() {
        let mut errors = Errors { track: number, found: &mut checked.errors };
        if index == 0 {
            check_first_pregap(track, &mut errors);
        } else if track.pregap_frame < earlier_end {
            let end = Time(earlier_end);
            let text = format!("begins before the track before it has ended; not before {end}");
            errors.push(track.pregap_frame, text);
        }
        check_indexes(track, &mut errors);
        let end = disc.tracks.get(index + 1).map_or(disc.lead_out_frame, |next| next.start_frame);
        let length = end.saturating_sub(track.start_frame);
        if length < SHORTEST_TRACK_FRAMES {
            let (length, least) = (Time(length), Time(SHORTEST_TRACK_FRAMES));
            errors.push(track.start_frame, format!("lasts {length}; a track has to last {least} or more"));
        }
        earlier_end = track.indexes().map(|(_, frame)| frame).max().unwrap_or(0).saturating_add(1);
    }
    check_isrcs(disc, &mut checked);
    checked
}

struct Errors<'a> {
    track: u32,
    found: &'a mut Vec<Breach>,
}

impl Errors<'_> {
    fn push(&mut self, frame: u32, what: String) {
        self.found.push(Breach { track: Some(self.track), frame: Some(frame), what });
    }
}

fn check_disc(disc: &Disc, checked: &mut Checked) {
    let of_disc = |frame, what| Breach { track: None, frame, what };
    if disc.tracks.is_empty() || disc.tracks.len() > MAX_TRACKS {
        let what = format!("has {} tracks; a disc has 1 to {MAX_TRACKS}", disc.tracks.len());
        checked.errors.push(of_disc(None, what));
    }
    if let Some(text) = &disc.upc {
        match upc::parse(text) {
            Ok(digits) if digits == *text => {}
            Ok(digits) => checked.errors.push(of_disc(None, format!("UPC {text:?}: write it as {digits}"))),
            Err(error) => checked.errors.push(of_disc(None, format!("UPC {error}"))),
        }
    }
    let lead_out = Some(disc.lead_out_frame);
    if disc.lead_out_frame > LAST_LEAD_OUT_FRAME {
        let what =
            format!("the lead-out begins after {}, the last that a disc can have", Time(LAST_LEAD_OUT_FRAME));
        checked.errors.push(of_disc(lead_out, what));
    } else if disc.lead_out_frame > SAFE_LEAD_OUT_FRAME {
        let what = format!("the lead-out begins after {}: ask the plant first", Time(SAFE_LEAD_OUT_FRAME));
        checked.warnings.push(of_disc(lead_out, what));
    }
}

fn check_first_pregap(track: &DiscTrack, errors: &mut Errors) {
    if track.pregap_frame != 0 {
        errors.push(track.pregap_frame, "the first pregap begins at 00:00:00".into());
    }
    if track.start_frame < FIRST_PREGAP_FRAMES {
        let least = Time(FIRST_PREGAP_FRAMES);
        errors.push(track.start_frame, format!("the first track begins at {least} or later"));
    }
}

fn check_indexes(track: &DiscTrack, errors: &mut Errors) {
    if track.pregap_frame > track.start_frame {
        let start = Time(track.start_frame);
        errors.push(track.pregap_frame, format!("the pregap begins after index 1 at {start}"));
    }
    if track.later_index_frames.len() + 1 > MAX_INDEX {
        let count = track.later_index_frames.len() + 1;
        errors.push(track.start_frame, format!("has {count} indexes; a track has at most {MAX_INDEX}"));
    }
    let mut before = track.start_frame;
    for (frame, number) in track.later_index_frames.iter().zip(2..) {
        if *frame <= before {
            let last = number - 1;
            errors.push(*frame, format!("index {number} is not after index {last} at {}", Time(before)));
        }
        before = *frame;
    }
}

fn check_isrcs(disc: &Disc, checked: &mut Checked) {
    let mut seen = HashMap::new();
    for (track, number) in disc.tracks.iter().zip(1u32..) {
        let Some(isrc) = track.isrc else { continue };
        if let Some(first) = seen.insert(isrc, number) {
            let what = format!("has the ISRC {isrc} of track {first}; each recording has its own");
            checked.errors.push(Breach { track: Some(number), frame: None, what });
        }
    }
    let coded = seen.len();
    if coded > 0 {
        for (track, number) in disc.tracks.iter().zip(1u32..).filter(|(track, _)| track.isrc.is_none()) {
            let what = "has no ISRC while others have".to_owned();
            checked.warnings.push(Breach { track: Some(number), frame: Some(track.start_frame), what });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disc() -> Disc {
        let track =
            |pregap_frame, start_frame| DiscTrack { pregap_frame, start_frame, ..DiscTrack::default() };
        Disc { tracks: vec![track(0, 150), track(900, 1050)], lead_out_frame: 2000, ..Disc::default() }
    }

    #[track_caller]
    fn refuses(change: impl FnOnce(&mut Disc), said: &str) {
        let mut disc = disc();
        change(&mut disc);
        let errors = check(&disc).errors;
        assert!(errors.iter().any(|error| error.to_string().contains(said)), "{said}: {errors:?}");
    }

    #[test]
    fn every_rule_is_kept_or_named_with_track_and_time() {
        assert_eq!(check(&disc()), Checked::default());
        refuses(|disc| disc.tracks.clear(), "disc: has 0 tracks");
        refuses(|disc| disc.tracks = vec![DiscTrack::default(); 100], "has 100 tracks");
        refuses(
            |disc| disc.tracks[0].start_frame = 149,
            "track 1 at 00:01:74: the first track begins at 00:02:00",
        );
        refuses(|disc| disc.tracks[0].pregap_frame = 1, "track 1 at 00:00:01: the first pregap");
        refuses(|disc| disc.tracks[1].start_frame = 449, "track 1 at 00:02:00: lasts 00:03:74");
        refuses(|disc| disc.lead_out_frame = 1349, "track 2 at 00:14:00: lasts 00:03:74");
        refuses(
            |disc| disc.tracks[1].pregap_frame = 1051,
            "track 2 at 00:14:01: the pregap begins after index 1",
        );
        refuses(|disc| disc.tracks[1].pregap_frame = 150, "track 2 at 00:02:00: begins before");
        refuses(
            |disc| disc.tracks[0].later_index_frames = vec![300, 300],
            "track 1 at 00:04:00: index 3 is not after",
        );
        refuses(|disc| disc.tracks[0].later_index_frames = vec![900], "track 2 at 00:12:00: begins before");
        refuses(|disc| disc.tracks[1].later_index_frames = (1051..1150).collect(), "has 100 indexes");
        refuses(|disc| disc.upc = Some("4006381333932".into()), "check digit is 2");
        refuses(|disc| disc.upc = Some("036000291452".into()), "write it as 0036000291452");
        refuses(|disc| disc.lead_out_frame = 450_000, "disc at 100:00:00: the lead-out");
        let isrc = "AA6Q72000047".parse().ok();
        refuses(
            |disc| disc.tracks.iter_mut().for_each(|track| track.isrc = isrc),
            "track 2: has the ISRC AA-6Q7-20-00047 of track 1",
        );
    }

    #[test]
    fn long_discs_and_missing_codes_are_warned_of() {
        let mut long = disc();
        long.lead_out_frame = SAFE_LEAD_OUT_FRAME;
        assert!(check(&long).warnings.is_empty());
        long.lead_out_frame += 1;
        assert_eq!(check(&long).warnings.len(), 1);
        long.lead_out_frame = 2000;
        long.tracks[0].isrc = "AA6Q72000047".parse().ok();
        assert_eq!(check(&long).warnings[0].track, Some(2));
    }
}
