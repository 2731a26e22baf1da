//! The level of the waveform around each frame of a whole programme.

use crate::blocks::fir::Frame32;
use crate::blocks::true_peak::TruePeakDetector;
use crate::processor::{CONTROL_PERIOD, Frame};
use crate::programme::{CHUNK_FRAMES, Source};
use std::io;

/// Calls `visit` with the number of each frame around which a channel's level may reach `floor`, and with the levels there, in order.
///
/// # Errors
/// What `visit` says.
pub fn visit_levels<E>(
    frames: impl ExactSizeIterator<Item = Frame32>,
    true_peak: bool,
    floor: f32,
    mut visit: impl FnMut(usize, Frame32) -> Result<(), E>,
) -> Result<(), E> {
    let mut detector = TruePeakDetector::new();
    let length = frames.len();
    let mut source = frames.chain(std::iter::repeat_n([0.0; 2], detector.delay()));
    let mut levels = [[0.0; 2]; CONTROL_PERIOD];
    let mut block = [[0.0f32; 2]; CONTROL_PERIOD];
    let mut position = 0;
    loop {
        let mut filled = 0;
        for (place, frame) in block.iter_mut().zip(source.by_ref()) {
            *place = frame;
            filled += 1;
        }
        if filled == 0 {
            return Ok(());
        }
        if detector.process(&block[..filled], true_peak, floor, &mut levels) {
            for (n, level) in levels[..filled].iter().enumerate() {
                if let Some(frame) =
                    (position + n).checked_sub(detector.delay()).filter(|frame| *frame < length)
                {
                    visit(frame, *level)?;
                }
            }
        }
        position += filled;
    }
}

/// As [`visit_levels`], of a source.
///
/// # Errors
/// As [`Source::read`], and what `visit` says.
pub fn visit_levels_of(
    source: &dyn Source,
    true_peak: bool,
    floor: f32,
    visit: impl FnMut(usize, Frame32) -> io::Result<()>,
) -> io::Result<()> {
    let mut frames = Narrowed { source, position: 0, chunk: Vec::new(), failed: Ok(()) };
    visit_levels(&mut frames, true_peak, floor, visit)?;
    frames.failed
}

/// The frames of a source, one after the other; silence where it cannot be read.
struct Narrowed<'a> {
    source: &'a dyn Source,
    position: usize,
    chunk: Vec<Frame>,
    failed: io::Result<()>,
}

impl Iterator for Narrowed<'_> {
    type Item = Frame32;

    fn next(&mut self) -> Option<Frame32> {
        let left = self.source.length() - self.position;
        if left == 0 {
            return None;
        }
        let place = self.position % CHUNK_FRAMES;
        if place == 0 {
            self.chunk.clear();
            self.chunk.resize(left.min(CHUNK_FRAMES), [0.0; 2]);
            if self.failed.is_ok() {
                self.failed = self.source.read(self.position, &mut self.chunk);
            }
        }
        self.position += 1;
        Some(self.chunk[place].map(|x| x as f32))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.source.length() - self.position;
        (left, Some(left))
    }
}

impl ExactSizeIterator for Narrowed<'_> {}
