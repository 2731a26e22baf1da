//! Parameters of the dynamic equalizer.

use crate::changes::{Change, Changes};
use crate::choices::{DynamicEqPlacement, DynamicEqShape};
use crate::stage_parameters::{StageParameters, plain, quality_factor};
use lacquer_dsp::chain::dynamic_eq::{DYNAMIC_EQ_BANDS, DynamicEqBand};
use lacquer_dsp::chain::{DynamicEqSettings, StageId};
use nice_plug::prelude::{BoolParam, EnumParam, FloatParam, Params};

/// One band of the dynamic equalizer.
#[derive(Params)]
pub struct DynamicEqBandParams {
    /// Switches the band on.
    #[id = "dynamic_eq_band_on"]
    pub on: BoolParam,
    /// Its shape.
    #[id = "dynamic_eq_shape"]
    pub shape: EnumParam<DynamicEqShape>,
    /// Its frequency in Hz.
    #[id = "dynamic_eq_frequency"]
    pub frequency: FloatParam,
    /// Its quality factor: up is narrower.
    #[id = "dynamic_eq_q"]
    pub q: FloatParam,
    /// Level above which it acts in dB: up acts less.
    #[id = "dynamic_eq_threshold"]
    pub threshold: FloatParam,
    /// The most it does in dB: below 0 it cuts, above it boosts.
    #[id = "dynamic_eq_range"]
    pub range: FloatParam,
    /// Ratio above the threshold: up acts harder.
    #[id = "dynamic_eq_ratio"]
    pub ratio: FloatParam,
    /// Attack in ms: up is slower.
    #[id = "dynamic_eq_attack"]
    pub attack: FloatParam,
    /// Release in ms: up is slower.
    #[id = "dynamic_eq_release"]
    pub release: FloatParam,
    /// The channel that it works on.
    #[id = "dynamic_eq_placement"]
    pub placement: EnumParam<DynamicEqPlacement>,
    /// Measures the threshold against the level of the whole signal, as a de-esser does.
    #[id = "dynamic_eq_relative"]
    pub relative: BoolParam,
}

impl DynamicEqBandParams {
    fn new(make: &StageParameters, defaults: &DynamicEqBand) -> Self {
        Self {
            on: make.switch("On", defaults.on),
            shape: make.choice("Shape", defaults.shape),
            frequency: make.hertz("Frequency", defaults.frequency_hz, 20.0, 20_000.0),
            q: make.quality_factor("Q", defaults.q, 0.1, 10.0),
            threshold: make.decibels("Threshold", defaults.threshold_db, -80.0, 0.0),
            range: make.decibels("Range", defaults.range_db, -12.0, 12.0),
            ratio: make.ratio("Ratio", defaults.ratio),
            attack: make.milliseconds("Attack", defaults.attack_ms, 0.1, 200.0),
            release: make.milliseconds("Release", defaults.release_ms, 5.0, 2000.0),
            placement: make.choice("Placement", defaults.placement),
            relative: make.switch("Relative", defaults.relative),
        }
    }

    fn write(&self, settings: &mut DynamicEqBand) {
        settings.on = self.on.value();
        settings.shape = self.shape.value().into();
        settings.frequency_hz = plain(&self.frequency);
        settings.q = quality_factor(&self.q);
        settings.threshold_db = plain(&self.threshold);
        settings.range_db = plain(&self.range);
        settings.ratio = plain(&self.ratio);
        settings.attack_ms = plain(&self.attack);
        settings.release_ms = plain(&self.release);
        settings.placement = self.placement.value().into();
        settings.relative = self.relative.value();
    }
}

/// Four bands whose gain follows the level.
#[derive(Params)]
pub struct DynamicEqParams {
    /// Switches the stage on.
    #[id = "dynamic_eq_on"]
    pub on: BoolParam,
    /// The bands.
    #[nested(array, group = "Band")]
    pub bands: [DynamicEqBandParams; DYNAMIC_EQ_BANDS],
}

impl DynamicEqParams {
    pub(crate) fn new(changes: &Changes) -> Self {
        let make = StageParameters::new(changes, Change::Stage(StageId::DynamicEq), "Dynamic EQ");
        let defaults = DynamicEqSettings::default();
        Self {
            on: make.switch("On", defaults.on),
            bands: std::array::from_fn(|index| {
                DynamicEqBandParams::new(&make.band(index + 1), &defaults.bands[index])
            }),
        }
    }

    pub(crate) fn write(&self, settings: &mut DynamicEqSettings) {
        settings.on = self.on.value();
        for (band, settings) in self.bands.iter().zip(&mut settings.bands) {
            band.write(settings);
        }
    }
}
