//! As much of a VST3 host as it takes to hold Lacquer under stress: instances, automation, state, editors with and without a
//! run loop. Everything but [`Instance::process`] belongs to the thread that loaded the bundle.

// Each test file that takes this in uses a part of it.
#![allow(dead_code)]
// All of it is a test: what is not there ends it.
#![allow(clippy::unwrap_used)]

mod changes;
pub mod child;
#[cfg(target_os = "linux")]
mod frame;
pub mod raw;
#[cfg(target_os = "linux")]
mod screen;
mod stream;
#[cfg(windows)]
mod window;

use changes::Changes;
#[cfg(target_os = "linux")]
pub use frame::{BareFrame, OpenEditor, RunLoopFrame};
#[cfg(target_os = "linux")]
pub use screen::Screen;
use std::ffi::c_void;
use std::path::{Path, PathBuf};
pub use stream::Stream;
use vst3::Steinberg::Vst::*;
use vst3::Steinberg::*;
use vst3::{Class, ComPtr, ComWrapper, Interface};
#[cfg(windows)]
pub use window::Window;

/// Where the library lies in the bundle, and what a host calls when it has loaded it and before it lets it go.
#[cfg(target_os = "linux")]
const LIBRARY: [&str; 3] = ["Lacquer.vst3/Contents/x86_64-linux/Lacquer.so", "ModuleEntry", "ModuleExit"];
/// See above.
#[cfg(windows)]
const LIBRARY: [&str; 3] = ["Lacquer.vst3/Contents/x86_64-win/Lacquer.vst3", "InitDll", "ExitDll"];

/// Frames in a block of the stress.
pub const BLOCK: usize = 64;

/// Finds `Lacquer.vst3`: in `LACQUER_BUNDLES`, else in `bundled` beside the build that this test belongs to.
pub fn bundle() -> Option<PathBuf> {
    let [name, ..] = LIBRARY;
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
                library.get(LIBRARY[1].as_bytes()).unwrap();
            // Linux hands it the library; Windows nothing, which takes an argument too many without harm.
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
                library.get(LIBRARY[2].as_bytes()).unwrap();
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
    #[cfg(target_os = "linux")]
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
            (view.attached(parent, kPlatformTypeX11EmbedWindowID) == kResultOk)
                .then(|| OpenEditor::new(view, run_loop, frame))
        }
    }

    /// The state as the host would save it.
    pub fn state(&self) -> Vec<u8> {
        let stream = ComWrapper::new(Stream::default());
        let pointer = stream.to_com_ptr::<IBStream>().unwrap();
        // SAFETY: the stream outlives the call.
        assert_eq!(unsafe { self.component.getState(pointer.as_ptr()) }, kResultOk);
        stream.bytes()
    }

    /// Whether the plugin says that it has taken a state.
    pub fn set_state(&self, state: &[u8]) -> bool {
        let stream = ComWrapper::new(Stream::new(state));
        let pointer = stream.to_com_ptr::<IBStream>().unwrap();
        // SAFETY: the stream outlives the call.
        unsafe { self.component.setState(pointer.as_ptr()) == kResultOk }
    }
}
