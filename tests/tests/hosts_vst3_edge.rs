//! What the built VST3 tells hosts of its values, what plays after a state or a setting that came late, and what an editor leaves behind.

#![cfg(target_os = "linux")]
// All of it is a test: what is not there ends it.
#![allow(clippy::unwrap_used)]

mod vst3_host;

use lacquer_left_out::left_out;
use lacquer_params::Preset;
use lacquer_params::vst_preset::vst_preset;
use std::collections::HashSet;
use std::ffi::c_void;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};
use vst3::Steinberg::Vst::*;
use vst3::Steinberg::*;
use vst3::{ComPtr, ComWrapper};
use vst3_host::child::{Noise, in_a_process};
use vst3_host::raw::{Answers, Call, LATENCY_CHANGED, OFFLINE, Queues, REALTIME, Raw, text};
use vst3_host::{Module, RunLoopFrame, Screen, bundle};

const BLOCK: usize = 480;

/// What hosts show as a list, and the flag of changed values.
#[allow(
    clippy::unnecessary_cast,
    reason = "the constants are unsigned where the compiler's enumerations are"
)]
const IS_LIST: i32 = ParameterInfo_::ParameterFlags_::kIsList as i32;
#[allow(clippy::unnecessary_cast, reason = "as above")]
const VALUES_CHANGED: i32 = RestartFlags_::kParamValuesChanged as i32;

/// Programme that makes every stage work: noise under a tone.
fn programme(frames: usize) -> [Vec<f32>; 2] {
    let mut noise = Noise(3);
    [0.031, 0.05].map(|step: f32| {
        (0..frames).map(|n| (n as f32 * step).sin() * 0.5 + (noise.next() as f32 - 0.5) * 0.3).collect()
    })
}

fn render(raw: &Raw, frames: usize, call: impl Fn(usize) -> Call<'static>) -> [Vec<f32>; 2] {
    let mut channels = programme(frames);
    let [left, right] = &mut channels;
    for (left, right) in left.chunks_mut(BLOCK).zip(right.chunks_mut(BLOCK)) {
        let mut block = [left.to_vec(), right.to_vec()];
        raw.play(&mut block, &call(left.len()));
        left.copy_from_slice(&block[0]);
        right.copy_from_slice(&block[1]);
    }
    channels
}

/// A state with the chain at work and one parameter as told, from an instance that was never active.
fn state_with(module: &Module, title: &str, value: f64) -> Vec<u8> {
    let raw = Raw::new(module);
    for (title, value) in [
        ("Glue On", 1.0),
        ("Equalizer On", 1.0),
        ("Equalizer 4 On", 1.0),
        ("Equalizer 4 Gain", 0.8),
        (title, value),
    ] {
        assert_eq!(raw.set_value(raw.id(title), value), kResultOk);
    }
    let state = raw.state();
    raw.end();
    state
}

/// What the whole is to sound like: an instance that had the state before it was activated.
fn prepared(module: &Module, state: &[u8], frames: usize, mode: i32) -> ([Vec<f32>; 2], usize) {
    let raw = Raw::new(module);
    assert_eq!(raw.set_state(state), kResultOk);
    assert_eq!(raw.set_up(48_000.0, BLOCK as i32, mode), kResultOk);
    assert_eq!(raw.set_active(true), kResultOk);
    let latency = raw.latency();
    let output = render(&raw, frames, |frames| Call { mode, ..Call::of(frames) });
    raw.end();
    (output, latency)
}

fn late_states(module: &Module) {
    let frames = 100 * BLOCK;
    for (title, value) in [("Quality", 1.0), ("Quality", 0.0), ("Equalizer Phase", 1.0)] {
        let state = state_with(module, title, value);
        let mode = OFFLINE;
        let (expected, latency) = prepared(module, &state, frames, mode);
        // Restored into an active instance.
        let raw = Raw::new(module);
        assert_eq!(raw.set_up(48_000.0, BLOCK as i32, mode), kResultOk);
        assert_eq!(raw.set_active(true), kResultOk);
        assert_ne!(raw.latency(), latency, "{title} {value}");
        raw.listener.restarts.store(0, Relaxed);
        assert_eq!(raw.set_state(&state), kResultOk);
        assert_eq!(raw.listener.restarts.load(Relaxed), LATENCY_CHANGED, "{title} {value}");
        assert_eq!(raw.latency(), latency, "{title} {value}");
        assert!(
            render(&raw, frames, |frames| Call { mode, ..Call::of(frames) }) == expected,
            "{title} {value}"
        );
        // What the host knows is no news to it.
        raw.listener.restart_count.store(0, Relaxed);
        assert_eq!(raw.set_state(&state), kResultOk);
        assert_eq!(raw.set_active(false), kResultOk);
        assert_eq!(raw.set_active(true), kResultOk);
        assert_eq!(raw.listener.restart_count.load(Relaxed), 0, "{title} {value}");
        assert!(render(&raw, frames, |frames| Call { mode, ..Call::of(frames) }) == expected, "restarted");
        raw.end();
    }
}

#[test]
fn a_state_restored_after_activation_is_what_plays() {
    in_a_process("a_state_restored_after_activation_is_what_plays", late_states);
}

/// The state that stands in a factory preset's file, as hosts read it.
fn preset_state(name: &str) -> Vec<u8> {
    let bytes = vst_preset(&Preset::find(name).unwrap()).unwrap();
    let list = u64::from_le_bytes(bytes[40..48].try_into().unwrap()) as usize;
    bytes[48..list].to_vec()
}

fn presets(module: &Module) {
    let raw = Raw::started(module, BLOCK as i32);
    for title in ["Quality", "Equalizer Phase"] {
        assert_eq!(raw.set_value(raw.id(title), 1.0), kResultOk);
    }
    // What can be automated comes with a block.
    let bypassed = Queues::new(&[(raw.id("Bypass"), vec![(0, 1.0)])]);
    raw.play(&mut programme(BLOCK), &Call { changes: Some(&bypassed), ..Call::of(BLOCK) });
    let (drive, latency) = (raw.value(raw.id("Limiter Drive")), raw.latency());
    assert_eq!(raw.set_state(&preset_state("Loud")), kResultOk);
    assert_ne!(raw.value(raw.id("Limiter Drive")), drive, "it is taken");
    for title in ["Quality", "Equalizer Phase", "Bypass"] {
        assert_eq!(raw.value(raw.id(title)), 1.0, "{title} is the session's");
    }
    assert_eq!(raw.latency(), latency);
    raw.end();
}

#[test]
fn a_preset_leaves_quality_phase_and_bypass_alone() {
    in_a_process("a_preset_leaves_quality_phase_and_bypass_alone", presets);
}

fn late_settings(module: &Module) {
    let frames = 100 * BLOCK;
    for (title, value) in [("Quality", 1.0), ("Quality", 0.0), ("Equalizer Phase", 1.0)] {
        let (expected, latency) = prepared(module, &state_with(module, title, value), frames, OFFLINE);
        let base = state_with(module, "Bypass", 0.0);
        let started = |mode| {
            let raw = Raw::new(module);
            assert_eq!(raw.set_state(&base), kResultOk);
            assert_eq!(raw.set_up(48_000.0, BLOCK as i32, mode), kResultOk);
            assert_eq!(raw.set_active(true), kResultOk);
            raw.latency();
            raw
        };
        // By the host's main thread.
        let raw = started(OFFLINE);
        assert_eq!(raw.set_value(raw.id(title), value), kResultOk);
        assert_eq!((raw.value(raw.id(title)), raw.latency()), (value, latency), "held at once");
        assert!(
            render(&raw, frames, |frames| Call { mode: OFFLINE, ..Call::of(frames) }) == expected,
            "{title} {value}"
        );
        raw.end();
        // In the first block of a render, by hosts that set up offline and by those that say it of the blocks alone.
        for mode in [OFFLINE, REALTIME] {
            if (mode, title) == (REALTIME, "Equalizer Phase") {
                // Kernels are designed elsewhere then, and come when they come.
                continue;
            }
            let raw = started(mode);
            let changes = Queues::new(&[(raw.id(title), vec![(0, value)])]);
            let mut first = programme(frames).map(|row| row[..BLOCK].to_vec());
            raw.play(&mut first, &Call { mode: OFFLINE, changes: Some(&changes), ..Call::of(BLOCK) });
            let expected = expected.each_ref().map(|row| row[..BLOCK].to_vec());
            assert!(first == expected, "{title} {value} in the first block, mode {mode}");
            assert_eq!(raw.latency(), latency);
            raw.end();
        }
    }
}

#[test]
fn a_setting_that_comes_before_the_first_block_is_what_plays() {
    in_a_process("a_setting_that_comes_before_the_first_block_is_what_plays", late_settings);
}

fn values(module: &Module) {
    let raw = Raw::started(module, BLOCK as i32);
    let infos = raw.infos();
    let mut short = HashSet::new();
    for info in &infos {
        let (title, shown) = (text(&info.title), text(&info.shortTitle));
        assert!((1..=8).contains(&shown.chars().count()), "{title}: {shown:?}");
        assert!(short.insert(shown.clone()), "{shown:?} twice");
        let is_list = info.flags & IS_LIST != 0;
        assert_eq!(is_list, info.stepCount > 1, "{title}");
    }
    // A value between two steps: the plugin's own copy and, by its answer, the host's are on one of them.
    for value in [0.3, 0.5, 0.71] {
        let discrete = infos.iter().filter(|info| info.stepCount > 0);
        let queues: Vec<_> = discrete.clone().map(|info| (info.id, vec![(7, value)])).collect();
        let (changes, answers) = (Queues::new(&queues), ComWrapper::new(Answers::default()));
        let mut block = programme(BLOCK);
        raw.play(&mut block, &Call { changes: Some(&changes), answers: Some(&answers), ..Call::of(BLOCK) });
        let answers = answers.values();
        for info in discrete {
            let (held, steps) = (raw.value(info.id), f64::from(info.stepCount));
            let title = text(&info.title);
            assert!(((held * steps).round() - held * steps).abs() < 1e-6, "{title}: {held}");
            let host = answers.iter().find(|(id, _)| *id == info.id).map_or(value, |(_, value)| *value);
            assert!((host - held).abs() < 1e-6, "{title}: {host} at the host, {held} here");
            // SAFETY: a call without pointers.
            let plain = unsafe { raw.controller.normalizedParamToPlain(info.id, value) };
            assert_eq!(plain, (held * steps).round(), "{title}");
        }
    }
    // And while nothing is processed.
    assert_eq!(raw.set_active(false), kResultOk);
    for info in infos.iter().filter(|info| info.stepCount == 1) {
        for (set, held) in [(0.3, 0.0), (0.7, 1.0)] {
            raw.listener.restarts.store(0, Relaxed);
            assert_eq!(raw.set_value(info.id, set), kResultOk);
            assert_eq!(raw.value(info.id), held, "{}", text(&info.title));
            let asked = raw.listener.restarts.load(Relaxed);
            assert_eq!(asked, VALUES_CHANGED, "the host is to read its copy again");
        }
    }
    raw.end();
}

#[test]
fn switches_and_choices_are_on_their_steps_here_and_at_the_host() {
    in_a_process("switches_and_choices_are_on_their_steps_here_and_at_the_host", values);
}

/// Threads and open files of this process.
fn held_by_the_system() -> [usize; 2] {
    ["/proc/self/task", "/proc/self/fd"].map(|folder| std::fs::read_dir(folder).unwrap().count())
}

fn editors(module: &Module) {
    let Some(screen) = Screen::open() else {
        return left_out("editors: there is no screen");
    };
    let raw = Raw::started(module, BLOCK as i32);
    let open = |looped: bool| {
        // SAFETY: the calls of the interface; the frame outlives the view.
        unsafe {
            let view = ComPtr::from_raw(raw.controller.createView(ViewType::kEditor)).unwrap();
            let run_loop = ComWrapper::new(RunLoopFrame::default());
            let frame = if looped {
                run_loop.to_com_ptr::<IPlugFrame>().unwrap()
            } else {
                ComWrapper::new(vst3_host::BareFrame).to_com_ptr::<IPlugFrame>().unwrap()
            };
            assert_eq!(view.setFrame(frame.as_ptr()), kResultOk);
            let parent = screen.window as usize as *mut c_void;
            assert_eq!(view.attached(parent, kPlatformTypeX11EmbedWindowID), kResultOk);
            let changes = Queues::new(&[(raw.id("Limiter Drive"), vec![(0, 0.6), (9, 0.5)])]);
            for _ in 0..10 {
                raw.play(&mut programme(BLOCK), &Call { changes: Some(&changes), ..Call::of(BLOCK) });
                run_loop.turn();
                std::thread::sleep(Duration::from_millis(2));
            }
            assert_eq!(view.removed(), kResultOk);
            drop(view);
            assert_eq!(run_loop.handlers(), 0, "nothing of the view's stays in the host's loop");
        }
    };
    // The first one loads graphics drivers, which keep files and threads of their own.
    open(true);
    open(false);
    let before = held_by_the_system();
    (0..12).for_each(|n| open(n % 2 == 0));
    assert_eq!(held_by_the_system(), before, "threads and files after 12 editors");
    raw.end();
}

#[test]
fn an_editor_leaves_no_thread_no_file_and_no_handler_behind() {
    in_a_process("an_editor_leaves_no_thread_no_file_and_no_handler_behind", editors);
}

/// As hosts do it that restore a session: the editor is opened first, and the window around it shown after that.
fn hidden_editors(module: &Module) {
    let raw = Raw::started(module, BLOCK as i32);
    for wait_ms in [0, 20, 50, 100, 200, 400] {
        let Some(screen) = Screen::hidden() else {
            return left_out("editors: there is no screen");
        };
        // SAFETY: the calls of the interface; the frame outlives the view.
        unsafe {
            let view = ComPtr::from_raw(raw.controller.createView(ViewType::kEditor)).unwrap();
            let frame = ComWrapper::new(vst3_host::BareFrame).to_com_ptr::<IPlugFrame>().unwrap();
            assert_eq!(view.setFrame(frame.as_ptr()), kResultOk);
            let parent = screen.window as usize as *mut c_void;
            assert_eq!(view.attached(parent, kPlatformTypeX11EmbedWindowID), kResultOk);
            std::thread::sleep(Duration::from_millis(wait_ms));
            screen.show().unwrap();
            let since = Instant::now();
            while !screen.is_painted() && since.elapsed() < Duration::from_secs(10) {
                std::thread::sleep(Duration::from_millis(20));
            }
            assert!(screen.is_painted(), "blank 10 s after it was shown, {wait_ms} ms after it was opened");
            eprintln!("painted {:?} after it was shown", since.elapsed());
            assert_eq!(view.removed(), kResultOk);
        }
    }
    raw.end();
}

#[test]
fn an_editor_in_a_window_that_is_shown_later_is_drawn() {
    in_a_process("an_editor_in_a_window_that_is_shown_later_is_drawn", hidden_editors);
}

/// Every number to both ends from random values, with every stage on.
fn moves(module: &Module) {
    // At one rate for as long as it takes a smoother to come to rest (8 ms down to the last bit); the others differ in time constants alone.
    for (rate, starts, rest_s) in
        [(44_100.0, 40, 0.5), (48_000.0, 8, 0.1), (96_000.0, 8, 0.1), (192_000.0, 8, 0.1)]
    {
        let raw = Raw::new(module);
        assert_eq!(raw.set_up(rate, BLOCK as i32, REALTIME), kResultOk);
        assert_eq!(raw.set_active(true), kResultOk);
        let infos: Vec<_> = raw.infos().into_iter().filter(|info| text(&info.title) != "Bypass").collect();
        let mut noise = Noise(rate as u64);
        let input = programme(BLOCK);
        let play = |values: Vec<(ParamID, Vec<(i32, f64)>)>, blocks: usize| {
            for n in 0..blocks {
                let changes = Queues::new(if n == 0 { &values } else { &[] });
                let mut block = input.clone();
                raw.play(&mut block, &Call { changes: Some(&changes), ..Call::of(BLOCK) });
                assert!(block.iter().flatten().all(|x| x.is_finite()), "{rate} Hz");
            }
        };
        let switches = infos.iter().filter(|info| info.stepCount == 1);
        play(switches.map(|info| (info.id, vec![(0, 1.0)])).collect(), 4);
        let numbers: Vec<_> = infos.iter().filter(|info| info.stepCount == 0).map(|info| info.id).collect();
        for _ in 0..starts {
            let start: Vec<_> = numbers.iter().map(|id| (*id, vec![(0, noise.next())])).collect();
            for end in [0.0, 1.0] {
                play(start.clone(), 3);
                let rest = (rest_s * rate / BLOCK as f64) as usize;
                play(numbers.iter().map(|id| (*id, vec![(0, end)])).collect(), rest);
            }
        }
        raw.end();
    }
}

#[test]
fn every_parameter_moves_to_its_ends() {
    in_a_process("every_parameter_moves_to_its_ends", moves);
}

fn module_info(module: &Module) {
    // SAFETY: the factory's own interface, and valid pointers.
    let (class, factory) = unsafe {
        let mut class: PClassInfo2 = std::mem::zeroed();
        let mut factory: PFactoryInfo = std::mem::zeroed();
        let second = module.factory.cast::<IPluginFactory2>().unwrap();
        assert_eq!(second.getClassInfo2(0, &mut class), kResultOk);
        assert_eq!(module.factory.getFactoryInfo(&mut factory), kResultOk);
        (class, factory)
    };
    let said = |units: &[char8]| -> String {
        units.iter().take_while(|unit| **unit != 0).map(|unit| *unit as u8 as char).collect()
    };
    let path = bundle().unwrap().ancestors().nth(2).unwrap().join("Resources/moduleinfo.json");
    let info = std::fs::read_to_string(path).unwrap();
    let id: String = class.cid.iter().map(|byte| format!("{:02X}", *byte as u8)).collect();
    let mut expected = vec![
        format!("\"CID\": \"{id}\""),
        format!("\"Category\": \"{}\"", said(&class.category)),
        format!("\"Name\": \"{}\"", said(&class.name)),
        format!("\"Vendor\": \"{}\"", said(&class.vendor)),
        format!("\"Version\": \"{}\"", said(&class.version)),
        format!("\"SDKVersion\": \"{}\"", said(&class.sdkVersion)),
        format!("\"Class Flags\": {}", class.classFlags),
        format!("\"Cardinality\": {}", class.cardinality),
        format!("\"URL\": \"{}\"", said(&factory.url)),
    ];
    expected.extend(said(&class.subCategories).split('|').map(|category| format!("\"{category}\"")));
    for part in expected {
        assert!(info.contains(&part), "{part} is not in {info}");
    }
}

#[test]
fn the_module_info_says_what_the_factory_says() {
    in_a_process("the_module_info_says_what_the_factory_says", module_info);
}
