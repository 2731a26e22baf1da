//! Somebody at the screen: moves, clicks, drags and types through the X server, which tells no program that it was nobody, and looks at the
//! picture.

use std::time::{Duration, Instant};
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ClientMessageEvent, ConfigureWindowAux, ConnectionExt as _,
    EventMask, ImageFormat, InputFocus, KEY_PRESS_EVENT, KEY_RELEASE_EVENT, MOTION_NOTIFY_EVENT, Window,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

/// What X calls keys that have no letter.
pub const RETURN: u32 = 0xff0d;
/// See [`RETURN`].
pub const ESCAPE: u32 = 0xff1b;
/// See [`RETURN`].
pub const CONTROL: u32 = 0xffe3;
/// See [`RETURN`].
pub const SHIFT: u32 = 0xffe1;

/// The button that is clicked.
const BUTTON: u8 = 1;
/// Longer than a busy machine takes to answer a click.
const PATIENCE: Duration = Duration::from_secs(20);
/// Points that a drag stops at: the first of them decide that it is none but a click.
const STOPS: i16 = 10;

/// Somebody at the screen that `DISPLAY` names. What cannot be done there ends the test: there is nobody to tell.
pub struct Person<'a> {
    connection: RustConnection,
    root: Window,
    /// Gives whoever draws on this thread its turn, for a time.
    wait: &'a dyn Fn(Duration),
}

impl<'a> Person<'a> {
    /// Sits down; `wait` lets the program live for a time. None where there is no screen.
    pub fn at_the_screen(wait: &'a dyn Fn(Duration)) -> Option<Self> {
        std::env::var_os("DISPLAY")?;
        let (connection, screen) = x11rb::connect(None).ok()?;
        let root = connection.setup().roots[screen].root;
        Some(Self { connection, root, wait })
    }

    /// Waits until something is so, and whether it is before anybody would lose patience.
    pub fn until(&self, mut is_so: impl FnMut() -> bool) -> bool {
        let started = Instant::now();
        while !is_so() {
            if started.elapsed() > PATIENCE {
                return false;
            }
            self.wait(50);
        }
        true
    }

    fn wait(&self, ms: u64) {
        self.connection.flush().expect("the screen");
        (self.wait)(Duration::from_millis(ms));
    }

    fn input(&self, kind: u8, detail: u8, [x, y]: [i16; 2]) {
        let sent = self.connection.xtest_fake_input(kind, detail, x11rb::CURRENT_TIME, self.root, x, y, 0);
        sent.expect("the screen").check().expect("input of a test");
    }

    /// Moves the pointer to a point of the screen.
    pub fn point(&self, at: [i16; 2]) {
        self.input(MOTION_NOTIFY_EVENT, 0, at);
        self.wait(60);
    }

    fn press(&self) {
        self.input(BUTTON_PRESS_EVENT, BUTTON, [0, 0]);
        self.wait(60);
    }

    fn release(&self) {
        self.input(BUTTON_RELEASE_EVENT, BUTTON, [0, 0]);
        self.wait(60);
    }

    /// Clicks there.
    pub fn click(&self, at: [i16; 2]) {
        self.point(at);
        self.press();
        self.release();
        self.wait(150);
    }

    /// Clicks there twice, long enough after the last click not to be counted with it.
    pub fn double_click(&self, at: [i16; 2]) {
        self.wait(600);
        self.point(at);
        // At once: pictures that take their time would set them apart.
        for kind in [BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT].repeat(2) {
            self.input(kind, BUTTON, [0, 0]);
        }
        self.wait(150);
    }

    /// Drags from one point to another.
    pub fn drag(&self, from: [i16; 2], to: [i16; 2]) {
        self.point(from);
        self.press();
        for stop in 1..=STOPS {
            self.point(std::array::from_fn(|n| from[n] + (to[n] - from[n]) * stop / STOPS));
        }
        self.release();
        self.wait(150);
    }

    /// The number of a key by what it types, and whether it needs Shift.
    fn key_code(&self, symbol: u32) -> (u8, bool) {
        let setup = self.connection.setup();
        let (first, count) = (setup.min_keycode, setup.max_keycode - setup.min_keycode + 1);
        let keys = self.connection.get_keyboard_mapping(first, count).expect("the screen").reply();
        let keys = keys.expect("a keyboard");
        let each = usize::from(keys.keysyms_per_keycode);
        let place = keys.keysyms.iter().enumerate().find(|(n, other)| n % each < 2 && **other == symbol);
        let (place, _) = place.unwrap_or_else(|| panic!("no key types {symbol:#x}"));
        (first + (place / each) as u8, place % each == 1)
    }

    /// Presses a key while others are held; letters are numbered as in ASCII.
    pub fn key(&self, symbol: u32, held: &[u32]) {
        let (code, is_shifted) = self.key_code(symbol);
        let mut held: Vec<u8> = held.iter().map(|symbol| self.key_code(*symbol).0).collect();
        if is_shifted {
            held.push(self.key_code(SHIFT).0);
        }
        held.iter().for_each(|code| self.input(KEY_PRESS_EVENT, *code, [0, 0]));
        self.input(KEY_PRESS_EVENT, code, [0, 0]);
        self.wait(40);
        self.input(KEY_RELEASE_EVENT, code, [0, 0]);
        held.iter().for_each(|code| self.input(KEY_RELEASE_EVENT, *code, [0, 0]));
        self.wait(100);
    }

    /// Types a text of ASCII.
    pub fn type_text(&self, text: &str) {
        text.bytes().for_each(|letter| self.key(u32::from(letter), &[]));
    }

    /// Gives a window the keyboard.
    pub fn focus(&self, window: Window) {
        let focused = self.connection.set_input_focus(InputFocus::PARENT, window, x11rb::CURRENT_TIME);
        focused.expect("the screen").check().expect("a window that is shown");
        self.wait(60);
    }

    /// Pulls a window to a size at the upper left of the screen.
    pub fn resize(&self, window: Window, [width, height]: [u32; 2]) {
        let settings = ConfigureWindowAux::new().x(0).y(0).width(width).height(height);
        self.connection.configure_window(window, &settings).expect("the screen").check().expect("a size");
        self.wait(800);
    }

    /// Asks a window to close, as the cross in its frame does.
    pub fn ask_to_close(&self, window: Window) {
        let atom = |name: &[u8]| {
            let told = self.connection.intern_atom(false, name).expect("the screen").reply();
            told.expect("an atom").atom
        };
        let data = [atom(b"WM_DELETE_WINDOW"), x11rb::CURRENT_TIME, 0, 0, 0];
        let event = ClientMessageEvent::new(32, window, atom(b"WM_PROTOCOLS"), data);
        let sent = self.connection.send_event(false, window, EventMask::NO_EVENT, event);
        sent.expect("the screen").check().expect("a window");
        self.wait(100);
    }

    /// The window that a program shows on the screen with a title, once it is there.
    pub fn find(&self, title: &str, patience: Duration) -> Option<Window> {
        let started = Instant::now();
        while started.elapsed() < patience {
            let all = self.connection.query_tree(self.root).ok()?.reply().ok()?.children;
            let is_it = |window: &Window| {
                let kind = x11rb::protocol::xproto::AtomEnum::ANY;
                let name = x11rb::protocol::xproto::AtomEnum::WM_NAME;
                let told = self.connection.get_property(false, *window, name, kind, 0, 64).ok();
                told.and_then(|told| told.reply().ok()).is_some_and(|name| name.value == title.as_bytes())
            };
            if let Some(window) = all.into_iter().find(is_it) {
                return Some(window);
            }
            self.wait(100);
        }
        None
    }

    /// What is seen in a part of the screen, from a corner: its pixels row by row.
    pub fn look(&self, [x, y]: [i16; 2], [width, height]: [u16; 2]) -> Vec<[u8; 3]> {
        let picture = self.connection.get_image(ImageFormat::Z_PIXMAP, self.root, x, y, width, height, !0);
        let picture = picture.expect("the screen").reply().expect("a picture");
        picture.data.chunks_exact(4).map(|pixel| [pixel[2], pixel[1], pixel[0]]).collect()
    }
}

/// Pixels that two pictures of a size differ in by more than what is rounded.
pub fn differing(one: &[[u8; 3]], other: &[[u8; 3]]) -> usize {
    let differs = |(a, b): &(&[u8; 3], &[u8; 3])| a.iter().zip(*b).any(|(a, b)| a.abs_diff(*b) > 16);
    one.iter().zip(other).filter(differs).count() + one.len().abs_diff(other.len())
}
