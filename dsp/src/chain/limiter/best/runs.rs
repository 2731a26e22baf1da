//! How long the waveform stays over the ceiling: a clip is hidden in a click and heard on a bass note.

use super::load::smoothed;
use super::scale::Scale;
use super::spline;
use crate::blocks::math;
use crate::processor::Frame;
use crate::programme::{Source, Store, Tape, visit};
use std::collections::VecDeque;
use std::io;

/// Window in which runs are averaged, ms.
const WINDOW_MS: f64 = 200.0;
/// Runs up to here are the clip's, and from there on the envelope's as far as it goes, ms: dense songs have 0.2 to 1.8, and bass that
/// makes the peaks itself 4 to 7.
pub const LENGTHS_MS: [f64; 2] = [2.5, 6.0];
/// Excess below which nothing is over.
const NOTHING: f64 = 1e-9;

/// Shows `with`, for each point of the slow grid, 0 where runs over `ceiling` are short, to 1 where they are long.
///
/// # Errors
/// As [`Source::read`], where `store` has no room, and what `with` says.
pub fn length_of_runs(
    frames: &dyn Source,
    ceiling: f64,
    scale: &Scale,
    store: &dyn Store,
    mut with: impl FnMut(f64) -> io::Result<()>,
) -> io::Result<()> {
    // Sums of excess squared, and of the same times the run's length in ms.
    let mut sums = Sums { tape: store.tape(), open: VecDeque::new(), scale };
    let mut channels = [Run::default(); 2];
    let mut position = 0;
    visit(frames, 0..frames.length(), |chunk| -> io::Result<()> {
        for frame in chunk {
            for (channel, run) in channels.iter_mut().enumerate() {
                let x = frame[channel];
                let over = (x.abs() - ceiling).max(0.0);
                if run.sum > 0.0 && !(over > 0.0 && (x > 0.0) == run.is_up) {
                    sums.add(channel, *run, position);
                    run.sum = 0.0;
                }
                if run.sum == 0.0 {
                    run.start = position;
                }
                run.is_up = x > 0.0;
                run.sum += over * over;
            }
            position += 1;
        }
        let [left, right] = channels.map(|run| if run.sum > 0.0 { run.start } else { position });
        sums.close_before(left.min(right) / scale.slow_grid)
    })?;
    // A run that the end breaks off does not count.
    let points = spline::points(frames.length(), scale.slow_grid);
    sums.close_before(points)?;
    let [short, long] = LENGTHS_MS.map(math::ln);
    smoothed(&*sums.tape, WINDOW_MS, scale, |[excess, length], _| {
        with(if excess < NOTHING {
            0.0
        } else {
            smooth_step((math::ln(length / excess) - short) / (long - short))
        })
    })
}

/// What is over the ceiling on one side of a channel.
#[derive(Debug, Clone, Copy, Default)]
struct Run {
    start: usize,
    /// Of excess squared; 0 where nothing is over.
    sum: f64,
    is_up: bool,
}

/// Sums on the slow grid. A run counts in its middle, which is known when it has ended: points stay open until no run can reach them.
struct Sums<'a> {
    tape: Box<dyn Tape>,
    /// From the tape's end on: the left channel's sums, and what the right one adds to them, in order.
    open: VecDeque<(Frame, Vec<Frame>)>,
    scale: &'a Scale,
}

impl Sums<'_> {
    fn add(&mut self, channel: usize, run: Run, end: usize) {
        let place = (run.start + end) / 2 / self.scale.slow_grid - self.tape.length();
        if self.open.len() <= place {
            self.open.resize(place + 1, Default::default());
        }
        let length_ms = (end - run.start) as f64 * 1e3 / self.scale.rate;
        let more = [run.sum, run.sum * length_ms];
        let (left, right) = &mut self.open[place];
        if channel == 0 {
            *left = [left[0] + more[0], left[1] + more[1]];
        } else {
            right.push(more);
        }
    }

    /// Writes the points before `end`.
    fn close_before(&mut self, end: usize) -> io::Result<()> {
        while self.tape.length() < end {
            let (left, right) = self.open.pop_front().unwrap_or_default();
            let sum = right.iter().fold(left, |sum, more| [sum[0] + more[0], sum[1] + more[1]]);
            self.tape.push(&[sum])?;
        }
        Ok(())
    }
}

/// From 0 at 0 to 1 at 1 without a corner.
pub fn smooth_step(x: f64) -> f64 {
    let x = x.clamp(0.0, 1.0);
    x * x * (3.0 - 2.0 * x)
}
