//! A programme in memory.

use lacquer_dsp::Frame;

/// Frames of one or two channels at a sample rate. Samples are f32, as at a host's edge; one channel is carried as two equal
/// ones.
#[derive(Debug, Clone, PartialEq)]
pub struct Audio {
    /// Sample rate in hertz.
    pub sample_rate: u32,
    /// 1 or 2.
    pub channels: usize,
    /// The frames.
    pub frames: Vec<[f32; 2]>,
}

impl Audio {
    /// Length in seconds.
    pub fn duration_s(&self) -> f64 {
        self.frames.len() as f64 / f64::from(self.sample_rate)
    }
}

/// The frame in the chain's precision.
pub fn widen(frame: &[f32; 2]) -> Frame {
    frame.map(f64::from)
}
