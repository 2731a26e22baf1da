//! The top bar: name, presets, and what concerns the chain as a whole.

use crate::app::View;
use crate::host::Host;
use crate::theme;
use crate::widgets::{button_ui, choice_ui, name_menu, toggle_ui};
use egui::{Align, Layout, RichText, Ui};
use lacquer_params::Preset;

pub(crate) fn header_ui(ui: &mut Ui, host: &Host, presets: &[Preset], view: &mut View) {
    let rect = ui.max_rect();
    ui.painter().rect_filled(rect, 0.0, theme::colors().bar);
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, theme::line(theme::colors().seam));
    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
        ui.add_space(theme::PADDING);
        ui.label(RichText::new("Lacquer").font(theme::title_font()).color(theme::colors().text));
        ui.add_space(theme::PADDING);
        preset_ui(ui, host, presets, view);
        undo_ui(ui, host, view);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add_space(theme::PADDING);
            toggle_ui(ui, host, "bypass", "Bypass", 72.0, view);
            ui.add_space(theme::MARGIN);
            compare_ui(ui, host, view);
            ui.add_space(theme::MARGIN);
            choice_ui(ui, host, "equalizer_phase", 96.0, view);
            ui.label(RichText::new("Phase").font(theme::label_font()).color(theme::colors().text_third));
            ui.add_space(theme::MARGIN);
            choice_ui(ui, host, "quality", 96.0, view);
            ui.label(RichText::new("Quality").font(theme::label_font()).color(theme::colors().text_third));
        });
    });
}

/// Mix against master at equal loudness, and what the chain changes.
fn compare_ui(ui: &mut Ui, host: &Host, view: &mut View) {
    let chosen = host.tree.plain("compare").unwrap_or_default();
    // From right to left, as the bar is laid out here.
    let delta = view.wish.settings.delta;
    if segment_ui(ui, "Delta", delta, "Plays what the chain changes apart from its gain.", view) {
        view.wish.settings.delta = !delta;
    }
    ui.add_space(theme::MARGIN);
    for (value, label, hint) in [
        (2.0, "Master", "Plays the master no louder than the mix."),
        (1.0, "Mix", "Plays the unmastered mix no louder than the master, in time with it."),
    ] {
        let on = chosen == value;
        if segment_ui(ui, label, on, hint, view) {
            host.set_plain("compare", if on { 0.0 } else { value });
        }
    }
}

fn undo_ui(ui: &mut Ui, host: &Host, view: &mut View) {
    let names = host.history.borrow().names().map(|name| name.map(str::to_owned));
    let [undo, redo] = names.map(|name| name.unwrap_or_else(|| "nothing".to_owned()));
    if segment_ui(ui, "Undo", false, &format!("Takes back: {undo}.   Ctrl-Z"), view) {
        host.undo();
    }
    if segment_ui(ui, "Redo", false, &format!("Does again: {redo}.   Shift-Ctrl-Z"), view) {
        host.redo();
    }
}

fn segment_ui(ui: &mut Ui, label: &str, on: bool, hint: &str, view: &mut View) -> bool {
    let (rect, _) = ui.allocate_exact_size(egui::vec2(60.0, theme::CONTROL_HEIGHT), egui::Sense::hover());
    button_ui(ui, rect, label, on, hint, view)
}

fn preset_ui(ui: &mut Ui, host: &Host, presets: &[Preset], view: &mut View) {
    let chosen = view.preset.and_then(|index| presets.get(index));
    let shown = chosen.map_or("Presets", |preset| preset.name.as_str());
    let mut picked = None;
    let response = egui::ComboBox::from_id_salt("presets")
        .selected_text(shown)
        .width(200.0)
        .height(360.0)
        .show_ui(ui, |ui| {
            for (index, preset) in presets.iter().enumerate() {
                let row = ui.selectable_label(view.preset == Some(index), &preset.name);
                if row.hovered() {
                    view.hint = preset.description.clone();
                }
                if row.clicked() {
                    picked = Some(index);
                }
            }
        });
    name_menu(&response.response, "Presets");
    if response.response.hovered() {
        view.hint =
            chosen.map_or("A whole sound to begin with.", |preset| preset.description.as_str()).to_owned();
    }
    if let Some(index) = picked {
        view.preset = Some(index);
        view.problem = host.apply(&presets[index]).err().map(|error| error.to_string());
    }
}
