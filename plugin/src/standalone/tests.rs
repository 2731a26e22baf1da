//! The instance between devices, without any of the system's.

use super::context::EditorContext;
use super::instance::{Incoming, Instance, Lent};
use super::silence::Silence;
use super::song;
use super::sound::{Sound, System};
use crate::LacquerPlugin;
use lacquer_files::Audio;
use lacquer_files::encode::{WordLength, encode};
use lacquer_gui::{SongPlayer, SoundChoice, SoundDevices, SoundState, Status};
use lacquer_params::Tree;
use nice_plug::prelude::GuiContextInner;
use std::any::Any;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

type Lost = Box<dyn Fn(String) + Send + Sync>;

/// A system with a device that plays to nobody and one that never opens.
#[derive(Clone, Default)]
struct Rack {
    rate_hz: u32,
    lost: Arc<Mutex<Option<Lost>>>,
}

impl System for Rack {
    fn backends(&self) -> Vec<String> {
        vec!["Rack".to_owned()]
    }

    fn devices(&self, _: &str) -> [Vec<String>; 2] {
        [vec!["good".to_owned(), "busy".to_owned()], Vec::new()]
    }

    fn prepare(&mut self, choice: &SoundChoice) -> Result<(u32, Option<Incoming>), String> {
        self.rate_hz = choice.rate_hz;
        match choice.output.as_deref() {
            Some("none") => Err("there is no device none".to_owned()),
            _ => Ok((choice.rate_hz, None)),
        }
    }

    fn start(&mut self, lent: Lent, lost: Lost) -> Result<Box<dyn Any>, String> {
        *self.lost.lock().unwrap() = Some(lost);
        Ok(Box::new(Silence::new(lent, self.rate_hz)))
    }
}

/// A system whose devices open and then refuse, with the instance in their hands.
struct Refusing;

impl System for Refusing {
    fn backends(&self) -> Vec<String> {
        vec!["Refusing".to_owned()]
    }

    fn devices(&self, _: &str) -> [Vec<String>; 2] {
        Default::default()
    }

    fn prepare(&mut self, choice: &SoundChoice) -> Result<(u32, Option<Incoming>), String> {
        Ok((choice.rate_hz, None))
    }

    fn start(&mut self, _: Lent, _: Lost) -> Result<Box<dyn Any>, String> {
        Err("it is busy".to_owned())
    }
}

fn choice(output: Option<&str>, rate_hz: u32) -> SoundChoice {
    SoundChoice { backend: Some("Rack".to_owned()), output: output.map(str::to_owned), input: None, rate_hz }
}

fn wait_for(sound: &Sound, what: impl Fn(&SoundState) -> bool) -> SoundState {
    for _ in 0..1000 {
        let state = sound.state();
        if !state.is_busy && what(&state) {
            return state;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("it stays at {:?}", sound.state());
}

/// Whether blocks are played.
fn plays(status: &Status) -> bool {
    let measured = || status.meters().measured_frames.load(SeqCst);
    let before = measured();
    (0..500).any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        measured() != before
    })
}

#[test]
fn the_chain_goes_from_device_to_device_and_says_what_does_not_open() {
    let rack = Rack::default();
    let plugin = LacquerPlugin::default();
    let status = plugin.status.clone();
    let (sound, receiving) = Sound::new(&rack);
    let rates = Arc::new(AtomicUsize::new(0));
    let told = rates.clone();
    let first = choice(None, 48_000);
    let thread = receiving.run(
        Box::new(rack.clone()),
        Box::new(Instance::new(plugin, 2)),
        vec![choice(Some("none"), 48_000), first.clone()],
        move || _ = told.fetch_add(1, SeqCst),
    );
    let state = wait_for(&sound, |state| state.choice == first && !state.outputs.is_empty());
    assert_eq!((state.problem, state.outputs.len()), (None, 2), "the first that opens");
    assert!(plays(&status));
    let second = choice(Some("good"), 96_000);
    sound.choose(second.clone());
    wait_for(&sound, |state| state.choice == second);
    assert_eq!(status.running().map(|(rate, _)| rate), Some(96_000.0));
    assert!(plays(&status));
    assert_eq!(rates.load(SeqCst), 2, "told of 48 and of 96 kHz");
    sound.choose(choice(Some("none"), 96_000));
    let state = wait_for(&sound, |state| state.problem.is_some());
    assert_eq!((state.choice.backend, state.problem.as_deref()), (None, Some("there is no device none")));
    assert!(plays(&status), "in silence");
    sound.choose(second.clone());
    wait_for(&sound, |state| state.choice == second);
    rack.lost.lock().unwrap().as_ref().expect("a device")("pulled out".to_owned());
    let state = wait_for(&sound, |state| state.problem.is_some());
    assert_eq!((state.choice.backend, state.problem.as_deref()), (None, Some("pulled out")));
    assert!(plays(&status));
    drop(thread);
    assert_eq!(status.running(), None, "it has ended");
}

#[test]
fn a_device_that_refuses_gives_the_chain_back() {
    let plugin = LacquerPlugin::default();
    let status = plugin.status.clone();
    let (sound, receiving) = Sound::new(&Refusing);
    let instance = Box::new(Instance::new(plugin, 1));
    let _thread = receiving.run(Box::new(Refusing), instance, vec![choice(None, 44_100)], || {});
    let state = wait_for(&sound, |state| state.problem.is_some());
    assert_eq!((state.problem.as_deref(), state.choice.rate_hz), (Some("it is busy"), 44_100));
    assert!(plays(&status), "in silence, one channel");
}

#[test]
fn another_quality_is_built_by_the_editor_and_heard_in_the_next_block() {
    let plugin = LacquerPlugin::default();
    let (params, status) = (plugin.params.clone(), plugin.status.clone());
    let editor = EditorContext::new(&plugin.params, &plugin.handover);
    let mut instance = Instance::new(plugin, 2);
    assert!(instance.activate(48_000, None));
    instance.play(512);
    let before = status.running().expect("it runs").1;
    let tree = Tree::over(params);
    let finest = tree.normalize("quality", tree.parse("quality", "Finest").unwrap()).unwrap();
    // SAFETY: the tree's own parameter.
    unsafe { editor.raw_set_parameter_normalized(tree.pointer("quality").unwrap(), finest) };
    let after = status.running().expect("it runs").1;
    assert!(after > before, "{before} to {after} samples, before any block");
    crate::engine::counting::BUILT.set(0);
    instance.play(512);
    assert_eq!(crate::engine::counting::BUILT.get(), 0, "nothing is built by whoever plays");
    let state = || serde_json::to_string(&editor.get_state()).expect("a state");
    let saved = state();
    tree.set_from_text("quality", "Live").unwrap();
    assert_ne!(state(), saved);
    editor.set_state(serde_json::from_str(&saved).expect("a state"));
    assert_eq!(state(), saved);
}

#[test]
fn what_comes_in_is_late_by_its_lag_and_goes_on_after_a_gap() {
    let (mut from_device, ring) = rtrb::RingBuffer::new(48_000);
    let mut instance = Instance::new(LacquerPlugin::default(), 2);
    assert!(instance.activate(48_000, Some(Incoming::new(ring, 48_000))));
    let mut heard = |count: usize, frames: usize| {
        for _ in 0..count {
            let _ = from_device.push([0.25, -0.25]);
        }
        instance.play(frames)[0].iter().any(|x| x.abs() > 0.2)
    };
    assert!(!heard(512, 512), "the lag is not there yet");
    assert!((0..20).any(|_| heard(512, 512)));
    // Nothing comes for longer than the lag.
    assert!((0..20).any(|_| !heard(0, 512)));
    assert!((0..20).any(|_| heard(512, 512)));
}

#[test]
fn the_transport_is_the_songs() {
    const FRAMES: usize = 4800;
    let folder = std::env::temp_dir().join(format!("lacquer-transport-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("song.wav");
    let frames = (0..FRAMES).map(|n| [(n as f32 * 0.1).sin() * 0.25; 2]).collect();
    encode(&path, &Audio { sample_rate: 48_000, channels: 2, frames }, WordLength::Bits24).unwrap();
    let (feed, player) = song::pair();
    let plugin = LacquerPlugin { song: Some(feed), ..LacquerPlugin::default() };
    let status = plugin.status.clone();
    player.set_status(status.clone());
    let mut instance = Instance::new(plugin, 2);
    assert!(instance.activate(48_000, None));
    let meters = status.meters().clone();
    let jumps = || meters.jumps.load(SeqCst);
    instance.play(512);
    let mut known = jumps();
    player.open(&path);
    // It begins at its beginning.
    while jumps() == known {
        std::thread::sleep(Duration::from_millis(5));
        instance.play(512);
    }
    assert_eq!(meters.jump_position.load(SeqCst), 0);
    known = jumps();
    let mut played = 512;
    while played + 512 <= FRAMES {
        instance.play(512);
        played += 512;
    }
    assert_eq!(jumps(), known, "nothing jumps in a song");
    // Its end lies within this block.
    instance.play(512);
    assert_eq!((jumps(), meters.jump_position.load(SeqCst)), (known + 1, 0), "it begins anew");
    player.seek(0.5);
    instance.play(512);
    assert_eq!((jumps(), meters.jump_position.load(SeqCst)), (known + 2, FRAMES as i64 / 2));
    player.play(false);
    instance.play(512);
    assert!(!meters.is_rolling.load(SeqCst), "a song that stands is not judged");
    let _ = std::fs::remove_dir_all(&folder);
}
