//! The top bar: name, presets, undo, slots, and what concerns the chain as a whole.

use crate::host::Host;
use crate::presets::preset_ui;
use crate::theme;
use crate::view::View;
use crate::widgets::{choice_ui, icon_ui, small_button_ui, toggle_ui};
use egui::{
    Align, Color32, Key, Layout, Painter, Popup, Rect, RichText, Sense, Shape, Stroke, Ui, pos2, vec2,
};
use lacquer_dsp::monitor::Compare;
use lacquer_params::session::SLOTS;
use lacquer_params::{Preset, Slot, Theme};

/// Names of the slots.
const SLOT_NAMES: [&str; SLOTS] = ["A", "B", "C", "D"];
/// Scales of the window, per cent.
const SCALES: [u32; 6] = [100, 110, 125, 150, 175, 200];
/// Width of the bar from which the quality's menu has its label.
const QUALITY_WIDTH: f32 = 1150.0;
/// The keys that the editor takes.
pub(crate) const KEYS: &[(&str, &str)] = &[
    ("Drag up or right", "more; Shift: a tenth as fast"),
    ("Wheel, arrow keys", "one step; over a node of the equalizer: Q"),
    ("Double-click, Ctrl-click", "back to the default"),
    ("Enter or a digit", "types a value: 3k1, -2, off"),
    ("Right-click", "id for automation, copy, paste, reset"),
    ("Tab", "to the next control"),
    ("[ and ]", "to the stage before and after"),
    ("P", "switches the stage"),
    ("M", "mix or master, equally loud"),
    ("Ctrl-Z, Shift-Ctrl-Z", "undo and redo"),
    ("Esc", "hears the master as it is"),
];

pub(crate) fn header_ui(ui: &mut Ui, host: &Host, factory: &[Preset], view: &mut View) {
    let rect = ui.max_rect();
    let colors = theme::colors();
    ui.painter().rect_filled(rect, 0.0, colors.bar);
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, theme::line(colors.seam));
    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
        ui.add_space(theme::PADDING);
        ui.label(RichText::new("Lacquer").font(theme::main_font()).color(colors.text));
        ui.add_space(theme::MARGIN);
        preset_ui(ui, host, factory, view);
        ui.add_space(theme::MARGIN);
        undo_ui(ui, host, view);
        ui.add_space(theme::MARGIN);
        slots_ui(ui, host, view);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add_space(theme::PADDING);
            window_menu_ui(ui, host, view);
            ui.add_space(theme::MARGIN);
            toggle_ui(ui, host, "bypass", "Bypass", 60.0, view);
            ui.add_space(theme::MARGIN);
            compare_ui(ui, view);
            ui.add_space(theme::MARGIN);
            choice_ui(ui, host, "quality", 84.0, view);
            if rect.width() > QUALITY_WIDTH {
                ui.label(RichText::new("Quality").font(theme::label_font()).color(colors.text_third));
            }
        });
    });
}

/// Mix against master at equal loudness, and what the chain changes.
fn compare_ui(ui: &mut Ui, view: &mut View) {
    // From right to left, as the bar is laid out here.
    let delta = view.wish.settings.delta;
    if small_button_ui(ui, 52.0, "Delta", delta, "Plays what the chain changes apart from its gain.", view)
        .clicked()
    {
        view.wish.settings.delta = !delta;
    }
    ui.add_space(theme::GAP);
    for (compare, label, hint) in [
        (Compare::Master, "Master", "Plays the master no louder than the mix.   M"),
        (Compare::Mix, "Mix", "Plays the unmastered mix no louder than the master, in time with it.   M"),
    ] {
        let on = view.wish.settings.compare == compare;
        if small_button_ui(ui, 56.0, label, on, hint, view).clicked() {
            view.toggle_compare(compare);
        }
    }
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
        let steps = host.history.borrow().steps();
        if steps.is_empty() {
            ui.weak("Nothing was changed yet.");
        }
        egui::ScrollArea::vertical().max_height(360.0).show(ui, |ui| {
            for (distance, name) in steps {
                let text = if distance == 0 { format!("{name}   (now)") } else { name };
                if ui.selectable_label(distance == 0, text).clicked() {
                    (back, forth) = ((-distance).max(0), distance.max(0));
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

fn slots_ui(ui: &mut Ui, host: &Host, view: &mut View) {
    let chosen = host.session(|session| session.slot);
    for (n, name) in SLOT_NAMES.into_iter().enumerate() {
        let hint = format!("Slot {name}: settings to compare. Right-click copies what you hear into it.");
        let response = small_button_ui(ui, 26.0, name, n == chosen, &hint, view);
        if response.clicked() && n != chosen {
            switch_slot(host, n);
        }
        response.context_menu(|ui| {
            if ui
                .add_enabled(n != chosen, egui::Button::new(format!("Copy the settings to {name}")))
                .clicked()
            {
                let slot = Slot::of(host.tree);
                host.edit_session(|session| session.slots[n] = Some(slot));
                ui.close();
            }
        });
    }
}

/// Keeps the settings in their slot and takes those of another; an empty one begins as a copy.
fn switch_slot(host: &Host, to: usize) {
    let now = Slot::of(host.tree);
    let wanted = host.session(|session| session.slots[to].clone());
    host.edit_session(|session| {
        session.slots[session.slot] = Some(now);
        session.slot = to;
    });
    if let Some(slot) = wanted {
        host.name_step(&format!("Slot {}", SLOT_NAMES[to]));
        host.set_all(&slot.values(host.tree));
    }
}

/// How the window looks, and the keys.
fn window_menu_ui(ui: &mut Ui, host: &Host, view: &mut View) {
    let (theme, scale) = host.session(|session| (session.theme, session.scale_percent));
    let hint = "Scale and colours of the window, and the keys.";
    let button = small_button_ui(ui, 56.0, "Window", false, hint, view);
    Popup::menu(&button).show(|ui| {
        ui.set_min_width(180.0);
        ui.weak("Scale");
        for percent in SCALES {
            if ui.selectable_label(percent == scale, format!("{percent} %")).clicked() {
                host.edit_session(|session| session.scale_percent = percent);
            }
        }
        ui.separator();
        ui.weak("Colours");
        for (other, name) in [(Theme::Dark, "Dark"), (Theme::Light, "Light")] {
            if ui.selectable_label(other == theme, name).clicked() {
                host.edit_session(|session| session.theme = other);
            }
        }
        ui.separator();
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
    view.help = open && !ui.input(|input| input.key_pressed(Key::Escape));
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
