//! A window of the host's, for editors.

use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    ConnectionExt, CreateWindowAux, EventMask, ImageFormat, KEY_PRESS_EVENT, KEY_RELEASE_EVENT, KeyButMask,
    KeyPressEvent, WindowClass,
};

/// A window for editors.
pub struct Screen {
    connection: x11rb::rust_connection::RustConnection,
    /// The window's number.
    pub window: u32,
}

impl Screen {
    /// Opens one, if there is a screen.
    pub fn open() -> Option<Self> {
        let screen = Self::hidden()?;
        screen.show()?;
        Some(screen)
    }

    /// Makes one that is not shown yet, if there is a screen.
    pub fn hidden() -> Option<Self> {
        std::env::var_os("DISPLAY")?;
        let (connection, screen) = x11rb::connect(None).ok()?;
        let window = connection.generate_id().ok()?;
        let screen = &connection.setup().roots[screen];
        let (depth, root, visual) = (screen.root_depth, screen.root, screen.root_visual);
        let class = WindowClass::INPUT_OUTPUT;
        let settings = CreateWindowAux::new().background_pixel(0);
        connection
            .create_window(depth, window, root, 0, 0, 1000, 600, 0, class, visual, &settings)
            .ok()?
            .check()
            .ok()?;
        Some(Self { connection, window })
    }

    /// Presses a key over the editor, by its number; false if there is none.
    pub fn press(&self, key: u8) -> bool {
        let children = self.connection.query_tree(self.window).unwrap().reply().unwrap().children;
        let Some(editor) = children.first().copied() else { return false };
        for kind in [KEY_PRESS_EVENT, KEY_RELEASE_EVENT] {
            let event = KeyPressEvent {
                response_type: kind,
                detail: key,
                sequence: 0,
                time: x11rb::CURRENT_TIME,
                root: self.window,
                event: editor,
                child: x11rb::NONE,
                root_x: 0,
                root_y: 0,
                event_x: 0,
                event_y: 0,
                state: KeyButMask::default(),
                same_screen: true,
            };
            // Without a mask it goes to whoever made the window.
            self.connection.send_event(false, editor, EventMask::NO_EVENT, event).unwrap().check().unwrap();
        }
        true
    }

    /// Shows it.
    pub fn show(&self) -> Option<()> {
        self.connection.map_window(self.window).ok()?.check().ok()
    }

    /// Paints the window black again.
    pub fn clear(&self) {
        self.connection.clear_area(false, self.window, 0, 0, 0, 0).unwrap().check().unwrap();
    }

    /// Whether anything is seen at the left of the editor's top bar.
    pub fn is_painted(&self) -> bool {
        let picture =
            self.connection.get_image(ImageFormat::Z_PIXMAP, self.window, 4, 4, 1, 1, !0).unwrap().reply();
        picture.is_ok_and(|picture| picture.data[..3].iter().any(|value| *value != 0))
    }
}
