//! Parameters of the limiter.

use crate::changes::{Change, Changes};
use crate::choices::LimiterStyle;
use crate::ranges;
use crate::stage_parameters::{StageParameters, fraction, plain};
use crate::text::Unit;
use lacquer_dsp::chain::{LimiterSettings, StageId};
use nice_plug::prelude::{BoolParam, EnumParam, FloatParam, Params};

/// Holds the true peak under the ceiling.
#[derive(Params)]
pub struct LimiterParams {
    /// Switches the stage on.
    #[id = "limiter_on"]
    pub on: BoolParam,
    /// Gain into the limiter in dB: up is louder and denser.
    #[id = "limiter_drive"]
    pub drive: FloatParam,
    /// Level in dBTP that no peak passes.
    #[id = "limiter_ceiling"]
    pub ceiling: FloatParam,
    /// How it moves.
    #[id = "limiter_style"]
    pub style: EnumParam<LimiterStyle>,
    /// Release in ms: up is slower.
    #[id = "limiter_release"]
    pub release: FloatParam,
    /// Lets the release follow the programme.
    #[id = "limiter_auto_release"]
    pub auto_release: BoolParam,
    /// Stereo link of the fast gain in percent.
    #[id = "limiter_transient_link"]
    pub transient_link: FloatParam,
    /// Stereo link of the slow gain in percent.
    #[id = "limiter_release_link"]
    pub release_link: FloatParam,
    /// Holds peaks between the samples too.
    #[id = "limiter_true_peak"]
    pub true_peak: BoolParam,
    /// Takes the drive back after the limiter, to hear what limiting does at equal level.
    #[id = "limiter_unity_gain"]
    pub unity_gain: BoolParam,
}

impl LimiterParams {
    pub(crate) fn new(changes: &Changes) -> Self {
        let make = StageParameters::new(changes, Change::Stage(StageId::Limiter), "Limiter");
        let defaults = LimiterSettings::default();
        Self {
            on: make.switch("On", defaults.on),
            drive: make.decibels("Drive", defaults.drive_db, -24.0, 24.0),
            ceiling: make.number(
                "Ceiling",
                defaults.ceiling_dbtp,
                ranges::linear(-12.0, 0.0),
                Unit::DecibelTruePeak,
            ),
            style: make.choice("Style", defaults.style),
            release: make.milliseconds("Release", defaults.release_ms, 1.0, 1000.0),
            auto_release: make.switch("Auto Release", defaults.auto_release),
            transient_link: make.percent("Transient Link", defaults.transient_link, 0.0, 100.0),
            release_link: make.percent("Release Link", defaults.release_link, 0.0, 100.0),
            true_peak: make.switch("True Peak", defaults.true_peak),
            unity_gain: make.switch("Unity Gain", defaults.unity_gain),
        }
    }

    pub(crate) fn write(&self, settings: &mut LimiterSettings) {
        settings.on = self.on.value();
        settings.drive_db = plain(&self.drive);
        settings.ceiling_dbtp = plain(&self.ceiling);
        settings.style = self.style.value().into();
        settings.release_ms = plain(&self.release);
        settings.auto_release = self.auto_release.value();
        settings.transient_link = fraction(&self.transient_link);
        settings.release_link = fraction(&self.release_link);
        settings.true_peak = self.true_peak.value();
        settings.unity_gain = self.unity_gain.value();
    }
}
