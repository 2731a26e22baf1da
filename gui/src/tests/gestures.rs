//! Everything that is done with pointer and keys.

use super::*;
use lacquer_dsp::chain::StageId;

#[test]
fn every_stage_has_its_switch_and_its_panel() {
    let mut bench = Bench::new();
    for stage in StageId::ALL {
        let title = crate::strip::title(*stage);
        let id = format!("{}_on", stage.stem());
        let before = bench.plain(&id);
        bench.take_log();
        bench.click(bench.place(Role::Switch, &format!("{title} on")));
        assert_eq!(bench.plain(&id), 1.0 - before, "{title}");
        assert_eq!(bench.take_log(), [format!("begin {id}"), format!("set {id}"), format!("end {id}")]);
        bench.click(bench.place(Role::Tab, title));
        assert_eq!(bench.view().stage, *stage);
    }
}

#[test]
fn a_fader_is_dragged_by_the_exact_amount_in_one_gesture() {
    let mut bench = Bench::new();
    let at = bench.place(Role::Slider, "Drive");
    let before = bench.tree.normalized("limiter_drive").expect("a parameter");
    bench.take_log();
    bench.drag(at, vec2(40.0, 0.0));
    let after = bench.tree.normalized("limiter_drive").expect("a parameter");
    // 200 pixels are the travel.
    assert!((after - before - 0.2).abs() < 1e-3, "{before} {after}");
    let log = bench.take_log();
    assert_eq!(log.iter().filter(|line| line.starts_with("begin")).count(), 1, "{log:?}");
    assert_eq!(log.last().map(String::as_str), Some("end limiter_drive"));
}

#[test]
fn a_fader_takes_wheel_and_double_click() {
    let mut bench = Bench::new();
    let at = bench.place(Role::Slider, "Drive");
    bench.move_to(at);
    bench.harness.event(Event::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta: vec2(0.0, 250.0),
        phase: TouchPhase::Move,
        source: egui::MouseWheelSource::Unknown,
        modifiers: Modifiers::NONE,
    });
    bench.steps(60);
    // Five steps of a hundredth of 48 dB.
    assert!((bench.plain("limiter_drive") - 2.4).abs() < 0.49, "{}", bench.plain("limiter_drive"));
    bench.double_click(at);
    assert_eq!(bench.plain("limiter_drive"), 0.0, "double-click resets");
}

#[test]
fn what_was_done_is_undone_and_done_again() {
    let mut bench = Bench::new();
    bench.drag(bench.place(Role::Slider, "Drive"), vec2(40.0, 0.0));
    let driven = bench.plain("limiter_drive");
    bench.click(bench.place(Role::Switch, "Glue on"));
    bench.click(bench.place(Role::Button, "Undo"));
    assert_eq!((bench.plain("glue_on"), bench.plain("limiter_drive")), (0.0, driven));
    bench.key(Key::Z, Modifiers::COMMAND);
    assert_eq!(bench.plain("limiter_drive"), 0.0);
    bench.click(bench.place(Role::Button, "Redo"));
    bench.key(Key::Z, Modifiers::COMMAND | Modifiers::SHIFT);
    assert_eq!((bench.plain("glue_on"), bench.plain("limiter_drive")), (1.0, driven));
}

#[test]
fn keys_step_through_the_stages_and_switch_them() {
    let mut bench = Bench::new();
    bench.key(Key::OpenBracket, Modifiers::NONE);
    assert_eq!(bench.view().stage, StageId::Clipper);
    bench.key(Key::P, Modifiers::NONE);
    assert_eq!(bench.plain("clipper_on"), 1.0);
    for _ in 0..5 {
        bench.key(Key::CloseBracket, Modifiers::NONE);
    }
    assert_eq!(bench.view().stage, StageId::Dither);
}

#[test]
fn every_tab_of_the_analysis_opens_small_and_large() {
    let mut bench = Bench::new();
    for size in ["Larger", "Smaller"] {
        for name in
            ["Spectrum", "Mono fold", "Stereo", "History", "Translation", "Platforms", "Vinyl", "Monitor"]
        {
            bench.click(bench.place(Role::Tab, name));
        }
        bench.click(bench.place(Role::Button, size));
    }
    assert!(!bench.view().expanded);
}

#[test]
fn monitoring_is_asked_for_and_escape_ends_it() {
    let mut bench = Bench::new();
    bench.click(bench.place(Role::Button, "Mix"));
    assert_eq!(bench.plain("compare"), 1.0);
    bench.click(bench.place(Role::Button, "Delta"));
    assert!(bench.view().wish.settings.delta);
    bench.click(bench.place(Role::Tab, "Monitor"));
    bench.click(bench.place(Role::Button, "Side"));
    assert_ne!(bench.view().wish, Default::default());
    bench.key(Key::Escape, Modifiers::NONE);
    bench.steps(2);
    assert_eq!(bench.view().wish, Default::default());
    assert_eq!(bench.plain("compare"), 0.0);
}

#[test]
fn the_equalizers_nodes_are_added_and_dragged() {
    let mut bench = Bench::new();
    bench.click(bench.place(Role::Tab, "Equalizer"));
    let graph = bench.place(Role::Canvas, "Equalizer graph");
    bench.double_click(graph);
    assert_eq!((bench.plain("equalizer_band_on_1"), bench.plain("equalizer_on")), (1.0, 1.0));
    let (hz, gain) = (bench.plain("equalizer_frequency_1"), bench.plain("equalizer_gain_1"));
    // The middle of 16 Hz to 24 kHz.
    assert!((hz / 619.7).ln().abs() < 0.01 && gain.abs() < 0.2, "{hz} {gain}");
    let node = bench.place(Role::Slider, "Equalizer band 1 node");
    bench.take_log();
    bench.drag(node, vec2(50.0, -40.0));
    assert!(bench.plain("equalizer_frequency_1") > 1.3 * hz && bench.plain("equalizer_gain_1") > gain + 4.0);
    let log = bench.take_log();
    assert_eq!(
        log.iter().filter(|line| line.starts_with("begin")).count(),
        2,
        "one gesture of both: {log:?}"
    );
    let node = bench.place(Role::Slider, "Equalizer band 1 node");
    bench.double_click(node);
    assert_eq!(bench.plain("equalizer_gain_1"), 0.0, "double-click resets the gain");
}
