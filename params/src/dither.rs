//! Parameters of the dither.

use crate::changes::{Change, Changes};
use crate::choices::{DitherShaping, WordLength};
use crate::stage_parameters::StageParameters;
use lacquer_dsp::chain::{DitherSettings, StageId};
use nice_plug::prelude::{BoolParam, EnumParam, Params};

/// The last step to a fixed word length.
#[derive(Params)]
pub struct DitherParams {
    /// Switches the stage on.
    #[id = "dither_on"]
    pub on: BoolParam,
    /// The word length.
    #[id = "dither_word_length"]
    pub word_length: EnumParam<WordLength>,
    /// The noise's spectrum.
    #[id = "dither_shaping"]
    pub shaping: EnumParam<DitherShaping>,
    /// Stops the dither while what comes lies on the word's grid, as silence does.
    #[id = "dither_auto_blank"]
    pub auto_blank: BoolParam,
}

impl DitherParams {
    pub(crate) fn new(changes: &Changes) -> Self {
        let make = StageParameters::new(changes, Change::Stage(StageId::Dither), "Dither");
        let defaults = DitherSettings::default();
        Self {
            on: make.switch("On", defaults.on),
            word_length: make.choice("Word Length", defaults.word_length),
            shaping: make.choice("Shaping", defaults.shaping),
            auto_blank: make.switch("Auto Blank", defaults.auto_blank),
        }
    }

    pub(crate) fn write(&self, settings: &mut DitherSettings) {
        settings.on = self.on.value();
        settings.word_length = self.word_length.value().into();
        settings.shaping = self.shaping.value().into();
        settings.auto_blank = self.auto_blank.value();
    }
}
