//! The built CLAP in a host that others wrote, against the library: the same bits, for any blocks.

use lacquer_dsp::{Chain, Frame, ProcessSpec};
use lacquer_params::{Preset, Tree};
use lacquer_song::render::render;
use lacquer_tests::clap_host::{ClapHost, Event, bundle, settings_events};
use lacquer_tests::signals::programme;
use std::path::PathBuf;

const RATE: f64 = 48_000.0;

/// The bundle; without one the test says what it left out, which is a failure where it must not be.
fn built() -> Option<PathBuf> {
    let path = bundle();
    if path.is_none() {
        lacquer_left_out::left_out("Lacquer.clap is not built: run `cargo xtask bundle`");
    }
    path
}

fn single(frames: &[Frame]) -> Vec<[f32; 2]> {
    frames.iter().map(|frame| frame.map(|x| x as f32)).collect()
}

/// The library's output, in time with the input.
fn library(tree: &Tree, input: &[[f32; 2]]) -> Vec<[f32; 2]> {
    let wide: Vec<Frame> = input.iter().map(|frame| frame.map(f64::from)).collect();
    let mut output = Vec::with_capacity(input.len());
    let keep = |frames: &[Frame]| {
        output.extend(single(frames));
        Ok::<_, std::io::Error>(())
    };
    let spec = tree.to_spec(ProcessSpec::stereo(RATE));
    render(&spec, &tree.to_settings(), &wide, keep, &|_| {}).expect("it is in memory");
    output
}

#[test]
fn every_factory_preset_gives_the_library_s_bits_in_any_blocks() {
    let Some(path) = built() else { return };
    let input = single(&programme(96_000, RATE, 0.8));
    for (n, preset) in Preset::factory().iter().enumerate() {
        let tree = Tree::new();
        preset.apply(&tree).expect("a factory preset");
        if n == 1 {
            tree.set_from_text("equalizer_phase", "linear").expect("a choice");
            tree.set_from_text("equalizer_on", "on").expect("a switch");
        }
        let expected = library(&tree, &input);
        let mut chain = Chain::new();
        chain.prepare(&tree.to_spec(ProcessSpec::stereo(RATE)));
        let latency = chain.latency_samples();
        let sizes: &[usize] = [&[512][..], &[64], &[1, 7, 441, 32], &[4096]][n % 4];
        let mut host = ClapHost::load(&path).expect("the plugin loads");
        let render = host.render(RATE, &input, sizes, &settings_events(&tree)).expect("it renders");
        assert_eq!(render.latency_samples, latency, "{}", preset.name);
        let differs =
            render.frames[latency..].iter().zip(&expected).position(|(found, expected)| found != expected);
        assert_eq!(differs, None, "{}: first frame that differs", preset.name);
    }
}

#[test]
fn the_command_s_render_is_the_plugin_s_without_its_latency() {
    let Some(path) = built() else { return };
    let input = single(&programme(48_000, RATE, 0.8));
    let tree = Tree::new();
    tree.set_from_text("limiter_drive", "6 dB").expect("a value");
    tree.set_from_text("glue_on", "on").expect("a switch");
    let mut host = ClapHost::load(&path).expect("the plugin loads");
    let mut with_tail = input.clone();
    with_tail.extend(vec![[0.0; 2]; 8192]);
    let plugin = host.render(RATE, &with_tail, &[256], &settings_events(&tree)).expect("it renders");
    let command = library(&tree, &input);
    assert_eq!(command.len(), input.len());
    assert_eq!(command, plugin.frames[plugin.latency_samples..][..input.len()]);
}

#[test]
fn an_event_takes_effect_at_its_sample() {
    let Some(path) = built() else { return };
    // Polarity turns over in a smooth move that begins with the control period after the event: the same move whatever the
    // blocks, and nothing before it.
    let input = vec![[0.25; 2]; 9600];
    let event = Event { frame: 4937, name: "Input Trim Gain".into(), normalized: 1.0 };
    let whole = ClapHost::load(&path)
        .and_then(|mut host| host.render(RATE, &input, &[4096], std::slice::from_ref(&event)))
        .expect("it renders");
    let parts = ClapHost::load(&path)
        .and_then(|mut host| host.render(RATE, &input, &[64], std::slice::from_ref(&event)))
        .expect("it renders");
    assert_eq!(whole.frames, parts.frames, "the blocks make no difference");
    let start = 4937 + whole.latency_samples;
    let first = whole.frames[whole.latency_samples..].iter().position(|frame| frame[0] != 0.25);
    // The control grid has 32 frames; the limiter looks ahead of what the gain brings.
    let moved = first.expect("the gain moves") + whole.latency_samples;
    assert!((start - 400..=start + 32).contains(&moved), "moves at {moved}, the event is heard at {start}");
}

#[test]
fn a_state_comes_back_bit_for_bit() {
    let Some(path) = built() else { return };
    let tree = Tree::new();
    Preset::find("warm tape").and_then(|preset| preset.apply(&tree)).expect("a factory preset");
    let input = single(&programme(24_000, RATE, 0.8));
    let mut first = ClapHost::load(&path).expect("the plugin loads");
    let expected = first.render(RATE, &input, &[512], &settings_events(&tree)).expect("it renders");
    let state = first.state().expect("a state");
    let mut second = ClapHost::load(&path).expect("the plugin loads");
    second.set_state(&state).expect("the state is taken");
    assert_eq!(second.state().expect("a state"), state);
    let found = second.render(RATE, &input, &[512], &[]).expect("it renders");
    assert_eq!(found.frames, expected.frames);
    assert!(second.set_state(b"nonsense").is_err(), "nonsense is refused");
    assert_eq!(second.state().expect("a state"), state, "and the old state kept");
}
