//! The dynamic equalizer: its responses against the prototypes, its curves and times, its de-esser, its placements.

use lacquer_dsp::blocks::matched::AnalogSection;
use lacquer_dsp::chain::dynamic_eq::{
    DynamicEq, DynamicEqBand, DynamicEqPlacement, DynamicEqSettings, DynamicEqShape,
};
use lacquer_dsp::processor::for_each_block;
use lacquer_dsp::{Frame, ProcessSpec, Processor, Stage};
use lacquer_tests::signals::{programme, sine};
use std::f64::consts::TAU;

const RATE: f64 = 48_000.0;

fn with_band(band: DynamicEqBand) -> DynamicEqSettings {
    let mut s = DynamicEqSettings { on: true, ..Default::default() };
    s.bands[1] = DynamicEqBand { on: true, ..band };
    s
}

fn prepared(settings: &DynamicEqSettings, rate: f64) -> DynamicEq {
    let mut stage = DynamicEq::default();
    stage.prepare(&ProcessSpec::stereo(rate));
    stage.set(settings);
    stage
}

fn run(settings: &DynamicEqSettings, rate: f64, input: &[Frame]) -> Vec<Frame> {
    let mut stage = prepared(settings, rate);
    let mut output = input.to_vec();
    for_each_block(&mut output, 0, |block| stage.process(block));
    output
}

/// Amplitude of the component at `hz` in a whole number of its periods, in dB.
fn component_db(frames: &[Frame], channel: usize, hz: f64, rate: f64) -> f64 {
    let (mut re, mut im) = (0.0, 0.0);
    for (n, frame) in frames.iter().enumerate() {
        let phase = TAU * hz * n as f64 / rate;
        re += frame[channel] * phase.cos();
        im += frame[channel] * phase.sin();
    }
    20.0 * (2.0 * f64::hypot(re, im) / frames.len() as f64).log10()
}

/// Gain at `hz` of a probe 60 dB below a tone at the band's frequency that holds the band at its full range.
fn probed_db(band: &DynamicEqBand, rate: f64, hz: f64) -> f64 {
    // A tenth of a second of the tail holds whole periods of both tones.
    let tail = (rate / 10.0) as usize;
    let length = 5 * tail;
    let pilot = sine(length, rate, band.frequency_hz, 0.5);
    let probe = sine(length, rate, hz, 0.0005);
    let input: Vec<Frame> = pilot.iter().zip(&probe).map(|(a, b)| [a[0] + b[0], a[1] + b[1]]).collect();
    let output = run(&with_band(*band), rate, &input);
    component_db(&output[length - tail..], 0, hz, rate) - component_db(&input[length - tail..], 0, hz, rate)
}

#[test]
fn a_band_at_full_range_is_the_equalizers_filter() {
    let mut worst = 0.0f64;
    for rate in [44_100.0, 96_000.0] {
        for shape in [DynamicEqShape::Bell, DynamicEqShape::LowShelf, DynamicEqShape::HighShelf] {
            for (frequency_hz, q, range_db) in
                [(200.0, 1.0, -6.0), (1000.0, 0.7, 9.0), (4000.0, 2.0, -12.0), (8000.0, 1.0, -6.0)]
            {
                let band = DynamicEqBand {
                    shape,
                    frequency_hz,
                    q,
                    range_db,
                    threshold_db: -80.0,
                    ratio: 20.0,
                    release_ms: 2000.0,
                    ..Default::default()
                };
                for hz in [50.0, 400.0, 2000.0, 6000.0, 10_000.0, 14_000.0, 18_000.0] {
                    let w = TAU * frequency_hz / rate;
                    let a = 10f64.powf(range_db / 40.0);
                    let section = match shape {
                        DynamicEqShape::Bell => AnalogSection::bell(w, q, a),
                        DynamicEqShape::LowShelf => AnalogSection::low_shelf(w, q, a),
                        DynamicEqShape::HighShelf => AnalogSection::high_shelf(w, q, a),
                    };
                    let expected = 10.0 * section.power(TAU * hz / rate).log10();
                    let error = (probed_db(&band, rate, hz) - expected).abs();
                    worst = worst.max(error);
                    // A second-order section fitted over the whole band; the static equalizer, with its correction, has a tighter bar.
                    assert!(
                        error < 0.5,
                        "{shape:?} {frequency_hz} Hz at {rate}: {error:.3} dB off at {hz} Hz"
                    );
                }
            }
        }
    }
    println!("worst error {worst:.3} dB");
}

#[test]
fn gain_follows_threshold_ratio_and_range() {
    for (level, threshold_db, ratio, range_db, expected) in [
        (-10.0, -20.0, 4.0, -12.0, -7.5),
        (-10.0, -20.0, 2.0, -3.0, -3.0),
        (-10.0, -20.0, 2.0, 4.0, 4.0),
        (-16.0, -20.0, 2.0, 6.0, 2.0),
        // In the middle of the knee of 6 dB: slope x 3^2 / 12.
        (-20.0, -20.0, 4.0, -12.0, -0.75 * 9.0 / 12.0),
        (-24.0, -20.0, 20.0, -12.0, 0.0),
    ] {
        let band = DynamicEqBand {
            threshold_db,
            ratio,
            range_db,
            attack_ms: 1.0,
            release_ms: 500.0,
            ..Default::default()
        };
        let input = sine(96_000, RATE, 1000.0, 10f64.powf(level / 20.0));
        let output = run(&with_band(band), RATE, &input);
        let found = component_db(&output[91_200..], 0, 1000.0, RATE) - level;
        // The release of 500 ms gives back 0.1 % between two peaks.
        assert!((found - expected).abs() < 0.05, "{level} dB: {found:.3} dB against {expected:.3}");
    }
}

#[test]
fn relative_bands_do_the_same_at_any_level() {
    let band = DynamicEqBand {
        frequency_hz: 7000.0,
        threshold_db: -12.0,
        range_db: -8.0,
        ratio: 4.0,
        attack_ms: 1.0,
        relative: true,
        ..Default::default()
    };
    let reduction = |gain: f64, sibilance: f64| {
        let voice = sine(48_000, RATE, 300.0, gain);
        let hiss = sine(48_000, RATE, 7000.0, gain * sibilance);
        let input: Vec<Frame> = voice.iter().zip(&hiss).map(|(a, b)| [a[0] + b[0], a[1] + b[1]]).collect();
        let output = run(&with_band(band), RATE, &input);
        component_db(&output[43_200..], 0, 7000.0, RATE) - component_db(&input[43_200..], 0, 7000.0, RATE)
    };
    let (loud, soft) = (reduction(0.5, 1.0), reduction(0.01, 1.0));
    assert!(loud < -3.0, "sibilance is turned down by {loud:.2} dB");
    assert!((loud - soft).abs() < 0.05, "{loud:.3} dB loud, {soft:.3} dB soft");
    let little = reduction(0.5, 0.1);
    assert!(little.abs() < 0.01, "20 dB below the voice it is left alone: {little:.3} dB");
}

#[test]
fn attack_and_release_take_their_time() {
    let (attack_ms, release_ms) = (10.0, 100.0);
    let band = DynamicEqBand {
        frequency_hz: 12_000.0,
        threshold_db: -40.0,
        ratio: 20.0,
        range_db: -12.0,
        attack_ms,
        release_ms,
        ..Default::default()
    };
    let rate = 96_000.0;
    // 12 kHz leaves a peak in each hop.
    let mut audio: Vec<Frame> = sine(192_000, rate, 12_000.0, 0.5)
        .iter()
        .enumerate()
        .map(|(n, frame)| frame.map(|x| if (48_000..96_000).contains(&n) { x } else { 0.001 * x }))
        .collect();
    let mut stage = prepared(&with_band(band), rate);
    let mut gains = Vec::new();
    for (n, block) in audio.chunks_mut(32).enumerate() {
        for_each_block(block, 32 * n as u64, |block| stage.process(block));
        gains.push(-stage.band_gains_db()[1]);
    }
    assert!((gains[2999] - 12.0).abs() < 1e-3, "full range: {}", gains[2999]);
    let period_ms = 32_000.0 / rate;
    let attack = gains[1500..].iter().position(|gain| *gain >= 0.632 * 12.0).unwrap_or(0) as f64 * period_ms;
    assert!((attack - attack_ms).abs() < 0.05 * attack_ms + period_ms, "attack {attack:.2} ms");
    let release = gains[3000..].iter().position(|gain| *gain <= 0.368 * 12.0).unwrap_or(0) as f64 * period_ms;
    // Decoupled: the release's time is followed by that of the attack; the region's own ringing is far shorter.
    let expected = attack_ms + release_ms;
    assert!((release - expected).abs() < 0.05 * expected + period_ms, "release {release:.2} ms");
}

#[test]
fn placement_reaches_its_part_alone() {
    let level = 0.5;
    for (placement, input) in
        [(DynamicEqPlacement::Mid, [level, -level]), (DynamicEqPlacement::Side, [level, level])]
    {
        let band = DynamicEqBand { placement, threshold_db: -60.0, ..Default::default() };
        let tone: Vec<Frame> =
            sine(24_000, RATE, 1000.0, 1.0).iter().map(|x| [x[0] * input[0], x[1] * input[1]]).collect();
        assert_eq!(run(&with_band(band), RATE, &tone), tone, "{placement:?} touches what is not its own");
        let own: Vec<Frame> = tone.iter().map(|x| [x[0], -x[1]]).collect();
        assert_ne!(run(&with_band(band), RATE, &own), own, "{placement:?} leaves its own alone");
    }
    let band =
        DynamicEqBand { placement: DynamicEqPlacement::Side, threshold_db: -60.0, ..Default::default() };
    let input = programme(24_000, RATE, 0.8);
    let output = run(&with_band(band), RATE, &input);
    for (y, x) in output.iter().zip(&input) {
        assert!((y[0] + y[1] - x[0] - x[1]).abs() < 1e-15, "the mid is kept");
    }
}

#[test]
fn below_its_threshold_a_band_keeps_every_bit() {
    let band = DynamicEqBand { threshold_db: 0.0, ..Default::default() };
    let input = programme(48_000, RATE, 0.3);
    assert_eq!(run(&with_band(band), RATE, &input), input);
}

#[test]
fn switching_shapes_does_not_click() {
    let mut band = DynamicEqBand { threshold_db: -60.0, range_db: -12.0, ..Default::default() };
    let input = sine(48_000, RATE, 300.0, 0.5);
    let mut stage = prepared(&with_band(band), RATE);
    let mut output = input.clone();
    for (n, block) in output.chunks_mut(64).enumerate() {
        let turn = n / 100;
        band.shape = [DynamicEqShape::Bell, DynamicEqShape::LowShelf, DynamicEqShape::HighShelf][turn % 3];
        band.placement = [DynamicEqPlacement::Stereo, DynamicEqPlacement::Mid][turn % 2];
        let mut settings = with_band(band);
        settings.bands[1].on = turn % 4 != 3;
        stage.set(&settings);
        for_each_block(block, 64 * n as u64, |block| stage.process(block));
    }
    // The tone's own second difference is (w/fs)^2 / 2; a click of -60 dBFS would add 0.001.
    let bound = (TAU * 300.0 / RATE).powi(2) * 0.5 + 3e-4;
    for (n, w) in output.windows(3).enumerate() {
        let second = (w[2][0] - 2.0 * w[1][0] + w[0][0]).abs();
        assert!(second < bound, "frame {n}: {second:.6} against {bound:.6}");
    }
}
