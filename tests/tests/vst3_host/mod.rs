//! As much of a VST3 host as it takes to hold Lacquer under stress: instances, automation, state, editors with and without a
//! run loop. Everything but [`Instance::process`] belongs to the thread that loaded the bundle.

// Each test file that takes this in uses a part of it.
#![allow(dead_code)]
// All of it is a test: what is not there ends it.
#![allow(clippy::unwrap_used)]

pub mod child;
pub mod raw;

use std::cell::RefCell;
use std::ffi::c_void;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use vst3::Steinberg::Linux::*;
use vst3::Steinberg::Vst::*;
use vst3::Steinberg::*;
use vst3::{Class, ComPtr, ComRef, ComWrapper, Interface};
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    ConnectionExt, CreateWindowAux, EventMask, ImageFormat, KEY_PRESS_EVENT, KEY_RELEASE_EVENT, KeyButMask,
    KeyPressEvent, WindowClass,
};

/// Frames in a block of the stress.
pub const BLOCK: usize = 64;

/// Finds `Lacquer.vst3`: in `LACQUER_BUNDLES`, else in `bundled` beside the build that this test belongs to.
pub fn bundle() -> Option<PathBuf> {
    let name = "Lacquer.vst3/Contents/x86_64-linux/Lacquer.so";
    if let Some(folder) = std::env::var_os("LACQUER_BUNDLES") {
        return Some(Path::new(&folder).join(name)).filter(|path| path.is_file());
    }
    let exe = std::env::current_exe().ok()?;
    exe.ancestors().map(|folder| folder.join("bundled").join(name)).find(|path| path.is_file())
}

/// The loaded bundle.
pub struct Module {
    pub factory: ComPtr<IPluginFactory>,
    handler: ComWrapper<Handler>,
    library: libloading::Library,
}

impl Module {
    /// Loads and enters the bundle's library.
    pub fn load(path: &Path) -> Self {
        // SAFETY: the library is the one under test; its entry points are those of the VST3 interface.
        unsafe {
            let library = libloading::Library::new(path).unwrap();
            let enter: libloading::Symbol<unsafe extern "system" fn(*mut c_void) -> bool> =
                library.get(b"ModuleEntry").unwrap();
            assert!(enter(std::ptr::null_mut()));
            let factory: libloading::Symbol<unsafe extern "system" fn() -> *mut IPluginFactory> =
                library.get(b"GetPluginFactory").unwrap();
            let factory = ComPtr::from_raw(factory()).unwrap();
            Self { factory, handler: ComWrapper::new(Handler), library }
        }
    }

    /// Leaves the bundle; all instances have to be gone.
    pub fn unload(self) {
        let Self { factory, handler, library } = self;
        drop((factory, handler));
        // SAFETY: as in `load`. The library itself stays mapped: its threads' last instructions are in it.
        unsafe {
            let exit: libloading::Symbol<unsafe extern "system" fn() -> bool> =
                library.get(b"ModuleExit").unwrap();
            assert!(exit());
        }
        std::mem::forget(library);
    }
}

/// Hears of edits and restarts and does nothing about them.
struct Handler;

impl Class for Handler {
    type Interfaces = (IComponentHandler,);
}

impl IComponentHandlerTrait for Handler {
    unsafe fn beginEdit(&self, _: ParamID) -> tresult {
        kResultOk
    }
    unsafe fn performEdit(&self, _: ParamID, _: ParamValue) -> tresult {
        kResultOk
    }
    unsafe fn endEdit(&self, _: ParamID) -> tresult {
        kResultOk
    }
    unsafe fn restartComponent(&self, _: int32) -> tresult {
        kResultOk
    }
}

/// One instance of the plugin, stereo at 48 kHz, activated.
pub struct Instance {
    component: ComPtr<IComponent>,
    processor: ComPtr<IAudioProcessor>,
    controller: ComPtr<IEditController>,
}

// SAFETY: VST3 lets `process` be called on another thread than the rest, and nothing else is called there.
unsafe impl Send for Instance {}
// SAFETY: as above.
unsafe impl Sync for Instance {}

impl Instance {
    /// Makes, initialises and starts one.
    pub fn new(module: &Module) -> Self {
        // SAFETY: calls and their order are those of the VST3 interface.
        unsafe {
            let mut class: PClassInfo = std::mem::zeroed();
            assert_eq!(module.factory.getClassInfo(0, &mut class), kResultOk);
            let mut object = std::ptr::null_mut();
            let id = IComponent::IID;
            let result = module.factory.createInstance(class.cid.as_ptr(), id.as_ptr().cast(), &mut object);
            assert_eq!(result, kResultOk);
            let component = ComPtr::<IComponent>::from_raw(object.cast()).unwrap();
            assert_eq!(component.initialize(std::ptr::null_mut()), kResultOk);
            let processor = component.cast::<IAudioProcessor>().unwrap();
            let controller = component.cast::<IEditController>().unwrap();
            let handler = module.handler.to_com_ptr::<IComponentHandler>().unwrap();
            assert_eq!(controller.setComponentHandler(handler.as_ptr()), kResultOk);
            let instance = Self { component, processor, controller };
            instance.start();
            instance
        }
    }

    fn start(&self) {
        let mut setup = ProcessSetup {
            processMode: ProcessModes_::kRealtime as int32,
            symbolicSampleSize: SymbolicSampleSizes_::kSample32 as int32,
            maxSamplesPerBlock: BLOCK as int32,
            sampleRate: 48_000.0,
        };
        // SAFETY: as in `new`.
        unsafe {
            assert_eq!(self.processor.setupProcessing(&mut setup), kResultOk);
            for direction in [BusDirections_::kInput, BusDirections_::kOutput] {
                self.component.activateBus(MediaTypes_::kAudio as int32, direction as int32, 0, 1);
            }
            assert_eq!(self.component.setActive(1), kResultOk);
            self.processor.setProcessing(1);
        }
    }

    /// Stops and ends it; no `process` may be running.
    pub fn end(self) {
        // SAFETY: as in `new`.
        unsafe {
            self.processor.setProcessing(0);
            assert_eq!(self.component.setActive(0), kResultOk);
            assert_eq!(self.component.terminate(), kResultOk);
        }
    }

    /// The ids of all parameters that can be automated.
    pub fn automatable(&self) -> Vec<ParamID> {
        // SAFETY: as in `new`.
        unsafe {
            (0..self.controller.getParameterCount())
                .filter_map(|index| {
                    let mut info: ParameterInfo = std::mem::zeroed();
                    assert_eq!(self.controller.getParameterInfo(index, &mut info), kResultOk);
                    let flag = ParameterInfo_::ParameterFlags_::kCanAutomate;
                    (info.flags as u32 & flag as u32 != 0).then_some(info.id)
                })
                .collect()
        }
    }

    /// The parameter with a title.
    pub fn parameter(&self, title: &str) -> Option<ParamID> {
        // SAFETY: as in `new`.
        unsafe {
            (0..self.controller.getParameterCount()).find_map(|index| {
                let mut info: ParameterInfo = std::mem::zeroed();
                assert_eq!(self.controller.getParameterInfo(index, &mut info), kResultOk);
                let shown = info.title.iter().take_while(|unit| **unit != 0).copied();
                let shown: String = char::decode_utf16(shown).filter_map(Result::ok).collect();
                (shown == title).then_some(info.id)
            })
        }
    }

    /// A parameter's value, 0 to 1.
    pub fn value(&self, id: ParamID) -> f64 {
        // SAFETY: as in `new`.
        unsafe { self.controller.getParamNormalized(id) }
    }

    /// Stops processing and starts it again, as hosts do around a bounce.
    pub fn restart_processing(&self) {
        // SAFETY: as in `new`; no `process` is running.
        unsafe {
            self.processor.setProcessing(0);
            self.processor.setProcessing(1);
        }
    }

    /// [audio thread] Processes one block in place with one point for each change.
    pub fn process(&self, channels: &mut [[f32; BLOCK]; 2], changes: &[(ParamID, i32, f64)]) {
        let changes = ComWrapper::new(Changes::new(changes));
        let changes = changes.to_com_ptr::<IParameterChanges>().unwrap();
        let [left, right] = channels;
        let mut pointers = [left.as_mut_ptr(), right.as_mut_ptr()];
        let bus = |pointers: &mut [*mut f32; 2]| AudioBusBuffers {
            numChannels: 2,
            silenceFlags: 0,
            __field0: AudioBusBuffers__type0 { channelBuffers32: pointers.as_mut_ptr() },
        };
        let (mut input, mut output) = (bus(&mut pointers), bus(&mut pointers));
        let mut data = ProcessData {
            processMode: ProcessModes_::kRealtime as int32,
            symbolicSampleSize: SymbolicSampleSizes_::kSample32 as int32,
            numSamples: BLOCK as int32,
            numInputs: 1,
            numOutputs: 1,
            inputs: &mut input,
            outputs: &mut output,
            inputParameterChanges: changes.as_ptr(),
            outputParameterChanges: std::ptr::null_mut(),
            inputEvents: std::ptr::null_mut(),
            outputEvents: std::ptr::null_mut(),
            processContext: std::ptr::null_mut(),
        };
        // SAFETY: every pointer in `data` is valid for the call.
        assert_eq!(unsafe { self.processor.process(&mut data) }, kResultOk);
    }

    /// Opens the editor in a window of ours, with a run loop of the host's or without.
    pub fn open_editor(&self, window: u32, with_run_loop: bool) -> Option<OpenEditor> {
        // SAFETY: as in `new`; the frame outlives the view.
        unsafe {
            let view = ComPtr::from_raw(self.controller.createView(ViewType::kEditor))?;
            let run_loop = with_run_loop.then(|| ComWrapper::new(RunLoopFrame::default()));
            let frame = match &run_loop {
                Some(frame) => frame.to_com_ptr::<IPlugFrame>()?,
                None => ComWrapper::new(BareFrame).to_com_ptr::<IPlugFrame>()?,
            };
            view.setFrame(frame.as_ptr());
            let parent = window as usize as *mut c_void;
            (view.attached(parent, kPlatformTypeX11EmbedWindowID) == kResultOk).then_some(OpenEditor {
                view,
                run_loop,
                _frame: frame,
            })
        }
    }

    /// The state as the host would save it.
    pub fn state(&self) -> Vec<u8> {
        let stream = ComWrapper::new(Stream::default());
        let pointer = stream.to_com_ptr::<IBStream>().unwrap();
        // SAFETY: the stream outlives the call.
        assert_eq!(unsafe { self.component.getState(pointer.as_ptr()) }, kResultOk);
        stream.0.borrow().0.clone()
    }

    /// Whether the plugin says that it has taken a state.
    pub fn set_state(&self, state: &[u8]) -> bool {
        let stream = ComWrapper::new(Stream(RefCell::new((state.to_vec(), 0))));
        let pointer = stream.to_com_ptr::<IBStream>().unwrap();
        // SAFETY: the stream outlives the call.
        unsafe { self.component.setState(pointer.as_ptr()) == kResultOk }
    }
}

/// A window for editors.
pub struct Desk {
    connection: x11rb::rust_connection::RustConnection,
    /// The window's number.
    pub window: u32,
}

impl Desk {
    /// Opens one, if there is a screen.
    pub fn open() -> Option<Self> {
        let desk = Self::hidden()?;
        desk.show()?;
        Some(desk)
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

/// An editor with its window.
pub struct OpenEditor {
    view: ComPtr<IPlugView>,
    run_loop: Option<ComWrapper<RunLoopFrame>>,
    _frame: ComPtr<IPlugFrame>,
}

impl OpenEditor {
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

/// Bytes and a position in them.
#[derive(Default)]
pub struct Stream(RefCell<(Vec<u8>, usize)>);

impl Stream {
    /// Over a copy of `bytes`, at their beginning.
    pub fn new(bytes: &[u8]) -> Self {
        Self(RefCell::new((bytes.to_vec(), 0)))
    }

    /// All of its bytes.
    pub fn bytes(&self) -> Vec<u8> {
        self.0.borrow().0.clone()
    }
}

impl Class for Stream {
    type Interfaces = (IBStream,);
}

impl IBStreamTrait for Stream {
    unsafe fn read(&self, buffer: *mut c_void, wanted: int32, read: *mut int32) -> tresult {
        let (bytes, position) = &mut *self.0.borrow_mut();
        let count = bytes.len().saturating_sub(*position).min(wanted as usize);
        // SAFETY: the caller's buffer holds `wanted` bytes; a null pointer for the count is allowed.
        unsafe {
            std::ptr::copy_nonoverlapping(bytes[*position..].as_ptr(), buffer.cast(), count);
            if !read.is_null() {
                *read = count as int32;
            }
        }
        *position += count;
        kResultOk
    }

    unsafe fn write(&self, buffer: *mut c_void, count: int32, written: *mut int32) -> tresult {
        // SAFETY: the caller's buffer holds `count` bytes; a null pointer for the count is allowed.
        unsafe {
            self.0
                .borrow_mut()
                .0
                .extend_from_slice(std::slice::from_raw_parts(buffer.cast(), count as usize));
            if !written.is_null() {
                *written = count;
            }
        }
        kResultOk
    }

    unsafe fn seek(&self, offset: int64, mode: int32, result: *mut int64) -> tresult {
        let (bytes, position) = &mut *self.0.borrow_mut();
        // The modes are 0 from the beginning, 1 from here, 2 from the end.
        let from = [0, *position, bytes.len()][mode as usize % 3];
        *position = (from as i64 + offset).clamp(0, bytes.len() as i64) as usize;
        if !result.is_null() {
            // SAFETY: not null.
            unsafe { *result = *position as i64 };
        }
        kResultOk
    }

    unsafe fn tell(&self, position: *mut int64) -> tresult {
        // SAFETY: the caller's pointer is valid.
        unsafe { *position = self.0.borrow().1 as i64 };
        kResultOk
    }
}

/// The parameter changes of one block, one point each.
struct Changes(Vec<ComPtr<IParamValueQueue>>);

impl Changes {
    fn new(changes: &[(ParamID, i32, f64)]) -> Self {
        let queue = |change: &(ParamID, i32, f64)| ComWrapper::new(Queue(*change)).to_com_ptr().unwrap();
        Self(changes.iter().map(queue).collect())
    }
}

impl Class for Changes {
    type Interfaces = (IParameterChanges,);
}

impl IParameterChangesTrait for Changes {
    unsafe fn getParameterCount(&self) -> int32 {
        self.0.len() as int32
    }
    unsafe fn getParameterData(&self, index: int32) -> *mut IParamValueQueue {
        self.0.get(index as usize).map_or(std::ptr::null_mut(), ComPtr::as_ptr)
    }
    unsafe fn addParameterData(&self, _: *const ParamID, _: *mut int32) -> *mut IParamValueQueue {
        std::ptr::null_mut()
    }
}

struct Queue((ParamID, i32, f64));

impl Class for Queue {
    type Interfaces = (IParamValueQueue,);
}

impl IParamValueQueueTrait for Queue {
    unsafe fn getParameterId(&self) -> ParamID {
        self.0.0
    }
    unsafe fn getPointCount(&self) -> int32 {
        1
    }
    unsafe fn getPoint(&self, _: int32, offset: *mut int32, value: *mut ParamValue) -> tresult {
        // SAFETY: the caller's pointers are valid.
        unsafe {
            *offset = self.0.1;
            *value = self.0.2;
        }
        kResultOk
    }
    unsafe fn addPoint(&self, _: int32, _: ParamValue, _: *mut int32) -> tresult {
        kResultFalse
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
