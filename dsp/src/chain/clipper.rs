//! Clipper: takes short peaks off before the limiter, oversampled.

use crate::processor::{Block, ProcessSpec, Processor, Stage, StageSettings};

/// Settings of the [`Clipper`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClipperSettings {
    /// Whether the stage is switched on.
    pub on: bool,
    /// Level in dBFS that nothing passes, -12 to 0.
    pub threshold_db: f64,
    /// 0 hard to 1 soft: the knee begins up to 12 dB below the threshold; below the knee nothing changes.
    pub knee: f64,
}

impl Default for ClipperSettings {
    fn default() -> Self {
        Self { on: false, threshold_db: -1.0, knee: 0.25 }
    }
}

impl StageSettings for ClipperSettings {
    fn on(&self) -> bool {
        self.on
    }
}

/// The stage; see the module.
#[derive(Default)]
pub struct Clipper {
    settings: ClipperSettings,
}

impl Processor for Clipper {
    fn prepare(&mut self, _spec: &ProcessSpec) {
        self.reset();
    }

    fn reset(&mut self) {}

    fn latency_samples(&self) -> usize {
        0
    }

    fn process(&mut self, _block: &mut Block) {}
}

impl Stage for Clipper {
    type Settings = ClipperSettings;

    fn set(&mut self, settings: &Self::Settings) {
        self.settings = *settings;
    }
}
