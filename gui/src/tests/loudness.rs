//! The drive for a loudness, found by clicks: asked for in the limiter's panel, and promised by a preset.

use super::*;
use crate::learner::State;
use lacquer_params::Preset;
use std::time::{Duration, Instant};

/// How far what plays may be from what was asked for, LU; the demo is a loop, of which any whole number of rounds is as loud.
const ASKED_LU: f64 = 0.1;
const PROMISED_LU: f64 = 0.5;
/// Length of a round of the demo, s.
const ROUND_S: f64 = 8.0;

impl Bench {
    /// Pictures without sound, until something is so.
    fn wait(&mut self, what: &str, mut is_so: impl FnMut(&Self) -> bool) {
        let since = Instant::now();
        while !is_so(self) {
            assert!(since.elapsed() < Duration::from_secs(300), "{what}: not after {:?}", since.elapsed());
            std::thread::sleep(Duration::from_millis(20));
            self.steps(1);
        }
    }

    fn has(&self, role: Role, name: &str) -> bool {
        self.harness.query_by_role_and_label(role, name).is_some()
    }

    /// How loud the demo plays now, LUFS.
    fn loudness(&mut self) -> f64 {
        // What was on its way when the drive moved is out by then.
        self.play(1.0);
        self.status.meters().controls.reset();
        self.play(2.0 * ROUND_S);
        self.status.meters().output.integrated_lufs()
    }
}

#[test]
fn the_drive_for_a_loudness_is_found_set_and_undone() {
    let mut bench = Bench::new();
    bench.play(0.1);
    let before = bench.plain("limiter_drive");
    bench.click(bench.place(Role::Button, "Set drive for \u{2212}14.0 LUFS"));
    assert!(!bench.has(Role::Button, "Find"), "nothing was heard yet");
    bench.play(ROUND_S);
    bench.click(bench.place(Role::Button, "Find"));
    bench.wait("an answer", |bench| bench.has(Role::Button, "Set"));
    assert_eq!(bench.plain("limiter_drive"), before, "nothing moves before it is asked to");
    bench.click(bench.place(Role::Button, "Set"));
    let lufs = bench.loudness();
    assert!((lufs + 14.0).abs() <= ASKED_LU, "{lufs:.2} LUFS");
    bench.click(bench.place(Role::Button, "Undo"));
    assert_eq!(bench.plain("limiter_drive"), before);
}

#[test]
fn a_search_can_be_left() {
    let mut bench = Bench::new();
    bench.play(0.1);
    bench.click(bench.place(Role::Button, "Set drive for \u{2212}14.0 LUFS"));
    bench.play(4.0);
    bench.click(bench.place(Role::Button, "Stop"));
    assert!(bench.has(Role::Button, "Set drive for \u{2212}14.0 LUFS"));
}

#[test]
fn a_preset_keeps_its_promise_once_the_song_was_heard() {
    let mut bench = Bench::new();
    let promised_lufs = |name: &str| Preset::find(name).expect("a preset").loudness_lufs.expect("a promise");
    bench.click(bench.place(Role::Button, "Next preset"));
    bench.click(bench.place(Role::Button, "Next preset"));
    let said = bench.view().problem.clone().unwrap_or_default();
    assert!(said.starts_with("Streaming is made for \u{2212}14.0 LUFS: play the loud part"), "{said}");
    bench.play(2.0 * ROUND_S);
    let before = bench.plain("limiter_drive");
    bench.click(bench.place(Role::Button, "Previous preset"));
    for name in ["Streaming", "Loud"] {
        bench.click(bench.place(Role::Button, "Next preset"));
        let asked = bench.plain("limiter_drive");
        bench.wait(name, |bench| bench.plain("limiter_drive") != asked);
        let miss = bench.loudness() - promised_lufs(name);
        assert!(miss.abs() <= PROMISED_LU, "{name}: {miss:+.2} LU");
    }
    bench.click(bench.place(Role::Button, "Undo"));
    bench.click(bench.place(Role::Button, "Undo"));
    bench.click(bench.place(Role::Button, "Undo"));
    assert_eq!(bench.plain("limiter_drive"), before, "a preset and the drive that it promises are one step");
}

#[test]
fn a_preset_that_is_come_back_to_keeps_its_promise_too() {
    let mut bench = Bench::new();
    bench.play(2.0 * ROUND_S);
    bench.click(bench.place(Role::Button, "Next preset"));
    let neutral = bench.plain("limiter_drive");
    // Streaming, and Loud before the drive for it can be found.
    bench.click(bench.place(Role::Button, "Next preset"));
    let streaming = bench.plain("limiter_drive");
    bench.click(bench.place(Role::Button, "Next preset"));
    let loud = bench.plain("limiter_drive");
    bench.click(bench.place(Role::Button, "Undo"));
    assert_eq!(bench.plain("limiter_drive"), streaming, "found too soon to try this");
    bench.wait("Streaming, undone to", |bench| bench.plain("limiter_drive") != streaming);
    let found = bench.plain("limiter_drive");
    bench.click(bench.place(Role::Button, "Redo"));
    assert_eq!(bench.plain("limiter_drive"), loud, "found too soon to try this");
    // Another slot meanwhile: what is found is not that slot's.
    bench.click(bench.place(Role::Button, "B"));
    bench.click(bench.place(Role::Button, "Previous preset"));
    bench.click(bench.place(Role::Button, "Previous preset"));
    bench.click(bench.place(Role::Button, "A"));
    bench.wait("Loud, redone", |bench| bench.plain("limiter_drive") != loud);
    bench.click(bench.place(Role::Button, "Undo"));
    assert_eq!(bench.plain("limiter_drive"), found, "what was found while another step was undone");
    bench.click(bench.place(Role::Button, "Undo"));
    assert_eq!(bench.plain("limiter_drive"), neutral, "a preset and the drive that it promises are one step");
}

#[test]
fn a_drive_moved_by_hand_stays() {
    let mut bench = Bench::new();
    bench.play(2.0 * ROUND_S);
    bench.click(bench.place(Role::Button, "Next preset"));
    bench.click(bench.place(Role::Button, "Next preset"));
    bench.drag(bench.place(Role::Slider, "Limiter Drive"), vec2(40.0, 0.0));
    let by_hand = bench.plain("limiter_drive");
    bench.wait("an answer", |bench| {
        let meters = bench.harness.state().meters.as_ref().expect("an open editor");
        matches!(meters.learner.state, State::Idle)
    });
    assert_eq!(bench.plain("limiter_drive"), by_hand);
}
