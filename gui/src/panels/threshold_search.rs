//! Sets a dynamic band's threshold from what its detector sees: it listens for some seconds of sound and goes a little below the loudest.

use crate::host::Host;
use crate::meter_reader::MeterReader;
use crate::view::View;
use egui::Ui;

/// How long it listens, s of sound.
const LISTEN_S: f64 = 4.0;
/// How far below the loudest the threshold goes, dB: with the range of 6 dB and the ratio of 3 that a band begins with, what is loudest is
/// taken back by two thirds of its range, and what is not stays.
const BELOW_DB: f64 = 6.0;

/// A search under way.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ThresholdSearch {
    pub band: usize,
    /// The step that its threshold belongs to.
    step: &'static str,
    /// Loudest so far, dB.
    loudest_db: f64,
    heard_s: f64,
    last_s: Option<f64>,
}

impl ThresholdSearch {
    /// For a band, from here on; the threshold will belong to the last step if that has this name.
    pub fn new(band: usize, step: &'static str) -> Self {
        Self { band, step, loudest_db: f64::NEG_INFINITY, heard_s: 0.0, last_s: None }
    }

    /// What is left to hear, s.
    pub fn left_s(&self) -> f64 {
        (LISTEN_S - self.heard_s).max(0.0)
    }
}

/// Listens on, and sets the threshold once enough was heard.
pub(crate) fn follow(ui: &Ui, host: &Host, meters: &MeterReader, view: &mut View) {
    let Some(search) = &mut view.threshold_search else { return };
    let now = ui.input(|input| input.time);
    let passed = search.last_s.replace(now).map_or(0.0, |last| (now - last).clamp(0.0, 0.2));
    let level = meters.dynamic_eq_levels[search.band].level_db;
    // A bar that falls after the last sound is none.
    if meters.bank.output.momentary_lufs.get().is_finite() && level > FLOOR_DB {
        search.heard_s += passed;
        // The first moments may hold what the detector saw before the settings changed.
        if search.heard_s > SETTLE_S {
            search.loudest_db = search.loudest_db.max(level);
        }
    }
    if search.heard_s < LISTEN_S || !search.loudest_db.is_finite() {
        return;
    }
    let id = format!("dynamic_eq_threshold_{}", search.band + 1);
    let threshold_db = (search.loudest_db - BELOW_DB).round().clamp(-80.0, 0.0);
    host.history.borrow_mut().continue_step(search.step);
    host.name_step(search.step);
    host.set_plain(&id, threshold_db);
    view.threshold_search = None;
}

/// Level below which a detector sees nothing, dB.
const FLOOR_DB: f64 = -110.0;
/// Time in which what was seen before has fallen away, s.
const SETTLE_S: f64 = 0.6;
