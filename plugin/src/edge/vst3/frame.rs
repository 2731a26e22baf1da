//! The host's frame around a view as the framework sees it, with the host's run loop (Linux) if it has one.
//!
//! - The host is asked to resize its own view, not the framework's.
//! - The framework never gives back what it registers at the run loop: a reference of the handler to itself keeps it, its two
//!   descriptors and its place in the host's loop for ever. Here it is taken from the loop and let go when the frame is.

use nice_plug::wrapper::vst3::vst3::Steinberg::Linux::{
    FileDescriptor, IEventHandler, IRunLoop, IRunLoopTrait, ITimerHandler, TimerInterval,
};
use nice_plug::wrapper::vst3::vst3::Steinberg::{
    IPlugFrame, IPlugFrameTrait, IPlugView, ViewRect, kInvalidArgument, kResultFalse, kResultOk, tresult,
};
use nice_plug::wrapper::vst3::vst3::{Class, ComPtr, ComWrapper};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, Ordering::*};
use std::sync::{Mutex, PoisonError};

/// A frame, kept by the view that it is around.
pub(super) enum Frame {
    /// One without a run loop.
    Bare(ComWrapper<Bare>),
    /// One with it.
    Looped(ComWrapper<Looped>),
}

pub(super) struct Bare {
    host: ComPtr<IPlugFrame>,
    /// The view that the host has; null once it is gone.
    view: AtomicPtr<IPlugView>,
}

pub(super) struct Looped {
    frame: Bare,
    run_loop: ComPtr<IRunLoop>,
    /// The framework's handlers at the host's loop, each kept by a reference that nobody would release.
    handlers: Mutex<Vec<Registered>>,
}

struct Registered(*mut IEventHandler);

// SAFETY: event handlers are counted atomically and are only called by the host's loop; the pointer is a name of one here.
unsafe impl Send for Registered {}

impl Class for Bare {
    type Interfaces = (IPlugFrame,);
}

impl Class for Looped {
    type Interfaces = (IPlugFrame, IRunLoop);
}

impl Frame {
    /// Around `view`, in front of the host's frame.
    pub fn new(host: ComPtr<IPlugFrame>, view: *mut IPlugView) -> Self {
        let run_loop = host.cast::<IRunLoop>();
        let frame = Bare { host, view: AtomicPtr::new(view) };
        match run_loop {
            Some(run_loop) => {
                Self::Looped(ComWrapper::new(Looped { frame, run_loop, handlers: Mutex::default() }))
            }
            None => Self::Bare(ComWrapper::new(frame)),
        }
    }

    /// What the framework is given.
    pub fn shown(&self) -> *mut IPlugFrame {
        let shown = match self {
            Self::Bare(frame) => frame.as_com_ref::<IPlugFrame>(),
            Self::Looped(frame) => frame.as_com_ref::<IPlugFrame>(),
        };
        shown.map_or(null_mut(), |frame| frame.as_ptr())
    }

    /// The view goes, and the framework has another frame or none: takes back what it has left at the host's loop.
    pub fn retire(&self) {
        match self {
            Self::Bare(frame) => frame.view.store(null_mut(), Release),
            Self::Looped(frame) => {
                frame.frame.view.store(null_mut(), Release);
                let handlers = std::mem::take(&mut *frame.handlers());
                for Registered(handler) in handlers {
                    // SAFETY: the handler lives by the reference that the framework has left to nobody (nice-plug 0.4.2,
                    // `RunLoopEventHandler::new`); it is released once, after the host has forgotten the handler.
                    unsafe {
                        frame.run_loop.unregisterEventHandler(handler);
                        drop(ComPtr::from_raw(handler));
                    }
                }
            }
        }
    }
}

impl Looped {
    fn handlers(&self) -> std::sync::MutexGuard<'_, Vec<Registered>> {
        self.handlers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl IPlugFrameTrait for Bare {
    unsafe fn resizeView(&self, _: *mut IPlugView, size: *mut ViewRect) -> tresult {
        let view = self.view.load(Acquire);
        if view.is_null() {
            return kResultFalse;
        }
        // SAFETY: the view takes its pointer back before it goes, on the one thread of windows.
        unsafe { self.host.resizeView(view, size) }
    }
}

impl IPlugFrameTrait for Looped {
    unsafe fn resizeView(&self, view: *mut IPlugView, size: *mut ViewRect) -> tresult {
        // SAFETY: the same call.
        unsafe { self.frame.resizeView(view, size) }
    }
}

impl IRunLoopTrait for Looped {
    unsafe fn registerEventHandler(
        &self,
        handler: *mut IEventHandler,
        descriptor: FileDescriptor,
    ) -> tresult {
        if handler.is_null() {
            return kInvalidArgument;
        }
        self.handlers().push(Registered(handler));
        // SAFETY: the framework's handler, which lives until `retire`. The framework ends the process if this is refused: without a
        // place in the loop its tasks wait for the next opening.
        unsafe { self.run_loop.registerEventHandler(handler, descriptor) };
        kResultOk
    }

    unsafe fn unregisterEventHandler(&self, handler: *mut IEventHandler) -> tresult {
        let mut handlers = self.handlers();
        let before = handlers.len();
        handlers.retain(|registered| registered.0 != handler);
        if handlers.len() == before {
            // It is about to be dropped, and the host has forgotten it before.
            return kResultFalse;
        }
        drop(handlers);
        // SAFETY: as above.
        unsafe { self.run_loop.unregisterEventHandler(handler) }
    }

    unsafe fn registerTimer(&self, handler: *mut ITimerHandler, ms: TimerInterval) -> tresult {
        // SAFETY: the framework's arguments.
        unsafe { self.run_loop.registerTimer(handler, ms) }
    }

    unsafe fn unregisterTimer(&self, handler: *mut ITimerHandler) -> tresult {
        // SAFETY: the framework's arguments.
        unsafe { self.run_loop.unregisterTimer(handler) }
    }
}
