//! Samples that a lossy encoder can take: its arithmetic has no answer to what is not a number.

use crate::audio::Programme;
use lacquer_dsp::programme::Source;
use std::io;

/// The highest sample that is passed on, 36 dB over full scale.
const HIGHEST: f32 = 64.0;

/// A programme with silence for samples that are no numbers, and no sample beyond 36 dB over full scale.
pub struct Finite<'a>(pub &'a dyn Programme);

impl Source<[f32; 2]> for Finite<'_> {
    fn length(&self) -> usize {
        self.0.length()
    }

    fn read(&self, start: usize, frames: &mut [[f32; 2]]) -> io::Result<()> {
        self.0.read(start, frames)?;
        for x in frames.as_flattened_mut() {
            *x = if x.is_nan() { 0.0 } else { x.clamp(-HIGHEST, HIGHEST) };
        }
        Ok(())
    }
}

impl Programme for Finite<'_> {
    fn sample_rate(&self) -> u32 {
        self.0.sample_rate()
    }

    fn channels(&self) -> usize {
        self.0.channels()
    }
}
