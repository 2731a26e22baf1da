//! The editor's window, opened, closed and forgotten in every way.

use crate::vst3_host::raw::Raw;
use crate::vst3_host::{BareFrame, Module, RunLoopFrame, Screen};
use std::ffi::c_void;
use std::ptr::null_mut;
use vst3::Steinberg::Vst::*;
use vst3::Steinberg::*;
use vst3::{ComPtr, ComWrapper};

/// A view and what is around it; dropped in this order.
pub struct Window {
    pub view: ComPtr<IPlugView>,
    pub run_loop: Option<ComWrapper<RunLoopFrame>>,
    pub attached: bool,
    _frame: ComPtr<IPlugFrame>,
}

impl Window {
    /// Makes one with a frame, which knows a run loop or not.
    pub fn new(raw: &Raw, with_run_loop: bool) -> Option<Self> {
        // SAFETY: the calls of the interface; the frame outlives the view.
        unsafe {
            let view = ComPtr::from_raw(raw.controller.createView(ViewType::kEditor))?;
            let run_loop = with_run_loop.then(|| ComWrapper::new(RunLoopFrame::default()));
            let frame = match &run_loop {
                Some(frame) => frame.to_com_ptr::<IPlugFrame>()?,
                None => ComWrapper::new(BareFrame).to_com_ptr::<IPlugFrame>()?,
            };
            assert_eq!(view.setFrame(frame.as_ptr()), kResultOk);
            Some(Self { view, run_loop, attached: false, _frame: frame })
        }
    }

    /// Opens it; whether it did.
    pub fn attach(&mut self, screen: &Screen) -> bool {
        let parent = screen.window as usize as *mut c_void;
        // SAFETY: a window of ours.
        self.attached = unsafe { self.view.attached(parent, kPlatformTypeX11EmbedWindowID) } == kResultOk;
        self.attached
    }
}

pub fn bad_windows(module: &Module) {
    let Some(screen) = Screen::open() else { return };
    let parent = screen.window as usize as *mut c_void;
    let raw = Raw::started(module, 512);
    // SAFETY: the calls under test.
    unsafe {
        assert!(raw.controller.createView(c"inspector".as_ptr()).is_null());
        let mut window = Window::new(&raw, true).unwrap();
        let view = &window.view;
        let mut rect = ViewRect { left: 0, top: 0, right: 800, bottom: 600 };
        // Before it is attached.
        assert_ne!(view.removed(), kResultOk);
        view.onSize(&mut rect);
        view.onFocus(1);
        assert_ne!(view.attached(null_mut(), kPlatformTypeX11EmbedWindowID), kResultOk);
        for kind in [kPlatformTypeHWND, kPlatformTypeNSView, c"".as_ptr(), std::ptr::null()] {
            assert_ne!(view.attached(parent, kind), kResultOk);
            assert_ne!(view.isPlatformTypeSupported(kind), kResultOk);
        }
        let scale = view.cast::<IPlugViewContentScaleSupport>().unwrap();
        for bad in [0.0, -1.0, f32::NAN, f32::INFINITY, 1e9] {
            assert_ne!(scale.setContentScaleFactor(bad), kResultOk);
        }
        assert!(window.attach(&screen));
        let view = &window.view;
        for bad in [0.0, -1.0, f32::NAN, f32::INFINITY, 1e9] {
            assert_ne!(scale.setContentScaleFactor(bad), kResultOk);
        }
        assert_ne!(view.attached(parent, kPlatformTypeX11EmbedWindowID), kResultOk, "twice");
        for (right, bottom) in [(0, 0), (-1, 5), (i32::MAX, i32::MAX), (i32::MIN, 1)] {
            (rect.right, rect.bottom) = (right, bottom);
            view.onSize(&mut rect);
            view.checkSizeConstraint(&mut rect);
        }
        assert_ne!(view.onSize(null_mut()), kResultOk);
        assert_ne!(view.getSize(null_mut()), kResultOk);
        assert_ne!(view.checkSizeConstraint(null_mut()), kResultOk);
        // A second view while the first has its window, gone again.
        let mut second = Window::new(&raw, false).unwrap();
        assert!(!second.attach(&screen));
        assert_ne!(second.view.removed(), kResultOk, "not its window");
        drop(second);
        // On another thread.
        let elsewhere = SendPointer(view.as_ptr());
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let elsewhere = &elsewhere;
                let view = ComPtr::from_raw(elsewhere.0).unwrap();
                assert_ne!(view.removed(), kResultOk);
                view.into_raw();
            });
        });
        assert_eq!(view.removed(), kResultOk);
        assert_ne!(view.removed(), kResultOk, "twice");
        // Let go while it is attached, then again by another one.
        let mut forgotten = Window::new(&raw, true).unwrap();
        assert!(forgotten.attach(&screen));
        drop(forgotten);
        let mut next = Window::new(&raw, true).unwrap();
        assert!(next.attach(&screen));
        // The instance goes before its view.
        raw.end();
        next.view.removed();
        next.view.getSize(&mut rect);
    }
}

struct SendPointer(*mut IPlugView);
// SAFETY: the test under way is what happens on another thread.
unsafe impl Send for SendPointer {}
// SAFETY: as above.
unsafe impl Sync for SendPointer {}
