//! Limiter: holds the true peak under the ceiling.

use crate::processor::{Block, ProcessSpec, Processor, Stage, StageSettings};

/// How the limiter moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LimiterStyle {
    /// Slow and even: nothing is heard but the level.
    #[default]
    Transparent,
    /// A short window that lets transients through longer.
    Punch,
    /// Loud and dense.
    Aggressive,
    /// The longest window, for sustained material.
    Smooth,
}

/// Settings of the [`Limiter`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LimiterSettings {
    /// Whether the stage is switched on.
    pub on: bool,
    /// Gain into the limiter in dB, 0 to 24.
    pub drive_db: f64,
    /// Level that no peak passes in dBTP, -12 to 0.
    pub ceiling_dbtp: f64,
    /// How it moves.
    pub style: LimiterStyle,
    /// Release time constant in ms, 1 to 1000; with `auto_release` the shortest.
    pub release_ms: f64,
    /// Lets the release follow the programme.
    pub auto_release: bool,
    /// Stereo link of the fast gain, 0 to 1.
    pub transient_link: f64,
    /// Stereo link of the slow gain, 0 to 1.
    pub release_link: f64,
    /// Whether peaks between the samples are held too.
    pub true_peak: bool,
    /// Takes the drive back after the limiter, to hear what limiting does at equal level.
    pub unity_gain: bool,
    /// Amplitude that later stages may add (the dither and its shaping), full scale 1: kept free under the ceiling.
    pub output_reserve: f64,
}

impl Default for LimiterSettings {
    fn default() -> Self {
        Self {
            on: true,
            drive_db: 0.0,
            ceiling_dbtp: -1.0,
            style: LimiterStyle::Transparent,
            release_ms: 100.0,
            auto_release: true,
            transient_link: 1.0,
            release_link: 1.0,
            true_peak: true,
            unity_gain: false,
            output_reserve: 0.0,
        }
    }
}

impl StageSettings for LimiterSettings {
    fn on(&self) -> bool {
        self.on
    }
}

/// The stage; see the module.
#[derive(Default)]
pub struct Limiter {
    settings: LimiterSettings,
}

impl Processor for Limiter {
    fn prepare(&mut self, _spec: &ProcessSpec) {
        self.reset();
    }

    fn reset(&mut self) {}

    fn latency_samples(&self) -> usize {
        0
    }

    fn process(&mut self, _block: &mut Block) {}
}

impl Stage for Limiter {
    type Settings = LimiterSettings;

    fn set(&mut self, settings: &Self::Settings) {
        self.settings = *settings;
    }
}
