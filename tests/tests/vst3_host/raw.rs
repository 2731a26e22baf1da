//! A host that calls what it likes: one instance with every pointer in the test's hands, and what the plugin answers.

use super::{Module, Stream};
use std::cell::RefCell;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicI32, AtomicU32, Ordering::Relaxed};
use vst3::Steinberg::Vst::*;
use vst3::Steinberg::*;
use vst3::{Class, ComPtr, ComWrapper, Interface};

/// Real time and offline, as a host says it.
#[allow(
    clippy::unnecessary_cast,
    reason = "the constants are unsigned where the compiler's enumerations are"
)]
pub const REALTIME: i32 = ProcessModes_::kRealtime as i32;
/// See [`REALTIME`].
#[allow(clippy::unnecessary_cast, reason = "as above")]
pub const OFFLINE: i32 = ProcessModes_::kOffline as i32;
/// The flag of a changed latency.
#[allow(clippy::unnecessary_cast, reason = "as above")]
pub const LATENCY_CHANGED: i32 = RestartFlags_::kLatencyChanged as i32;

/// What the plugin tells its host.
#[derive(Default)]
pub struct Listener {
    /// Flags of all restarts that it asked for.
    pub restarts: AtomicI32,
    /// How many of them.
    pub restart_count: AtomicU32,
    /// Edits performed.
    pub edits: AtomicU32,
}

impl Class for Listener {
    type Interfaces = (IComponentHandler,);
}

impl IComponentHandlerTrait for Listener {
    unsafe fn beginEdit(&self, _: ParamID) -> tresult {
        kResultOk
    }
    unsafe fn performEdit(&self, _: ParamID, _: ParamValue) -> tresult {
        self.edits.fetch_add(1, Relaxed);
        kResultOk
    }
    unsafe fn endEdit(&self, _: ParamID) -> tresult {
        kResultOk
    }
    unsafe fn restartComponent(&self, flags: int32) -> tresult {
        self.restarts.fetch_or(flags, Relaxed);
        self.restart_count.fetch_add(1, Relaxed);
        kResultOk
    }
}

/// Queues of points, as wild as a test wants them.
pub struct Queues(Vec<Option<ComPtr<IParamValueQueue>>>);

impl Queues {
    /// A queue for each parameter with its points.
    pub fn new(queues: &[(ParamID, Vec<(i32, f64)>)]) -> ComWrapper<Self> {
        let queue = |(id, points): &(ParamID, Vec<(i32, f64)>)| {
            ComWrapper::new(Queue { id: *id, points: RefCell::new(points.clone()) }).to_com_ptr()
        };
        ComWrapper::new(Self(queues.iter().map(queue).collect()))
    }

    /// Announces queues that it does not have.
    pub fn empty_promises(count: usize) -> ComWrapper<Self> {
        ComWrapper::new(Self((0..count).map(|_| None).collect()))
    }
}

impl Class for Queues {
    type Interfaces = (IParameterChanges,);
}

impl IParameterChangesTrait for Queues {
    unsafe fn getParameterCount(&self) -> int32 {
        self.0.len() as int32
    }
    unsafe fn getParameterData(&self, index: int32) -> *mut IParamValueQueue {
        self.0.get(index as usize).and_then(Option::as_ref).map_or(null_mut(), ComPtr::as_ptr)
    }
    unsafe fn addParameterData(&self, _: *const ParamID, _: *mut int32) -> *mut IParamValueQueue {
        null_mut()
    }
}

struct Queue {
    id: ParamID,
    points: RefCell<Vec<(i32, f64)>>,
}

impl Class for Queue {
    type Interfaces = (IParamValueQueue,);
}

impl IParamValueQueueTrait for Queue {
    unsafe fn getParameterId(&self) -> ParamID {
        self.id
    }
    unsafe fn getPointCount(&self) -> int32 {
        self.points.borrow().len() as int32
    }
    unsafe fn getPoint(&self, index: int32, offset: *mut int32, value: *mut ParamValue) -> tresult {
        let Some(point) = self.points.borrow().get(index as usize).copied() else { return kResultFalse };
        // SAFETY: the caller's pointers are valid.
        unsafe {
            *offset = point.0;
            *value = point.1;
        }
        kResultOk
    }
    unsafe fn addPoint(&self, offset: int32, value: ParamValue, index: *mut int32) -> tresult {
        let mut points = self.points.borrow_mut();
        if !index.is_null() {
            // SAFETY: not null.
            unsafe { *index = points.len() as int32 };
        }
        points.push((offset, value));
        kResultOk
    }
}

/// What the plugin answers to the parameters of a block.
#[derive(Default)]
pub struct Answers(RefCell<Vec<ComWrapper<Queue>>>);

impl Answers {
    /// The last value of each parameter that it gave.
    pub fn values(&self) -> Vec<(ParamID, f64)> {
        let last = |queue: &ComWrapper<Queue>| Some((queue.id, queue.points.borrow().last()?.1));
        self.0.borrow().iter().filter_map(last).collect()
    }
}

impl Class for Answers {
    type Interfaces = (IParameterChanges,);
}

impl IParameterChangesTrait for Answers {
    unsafe fn getParameterCount(&self) -> int32 {
        self.0.borrow().len() as int32
    }
    unsafe fn getParameterData(&self, index: int32) -> *mut IParamValueQueue {
        let queues = self.0.borrow();
        queues
            .get(index as usize)
            .and_then(|queue| queue.as_com_ref())
            .map_or(null_mut(), |queue| queue.as_ptr())
    }
    unsafe fn addParameterData(&self, id: *const ParamID, index: *mut int32) -> *mut IParamValueQueue {
        // SAFETY: the caller's pointers are valid.
        let queue = ComWrapper::new(Queue { id: unsafe { *id }, points: RefCell::default() });
        let pointer = queue.as_com_ref().map_or(null_mut(), |queue| queue.as_ptr());
        // SAFETY: as above.
        unsafe { *index = self.0.borrow().len() as int32 };
        self.0.borrow_mut().push(queue);
        pointer
    }
}

/// A call of `process`, apart from its rows.
pub struct Call<'a> {
    /// What the host says of it.
    pub mode: i32,
    /// 0: samples of 32 bits, 1: of 64.
    pub sample_size: i32,
    /// Frames that it announces.
    pub frames: i32,
    /// Flags that stand in the output's bus before the call.
    pub flags: u64,
    /// Parameter changes.
    pub changes: Option<&'a ComWrapper<Queues>>,
    /// Where the plugin may answer.
    pub answers: Option<&'a ComWrapper<Answers>>,
}

impl Call<'_> {
    /// One of `frames` in real time.
    pub fn of(frames: usize) -> Self {
        Self { mode: REALTIME, sample_size: 0, frames: frames as i32, flags: 0, changes: None, answers: None }
    }
}

/// One instance, initialised and no more.
pub struct Raw {
    pub component: ComPtr<IComponent>,
    pub processor: ComPtr<IAudioProcessor>,
    pub controller: ComPtr<IEditController>,
    pub listener: ComWrapper<Listener>,
}

// SAFETY: VST3 lets `process` be called on another thread than the rest, and nothing else is called there.
unsafe impl Send for Raw {}
// SAFETY: as above.
unsafe impl Sync for Raw {}

impl Raw {
    /// Makes and initialises one.
    pub fn new(module: &Module) -> Self {
        // SAFETY: calls and their order are those of the VST3 interface.
        unsafe {
            let mut class: PClassInfo = std::mem::zeroed();
            assert_eq!(module.factory.getClassInfo(0, &mut class), kResultOk);
            let mut object = null_mut();
            let id = IComponent::IID;
            let result = module.factory.createInstance(class.cid.as_ptr(), id.as_ptr().cast(), &mut object);
            assert_eq!(result, kResultOk);
            let component = ComPtr::<IComponent>::from_raw(object.cast()).unwrap();
            assert_eq!(component.initialize(null_mut()), kResultOk);
            let processor = component.cast::<IAudioProcessor>().unwrap();
            let controller = component.cast::<IEditController>().unwrap();
            let listener = ComWrapper::new(Listener::default());
            let handler = listener.to_com_ptr::<IComponentHandler>().unwrap();
            assert_eq!(controller.setComponentHandler(handler.as_ptr()), kResultOk);
            Self { component, processor, controller, listener }
        }
    }

    /// `setupProcessing` for samples of 32 bits.
    pub fn set_up(&self, rate: f64, most_frames: i32, mode: i32) -> tresult {
        let mut setup = ProcessSetup {
            processMode: mode,
            symbolicSampleSize: 0,
            maxSamplesPerBlock: most_frames,
            sampleRate: rate,
        };
        // SAFETY: a valid setup.
        unsafe { self.processor.setupProcessing(&mut setup) }
    }

    /// Activates and starts it, or the opposite.
    pub fn set_active(&self, on: bool) -> tresult {
        // SAFETY: no `process` is running.
        unsafe {
            if !on {
                self.processor.setProcessing(0);
            }
            let result = self.component.setActive(u8::from(on));
            if on && result == kResultOk {
                self.processor.setProcessing(1);
            }
            result
        }
    }

    /// Set up at 48 kHz, activated and started.
    pub fn started(module: &Module, most_frames: i32) -> Self {
        let this = Self::new(module);
        assert_eq!(this.set_up(48_000.0, most_frames, REALTIME), kResultOk);
        assert_eq!(this.set_active(true), kResultOk);
        this
    }

    /// Two channels, or one, for input and output.
    pub fn set_channels(&self, count: usize) -> tresult {
        let arrangement = if count == 1 { SpeakerArr::kMono } else { SpeakerArr::kStereo };
        let (mut input, mut output) = (arrangement, arrangement);
        // SAFETY: one arrangement each.
        unsafe { self.processor.setBusArrangements(&mut input, 1, &mut output, 1) }
    }

    /// Calls `process` with rows as they are; null ones too. Gives its result and the output's flags.
    pub fn call(&self, ins: &mut [*mut f32], outs: &mut [*mut f32], call: &Call) -> (tresult, u64) {
        let bus = |rows: &mut [*mut f32]| AudioBusBuffers {
            numChannels: rows.len() as i32,
            silenceFlags: 0,
            __field0: AudioBusBuffers__type0 { channelBuffers32: rows.as_mut_ptr() },
        };
        let (mut input, mut output) = (bus(ins), bus(outs));
        output.silenceFlags = call.flags;
        let result = self.call_buses(Some(&mut input), Some(&mut output), call);
        (result, output.silenceFlags)
    }

    /// As [`Raw::call`], with buses, or none.
    pub fn call_buses(
        &self,
        input: Option<&mut AudioBusBuffers>,
        output: Option<&mut AudioBusBuffers>,
        call: &Call,
    ) -> tresult {
        let changes = call.changes.and_then(|changes| changes.as_com_ref::<IParameterChanges>());
        let answers = call.answers.and_then(|answers| answers.as_com_ref::<IParameterChanges>());
        let mut data = ProcessData {
            processMode: call.mode,
            symbolicSampleSize: call.sample_size,
            numSamples: call.frames,
            numInputs: i32::from(input.is_some()),
            numOutputs: i32::from(output.is_some()),
            inputs: input.map_or(null_mut(), |bus| bus),
            outputs: output.map_or(null_mut(), |bus| bus),
            inputParameterChanges: changes.map_or(null_mut(), |changes| changes.as_ptr()),
            outputParameterChanges: answers.map_or(null_mut(), |answers| answers.as_ptr()),
            inputEvents: null_mut(),
            outputEvents: null_mut(),
            processContext: null_mut(),
        };
        // SAFETY: what is not null is valid for the call.
        unsafe { self.processor.process(&mut data) }
    }

    /// Processes stereo in place; the flags of silence.
    pub fn play(&self, channels: &mut [Vec<f32>; 2], call: &Call) -> u64 {
        let [left, right] = channels;
        let mut rows = [left.as_mut_ptr(), right.as_mut_ptr()];
        let mut outs = rows;
        let (result, flags) = self.call(&mut rows, &mut outs, call);
        assert_eq!(result, kResultOk);
        flags
    }

    /// Every parameter's description.
    pub fn infos(&self) -> Vec<ParameterInfo> {
        // SAFETY: the pointer is valid, and the index one of those that there are.
        unsafe {
            (0..self.controller.getParameterCount())
                .map(|index| {
                    let mut info: ParameterInfo = std::mem::zeroed();
                    assert_eq!(self.controller.getParameterInfo(index, &mut info), kResultOk);
                    info
                })
                .collect()
        }
    }

    /// The parameter with a title.
    pub fn id(&self, title: &str) -> ParamID {
        let named = |info: &ParameterInfo| text(&info.title) == title;
        self.infos().into_iter().find(named).unwrap_or_else(|| panic!("no parameter {title}")).id
    }

    /// A parameter's value, 0 to 1.
    pub fn value(&self, id: ParamID) -> f64 {
        // SAFETY: a call without pointers.
        unsafe { self.controller.getParamNormalized(id) }
    }

    /// Sets a value as a host does it outside `process`.
    pub fn set_value(&self, id: ParamID, value: f64) -> tresult {
        // SAFETY: a call without pointers.
        unsafe { self.controller.setParamNormalized(id, value) }
    }

    /// Latency in frames as the host reads it.
    pub fn latency(&self) -> usize {
        // SAFETY: a call without pointers.
        unsafe { self.processor.getLatencySamples() as usize }
    }

    /// The state as the host would save it.
    pub fn state(&self) -> Vec<u8> {
        let stream = ComWrapper::new(Stream::default());
        let pointer = stream.to_com_ptr::<IBStream>().unwrap();
        // SAFETY: the stream outlives the call.
        assert_eq!(unsafe { self.component.getState(pointer.as_ptr()) }, kResultOk);
        stream.bytes()
    }

    /// Restores a state.
    pub fn set_state(&self, state: &[u8]) -> tresult {
        let stream = ComWrapper::new(Stream::new(state));
        let pointer = stream.to_com_ptr::<IBStream>().unwrap();
        // SAFETY: the stream outlives the call.
        unsafe { self.component.setState(pointer.as_ptr()) }
    }

    /// Ends it as a host does.
    pub fn end(self) {
        self.set_active(false);
        // SAFETY: the last call.
        assert_eq!(unsafe { self.component.terminate() }, kResultOk);
    }
}

/// A host's text.
pub fn text(units: &[TChar]) -> String {
    let shown = units.iter().take_while(|unit| **unit != 0).copied();
    char::decode_utf16(shown).filter_map(Result::ok).collect()
}
