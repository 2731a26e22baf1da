//! The ids of what is chosen, which the framework keeps to itself: as they are, and as they once were.

use lacquer_dsp::chain;
use lacquer_dsp::parameters::Choice;
use lacquer_dsp::processor::{EqualizerPhase, Quality};

/// Ids that a choice once had: parameter, id, and the id of what comes nearest. What was dense and loud clips now.
pub(crate) const FORMER_IDS: [(&str, &str, &str); 1] = [("limiter_style", "aggressive", "punch")];

/// The id that stands now for what `id` was called.
pub(crate) fn present_id<'a>(parameter: &str, id: &'a str) -> &'a str {
    let former =
        FORMER_IDS.iter().find(|(owner, former, _)| *owner == parameter && id.eq_ignore_ascii_case(former));
    former.map_or(id, |(_, _, present)| present)
}

/// The ids that belong to a choice's shown names.
pub(crate) fn ids_of(names: &[String]) -> Option<&'static [&'static str]> {
    let mut found = None;
    let mut look = |known: &'static [&'static str], ids: &'static [&'static str]| {
        if known == names {
            found = Some(ids);
        }
    };
    look(Quality::NAMES, Quality::IDS);
    look(EqualizerPhase::NAMES, EqualizerPhase::IDS);
    chain::for_each_choice(&mut look);
    found
}
