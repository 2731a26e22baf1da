//! The whole parameter tree and its way into dsp's settings.

use crate::bass::BassParams;
use crate::changes::{Change, Changes, Taken};
use crate::choices::{EqualizerPhase, Quality};
use crate::clipper::ClipperParams;
use crate::dither::DitherParams;
use crate::dynamic_eq::DynamicEqParams;
use crate::equalizer::EqualizerParams;
use crate::glue::GlueParams;
use crate::imager::ImagerParams;
use crate::input_trim::InputTrimParams;
use crate::limiter::LimiterParams;
use crate::migrate::{Refusal, StateVersion};
use crate::multiband::MultibandParams;
use crate::saturator::SaturatorParams;
use crate::session::Session;
use crate::stage_parameters::StageParameters;
use lacquer_dsp::chain::{ChainSettings, StageId};
use lacquer_dsp::processor;
use nice_plug::prelude::{BoolParam, EnumParam, Params};
use std::sync::RwLock;

/// Every parameter of Lacquer, in signal order.
#[derive(Params)]
pub struct LacquerParams {
    /// Passes the input, in time with the output.
    #[id = "bypass"]
    pub bypass: BoolParam,
    /// Oversampling and look-ahead: fixes the latency, so no automation.
    #[id = "quality"]
    pub quality: EnumParam<Quality>,
    /// The equalizer's phase response: fixes the latency, so no automation.
    #[id = "equalizer_phase"]
    pub equalizer_phase: EnumParam<EqualizerPhase>,
    /// Input trim.
    #[nested(group = "Input Trim")]
    pub input_trim: InputTrimParams,
    /// Equalizer.
    #[nested(group = "Equalizer")]
    pub equalizer: EqualizerParams,
    /// Dynamic equalizer.
    #[nested(group = "Dynamic EQ")]
    pub dynamic_eq: DynamicEqParams,
    /// Multiband compressor.
    #[nested(group = "Multiband")]
    pub multiband: MultibandParams,
    /// Glue compressor.
    #[nested(group = "Glue")]
    pub glue: GlueParams,
    /// Saturator.
    #[nested(group = "Saturator")]
    pub saturator: SaturatorParams,
    /// Bass harmonics.
    #[nested(group = "Bass")]
    pub bass: BassParams,
    /// Imager.
    #[nested(group = "Imager")]
    pub imager: ImagerParams,
    /// Clipper.
    #[nested(group = "Clipper")]
    pub clipper: ClipperParams,
    /// Limiter.
    #[nested(group = "Limiter")]
    pub limiter: LimiterParams,
    /// Dither.
    #[nested(group = "Dither")]
    pub dither: DitherParams,
    /// Saved with the state, so that later versions know what they read.
    #[persist = "state_version"]
    pub state_version: StateVersion,
    /// The delivery target that the meters show, as [`lacquer_dsp::targets::Target::to_text`] has it.
    #[persist = "target"]
    pub target: RwLock<String>,
    /// Why the last state was refused.
    #[persist = "refusal"]
    pub refusal: Refusal,
    /// What the editor keeps with the session.
    #[persist = "session"]
    pub session: RwLock<Session>,
    /// What has changed since the audio thread last looked.
    pub changes: Changes,
}

impl Default for LacquerParams {
    fn default() -> Self {
        let changes = Changes::default();
        let chain = StageParameters::new(&changes, Change::Chain, "");
        let latency = StageParameters::new(&changes, Change::Latency, "");
        Self {
            bypass: chain.switch("Bypass", false).make_bypass(),
            quality: latency.choice("Quality", processor::Quality::default()).non_automatable(),
            equalizer_phase: latency
                .choice("Equalizer Phase", processor::EqualizerPhase::default())
                .non_automatable(),
            input_trim: InputTrimParams::new(&changes),
            equalizer: EqualizerParams::new(&changes),
            dynamic_eq: DynamicEqParams::new(&changes),
            multiband: MultibandParams::new(&changes),
            glue: GlueParams::new(&changes),
            saturator: SaturatorParams::new(&changes),
            bass: BassParams::new(&changes),
            imager: ImagerParams::new(&changes),
            clipper: ClipperParams::new(&changes),
            limiter: LimiterParams::new(&changes),
            dither: DitherParams::new(&changes),
            state_version: StateVersion,
            target: RwLock::new("spotify".to_owned()),
            refusal: Refusal::default(),
            session: RwLock::default(),
            changes,
        }
    }
}

impl LacquerParams {
    /// The settings that the parameters stand for. Allocates nothing.
    pub fn to_settings(&self) -> ChainSettings {
        let mut settings = ChainSettings::default();
        self.write_settings(Taken::ALL, &mut settings);
        settings
    }

    /// [audio-thread] Writes what has changed since the last call into `settings`; false if nothing has.
    pub fn update_settings(&self, settings: &mut ChainSettings) -> bool {
        let changed = self.changes.take();
        if !changed.is_empty() {
            self.write_settings(changed, settings);
        }
        !changed.is_empty()
    }

    fn write_settings(&self, changed: Taken, settings: &mut ChainSettings) {
        if changed.contains(Change::Chain) {
            settings.bypass = self.bypass.value();
        }
        for stage in StageId::ALL {
            if changed.contains(Change::Stage(*stage)) {
                self.write_stage(*stage, settings);
            }
        }
    }

    fn write_stage(&self, stage: StageId, settings: &mut ChainSettings) {
        match stage {
            StageId::InputTrim => self.input_trim.write(&mut settings.input_trim),
            StageId::Equalizer => self.equalizer.write(&mut settings.equalizer),
            StageId::DynamicEq => self.dynamic_eq.write(&mut settings.dynamic_eq),
            StageId::Multiband => self.multiband.write(&mut settings.multiband),
            StageId::Glue => self.glue.write(&mut settings.glue),
            StageId::Saturator => self.saturator.write(&mut settings.saturator),
            StageId::Bass => self.bass.write(&mut settings.bass),
            StageId::Imager => self.imager.write(&mut settings.imager),
            StageId::Clipper => self.clipper.write(&mut settings.clipper),
            StageId::Limiter => self.limiter.write(&mut settings.limiter),
            StageId::Dither => self.dither.write(&mut settings.dither),
        }
    }

    /// The quality that the chain is to be prepared for.
    pub fn quality(&self) -> processor::Quality {
        self.quality.value().into()
    }

    /// The equalizer's phase that the chain is to be prepared for.
    pub fn equalizer_phase(&self) -> processor::EqualizerPhase {
        self.equalizer_phase.value().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_session_is_kept_with_the_state_and_mended_where_it_is_damaged() {
        let (before, after) = (LacquerParams::default(), LacquerParams::default());
        {
            let mut session = before.session.write().unwrap();
            (session.scale_percent, session.theme) = (150, crate::session::Theme::Light);
            session.slots[2] = Some(crate::session::Slot::default());
        }
        let mut fields = before.serialize_fields();
        after.deserialize_fields(&fields);
        assert_eq!(*after.session.read().unwrap(), *before.session.read().unwrap());
        for damaged in ["", "{", "{\"scale_percent\": -1}"] {
            fields.insert("session".to_owned(), damaged.to_owned());
            after.deserialize_fields(&fields);
            assert_eq!(after.session.read().unwrap().scale_percent, 150, "{damaged:?} changes nothing");
        }
        fields.insert("session".to_owned(), "{\"theme\": \"dark\", \"younger\": 1}".to_owned());
        after.deserialize_fields(&fields);
        assert_eq!(after.session.read().unwrap().scale_percent, 100, "what is not named is as at first");
    }

    #[test]
    fn defaults_are_those_of_dsp() {
        let parameters = LacquerParams::default();
        assert_eq!(parameters.to_settings(), ChainSettings::default());
        assert_eq!(parameters.quality(), processor::Quality::default());
        assert_eq!(parameters.equalizer_phase(), processor::EqualizerPhase::default());
    }
}
