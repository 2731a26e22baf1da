//! Where the sound goes to and comes from where no host says so: in the program that stands alone.

use crate::status::Status;
use crate::theme;
use crate::view::View;
use crate::widgets::small_button_ui;
use egui::{Id, Popup, PopupCloseBehavior, ScrollArea, Ui};

/// Width of the button.
pub(crate) const BUTTON_WIDTH: f32 = 128.0;
/// Width of a column of devices, and height from which it scrolls.
const COLUMN: [f32; 2] = [210.0, 260.0];
/// Rates that are offered, Hz; a device that has none of them keeps its own.
const RATES_HZ: [u32; 6] = [44_100, 48_000, 88_200, 96_000, 176_400, 192_000];

/// What was chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SoundChoice {
    /// The system's way to its devices, by name; none: no sound, and the chain runs all the same.
    pub backend: Option<String>,
    /// The device that plays; none: the system's own choice.
    pub output: Option<String>,
    /// The device that is recorded; none: nothing comes in.
    pub input: Option<String>,
    /// Sample rate, Hz.
    pub rate_hz: u32,
}

/// What there is, and what runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SoundState {
    /// What was chosen, with the rate that the device took.
    pub choice: SoundChoice,
    /// Every backend of this system.
    pub backends: Vec<String>,
    /// The devices of the chosen backend, as of the last [`SoundDevices::list`].
    pub outputs: Vec<String>,
    /// See `outputs`.
    pub inputs: Vec<String>,
    /// Whether devices are being opened or listed.
    pub is_busy: bool,
    /// Why nothing is heard.
    pub problem: Option<String>,
}

/// Whoever owns the sound devices. Nothing here waits for one.
pub trait SoundDevices: Send + Sync {
    /// [gui-thread] What there is now.
    fn state(&self) -> SoundState;
    /// [gui-thread] Looks for devices anew.
    fn list(&self);
    /// [gui-thread] Goes over to others.
    fn choose(&self, choice: SoundChoice);
}

/// The button and what it opens, if anybody owns devices here.
pub(crate) fn sound_ui(ui: &mut Ui, status: &Status, view: &mut View) {
    let Some(devices) = status.sound() else { return };
    let state = devices.state();
    let label = match (&state.choice.backend, &state.problem) {
        _ if state.is_busy => "Sound \u{2026}".to_owned(),
        (Some(backend), None) => format!("{backend} {}", rate(state.choice.rate_hz)),
        _ => "No sound".to_owned(),
    };
    let hint = state.problem.clone().unwrap_or_else(|| "Where the sound goes to and comes from.".to_owned());
    let response = small_button_ui(ui, BUTTON_WIDTH, &label, false, &hint, view);
    if response.clicked() {
        devices.list();
    }
    if state.is_busy {
        ui.ctx().request_repaint_after(std::time::Duration::from_millis(100));
    }
    // An id of its own: the button is another one with another name.
    let popup = Popup::menu(&response).id(Id::unique("sound devices"));
    popup.close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        if let Some(problem) = &state.problem {
            ui.colored_label(theme::colors().alarm, problem);
            ui.separator();
        }
        ui.horizontal_top(|ui| {
            let chosen = lists_ui(ui, &state);
            if let Some(choice) = chosen.filter(|choice| *choice != state.choice) {
                devices.choose(choice);
            }
        });
    });
}

/// The lists beside each other; what was clicked.
fn lists_ui(ui: &mut Ui, state: &SoundState) -> Option<SoundChoice> {
    let now = &state.choice;
    let mut chosen = None;
    let backends = state.backends.iter().map(|name| Some(name.clone())).chain([None]);
    column_ui(ui, "Sound by", 90.0, backends, &now.backend, "none", |backend| {
        // Devices of another system are none of this one's.
        chosen = Some(SoundChoice { backend, output: None, input: None, ..now.clone() });
    });
    if now.backend.is_some() {
        let outputs = [None].into_iter().chain(state.outputs.iter().map(|name| Some(name.clone())));
        column_ui(ui, "Output", COLUMN[0], outputs, &now.output, "the system's", |output| {
            chosen = Some(SoundChoice { output, ..now.clone() });
        });
        let inputs = [None].into_iter().chain(state.inputs.iter().map(|name| Some(name.clone())));
        column_ui(ui, "Input", COLUMN[0], inputs, &now.input, "none", |input| {
            chosen = Some(SoundChoice { input, ..now.clone() });
        });
    }
    let rates = RATES_HZ.iter().map(|rate_hz| Some(rate(*rate_hz)));
    column_ui(ui, "Rate", 80.0, rates, &Some(rate(now.rate_hz)), "", |text| {
        let rate_hz = RATES_HZ.into_iter().find(|rate_hz| Some(rate(*rate_hz)) == text);
        chosen = rate_hz.map(|rate_hz| SoundChoice { rate_hz, ..now.clone() });
    });
    chosen
}

/// One list: `none` is how the absence of a name is shown.
fn column_ui(
    ui: &mut Ui,
    title: &str,
    width: f32,
    names: impl Iterator<Item = Option<String>>,
    now: &Option<String>,
    none: &str,
    mut choose: impl FnMut(Option<String>),
) {
    ui.vertical(|ui| {
        ui.set_width(width);
        ui.weak(title);
        ScrollArea::vertical().id_salt(title).max_height(COLUMN[1]).show(ui, |ui| {
            for name in names {
                let text = name.as_deref().unwrap_or(none);
                if ui.selectable_label(name == *now, text).clicked() {
                    choose(name);
                }
            }
        });
    });
}

/// A rate as it is shown.
fn rate(hz: u32) -> String {
    format!("{} kHz", f64::from(hz) / 1000.0)
}
