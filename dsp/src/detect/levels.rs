//! Levels of every 10 ms, computed once for all detectors that look at them.

use crate::processor::Frame;

/// Sums over 10 ms of frames.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Hop {
    /// First frame.
    pub start_frame: u64,
    /// Frames; fewer in a programme's last hop.
    pub frames: u64,
    /// Sums of squares.
    pub energy: Frame,
    /// Sum of products.
    pub cross: f64,
    /// Sums of squares of the K-weighted channels (ITU-R BS.1770-5 Annex 1).
    pub weighted: Frame,
    /// Highest samples.
    pub peak: Frame,
}

impl Hop {
    /// Mean power of a frame, both channels together.
    pub fn power(&self) -> f64 {
        0.5 * (self.energy[0] + self.energy[1]) / self.frames.max(1) as f64
    }
}

impl Hop {
    /// The hop of these frames, whose K-weighted channels have these sums of squares.
    pub fn of(start_frame: u64, frames: &[Frame], weighted: Frame) -> Self {
        let mut hop = Self { start_frame, frames: frames.len() as u64, weighted, ..Self::default() };
        for frame in frames {
            for ((energy, peak), x) in hop.energy.iter_mut().zip(&mut hop.peak).zip(frame) {
                *energy += x * x;
                let level = x.abs();
                *peak = if level > *peak { level } else { *peak };
            }
            hop.cross += frame[0] * frame[1];
        }
        hop
    }
}
