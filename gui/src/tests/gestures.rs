//! Everything that is done with pointer and keys.

use super::*;
use lacquer_dsp::chain::StageId;
use lacquer_dsp::monitor::Compare;
use lacquer_params::ParameterInfo;

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
        let own: Vec<_> = bench.take_log().into_iter().filter(|line| line.ends_with(&id)).collect();
        assert_eq!(own, [format!("begin {id}"), format!("set {id}"), format!("end {id}")]);
        bench.click(bench.place(Role::Tab, title));
        assert_eq!(bench.view().stage, *stage);
    }
}

/// Chooses the stage of a parameter, and its band where the panel shows one at a time.
fn show(bench: &mut Bench, info: &ParameterInfo) {
    let stage = StageId::ALL.iter().find(|stage| info.id.starts_with(&format!("{}_", stage.stem())));
    let view = &mut bench.harness.state_mut().view;
    view.stage = *stage.expect("a stage's parameter");
    if let Some(band) = info.group.split_once("/Band ").and_then(|(_, band)| band.parse::<usize>().ok()) {
        (view.band, view.dynamic_band) = (band - 1, band - 1);
        if info.id.starts_with("equalizer_slope") {
            // Bells have none.
            let shape = format!("equalizer_shape_{band}");
            bench.tree.set_from_text(&shape, "high pass").expect("a value");
        }
    }
    bench.steps(1);
}

/// The parameters that the panels show; those of the bar have tests of their own.
fn shown(bench: &Bench) -> Vec<ParameterInfo> {
    let bar = ["bypass", "quality"];
    bench.tree.infos().into_iter().filter(|info| !bar.contains(&info.id.as_str())).collect()
}

#[test]
fn every_number_is_dragged_by_the_exact_amount_typed_and_reset() {
    let mut bench = Bench::new();
    // Crossovers are lines in their pictures.
    let numbers = shown(&bench).into_iter().filter(|info| info.choices.is_empty());
    for info in numbers.filter(|info| !info.id.contains("crossover")) {
        show(&mut bench, &info);
        let at = bench.place(Role::Slider, &info.name);
        let before = bench.tree.normalized(&info.id).expect("a parameter");
        let way = if before > 0.5 { -0.2 } else { 0.2 };
        bench.take_log();
        // 0.1 dB a pixel, and 200 pixels for the travel of everything else; it stands on round values.
        let (travel, round) = match info.unit.starts_with("dB") {
            true => ((10.0 * (info.max - info.min) as f32).max(100.0), 0.05 / (info.max - info.min) as f32),
            false => (200.0, 1e-3),
        };
        bench.drag(at, vec2(travel * way, 0.0));
        let after = bench.tree.normalized(&info.id).expect("a parameter");
        assert!((after - before - way).abs() < 1e-3 + 1.01 * round, "{}: {before} to {after}", info.id);
        let log = bench.take_log();
        assert_eq!(log.iter().filter(|line| line.starts_with("begin")).count(), 1, "{}: {log:?}", info.id);
        assert_eq!(log.last(), Some(&format!("end {}", info.id)));
        // A click gives it the focus, a digit begins to type, Enter sets.
        bench.steps(60);
        bench.click(at);
        let wanted = if (info.min..=info.max).contains(&1.0) { 1.0 } else { info.min.ceil() };
        bench.type_text(&format!("{wanted}"));
        bench.key(Key::Enter, Modifiers::NONE);
        let set = bench.plain(&info.id);
        let bound = (info.max - info.min) * 1e-5 + 1e-3;
        assert!((set - wanted).abs() <= bound, "{}: typed {wanted}, is {set}", info.id);
        bench.double_click(at);
        assert_eq!(bench.plain(&info.id), info.default, "{} is reset", info.id);
    }
}

#[test]
fn every_switch_and_choice_is_found_and_set() {
    let mut bench = Bench::new();
    for info in shown(&bench).into_iter().filter(|info| !info.choices.is_empty()) {
        show(&mut bench, &info);
        let before = bench.plain(&info.id);
        if info.choices == ["Off", "On"] {
            bench.click(bench.place(Role::Switch, &info.name));
            assert_eq!(bench.plain(&info.id), 1.0 - before, "{}", info.id);
            continue;
        }
        let wanted = if before == 0.0 { 1 } else { 0 };
        bench.click(bench.place(Role::ComboBox, &info.name));
        bench.steps(3);
        bench.click(bench.place(Role::Button, &info.choices[wanted]));
        assert_eq!(bench.plain(&info.id), wanted as f64, "{}", info.id);
    }
}

#[test]
fn the_bar_sets_bypass_quality_and_what_is_heard() {
    let mut bench = Bench::new();
    bench.click(bench.place(Role::Switch, "Bypass"));
    assert_eq!(bench.plain("bypass"), 1.0);
    bench.click(bench.place(Role::ComboBox, "Quality"));
    bench.steps(3);
    bench.click(bench.place(Role::Button, "Finest"));
    assert_eq!(bench.tree.text("quality"), Ok("Finest".to_owned()));
    bench.click(bench.place(Role::Button, "Master"));
    assert_eq!(bench.heard(), Compare::Master);
}

#[test]
fn arrows_step_and_escape_leaves_what_was_typed() {
    let mut bench = Bench::new();
    bench.click(bench.place(Role::Slider, "Limiter Drive"));
    bench.key(Key::ArrowUp, Modifiers::NONE);
    assert!((bench.plain("limiter_drive") - 0.1).abs() < 1e-3, "{}", bench.plain("limiter_drive"));
    bench.key(Key::ArrowLeft, Modifiers::NONE);
    assert!(bench.plain("limiter_drive").abs() < 1e-3);
    bench.type_text("9");
    bench.key(Key::Escape, Modifiers::NONE);
    assert!(bench.plain("limiter_drive").abs() < 1e-3, "nothing was typed after all");
    bench.type_text("99");
    bench.key(Key::Enter, Modifiers::NONE);
    let problem = bench.view().problem.clone().unwrap_or_default();
    assert!(problem.contains("goes from -24 to 24 dB"), "{problem}");
}

#[test]
fn lines_in_pictures_are_dragged() {
    let mut bench = Bench::new();
    for (stage, name, id, by) in [
        (StageId::Glue, "Threshold line", "glue_threshold", vec2(0.0, 30.0)),
        (StageId::Limiter, "Ceiling line", "limiter_ceiling", vec2(0.0, 30.0)),
        (StageId::Multiband, "Low threshold", "multiband_threshold_1", vec2(0.0, 30.0)),
        (StageId::Multiband, "Crossover 2", "multiband_crossover_2", vec2(-30.0, 0.0)),
        (StageId::Imager, "High width line", "imager_band_width_3", vec2(0.0, 30.0)),
        (StageId::Imager, "Imager crossover 1", "imager_crossover_1", vec2(-30.0, 0.0)),
        (StageId::Bass, "Device corner line", "bass_device_corner", vec2(-30.0, 0.0)),
    ] {
        bench.harness.state_mut().view.stage = stage;
        bench.steps(2);
        let before = bench.plain(id);
        bench.take_log();
        bench.drag(bench.place(Role::Slider, name), by);
        assert!(bench.plain(id) < before, "{name}: {before} to {}", bench.plain(id));
        let log = bench.take_log();
        assert_eq!(log.iter().filter(|line| line.starts_with("begin")).count(), 1, "{name}: {log:?}");
        assert_eq!(log.last(), Some(&format!("end {id}")));
    }
    for (stage, name, id) in [
        (StageId::Multiband, "Crossover 1", "multiband_crossover_1"),
        (StageId::Imager, "Imager crossover 2", "imager_crossover_2"),
    ] {
        bench.harness.state_mut().view.stage = stage;
        bench.steps(60);
        bench.click(bench.place(Role::Slider, name));
        bench.type_text("1k5");
        bench.key(Key::Enter, Modifiers::NONE);
        assert!((bench.plain(id) - 1500.0).abs() < 0.1, "{name}: {}", bench.plain(id));
    }
    bench.tree.set_plain("dynamic_eq_band_on_1", 1.0).expect("a value");
    bench.harness.state_mut().view.stage = StageId::DynamicEq;
    bench.steps(2);
    bench.drag(bench.place(Role::Slider, "Dynamic band 1 node"), vec2(60.0, -60.0));
    assert!(bench.plain("dynamic_eq_frequency_1") > 150.0 && bench.plain("dynamic_eq_range_1") > -4.0);
}

#[test]
fn the_window_is_scaled_and_lit() {
    let mut bench = Bench::new();
    for (name, scale) in [("150 %", 1.5), ("100 %", 1.0)] {
        bench.click(bench.place(Role::Button, "Window"));
        bench.steps(3);
        bench.click(bench.place(Role::Button, name));
        bench.steps(3);
        assert_eq!(bench.harness.ctx.zoom_factor(), scale);
    }
    bench.click(bench.place(Role::Button, "Window"));
    bench.steps(3);
    bench.click(bench.place(Role::Button, "Light"));
    bench.steps(3);
    assert!(!bench.harness.ctx.global_style().visuals.dark_mode);
}

#[test]
fn everything_is_reached_by_the_tab_key() {
    let mut bench = Bench::new();
    let mut reached = std::collections::HashSet::new();
    for _ in 0..120 {
        bench.key(Key::Tab, Modifiers::NONE);
        let focused = bench.harness.ctx.memory(|memory| memory.focused());
        reached.extend(focused);
    }
    // The bar has 20 controls, the strip 22, the limiter's panel 13, analysis and meters as many.
    assert!(reached.len() > 60, "{} controls", reached.len());
}

#[test]
fn a_fader_takes_wheel_and_double_click() {
    let mut bench = Bench::new();
    let at = bench.place(Role::Slider, "Limiter Drive");
    bench.move_to(at);
    bench.harness.event(Event::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta: vec2(0.0, 250.0),
        phase: TouchPhase::Move,
        source: egui::MouseWheelSource::Unknown,
        modifiers: Modifiers::NONE,
    });
    bench.steps(60);
    // Five steps of 0.1 dB.
    assert!((bench.plain("limiter_drive") - 0.5).abs() < 0.11, "{}", bench.plain("limiter_drive"));
    bench.double_click(at);
    assert_eq!(bench.plain("limiter_drive"), 0.0, "double-click resets");
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
    for size in ["Expand", "Collapse"] {
        // What follows a swap at once is swallowed.
        bench.steps(30);
        for name in crate::analysis::Tab::NAMES {
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
    assert_eq!(bench.heard(), Compare::Mix);
    bench.click(bench.place(Role::Button, "Delta"));
    assert!(bench.view().monitor.settings.delta);
    bench.click(bench.place(Role::Button, "Hear side"));
    assert_ne!(bench.view().monitor, Default::default());
    bench.key(Key::Escape, Modifiers::NONE);
    bench.steps(2);
    assert_eq!(bench.view().monitor, Default::default());
    assert_eq!(bench.heard(), Compare::Off);
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
    let (moved_hz, moved_gain) = (bench.plain("equalizer_frequency_1"), bench.plain("equalizer_gain_1"));
    assert!(moved_hz > 1.3 * hz && moved_gain > gain + 3.0, "{moved_hz} Hz, {moved_gain} dB");
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

#[test]
fn the_mix_is_judged_while_it_plays_and_anew_after_a_jump() {
    let mut bench = Bench::new();
    bench.click(bench.place(Role::Tab, "Mix check"));
    bench.play(4.0);
    let meters = bench.harness.state().meters.as_ref().expect("a meters");
    assert!(
        meters.readings.inspected_s > 3.5 && !meters.readings.findings.is_empty(),
        "{:?}",
        meters.readings.findings
    );
    meters.bank.jumps.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    bench.play(0.5);
    let meters = bench.harness.state().meters.as_ref().expect("a meters");
    assert!(meters.readings.inspected_s < 0.6, "{}", meters.readings.inspected_s);
}

#[test]
fn a_region_is_heard_while_its_node_is_held() {
    let mut bench = Bench::new();
    bench.harness.state_mut().view.stage = StageId::Equalizer;
    bench.tree.set_plain("equalizer_band_on_3", 1.0).expect("a value");
    bench.steps(2);
    let node = bench.place(Role::Slider, "Equalizer band 3 node");
    bench.move_to(node);
    let press = |pressed| Event::PointerButton {
        pos: node,
        button: PointerButton::Primary,
        pressed,
        modifiers: Modifiers::COMMAND,
    };
    bench.harness.event(Event::ModifiersChanged(Modifiers::COMMAND));
    bench.harness.event(press(true));
    bench.steps(3);
    let region = lacquer_dsp::chain::ListenSource::Part(2);
    assert!(bench.view().listens(StageId::Equalizer, region));
    bench.harness.event(press(false));
    bench.harness.event(Event::ModifiersChanged(Modifiers::NONE));
    bench.steps(3);
    assert_eq!(bench.view().monitor.listen, None, "no longer than it is held");
}

#[test]
fn a_peak_of_the_spectrum_is_pulled_down() {
    let mut bench = Bench::new();
    bench.harness.state_mut().view.stage = StageId::Equalizer;
    bench.play(3.0);
    let graph = bench.harness.get_by_role_and_label(Role::Canvas, "Equalizer graph").rect();
    // Along the graph, down its height: where the hint says that a peak is.
    let mut found = None;
    'search: for x in (0..graph.width() as usize).step_by(16) {
        for y in (0..graph.height() as usize).step_by(16) {
            let at = graph.min + vec2(x as f32, y as f32);
            bench.move_to(at);
            if bench.view().hint.starts_with("Peak at ") {
                found = Some(at);
                break 'search;
            }
        }
    }
    let at = found.expect("the demo mix has tones");
    bench.take_log();
    bench.drag(at, vec2(0.0, 40.0));
    let [on, gain, q] = ["band_on", "gain", "q"].map(|name| {
        let bands = (1..=8).filter(|n| bench.plain(&format!("equalizer_band_on_{n}")) == 1.0);
        bands.map(|n| bench.plain(&format!("equalizer_{name}_{n}"))).next_back().expect("a band")
    });
    assert!(on == 1.0 && gain < -2.0 && q >= 1.0, "gain {gain:.1} dB, Q {q:.2}");
    let log = bench.take_log();
    let [begun, ended] = ["begin equalizer_gain", "end equalizer_gain"]
        .map(|what| log.iter().filter(|line| line.starts_with(what)).count());
    assert_eq!(begun, ended, "{log:?}");
    bench.key(Key::Z, Modifiers::COMMAND);
    bench.key(Key::Z, Modifiers::COMMAND);
    assert!((1..=8).all(|n| bench.plain(&format!("equalizer_band_on_{n}")) == 0.0), "two steps take it back");
}
