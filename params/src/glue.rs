//! Parameters of the glue compressor.

use crate::changes::{Change, Changes};
use crate::ranges;
use crate::stage_parameters::{StageParameters, fraction, plain};
use crate::text::Unit;
use lacquer_dsp::chain::{GlueSettings, StageId};
use nice_plug::prelude::{BoolParam, FloatParam, Params};

/// A compressor over the whole mix.
#[derive(Params)]
pub struct GlueParams {
    /// Switches the stage on.
    #[id = "glue_on"]
    pub on: BoolParam,
    /// Threshold in dBFS: up acts less.
    #[id = "glue_threshold"]
    pub threshold: FloatParam,
    /// Ratio: up acts harder.
    #[id = "glue_ratio"]
    pub ratio: FloatParam,
    /// Width of the knee in dB: up is softer.
    #[id = "glue_knee"]
    pub knee: FloatParam,
    /// Attack in ms: up is slower.
    #[id = "glue_attack"]
    pub attack: FloatParam,
    /// Release in ms: up is slower.
    #[id = "glue_release"]
    pub release: FloatParam,
    /// Lets the programme choose attack and release.
    #[id = "glue_auto"]
    pub auto: BoolParam,
    /// High-pass of the side chain in Hz: up lets the bass steer less; 20 is off.
    #[id = "glue_sidechain_high_pass"]
    pub sidechain_high_pass: FloatParam,
    /// Up lets the louder channel steer both, in percent.
    #[id = "glue_link"]
    pub link: FloatParam,
    /// Dry to wet, in percent.
    #[id = "glue_mix"]
    pub mix: FloatParam,
    /// Gain after the compressor in dB: up is louder.
    #[id = "glue_makeup"]
    pub makeup: FloatParam,
}

/// Where the side chain's high-pass is off, in Hz.
const HIGH_PASS_OFF_HZ: f32 = 20.0;

impl GlueParams {
    pub(crate) fn new(changes: &Changes) -> Self {
        let make = StageParameters::new(changes, Change::Stage(StageId::Glue), "Glue");
        let defaults = GlueSettings::default();
        Self {
            on: make.switch("On", defaults.on),
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
            auto: make.switch("Auto", defaults.auto),
            sidechain_high_pass: make.hertz_or_off(
                "Side-chain High-pass",
                defaults.sidechain_high_pass_hz,
                HIGH_PASS_OFF_HZ,
                300.0,
            ),
            link: make.percent("Link", defaults.link, 0.0, 100.0),
            mix: make.percent("Mix", defaults.mix, 0.0, 100.0),
            makeup: make.decibels("Makeup", defaults.makeup_db, -12.0, 12.0),
        }
    }

    pub(crate) fn write(&self, settings: &mut GlueSettings) {
        settings.on = self.on.value();
        settings.threshold_db = plain(&self.threshold);
        settings.ratio = plain(&self.ratio);
        settings.knee_db = plain(&self.knee);
        settings.attack_ms = plain(&self.attack);
        settings.release_ms = plain(&self.release);
        settings.auto = self.auto.value();
        settings.sidechain_high_pass_hz = plain(&self.sidechain_high_pass);
        settings.link = fraction(&self.link);
        settings.mix = fraction(&self.mix);
        settings.makeup_db = plain(&self.makeup);
    }
}
