//! Dynamic equalizer: four bands whose gain follows the level inside them.

use super::equalizer::Placement;
use crate::processor::{Block, ProcessSpec, Processor, Stage, StageSettings};

/// Bands of the dynamic equalizer.
pub const DYNAMIC_EQ_BANDS: usize = 4;

/// Shape of a dynamic band.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DynamicEqShape {
    /// Boost or cut around the frequency.
    #[default]
    Bell,
    /// Boost or cut below the frequency.
    LowShelf,
    /// Boost or cut above the frequency.
    HighShelf,
}

/// One band of the dynamic equalizer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DynamicEqBand {
    /// Whether the band is switched on.
    pub on: bool,
    /// Its shape.
    pub shape: DynamicEqShape,
    /// Its frequency in hertz, 20 to 20 000, clamped below Nyquist.
    pub frequency_hz: f64,
    /// Its quality factor, 0.1 to 10.
    pub q: f64,
    /// Level in dBFS above which the band acts, -80 to 0; with `relative`, the band's level against the whole
    /// signal's in dB.
    pub threshold_db: f64,
    /// The most it does, -12 to +12 dB: negative cuts, positive boosts.
    pub range_db: f64,
    /// Ratio "x : 1" above the threshold, 1 to 20.
    pub ratio: f64,
    /// Attack time constant in ms, 0.1 to 200.
    pub attack_ms: f64,
    /// Release time constant in ms, 5 to 2000.
    pub release_ms: f64,
    /// What it works on: stereo, mid or side.
    pub placement: Placement,
    /// Whether the threshold is relative to the level of the whole signal, as in a de-esser.
    pub relative: bool,
}

impl Default for DynamicEqBand {
    fn default() -> Self {
        Self {
            on: false,
            shape: DynamicEqShape::Bell,
            frequency_hz: 1000.0,
            q: 1.0,
            threshold_db: -30.0,
            range_db: -6.0,
            ratio: 3.0,
            attack_ms: 5.0,
            release_ms: 80.0,
            placement: Placement::Stereo,
            relative: false,
        }
    }
}

/// Settings of the [`DynamicEq`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DynamicEqSettings {
    /// Whether the stage is switched on.
    pub on: bool,
    /// The bands, in series.
    pub bands: [DynamicEqBand; DYNAMIC_EQ_BANDS],
}

impl Default for DynamicEqSettings {
    fn default() -> Self {
        let mut bands = [DynamicEqBand::default(); DYNAMIC_EQ_BANDS];
        let frequencies = [120.0, 400.0, 2500.0, 7000.0];
        bands.iter_mut().zip(frequencies).for_each(|(band, frequency_hz)| band.frequency_hz = frequency_hz);
        Self { on: false, bands }
    }
}

impl StageSettings for DynamicEqSettings {
    fn on(&self) -> bool {
        self.on
    }
}

/// The stage; see the module.
#[derive(Default)]
pub struct DynamicEq {
    settings: DynamicEqSettings,
}

impl Processor for DynamicEq {
    fn prepare(&mut self, _spec: &ProcessSpec) {
        self.reset();
    }

    fn reset(&mut self) {}

    fn latency_samples(&self) -> usize {
        0
    }

    fn process(&mut self, _block: &mut Block) {}
}

impl Stage for DynamicEq {
    type Settings = DynamicEqSettings;

    fn set(&mut self, settings: &Self::Settings) {
        self.settings = *settings;
    }
}
