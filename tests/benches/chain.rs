//! What the stages and the chain cost: `cargo xtask bench [FILTER]`. Programme at work, 48 kHz stereo; time per frame is 1 / throughput.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ebur128::{EbuR128, Mode};
use lacquer_dsp::chain::{
    Bass, Clipper, Dither, DynamicEq, Equalizer, Glue, Imager, InputTrim, Limiter, Multiband, Saturator,
};
use lacquer_dsp::chain::{ChainListener, StageId};
use lacquer_dsp::metering::live::{LiveMeters, Transport};
use lacquer_dsp::processor::for_each_block;
use lacquer_dsp::{CONTROL_PERIOD, Chain, ChainSettings, EqualizerPhase, Frame, ProcessSpec, Stage};
use lacquer_tests::settings;
use lacquer_tests::signals::programme;
use std::hint::black_box;

const RATE: f64 = 48_000.0;
/// A second of programme a turn.
const FRAMES: usize = 48_000;

fn input() -> Vec<Frame> {
    programme(FRAMES, RATE, 0.9)
}

fn stage<S: Stage + Default>(
    criterion: &mut Criterion,
    name: &str,
    settings: &S::Settings,
    phase: EqualizerPhase,
) {
    let mut stage = S::default();
    stage.prepare(&ProcessSpec { equalizer_phase: phase, ..ProcessSpec::stereo(RATE) });
    stage.set(settings);
    let input = input();
    let mut audio = input.clone();
    let mut group = criterion.benchmark_group("stage: 48 kHz stereo");
    group.throughput(Throughput::Elements(FRAMES as u64));
    group.bench_function(name, |bencher| {
        bencher.iter(|| {
            audio.copy_from_slice(&input);
            for_each_block(&mut audio, 0, |block| stage.process(block));
            black_box(&audio);
        });
    });
    group.finish();
}

fn stages(criterion: &mut Criterion) {
    let s = settings::working();
    let minimum = EqualizerPhase::Minimum;
    stage::<InputTrim>(criterion, "input_trim", &s.input_trim, minimum);
    stage::<Equalizer>(criterion, "equalizer", &s.equalizer, minimum);
    stage::<Equalizer>(criterion, "equalizer linear", &s.equalizer, EqualizerPhase::Linear);
    stage::<DynamicEq>(criterion, "dynamic_eq", &s.dynamic_eq, minimum);
    stage::<Multiband>(criterion, "multiband", &s.multiband, minimum);
    stage::<Glue>(criterion, "glue", &s.glue, minimum);
    stage::<Saturator>(criterion, "saturator", &s.saturator, minimum);
    stage::<Bass>(criterion, "bass", &s.bass, minimum);
    stage::<Imager>(criterion, "imager", &s.imager, minimum);
    stage::<Clipper>(criterion, "clipper", &s.clipper, minimum);
    stage::<Limiter>(criterion, "limiter", &s.limiter, minimum);
    stage::<Dither>(criterion, "dither", &s.dither, minimum);
}

fn chain(criterion: &mut Criterion) {
    let input = input();
    let mut group = criterion.benchmark_group("chain: 48 kHz stereo");
    group.throughput(Throughput::Elements(FRAMES as u64));
    let mut off = ChainSettings::default();
    off.input_trim.on = false;
    off.limiter.on = false;
    for (name, settings) in [("working", settings::working()), ("off", off)] {
        for block in [16, 64, 512, 4096] {
            let mut chain = Chain::new();
            chain.prepare(&ProcessSpec::stereo(RATE));
            chain.set(&settings);
            let mut audio = input.clone();
            group.bench_function(format!("{name}, {block}-frame"), |bencher| {
                bencher.iter(|| {
                    audio.copy_from_slice(&input);
                    audio.chunks_mut(block).for_each(|block| chain.process(block));
                    black_box(&audio);
                });
            });
        }
    }
    group.finish();
}

/// The live meters of both sides, with nobody looking and with an editor open.
fn meters(criterion: &mut Criterion) {
    let input = input();
    let mut chain = Chain::new();
    chain.prepare(&ProcessSpec::stereo(RATE));
    chain.set(&settings::working());
    let mut output = input.clone();
    chain.process(&mut output);
    let mut group = criterion.benchmark_group("meters: 48 kHz stereo");
    group.throughput(Throughput::Elements(FRAMES as u64));
    for name in ["nobody looks", "an editor is open"] {
        let mut meters = LiveMeters::new(RATE, 2, Default::default());
        if name != "nobody looks" {
            meters.bank().controls.set_watched(true);
        }
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                for (dry, wet) in input.chunks(512).zip(output.chunks_mut(512)) {
                    meters.begin_block(Transport::default(), dry.len());
                    for (dry, wet) in dry.chunks(CONTROL_PERIOD).zip(wet.chunks_mut(CONTROL_PERIOD)) {
                        meters.before_stages(dry, &[0; StageId::ALL.len()]);
                        StageId::ALL.iter().for_each(|stage| meters.after_stage(*stage, wet, 1.0));
                        meters.after_chain(dry, wet);
                    }
                }
            });
        });
    }
    // What one side alone costs elsewhere.
    let mode = Mode::M | Mode::S | Mode::I | Mode::LRA | Mode::TRUE_PEAK;
    let mut oracle = EbuR128::new(2, RATE as u32, mode).expect("a meter");
    group.bench_function("the ebur128 crate, output alone", |bencher| {
        bencher.iter(|| {
            for frames in output.chunks(512) {
                oracle.add_frames_f64(frames.as_flattened()).expect("frames");
            }
        });
    });
    group.finish();
}

criterion_group!(benches, stages, chain, meters);
criterion_main!(benches);
