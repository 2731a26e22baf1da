//! Programmes that are read in pieces, so that memory does not grow with their length.
//!
//! ```text
//! Store -> Tape: appended to, once, in order -> Source: read in pieces, from anywhere, by several threads
//! ```
//!
//! Where a programme lies is its owner's affair: nothing here opens a file. [`Memory`] keeps it in memory, for what is short.

use crate::processor::Frame;
use std::io;
use std::ops::Range;

/// Frames that are read at a time where nothing else says how many: they stay in a core's own cache.
pub const CHUNK_FRAMES: usize = 4096;

/// Frames of a known number that can be read again and again.
pub trait Source<F = Frame>: Sync {
    /// How many there are.
    fn length(&self) -> usize;

    /// Reads the frames from `start` on, as many as `frames` has room for; all of them lie within the source.
    ///
    /// # Errors
    /// If what it lies in cannot be read, or ends before.
    fn read(&self, start: usize, frames: &mut [F]) -> io::Result<()>;
}

/// A source that grows at its end.
pub trait Tape: Source + Send {
    /// Appends frames.
    ///
    /// # Errors
    /// If there is no room for them.
    fn push(&mut self, frames: &[Frame]) -> io::Result<()>;
}

/// Gives tapes for what is worked on.
pub trait Store: Sync {
    /// An empty one. What it holds is gone with it.
    fn tape(&self) -> Box<dyn Tape>;
}

/// Keeps everything in memory.
#[derive(Debug, Clone, Copy, Default)]
pub struct Memory;

impl Store for Memory {
    fn tape(&self) -> Box<dyn Tape> {
        Box::new(Vec::new())
    }
}

impl<F: Copy + Sync> Source<F> for [F] {
    fn length(&self) -> usize {
        self.len()
    }

    fn read(&self, start: usize, frames: &mut [F]) -> io::Result<()> {
        let found = start.checked_add(frames.len()).and_then(|end| self.get(start..end));
        frames.copy_from_slice(found.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

impl<F: Copy + Sync> Source<F> for Vec<F> {
    fn length(&self) -> usize {
        self.len()
    }

    fn read(&self, start: usize, frames: &mut [F]) -> io::Result<()> {
        self.as_slice().read(start, frames)
    }
}

impl Tape for Vec<Frame> {
    fn push(&mut self, frames: &[Frame]) -> io::Result<()> {
        self.extend_from_slice(frames);
        Ok(())
    }
}

impl<F, S: Source<F> + ?Sized> Source<F> for &S {
    fn length(&self) -> usize {
        (**self).length()
    }

    fn read(&self, start: usize, frames: &mut [F]) -> io::Result<()> {
        (**self).read(start, frames)
    }
}

impl<F, S: Source<F> + ?Sized> Source<F> for Box<S> {
    fn length(&self) -> usize {
        (**self).length()
    }

    fn read(&self, start: usize, frames: &mut [F]) -> io::Result<()> {
        (**self).read(start, frames)
    }
}

/// A programme with a gain.
pub struct Louder<S> {
    /// What it is without.
    pub of: S,
    /// The gain, a factor.
    pub gain: f64,
}

impl<S: Source> Source for Louder<S> {
    fn length(&self) -> usize {
        self.of.length()
    }

    fn read(&self, start: usize, frames: &mut [Frame]) -> io::Result<()> {
        self.of.read(start, frames)?;
        frames.as_flattened_mut().iter_mut().for_each(|x| *x *= self.gain);
        Ok(())
    }
}

/// Shows the frames of a stretch to `visit` in order, [`CHUNK_FRAMES`] at a time.
///
/// # Errors
/// As [`Source::read`], and what `visit` says.
pub fn visit<F: Copy + Default, E: From<io::Error>>(
    source: &(impl Source<F> + ?Sized),
    stretch: Range<usize>,
    mut visit: impl FnMut(&[F]) -> Result<(), E>,
) -> Result<(), E> {
    let mut chunk = vec![F::default(); CHUNK_FRAMES.min(stretch.len())];
    let mut start = stretch.start;
    while start < stretch.end {
        let chunk = &mut chunk[..CHUNK_FRAMES.min(stretch.end - start)];
        source.read(start, chunk)?;
        visit(chunk)?;
        start += chunk.len();
    }
    Ok(())
}

/// The frames of a stretch, in memory.
///
/// # Errors
/// As [`Source::read`].
pub fn piece<F: Copy + Default>(
    source: &(impl Source<F> + ?Sized),
    stretch: Range<usize>,
) -> io::Result<Vec<F>> {
    let mut frames = vec![F::default(); stretch.len()];
    source.read(stretch.start, &mut frames)?;
    Ok(frames)
}

/// Reads a source along, with what lies around each place.
pub struct Along<'a> {
    source: &'a dyn Source,
    start: usize,
    held: Vec<Frame>,
}

impl<'a> Along<'a> {
    /// From a source; nothing is read yet.
    pub fn new(source: &'a dyn Source) -> Self {
        Self { source, start: 0, held: Vec::new() }
    }

    /// The frames of a stretch. It is quick where the next stretch begins a little after the last one.
    ///
    /// # Errors
    /// As [`Source::read`].
    pub fn stretch(&mut self, stretch: Range<usize>) -> io::Result<&[Frame]> {
        if stretch.start < self.start || stretch.end > self.start + self.held.len() {
            let ahead = (4 * stretch.len()).max(CHUNK_FRAMES);
            let end = stretch.start.saturating_add(ahead).min(self.source.length()).max(stretch.end);
            self.start = stretch.start;
            self.held.resize(end - stretch.start, Frame::default());
            self.source.read(self.start, &mut self.held)?;
        }
        Ok(&self.held[stretch.start - self.start..stretch.end - self.start])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_read_in_any_pieces() {
        let frames: Vec<Frame> = (0..10_000).map(|n| [f64::from(n), -f64::from(n)]).collect();
        let mut seen = Vec::new();
        visit(&frames, 100..9_999, |chunk| {
            seen.extend_from_slice(chunk);
            Ok::<_, io::Error>(())
        })
        .unwrap();
        assert!(seen == frames[100..9_999]);
        let mut along = Along::new(&frames);
        for stretch in [0..10, 5..200, 9_000..10_000, 3..4, 0..10_000, 10_000..10_000] {
            assert!(along.stretch(stretch.clone()).unwrap() == &frames[stretch]);
        }
        assert!(along.stretch(9_999..10_001).is_err() && piece(&frames, 9_999..10_001).is_err());
    }
}
