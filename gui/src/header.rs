//! The top bar: name, presets, undo, slots, and what concerns the chain as a whole.

mod heard;

use crate::app::area_ui;
use crate::host::Host;
use crate::meter_reader::MeterReader;
use crate::presets::preset_ui;
use crate::scaling::SCALES;
use crate::theme;
use crate::view::View;
use crate::widgets::{choice_ui, icon_ui, small_button_ui, toggle_ui};
use egui::{Align, Color32, Layout, Painter, Popup, Rect, RichText, Sense, Shape, Stroke, Ui, pos2, vec2};
use lacquer_params::session::SLOTS;
use lacquer_params::{Preset, Slot, Theme};

/// Names of the slots.
const SLOT_NAMES: [&str; SLOTS] = ["A", "B", "C", "D"];
/// Width of the bar from which the quality's menu has its label.
const QUALITY_WIDTH: f32 = 1215.0;
/// Widths of what stands at the right of the bar.
const QUALITY: f32 = 85.0;
/// What a menu is wider by than it is told.
const MENU_EDGE: f32 = 5.0;
const SEPARATOR: f32 = 17.0;
const BYPASS: f32 = 60.0;
const WINDOW: f32 = 56.0;
/// The keys that the editor takes.
pub(crate) const KEYS: &[(&str, &str)] = &[
    ("Drag up or right", "more; Shift: a tenth as fast"),
    ("Wheel, arrow keys", "one step; over a node of the equalizer: Q"),
    ("Double-click, Ctrl-click", "back to the default"),
    ("Enter or a digit", "types a value: 3k1, -2, off"),
    ("Right-click", "id for automation, copy, paste, reset"),
    ("Tab", "to the next control"),
    ("[ and ]", "to the stage before and after"),
    ("Ctrl on a held node", "hears its region while it is held"),
    ("Drag a peak of the spectrum", "makes a bell there and pulls it"),
    ("P", "switches the stage"),
    ("X", "mix or master, equally loud"),
    ("M, S, D", "mono, side, dim"),
    ("Ctrl-Z, Shift-Ctrl-Z", "undo and redo"),
    ("Esc", "closes what is open, then hears the master as it is"),
];

pub(crate) fn header_ui(ui: &mut Ui, host: &Host, meters: &MeterReader, factory: &[Preset], view: &mut View) {
    let rect = ui.max_rect();
    let colors = theme::colors();
    ui.painter().rect_filled(rect, 0.0, colors.bar);
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, theme::line(colors.seam));
    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
        ui.add_space(theme::PADDING);
        if !view.room.is_narrow {
            ui.label(RichText::new("Lacquer").font(theme::main_font()).color(colors.text));
            ui.add_space(theme::MARGIN);
        }
        preset_ui(ui, host, factory, view);
        ui.add_space(theme::MARGIN);
        undo_ui(ui, host, view);
        ui.add_space(theme::MARGIN);
        slots_ui(ui, host, meters, view);
        // Laid out as one reads, so that Tab goes through it that way: what is left over stands before it.
        let is_labelled = rect.width() > QUALITY_WIDTH;
        ui.add_space((rect.right() - right_width(ui, is_labelled, view) - ui.cursor().left()).max(0.0));
        if is_labelled {
            ui.label(quality_label());
        }
        // In a place of its own: a menu in focus is drawn wider, which would move what stands behind it, and so lose the focus.
        let (place, _) = ui.allocate_exact_size(vec2(QUALITY, theme::CONTROL_HEIGHT), Sense::hover());
        area_ui(ui, place, |ui| choice_ui(ui, host, "quality", QUALITY - MENU_EDGE, view));
        ui.add_space(theme::MARGIN);
        heard::compare_ui(ui, meters, view);
        ui.add_space(theme::GAP);
        if view.room.is_narrow {
            heard::hear_menu_ui(ui, view);
        } else {
            heard::hear_ui(ui, view);
        }
        separator_ui(ui);
        // Apart from what is only heard: this one reaches the bounce.
        toggle_ui(ui, host, "bypass", "Bypass", BYPASS, view);
        ui.add_space(theme::MARGIN);
        window_menu_ui(ui, host, view);
    });
}

fn quality_label() -> RichText {
    RichText::new("Quality").font(theme::label_font()).color(theme::colors().text_third)
}

/// Width of what stands at the right, from the quality on, with the padding behind it.
fn right_width(ui: &Ui, is_labelled: bool, view: &View) -> f32 {
    let gap = ui.spacing().item_spacing.x;
    let label = if is_labelled {
        let font = theme::label_font();
        ui.painter().layout_no_wrap("Quality".to_owned(), font, Color32::WHITE).size().x + gap
    } else {
        0.0
    };
    // A gap of the layout's own follows each item.
    let quality = QUALITY + gap + theme::MARGIN;
    let kept = SEPARATOR + gap + BYPASS + gap + theme::MARGIN + WINDOW + theme::PADDING;
    label + quality + heard::width(gap, view.room.is_narrow) + kept
}

/// A line between what is heard and what is recorded.
fn separator_ui(ui: &mut Ui) {
    let (rect, _) = ui.allocate_exact_size(vec2(SEPARATOR, theme::CONTROL_HEIGHT), Sense::hover());
    ui.painter().vline(rect.center().x.round() + 0.5, rect.y_range(), theme::line(theme::colors().track));
}

fn undo_ui(ui: &mut Ui, host: &Host, view: &mut View) {
    let names = host.history.borrow().names().map(|name| name.map(str::to_owned));
    let [undo, redo] = names.map(|name| name.unwrap_or_else(|| "nothing".to_owned()));
    let cell = |ui: &mut Ui| ui.allocate_exact_size(vec2(28.0, theme::CONTROL_HEIGHT), Sense::hover()).0;
    let rect = cell(ui);
    if icon_ui(ui, rect, "Undo", false, &format!("Takes back: {undo}.   Ctrl-Z"), view, draw_undo) {
        host.undo();
    }
    let rect = cell(ui);
    if icon_ui(ui, rect, "Redo", false, &format!("Does again: {redo}.   Shift-Ctrl-Z"), view, draw_redo) {
        host.redo();
    }
    history_ui(ui, host, view);
}

/// Every step that can be taken back, by name.
fn history_ui(ui: &mut Ui, host: &Host, view: &mut View) {
    let rect = ui.allocate_exact_size(vec2(20.0, theme::CONTROL_HEIGHT), Sense::hover()).0;
    let button = small_icon_response(ui, rect, "History of changes", "Goes back to any step.", view);
    let (mut back, mut forth) = (0, 0);
    Popup::menu(&button).show(|ui| {
        ui.set_min_width(220.0);
        // It opens at now, and scrolls freely from there.
        let is_fresh = button.clicked();
        let steps = host.history.borrow().steps();
        if steps.is_empty() {
            ui.weak("Nothing was changed yet.");
        }
        egui::ScrollArea::vertical().max_height(360.0).show(ui, |ui| {
            for (distance, name) in steps {
                let text = if distance == 0 { format!("{name}   (now)") } else { name };
                let row = ui.selectable_label(distance == 0, text);
                if row.clicked() {
                    (back, forth) = ((-distance).max(0), distance.max(0));
                }
                if distance == 0 && is_fresh {
                    row.scroll_to_me(Some(Align::Center));
                }
            }
        });
    });
    (0..back).for_each(|_| host.undo());
    (0..forth).for_each(|_| host.redo());
}

fn small_icon_response(ui: &mut Ui, rect: Rect, name: &str, hint: &str, view: &mut View) -> egui::Response {
    let response = ui.interact(rect, ui.scope_id().with(("icon", name)), Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Button, true, name));
    if response.hovered() {
        view.hint = hint.to_owned();
        ui.painter().rect_filled(rect, theme::RADIUS, theme::colors().hover);
    }
    if response.has_focus() {
        ui.painter().rect_stroke(rect, theme::RADIUS, theme::focus_ring(), egui::StrokeKind::Inside);
    }
    draw_down(ui.painter(), rect, theme::colors().text_second);
    response
}

fn slots_ui(ui: &mut Ui, host: &Host, meters: &MeterReader, view: &mut View) {
    let (chosen, filled) =
        host.session(|session| (session.slot, session.slots.each_ref().map(|slot| slot.is_some())));
    for (n, name) in SLOT_NAMES.into_iter().enumerate() {
        let holds = match (n == chosen, filled[n]) {
            (true, _) => "what you hear",
            (false, true) => "settings of its own",
            (false, false) => "nothing yet: it begins as a copy",
        };
        let hint = format!("Slot {name}: {holds}. Right-click copies what you hear into it.");
        let response = small_button_ui(ui, 26.0, name, n == chosen, &hint, view);
        if n != chosen && filled[n] {
            let dot = response.rect.center_bottom() - vec2(0.0, 3.5);
            ui.painter().circle_filled(dot, 1.5, theme::colors().text_second);
        }
        if response.clicked() && n != chosen {
            let is_heard = meters.bank.output.integrated_lufs().is_finite();
            view.change_slot(chosen, n, is_heard.then(|| f64::from(meters.bank.match_lu.get())));
            switch_slot(host, n, view);
        }
        response.context_menu(|ui| {
            let mut matches = view.matches_slots;
            if ui.checkbox(&mut matches, "Hear slots equally loud").changed() {
                view.match_slots(matches);
                ui.close();
            }
            let copy = egui::Button::new(format!("Copy the settings to {name}"));
            if ui.add_enabled(n != chosen, copy).clicked() {
                let slot = Slot::of(host.tree);
                host.edit_session(|session| {
                    session.slots[n] = Some(slot);
                    session.slot_presets[n] = (session.preset.clone(), session.taken.clone());
                });
                ui.close();
            }
        });
    }
}

/// Keeps the settings in their slot and takes those of another, with its preset's name and its history; an empty one begins as a copy.
/// That is no step: each slot has what was done in it.
fn switch_slot(host: &Host, to: usize, view: &mut View) {
    let now = Slot::of(host.tree);
    let wanted = host.session(|session| session.slots[to].clone());
    host.edit_session(|session| {
        let from = session.slot;
        session.slots[from] = Some(now);
        session.slot_presets[from] = (session.preset.clone(), session.taken.clone());
        session.slot = to;
        if wanted.is_some() {
            (session.preset, session.taken) = std::mem::take(&mut session.slot_presets[to]);
        }
    });
    host.history.borrow_mut().switch(to);
    if let Some(slot) = wanted {
        host.set_silently(&slot.values(host.tree));
    }
    view.sound.forget();
}

/// How the window looks, and the keys.
fn window_menu_ui(ui: &mut Ui, host: &Host, view: &mut View) {
    let (theme, scale) = host.session(|session| (session.theme, session.scale_percent));
    let hint = "Scale and colours of the window, and the keys.";
    let button = small_button_ui(ui, WINDOW, "Window", false, hint, view);
    Popup::menu(&button).show(|ui| {
        ui.set_min_width(180.0);
        ui.weak("Scale");
        for (percent, refusal) in SCALES.into_iter().zip(&view.scale_refusals) {
            let button = egui::Button::selectable(percent == scale, format!("{percent} %"));
            let response = ui.add_enabled(refusal.is_none(), button);
            if response.clicked() {
                host.edit_session(|session| session.scale_percent = percent);
            }
            if let Some(reason) = refusal {
                response.on_disabled_hover_text(reason);
            }
        }
        if let Some(reason) = view.scale_refusals.iter().flatten().next() {
            ui.weak(RichText::new(reason).font(theme::label_font()));
        }
        ui.separator();
        ui.weak("Colours");
        for (other, name) in [(Theme::Dark, "Dark"), (Theme::Light, "Light")] {
            if ui.selectable_label(other == theme, name).clicked() {
                host.edit_session(|session| session.theme = other);
            }
        }
        ui.separator();
        let mut letters = host.session(|session| !session.letters_to_host);
        if ui.checkbox(&mut letters, "Letters are the editor's keys").changed() {
            host.edit_session(|session| session.letters_to_host = !letters);
        }
        if ui.button("Keys and gestures").clicked() {
            view.help = !view.help;
            ui.close();
        }
    });
    help_ui(ui, view);
}

fn help_ui(ui: &Ui, view: &mut View) {
    let mut open = view.help;
    egui::Window::new("Keys and gestures")
        .open(&mut open)
        .resizable(false)
        .collapsible(false)
        .anchor(egui::Align2::CENTER_CENTER, vec2(0.0, 0.0))
        .show(ui.ctx(), |ui| {
            egui::Grid::new("keys").spacing(vec2(24.0, 6.0)).show(ui, |ui| {
                for (key, text) in KEYS {
                    ui.label(RichText::new(*key).font(theme::strong_font()));
                    ui.label(RichText::new(*text).color(theme::colors().text_second));
                    ui.end_row();
                }
            });
        });
    view.help = open;
}

/// A bent arrow to the left.
fn draw_undo(painter: &Painter, rect: Rect, color: Color32) {
    draw_arrow(painter, rect, color, 1.0);
}

fn draw_redo(painter: &Painter, rect: Rect, color: Color32) {
    draw_arrow(painter, rect, color, -1.0);
}

fn draw_arrow(painter: &Painter, rect: Rect, color: Color32, side: f32) {
    let c = rect.center();
    let at = |x: f32, y: f32| pos2(c.x + side * x, c.y + y);
    let stroke = Stroke::new(1.5, color);
    painter.add(Shape::line(vec![at(-2.5, -5.0), at(-5.5, -2.0), at(-2.5, 1.0)], stroke));
    let bend = vec![
        at(-5.5, -2.0),
        at(2.0, -2.0),
        at(4.4, -1.0),
        at(5.4, 1.2),
        at(4.4, 3.6),
        at(2.0, 4.6),
        at(-1.0, 4.6),
    ];
    painter.add(Shape::line(bend, stroke));
}

/// An angle that points down.
pub(crate) fn draw_down(painter: &Painter, rect: Rect, color: Color32) {
    let c = rect.center();
    let points = vec![c + vec2(-3.5, -1.5), c + vec2(0.0, 2.0), c + vec2(3.5, -1.5)];
    painter.add(Shape::line(points, Stroke::new(1.5, color)));
}
