//! Menus of parameters, both ways: the host's entries in the editor's menu, and the plugin's in the host's.
//!
//! The host's menu is the main thread's, the editor another's: the editor's calls wait in [`MenuCalls`] until the host calls
//! `on_main_thread`.

use super::edge;
use super::host::{FacedHost, real};
use super::instance::Edge;
use clap_sys::ext::context_menu::{
    CLAP_CONTEXT_MENU_ITEM_BEGIN_SUBMENU, CLAP_CONTEXT_MENU_ITEM_CHECK_ENTRY,
    CLAP_CONTEXT_MENU_ITEM_END_SUBMENU, CLAP_CONTEXT_MENU_ITEM_ENTRY, CLAP_CONTEXT_MENU_ITEM_SEPARATOR,
    CLAP_CONTEXT_MENU_ITEM_TITLE, CLAP_CONTEXT_MENU_TARGET_KIND_PARAM, clap_context_menu_builder,
    clap_context_menu_check_entry, clap_context_menu_entry, clap_context_menu_item_kind,
    clap_context_menu_item_title, clap_context_menu_submenu, clap_context_menu_target,
    clap_plugin_context_menu,
};
use clap_sys::plugin::clap_plugin;
use lacquer_gui::host_menu::{Call, Item};
use lacquer_params::Tree;
use std::ffi::{c_char, c_void};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Most lines that are taken of a host's menu, and letters of one.
const LINES: usize = 256;
const LETTERS: usize = 256;

/// The number of the plugin's one entry.
const RESET: u32 = 1;

/// What the editor has asked for, and whom to wake for it.
#[derive(Default)]
pub(super) struct MenuCalls(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    calls: Vec<Call>,
    host: Option<HostPointer>,
}

struct HostPointer(*const FacedHost);
// SAFETY: only its `request_callback` is called, which any thread may, and only until `disconnect`.
unsafe impl Send for HostPointer {}

impl MenuCalls {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        // Every change of it is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// [gui-thread] Leaves a call, and asks the host to fetch it.
    fn leave(&self, call: Call) {
        let mut waiting = self.waiting();
        if let Some(host) = &waiting.host {
            // SAFETY: the host is there until `disconnect`, which waits for this lock.
            unsafe { &*host.0 }.request_callback();
            waiting.calls.push(call);
        }
    }

    /// [main-thread] The host goes.
    pub(super) fn disconnect(&self) {
        *self.waiting() = Waiting::default();
    }
}

/// [main-thread] Lets the editor ask, if the host has a menu.
pub(super) fn connect(edge: &Edge) {
    if edge.host.tables.menu.is_some() {
        edge.menu.waiting().host = Some(HostPointer(&raw const *edge.host));
        let calls = edge.menu.clone();
        edge.handles.status.menu.connect(move |call| calls.leave(call));
    }
}

/// [main-thread] Does what the editor has asked for.
pub(super) fn answer(edge: &Edge) {
    let calls = std::mem::take(&mut edge.menu.waiting().calls);
    for call in calls {
        let (Call::Ask { id } | Call::Perform { id, .. }) = &call;
        let Some(hash) = edge.table.hash_of(id) else { continue };
        let target = clap_context_menu_target { kind: CLAP_CONTEXT_MENU_TARGET_KIND_PARAM, id: hash };
        match call {
            Call::Ask { id } => {
                let mut items = Vec::new();
                let builder = clap_context_menu_builder {
                    ctx: (&raw mut items).cast(),
                    add_item: Some(add_item),
                    supports: Some(supports),
                };
                real!(edge.host, menu, populate(&target, &builder), false);
                edge.handles.status.menu.set_items(&id, items);
                edge.handles.status.wake();
            }
            Call::Perform { action, .. } => {
                real!(edge.host, menu, perform(&target, action), false);
            }
        }
    }
}

unsafe extern "C" fn supports(
    _: *const clap_context_menu_builder,
    kind: clap_context_menu_item_kind,
) -> bool {
    kind <= CLAP_CONTEXT_MENU_ITEM_TITLE
}

/// A label that a host gives, within bounds.
///
/// # Safety
///
/// `label` is null or a string.
unsafe fn text(label: *const c_char) -> String {
    // SAFETY: the caller's promise.
    let label = unsafe { super::entry::c_str(label) };
    label.map(|label| label.to_string_lossy().chars().take(LETTERS).collect()).unwrap_or_default()
}

unsafe extern "C" fn add_item(
    builder: *const clap_context_menu_builder,
    kind: clap_context_menu_item_kind,
    data: *const c_void,
) -> bool {
    // SAFETY: the host gives back the builder of `answer`, whose list is borrowed by nobody else during the call.
    let Some(items) =
        (unsafe { builder.as_ref().and_then(|builder| builder.ctx.cast::<Vec<Item>>().as_mut()) })
    else {
        return false;
    };
    if items.len() >= LINES {
        return false;
    }
    // SAFETY: CLAP says what `data` is for each kind; it may be null.
    let item = unsafe {
        match kind {
            CLAP_CONTEXT_MENU_ITEM_ENTRY => {
                data.cast::<clap_context_menu_entry>().as_ref().map(|entry| Item::Entry {
                    label: text(entry.label),
                    is_enabled: entry.is_enabled,
                    is_checked: None,
                    action: entry.action_id,
                })
            }
            CLAP_CONTEXT_MENU_ITEM_CHECK_ENTRY => {
                data.cast::<clap_context_menu_check_entry>().as_ref().map(|entry| Item::Entry {
                    label: text(entry.label),
                    is_enabled: entry.is_enabled,
                    is_checked: Some(entry.is_checked),
                    action: entry.action_id,
                })
            }
            CLAP_CONTEXT_MENU_ITEM_SEPARATOR => Some(Item::Separator),
            CLAP_CONTEXT_MENU_ITEM_BEGIN_SUBMENU => data
                .cast::<clap_context_menu_submenu>()
                .as_ref()
                .map(|submenu| Item::Begin(text(submenu.label))),
            CLAP_CONTEXT_MENU_ITEM_END_SUBMENU => Some(Item::End),
            CLAP_CONTEXT_MENU_ITEM_TITLE => data
                .cast::<clap_context_menu_item_title>()
                .as_ref()
                .map(|title| Item::Title(text(title.title))),
            _ => None,
        }
    };
    let is_taken = item.is_some();
    items.extend(item);
    is_taken
}

pub(super) static MENU: clap_plugin_context_menu =
    clap_plugin_context_menu { populate: Some(populate), perform: Some(perform) };

/// The plugin's id of a parameter that a host's menu is about.
///
/// # Safety
///
/// `target` is null or valid.
unsafe fn target_of(edge: &Edge, target: *const clap_context_menu_target) -> Option<&str> {
    // SAFETY: the caller's promise.
    let target = unsafe { target.as_ref() }?;
    let is_parameter = target.kind == CLAP_CONTEXT_MENU_TARGET_KIND_PARAM;
    edge.table.by_id(target.id).filter(|_| is_parameter).map(|parameter| parameter.id.as_str())
}

/// [main-thread] The plugin's entries in the host's menu: for a parameter, back to its default.
unsafe extern "C" fn populate(
    plugin: *const clap_plugin,
    target: *const clap_context_menu_target,
    builder: *const clap_context_menu_builder,
) -> bool {
    let edge = edge!(plugin, false);
    // SAFETY: a host gives a builder that is valid during the call, or null.
    let Some(builder_ref) = (unsafe { builder.as_ref() }) else { return false };
    // SAFETY: as above.
    if unsafe { target_of(edge, target) }.is_none() {
        // Of the plugin as a whole there is nothing to offer.
        return true;
    }
    let entry = clap_context_menu_entry { label: c"Reset".as_ptr(), is_enabled: true, action_id: RESET };
    // SAFETY: the builder's function with the builder; the entry is valid during the call.
    builder_ref
        .add_item
        .is_some_and(|add| unsafe { add(builder, CLAP_CONTEXT_MENU_ITEM_ENTRY, (&raw const entry).cast()) })
}

/// [main-thread]
unsafe extern "C" fn perform(
    plugin: *const clap_plugin,
    target: *const clap_context_menu_target,
    action: u32,
) -> bool {
    let edge = edge!(plugin, false);
    // SAFETY: a host gives a target that is valid during the call, or null.
    let Some(id) = (unsafe { target_of(edge, target) }) else { return false };
    let tree = Tree::over(edge.handles.params.clone());
    let Some(default) = tree.info(id).filter(|_| action == RESET).map(|info| info.default) else {
        return false;
    };
    let is_set = tree.set_plain(id, default).is_ok();
    edge.host.rescan_values();
    edge.handles.status.wake();
    is_set
}
