//! Which stages have had a parameter changed since the audio thread last looked.
//!
//! One bit a stage in one atomic word: the callbacks that set it run on whatever thread the host uses and never wait.

use lacquer_dsp::chain::StageId;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Where a change belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// A stage of the chain.
    Stage(StageId),
    /// The chain as a whole: bypass.
    Chain,
    /// What fixes the latency: quality and the equalizer's phase.
    Latency,
}

impl Change {
    fn bit(self) -> u32 {
        match self {
            Self::Stage(stage) => 1 << stage as u32,
            Self::Chain => 1 << 30,
            Self::Latency => 1 << 31,
        }
    }
}

/// A set of [`Change`]s, shared by the parameters that add to it and the one reader that empties it.
#[derive(Debug, Clone)]
pub struct Changes(Arc<AtomicU32>);

impl Default for Changes {
    /// Everything has changed: the reader has seen nothing yet.
    fn default() -> Self {
        Self(Arc::new(AtomicU32::new(u32::MAX)))
    }
}

impl Changes {
    /// [any thread] Adds `place`. Release: the value was stored before it, and the reader that sees the bit sees the value.
    pub fn mark(&self, place: Change) {
        self.0.fetch_or(place.bit(), Ordering::Release);
    }

    /// [audio-thread] Empties the set and gives what was in it.
    pub fn take(&self) -> Taken {
        // A plain load first: a swap would take the cache line from the editor's thread in every block.
        if self.0.load(Ordering::Relaxed) == 0 {
            return Taken(0);
        }
        Taken(self.0.swap(0, Ordering::Acquire))
    }
}

/// What [`Changes::take`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken(u32);

impl Taken {
    /// Every place.
    pub const ALL: Self = Self(u32::MAX);

    /// Whether nothing has changed.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether `place` has changed.
    pub fn contains(self, place: Change) -> bool {
        self.0 & place.bit() != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_has_its_own_bit() {
        let mut all = 0_u32;
        let stages = StageId::ALL.iter().map(|stage| Change::Stage(*stage));
        for place in stages.chain([Change::Chain, Change::Latency]) {
            assert_eq!(all & place.bit(), 0, "{place:?} shares its bit");
            all |= place.bit();
        }
    }

    #[test]
    fn taking_empties() {
        let changes = Changes::default();
        assert_eq!(changes.take(), Taken::ALL);
        assert!(changes.take().is_empty());
        changes.mark(Change::Stage(StageId::Limiter));
        let taken = changes.take();
        assert!(taken.contains(Change::Stage(StageId::Limiter)) && !taken.contains(Change::Chain));
    }
}
