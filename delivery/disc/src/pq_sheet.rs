//! The PQ sheet that goes to the plant with a master: every index with its time, length, code and title, and the files' digests.
//!
//! ```
//! use lacquer_disc::pq_sheet::rows;
//! # use lacquer_disc::layout::{Layout, TrackSpan};
//! # use lacquer_disc::{Disc, DiscTrack};
//! #
//! # let track = |title: &str| DiscTrack { title: title.into(), performer: "Me".into(), ..DiscTrack::default() };
//! # let mut disc = Disc { title: "Album".into(), tracks: vec![track("One"), track("Two")], ..Disc::default() };
//! # let ten_s = TrackSpan { samples: 441_000, gap_before_samples: 88_200 };
//! # Layout::new(&[ten_s, ten_s]).place(&mut disc);
//!
//! let second = rows(&disc).into_iter().find(|row| (row.track, row.index) == (2, 1)).expect("it begins");
//! assert_eq!(second.title.as_deref(), Some("Two"));
//! ```

use super::Disc;
use super::ddp::checksum::Digest;
use super::latin::one_line;
use super::time::Time;
use serde::Serialize;
use std::fmt::Write;

/// An index of the sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PqRow {
    /// Track, from 1.
    pub track: u32,
    /// Index: 0 the pregap, 1 the track's begin.
    pub index: u32,
    /// When it begins, MM:SS:FF from the image's start.
    pub start: String,
    /// When it begins on the disc's own clock, where the first track's index 1 is at zero, MM:SS:FF with a minus sign before.
    pub disc_start: String,
    /// To the next index, the next track or the lead-out, MM:SS:FF.
    pub length: String,
    /// From index 1 to the next track's pregap or the lead-out, MM:SS:FF; only with index 1.
    pub track_length: Option<String>,
    /// Length of the pregap before the track, MM:SS:FF; only with index 1.
    pub gap: Option<String>,
    /// The code with hyphens; only with index 1.
    pub isrc: Option<String>,
    /// The title; only with index 1.
    pub title: Option<String>,
    /// The performer; only with index 1.
    pub performer: Option<String>,
    /// `DCP`, `PRE`, both or none.
    pub flags: String,
}

/// The sheet's rows, an index each, without the lead-out.
pub fn rows(disc: &Disc) -> Vec<PqRow> {
    let zero = disc.tracks.first().map_or(0, |track| track.start_frame);
    let all: Vec<(usize, u32, u32)> = disc
        .tracks
        .iter()
        .enumerate()
        .flat_map(|(place, track)| track.indexes().map(move |(index, frame)| (place, index, frame)))
        .collect();
    let next = all.iter().skip(1).map(|(_, _, frame)| *frame).chain([disc.lead_out_frame]);
    all.iter()
        .zip(next)
        .filter_map(|(&(place, index, frame), next)| {
            let track = disc.tracks.get(place)?;
            let sign = if frame < zero { "-" } else { "" };
            let with_start = |text: String| (index == 1).then_some(text);
            let flags = [("DCP", track.copy_permitted), ("PRE", track.pre_emphasis)];
            let flags: Vec<&str> = flags.iter().filter_map(|(flag, set)| set.then_some(*flag)).collect();
            let performer = if track.performer.is_empty() { &disc.performer } else { &track.performer };
            Some(PqRow {
                track: place as u32 + 1,
                index,
                start: Time(frame).to_string(),
                disc_start: format!("{sign}{}", Time(frame.abs_diff(zero))),
                length: Time(next.saturating_sub(frame)).to_string(),
                track_length: with_start(
                    Time(disc.end_frame(place).saturating_sub(track.start_frame)).to_string(),
                ),
                gap: with_start(Time(track.pregap_length_frames()).to_string()),
                isrc: track.isrc.filter(|_| index == 1).map(|isrc| isrc.to_string()),
                title: with_start(one_line(&track.title)),
                performer: with_start(one_line(performer)),
                flags: flags.join(" "),
            })
        })
        .collect()
}

/// The sheet as text. Times count from the image's start; `digests` are the fileset's, or empty.
pub fn text(disc: &Disc, digests: &[Digest]) -> String {
    let mut sheet = String::from("PQ SHEET\n\n");
    let mut head = |name: &str, value: &str| {
        let _ = writeln!(sheet, "{name:<10} {}", if value.is_empty() { "-" } else { value });
    };
    head("Title", &one_line(&disc.title));
    head("Performer", &one_line(&disc.performer));
    head("UPC/EAN", disc.upc.as_deref().unwrap_or_default());
    head("Tracks", &disc.tracks.len().to_string());
    head("Lead-out", &Time(disc.lead_out_frame).to_string());
    let programme =
        disc.tracks.first().map_or(0, |track| disc.lead_out_frame.saturating_sub(track.start_frame));
    head("Total", &Time(programme).to_string());
    // Writing to a string cannot fail.
    let _ = writeln!(
        sheet,
        "\n{:<2} {:<2}  {:<9} {:<9} {:<9} {:<9} {:<16} {:<8} Title",
        "Tr", "Ix", "Start", "Length", "Track", "Gap", "ISRC", "Flags"
    );
    for row in rows(disc) {
        let cell = |text: &Option<String>| text.clone().unwrap_or_default();
        let line = format!(
            "{:02} {:02}  {:<9} {:<9} {:<9} {:<9} {:<16} {:<8} {}",
            row.track,
            row.index,
            row.start,
            row.length,
            cell(&row.track_length),
            cell(&row.gap),
            cell(&row.isrc),
            row.flags,
            cell(&row.title)
        );
        let _ = writeln!(sheet, "{}", line.trim_end());
    }
    let _ = writeln!(sheet, "AA 01  {}", Time(disc.lead_out_frame));
    sheet.push_str(
        "\nTimes are minutes, seconds and frames (75 a second) from the start of the first pregap.\n",
    );
    if !digests.is_empty() {
        sheet.push_str("\nMD5\n");
        for digest in digests {
            let _ = writeln!(sheet, "{}  {}", digest.md5, one_line(&digest.name));
        }
    }
    sheet
}
