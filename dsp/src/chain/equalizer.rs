//! Equalizer: eight bands, minimum or linear phase.

use crate::processor::{Block, ProcessSpec, Processor, Stage, StageSettings};

/// Bands of the equalizer.
pub const EQUALIZER_BANDS: usize = 8;

/// Shape of an equalizer band.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EqualizerShape {
    /// Boost or cut around the frequency.
    #[default]
    Bell,
    /// Boost or cut below the frequency.
    LowShelf,
    /// Boost or cut above the frequency.
    HighShelf,
    /// Turns the spectrum about the frequency: lows down and highs up by half the gain each.
    Tilt,
    /// Removes what lies below the frequency.
    HighPass,
    /// Removes what lies above the frequency.
    LowPass,
    /// Removes the frequency itself.
    Notch,
    /// Keeps the frequency alone.
    BandPass,
}

/// What part of the stereo signal a band works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Placement {
    /// Both channels alike.
    #[default]
    Stereo,
    /// The left channel.
    Left,
    /// The right channel.
    Right,
    /// The mid (L + R) / 2.
    Mid,
    /// The side (L - R) / 2.
    Side,
}

/// One band of the equalizer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EqualizerBand {
    /// Whether the band is switched on.
    pub on: bool,
    /// Its shape.
    pub shape: EqualizerShape,
    /// Its frequency in hertz, 10 to 40 000, clamped below Nyquist.
    pub frequency_hz: f64,
    /// Its gain in dB, -18 to +18; unused by the pass and notch shapes.
    pub gain_db: f64,
    /// Its quality factor, 0.1 to 30; for pass filters the resonance, with 0.707 for Butterworth.
    pub q: f64,
    /// Slope of the pass filters in steps of 6 dB per octave, 1 to 8.
    pub slope: u8,
    /// What it works on.
    pub placement: Placement,
}

impl Default for EqualizerBand {
    fn default() -> Self {
        Self {
            on: false,
            shape: EqualizerShape::Bell,
            frequency_hz: 1000.0,
            gain_db: 0.0,
            q: std::f64::consts::FRAC_1_SQRT_2,
            slope: 2,
            placement: Placement::Stereo,
        }
    }
}

/// Settings of the [`Equalizer`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EqualizerSettings {
    /// Whether the stage is switched on.
    pub on: bool,
    /// The bands, in series.
    pub bands: [EqualizerBand; EQUALIZER_BANDS],
    /// Takes back the loudness that the bands add or remove.
    pub auto_gain: bool,
}

impl Default for EqualizerSettings {
    fn default() -> Self {
        let mut bands = [EqualizerBand::default(); EQUALIZER_BANDS];
        let frequencies = [30.0, 80.0, 200.0, 500.0, 1200.0, 3000.0, 8000.0, 16_000.0];
        bands.iter_mut().zip(frequencies).for_each(|(band, frequency_hz)| band.frequency_hz = frequency_hz);
        Self { on: false, bands, auto_gain: false }
    }
}

impl StageSettings for EqualizerSettings {
    fn on(&self) -> bool {
        self.on
    }
}

/// The stage; see the module.
#[derive(Default)]
pub struct Equalizer {
    settings: EqualizerSettings,
}

impl Processor for Equalizer {
    fn prepare(&mut self, _spec: &ProcessSpec) {
        self.reset();
    }

    fn reset(&mut self) {}

    fn latency_samples(&self) -> usize {
        0
    }

    fn process(&mut self, _block: &mut Block) {}
}

impl Stage for Equalizer {
    type Settings = EqualizerSettings;

    fn set(&mut self, settings: &Self::Settings) {
        self.settings = *settings;
    }
}
