//! Pieces that were solved apart, faded into each other.

use crate::processor::Frame;
use crate::programme::Tape;
use std::io;
use std::ops::Range;

/// What is known of a frame that was solved: it and its error.
pub type Solved = (Frame, [f32; 2]);

/// Fades the pieces into each other, in order.
pub struct Mixer<'a> {
    half_fade: usize,
    piece: usize,
    length: usize,
    ceiling: f64,
    target: &'a mut dyn Tape,
    /// From the target's end on: what the next piece adds to.
    mixed: Vec<Frame>,
}

impl<'a> Mixer<'a> {
    /// For `length` frames in pieces of `piece`, which reach into each other by `half_fade` on either side.
    pub fn new([half_fade, piece, length]: [usize; 3], ceiling: f64, target: &'a mut dyn Tape) -> Self {
        Self { half_fade, piece, length, ceiling, target, mixed: Vec::new() }
    }

    /// Takes the next piece, which begins at `start`: the frames of `range`, solved.
    ///
    /// # Errors
    /// As [`Tape::push`].
    pub fn take(&mut self, start: usize, range: Range<usize>, solved: Vec<Solved>) -> io::Result<()> {
        let half_fade = self.half_fade;
        let end = start + self.piece;
        let is_last = end >= self.length;
        let first = self.target.length();
        for (at, (source, error)) in range.clone().zip(solved) {
            // Any mixture of two errors that keep the bound keeps it.
            let fade = |edge: usize| (at + half_fade - edge) as f64 / (2 * half_fade) as f64;
            let mut weight = 1.0;
            if start > 0 && at < start + half_fade {
                weight = fade(start);
            } else if !is_last && at + half_fade >= end {
                weight = 1.0 - fade(end);
            }
            if self.mixed.len() <= at - first {
                self.mixed.push(source);
            }
            let frame = &mut self.mixed[at - first];
            *frame = [frame[0] + weight * f64::from(error[0]), frame[1] + weight * f64::from(error[1])];
        }
        let done = if is_last { self.mixed.len() } else { end - half_fade - first };
        // Rounding to f32 on the way is worth a ten-millionth.
        let ceiling = self.ceiling;
        let clipped = |frame: &mut Frame| *frame = frame.map(|x| x.clamp(-ceiling, ceiling));
        self.mixed[..done].iter_mut().for_each(clipped);
        self.target.push(&self.mixed[..done])?;
        self.mixed.drain(..done);
        Ok(())
    }
}
