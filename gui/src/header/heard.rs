//! What is heard in the master's place: mix against master at equal loudness, what the chain changes, parts of the stereo.

use crate::meter_reader::MeterReader;
use crate::scale::difference;
use crate::theme;
use crate::view::View;
use crate::widgets::{labelled_button_ui, small_button_ui};
use egui::{Popup, Ui};
use lacquer_dsp::monitor::{Compare, Solo};

/// Widths of the buttons.
const MIX: f32 = 40.0;
const MASTER: f32 = 80.0;
const DELTA: f32 = 48.0;
const MONO: f32 = 42.0;
const SIDE: f32 = 36.0;
const DIM: f32 = 32.0;
const HEAR_MENU: f32 = 48.0;
/// Parts of the stereo: width of the button, its name apart from the channels that bands choose from, its label and its hint.
const SOLOS: [(Solo, f32, [&str; 3]); 2] = [
    (Solo::Mid, MONO, ["Hear mono", "Mono", "Plays the sum to mono.   M"]),
    (Solo::Side, SIDE, ["Hear side", "Side", "Plays the side alone.   S"]),
];
const DELTA_HINT: &str = "Plays what the chain changes apart from its gain.";
const DIM_HINT: &str = "Plays the output 20 dB softer.   D";

/// Width of all of it with the layout's own `gap` behind each part.
pub(super) fn width(gap: f32, is_narrow: bool) -> f32 {
    let compared = MIX + MASTER + theme::GAP;
    let heard =
        if is_narrow { HEAR_MENU + gap } else { DELTA + MONO + SIDE + DIM + 4.0 * gap + theme::MARGIN };
    compared + heard
}

/// What the chain changes, and parts of what is heard.
pub(super) fn hear_ui(ui: &mut Ui, view: &mut View) {
    let settings = view.monitor.settings;
    if small_button_ui(ui, DELTA, "Delta", settings.delta, DELTA_HINT, view).clicked() {
        view.monitor.settings.delta = !settings.delta;
    }
    ui.add_space(theme::MARGIN);
    for (solo, width, [name, label, hint]) in SOLOS {
        if labelled_button_ui(ui, width, [name, label], settings.solo == solo, hint, view).clicked() {
            view.toggle_solo(solo);
        }
    }
    if small_button_ui(ui, DIM, "Dim", settings.dim, DIM_HINT, view).clicked() {
        view.monitor.settings.dim = !settings.dim;
    }
}

/// The same in a menu, where there is no room for it.
pub(super) fn hear_menu_ui(ui: &mut Ui, view: &mut View) {
    let settings = view.monitor.settings;
    let is_any = settings.delta || settings.dim || settings.solo != Solo::Off;
    let hint = "Plays what the chain changes, mono or the side alone, or softer.   M, S, D";
    let button = small_button_ui(ui, HEAR_MENU, "Hear", is_any, hint, view);
    Popup::menu(&button).show(|ui| {
        ui.set_min_width(120.0);
        if ui.selectable_label(settings.delta, "Delta").on_hover_text(DELTA_HINT).clicked() {
            view.monitor.settings.delta = !settings.delta;
        }
        for (solo, _, [_, label, hint]) in SOLOS {
            if ui.selectable_label(settings.solo == solo, label).on_hover_text(hint).clicked() {
                view.toggle_solo(solo);
            }
        }
        if ui.selectable_label(settings.dim, "Dim").on_hover_text(DIM_HINT).clicked() {
            view.monitor.settings.dim = !settings.dim;
        }
    });
}

/// Mix against master at equal loudness.
pub(super) fn compare_ui(ui: &mut Ui, meters: &MeterReader, view: &mut View) {
    let settings = view.monitor.settings;
    let gap = std::mem::replace(&mut ui.spacing_mut().item_spacing.x, 0.0);
    // How much louder the master is by itself: what the comparison takes away.
    let matched = meters.figure("match", || {
        let lu = f64::from(meters.bank.match_lu.get());
        // From ten on tenths have no room, and say nothing.
        if lu.abs() < 9.95 { difference(lu) } else { difference(lu.round()).replace(".0", "") }
    });
    let master = if meters.bank.output.integrated_lufs().is_finite() {
        format!("Master {matched}")
    } else {
        "Master".to_owned()
    };
    for (compare, name, label, width, hint) in [
        (
            Compare::Mix,
            "Mix",
            "Mix",
            MIX,
            "Plays the unmastered mix no louder than the master, in time with it.   X",
        ),
        (
            Compare::Master,
            "Master",
            master.as_str(),
            MASTER,
            "Plays the master no louder than the mix; the figure is what it is louder by itself, LU.   X",
        ),
    ] {
        let on = settings.compare == compare;
        if labelled_button_ui(ui, width, [name, label], on, hint, view).clicked() {
            view.toggle_compare(compare);
        }
    }
    ui.spacing_mut().item_spacing.x = gap;
}
