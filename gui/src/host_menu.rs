//! The host's own entries in a parameter's menu: automation, hardware, whatever it offers. The host lives on its main thread and the
//! editor on another: the editor asks, the host's entries come with a later picture, and a click goes the same way back.

use egui::Ui;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// One line of the host's menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// Something to do.
    Entry {
        /// What it says.
        label: String,
        /// Whether it can be done now.
        is_enabled: bool,
        /// Whether it has a tick; none if it never has one.
        is_checked: Option<bool>,
        /// The host's number for it.
        action: u32,
    },
    /// A line.
    Separator,
    /// A heading.
    Title(String),
    /// What follows, up to its [`Item::End`], is in a menu of this name.
    Begin(String),
    /// The end of a menu in the menu.
    End,
}

/// What the editor wants of the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    /// The entries for a parameter.
    Ask {
        /// The parameter.
        id: String,
    },
    /// An entry was chosen.
    Perform {
        /// The parameter.
        id: String,
        /// The entry's number.
        action: u32,
    },
}

type Calls = Box<dyn Fn(Call) + Send + Sync>;

#[derive(Default)]
struct Shown {
    id: String,
    items: Vec<Item>,
}

/// See the module.
#[derive(Default)]
pub struct HostMenu {
    calls: OnceLock<Calls>,
    shown: Mutex<Shown>,
}

impl HostMenu {
    /// [main-thread] Says who takes the editor's calls to the host; a host without a menu has nobody.
    pub fn connect(&self, calls: impl Fn(Call) + Send + Sync + 'static) {
        // There is one plugin for each status, and it says so once.
        let _ = self.calls.set(Box::new(calls));
    }

    /// [main-thread] The host's entries for a parameter, if it is the one that was asked for last.
    pub fn set_items(&self, id: &str, items: Vec<Item>) {
        let mut shown = self.shown();
        if shown.id == id {
            shown.items = items;
        }
    }

    /// [gui-thread] Asks for a parameter's entries.
    pub(crate) fn ask(&self, id: &str) {
        *self.shown() = Shown { id: id.to_owned(), items: Vec::new() };
        self.call(Call::Ask { id: id.to_owned() });
    }

    /// [gui-thread] The entries, as far as they have come.
    pub(crate) fn entries_ui(&self, ui: &mut Ui, id: &str) {
        let items = {
            let shown = self.shown();
            if shown.id == id { shown.items.clone() } else { Vec::new() }
        };
        if items.is_empty() {
            return;
        }
        ui.separator();
        if let Some(action) = items_ui(ui, &mut items.iter()) {
            self.call(Call::Perform { id: id.to_owned(), action });
            ui.close();
        }
    }

    fn call(&self, call: Call) {
        if let Some(calls) = self.calls.get() {
            calls(call);
        }
    }

    fn shown(&self) -> MutexGuard<'_, Shown> {
        // Every change of it is whole.
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lines up to the end of this menu; the number of the one that was clicked.
fn items_ui<'a>(ui: &mut Ui, items: &mut impl Iterator<Item = &'a Item>) -> Option<u32> {
    let mut chosen = None;
    while let Some(item) = items.next() {
        match item {
            Item::Entry { label, is_enabled, is_checked, action } => {
                let button = egui::Button::selectable(*is_checked == Some(true), label);
                if ui.add_enabled(*is_enabled, button).clicked() {
                    chosen = Some(*action);
                }
            }
            Item::Separator => {
                ui.separator();
            }
            Item::Title(title) => {
                ui.weak(title);
            }
            Item::Begin(label) => {
                // Its lines are fetched whether it is open or not: they are not the outer menu's.
                let inner = inner_items(items);
                ui.menu_button(label, |ui| {
                    chosen = items_ui(ui, &mut inner.into_iter()).or(chosen);
                });
            }
            Item::End => break,
        }
    }
    chosen
}

/// The lines of a menu that has begun.
fn inner_items<'a>(items: &mut impl Iterator<Item = &'a Item>) -> Vec<&'a Item> {
    let mut depth = 1;
    items
        .take_while(|item| {
            depth += match item {
                Item::Begin(_) => 1,
                Item::End => -1,
                _ => 0,
            };
            depth > 0
        })
        .collect()
}
