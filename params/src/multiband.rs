//! Parameters of the multiband compressor.

use crate::changes::{Change, Changes};
use crate::choices::{MultibandDirection, MultibandMode};
use crate::ranges;
use crate::stage_parameters::{StageParameters, fraction, plain};
use crate::text::Unit;
use lacquer_dsp::chain::multiband::{MULTIBAND_BANDS, MultibandBand};
use lacquer_dsp::chain::{MultibandSettings, StageId};
use nice_plug::prelude::{BoolParam, EnumParam, FloatParam, Params};

/// One band of the multiband compressor.
#[derive(Params)]
pub struct MultibandBandParams {
    /// Switches the band's compressor on.
    #[id = "multiband_band_on"]
    pub on: BoolParam,
    /// Turns loud passages down, or soft ones up.
    #[id = "multiband_direction"]
    pub direction: EnumParam<MultibandDirection>,
    /// Threshold in dBFS: up acts less (downward) or more (upward).
    #[id = "multiband_threshold"]
    pub threshold: FloatParam,
    /// Ratio: up acts harder.
    #[id = "multiband_ratio"]
    pub ratio: FloatParam,
    /// Width of the knee in dB: up is softer.
    #[id = "multiband_knee"]
    pub knee: FloatParam,
    /// Attack in ms: up is slower.
    #[id = "multiband_attack"]
    pub attack: FloatParam,
    /// Release in ms: up is slower.
    #[id = "multiband_release"]
    pub release: FloatParam,
    /// The most the gain moves in dB.
    #[id = "multiband_range"]
    pub range: FloatParam,
    /// Gain after the compressor in dB: up is louder.
    #[id = "multiband_makeup"]
    pub makeup: FloatParam,
}

impl MultibandBandParams {
    fn new(make: &StageParameters, defaults: &MultibandBand) -> Self {
        Self {
            on: make.switch("On", defaults.on),
            direction: make.choice("Direction", defaults.direction),
            threshold: make.number(
                "Threshold",
                defaults.threshold_db,
                ranges::linear(-60.0, 0.0),
                Unit::DecibelFullScale,
            ),
            ratio: make.ratio("Ratio", defaults.ratio),
            knee: make.decibels("Knee", defaults.knee_db, 0.0, 24.0),
            attack: make.milliseconds("Attack", defaults.attack_ms, 0.1, 200.0),
            release: make.milliseconds("Release", defaults.release_ms, 5.0, 2000.0),
            range: make.decibels("Range", defaults.range_db, 0.0, 24.0),
            makeup: make.decibels("Makeup", defaults.makeup_db, -12.0, 12.0),
        }
    }

    fn write(&self, settings: &mut MultibandBand) {
        settings.on = self.on.value();
        settings.direction = self.direction.value().into();
        settings.threshold_db = plain(&self.threshold);
        settings.ratio = plain(&self.ratio);
        settings.knee_db = plain(&self.knee);
        settings.attack_ms = plain(&self.attack);
        settings.release_ms = plain(&self.release);
        settings.range_db = plain(&self.range);
        settings.makeup_db = plain(&self.makeup);
    }
}

/// Four bands, each with its own compressor.
#[derive(Params)]
pub struct MultibandParams {
    /// Switches the stage on.
    #[id = "multiband_on"]
    pub on: BoolParam,
    /// How the bands are split.
    #[id = "multiband_mode"]
    pub mode: EnumParam<MultibandMode>,
    /// Between the first and second band, in Hz.
    #[id = "multiband_crossover_1"]
    pub crossover_1: FloatParam,
    /// Between the second and third band, in Hz.
    #[id = "multiband_crossover_2"]
    pub crossover_2: FloatParam,
    /// Between the third and fourth band, in Hz.
    #[id = "multiband_crossover_3"]
    pub crossover_3: FloatParam,
    /// Up lets the louder channel steer both, in percent.
    #[id = "multiband_link"]
    pub link: FloatParam,
    /// Dry to wet, in percent.
    #[id = "multiband_mix"]
    pub mix: FloatParam,
    /// The bands from low to high.
    #[nested(array, group = "Band")]
    pub bands: [MultibandBandParams; MULTIBAND_BANDS],
}

impl MultibandParams {
    pub(crate) fn new(changes: &Changes) -> Self {
        let make = StageParameters::new(changes, Change::Stage(StageId::Multiband), "Multiband");
        let defaults = MultibandSettings::default();
        let [low, middle, high] = defaults.crossovers_hz;
        Self {
            on: make.switch("On", defaults.on),
            mode: make.choice("Mode", defaults.mode),
            crossover_1: make.hertz("Crossover 1", low, 20.0, 20_000.0),
            crossover_2: make.hertz("Crossover 2", middle, 20.0, 20_000.0),
            crossover_3: make.hertz("Crossover 3", high, 20.0, 20_000.0),
            link: make.percent("Link", defaults.link, 0.0, 100.0),
            mix: make.percent("Mix", defaults.mix, 0.0, 100.0),
            bands: std::array::from_fn(|index| {
                MultibandBandParams::new(&make.band(index + 1), &defaults.bands[index])
            }),
        }
    }

    pub(crate) fn write(&self, settings: &mut MultibandSettings) {
        settings.on = self.on.value();
        settings.mode = self.mode.value().into();
        settings.crossovers_hz =
            [plain(&self.crossover_1), plain(&self.crossover_2), plain(&self.crossover_3)];
        settings.link = fraction(&self.link);
        settings.mix = fraction(&self.mix);
        for (band, settings) in self.bands.iter().zip(&mut settings.bands) {
            band.write(settings);
        }
    }
}
