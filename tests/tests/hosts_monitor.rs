//! The built VST3 with its editor open and a monitor function on: heard at the pace of ears, and never in a bounce, although the
//! host says nothing of it.

#![cfg(target_os = "linux")]
// All of it is a test: what is not there ends it.
#![allow(clippy::unwrap_used)]

mod vst3_host;

use lacquer_left_out::left_out;
use lacquer_tests::signals::programme;
use std::time::{Duration, Instant};
use vst3_host::{BLOCK, Instance, Module, Screen, bundle};

const RATE: f64 = 48_000.0;
/// The key M, by which the editor compares, in the numbers that X servers on Linux use (evdev).
const KEY_M: u8 = 58;
/// Length of a block.
const BLOCK_TIME: Duration = Duration::from_nanos((1e9 * BLOCK as f64 / RATE) as u64);

/// Two instances on the same input, one monitored and one not.
struct Pair<'a> {
    monitored: &'a Instance,
    plain: &'a Instance,
    input: Vec<[f32; 2]>,
    at: usize,
}

impl Pair<'_> {
    /// Processes blocks, at the pace of ears or as fast as it goes. Frames in which the two differ, and frames in all.
    fn play(&mut self, blocks: usize, paced: bool) -> (usize, usize) {
        let started = Instant::now();
        let mut different = 0;
        for n in 0..blocks {
            if paced {
                // Sleeping is too coarse for a block of 1.3 ms; so is an audio interface's buffer of 10 ms for one block.
                while started.elapsed() < BLOCK_TIME * (n as u32 / 8 * 8) {
                    std::thread::sleep(Duration::from_millis(1));
                }
            }
            let frames: Vec<[f32; 2]> =
                self.input.iter().cycle().skip(self.at).take(BLOCK).copied().collect();
            self.at = (self.at + BLOCK) % self.input.len();
            let outputs = [self.monitored, self.plain].map(|instance| {
                let mut audio = [[0.0; BLOCK]; 2];
                for (n, frame) in frames.iter().enumerate() {
                    (audio[0][n], audio[1][n]) = (frame[0], frame[1]);
                }
                instance.process(&mut audio, &[]);
                audio
            });
            different +=
                (0..BLOCK).filter(|n| (0..2).any(|c| outputs[0][c][*n] != outputs[1][c][*n])).count();
        }
        (different, blocks * BLOCK)
    }
}

#[test]
fn an_open_editor_changes_no_bit() {
    let Some(path) = bundle() else {
        return left_out("Lacquer.vst3 is not built: run `cargo xtask bundle`");
    };
    let Some(screen) = Screen::open() else { return left_out("editors: there is no screen") };
    let module = Module::load(&path);
    let (watched, plain) = (Instance::new(&module), Instance::new(&module));
    let editor = watched.open_editor(screen.window, true).unwrap();
    let input = programme(48_000, RATE, 0.5).iter().map(|frame| frame.map(|x| x as f32)).collect();
    let drive = watched.parameter("Limiter Drive").unwrap();
    let mut silence = [[0.0; BLOCK]; 2];
    watched.process(&mut silence, &[(drive, 0, 0.8)]);
    plain.process(&mut silence, &[(drive, 0, 0.8)]);
    let mut pair = Pair { monitored: &watched, plain: &plain, input, at: 0 };
    let second = RATE as usize / BLOCK;
    for _ in 0..20 {
        assert_eq!(pair.play(second / 10, true).0, 0);
        editor.run(Duration::from_millis(20));
    }
    editor.close();
    watched.end();
    plain.end();
    module.unload();
}

#[test]
fn monitor_functions_are_heard_and_never_bounced() {
    let Some(path) = bundle() else {
        return left_out("Lacquer.vst3 is not built: run `cargo xtask bundle`");
    };
    let Some(screen) = Screen::open() else { return left_out("editors: there is no screen") };
    let module = Module::load(&path);
    let (monitored, plain) = (Instance::new(&module), Instance::new(&module));
    assert_eq!(monitored.parameter("Compare"), None, "what is heard is no parameter");
    let editor = monitored.open_editor(screen.window, true).unwrap();
    editor.run(Duration::from_millis(600));
    // Driven hard, so that mix and master differ; the comparison is on in one of the two.
    let mut silence = [[0.0; BLOCK]; 2];
    let drive = monitored.parameter("Limiter Drive").unwrap();
    monitored.process(&mut silence, &[(drive, 0, 1.0)]);
    plain.process(&mut silence, &[(drive, 0, 1.0)]);
    let saved = monitored.state();
    assert!(screen.press(KEY_M), "the editor has a window");
    editor.run(Duration::from_millis(600));
    assert_eq!(monitored.state(), saved, "what is heard is no part of the state");
    let input = programme(48_000, RATE, 0.5).iter().map(|frame| frame.map(|x| x as f32)).collect();
    let mut pair = Pair { monitored: &monitored, plain: &plain, input, at: 0 };

    let second = RATE as usize / BLOCK;
    pair.play(second, true);
    let (different, frames) = pair.play(second, true);
    assert!(different > frames * 9 / 10, "heard at the pace of ears: {different} of {frames} frames");

    // The host stops and exports, as fast as it can.
    std::thread::sleep(Duration::from_millis(400));
    assert_eq!(pair.play(4 * second, false).0, 0, "after a pause");
    pair.play(2 * second, true);
    assert!(pair.play(second, true).0 > 0, "and it is heard again");
    monitored.restart_processing();
    plain.restart_processing();
    assert_eq!(pair.play(4 * second, false).0, 0, "after the host stopped processing");

    // A closed editor ends it too.
    pair.play(2 * second, true);
    editor.close();
    pair.play(second / 10, true);
    assert_eq!(pair.play(second, true).0, 0, "with the editor closed");
    // A state is saved, loaded and saved again as it was, whatever was compared.
    let state = monitored.state();
    assert_eq!(state, saved);
    assert!(plain.set_state(&state));
    assert_eq!(plain.state(), state);
    monitored.end();
    plain.end();
    module.unload();
}
