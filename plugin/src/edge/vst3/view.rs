//! The editor's window as the host sees it: one at a time, closed by the view and on the thread that opened it.

use super::caught;
use super::frame::Frame;
use crate::edge::editor::SCALES;
use nice_plug::wrapper::vst3::vst3::Steinberg::{
    FIDString, IPlugFrame, IPlugView, IPlugViewContentScaleSupport,
    IPlugViewContentScaleSupport_::ScaleFactor, IPlugViewContentScaleSupportTrait, IPlugViewTrait, TBool,
    ViewRect, char16, int16, kInternalError, kInvalidArgument, kResultFalse, kResultOk, tresult,
};
use nice_plug::wrapper::vst3::vst3::{Class, ComPtr, ComRef, ComWrapper};
use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::ptr::null_mut;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::ThreadId;

/// The window that is open, of all views of one instance.
#[derive(Default)]
pub(super) struct ViewState(Mutex<Option<Open>>);

struct Open {
    /// The framework's view.
    inner: ComPtr<IPlugView>,
    /// The framework keeps the window to the thread that opened it, and panics on others.
    thread: ThreadId,
}

impl ViewState {
    fn lock(&self) -> MutexGuard<'_, Option<Open>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether `inner` has the open window, and this is its thread.
    fn is_open(&self, inner: &ComPtr<IPlugView>) -> bool {
        let here = std::thread::current().id();
        self.lock().as_ref().is_some_and(|open| open.inner.as_ptr() == inner.as_ptr() && open.thread == here)
    }

    /// The instance goes, or its view: closes the window if the host has not; false if this is the wrong thread for it.
    pub fn close_forgotten(&self) -> bool {
        let open = self.lock().take_if(|open| open.thread == std::thread::current().id());
        if let Some(open) = open {
            // SAFETY: the view was attached on this thread.
            caught(kInternalError, || unsafe { open.inner.removed() });
        }
        self.lock().is_none()
    }
}

pub(super) struct View {
    inner: ComPtr<IPlugView>,
    state: Arc<ViewState>,
    frame: RefCell<Option<Frame>>,
    /// A scale that the host gave before there was a window to take it.
    scale: Cell<Option<ScaleFactor>>,
    /// Itself as the host has it; not counted.
    shown: Cell<*mut IPlugView>,
}

impl Class for View {
    type Interfaces = (IPlugView, IPlugViewContentScaleSupport);
}

impl View {
    /// A view around the framework's.
    pub fn around(inner: ComPtr<IPlugView>, state: &Arc<ViewState>) -> Option<ComPtr<IPlugView>> {
        let view = ComWrapper::new(Self {
            inner,
            state: state.clone(),
            frame: RefCell::default(),
            scale: Cell::default(),
            shown: Cell::new(null_mut()),
        });
        view.shown.set(view.as_com_ref::<IPlugView>()?.as_ptr());
        view.to_com_ptr()
    }

    fn is_open(&self) -> bool {
        self.state.is_open(&self.inner)
    }

    /// Asks the framework's view, if its window is open and this is its thread.
    fn ask(&self, call: impl FnOnce(&ComPtr<IPlugView>) -> tresult) -> tresult {
        if self.is_open() { caught(kInternalError, || call(&self.inner)) } else { kResultFalse }
    }

    fn set_inner_frame(&self, frame: Option<Frame>) -> tresult {
        let shown = frame.as_ref().map_or(null_mut(), Frame::shown);
        // SAFETY: a frame of ours or none; the framework counts it.
        let result = caught(kInternalError, || unsafe { self.inner.setFrame(shown) });
        // Only now: until then the framework may still use the one before.
        if let Some(before) = self.frame.replace(frame) {
            before.retire();
        }
        result
    }

    fn scale_inner(&self, scale: ScaleFactor) -> tresult {
        let Some(inner) = self.inner.cast::<IPlugViewContentScaleSupport>() else { return kResultFalse };
        // SAFETY: a call without pointers.
        caught(kInternalError, || unsafe { inner.setContentScaleFactor(scale) })
    }
}

impl Drop for View {
    fn drop(&mut self) {
        if self.is_open() {
            self.state.close_forgotten();
        }
        self.set_inner_frame(None);
    }
}

impl IPlugViewTrait for View {
    unsafe fn isPlatformTypeSupported(&self, kind: FIDString) -> tresult {
        if kind.is_null() {
            return kInvalidArgument;
        }
        // SAFETY: a text of the host's.
        caught(kInternalError, || unsafe { self.inner.isPlatformTypeSupported(kind) })
    }

    unsafe fn attached(&self, parent: *mut c_void, kind: FIDString) -> tresult {
        // SAFETY: as above. The framework would take another system's window for one of its own.
        if parent.is_null() || unsafe { self.isPlatformTypeSupported(kind) } != kResultOk {
            return kInvalidArgument;
        }
        if self.state.lock().is_some() {
            return kResultFalse;
        }
        // SAFETY: a window of the host's, of a kind that there is here.
        let result = caught(kInternalError, || unsafe { self.inner.attached(parent, kind) });
        if result == kResultOk {
            let open = Open { inner: self.inner.clone(), thread: std::thread::current().id() };
            *self.state.lock() = Some(open);
            if let Some(scale) = self.scale.get() {
                self.scale_inner(scale);
            }
        }
        result
    }

    unsafe fn removed(&self) -> tresult {
        if !self.is_open() {
            return kResultFalse;
        }
        *self.state.lock() = None;
        // SAFETY: a call without arguments, of the view that was attached, on its thread.
        caught(kInternalError, || unsafe { self.inner.removed() })
    }

    unsafe fn onWheel(&self, distance: f32) -> tresult {
        // SAFETY: a call without pointers.
        self.ask(|inner| unsafe { inner.onWheel(distance) })
    }

    unsafe fn onKeyDown(&self, key: char16, code: int16, modifiers: int16) -> tresult {
        // SAFETY: as above.
        self.ask(|inner| unsafe { inner.onKeyDown(key, code, modifiers) })
    }

    unsafe fn onKeyUp(&self, key: char16, code: int16, modifiers: int16) -> tresult {
        // SAFETY: as above.
        self.ask(|inner| unsafe { inner.onKeyUp(key, code, modifiers) })
    }

    unsafe fn getSize(&self, size: *mut ViewRect) -> tresult {
        // SAFETY: the host's pointer, or null.
        caught(kInternalError, || unsafe { self.inner.getSize(size) })
    }

    unsafe fn onSize(&self, size: *mut ViewRect) -> tresult {
        // SAFETY: the host's pointer, or null.
        self.ask(|inner| unsafe { inner.onSize(size) })
    }

    unsafe fn onFocus(&self, state: TBool) -> tresult {
        // SAFETY: a call without pointers.
        self.ask(|inner| unsafe { inner.onFocus(state) })
    }

    unsafe fn setFrame(&self, frame: *mut IPlugFrame) -> tresult {
        // SAFETY: the host's frame, or null.
        let host = unsafe { ComRef::from_raw(frame) }.map(|frame| frame.to_com_ptr());
        self.set_inner_frame(host.map(|host| Frame::new(host, self.shown.get())))
    }

    unsafe fn canResize(&self) -> tresult {
        // SAFETY: a call without arguments.
        caught(kInternalError, || unsafe { self.inner.canResize() })
    }

    unsafe fn checkSizeConstraint(&self, rect: *mut ViewRect) -> tresult {
        // SAFETY: the host's pointer, or null.
        self.ask(|inner| unsafe { inner.checkSizeConstraint(rect) })
    }
}

impl IPlugViewContentScaleSupportTrait for View {
    unsafe fn setContentScaleFactor(&self, factor: ScaleFactor) -> tresult {
        if !SCALES.contains(&f64::from(factor)) {
            return kInvalidArgument;
        }
        if self.is_open() {
            return self.scale_inner(factor);
        }
        self.scale.set(Some(factor));
        kResultOk
    }
}
