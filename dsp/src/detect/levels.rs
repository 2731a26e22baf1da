//! Levels of every 10 ms, computed once for all detectors that look at them.

use crate::metering::k_weighting::KWeighting;
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

/// Computes hops.
pub(super) struct Levels {
    weighting: KWeighting,
}

impl Levels {
    /// At `sample_rate_hz`.
    pub fn new(sample_rate_hz: f64) -> Self {
        Self { weighting: KWeighting::new(sample_rate_hz) }
    }

    /// The hop of these frames.
    pub fn hop(&mut self, start_frame: u64, frames: &[Frame]) -> Hop {
        let mut hop = Hop { start_frame, frames: frames.len() as u64, ..Hop::default() };
        for frame in frames {
            let weighted = self.weighting.tick(*frame);
            for c in 0..2 {
                hop.energy[c] += frame[c] * frame[c];
                hop.weighted[c] += weighted[c] * weighted[c];
                let level = frame[c].abs();
                hop.peak[c] = if level > hop.peak[c] { level } else { hop.peak[c] };
            }
            hop.cross += frame[0] * frame[1];
        }
        hop
    }
}
