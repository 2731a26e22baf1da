//! The whole parameter tree and its way into dsp's settings.

use crate::changes::{Change, Changes, Taken};
use crate::migrate::{Refusal, StateVersion};
use crate::session::Session;
use crate::stage_parameters::{Chosen, StageParameters};
use crate::stages;
use lacquer_dsp::chain::{self, ChainSettings, StageId};
use lacquer_dsp::processor::{EqualizerPhase, Quality};
use nice_plug::prelude::{BoolParam, EnumParam, Params};
use std::sync::RwLock;

/// What the framework, the state and the audio thread know of each stage.
macro_rules! root {
    ($($field:ident: $settings:ident, $id:ident, $name:tt;)*) => {
        /// Every parameter of Lacquer, in signal order.
        #[derive(Params)]
        pub struct LacquerParams {
            /// Passes the input, in time with the output.
            #[id = "bypass"]
            pub bypass: BoolParam,
            /// Oversampling and look-ahead: fixes the latency, so no automation.
            #[id = "quality"]
            pub quality: EnumParam<Chosen<Quality>>,
            /// The equalizer's phase response: fixes the latency, so no automation.
            #[id = "equalizer_phase"]
            pub equalizer_phase: EnumParam<Chosen<EqualizerPhase>>,
            $(
                #[doc = concat!("Stage: ", $name, ".")]
                #[nested(group = $name)]
                pub $field: stages::$field::StageParams,
            )*
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
                    quality: latency.choice("Quality", Quality::default()).non_automatable(),
                    equalizer_phase: latency
                        .choice("Equalizer Phase", EqualizerPhase::default())
                        .non_automatable(),
                    $($field: stages::$field::StageParams::of_stage(&changes),)*
                    state_version: StateVersion,
                    target: RwLock::new("spotify".to_owned()),
                    refusal: Refusal::default(),
                    session: RwLock::default(),
                    changes,
                }
            }
        }

        impl LacquerParams {
            fn write_stage(&self, stage: StageId, settings: &mut ChainSettings) {
                match stage {
                    $(StageId::$id => self.$field.write(&mut settings.$field),)*
                }
            }
        }
    };
}

lacquer_dsp::for_each_stage!(root);

/// What turning a parameter up does, or switching it on, in a sentence for people; none if there is no such parameter.
pub fn sentence(id: &str) -> Option<&'static str> {
    match id {
        "bypass" => Some("Passes the mix untouched, in time with the master. Goes into a bounce."),
        "quality" => Some("More oversampling and look-ahead: cleaner, with more delay and load."),
        "equalizer_phase" => Some(
            "Minimum: no delay, phase turns. Linear: phase stays, with delay and pre-ringing; narrow lows and notches turn.",
        ),
        _ => chain::sentence(id).or_else(|| chain::sentence(without_band(id))),
    }
}

/// An id without the number of its band.
fn without_band(id: &str) -> &str {
    let stem = id.trim_end_matches(|letter: char| letter.is_ascii_digit());
    if stem.len() < id.len() { stem.trim_end_matches('_') } else { id }
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

    /// The quality that the chain is to be prepared for.
    pub fn quality(&self) -> Quality {
        self.quality.value().0
    }

    /// The equalizer's phase that the chain is to be prepared for.
    pub fn equalizer_phase(&self) -> EqualizerPhase {
        self.equalizer_phase.value().0
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
        assert_eq!(parameters.quality(), Quality::default());
        assert_eq!(parameters.equalizer_phase(), EqualizerPhase::default());
    }

    #[test]
    fn every_parameter_is_explained() {
        for info in crate::Tree::new().infos() {
            assert!(!info.description.is_empty(), "{}", info.id);
        }
    }
}
