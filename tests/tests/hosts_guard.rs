//! The built VST3 under the stress that crashes its framework unguarded: instances automated on audio threads while editors open
//! and close and instances come and go. And, the host being there, what a state must and must not do.
//!
//! The stress runs in a process of its own: a panic in the plugin's library may abort it, or only end a thread that nobody
//! waits for, and both are seen from outside. Editors need an X server (`DISPLAY`); without one the rest is done.

#![cfg(target_os = "linux")]
// All of it is a test: what is not there ends it.
#![allow(clippy::unwrap_used)]

mod vst3_host;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use vst3_host::child::{Noise, in_a_process};
use vst3_host::{BLOCK, Instance, Module, Screen};

/// How long the stress lasts: unguarded, the framework dies within two seconds of it.
const STRESS: Duration = Duration::from_secs(12);

/// Instances at a time.
const INSTANCES: usize = 4;

/// Parameters that change in each block.
const CHANGES: usize = 4;

/// An instance with its audio thread.
struct Player {
    instance: Arc<Instance>,
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Player {
    fn start(module: &Module, seed: u64, blocks: &Arc<AtomicU64>) -> Self {
        let instance = Arc::new(Instance::new(module));
        let stop = Arc::new(AtomicBool::new(false));
        let thread = {
            let (instance, stop, blocks) = (instance.clone(), stop.clone(), blocks.clone());
            let ids = instance.automatable();
            std::thread::spawn(move || {
                let mut noise = Noise(seed);
                while !stop.load(Relaxed) {
                    let changes: [_; CHANGES] = std::array::from_fn(|_| {
                        let id = ids[(noise.next() * ids.len() as f64) as usize];
                        (id, (noise.next() * BLOCK as f64) as i32, noise.next())
                    });
                    let mut audio = [[0.0; BLOCK]; 2];
                    audio.iter_mut().flatten().for_each(|sample| *sample = noise.next() as f32 - 0.5);
                    instance.process(&mut audio, &changes);
                    assert!(audio.iter().flatten().all(|sample| sample.is_finite()));
                    blocks.fetch_add(1, Relaxed);
                    // As a host: each block when it is due.
                    std::thread::sleep(Duration::from_micros(300));
                }
            })
        };
        Self { instance, stop, thread }
    }

    fn end(self) {
        self.stop.store(true, Relaxed);
        self.thread.join().unwrap();
        Arc::into_inner(self.instance).unwrap().end();
    }
}

fn stress(module: &Module) {
    let screen = Screen::open();
    let blocks = Arc::new(AtomicU64::new(0));
    let mut noise = Noise(1);
    let mut players: Vec<Player> = (0..INSTANCES).map(|n| Player::start(module, n as u64, &blocks)).collect();
    let (mut editors, mut instances) = (0, INSTANCES);
    let start = Instant::now();
    while start.elapsed() < STRESS {
        let chosen = (noise.next() * INSTANCES as f64) as usize;
        if let Some(screen) = &screen {
            let editor = players[chosen]
                .instance
                .open_editor(screen.window, noise.next() < 0.5)
                .expect("the editor opens");
            editor.run(Duration::from_millis((noise.next() * 60.0) as u64));
            editor.close();
            editors += 1;
        }
        if screen.is_none() || noise.next() < 0.3 {
            players.swap_remove(chosen).end();
            // Now and then the last one goes too, and the guard with it.
            if noise.next() < 0.2 {
                players.drain(..).for_each(Player::end);
            }
            while players.len() < INSTANCES {
                players.push(Player::start(module, instances as u64, &blocks));
                instances += 1;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
    players.drain(..).for_each(Player::end);
    drop(screen);
    eprintln!("stress: {instances} instances, {editors} editors, {} blocks", blocks.load(Relaxed));
    assert!(blocks.load(Relaxed) > 0);
}

#[test]
fn no_panic_while_editors_and_instances_come_and_go() {
    if let Some(said) = in_a_process("no_panic_while_editors_and_instances_come_and_go", stress) {
        let figures =
            said.lines().find(|line| line.starts_with("stress:")).expect("the stress ran to its end");
        println!("{figures}");
        if figures.contains(" 0 editors") {
            lacquer_left_out::left_out("editors: there is no screen");
        }
    }
}

/// Sets one value by automation and gives the state.
fn state_after(instance: &Instance, parameter: usize, value: f64) -> Vec<u8> {
    let id = instance.automatable()[parameter];
    instance.process(&mut [[0.0; BLOCK]; 2], &[(id, 0, value)]);
    instance.state()
}

/// A state's content without a refused one that is carried along.
fn without_carried(state: &[u8]) -> serde_json::Value {
    let mut state: serde_json::Value = serde_json::from_slice(state).unwrap();
    state["fields"].as_object_mut().unwrap().remove("kept_state");
    state
}

fn states(module: &Module) {
    let (one, other) = (Instance::new(module), Instance::new(module));
    let default = one.state();
    let state = state_after(&one, 2, 0.123_456_789);
    assert_ne!(state, default, "the parameter moved");
    assert!(other.set_state(&state));
    assert!(other.state() == state, "a state comes back bit for bit");

    let text = String::from_utf8(state.clone()).unwrap();
    let refused = [
        Vec::new(),
        b"not a state".to_vec(),
        state[..state.len() / 2].to_vec(),
        text.replace("\"limiter_drive\"", "\"limiter_louder\"").into_bytes(),
        text.replace("\"state_version\":\"1\"", "\"state_version\":\"999\"").into_bytes(),
        text.replace("\"state_version\":\"1\"", "\"state_version\":\"x\"").into_bytes(),
        text.replace("\"limiter_ceiling\":{\"f32\":-1.0}", "\"limiter_ceiling\":{\"f32\":40.0}").into_bytes(),
        text.replace("\"limiter_ceiling\":{\"f32\":-1.0}", "\"limiter_ceiling\":{\"bool\":true}")
            .into_bytes(),
    ];
    for bad in refused {
        assert_ne!(bad, state, "every bad state differs");
        other.set_state(&bad);
        // What was refused goes along with it, for the version that may know it, and says nothing of the settings.
        let kept = without_carried(&other.state());
        assert!(
            kept == without_carried(&state),
            "the old state is kept against {}",
            String::from_utf8_lossy(&bad)
        );
    }
    // What a state does not name was not there when it was saved: it is at its default.
    let short = r#"{"version":"0.1.0","params":{},"fields":{"state_version":"1"}}"#;
    assert!(other.set_state(short.as_bytes()));
    assert!(other.state() == default);
    one.end();
    other.end();
}

#[test]
fn states_come_back_exactly_and_bad_ones_are_refused() {
    in_a_process("states_come_back_exactly_and_bad_ones_are_refused", states);
}
