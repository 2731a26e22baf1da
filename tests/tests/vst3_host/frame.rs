//! What stands around an editor at the host: its frame, with a run loop or without.

use std::cell::RefCell;
use std::time::{Duration, Instant};
use vst3::Steinberg::Linux::*;
use vst3::Steinberg::*;
use vst3::{Class, ComPtr, ComRef, ComWrapper};

/// An editor with its window.
pub struct OpenEditor {
    view: ComPtr<IPlugView>,
    run_loop: Option<ComWrapper<RunLoopFrame>>,
    _frame: ComPtr<IPlugFrame>,
}

impl OpenEditor {
    /// One whose view is attached.
    pub fn new(
        view: ComPtr<IPlugView>,
        run_loop: Option<ComWrapper<RunLoopFrame>>,
        frame: ComPtr<IPlugFrame>,
    ) -> Self {
        Self { view, run_loop, _frame: frame }
    }

    /// Lets the editor live for a while.
    pub fn run(&self, time: Duration) {
        let start = Instant::now();
        while start.elapsed() < time {
            if let Some(run_loop) = &self.run_loop {
                run_loop.turn();
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Closes it.
    pub fn close(self) {
        // SAFETY: the view was attached.
        assert_eq!(unsafe { self.view.removed() }, kResultOk);
    }
}

/// A frame that knows no run loop.
pub struct BareFrame;

impl Class for BareFrame {
    type Interfaces = (IPlugFrame,);
}

impl IPlugFrameTrait for BareFrame {
    unsafe fn resizeView(&self, _: *mut IPlugView, _: *mut ViewRect) -> tresult {
        kResultFalse
    }
}

/// A frame with the host's run loop.
#[derive(Default)]
pub struct RunLoopFrame {
    handlers: RefCell<Vec<(ComPtr<IEventHandler>, FileDescriptor)>>,
    timers: RefCell<Vec<(ComPtr<ITimerHandler>, Duration, Instant)>>,
}

impl RunLoopFrame {
    /// How many handlers are registered.
    pub fn handlers(&self) -> usize {
        self.handlers.borrow().len()
    }

    /// Serves what is ready.
    pub fn turn(&self) {
        let handlers: Vec<_> = self.handlers.borrow().clone();
        for (handler, descriptor) in handlers {
            let mut poll = libc::pollfd { fd: descriptor, events: libc::POLLIN, revents: 0 };
            // SAFETY: one valid entry.
            if unsafe { libc::poll(&mut poll, 1, 0) } > 0 {
                // SAFETY: the handler is held.
                unsafe { handler.onFDIsSet(descriptor) };
            }
        }
        let now = Instant::now();
        let mut due = Vec::new();
        for (timer, period, next) in self.timers.borrow_mut().iter_mut() {
            if *next <= now {
                *next = now + *period;
                due.push(timer.clone());
            }
        }
        // SAFETY: the timers are held.
        due.iter().for_each(|timer| unsafe { timer.onTimer() });
    }
}

impl Class for RunLoopFrame {
    type Interfaces = (IPlugFrame, IRunLoop);
}

impl IPlugFrameTrait for RunLoopFrame {
    unsafe fn resizeView(&self, _: *mut IPlugView, _: *mut ViewRect) -> tresult {
        kResultFalse
    }
}

impl IRunLoopTrait for RunLoopFrame {
    unsafe fn registerEventHandler(
        &self,
        handler: *mut IEventHandler,
        descriptor: FileDescriptor,
    ) -> tresult {
        // SAFETY: the caller's pointer is a handler.
        if let Some(handler) = unsafe { ComRef::from_raw(handler) } {
            self.handlers.borrow_mut().push((handler.to_com_ptr(), descriptor));
        }
        kResultOk
    }
    unsafe fn unregisterEventHandler(&self, handler: *mut IEventHandler) -> tresult {
        self.handlers.borrow_mut().retain(|(other, _)| other.as_ptr() != handler);
        kResultOk
    }
    unsafe fn registerTimer(&self, timer: *mut ITimerHandler, period: TimerInterval) -> tresult {
        // SAFETY: the caller's pointer is a timer.
        if let Some(timer) = unsafe { ComRef::from_raw(timer) } {
            let period = Duration::from_millis(period);
            self.timers.borrow_mut().push((timer.to_com_ptr(), period, Instant::now() + period));
        }
        kResultOk
    }
    unsafe fn unregisterTimer(&self, timer: *mut ITimerHandler) -> tresult {
        self.timers.borrow_mut().retain(|(other, _, _)| other.as_ptr() != timer);
        kResultOk
    }
}
