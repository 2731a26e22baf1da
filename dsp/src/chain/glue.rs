//! Glue: a bus compressor over the whole band.

use crate::processor::{Block, ProcessSpec, Processor, Stage, StageSettings};

/// Settings of the [`Glue`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GlueSettings {
    /// Whether the stage is switched on.
    pub on: bool,
    /// Threshold in dBFS, -60 to 0.
    pub threshold_db: f64,
    /// Ratio "x : 1", 1 to 20.
    pub ratio: f64,
    /// Width of the knee in dB, 0 to 24.
    pub knee_db: f64,
    /// Attack time constant in ms, 0.1 to 200.
    pub attack_ms: f64,
    /// Release time constant in ms, 5 to 2000; unused with `auto`.
    pub release_ms: f64,
    /// Lets the programme's crest factor choose attack and release.
    pub auto: bool,
    /// High-pass of the side chain in hertz, 20 (off) to 300.
    pub sidechain_high_pass_hz: f64,
    /// Stereo link, 0 (each channel for itself) to 1 (the louder channel steers both).
    pub link: f64,
    /// 0 dry to 1 wet.
    pub mix: f64,
    /// Gain after the compressor in dB, -12 to +12.
    pub makeup_db: f64,
}

impl Default for GlueSettings {
    fn default() -> Self {
        Self {
            on: false,
            threshold_db: -16.0,
            ratio: 2.0,
            knee_db: 6.0,
            attack_ms: 30.0,
            release_ms: 150.0,
            auto: true,
            sidechain_high_pass_hz: 90.0,
            link: 1.0,
            mix: 1.0,
            makeup_db: 0.0,
        }
    }
}

impl StageSettings for GlueSettings {
    fn on(&self) -> bool {
        self.on
    }
}

/// The stage; see the module.
#[derive(Default)]
pub struct Glue {
    settings: GlueSettings,
}

impl Processor for Glue {
    fn prepare(&mut self, _spec: &ProcessSpec) {
        self.reset();
    }

    fn reset(&mut self) {}

    fn latency_samples(&self) -> usize {
        0
    }

    fn process(&mut self, _block: &mut Block) {}
}

impl Stage for Glue {
    type Settings = GlueSettings;

    fn set(&mut self, settings: &Self::Settings) {
        self.settings = *settings;
    }
}
