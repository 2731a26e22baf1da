//! The presets' part of the top bar: factory and own, next and previous, save, rename, delete, and the lock on the output.

use crate::history::{DRIVE, Taken};
use crate::host::Host;
use crate::learner::{Promise, Request};
use crate::meter_reader::MeterReader;
use crate::scale::level;
use crate::theme;
use crate::view::{PresetName, View};
use crate::widgets::{icon_ui, name_menu, small_button_ui};
use egui::{
    Color32, ComboBox, Key, Painter, Popup, PopupCloseBehavior, Rect, Sense, Shape, Stroke, TextEdit, Ui,
    WidgetInfo, vec2,
};
use lacquer_dsp::{ChainSettings, ProcessSpec};
use lacquer_params::library::Owned;
use lacquer_params::preset::OUTPUT;
use lacquer_params::{LacquerParams, Preset, Slot, Tree};
use std::sync::Arc;

/// Width of the name, and of the field in which it is typed; in a narrow window.
const WIDTH: f32 = 168.0;
const LEAST_WIDTH: f32 = 100.0;
/// Width of the window under which it is narrow: the bar has no more room.
const NARROW: f32 = 1190.0;

/// What the menu offers.
struct Shelf<'a> {
    factory: &'a [Preset],
    own: Vec<Owned>,
}

impl Shelf<'_> {
    /// Every preset in the menu's order.
    fn all(&self) -> impl Iterator<Item = &Preset> {
        self.factory.iter().chain(self.own.iter().map(|owned| &owned.preset))
    }
}

pub(crate) fn preset_ui(ui: &mut Ui, host: &Host, factory: &[Preset], view: &mut View) {
    if view.preset_name.is_some() {
        naming_ui(ui, host, view);
        return;
    }
    let chosen = host.session(|session| session.preset.clone());
    if view.deletes_preset {
        deleting_ui(ui, host, &chosen, view);
        return;
    }
    let step = step_ui(ui, view, -1) + {
        let picked = menu_ui(ui, host, factory, &chosen, view);
        let step = step_ui(ui, view, 1);
        if let Some(preset) = picked {
            take(host, &preset, view);
        }
        step
    };
    if step != 0 {
        let shelf = Shelf { factory, own: host.library.read().0 };
        let count = shelf.all().count() as i32;
        let place = shelf.all().position(|preset| preset.name == chosen).map_or(-1, |place| place as i32);
        let next = if place < 0 && step < 0 { count - 1 } else { (place + step).rem_euclid(count.max(1)) };
        if let Some(preset) = shelf.all().nth(next as usize).cloned() {
            take(host, &preset, view);
        }
    }
    own_menu_ui(ui, host, &chosen, view);
    let locked = host.session(|session| session.keeps_output);
    let rect = ui.allocate_exact_size(vec2(24.0, theme::CONTROL_HEIGHT), Sense::hover()).0;
    let hint = "Keeps drive, ceiling, true peak and dither when a preset is taken.";
    if icon_ui(ui, rect, "Lock output", locked, hint, view, draw_lock) {
        host.edit_session(|session| session.keeps_output = !locked);
    }
}

/// An arrow to the preset before or after.
fn step_ui(ui: &mut Ui, view: &mut View, step: i32) -> i32 {
    let rect = ui.allocate_exact_size(vec2(20.0, theme::CONTROL_HEIGHT), Sense::hover()).0;
    let (name, draw): (_, fn(&Painter, Rect, Color32)) =
        if step < 0 { ("Previous preset", draw_before) } else { ("Next preset", draw_after) };
    if icon_ui(ui, rect, name, false, &format!("{name}."), view, draw) { step } else { 0 }
}

/// The menu; gives what was picked.
fn menu_ui(ui: &mut Ui, host: &Host, factory: &[Preset], chosen: &str, view: &mut View) -> Option<Preset> {
    let mut picked = None;
    let shown = if chosen.is_empty() { "Presets" } else { chosen };
    let width = if ui.ctx().content_rect().width() < NARROW { LEAST_WIDTH } else { WIDTH };
    let response = ComboBox::from_id_salt("presets")
        .selected_text(shown)
        .width(width)
        .truncate()
        .height(480.0)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .show_ui(ui, |ui| {
            ui.set_min_width(WIDTH);
            let (own, problems) = host.library.read();
            let search =
                TextEdit::singleline(&mut view.preset_search).hint_text("Search").desired_width(WIDTH);
            let search = ui.add(search);
            // Whoever opens it and types looks for something.
            if !std::mem::replace(&mut view.presets_are_open, true) {
                search.request_focus();
            }
            let is_confirmed = search.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            search.widget_info(|| {
                WidgetInfo::labeled(egui::accesskit::Role::TextInput, true, "Search presets")
            });
            // From the field down into the list, where the arrows go on.
            let mut enters = search.has_focus() && ui.input(|input| input.key_pressed(Key::ArrowDown));
            let wanted = view.preset_search.trim().to_lowercase();
            let fits = |preset: &Preset| {
                let texts = [&preset.name, &preset.description, &preset.group];
                texts.iter().any(|text| text.to_lowercase().contains(&wanted))
            };
            let mut row = |ui: &mut Ui, preset: &Preset| {
                let row = ui.selectable_label(preset.name == chosen, &preset.name);
                if std::mem::take(&mut enters) {
                    row.request_focus();
                }
                if row.hovered() || row.has_focus() {
                    view.hint.clone_from(&preset.description);
                }
                if row.clicked() {
                    picked = Some(preset.clone());
                    ui.close();
                }
            };
            let mut group = "";
            for preset in factory.iter().filter(|preset| fits(preset)) {
                if preset.group != group {
                    group = &preset.group;
                    ui.weak(format!("Factory: {group}"));
                }
                row(ui, preset);
            }
            if own.iter().any(|owned| fits(&owned.preset)) {
                ui.weak("Your own");
                own.iter().filter(|owned| fits(&owned.preset)).for_each(|owned| row(ui, &owned.preset));
            }
            if is_confirmed
                && !wanted.is_empty()
                && let Some(first) =
                    factory.iter().chain(own.iter().map(|owned| &owned.preset)).find(|preset| fits(preset))
            {
                picked = Some(first.clone());
                ui.close();
            }
            for problem in &problems {
                ui.colored_label(theme::colors().alarm, format!("! {problem}"));
            }
        });
    name_menu(&response.response, "Presets");
    if response.inner.is_none() {
        view.preset_search.clear();
        view.presets_are_open = false;
    }
    if view.sound.is_preset_changed {
        let dot = response.response.rect.right_center() - vec2(28.0, 0.0);
        ui.painter().circle_filled(dot, 2.5, theme::colors().accent);
    }
    if response.response.hovered() {
        view.hint = factory
            .iter()
            .find(|preset| preset.name == chosen)
            .map_or("A whole sound to begin with.", |preset| preset.description.as_str())
            .to_owned();
    }
    picked
}

/// What can be done with presets of one's own.
fn own_menu_ui(ui: &mut Ui, host: &Host, chosen: &str, view: &mut View) {
    let hint = "Save the settings as a preset of your own; rename and delete those.";
    let button = small_button_ui(ui, 44.0, "Save", false, hint, view);
    Popup::menu(&button).show(|ui| own_entries_ui(ui, host, chosen, view));
}

fn own_entries_ui(ui: &mut Ui, host: &Host, chosen: &str, view: &mut View) {
    let own = host.library.read().0;
    ui.set_min_width(160.0);
    if ui.button("Save as\u{2026}").clicked() {
        view.preset_name = Some(PresetName { text: chosen.to_owned(), renames: false });
        ui.close();
    }
    let Some(owned) = own.iter().find(|owned| owned.preset.name == chosen) else { return };
    let tell = |error: Option<String>, view: &mut View| view.problem = error;
    if ui.button(format!("Save \u{201c}{chosen}\u{201d}")).clicked() {
        let preset = Preset::of(host.tree, chosen, &owned.preset.description);
        tell(host.library.save(&preset, true).err().map(|error| error.to_string()), view);
        ui.close();
    }
    if ui.button("Rename\u{2026}").clicked() {
        view.preset_name = Some(PresetName { text: chosen.to_owned(), renames: true });
        ui.close();
    }
    if ui.button(format!("Delete \u{201c}{chosen}\u{201d}\u{2026}")).clicked() {
        view.deletes_preset = true;
        ui.close();
    }
}

/// The question before a preset is deleted, which nothing brings back: in the menu's place.
fn deleting_ui(ui: &mut Ui, host: &Host, chosen: &str, view: &mut View) {
    let own = host.library.read().0;
    let Some(owned) = own.iter().find(|owned| owned.preset.name == chosen) else {
        view.deletes_preset = false;
        return;
    };
    let question = format!("Delete \u{201c}{chosen}\u{201d} for good?");
    let label = egui::Label::new(question).truncate();
    ui.add_sized(vec2(WIDTH + 8.0, theme::CONTROL_HEIGHT), label);
    view.hint = "Its file is deleted; undo does not bring it back. Escape keeps it.".to_owned();
    if ui.button("Delete").clicked() {
        view.deletes_preset = false;
        match host.library.delete(owned) {
            Ok(()) => host.edit_session(|session| (session.preset, session.taken) = (String::new(), None)),
            Err(error) => view.problem = Some(error.to_string()),
        }
    }
    if ui.button("Keep").clicked() || ui.input(|input| input.key_pressed(Key::Escape)) {
        view.deletes_preset = false;
    }
}

/// Where a name is typed: in the menu's place.
fn naming_ui(ui: &mut Ui, host: &Host, view: &mut View) {
    let Some(mut name) = view.preset_name.take() else { return };
    let edit =
        egui::TextEdit::singleline(&mut name.text).hint_text("Name of the preset").desired_width(WIDTH);
    let response = ui.add_sized(vec2(WIDTH + 8.0, theme::CONTROL_HEIGHT), edit);
    let fresh = response.id.with("fresh");
    if ui.data_mut(|data| std::mem::replace(data.get_temp_mut_or(fresh, true), false)) {
        response.request_focus();
    }
    response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::TextInput, true, "Preset name"));
    let (enter, escape) = ui.input(|input| (input.key_pressed(Key::Enter), input.key_pressed(Key::Escape)));
    let save = ui.button("Save").clicked() || enter;
    let leave = ui.button("Cancel").clicked() || escape;
    view.hint = "Enter saves, Escape cancels.".to_owned();
    if save {
        if let Err(error) = store(host, &name) {
            view.problem = Some(error);
            view.preset_name = Some(name);
            return;
        }
    } else if !leave {
        view.preset_name = Some(name);
        return;
    }
    ui.data_mut(|data| data.remove::<bool>(fresh));
}

fn store(host: &Host, name: &PresetName) -> Result<(), String> {
    let chosen = host.session(|session| session.preset.clone());
    if Preset::factory().iter().any(|preset| preset.name.eq_ignore_ascii_case(name.text.trim())) {
        return Err(format!(
            "{} is one of Lacquer's own presets: give yours another name.",
            name.text.trim()
        ));
    }
    let own = host.library.read().0;
    let renamed = own.iter().find(|owned| name.renames && owned.preset.name == chosen);
    let done = match renamed {
        Some(owned) => host.library.rename(owned, &name.text),
        None => host.library.save(&Preset::of(host.tree, name.text.trim(), ""), false).map(|_| ()),
    };
    done.map_err(|error| error.to_string())?;
    let taken = Slot::of(host.tree);
    host.edit_session(|session| {
        name.text.trim().clone_into(&mut session.preset);
        session.taken = Some(taken);
    });
    Ok(())
}

/// Takes a preset as one step, trimmed to the mix as far as it was measured; what the output delivers stays if it is locked. The
/// loudness that it promises is asked of the learner next.
fn take(host: &Host, preset: &Preset, view: &mut View) {
    let locked = host.session(|session| session.keeps_output);
    match preset.values_for(host.tree, host.status.meters().input.integrated_lufs()) {
        Ok(mut values) => {
            values.retain(|(id, _)| !locked || !OUTPUT.contains(&id.as_str()));
            host.name_step(&preset.name);
            let before = host.session(Taken::of);
            host.history.borrow_mut().leave_preset(before);
            host.set_all(&values);
            let taken = Slot::coming(host.tree, &values);
            host.edit_session(|session| {
                session.preset.clone_from(&preset.name);
                session.taken = Some(taken);
            });
            view.sound.forget();
            // A drive that is locked is none to be found.
            let promise = preset.loudness_lufs.filter(|_| !locked).map(|target_lufs| Promise {
                request: Request { target_lufs, preset: Some(preset.name.clone()) },
                settings: settings_with(host, &values),
            });
            host.history.borrow_mut().owe(promise);
        }
        Err(error) => view.problem = Some(error.to_string()),
    }
}

/// The settings once the host has taken these values over, which it may do later.
fn settings_with(host: &Host, values: &[(String, f64)]) -> ChainSettings {
    let tree = Tree::over(Arc::new(LacquerParams::default()));
    for info in host.tree.infos() {
        let value = values.iter().find(|(id, _)| *id == info.id).map(|(_, value)| *value);
        if let Some(plain) = value.or_else(|| host.tree.plain(&info.id).ok()) {
            // A value of this tree's, or one that the preset was checked for.
            let _ = tree.set_plain(&info.id, plain);
        }
    }
    tree.to_settings()
}

/// Has the learner find the drive for what a preset promises, from what was heard lately, and sets it once it is found.
pub(crate) fn keep_promise(host: &Host, meters: &mut MeterReader, view: &mut View) {
    let asked = host.history.borrow_mut().ask();
    if let Some(Promise { request, settings }) = asked {
        let text = format!(
            "{} is made for {} LUFS: play the loud part and choose it again, or set the drive in the limiter.",
            request.preset.as_deref().unwrap_or_default(),
            level(request.target_lufs)
        );
        let spec = host.tree.to_spec(ProcessSpec::stereo(meters.sample_rate()));
        if !meters.find_drive(request, spec, settings) {
            host.history.borrow_mut().owe(None);
            view.problem = Some(text);
        }
    }
    let Some(answer) = meters.learner.take_presets_answer() else { return };
    // Whoever has taken another one meanwhile, or went to another slot or session, does not want it.
    let is_chosen = host.session(|session| Some(&session.preset) == answer.request.preset.as_ref());
    if !is_chosen || !host.history.borrow_mut().settle(&answer.request) {
        return;
    }
    host.set_plain(DRIVE, answer.found.drive_db);
    let drive = [(DRIVE.to_owned(), answer.found.drive_db)];
    let taken = Slot::coming(host.tree, &drive);
    host.edit_session(|session| session.taken = Some(taken));
    if !answer.is_reached {
        view.problem = Some(format!(
            "{} promises {} LUFS: {} is what this mix gives.",
            answer.request.preset.as_deref().unwrap_or_default(),
            level(answer.request.target_lufs),
            level(answer.found.lufs)
        ));
    }
}

fn draw_before(painter: &Painter, rect: Rect, color: Color32) {
    draw_angle(painter, rect, color, -1.0);
}

fn draw_after(painter: &Painter, rect: Rect, color: Color32) {
    draw_angle(painter, rect, color, 1.0);
}

fn draw_angle(painter: &Painter, rect: Rect, color: Color32, side: f32) {
    let c = rect.center();
    let points = vec![c + vec2(-1.5 * side, -4.0), c + vec2(2.0 * side, 0.0), c + vec2(-1.5 * side, 4.0)];
    painter.add(Shape::line(points, Stroke::new(1.5, color)));
}

fn draw_lock(painter: &Painter, rect: Rect, color: Color32) {
    let c = rect.center();
    painter.rect_filled(Rect::from_center_size(c + vec2(0.0, 2.5), vec2(9.0, 7.0)), 1.0, color);
    let shackle = [(-3.0, -1.0), (-3.0, -3.5), (-1.5, -5.5), (1.5, -5.5), (3.0, -3.5), (3.0, -1.0)];
    painter.add(Shape::line(shackle.map(|(x, y)| c + vec2(x, y)).to_vec(), Stroke::new(1.5, color)));
}
