//! Parameters of the saturator.

use crate::changes::{Change, Changes};
use crate::choices::SaturatorCharacter;
use crate::stage_parameters::{StageParameters, fraction, plain};
use lacquer_dsp::chain::{SaturatorSettings, StageId};
use nice_plug::prelude::{BoolParam, EnumParam, FloatParam, Params};

/// Harmonics at equal loudness.
#[derive(Params)]
pub struct SaturatorParams {
    /// Switches the stage on.
    #[id = "saturator_on"]
    pub on: BoolParam,
    /// Its character.
    #[id = "saturator_character"]
    pub character: EnumParam<SaturatorCharacter>,
    /// Drive in dB: up gives more harmonics, not more level.
    #[id = "saturator_drive"]
    pub drive: FloatParam,
    /// Dry to wet, in percent.
    #[id = "saturator_mix"]
    pub mix: FloatParam,
    /// Tilt before the curve and its inverse after it in dB: up drives the highs, down the lows.
    #[id = "saturator_emphasis"]
    pub emphasis: FloatParam,
    /// Down saturates the mid alone, up the side alone, in percent.
    #[id = "saturator_mid_side"]
    pub mid_side: FloatParam,
}

impl SaturatorParams {
    pub(crate) fn new(changes: &Changes) -> Self {
        let make = StageParameters::new(changes, Change::Stage(StageId::Saturator), "Saturator");
        let defaults = SaturatorSettings::default();
        Self {
            on: make.switch("On", defaults.on),
            character: make.choice("Character", defaults.character),
            drive: make.decibels("Drive", defaults.drive_db, 0.0, 24.0),
            mix: make.percent("Mix", defaults.mix, 0.0, 100.0),
            emphasis: make.decibels("Emphasis", defaults.emphasis_db, -6.0, 6.0),
            mid_side: make.percent("Mid/Side", defaults.mid_side, -100.0, 100.0),
        }
    }

    pub(crate) fn write(&self, settings: &mut SaturatorSettings) {
        settings.on = self.on.value();
        settings.character = self.character.value().into();
        settings.drive_db = plain(&self.drive);
        settings.mix = fraction(&self.mix);
        settings.emphasis_db = plain(&self.emphasis);
        settings.mid_side = fraction(&self.mid_side);
    }
}
