//! Parameters of the bass stage.

use crate::changes::{Change, Changes};
use crate::stage_parameters::{StageParameters, fraction, plain};
use lacquer_dsp::chain::{BassSettings, StageId};
use nice_plug::prelude::{BoolParam, FloatParam, Params};

/// Harmonics of the lows for small speakers.
#[derive(Params)]
pub struct BassParams {
    /// Switches the stage on.
    #[id = "bass_on"]
    pub on: BoolParam,
    /// Amount of harmonics in percent: up is more.
    #[id = "bass_amount"]
    pub amount: FloatParam,
    /// Frequency in Hz below which the device plays nothing: up fills in more.
    #[id = "bass_device_corner"]
    pub device_corner: FloatParam,
}

impl BassParams {
    pub(crate) fn new(changes: &Changes) -> Self {
        let make = StageParameters::new(changes, Change::Stage(StageId::Bass), "Bass");
        let defaults = BassSettings::default();
        Self {
            on: make.switch("On", defaults.on),
            amount: make.percent("Amount", defaults.amount, 0.0, 100.0),
            device_corner: make.hertz("Device Corner", defaults.device_corner_hz, 60.0, 200.0),
        }
    }

    pub(crate) fn write(&self, settings: &mut BassSettings) {
        settings.on = self.on.value();
        settings.amount = fraction(&self.amount);
        settings.device_corner_hz = plain(&self.device_corner);
    }
}
