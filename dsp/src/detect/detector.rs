//! What a detector is, and what it is made for.

use super::evidence::Evidence;
use super::hop::Hop;
use super::{Finding, StoredWords};

/// Hops a second.
const HOPS_PER_SECOND: f64 = 100.0;

/// What is known of a programme before the first frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Programme {
    /// Rate, hertz, 8 000 to 768 000.
    pub sample_rate_hz: f64,
    /// 1 or 2; one channel is carried as two equal ones.
    pub channels: usize,
    /// What the file stores.
    pub words: StoredWords,
}

impl Programme {
    /// Frames of a whole [`Hop`].
    pub fn hop_frames(&self) -> usize {
        (self.sample_rate_hz / HOPS_PER_SECOND).round() as usize
    }

    /// Length of frames in seconds.
    pub fn seconds(&self, frames: u64) -> f64 {
        frames as f64 / self.sample_rate_hz
    }
}

/// Looks for one thing that may be wrong. It is its file and its line in [`super::detectors`], and meets no other one: what several of them need is
/// handed to all, by [`super::analysis`].
pub(super) trait Detector {
    /// For a programme that begins. May allocate.
    fn new(programme: &Programme) -> Self;

    /// Takes the next 10 ms.
    fn push(&mut self, _hop: &Hop) {}

    /// Keeps nothing for [`Detector::end`]: it will not come.
    fn leave_out_comparison(&mut self) {}

    /// The programme has ended: does once what takes too long for every time it is asked.
    fn end(&mut self, _evidence: &Evidence) {}

    /// What was found so far. Asked again it says the same. One that finds one thing returns an option.
    fn findings(&self, evidence: &Evidence) -> impl IntoIterator<Item = Finding>;
}
