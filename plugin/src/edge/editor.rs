//! The editor's window as the framework gets it: the framework's own, with bounds on what a host may ask of it, and an end that is one.
//!
//! - A window whose loop has not begun forgets that it was told to stop, and the host's thread waits for it for ever. So one request
//!   that only a running loop answers goes out at once after it was made.
//! - Its thread has ended when the window is gone (see [`super::window_thread`]).
//! - A panic of the window's thread stays there: the framework would pass it on to the host's thread that closes the window.

use super::window_thread::WindowThread;
use lacquer_gui::{Editor as Egui, Status};
use nice_plug::context::gui::GuiContext;
use nice_plug::editor::dpi::NativeSize;
use nice_plug::editor::{
    Editor, EditorHandle, HostMethods, Modifiers, ParentWindowHandle, ResizeHint, SpawnedEditor,
    VirtualKeyCode,
};
use nice_plug::plugin::TrackInfo;
use std::error::Error;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Scales of a display that a window can be drawn at: a quarter is a mistake already, and no display is at 8.
pub(crate) const SCALES: RangeInclusive<f64> = 0.25..=8.0;
/// Sides of a window, in pixels: what every graphics driver draws into; X11 ends at 32767.
pub(crate) const SIDES: RangeInclusive<u32> = 1..=16_384;

/// Whether a window can have this size.
pub(crate) fn is_size(size: NativeSize<u32>) -> bool {
    SIDES.contains(&size.width) && SIDES.contains(&size.height)
}

type InnerHandle = <Egui as Editor>::Handle;
type InnerWindow = <InnerHandle as EditorHandle>::Window;

/// The editor of one instance. See the module.
pub struct GuardedEditor {
    inner: Egui,
    status: Arc<Status>,
}

impl GuardedEditor {
    /// Guards an editor.
    pub(crate) fn new(inner: Egui, status: Arc<Status>) -> Self {
        Self { inner, status }
    }
}

/// An open editor.
pub struct GuardedHandle(InnerHandle);

/// Its window.
pub struct GuardedWindow {
    /// None once it is closed.
    window: Option<InnerWindow>,
    /// None where no host is (the standalone joins its window itself).
    thread: Option<Arc<WindowThread>>,
    status: Arc<Status>,
}

/// Why a window did not do what a host asked for.
#[derive(Debug, thiserror::Error)]
pub enum WindowError {
    /// There is no such size.
    #[error("a window cannot be {0} by {1} pixels")]
    Size(u32, u32),
    /// There is no such scale.
    #[error("a window cannot be drawn at the scale {0}")]
    Scale(f64),
    /// It is closed.
    #[error("the window is closed")]
    Closed,
    /// The framework's reason.
    #[error("{0}")]
    Framework(String),
}

impl Editor for GuardedEditor {
    type Handle = GuardedHandle;

    fn spawn(
        &self,
        parent: Option<ParentWindowHandle>,
        wait_for_parent: bool,
        scale: Option<f64>,
        context: GuiContext,
        host: Option<HostMethods>,
    ) -> Result<SpawnedEditor<GuardedHandle>, Box<dyn Error>> {
        let thread = host.is_some().then(Arc::<WindowThread>::default);
        let host = host.map(|host| match &thread {
            Some(thread) => HostMethods { main_thread_caller: thread.mark(host.main_thread_caller), ..host },
            None => host,
        });
        // A scale that a host gave before there was a window to refuse it.
        let scale = scale.filter(|scale| SCALES.contains(scale));
        let spawned = self.inner.spawn(parent, wait_for_parent, scale, context, host);
        if spawned.is_err()
            && let Some(thread) = &thread
        {
            thread.wait(self.status.take_thread_name());
        }
        let SpawnedEditor { handle, window } = spawned?;
        let window = GuardedWindow { window: Some(window), thread, status: self.status.clone() };
        let handle = GuardedHandle(handle);
        if wait_for_parent && cfg!(target_os = "linux") {
            // Not visible before and after: a question, and nothing but.
            handle.hide(&window)?;
        }
        Ok(SpawnedEditor { handle, window })
    }

    fn size(&self) -> NativeSize<u32> {
        self.inner.size()
    }

    fn resize_hint(&self) -> ResizeHint {
        self.inner.resize_hint()
    }

    fn track_info_updated(&self, info: TrackInfo) {
        self.inner.track_info_updated(info);
    }

    unsafe fn assume_standalone_in_process(&self) {
        // SAFETY: what is asked of this function's caller is what that function asks.
        unsafe { self.inner.assume_standalone_in_process() }
    }
}

impl GuardedWindow {
    fn with<E: Display>(&self, ask: impl FnOnce(&InnerWindow) -> Result<(), E>) -> Result<(), WindowError> {
        let window = self.window.as_ref().ok_or(WindowError::Closed)?;
        ask(window).map_err(|error| WindowError::Framework(error.to_string()))
    }
}

impl Drop for GuardedWindow {
    fn drop(&mut self) {
        let Some(window) = self.window.take() else { return };
        // What the window's thread died of was said by the panic hook.
        let _ = catch_unwind(AssertUnwindSafe(|| drop(window)));
        if let Some(thread) = &self.thread {
            thread.wait(self.status.take_thread_name());
        }
    }
}

impl EditorHandle for GuardedHandle {
    type Window = GuardedWindow;
    type Error = WindowError;

    fn run_until_closed(mut window: GuardedWindow) -> Result<(), WindowError> {
        let inner = window.window.take().ok_or(WindowError::Closed)?;
        InnerHandle::run_until_closed(inner).map_err(|error| WindowError::Framework(error.to_string()))
    }

    fn set_parent(&self, parent: ParentWindowHandle, window: &GuardedWindow) -> Result<(), WindowError> {
        window.with(|window| self.0.set_parent(parent, window))
    }

    fn show(&self, window: &GuardedWindow) -> Result<(), WindowError> {
        window.with(|window| self.0.show(window))
    }

    fn hide(&self, window: &GuardedWindow) -> Result<(), WindowError> {
        window.with(|window| self.0.hide(window))
    }

    fn set_size(&self, size: NativeSize<u32>, window: &GuardedWindow) -> Result<(), WindowError> {
        if !is_size(size) {
            return Err(WindowError::Size(size.width, size.height));
        }
        window.with(|window| self.0.set_size(size, window))
    }

    fn host_main_thread_callback(&self, window: &GuardedWindow) {
        if let Some(window) = &window.window {
            self.0.host_main_thread_callback(window);
        }
    }

    fn adjust_size(&self, size: NativeSize<u32>, window: &GuardedWindow) -> Option<NativeSize<u32>> {
        let window = window.window.as_ref().filter(|_| is_size(size))?;
        self.0.adjust_size(size, window).filter(|size| is_size(*size))
    }

    fn set_fallback_scale_factor(&self, scale: f64, window: &GuardedWindow) -> Result<(), WindowError> {
        if !SCALES.contains(&scale) {
            return Err(WindowError::Scale(scale));
        }
        window.with(|window| self.0.set_fallback_scale_factor(scale, window))
    }

    fn on_virtual_key_from_host(&self, key: VirtualKeyCode, is_down: bool, modifiers: Modifiers) -> bool {
        self.0.on_virtual_key_from_host(key, is_down, modifiers)
    }

    fn state_changed(&self) {
        self.0.state_changed();
    }

    fn param_value_changed(&self, id: &str, value: f32) {
        self.0.param_value_changed(id, value);
    }

    fn param_modulation_changed(&self, id: &str, offset: f32) {
        self.0.param_modulation_changed(id, offset);
    }
}
