//! The built VST3 in a host on Windows: it sounds as the library does, and its editor lives in a window of the host's.
//!
//! `cargo xtask cross windows` runs it under Wine.

#![cfg(windows)]
// All of it is a test: what is not there ends it.
#![allow(clippy::unwrap_used)]

mod vst3_host;

use lacquer_dsp::{Chain, Frame, ProcessSpec};
use lacquer_params::vst_preset::vst_preset;
use lacquer_params::{Preset, Tree};
use lacquer_tests::signals::programme;
use std::cell::RefCell;
use std::ffi::c_void;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;
use vst3::Steinberg::Vst::*;
use vst3::Steinberg::*;
use vst3::{ComPtr, ComWrapper};
use vst3_host::child::in_a_process;
use vst3_host::raw::{Call, REALTIME, Raw};
use vst3_host::{Module, Window};

const RATE: f64 = 48_000.0;
const BLOCK: usize = 512;
/// Blocks of a render: 2 s.
const BLOCKS: usize = 188;
/// Where the switch of the glue compressor lies in the strip of the stages, in pixels at a scale of 1.
const GLUE_SWITCH: [i32; 2] = [453, 63];
/// How long an editor is given to draw its first picture by a software renderer.
const DRAWS: Duration = Duration::from_secs(3);
/// How long the picture stays for those who look from outside, in seconds: `LACQUER_EDITOR_SECONDS`.
const STAYS: &str = "LACQUER_EDITOR_SECONDS";

/// The state that stands in a factory preset's file, as hosts read it.
fn preset_state(preset: &Preset) -> Vec<u8> {
    let bytes = vst_preset(preset).unwrap();
    let list = u64::from_le_bytes(bytes[40..48].try_into().unwrap()) as usize;
    bytes[48..list].to_vec()
}

fn presets(module: &Module) {
    let input: Vec<[f32; 2]> =
        programme(BLOCKS * BLOCK, RATE, 0.8).iter().map(|frame| frame.map(|x| x as f32)).collect();
    for preset in Preset::factory() {
        let raw = Raw::new(module);
        assert_eq!(raw.set_state(&preset_state(&preset)), kResultOk, "{}", preset.name);
        assert_eq!(raw.set_up(RATE, BLOCK as i32, REALTIME), kResultOk);
        assert_eq!(raw.set_active(true), kResultOk);
        let mut found = Vec::new();
        for frames in input.chunks(BLOCK) {
            let mut block = [0, 1].map(|channel| frames.iter().map(|frame| frame[channel]).collect());
            raw.play(&mut block, &Call::of(frames.len()));
            found.extend(block[0].iter().zip(&block[1]).map(|(left, right)| [*left, *right]));
        }
        let tree = Tree::new();
        preset.apply(&tree).unwrap();
        let mut chain = Chain::new();
        chain.prepare(&tree.to_spec(ProcessSpec::stereo(RATE)));
        chain.set(&tree.to_settings());
        assert_eq!(raw.latency(), chain.latency_samples(), "{}", preset.name);
        let mut expected: Vec<Frame> = input.iter().map(|frame| frame.map(f64::from)).collect();
        chain.process(&mut expected);
        let differs =
            found.iter().zip(&expected).position(|(found, expected)| *found != expected.map(|x| x as f32));
        assert_eq!(differs, None, "{}: first frame that differs", preset.name);
        let state = raw.state();
        let other = Raw::new(module);
        assert_eq!(other.set_state(&state), kResultOk);
        assert!(other.state() == state, "{}: the state comes back", preset.name);
        other.end();
        raw.end();
    }
}

#[test]
fn every_factory_preset_gives_the_library_s_bits() {
    in_a_process("every_factory_preset_gives_the_library_s_bits", presets);
}

/// A frame that lets the view be as large as it likes.
struct WideFrame;

impl vst3::Class for WideFrame {
    type Interfaces = (IPlugFrame,);
}

impl IPlugFrameTrait for WideFrame {
    unsafe fn resizeView(&self, view: *mut IPlugView, size: *mut ViewRect) -> tresult {
        // SAFETY: the plugin's own view and size.
        unsafe { vst3::ComRef::from_raw(view).unwrap().onSize(size) }
    }
}

fn view(raw: &Raw) -> ComPtr<IPlugView> {
    // SAFETY: a call of the interface.
    unsafe { ComPtr::from_raw(raw.controller.createView(ViewType::kEditor)).unwrap() }
}

fn editors(module: &Module) {
    let raw = Raw::started(module, BLOCK as i32);
    let song = programme(48_000, RATE, 0.8);
    let place = RefCell::new(0);
    let play = || {
        let at = *place.borrow();
        let frames = song[at..at + BLOCK].iter();
        let mut block = [0, 1].map(|channel| frames.clone().map(|frame| frame[channel] as f32).collect());
        raw.play(&mut block, &Call::of(BLOCK));
        *place.borrow_mut() = (at + BLOCK) % (song.len() - BLOCK);
    };
    let first = view(&raw);
    let mut size = ViewRect { left: 0, top: 0, right: 0, bottom: 0 };
    // SAFETY: a place for the size.
    assert_eq!(unsafe { first.getSize(&mut size) }, kResultOk);
    drop(first);
    let window = Window::open(size.right - size.left, size.bottom - size.top).expect("a desktop");
    let frame = ComWrapper::new(WideFrame).to_com_ptr::<IPlugFrame>().unwrap();
    let attach = || {
        let view = view(&raw);
        // SAFETY: the calls of the interface; frame and window outlive the view.
        unsafe {
            assert_eq!(view.isPlatformTypeSupported(kPlatformTypeHWND), kResultTrue);
            assert_eq!(view.setFrame(frame.as_ptr()), kResultOk);
            let parent = window.handle.cast::<c_void>();
            assert_eq!(view.attached(parent, kPlatformTypeHWND), kResultOk);
        }
        assert!(window.has_child());
        view
    };
    let close = |view: ComPtr<IPlugView>| {
        // SAFETY: the view was attached, on this thread.
        assert_eq!(unsafe { view.removed() }, kResultOk);
        drop(view);
        window.run(Duration::from_millis(50), play);
        assert!(!window.has_child(), "nothing of the editor's stays in the host's window");
    };
    let view = attach();
    window.run(DRAWS, play);
    let edits = raw.listener.edits.load(Relaxed);
    window.click(GLUE_SWITCH[0], GLUE_SWITCH[1], play);
    window.run(DRAWS, play);
    // What is done with it is the host's business: this one sends no values back.
    assert!(raw.listener.edits.load(Relaxed) > edits, "the host hears of the glue compressor's switch");
    let seconds = std::env::var(STAYS).ok().and_then(|text| text.parse().ok()).unwrap_or(0);
    window.run(Duration::from_secs(seconds), play);
    close(view);
    for _ in 0..8 {
        let view = attach();
        window.run(Duration::from_millis(150), play);
        close(view);
    }
    raw.end();
}

#[test]
fn an_editor_takes_the_mouse_and_leaves_nothing_behind() {
    in_a_process("an_editor_takes_the_mouse_and_leaves_nothing_behind", editors);
}

/// Instances that are made at once: the framework names a window of each after the clock.
fn many(module: &Module) {
    let instances: Vec<Raw> = (0..32).map(|_| Raw::new(module)).collect();
    instances.into_iter().for_each(Raw::end);
}

#[test]
fn instances_made_at_once_are_all_there() {
    in_a_process("instances_made_at_once_are_all_there", many);
}
