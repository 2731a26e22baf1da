//! Bass: harmonics by which small speakers make audible what they cannot play.

use crate::processor::{Block, ProcessSpec, Processor, Stage, StageSettings};

/// Settings of the [`Bass`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BassSettings {
    /// Whether the stage is switched on.
    pub on: bool,
    /// Amount of harmonics, 0 to 1.
    pub amount: f64,
    /// Frequency in hertz below which the device plays nothing, 60 to 200.
    pub device_corner_hz: f64,
}

impl Default for BassSettings {
    fn default() -> Self {
        Self { on: false, amount: 0.5, device_corner_hz: 120.0 }
    }
}

impl StageSettings for BassSettings {
    fn on(&self) -> bool {
        self.on
    }
}

/// The stage; see the module.
#[derive(Default)]
pub struct Bass {
    settings: BassSettings,
}

impl Processor for Bass {
    fn prepare(&mut self, _spec: &ProcessSpec) {
        self.reset();
    }

    fn reset(&mut self) {}

    fn latency_samples(&self) -> usize {
        0
    }

    fn process(&mut self, _block: &mut Block) {}
}

impl Stage for Bass {
    type Settings = BassSettings;

    fn set(&mut self, settings: &Self::Settings) {
        self.settings = *settings;
    }
}
