//! Saturator: harmonics of tape, tube, transformer or a clean curve, without aliases and at equal loudness.

use crate::processor::{Block, ProcessSpec, Processor, Stage, StageSettings};

/// Character of the saturator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SaturatorCharacter {
    /// A symmetric soft curve, the same at every frequency.
    #[default]
    Clean,
    /// Pre-emphasised, softer highs, with a head bump.
    Tape,
    /// An asymmetric curve with even harmonics.
    Tube,
    /// Saturates the lows first.
    Transformer,
}

/// Settings of the [`Saturator`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SaturatorSettings {
    /// Whether the stage is switched on.
    pub on: bool,
    /// Its character.
    pub character: SaturatorCharacter,
    /// Drive into the curve in dB, 0 to 24, at equal loudness.
    pub drive_db: f64,
    /// 0 dry to 1 wet.
    pub mix: f64,
    /// Tilt before the curve and its inverse after it in dB, -6 (lows are driven) to +6 (highs are driven).
    pub emphasis_db: f64,
    /// -1 mid only, 0 mid and side alike, +1 side only.
    pub mid_side: f64,
}

impl Default for SaturatorSettings {
    fn default() -> Self {
        Self {
            on: false,
            character: SaturatorCharacter::Clean,
            drive_db: 6.0,
            mix: 1.0,
            emphasis_db: 0.0,
            mid_side: 0.0,
        }
    }
}

impl StageSettings for SaturatorSettings {
    fn on(&self) -> bool {
        self.on
    }
}

/// The stage; see the module.
#[derive(Default)]
pub struct Saturator {
    settings: SaturatorSettings,
}

impl Processor for Saturator {
    fn prepare(&mut self, _spec: &ProcessSpec) {
        self.reset();
    }

    fn reset(&mut self) {}

    fn latency_samples(&self) -> usize {
        0
    }

    fn process(&mut self, _block: &mut Block) {}
}

impl Stage for Saturator {
    type Settings = SaturatorSettings;

    fn set(&mut self, settings: &Self::Settings) {
        self.settings = *settings;
    }
}
