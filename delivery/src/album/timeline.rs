//! Where everything lies: units, tracks and the stretches that run through the limiter in one piece.
//!
//! A [`Run`] is what sounds without a second of silence in it. Its units are added up, and limiter and dither run over the sum once;
//! tracks are cut from it afterwards, at their marks. Between two runs lie exact zeros, so that files set end to end are the
//! continuous programme, bit for bit. The silence before a track belongs to the file before it, as on a disc.

use super::file::{Album, Join};
use super::unit::{TAIL_S, Unit};
use crate::disc::SAMPLES_PER_FRAME;
use std::ops::Range;

/// Silence that ends a run, s: the limiter has let go, and nothing rings on.
const RUN_ENDS_S: f64 = 1.0;

/// What runs through limiter and dither in one piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its units.
    pub units: Range<usize>,
    /// Its place on the timeline, frames.
    pub frames: Range<usize>,
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline {
    /// Sample rate, hertz.
    pub sample_rate: u32,
    /// Where each unit begins, frames.
    pub starts: Vec<usize>,
    /// Where each track's file begins, frames; the first at 0.
    pub marks: Vec<usize>,
    /// Where each track's sound begins, frames: its mark, but for a disc's grid.
    pub onsets: Vec<usize>,
    /// Where each track's sound ends, frames.
    pub ends: Vec<usize>,
    /// The whole, frames.
    pub length: usize,
    /// The runs, in order.
    pub runs: Vec<Run>,
}

/// Lays an album out at `rate` hertz. With `on_disc` every mark lies on a CD frame: a gap grows by less than one, and inside of
/// joined programmes the mark moves by at most half of one, 6.7 ms.
pub fn lay_out(album: &Album, units: &[Unit], rate: u32, on_disc: bool) -> Timeline {
    let frames = |seconds: f64| (seconds * f64::from(rate)).round() as usize;
    let grid = if on_disc { SAMPLES_PER_FRAME } else { 1 };
    let mut timeline = Timeline {
        sample_rate: rate,
        starts: Vec::new(),
        marks: Vec::new(),
        onsets: Vec::new(),
        ends: Vec::new(),
        length: 0,
        runs: Vec::new(),
    };
    for (n, unit) in units.iter().enumerate() {
        let (start, starts_run) = match album.tracks[unit.tracks.start].join {
            _ if n == 0 => (0, true),
            Join::Crossfade(seconds) => (timeline.length.saturating_sub(frames(seconds)), false),
            Join::Gap(seconds) => {
                let start = timeline.length + frames(seconds);
                (if seconds > 0.0 { start.next_multiple_of(grid) } else { start }, seconds >= RUN_ENDS_S)
            }
        };
        let marks = unit.marks(rate);
        for ends in marks.windows(2) {
            let onset = start + ends[0];
            timeline.onsets.push(onset);
            timeline.ends.push(start + ends[1]);
            timeline.marks.push((onset + grid / 2) / grid * grid);
        }
        timeline.starts.push(start);
        timeline.length = start + unit.length(rate);
        if starts_run {
            // The run before rings on into the silence.
            if let Some(run) = timeline.runs.last_mut() {
                run.frames.end = (run.frames.end + frames(TAIL_S)).min(start);
            }
            timeline.runs.push(Run { units: n..n + 1, frames: start..timeline.length });
        } else if let Some(run) = timeline.runs.last_mut() {
            run.units.end = n + 1;
            run.frames.end = timeline.length;
        }
    }
    timeline
}

impl Timeline {
    /// What the file of a track (counted from 0) holds.
    pub fn file_of(&self, track: usize) -> Range<usize> {
        let end = self.marks.get(track + 1).copied().unwrap_or(self.length);
        self.marks[track].min(end)..end
    }
}
