//! Parameters of the imager.

use crate::changes::{Change, Changes};
use crate::choices::MonoSlope;
use crate::ranges;
use crate::stage_parameters::{StageParameters, fraction, plain};
use crate::text::Unit;
use lacquer_dsp::chain::{ImagerSettings, StageId};
use nice_plug::prelude::{BoolParam, EnumParam, FloatParam, Params};

/// The width of the stereo image.
#[derive(Params)]
pub struct ImagerParams {
    /// Switches the stage on.
    #[id = "imager_on"]
    pub on: BoolParam,
    /// Overall width in percent: 0 is mono, 100 as it is, up is wider.
    #[id = "imager_width"]
    pub width: FloatParam,
    /// Width of the low band in percent.
    #[id = "imager_band_width_1"]
    pub band_width_1: FloatParam,
    /// Width of the middle band in percent.
    #[id = "imager_band_width_2"]
    pub band_width_2: FloatParam,
    /// Width of the high band in percent.
    #[id = "imager_band_width_3"]
    pub band_width_3: FloatParam,
    /// Between the low and middle band, in Hz.
    #[id = "imager_crossover_1"]
    pub crossover_1: FloatParam,
    /// Between the middle and high band, in Hz.
    #[id = "imager_crossover_2"]
    pub crossover_2: FloatParam,
    /// Makes the lows mono.
    #[id = "imager_mono_bass"]
    pub mono_bass: BoolParam,
    /// Frequency in Hz below which they are.
    #[id = "imager_mono_below"]
    pub mono_below: FloatParam,
    /// How steeply.
    #[id = "imager_mono_slope"]
    pub mono_slope: EnumParam<MonoSlope>,
    /// Side made from the mid, in percent: up is wider; the mono sum stays.
    #[id = "imager_stereoize"]
    pub stereoize: FloatParam,
    /// Keeps each band's correlation above a bound.
    #[id = "imager_guard"]
    pub guard: BoolParam,
    /// That bound, -1 to +1: up narrows sooner.
    #[id = "imager_guard_correlation"]
    pub guard_correlation: FloatParam,
    /// Turns the image, in degrees.
    #[id = "imager_rotation"]
    pub rotation: FloatParam,
}

impl ImagerParams {
    pub(crate) fn new(changes: &Changes) -> Self {
        let make = StageParameters::new(changes, Change::Stage(StageId::Imager), "Imager");
        let defaults = ImagerSettings::default();
        let [low, middle, high] = defaults.band_widths;
        let [lower, upper] = defaults.crossovers_hz;
        Self {
            on: make.switch("On", defaults.on),
            width: make.percent("Width", defaults.width, 0.0, 200.0),
            band_width_1: make.percent("Low Width", low, 0.0, 200.0),
            band_width_2: make.percent("Mid Width", middle, 0.0, 200.0),
            band_width_3: make.percent("High Width", high, 0.0, 200.0),
            crossover_1: make.hertz("Crossover 1", lower, 40.0, 16_000.0),
            crossover_2: make.hertz("Crossover 2", upper, 40.0, 16_000.0),
            mono_bass: make.switch("Mono Bass", defaults.mono_bass),
            mono_below: make.hertz("Mono Below", defaults.mono_below_hz, 20.0, 500.0),
            mono_slope: make.choice("Mono Slope", defaults.mono_slope),
            stereoize: make.percent("Stereoize", defaults.stereoize, 0.0, 100.0),
            guard: make.switch("Guard", defaults.guard),
            guard_correlation: make.number(
                "Guard Correlation",
                defaults.guard_correlation,
                ranges::linear(-1.0, 1.0),
                Unit::None,
            ),
            rotation: make.number(
                "Rotation",
                defaults.rotation_degrees,
                ranges::linear(-45.0, 45.0),
                Unit::Degree,
            ),
        }
    }

    pub(crate) fn write(&self, settings: &mut ImagerSettings) {
        settings.on = self.on.value();
        settings.width = fraction(&self.width);
        settings.band_widths =
            [fraction(&self.band_width_1), fraction(&self.band_width_2), fraction(&self.band_width_3)];
        settings.crossovers_hz = [plain(&self.crossover_1), plain(&self.crossover_2)];
        settings.mono_bass = self.mono_bass.value();
        settings.mono_below_hz = plain(&self.mono_below);
        settings.mono_slope = self.mono_slope.value().into();
        settings.stereoize = fraction(&self.stereoize);
        settings.guard = self.guard.value();
        settings.guard_correlation = plain(&self.guard_correlation);
        settings.rotation_degrees = plain(&self.rotation);
    }
}
