//! Whether the sound is still the one that the preset set, and for how long it has been what it is: looked at four times a second, for every
//! parameter is compared.

use crate::host::Host;
use crate::meter_reader::MeterReader;
use egui::Ui;
use lacquer_params::Slot;

/// Time between two looks, s.
const PERIOD_S: f64 = 0.25;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct SoundChanges {
    looked_s: Option<f64>,
    /// The sound, and whether it was bypassed, which no slot keeps.
    last: Option<(Slot, bool)>,
    /// Whether anything differs from what the preset set.
    pub is_preset_changed: bool,
    /// How much was heard since the measurement began, s.
    pub heard_s: f64,
    /// How much of it before the sound became what it is; 0 if it was so all the time.
    pub before_s: f64,
}

impl SoundChanges {
    /// Looks, if it is time to.
    pub fn follow(&mut self, ui: &Ui, host: &Host, meters: &mut MeterReader) {
        let now = ui.input(|input| input.time);
        self.heard_s = meters.bank.output.histograms.heard_s();
        if self.heard_s < self.before_s {
            // The measurement began anew.
            self.before_s = 0.0;
        }
        if self.looked_s.is_some_and(|looked| (0.0..PERIOD_S).contains(&(now - looked))) {
            return;
        }
        self.looked_s = Some(now);
        let (sound, bypass) = (Slot::of(host.tree), host.is_bypassed());
        let is_other = |(last, was): &(Slot, bool)| *was != bypass || !last.is_like(&sound, host.tree);
        if self.last.as_ref().is_some_and(is_other) {
            self.before_s = self.heard_s;
            meters.effects.forget_ranges();
        }
        self.is_preset_changed = host.session(|session| {
            !session.preset.is_empty()
                && session.taken.as_ref().is_some_and(|taken| !taken.is_like(&sound, host.tree))
        });
        self.last = Some((sound, bypass));
    }

    /// Looks anew at once.
    pub fn forget(&mut self) {
        self.looked_s = None;
    }
}
