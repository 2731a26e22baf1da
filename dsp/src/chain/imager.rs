//! Imager: width overall and in three bands, mono bass, stereoize, correlation guard, rotation.

use crate::processor::{Block, ProcessSpec, Processor, Stage, StageSettings};

/// Bands of the imager.
pub const IMAGER_BANDS: usize = 3;

/// Slope of the filter that takes the side out of the lows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MonoSlope {
    /// 6 dB per octave.
    Db6,
    /// 12 dB per octave.
    #[default]
    Db12,
    /// 24 dB per octave.
    Db24,
}

/// Settings of the [`Imager`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ImagerSettings {
    /// Whether the stage is switched on.
    pub on: bool,
    /// Overall width, 0 (mono) over 1 (as it is) to 2.
    pub width: f64,
    /// Width of the low, middle and high band, 0 to 2.
    pub band_widths: [f64; IMAGER_BANDS],
    /// The two crossovers in hertz, 40 to 16 000, ascending.
    pub crossovers_hz: [f64; IMAGER_BANDS - 1],
    /// Whether lows are made mono.
    pub mono_bass: bool,
    /// Frequency in hertz below which the signal is mono, 20 to 500.
    pub mono_below_hz: f64,
    /// Slope of that filter.
    pub mono_slope: MonoSlope,
    /// Amount of decorrelated side made from the mid, 0 to 1; the mono sum never changes.
    pub stereoize: f64,
    /// Whether the guard keeps each band's correlation above `guard_correlation`.
    pub guard: bool,
    /// Lowest correlation that the guard allows, -1 to +1.
    pub guard_correlation: f64,
    /// Turns the stereo image, -45 to +45 degrees.
    pub rotation_degrees: f64,
}

impl Default for ImagerSettings {
    fn default() -> Self {
        Self {
            on: false,
            width: 1.0,
            band_widths: [1.0; IMAGER_BANDS],
            crossovers_hz: [200.0, 4000.0],
            mono_bass: false,
            mono_below_hz: 120.0,
            mono_slope: MonoSlope::Db12,
            stereoize: 0.0,
            guard: false,
            guard_correlation: 0.0,
            rotation_degrees: 0.0,
        }
    }
}

impl StageSettings for ImagerSettings {
    fn on(&self) -> bool {
        self.on
    }
}

/// The stage; see the module.
#[derive(Default)]
pub struct Imager {
    settings: ImagerSettings,
}

impl Processor for Imager {
    fn prepare(&mut self, _spec: &ProcessSpec) {
        self.reset();
    }

    fn reset(&mut self) {}

    fn latency_samples(&self) -> usize {
        0
    }

    fn process(&mut self, _block: &mut Block) {}
}

impl Stage for Imager {
    type Settings = ImagerSettings;

    fn set(&mut self, settings: &Self::Settings) {
        self.settings = *settings;
    }
}
