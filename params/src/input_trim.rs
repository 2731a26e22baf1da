//! Parameters of the input trim.

use crate::changes::{Change, Changes};
use crate::stage_parameters::{StageParameters, fraction, plain};
use lacquer_dsp::chain::{InputTrimSettings, StageId};
use nice_plug::prelude::{BoolParam, FloatParam, Params};

/// Level, polarity, balance and DC of what comes in.
#[derive(Params)]
pub struct InputTrimParams {
    /// Switches the stage on.
    #[id = "input_trim_on"]
    pub on: BoolParam,
    /// Gain in dB: up is louder into everything that follows.
    #[id = "input_trim_gain"]
    pub gain: FloatParam,
    /// Inverts the left channel.
    #[id = "input_trim_invert_left"]
    pub invert_left: BoolParam,
    /// Inverts the right channel.
    #[id = "input_trim_invert_right"]
    pub invert_right: BoolParam,
    /// Up turns the left channel down, down the right one, in percent.
    #[id = "input_trim_balance"]
    pub balance: FloatParam,
    /// Swaps left and right.
    #[id = "input_trim_swap_channels"]
    pub swap_channels: BoolParam,
    /// Removes DC.
    #[id = "input_trim_dc_filter"]
    pub dc_filter: BoolParam,
}

impl InputTrimParams {
    pub(crate) fn new(changes: &Changes) -> Self {
        let make = StageParameters::new(changes, Change::Stage(StageId::InputTrim), "Input Trim");
        let defaults = InputTrimSettings::default();
        Self {
            on: make.switch("On", defaults.on),
            gain: make.decibels("Gain", defaults.gain_db, -24.0, 24.0),
            invert_left: make.switch("Invert Left", defaults.invert_left),
            invert_right: make.switch("Invert Right", defaults.invert_right),
            balance: make.percent("Balance", defaults.balance, -100.0, 100.0),
            swap_channels: make.switch("Swap Channels", defaults.swap_channels),
            dc_filter: make.switch("DC Filter", defaults.dc_filter),
        }
    }

    pub(crate) fn write(&self, settings: &mut InputTrimSettings) {
        settings.on = self.on.value();
        settings.gain_db = plain(&self.gain);
        settings.invert_left = self.invert_left.value();
        settings.invert_right = self.invert_right.value();
        settings.balance = fraction(&self.balance);
        settings.swap_channels = self.swap_channels.value();
        settings.dc_filter = self.dc_filter.value();
    }
}
