//! Parameters of the clipper.

use crate::changes::{Change, Changes};
use crate::ranges;
use crate::stage_parameters::{StageParameters, fraction, plain};
use crate::text::Unit;
use lacquer_dsp::chain::{ClipperSettings, StageId};
use nice_plug::prelude::{BoolParam, FloatParam, Params};

/// Takes short peaks off before the limiter.
#[derive(Params)]
pub struct ClipperParams {
    /// Switches the stage on.
    #[id = "clipper_on"]
    pub on: BoolParam,
    /// Level in dBFS that nothing passes: down clips more.
    #[id = "clipper_threshold"]
    pub threshold: FloatParam,
    /// Hard to soft, in percent.
    #[id = "clipper_knee"]
    pub knee: FloatParam,
}

impl ClipperParams {
    pub(crate) fn new(changes: &Changes) -> Self {
        let make = StageParameters::new(changes, Change::Stage(StageId::Clipper), "Clipper");
        let defaults = ClipperSettings::default();
        Self {
            on: make.switch("On", defaults.on),
            threshold: make.number(
                "Threshold",
                defaults.threshold_db,
                ranges::linear(-12.0, 0.0),
                Unit::DecibelFullScale,
            ),
            knee: make.percent("Knee", defaults.knee, 0.0, 100.0),
        }
    }

    pub(crate) fn write(&self, settings: &mut ClipperSettings) {
        settings.on = self.on.value();
        settings.threshold_db = plain(&self.threshold);
        settings.knee = fraction(&self.knee);
    }
}
