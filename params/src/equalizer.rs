//! Parameters of the equalizer.

use crate::changes::{Change, Changes};
use crate::choices::{EqualizerShape, PassSlope, Placement};
use crate::stage_parameters::{StageParameters, plain, quality_factor};
use lacquer_dsp::chain::equalizer::{EQUALIZER_BANDS, EqualizerBand};
use lacquer_dsp::chain::{EqualizerSettings, StageId};
use nice_plug::prelude::{BoolParam, EnumParam, FloatParam, Params};

/// One band of the equalizer.
#[derive(Params)]
pub struct EqualizerBandParams {
    /// Switches the band on.
    #[id = "equalizer_band_on"]
    pub on: BoolParam,
    /// Its shape.
    #[id = "equalizer_shape"]
    pub shape: EnumParam<EqualizerShape>,
    /// Its frequency in Hz.
    #[id = "equalizer_frequency"]
    pub frequency: FloatParam,
    /// Its gain in dB: up boosts.
    #[id = "equalizer_gain"]
    pub gain: FloatParam,
    /// Its quality factor: up is narrower.
    #[id = "equalizer_q"]
    pub q: FloatParam,
    /// Slope of the pass shapes: up is steeper.
    #[id = "equalizer_slope"]
    pub slope: EnumParam<PassSlope>,
    /// The channel that it works on.
    #[id = "equalizer_placement"]
    pub placement: EnumParam<Placement>,
}

impl EqualizerBandParams {
    fn new(make: &StageParameters, defaults: &EqualizerBand) -> Self {
        Self {
            on: make.switch("On", defaults.on),
            shape: make.choice("Shape", defaults.shape),
            frequency: make.hertz("Frequency", defaults.frequency_hz, 10.0, 40_000.0),
            gain: make.decibels("Gain", defaults.gain_db, -18.0, 18.0),
            q: make.quality_factor("Q", defaults.q, 0.1, 30.0),
            slope: make.choice("Slope", defaults.slope),
            placement: make.choice("Placement", defaults.placement),
        }
    }

    fn write(&self, settings: &mut EqualizerBand) {
        settings.on = self.on.value();
        settings.shape = self.shape.value().into();
        settings.frequency_hz = plain(&self.frequency);
        settings.gain_db = plain(&self.gain);
        settings.q = quality_factor(&self.q);
        settings.slope = self.slope.value().into();
        settings.placement = self.placement.value().into();
    }
}

/// Eight bands of tone.
#[derive(Params)]
pub struct EqualizerParams {
    /// Switches the stage on.
    #[id = "equalizer_on"]
    pub on: BoolParam,
    /// Takes back the loudness that the bands add or remove.
    #[id = "equalizer_auto_gain"]
    pub auto_gain: BoolParam,
    /// The bands.
    #[nested(array, group = "Band")]
    pub bands: [EqualizerBandParams; EQUALIZER_BANDS],
}

impl EqualizerParams {
    pub(crate) fn new(changes: &Changes) -> Self {
        let make = StageParameters::new(changes, Change::Stage(StageId::Equalizer), "Equalizer");
        let defaults = EqualizerSettings::default();
        Self {
            on: make.switch("On", defaults.on),
            auto_gain: make.switch("Auto Gain", defaults.auto_gain),
            bands: std::array::from_fn(|index| {
                EqualizerBandParams::new(&make.band(index + 1), &defaults.bands[index])
            }),
        }
    }

    pub(crate) fn write(&self, settings: &mut EqualizerSettings) {
        settings.on = self.on.value();
        settings.auto_gain = self.auto_gain.value();
        for (band, settings) in self.bands.iter().zip(&mut settings.bands) {
            band.write(settings);
        }
    }
}
