//! What every stage keeps, at every sample rate: STYLE of a processor in seven claims.

use lacquer_dsp::chain::{
    Bass, Clipper, Dither, DynamicEq, Equalizer, Glue, Imager, InputTrim, Limiter, Multiband, Saturator,
    StageId,
};
use lacquer_dsp::processor::for_each_block;
use lacquer_dsp::{Block, CONTROL_PERIOD, ChainSettings, EqualizerPhase, Frame, ProcessSpec, Quality, Stage};
use lacquer_tests::signals::{Noise, impulse, programme, white};
use lacquer_tests::{SAMPLE_RATES, settings};
use std::f64::consts::TAU;

/// One line a stage: module name, type, and where its settings stand.
macro_rules! contract {
    ($($stem:ident: $stage:ident;)*) => {
        $(mod $stem {
            use super::*;

            fn working() -> <$stage as Stage>::Settings {
                settings::working().$stem
            }

            fn neutral() -> <$stage as Stage>::Settings {
                settings::neutral().$stem
            }

            #[test]
            fn neutral_is_a_bit_exact_delay_of_the_reported_latency() {
                if StageId::ALL.iter().any(|id| id.stem() == stringify!($stem) && *id == StageId::Dither) {
                    return;
                }
                every_spec(|spec| neutral_nulls::<$stage>(spec, &neutral()));
            }

            #[test]
            fn latency_depends_on_no_setting() {
                every_spec(|spec| latency_is_fixed::<$stage>(spec, |settings| settings.$stem));
            }

            #[test]
            fn any_block_split_gives_the_same_bits() {
                every_spec(|spec| splits_agree::<$stage>(spec, &working()));
            }

            #[test]
            fn reset_equals_new() {
                every_spec(|spec| reset_is_new::<$stage>(spec, &working()));
            }

            #[test]
            fn silence_stays_silent() {
                every_spec(|spec| silence_is_kept::<$stage>(spec, &working()));
            }

            #[test]
            fn output_is_bounded_whatever_the_settings() {
                every_spec(|spec| output_is_bounded::<$stage>(spec, |settings| settings.$stem));
            }
        })*

        #[test]
        fn every_stage_is_under_contract() {
            let here = [$(stringify!($stem)),*];
            let chain: Vec<_> = StageId::ALL.iter().map(|id| id.stem()).collect();
            assert_eq!(chain, here, "the suite's lines follow the signal order");
        }
    };
}

contract! {
    input_trim: InputTrim;
    equalizer: Equalizer;
    dynamic_eq: DynamicEq;
    multiband: Multiband;
    glue: Glue;
    saturator: Saturator;
    bass: Bass;
    imager: Imager;
    clipper: Clipper;
    limiter: Limiter;
    dither: Dither;
}

/// Every rate at standard quality, and at 48 kHz every quality, phase mode and channel count.
fn every_spec(check: impl Fn(ProcessSpec)) {
    SAMPLE_RATES.iter().for_each(|rate| check(ProcessSpec::stereo(*rate)));
    let standard = ProcessSpec::stereo(48_000.0);
    check(ProcessSpec { quality: Quality::Live, ..standard });
    check(ProcessSpec { quality: Quality::Finest, ..standard });
    check(ProcessSpec { equalizer_phase: EqualizerPhase::Linear, ..standard });
    check(ProcessSpec { channels: 1, ..standard });
}

fn prepared<S: Stage + Default>(spec: ProcessSpec, settings: &S::Settings) -> S {
    let mut stage = S::default();
    stage.prepare(&spec);
    stage.set(settings);
    stage
}

fn run<S: Stage>(stage: &mut S, input: &[Frame]) -> Vec<Frame> {
    let mut output = input.to_vec();
    for_each_block(&mut output, 0, |block| stage.process(block));
    output
}

fn seconds(spec: &ProcessSpec, seconds: f64) -> usize {
    (spec.sample_rate * seconds) as usize
}

/// A stage takes part in stereo only as far as its input is stereo: mono is two equal channels.
fn as_channels(spec: &ProcessSpec, mut frames: Vec<Frame>) -> Vec<Frame> {
    if spec.channels == 1 {
        frames.iter_mut().for_each(|frame| frame[1] = frame[0]);
    }
    frames
}

fn assert_same_bits(context: &str, expected: &[Frame], found: &[Frame]) {
    for (n, (e, f)) in expected.iter().zip(found).enumerate() {
        let same = (0..2).all(|c| e[c] == f[c]);
        assert!(same, "{context}: frame {n} is {f:?}, expected {e:?}");
    }
}

fn neutral_nulls<S: Stage + Default>(spec: ProcessSpec, settings: &S::Settings) {
    let mut stage = prepared::<S>(spec, settings);
    let latency = stage.latency_samples();
    let length = latency + seconds(&spec, 0.1);
    // 0.35: with true-peak detection on, no inter-sample peak of this noise can reach full scale.
    let mut input = as_channels(&spec, white(length, 0.35, 3));
    input[5] = impulse(1, 0, 0.9)[0];
    let input = as_channels(&spec, input);
    let output = run(&mut stage, &input);
    assert!(output[..latency].iter().all(|frame| *frame == [0.0; 2]), "{spec:?}: sound before the latency");
    assert_same_bits(&format!("{spec:?}, latency {latency}"), &input[..length - latency], &output[latency..]);
}

fn latency_is_fixed<S: Stage + Default>(spec: ProcessSpec, of: impl Fn(&ChainSettings) -> S::Settings) {
    let expected = prepared::<S>(spec, &of(&settings::neutral())).latency_samples();
    for seed in 0..8 {
        let mut stage = prepared::<S>(spec, &of(&settings::random(seed)));
        assert_eq!(stage.latency_samples(), expected, "{spec:?}, seed {seed}");
        let mut frames = [[0.1; 2]; CONTROL_PERIOD];
        stage.process(&mut Block::new(&mut frames, 0));
        assert_eq!(stage.latency_samples(), expected, "{spec:?}, seed {seed}, after a block");
    }
}

fn splits_agree<S: Stage + Default>(spec: ProcessSpec, settings: &S::Settings) {
    let input = as_channels(&spec, programme(seconds(&spec, 0.15) + 2000, spec.sample_rate, 0.9));
    let whole = run(&mut prepared::<S>(spec, settings), &input);
    for size in [1, 7, 0] {
        let mut noise = Noise::new(11);
        let mut stage = prepared::<S>(spec, settings);
        let mut output = input.clone();
        let mut position = 0;
        while position < output.len() {
            let wanted = if size == 0 { 1 + (noise.uniform() * 90.0) as usize } else { size };
            let end = (position + wanted).min(output.len());
            for_each_block(&mut output[position..end], position as u64, |block| stage.process(block));
            position = end;
        }
        assert_same_bits(&format!("{spec:?}, blocks of {size} (0: random)"), &whole, &output);
    }
}

fn reset_is_new<S: Stage + Default>(spec: ProcessSpec, settings: &S::Settings) {
    let input = as_channels(&spec, programme(seconds(&spec, 0.1) + 2000, spec.sample_rate, 0.9));
    let first = run(&mut prepared::<S>(spec, settings), &input);
    let mut stage = prepared::<S>(spec, settings);
    // What is loud and steady fills the memories that a short programme leaves empty.
    let tone = |n: usize| (TAU * 61.0 * n as f64 / spec.sample_rate).sin();
    let tone = (0..seconds(&spec, 0.5)).map(|n| [0.9 * tone(n), -0.7 * tone(n)]).collect();
    run(&mut stage, &as_channels(&spec, tone));
    stage.reset();
    let second = run(&mut stage, &input);
    assert_same_bits(&format!("{spec:?}"), &first, &second);
}

fn silence_is_kept<S: Stage + Default>(spec: ProcessSpec, settings: &S::Settings) {
    let output = run(&mut prepared::<S>(spec, settings), &vec![[0.0; 2]; seconds(&spec, 0.05) + 3000]);
    for (n, frame) in output.iter().enumerate() {
        assert!(frame.iter().all(|x| *x == 0.0), "{spec:?}: frame {n} is {frame:?}");
    }
}

fn output_is_bounded<S: Stage + Default>(spec: ProcessSpec, of: impl Fn(&ChainSettings) -> S::Settings) {
    let input = as_channels(&spec, white(seconds(&spec, 0.02) + 1000, 1.0, 5));
    for seed in 0..12 {
        let output = run(&mut prepared::<S>(spec, &of(&settings::random(seed))), &input);
        let peak = output
            .iter()
            .flatten()
            .fold(0.0f64, |peak, x| if x.is_finite() { peak.max(x.abs()) } else { f64::INFINITY });
        // Eight bands of +18 dB in series may stack up to 144 dB; everything else stays far below.
        assert!(peak < 2e7, "{spec:?}, seed {seed}: peak {peak}");
    }
}
