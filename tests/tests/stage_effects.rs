//! What each stage does to loudness, range and width, read while the chain plays.

use lacquer_dsp::chain::{Chain, ChainSettings, StageId};
use lacquer_dsp::metering::Meter;
use lacquer_dsp::metering::live::{LiveMeters, Transport};
use lacquer_dsp::metering::stage_effects::StageEffects;
use lacquer_dsp::shared::meter_bank::MeterBank;
use lacquer_dsp::{EqualizerPhase, Frame, ProcessSpec};
use lacquer_tests::settings;
use lacquer_tests::signals::programme;
use std::sync::Arc;

const RATE: f64 = 48_000.0;

fn linear() -> ProcessSpec {
    ProcessSpec { equalizer_phase: EqualizerPhase::Linear, ..ProcessSpec::stereo(RATE) }
}

/// What is read after a song was played in blocks of a length, and what came out.
fn read(
    spec: &ProcessSpec,
    settings: &ChainSettings,
    song: &[Frame],
    block: usize,
) -> (StageEffects, Vec<Frame>) {
    let bank = Arc::<MeterBank>::default();
    bank.controls.set_watched(true);
    let mut meters = LiveMeters::new(spec.sample_rate, spec.channels, bank.clone());
    let mut chain = Chain::new();
    chain.prepare(spec);
    chain.set(settings);
    let mut effects = StageEffects::default();
    let mut played = song.to_vec();
    for frames in played.chunks_mut(block) {
        meters.begin_block(Transport::default(), frames.len());
        chain.process_with(frames, &mut meters);
        effects.update(&bank);
    }
    (effects, played)
}

/// Soft and loud by turns, 4 s each: something for a range.
fn song(seconds: usize) -> Vec<Frame> {
    let mut frames = programme(seconds * RATE as usize, RATE, 0.5);
    for (n, frame) in frames.iter_mut().enumerate() {
        let gain = if (n / (4 * RATE as usize)).is_multiple_of(2) { 1.0 } else { 0.25 };
        *frame = frame.map(|x| gain * x);
    }
    frames
}

#[test]
fn a_stage_that_changes_nothing_reads_the_same_to_the_last_bit() {
    let mut off = ChainSettings::default();
    (off.input_trim.on, off.limiter.on) = (false, false);
    // Linear phase: stages that delay by tens of milliseconds.
    let (effects, _) = read(&linear(), &off, &song(12), 480);
    for stage in StageId::ALL {
        let effect = effects.of(*stage);
        assert!(effect.before.short_term_lufs.is_some(), "{stage:?} has read nothing");
        assert_eq!(effect.before, effect.after, "{stage:?}");
    }
}

#[test]
fn each_stage_is_credited_with_what_it_does() {
    let mut settings = ChainSettings::default();
    (settings.input_trim.on, settings.input_trim.gain_db) = (true, 3.0);
    (settings.imager.on, settings.imager.width) = (true, 2.0);
    settings.limiter.on = true;
    settings.limiter.drive_db = 9.0;
    let (effects, _) = read(&linear(), &settings, &song(30), 512);
    let trim = effects.of(StageId::InputTrim);
    // The trim is a gain: exact but for the f32 of the ring, 1e-7.
    assert!((trim.louder_lu().expect("a figure") - 3.0).abs() < 1e-5, "{trim:?}");
    assert!(trim.wider_db().expect("a figure").abs() < 1e-5, "{trim:?}");
    let imager = effects.of(StageId::Imager);
    // Twice the side is 6.02 dB; the imager's guard may hold some of it back.
    assert!(imager.wider_db().is_some_and(|db| db > 3.0 && db < 6.1), "{imager:?}");
    let limiter = effects.of(StageId::Limiter);
    assert!(limiter.louder_lu().is_some_and(|lu| lu > 3.0 && lu < 9.01), "{limiter:?}");
    // The loud half is held down and the soft one is not.
    assert!(limiter.wider_range_lu().is_some_and(|lu| lu < -0.3), "{limiter:?}");
    let equalizer = effects.of(StageId::Equalizer);
    assert_eq!(equalizer.louder_lu(), Some(0.0), "{equalizer:?}");
}

#[test]
fn what_the_last_stage_reads_is_what_a_meter_reads() {
    let spec = ProcessSpec::stereo(RATE);
    let song = song(60);
    let (effects, played) = read(&spec, &settings::working(), &song, 512);
    let after = effects.of_chain().after;
    // The hops begin a latency later than the output, and end with the last whole one.
    let latency = {
        let mut chain = Chain::new();
        chain.prepare(&spec);
        chain.latency_samples()
    };
    let whole = (played.len() - latency) / 4800 * 4800;
    let mut meter = Meter::new(RATE, 2);
    meter.push(&played[latency..latency + whole]);
    let (_, short_term) = meter.momentary_and_short_term_lufs();
    let read_lufs = after.short_term_lufs.expect("a figure");
    // The meter's filter begins in silence, which 60 s forget.
    assert!((read_lufs - short_term).abs() < 1e-4, "{read_lufs:.5} and {short_term:.5} LUFS");
    // The meter counts the silence after a programme's end among its windows and bins by 0.01 LU; one 3 s window of 600 is 0.2 LU here.
    let range = meter.finish().loudness_range_lu;
    let read_lu = after.range_lu.expect("a figure");
    assert!((read_lu - range).abs() < 0.3, "{read_lu:.3} and {range:.3} LU");
}

#[test]
fn readings_do_not_depend_on_the_hosts_blocks() {
    let (spec, song) = (linear(), song(9));
    let [one, other] = [64, 1000].map(|block| {
        let (effects, _) = read(&spec, &settings::working(), &song, block);
        StageId::ALL.iter().map(|stage| effects.of(*stage)).collect::<Vec<_>>()
    });
    assert_eq!(one, other);
}

#[test]
fn another_latency_begins_anew_and_in_time() {
    let bank = Arc::<MeterBank>::default();
    bank.controls.set_watched(true);
    let mut meters = LiveMeters::new(RATE, 2, bank.clone());
    let mut effects = StageEffects::default();
    let mut off = ChainSettings::default();
    (off.input_trim.on, off.limiter.on) = (false, false);
    for spec in [ProcessSpec::stereo(RATE), linear()] {
        let mut chain = Chain::new();
        chain.prepare(&spec);
        chain.set(&off);
        for mut frames in song(6).chunks(512).map(<[Frame]>::to_vec) {
            meters.begin_block(Transport::default(), frames.len());
            chain.process_with(&mut frames, &mut meters);
            effects.update(&bank);
        }
        let chain = effects.of_chain();
        assert!(chain.before.short_term_lufs.is_some());
        assert_eq!(chain.before, chain.after, "{spec:?}");
    }
}
