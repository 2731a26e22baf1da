//! What is done every day, with its clicks counted.

use super::*;
use lacquer_dsp::chain::StageId;
use lacquer_dsp::monitor::Solo;
use lacquer_dsp::shared::meter_controls::Held;
use std::sync::atomic::Ordering;

impl Bench {
    /// Clicks what has a role and a name.
    fn press(&mut self, role: Role, name: &str) -> u32 {
        let at = self.place(role, name);
        self.click(at);
        self.steps(3);
        1
    }
}

#[test]
fn a_preset_is_loaded_by_two_clicks() {
    let mut bench = Bench::new();
    let clicks = bench.press(Role::ComboBox, "Presets") + bench.press(Role::Button, "Loud");
    assert_eq!((clicks, bench.tree.params().session.read().expect("a lock").preset.as_str()), (2, "Loud"));
}

#[test]
fn a_target_is_reached_by_two_clicks_and_ten_seconds() {
    let mut bench = Bench::new();
    bench.play(0.1);
    let mut clicks = bench.press(Role::Button, "Reach \u{2212}14.0 LUFS");
    bench.play(10.5);
    let ready = |bench: &Bench| {
        matches!(
            &bench.harness.state().meters.as_ref().expect("a meters").learner.state,
            crate::learner::State::Ready { .. }
        )
    };
    let since = std::time::Instant::now();
    while !ready(&bench) {
        assert!(since.elapsed().as_secs() < 300, "no answer");
        std::thread::sleep(std::time::Duration::from_millis(20));
        bench.steps(1);
    }
    let at = bench.harness.get_by_label_contains("Set drive ").rect();
    bench.click(at.center());
    clicks += 1;
    bench.play(1.0);
    bench.status.meters().controls.reset();
    bench.play(16.0);
    let lufs = bench.status.meters().output.integrated_lufs();
    assert!(clicks == 2 && (lufs + 14.0).abs() < 0.3, "{clicks} clicks, {lufs:.2} LUFS");
}

#[test]
fn mix_and_master_are_compared_by_one_key() {
    let mut bench = Bench::new();
    bench.key(Key::X, Modifiers::NONE);
    assert_eq!(bench.heard(), Compare::Mix);
}

#[test]
fn overs_are_seen_without_a_click() {
    let mut bench = Bench::new();
    assert!(bench.harness.query_by_role_and_label(Role::Button, "Clear overs").is_some());
    bench.tree.set_plain("limiter_on", 0.0).expect("a value");
    bench.tree.set_plain("input_trim_on", 1.0).expect("a value");
    bench.tree.set_plain("input_trim_gain", 9.0).expect("a value");
    bench.play(2.0);
    assert!(bench.status.meters().output.over_counts[0].load(Ordering::Relaxed) > 0);
    bench.press(Role::Button, "Clear overs");
    assert!(bench.view().overs_before[0] > 0);
}

#[test]
fn overs_are_those_of_what_is_asked_for_now_and_begin_anew_with_the_target() {
    let mut bench = Bench::new();
    let meters = bench.status.meters().clone();
    let [of_any, of_loud] = &meters.output.over_counts;
    let shown = |bench: &mut Bench, text: &str| {
        // Figures are drawn anew some times a second.
        bench.steps(60);
        assert!(
            bench.harness.query_by_role_and_label(Role::Label, &format!("Overs: {text}")).is_some(),
            "not {text}"
        );
    };
    // Loud for a moment: Spotify asked for a dB more then. It is not loud now.
    of_loud.store(134, Ordering::Relaxed);
    shown(&mut bench, "none");
    of_any.store(2, Ordering::Relaxed);
    shown(&mut bench, "2");
    *bench.tree.params().target.write().expect("nobody panicked") = "apple_music".to_owned();
    shown(&mut bench, "none");
}

#[test]
fn each_maximum_begins_anew_by_a_click() {
    let mut bench = Bench::new();
    for (name, held) in [
        ("Clear true peak", Held::TruePeak),
        ("Clear max M", Held::Momentary),
        ("Clear max S", Held::ShortTerm),
    ] {
        bench.press(Role::Button, name);
        let meters = bench.status.meters().clone();
        let is_released = meters.controls.take_released().expect("one of them");
        assert!(Held::ALL.into_iter().all(|other| is_released(other) == (other == held)), "{name}");
    }
}

#[test]
fn why_mono_loses_is_one_click_away() {
    let mut bench = Bench::new();
    bench.play(1.0);
    assert_eq!(bench.press(Role::Tab, "Mono fold"), 1);
    assert_eq!(bench.view().tab, crate::analysis::Tab::MonoFold);
}

#[test]
fn a_band_of_the_side_takes_four_clicks() {
    let mut bench = Bench::new();
    let channel = bench.tree.info("equalizer_placement_1").expect("a parameter").name.clone();
    let mut clicks = bench.press(Role::Tab, "Equalizer");
    let graph = bench.place(Role::Canvas, "Equalizer graph");
    // A double-click is one move of the hand.
    bench.double_click(graph + vec2(60.0, -40.0));
    clicks += 1 + bench.press(Role::ComboBox, &channel) + bench.press(Role::Button, "Side");
    assert_eq!((clicks, bench.tree.text("equalizer_placement_1")), (4, Ok("Side".to_owned())));
}

#[test]
fn a_band_of_the_multiband_is_soloed_by_one_click() {
    let mut bench = Bench::new();
    bench.harness.state_mut().view.stage = StageId::Multiband;
    bench.steps(2);
    let solo = bench.harness.get_all_by_role_and_label(Role::Button, "Solo").nth(1).expect("a button").rect();
    bench.click(solo.center());
    assert!(bench.view().listens(StageId::Multiband, lacquer_dsp::chain::ListenSource::Part(1)));
}

#[test]
fn a_move_is_undone_by_one_key_and_a_stage_heard_by_one_click() {
    let mut bench = Bench::new();
    bench.drag(bench.place(Role::Slider, "Limiter Drive"), vec2(40.0, 0.0));
    bench.key(Key::Z, Modifiers::COMMAND);
    assert_eq!(bench.plain("limiter_drive"), 0.0);
    assert_eq!(bench.press(Role::Button, "Hear delta"), 1);
    assert!(bench.view().listens(StageId::Limiter, lacquer_dsp::chain::ListenSource::Delta));
}

#[test]
fn a_platform_is_heard_by_two_clicks_and_mono_by_one() {
    let mut bench = Bench::new();
    bench.play(1.0);
    let clicks = bench.press(Role::Tab, "Platforms") + bench.press(Role::Button, "Spotify");
    assert_eq!((clicks, bench.view().platform), (2, Some("spotify")));
    bench.press(Role::Button, "Hear mono");
    assert_eq!(bench.view().monitor.settings.solo, Solo::Mid);
}
