//! The object that the host holds: its life, its state and its buses.

use super::buffers::{CHANNELS, Scratch};
use super::changes::Changes;
use super::handler::{Handler, LATENCY_CHANGED};
use super::instance::Instance;
use super::stream::{Bytes, read_all, write_all};
use super::tick::at_a_time_of_its_own;
use super::view::ViewState;
use super::{caught, forward};
use crate::LacquerPlugin;
use crate::edge::capture::capture;
use nice_plug::wrapper::vst3::Wrapper;
use nice_plug::wrapper::vst3::vst3::Steinberg::Vst::ChannelContext::IInfoListener;
use nice_plug::wrapper::vst3::vst3::Steinberg::Vst::{
    BusDirection, BusInfo, IAudioProcessor, IAudioProcessorTrait, IComponent, IComponentHandler,
    IComponentHandlerTrait, IComponentTrait, IEditController, IEditControllerTrait,
    IProcessContextRequirements, IUnitInfo, IoMode, MediaType, RoutingInfo,
};
use nice_plug::wrapper::vst3::vst3::Steinberg::{
    FUnknown, IBStream, IPluginBaseTrait, TBool, TUID, int32, kInternalError, kInvalidArgument, kNoInterface,
    kNotInitialized, kResultFalse, kResultOk, tresult,
};
use nice_plug::wrapper::vst3::vst3::{Class, ComRef, ComWrapper};
use std::cell::{RefCell, UnsafeCell};
use std::mem::ManuallyDrop;
use std::ptr::null_mut;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::*};
use std::time::{Duration, Instant};

/// The framework's part.
pub(super) type Inner = Wrapper<LacquerPlugin>;

/// Longest wait for a host's own `process` call to return before the buffers are changed: blocks take milliseconds, and a host that
/// is stuck must not be held for ever.
const PATIENCE: Duration = Duration::from_secs(1);

pub(super) struct Component {
    pub inner: ManuallyDrop<Inner>,
    pub instance: Arc<Instance>,
    pub is_set_up: AtomicBool,
    pub is_active: AtomicBool,
    /// Taken by whoever uses `scratch` or `changes`.
    in_process: AtomicBool,
    pub sample_rate: AtomicU64Bits,
    pub max_frames: AtomicUsize,
    pub channels: AtomicUsize,
    pub scratch: UnsafeCell<Scratch>,
    pub changes: ComWrapper<Changes>,
    /// What the framework was given of the host.
    pub handler: RefCell<Option<ComWrapper<Handler>>>,
    /// Whether an editor is open, and on which thread.
    pub views: Arc<ViewState>,
}

/// A number of 64 bits with a fraction.
#[derive(Default)]
pub(super) struct AtomicU64Bits(std::sync::atomic::AtomicU64);

impl AtomicU64Bits {
    pub fn store(&self, value: f64) {
        self.0.store(value.to_bits(), Relaxed);
    }

    pub fn load(&self) -> f64 {
        f64::from_bits(self.0.load(Relaxed))
    }
}

impl Class for Component {
    type Interfaces =
        (IComponent, IEditController, IAudioProcessor, IProcessContextRequirements, IUnitInfo, IInfoListener);
}

impl Component {
    /// A new instance; none if the framework fails to make one.
    pub fn new() -> Option<ComWrapper<Self>> {
        let (inner, handles) = caught((None, None), || {
            let (inner, handles) = capture(|| at_a_time_of_its_own(Inner::new));
            (Some(inner), handles)
        });
        let instance = Arc::new(Instance::new(&handles?));
        let changes = Changes::new(&instance.table);
        Some(ComWrapper::new(Self {
            inner: ManuallyDrop::new(inner?),
            instance,
            is_set_up: AtomicBool::new(false),
            is_active: AtomicBool::new(false),
            in_process: AtomicBool::new(false),
            sample_rate: AtomicU64Bits::default(),
            max_frames: AtomicUsize::new(0),
            channels: AtomicUsize::new(CHANNELS),
            scratch: UnsafeCell::default(),
            changes,
            handler: RefCell::default(),
            views: Arc::default(),
        }))
    }

    /// Takes the buffers; false while another thread has them.
    pub fn enter(&self) -> bool {
        !self.in_process.swap(true, Acquire)
    }

    /// Gives them back.
    pub fn leave(&self) {
        self.in_process.store(false, Release);
    }

    fn enter_patiently(&self) -> bool {
        let since = Instant::now();
        while !self.enter() {
            if since.elapsed() > PATIENCE {
                return false;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        true
    }

    /// [main-thread] Builds the engine that the parameters ask for, if it is another, and tells the host of its latency.
    pub fn settle(&self) {
        self.instance.handover.settle();
        self.announce();
    }

    /// [main-thread] Tells the host if there is another latency than it knows.
    fn announce(&self) {
        if self.instance.is_latency_news() {
            self.restart(LATENCY_CHANGED);
        }
    }

    /// [main-thread] Asks the host for what `flags` say.
    pub fn restart(&self, flags: int32) {
        // Held for the call: the host may give another one in the middle of it.
        let host = self.handler.borrow().as_ref().map(|handler| handler.host.clone());
        if let Some(host) = host {
            // SAFETY: the handler is held.
            unsafe { host.restartComponent(flags) };
        }
    }

    fn activate(&self) -> tresult {
        if !self.is_set_up.load(Acquire) {
            return kNotInitialized;
        }
        if !self.enter_patiently() {
            return kResultFalse;
        }
        let mut arrangement = 0;
        // SAFETY: the pointer is valid.
        caught(kInternalError, || unsafe { self.inner.getBusArrangement(1, 0, &mut arrangement) });
        self.channels.store((arrangement.count_ones() as usize).min(CHANNELS), Relaxed);
        // SAFETY: `enter` has made it ours.
        unsafe { &mut *self.scratch.get() }.prepare(self.max_frames.load(Relaxed));
        self.leave();
        // SAFETY: a call of the framework's without pointers. It may call the host, which may call this again.
        let result = caught(kInternalError, || unsafe { self.inner.setActive(1) });
        self.is_active.store(result == kResultOk, Release);
        result
    }

    fn deactivate(&self) -> tresult {
        self.is_active.store(false, Release);
        // SAFETY: as in `activate`.
        caught(kInternalError, || unsafe { self.inner.setActive(0) })
    }

    /// Gives the framework a handler in front of the host's, or none.
    ///
    /// # Safety
    /// `host` is null or a host's handler.
    pub unsafe fn take_handler(&self, host: *mut IComponentHandler) -> tresult {
        // SAFETY: as the caller promises.
        let host = unsafe { ComRef::from_raw(host) }.map(|host| host.to_com_ptr());
        let handler = host.map(|host| ComWrapper::new(Handler { host, instance: self.instance.clone() }));
        let shown = handler.as_ref().and_then(|handler| handler.as_com_ref::<IComponentHandler>());
        let shown = shown.map_or(null_mut(), |handler| handler.as_ptr());
        // SAFETY: the handler lives until it is replaced, and the framework counts it.
        let result = caught(kInternalError, || unsafe { self.inner.setComponentHandler(shown) });
        let before = self.handler.replace(handler);
        drop(before);
        result
    }
}

impl Drop for Component {
    fn drop(&mut self) {
        // A host that forgets its window. The framework would end it with itself, whatever thread this is, and panic on all but one: a
        // window that belongs to another thread stays, and the framework with it.
        if self.views.close_forgotten() {
            // SAFETY: dropped once, here, and not used after.
            caught((), || unsafe { ManuallyDrop::drop(&mut self.inner) });
        }
    }
}

impl IPluginBaseTrait for Component {
    unsafe fn initialize(&self, context: *mut FUnknown) -> tresult {
        // SAFETY: as in `forward`.
        caught(kInternalError, || unsafe { <Inner as IPluginBaseTrait>::initialize(&self.inner, context) })
    }

    unsafe fn terminate(&self) -> tresult {
        if self.is_active.load(Acquire) {
            self.deactivate();
        }
        // SAFETY: no handler is one; otherwise as in `forward`.
        unsafe {
            self.take_handler(null_mut());
            caught(kInternalError, || <Inner as IPluginBaseTrait>::terminate(&self.inner))
        }
    }
}

forward! { IComponentTrait for Component by Inner {
    fn getControllerClassId(id: *mut TUID) -> tresult, kNoInterface;
    fn setIoMode(mode: IoMode) -> tresult, kInternalError;
    fn getBusCount(kind: MediaType, direction: BusDirection) -> int32, 0;
    fn getBusInfo(kind: MediaType, direction: BusDirection, index: int32, info: *mut BusInfo) -> tresult, kInternalError;
    fn getRoutingInfo(from: *mut RoutingInfo, to: *mut RoutingInfo) -> tresult, kInternalError;
    fn activateBus(kind: MediaType, direction: BusDirection, index: int32, state: TBool) -> tresult, kInternalError;
}
    unsafe fn setActive(&self, state: TBool) -> tresult {
        if state == 0 { self.deactivate() } else { self.activate() }
    }

    unsafe fn setState(&self, state: *mut IBStream) -> tresult {
        // SAFETY: the host's stream, or null.
        let Some(bytes) = (unsafe { read_all(state) }) else { return kInvalidArgument };
        let stream = ComWrapper::new(Bytes::new(bytes));
        let Some(stream) = stream.to_com_ptr::<IBStream>() else { return kInternalError };
        // SAFETY: the stream outlives the call.
        let result = caught(kInternalError, || unsafe { <Inner as IComponentTrait>::setState(&self.inner, stream.as_ptr()) });
        self.instance.table.arrive_all();
        self.settle();
        self.instance.status.wake();
        result
    }

    unsafe fn getState(&self, state: *mut IBStream) -> tresult {
        let stream = ComWrapper::new(Bytes::default());
        let Some(pointer) = stream.to_com_ptr::<IBStream>() else { return kInternalError };
        // SAFETY: the stream outlives the call.
        let result = caught(kInternalError, || unsafe { <Inner as IComponentTrait>::getState(&self.inner, pointer.as_ptr()) });
        if result != kResultOk {
            return result;
        }
        // SAFETY: the host's stream, or null.
        if unsafe { write_all(state, &stream.take()) } { kResultOk } else { kResultFalse }
    }
}
