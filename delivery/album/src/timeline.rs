//! Where everything lies: segments, tracks and the stretches that run through the limiter in one piece.
//!
//! A [`Passage`] is what sounds without a second of silence in it. Its segments are added up, and limiter and dither run over the sum once;
//! tracks are cut from it afterwards, at their marks. Between two passages lie exact zeros, so that files set end to end are the
//! continuous programme, bit for bit. The silence before a track belongs to the one before it on a disc and on a side; files that are played alone have none of it.

use super::file::{Album, Join};
use super::segment::{Segment, TAIL_S};
use lacquer_disc::{Disc, DiscTrack, FIRST_PREGAP_FRAMES, SAMPLES_PER_FRAME};
use lacquer_isrc::Isrc;
use std::ops::Range;

/// Silence that ends a passage, s: the limiter has let go, and nothing rings on.
const RUN_ENDS_S: f64 = 1.0;

/// What runs through limiter and dither in one piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// Its segments.
    pub segments: Range<usize>,
    /// Its place on the timeline, frames.
    pub frames: Range<usize>,
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline {
    /// Sample rate, hertz.
    pub sample_rate: u32,
    /// Where each segment begins, frames.
    pub starts: Vec<usize>,
    /// Where each track's file begins, frames; the first at 0.
    pub marks: Vec<usize>,
    /// Where each track's sound begins, frames: its mark, but for a disc's grid.
    pub onsets: Vec<usize>,
    /// Where each track's sound ends, frames.
    pub ends: Vec<usize>,
    /// The whole, frames.
    pub length: usize,
    /// The passages, in order.
    pub passages: Vec<Passage>,
}

/// Lays an album out at `rate` hertz. With `on_disc` every mark lies on a CD frame: a gap grows by less than one, and inside of
/// joined programmes the mark moves by at most half of one, 6.7 ms.
pub fn lay_out(album: &Album, segments: &[Segment], rate: u32, on_disc: bool) -> Timeline {
    let frames = |seconds: f64| (seconds * f64::from(rate)).round() as usize;
    let grid = if on_disc { SAMPLES_PER_FRAME } else { 1 };
    let mut timeline = Timeline {
        sample_rate: rate,
        starts: Vec::new(),
        marks: Vec::new(),
        onsets: Vec::new(),
        ends: Vec::new(),
        length: 0,
        passages: Vec::new(),
    };
    for (n, segment) in segments.iter().enumerate() {
        let (start, starts_run) = match album.tracks[segment.tracks.start].join {
            _ if n == 0 => (0, true),
            Join::Crossfade(seconds) => (timeline.length.saturating_sub(frames(seconds)), false),
            Join::Gap(seconds) => {
                let start = timeline.length + frames(seconds);
                (if seconds > 0.0 { start.next_multiple_of(grid) } else { start }, seconds >= RUN_ENDS_S)
            }
        };
        let marks = segment.marks(rate);
        for ends in marks.windows(2) {
            let onset = start + ends[0];
            timeline.onsets.push(onset);
            timeline.ends.push(start + ends[1]);
            timeline.marks.push((onset + grid / 2) / grid * grid);
        }
        timeline.starts.push(start);
        timeline.length = start + segment.length(rate);
        if starts_run {
            // The passage before rings on into the silence.
            if let Some(passage) = timeline.passages.last_mut() {
                passage.frames.end = (passage.frames.end + frames(TAIL_S)).min(start);
            }
            timeline.passages.push(Passage { segments: n..n + 1, frames: start..timeline.length });
        } else if let Some(passage) = timeline.passages.last_mut() {
            passage.segments.end = n + 1;
            passage.frames.end = timeline.length;
        }
    }
    timeline
}

impl Timeline {
    /// The timeline as a disc's: times in CD frames, counted from the first track's pregap of two seconds. For one at 44.1 kHz whose
    /// marks lie on the grid. `codes` has the tracks' codes.
    pub fn disc(&self, album: &Album, codes: &[Option<Isrc>]) -> Disc {
        let at = |frames: usize| FIRST_PREGAP_FRAMES + (frames / SAMPLES_PER_FRAME) as u32;
        let tracks = album
            .tracks
            .iter()
            .enumerate()
            .map(|(n, track)| {
                let start_frame = at(self.marks[n]);
                // Index 0 is where the silence begins: after the frame in which the track before ends.
                let silent_from = match n {
                    0 => 0,
                    _ => at(self.ends[n - 1].next_multiple_of(SAMPLES_PER_FRAME)).min(start_frame),
                };
                DiscTrack {
                    later_index_frames: Vec::new(),
                    title: track.title.clone(),
                    performer: track.performer.clone(),
                    composer: track.composer.clone(),
                    isrc: codes.get(n).copied().flatten(),
                    pregap_frame: silent_from,
                    start_frame,
                    copy_permitted: false,
                    pre_emphasis: false,
                }
            })
            .collect();
        Disc {
            title: album.title.clone(),
            performer: album.artist.clone(),
            upc: album.upc.clone(),
            tracks,
            lead_out_frame: at(self.length.next_multiple_of(SAMPLES_PER_FRAME)),
        }
    }

    /// What the file of a track (counted from 0) holds that is played alone: its sound, without the silence that follows on a disc.
    pub fn sound_of(&self, track: usize) -> Range<usize> {
        let file = self.file_of(track);
        file.start..self.ends[track].clamp(file.start, file.end)
    }

    /// What a track (counted from 0) has of the programme, with the silence after it.
    pub fn file_of(&self, track: usize) -> Range<usize> {
        let end = self.marks.get(track + 1).copied().unwrap_or(self.length);
        self.marks[track].min(end)..end
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse;
    use crate::segment::{Source, segments};
    use proptest::prelude::*;
    use std::path::Path;

    fn timeline(joins: &[&str], frames: usize, on_disc: bool) -> (Album, Timeline) {
        let text: String =
            joins.iter().map(|join| format!("[[track]]\nfile = \"a.wav\"\n{join}\n")).collect();
        let album = parse(Path::new("A.toml"), &text).unwrap();
        let source = Source {
            sha256: String::new(),
            sample_rate: 44_100,
            channels: 2,
            frames,
            integrated_lufs: None,
            loud_part_lufs: None,
            true_peak_dbtp: None,
            warnings: Vec::new(),
        };
        let segments = segments(&album, &vec![source; joins.len()]).unwrap();
        let timeline = lay_out(&album, &segments, 44_100, on_disc);
        (album, timeline)
    }

    #[test]
    fn marks_are_exact_off_a_disc_and_on_its_grid_on_one() {
        let joins = ["", "gap_s = 0.3", "gap_s = 0", "crossfade_s = 1", "gap_s = 2"];
        let (_, plain) = timeline(&joins, 441_001, false);
        let second = 441_001 + 13_230;
        assert_eq!(plain.marks[..3], [0, second, second + 441_001]);
        assert_eq!(plain.marks[3], plain.ends[2] - 44_100);
        assert_eq!(plain.marks[4], plain.ends[3] + 88_200);
        let (_, disc) = timeline(&joins, 441_001, true);
        for n in 0..joins.len() {
            assert_eq!(disc.marks[n] % SAMPLES_PER_FRAME, 0);
            assert!(disc.marks[n].abs_diff(disc.onsets[n]) <= SAMPLES_PER_FRAME / 2);
        }
        assert!(disc.onsets[1] >= plain.onsets[1] && disc.onsets[1] < plain.onsets[1] + SAMPLES_PER_FRAME);
        // Only the last gap is long enough for the limiter to begin anew.
        assert_eq!(
            plain.passages.iter().map(|passage| passage.segments.clone()).collect::<Vec<_>>(),
            [0..3, 3..4]
        );
        assert_eq!(plain.passages[1].frames, plain.starts[3]..plain.length);
    }

    #[test]
    fn files_cover_the_timeline_without_a_gap_or_an_overlap() {
        for on_disc in [false, true] {
            let (_, timeline) = timeline(&["", "gap_s = 1", "crossfade_s = 3", ""], 300_000, on_disc);
            let mut at = 0;
            for track in 0..4 {
                assert_eq!(timeline.file_of(track).start, at);
                at = timeline.file_of(track).end;
            }
            assert_eq!(at, timeline.length);
        }
    }

    #[test]
    fn a_disc_has_pregaps_where_silence_is_and_a_lead_out_after_it_all() {
        let (album, timeline) = timeline(&["", "gap_s = 2", "gap_s = 0"], 588 * 750, true);
        let disc = timeline.disc(&album, &[None; 3]);
        let indexes: Vec<_> =
            disc.tracks.iter().map(|track| (track.pregap_frame, track.start_frame)).collect();
        assert_eq!(indexes, [(0, 150), (900, 1050), (1800, 1800)]);
        assert_eq!(disc.lead_out_frame, 2550);
    }

    proptest! {
        #[test]
        fn any_album_is_covered_once_and_every_segment_lies_in_its_passage(
            joins in prop::collection::vec((any::<bool>(), 0.0..3.0f64), 1..12),
            frames in 44_100 * 7..44_100 * 9usize,
            on_disc in any::<bool>(),
        ) {
            let joins: Vec<String> = joins
                .iter()
                .enumerate()
                .map(|(n, (crossfade, seconds))| {
                    let key = if *crossfade && n > 0 { "crossfade_s" } else { "gap_s" };
                    format!("{key} = {seconds:?}")
                })
                .collect();
            let joins: Vec<&str> = joins.iter().map(String::as_str).collect();
            let (_, timeline) = timeline(&joins, frames, on_disc);
            let covered: usize = (0..joins.len()).map(|track| timeline.file_of(track).len()).sum();
            prop_assert_eq!(covered, timeline.length);
            prop_assert!(timeline.marks.is_sorted() && timeline.marks[0] == 0);
            for pair in timeline.passages.windows(2) {
                prop_assert!(pair[0].frames.end <= pair[1].frames.start);
                prop_assert_eq!(pair[0].segments.end, pair[1].segments.start);
            }
            for passage in &timeline.passages {
                prop_assert_eq!(timeline.starts[passage.segments.start], passage.frames.start);
            }
            prop_assert!(timeline.passages.last().is_some_and(|passage| passage.frames.end == timeline.length));
        }
    }
}
