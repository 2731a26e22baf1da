//! A window of the host's on Windows, with the loop of messages that an editor lives on there.

use std::ptr::{null, null_mut};
use std::time::{Duration, Instant};
use windows_sys::Win32::Foundation::{HWND, POINT, RECT};
use windows_sys::Win32::Graphics::Gdi::ClientToScreen;
use windows_sys::Win32::System::LibraryLoader::GetModuleHandleW;
use windows_sys::Win32::UI::Input::KeyboardAndMouse::{
    INPUT, INPUT_0, INPUT_MOUSE, MOUSEEVENTF_LEFTDOWN, MOUSEEVENTF_LEFTUP, MOUSEINPUT, SendInput,
};
use windows_sys::Win32::UI::WindowsAndMessaging::{
    AdjustWindowRect, CreateWindowExW, DefWindowProcW, DestroyWindow, DispatchMessageW, GW_CHILD, GetWindow,
    MSG, PM_REMOVE, PeekMessageW, RegisterClassW, SetCursorPos, SetForegroundWindow, TranslateMessage,
    WNDCLASSW, WS_CAPTION, WS_CLIPCHILDREN, WS_SYSMENU, WS_VISIBLE,
};

/// How long a button is held, and the pointer rests before it: some pictures of a software renderer.
const PRESS: Duration = Duration::from_millis(400);

/// A window with a title bar.
pub struct Window {
    /// What a plugin is attached to.
    pub handle: HWND,
}

fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().chain([0]).collect()
}

impl Window {
    /// Opens one whose inside has this size, in pixels; none where there is no desktop.
    pub fn open(width: i32, height: i32) -> Option<Self> {
        let (class, title) = (wide("lacquer-host"), wide("A host"));
        let style = WS_CAPTION | WS_SYSMENU | WS_CLIPCHILDREN | WS_VISIBLE;
        let mut around = RECT { left: 0, top: 0, right: width, bottom: height };
        // SAFETY: the texts and the class outlive the calls; a class that is registered already stays as it is.
        let handle = unsafe {
            let module = GetModuleHandleW(null());
            let description = WNDCLASSW {
                lpfnWndProc: Some(DefWindowProcW),
                hInstance: module,
                lpszClassName: class.as_ptr(),
                ..std::mem::zeroed()
            };
            RegisterClassW(&description);
            AdjustWindowRect(&mut around, style, 0);
            let (width, height) = (around.right - around.left, around.bottom - around.top);
            CreateWindowExW(
                0,
                class.as_ptr(),
                title.as_ptr(),
                style,
                0,
                0,
                width,
                height,
                null_mut(),
                null_mut(),
                module,
                null(),
            )
        };
        (!handle.is_null()).then_some(Self { handle })
    }

    /// Serves the messages of this thread's windows for a while, and calls `each` between them.
    pub fn run(&self, time: Duration, mut each: impl FnMut()) {
        let start = Instant::now();
        while start.elapsed() < time {
            // SAFETY: a message of our own on the stack.
            unsafe {
                let mut message: MSG = std::mem::zeroed();
                while PeekMessageW(&mut message, null_mut(), 0, 0, PM_REMOVE) != 0 {
                    TranslateMessage(&message);
                    DispatchMessageW(&message);
                }
            }
            each();
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Whether a window lies in it.
    pub fn has_child(&self) -> bool {
        // SAFETY: our own window.
        !unsafe { GetWindow(self.handle, GW_CHILD) }.is_null()
    }

    /// Presses the left button at a point of the inside, as a person does; `each` as in [`Window::run`].
    pub fn click(&self, x: i32, y: i32, mut each: impl FnMut()) {
        let mut point = POINT { x, y };
        // SAFETY: our own window and point.
        unsafe {
            SetForegroundWindow(self.handle);
            ClientToScreen(self.handle, &mut point);
        }
        // Two steps: the first one brings the pointer in.
        for from in [4, 0] {
            // SAFETY: a call without pointers.
            unsafe { SetCursorPos(point.x + from, point.y) };
            self.run(PRESS, &mut each);
        }
        for flags in [MOUSEEVENTF_LEFTDOWN, MOUSEEVENTF_LEFTUP] {
            let mouse = MOUSEINPUT { dx: 0, dy: 0, mouseData: 0, dwFlags: flags, time: 0, dwExtraInfo: 0 };
            let input = INPUT { r#type: INPUT_MOUSE, Anonymous: INPUT_0 { mi: mouse } };
            // SAFETY: one entry of the size that is told.
            unsafe { SendInput(1, &input, size_of::<INPUT>() as i32) };
            self.run(PRESS, &mut each);
        }
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        // SAFETY: our own window, on its thread.
        unsafe { DestroyWindow(self.handle) };
    }
}
