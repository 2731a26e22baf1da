//! How much was rendered rather than found in the cache.

use serde::Serialize;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Counts what is rendered rather than found in the cache.
#[derive(Debug, Default)]
pub struct Renders {
    chains: AtomicUsize,
    finals: AtomicUsize,
    trials: AtomicUsize,
}

/// What was rendered for a report; 0 throughout where nothing had changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RenderCounts {
    /// Segments through the stages before the limiter.
    pub chains: usize,
    /// Runs through limiter and dither.
    pub finals: usize,
    /// Trials of the search for a drive.
    pub trials: usize,
}

impl Renders {
    /// A segment went through the stages before the limiter.
    pub fn count_chain(&self) {
        self.chains.fetch_add(1, Relaxed);
    }

    /// A passage went through limiter and dither.
    pub fn count_final(&self) {
        self.finals.fetch_add(1, Relaxed);
    }

    /// A segment went through the limiter to be measured.
    pub fn count_trial(&self) {
        self.trials.fetch_add(1, Relaxed);
    }

    /// The counts so far.
    pub fn counts(&self) -> RenderCounts {
        RenderCounts {
            chains: self.chains.load(Relaxed),
            finals: self.finals.load(Relaxed),
            trials: self.trials.load(Relaxed),
        }
    }
}
