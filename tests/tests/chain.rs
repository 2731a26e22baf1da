//! Promises of the whole chain.

use lacquer_dsp::chain::{Listen, ListenSource, StageId};
use lacquer_dsp::{Chain, ChainSettings, EqualizerPhase, Frame, ProcessSpec, Quality};
use lacquer_tests::signals::{Noise, programme, white};
use lacquer_tests::{SAMPLE_RATES, settings};

fn chain(spec: &ProcessSpec, settings: &ChainSettings) -> Chain {
    let mut chain = Chain::new();
    chain.prepare(spec);
    chain.set(settings);
    chain
}

fn rendered(spec: &ProcessSpec, settings: &ChainSettings, input: &[Frame]) -> Vec<Frame> {
    let mut output = input.to_vec();
    chain(spec, settings).process(&mut output);
    output
}

fn all_off() -> ChainSettings {
    let mut s = ChainSettings::default();
    s.input_trim.on = false;
    s.limiter.on = false;
    s
}

#[test]
fn stages_stand_in_signal_order() {
    let order: Vec<_> = StageId::ALL.iter().map(|stage| stage.stem()).collect();
    assert_eq!(
        order,
        [
            "input_trim",
            "equalizer",
            "dynamic_eq",
            "multiband",
            "glue",
            "saturator",
            "bass",
            "imager",
            "clipper",
            "limiter",
            "dither"
        ]
    );
}

#[test]
fn off_neutral_and_bypassed_are_bit_exact_delays() {
    for rate in SAMPLE_RATES {
        let spec = ProcessSpec::stereo(rate);
        let mut bypassed = settings::working();
        bypassed.bypass = true;
        for (name, settings) in [("off", all_off()), ("neutral", settings::neutral()), ("bypassed", bypassed)]
        {
            let mut chain = chain(&spec, &settings);
            let latency = chain.latency_samples();
            let input = white(latency + 6000, 0.35, 9);
            let mut output = input.clone();
            chain.process(&mut output);
            assert_eq!(output[latency..], input[..input.len() - latency], "{name} at {rate} Hz");
        }
    }
}

#[test]
fn latency_depends_on_quality_and_phase_alone() {
    for quality in [Quality::Live, Quality::Standard, Quality::Finest] {
        for equalizer_phase in [EqualizerPhase::Minimum, EqualizerPhase::Linear] {
            let spec = ProcessSpec { quality, equalizer_phase, ..ProcessSpec::stereo(48_000.0) };
            let expected = chain(&spec, &all_off()).latency_samples();
            for seed in 0..10 {
                assert_eq!(chain(&spec, &settings::random(seed)).latency_samples(), expected, "{spec:?}");
            }
        }
    }
}

#[test]
fn any_host_block_size_gives_the_same_bits() {
    let spec = ProcessSpec::stereo(48_000.0);
    let input = programme(40_000, 48_000.0, 0.9);
    let whole = rendered(&spec, &settings::working(), &input);
    for size in [1, 7, 32, 64, 441, 4096, 0] {
        let mut noise = Noise::new(21);
        let mut chain = chain(&spec, &settings::working());
        let mut output = input.clone();
        let mut rest = &mut output[..];
        while !rest.is_empty() {
            let wanted = if size == 0 { 1 + (noise.uniform() * 900.0) as usize } else { size };
            let (head, tail) = rest.split_at_mut(wanted.min(rest.len()));
            chain.process(head);
            rest = tail;
        }
        assert!(output == whole, "blocks of {size} (0: random) differ");
    }
}

#[test]
fn recovers_from_what_is_not_a_number() {
    let spec = ProcessSpec::stereo(48_000.0);
    let mut chain = chain(&spec, &settings::working());
    let mut bad: Vec<Frame> = white(4800, 1.0, 2);
    for (n, frame) in bad.iter_mut().enumerate() {
        match n % 5 {
            0 => *frame = [f64::NAN, 0.5],
            1 => *frame = [f64::INFINITY, f64::NEG_INFINITY],
            2 => *frame = [1e-310, -1e-310],
            3 => *frame = [1e30, -1e30],
            _ => {}
        }
    }
    chain.process(&mut bad);
    assert!(bad.iter().flatten().all(|x| x.is_finite()));
    let mut after = programme(96_000, 48_000.0, 0.5);
    chain.process(&mut after);
    // One second later the level is that of the programme again: neither stuck at silence nor still in overload.
    let power = after[48_000..].iter().flatten().map(|x| x * x).sum::<f64>() / 96_000.0;
    let level_db = 10.0 * power.log10();
    assert!((-30.0..0.0).contains(&level_db), "level after recovery {level_db} dBFS");
}

#[test]
fn delta_is_output_less_delayed_input() {
    let spec = ProcessSpec::stereo(48_000.0);
    let mut only_trim = all_off();
    only_trim.input_trim.on = true;
    only_trim.input_trim.gain_db = 6.0;
    let input = white(20_000, 0.1, 4);
    let plain = rendered(&spec, &only_trim, &input);
    let mut listening = only_trim.clone();
    listening.listen = Some(Listen { stage: StageId::InputTrim, source: ListenSource::Delta });
    let delta = rendered(&spec, &listening, &input);
    let latency = chain(&spec, &all_off()).latency_samples();
    for n in latency..input.len() {
        for c in 0..2 {
            let expected = plain[n][c] - input[n - latency][c];
            assert!((delta[n][c] - expected).abs() < 1e-15, "frame {n}: {} for {expected}", delta[n][c]);
        }
    }
}

#[test]
fn switching_stages_bypass_and_listening_never_clicks() {
    // A sine through stages that leave it alone: whatever else appears was made by the switching.
    let spec = ProcessSpec::stereo(48_000.0);
    let mut chain = chain(&spec, &settings::neutral());
    let input = lacquer_tests::signals::sine(96_000, 48_000.0, 997.0, 0.25);
    let mut output = input.clone();
    let mut settings = settings::neutral();
    let largest_step = |frames: &[Frame]| {
        frames.windows(2).map(|pair| (pair[1][0] - pair[0][0]).abs()).fold(0.0f64, f64::max)
    };
    let bound = largest_step(&output) * 1.0001;
    let mut rest = &mut output[..];
    let mut n = 0;
    while !rest.is_empty() {
        let (head, tail) = rest.split_at_mut(1600.min(rest.len()));
        n += 1;
        let on = n % 2 == 0;
        match n % 7 {
            0 => settings.equalizer.on = on,
            1 => settings.limiter.on = on,
            2 => settings.bypass = on,
            3 => settings.saturator.on = on,
            4 => settings.multiband.on = on,
            5 => settings.clipper.on = on,
            _ => settings.imager.on = on,
        }
        chain.set(&settings);
        chain.process(head);
        rest = tail;
    }
    let latency = chain.latency_samples();
    assert!(
        largest_step(&output[latency + 1..]) <= bound,
        "{} over {bound}",
        largest_step(&output[latency + 1..])
    );
    // Nor is anything missing: what fades from the sound to the same sound is the sound. Two roundings a stage and fade.
    let most = output[latency..]
        .iter()
        .zip(&input)
        .fold(0.0f64, |most, (y, x)| most.max((y[0] - x[0]).abs()).max((y[1] - x[1]).abs()));
    assert!(most < 1e-14, "{most} off the input");
}
