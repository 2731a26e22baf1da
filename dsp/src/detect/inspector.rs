//! The way from frames to findings.
//!
//! Frames are worked on in hops of 10 ms that are counted from the first frame, so that no finding depends on how they were pushed.
//!
//! ```text
//! frames -> what several detectors need, computed once -> a hop as it goes on -----> every detector -> findings
//!           (analysis.rs)                              -> evidence when asked --^    (detectors.rs)
//! ```

use super::analysis::Analysis;
use super::detector::Programme;
use super::detectors::Detectors;
use super::{Finding, Inspection, StoredWords};
use crate::processor::Frame;

/// Rates that can be inspected, hertz; others are taken for the nearest of these.
const RATES_HZ: [f64; 2] = [8000.0, 768_000.0];

/// Takes frames and finds what is wrong with them; see the module. Memory is bounded but for 32 bytes for every three seconds.
pub struct Inspector {
    hop: Vec<Frame>,
    hop_frames: usize,
    is_cut: bool,
    analysis: Analysis,
    detectors: Detectors,
}

impl Inspector {
    /// An inspector for frames at `sample_rate_hz` (8 000 to 768 000) of `channels` (1 or 2; one channel is carried as two equal ones)
    /// from a file that stores `words`. Allocates.
    pub fn new(sample_rate_hz: f64, channels: usize, words: StoredWords) -> Self {
        let [lowest, highest] = RATES_HZ;
        let programme = Programme {
            // A rate that is no number becomes the lowest one.
            sample_rate_hz: sample_rate_hz.max(lowest).min(highest),
            channels: channels.clamp(1, 2),
            words,
        };
        Self {
            hop: Vec::with_capacity(programme.hop_frames()),
            hop_frames: programme.hop_frames(),
            is_cut: false,
            analysis: Analysis::new(programme),
            detectors: Detectors::new(&programme),
        }
    }

    /// As it is judged if it is to be cut on vinyl: what no lathe takes then sends it back, and is no more a note.
    #[must_use]
    pub fn for_vinyl(self) -> Self {
        Self { is_cut: true, ..self }
    }

    /// As it is asked with [`Inspector::so_far`] alone, of a programme that has no end: what is only compared there is not kept.
    #[must_use]
    pub fn without_end(mut self) -> Self {
        self.analysis.leave_out_comparison();
        self.detectors.leave_out_comparison();
        self
    }

    /// Takes the next frames, any number. Samples that are no numbers are reported and count as silence. After
    /// [`Inspector::finish`] nothing is taken any more.
    pub fn push(&mut self, frames: &[Frame]) {
        if self.analysis.has_ended() {
            return;
        }
        let mut rest = frames;
        while !rest.is_empty() {
            let (part, tail) = rest.split_at((self.hop_frames - self.hop.len()).min(rest.len()));
            let start = self.hop.len();
            self.hop.extend_from_slice(part);
            self.analysis.replace_no_numbers(&mut self.hop[start..]);
            rest = tail;
            if self.hop.len() == self.hop_frames {
                self.take_hop();
            }
        }
    }

    fn take_hop(&mut self) {
        self.detectors.push(&self.analysis.hop(&self.hop));
        self.hop.clear();
    }

    /// What can be said so far, of a programme that goes on: cheap enough for twice a second. What the tail has is not yet
    /// known.
    pub fn so_far(&mut self) -> Vec<Finding> {
        self.inspection().findings
    }

    /// Ends the programme. Called again it says the same.
    pub fn finish(&mut self) -> Inspection {
        if !self.analysis.has_ended() {
            if !self.hop.is_empty() {
                self.take_hop();
            }
            self.analysis.end();
            self.detectors.end(&self.analysis.evidence(self.is_cut));
        }
        self.inspection()
    }

    fn inspection(&self) -> Inspection {
        let evidence = self.analysis.evidence(self.is_cut);
        Inspection {
            findings: self.detectors.findings(&evidence),
            true_bits: evidence.true_bits,
            measurement: evidence.measurement,
        }
    }
}
