//! The keys that are the window's and not a widget's.

use crate::host::Host;
use crate::strip;
use crate::view::View;
use egui::{Context, Modifiers, Ui};
use lacquer_dsp::chain::StageId;
use lacquer_dsp::monitor::Solo;
use nice_plug_egui::{Key, KeyCapture};

/// Escape ends everything that is only heard; X compares mix and master, M, S and D are mono, side and dim; Ctrl-Z undoes, with Shift it
/// does again; [ and ] step through the stages, P switches the chosen one. What is typed into a field is the field's, the key that closes
/// it too.
pub(crate) fn keys(ui: &Ui, host: &Host, view: &mut View) {
    use egui::Key;
    let types = ui.ctx().text_edit_focused();
    let has_popup = egui::Popup::is_any_open(ui.ctx());
    // The key that closes a menu is the menu's.
    let had_popup = std::mem::replace(&mut view.had_popup, has_popup) || has_popup;
    if std::mem::replace(&mut view.typed, types) || types {
        return;
    }
    // What is typed over an open menu looks for something in it.
    if has_popup {
        return;
    }
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    if pressed(Key::Escape) {
        escape(had_popup, view);
    }
    if !host.session(|session| session.letters_to_host) {
        letters(&pressed, host, view);
    }
    // With Shift first: a key that is asked for without it is found with it too.
    if ui.input_mut(|input| input.consume_key(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z)) {
        host.redo();
    } else if ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::Z)) {
        host.undo();
    }
    let place = StageId::ALL.iter().position(|stage| *stage == view.stage).unwrap_or(0);
    let last = StageId::ALL.len() - 1;
    // A window's own events have no such keys, but what they write.
    let writes = |text: &str| ui.input(|input| input.events.contains(&egui::Event::Text(text.to_owned())));
    if pressed(Key::OpenBracket) || writes("[") {
        view.stage = StageId::ALL[place.saturating_sub(1)];
    }
    if pressed(Key::CloseBracket) || writes("]") {
        view.stage = StageId::ALL[(place + 1).min(last)];
    }
}

/// The keys that a host may want for itself.
fn letters(pressed: &dyn Fn(egui::Key) -> bool, host: &Host, view: &mut View) {
    use egui::Key;
    if pressed(Key::X) {
        view.flip_compare();
    }
    if pressed(Key::M) {
        view.toggle_solo(Solo::Mid);
    }
    if pressed(Key::S) {
        view.toggle_solo(Solo::Side);
    }
    if pressed(Key::D) {
        view.monitor.settings.dim = !view.monitor.settings.dim;
    }
    if pressed(Key::P) {
        strip::switch(host, view.stage, !strip::is_on(host, view.stage));
    }
}

/// Closes what is open, or else hears the master as it is. A blind test keeps what was answered: it has its own end.
fn escape(had_popup: bool, view: &mut View) {
    if had_popup || std::mem::take(&mut view.help) {
        return;
    }
    view.stop_monitoring();
}

/// Which keys the editor has use for: all while something is typed, else those that mean something here. Space is the transport's, and
/// letters if the engineer says so. The host gets the others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    types: bool,
    letters: bool,
    /// Whether a control has the keyboard.
    focus: bool,
}

impl Wanted {
    /// Of a window; `letters` are the editor's or the host's.
    pub fn of(context: &Context, letters: bool) -> Self {
        let focus = context.memory(|memory| memory.focused().is_some());
        Self { types: context.text_edit_focused(), letters, focus }
    }

    /// As the framework wants it.
    pub fn capture(self) -> KeyCapture {
        if self.types { KeyCapture::CaptureAll } else { KeyCapture::CaptureKeys(self.keys()) }
    }

    /// Whether a key is among them; `is_command`: with Ctrl, Alt or Super.
    #[cfg(target_os = "linux")]
    pub fn has(self, key: &Key, is_command: bool) -> bool {
        // Of commands undo and redo alone mean something here.
        let is_undo = matches!(key, Key::Character(letter) if letter.eq_ignore_ascii_case("z"));
        self.types || (!is_command || is_undo) && self.keys().contains(key)
    }

    fn keys(self) -> Vec<Key> {
        let letters = if self.letters { "mMpPsSdDxX" } else { "" };
        let characters = "[]zZ0123456789+-.".chars().chain(letters.chars());
        let mut keys: Vec<Key> = characters.map(|letter| Key::Character(letter.to_string())).collect();
        if self.focus {
            keys.extend(
                ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Enter", "Delete"]
                    .into_iter()
                    .filter_map(named),
            );
        }
        keys.extend(["Escape", "Tab"].into_iter().filter_map(named));
        keys
    }

    /// In one number, for another thread.
    #[cfg(target_os = "linux")]
    pub fn to_bits(self) -> u8 {
        u8::from(self.types) | u8::from(self.letters) << 1 | u8::from(self.focus) << 2
    }

    /// Back from it.
    #[cfg(target_os = "linux")]
    pub fn from_bits(bits: u8) -> Self {
        Self { types: bits & 1 != 0, letters: bits & 2 != 0, focus: bits & 4 != 0 }
    }
}

/// A key by the name that the W3C's UI Events give it.
fn named(name: &str) -> Option<Key> {
    name.parse().ok()
}
