//! The keys that are the window's and not a widget's.

use crate::host::Host;
use crate::strip;
use crate::view::View;
use egui::{Context, Modifiers, Ui};
use lacquer_dsp::chain::StageId;
use nice_plug_egui::{Key, KeyCapture};

/// Escape ends everything that is only heard; M compares mix and master; Ctrl-Z undoes, with Shift it does again; [ and ] step through
/// the stages, P switches the chosen one. What is typed into a field is the field's.
pub(crate) fn keys(ui: &Ui, host: &Host, view: &mut View) {
    use egui::Key;
    if ui.ctx().egui_wants_keyboard_input() && ui.ctx().text_edit_focused() {
        return;
    }
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    if pressed(Key::Escape) {
        view.stop_monitoring();
    }
    if pressed(Key::M) {
        view.flip_compare();
    }
    // With Shift first: a key that is asked for without it is found with it too.
    if ui.input_mut(|input| input.consume_key(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z)) {
        host.redo();
    } else if ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::Z)) {
        host.undo();
    }
    let place = StageId::ALL.iter().position(|stage| *stage == view.stage).unwrap_or(0);
    let last = StageId::ALL.len() - 1;
    if pressed(Key::OpenBracket) {
        view.stage = StageId::ALL[place.saturating_sub(1)];
    }
    if pressed(Key::CloseBracket) {
        view.stage = StageId::ALL[(place + 1).min(last)];
    }
    if pressed(Key::P) {
        let on = strip::is_on(host, view.stage);
        host.set_plain(&format!("{}_on", view.stage.stem()), f64::from(!on));
    }
}

/// The keys that the host does not get: all while something is typed, else those that mean something here. Space is the transport's.
pub(crate) fn captured(context: &Context) -> KeyCapture {
    if context.text_edit_focused() {
        return KeyCapture::CaptureAll;
    }
    let letters = "[]mMpPzZ0123456789+-.".chars().map(|letter| Key::Character(letter.to_string()));
    let mut keys: Vec<Key> = letters.collect();
    if context.memory(|memory| memory.focused().is_some()) {
        keys.extend(
            ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Enter", "Delete"]
                .into_iter()
                .filter_map(named),
        );
    }
    keys.extend(["Escape", "Tab"].into_iter().filter_map(named));
    KeyCapture::CaptureKeys(keys)
}

/// A key by the name that the W3C's UI Events give it.
fn named(name: &str) -> Option<Key> {
    name.parse().ok()
}
