//! Hands to the host's window the keys that the editor has no use for (X11).
//!
//! Who clicks in the editor gives its window the keyboard, and the X server asks nobody else then: Space would not start the transport any
//! more until the host was clicked (baseview 0.4.2 listens to every key and hands none on). The keys are listened to once more here, and
//! those that are not wanted are sent on to the nearest window around the editor's that takes keys.

use crate::keys::Wanted;
use egui::Plugin;
use nice_plug_egui::{Frame, Key};
use raw_window_handle::{HasWindowHandle, RawWindowHandle};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};
use std::thread::JoinHandle;
use x11rb::connection::Connection;
use x11rb::errors::ReplyError;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    ChangeWindowAttributesAux, ClientMessageEvent, ConnectionExt as _, CreateWindowAux, EventMask,
    KeyButMask, KeyPressEvent, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;

/// Hands keys on until it is dropped, with the window's context.
pub(crate) struct KeysToHost {
    wanted: Arc<AtomicU8>,
    connection: Arc<RustConnection>,
    /// A window of the connection's own, that nobody sees: what is sent to it ends the thread.
    bell: Window,
    thread: Option<JoinHandle<()>>,
}

impl KeysToHost {
    /// [gui-thread] For the window of a frame; none where it is no window of X11's, or the server or the system gives nothing: no key is
    /// handed on then.
    pub(crate) fn begin(frame: &Frame) -> Option<Self> {
        let window = match frame.baseview_window().window_handle().ok()?.as_raw() {
            RawWindowHandle::Xlib(handle) => u32::try_from(handle.window).ok()?,
            RawWindowHandle::Xcb(handle) => handle.window.get(),
            _ => return None,
        };
        Self::of(window)
    }

    fn of(window: Window) -> Option<Self> {
        let (connection, screen) = x11rb::connect(None).ok()?;
        let connection = Arc::new(connection);
        let bell = connection.generate_id().ok()?;
        let root = connection.setup().roots[screen].root;
        let (depth, visual) = (x11rb::COPY_DEPTH_FROM_PARENT, x11rb::COPY_FROM_PARENT);
        let none = CreateWindowAux::new();
        connection
            .create_window(depth, bell, root, 0, 0, 1, 1, 0, WindowClass::INPUT_ONLY, visual, &none)
            .ok()?;
        // Each client that listens to a window has a mask of its own.
        let keys = ChangeWindowAttributesAux::new().event_mask(EventMask::KEY_PRESS | EventMask::KEY_RELEASE);
        connection.change_window_attributes(window, &keys).ok()?.check().ok()?;
        let wanted = Arc::new(AtomicU8::new(Wanted::default().to_bits()));
        let (listens, looks) = (connection.clone(), wanted.clone());
        let thread = std::thread::Builder::new().name("lacquer-keys".into());
        let thread = thread.spawn(move || listen(&listens, window, &looks)).ok()?;
        Some(Self { wanted, connection, bell, thread: Some(thread) })
    }

    /// Tells which keys the editor has use for from now on.
    pub(crate) fn set(&self, wanted: Wanted) {
        self.wanted.store(wanted.to_bits(), Relaxed);
    }
}

impl Plugin for KeysToHost {
    fn debug_name(&self) -> &'static str {
        "keys to host"
    }
}

impl Drop for KeysToHost {
    fn drop(&mut self) {
        let message = ClientMessageEvent::new(32, self.bell, self.bell, [0u32; 5]);
        // Sent to no mask, it goes to whoever made the window. A server that does not answer ends the thread as well.
        let _ = self.connection.send_event(false, self.bell, EventMask::NO_EVENT, message);
        let _ = self.connection.flush();
        if let Some(thread) = self.thread.take() {
            // A panic there ends the handing on and nothing else.
            let _ = thread.join();
        }
    }
}

/// Set in an event that another program has sent: a host that hands its keys on to the editor must not get them back.
const SENT: u8 = 0x80;

/// Takes events until the bell's.
fn listen(connection: &RustConnection, window: Window, wanted: &AtomicU8) {
    while let Ok(event) = connection.wait_for_event() {
        // A key that cannot be handed on is lost, as all of them would be without this.
        let _ = match event {
            Event::KeyPress(event) | Event::KeyRelease(event) if event.response_type & SENT != 0 => Ok(()),
            Event::KeyPress(event) => hand_on(connection, window, wanted, event, EventMask::KEY_PRESS),
            Event::KeyRelease(event) => hand_on(connection, window, wanted, event, EventMask::KEY_RELEASE),
            Event::ClientMessage(_) => return,
            _ => Ok(()),
        };
    }
}

fn hand_on(
    connection: &RustConnection,
    window: Window,
    wanted: &AtomicU8,
    event: KeyPressEvent,
    mask: EventMask,
) -> Result<(), ReplyError> {
    let wanted = Wanted::from_bits(wanted.load(Relaxed));
    let symbols = connection.get_keyboard_mapping(event.detail, 1)?.reply()?.keysyms;
    let shifted = usize::from(event.state.contains(KeyButMask::SHIFT));
    let symbol = symbols.get(shifted).filter(|symbol| **symbol != 0).or(symbols.first()).copied();
    let commands = KeyButMask::CONTROL | KeyButMask::MOD1 | KeyButMask::MOD4;
    let is_command = u16::from(event.state) & u16::from(commands) != 0;
    if symbol.and_then(key).is_some_and(|key| wanted.has(&key, is_command)) {
        return Ok(());
    }
    let Some(host) = listener_around(connection, window, mask)? else { return Ok(()) };
    let event = KeyPressEvent { event: host, child: x11rb::NONE, ..event };
    connection.send_event(false, host, mask, event)?;
    Ok(connection.flush()?)
}

/// The nearest window around one that somebody listens to in this way; none below the root, which is the window manager's.
fn listener_around(
    connection: &RustConnection,
    window: Window,
    mask: EventMask,
) -> Result<Option<Window>, ReplyError> {
    let mut tree = connection.query_tree(window)?.reply()?;
    while tree.parent != tree.root && tree.parent != x11rb::NONE {
        let window = tree.parent;
        if connection.get_window_attributes(window)?.reply()?.all_event_masks.contains(mask) {
            return Ok(Some(window));
        }
        tree = connection.query_tree(window)?.reply()?;
    }
    Ok(None)
}

/// The key of a symbol of X11's (`keysymdef.h`), of those that the editor may have use for.
fn key(symbol: u32) -> Option<Key> {
    let name = match symbol {
        0x20..=0x7e => return Some(Key::Character(char::from_u32(symbol)?.to_string())),
        0xff09 => "Tab",
        0xff0d => "Enter",
        0xff1b => "Escape",
        0xff51 => "ArrowLeft",
        0xff52 => "ArrowUp",
        0xff53 => "ArrowRight",
        0xff54 => "ArrowDown",
        0xffff => "Delete",
        _ => return None,
    };
    name.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};
    use x11rb::CURRENT_TIME;
    use x11rb::protocol::xproto::{InputFocus, KEY_PRESS_EVENT, KEY_RELEASE_EVENT};
    use x11rb::protocol::xtest::ConnectionExt as _;

    /// What the window around the editor's hears of a key with a symbol, within a second.
    fn is_handed_on(symbol: u32, wanted: Wanted) -> bool {
        let (host, screen) = x11rb::connect(None).expect("an X server, as xvfb-run gives one");
        let root = host.setup().roots[screen].root;
        let window = |parent, mask| {
            let (depth, visual) = (x11rb::COPY_DEPTH_FROM_PARENT, x11rb::COPY_FROM_PARENT);
            let (id, listens) = (host.generate_id().expect("an id"), CreateWindowAux::new().event_mask(mask));
            let class = WindowClass::INPUT_OUTPUT;
            host.create_window(depth, id, parent, 0, 0, 9, 9, 0, class, visual, &listens).expect("a window");
            host.map_window(id).expect("a window");
            id
        };
        // Around the editor's is one that takes no keys, and around that one the host's.
        let outer = window(root, EventMask::KEY_PRESS);
        let editor = window(window(outer, EventMask::NO_EVENT), EventMask::KEY_PRESS);
        host.set_input_focus(InputFocus::PARENT, editor, CURRENT_TIME).expect("a server");
        host.get_input_focus().expect("a server").reply().expect("a server");
        let keys = KeysToHost::of(editor).expect("a thread");
        keys.set(wanted);
        let setup = host.setup();
        let count = setup.max_keycode - setup.min_keycode + 1;
        let mapping = host.get_keyboard_mapping(setup.min_keycode, count).expect("a server");
        let mapping = mapping.reply().expect("a keyboard");
        let each = usize::from(mapping.keysyms_per_keycode);
        let place = mapping.keysyms.chunks(each).position(|symbols| symbols[0] == symbol).expect("a key");
        let code = setup.min_keycode + place as u8;
        for pressed in [KEY_PRESS_EVENT, KEY_RELEASE_EVENT] {
            host.xtest_fake_input(pressed, code, CURRENT_TIME, root, 0, 0, 0).expect("a server");
        }
        host.flush().expect("a server");
        let since = Instant::now();
        while since.elapsed() < Duration::from_secs(1) {
            match host.poll_for_event().expect("a server") {
                Some(Event::KeyPress(event)) if event.event == outer => return true,
                _ => std::thread::sleep(Duration::from_millis(5)),
            }
        }
        false
    }

    #[test]
    fn the_host_gets_the_keys_that_mean_nothing_here() {
        let (space, x, escape) = (0x20, 0x78, 0xff1b);
        let letters = Wanted::from_bits(2);
        let typing = Wanted::from_bits(1);
        assert!(is_handed_on(space, letters), "Space is the transport's");
        assert!(!is_handed_on(x, letters), "X compares");
        assert!(is_handed_on(x, Wanted::default()), "letters are the host's where it is said so");
        assert!(!is_handed_on(escape, Wanted::default()));
        assert!(!is_handed_on(space, typing), "what is typed is typed");
    }
}
