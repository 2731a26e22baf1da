//! Samples that are no numbers: they are counted and count as silence, so that no detector meets one.

use super::places::Hits;
use crate::processor::Frame;

/// Samples beyond this are no sound, and their squares no numbers one can work with: +80 dBFS.
const HIGHEST: f64 = 1e4;

/// See the module.
pub(super) struct NoNumbers {
    channels: usize,
    frames: u64,
    hits: Hits,
}

impl NoNumbers {
    /// At `sample_rate_hz` with 1 or 2 channels.
    pub fn new(sample_rate_hz: f64, channels: usize) -> Self {
        Self { channels, frames: 0, hits: Hits::new(sample_rate_hz) }
    }

    /// Takes the next frames and replaces in them what is no number, or no sound.
    pub fn replace(&mut self, frames: &mut [Frame]) {
        // No number is no lower than the highest.
        if !frames.as_flattened().iter().fold(true, |all, x| all & (x.abs() <= HIGHEST)) {
            for (frame, at) in frames.iter_mut().zip(self.frames..) {
                for (c, x) in frame.iter_mut().enumerate() {
                    if !x.is_finite() {
                        *x = 0.0;
                        if c < self.channels {
                            self.hits.add(c, at, 1.0);
                        }
                    }
                    *x = x.clamp(-HIGHEST, HIGHEST);
                }
            }
        }
        self.frames += frames.len() as u64;
    }

    /// Where they were.
    pub fn hits(&self) -> &Hits {
        &self.hits
    }
}
