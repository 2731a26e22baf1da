//! Small-speaker harmonics: their levels, their proportion, and what they leave alone.

use lacquer_dsp::chain::Bass;
use lacquer_dsp::chain::bass::BassSettings;
use lacquer_dsp::processor::for_each_block;
use lacquer_dsp::{Block, CONTROL_PERIOD, Frame, ProcessSpec, Processor, Stage};
use lacquer_tests::spectrum::magnitudes_db;
use std::f64::consts::TAU;

const RATE: f64 = 48_000.0;
const LENGTH: usize = 65_536;

fn run(settings: BassSettings, input: &[Frame]) -> Vec<Frame> {
    let mut stage = Bass::default();
    stage.prepare(&ProcessSpec::stereo(RATE));
    stage.set(&BassSettings { on: true, ..settings });
    let mut output = input.to_vec();
    for_each_block(&mut output, 0, |block| stage.process(block));
    output
}

fn tone(bin: usize, peak: f64) -> Vec<Frame> {
    (0..2 * LENGTH).map(|n| [peak * (TAU * bin as f64 * n as f64 / LENGTH as f64).sin(); 2]).collect()
}

/// What the stage added, analysed: levels in dBFS per bin.
fn added_db(settings: BassSettings, input: &[Frame]) -> Vec<f64> {
    let output = run(settings, input);
    let added: Vec<f64> =
        output.iter().zip(input).skip(input.len() - LENGTH).map(|(y, x)| y[0] - x[0]).collect();
    magnitudes_db(&added)
}

#[test]
fn harmonics_keep_their_weights_and_the_fundamental_stays_out() {
    // A low corner and tones whose harmonics it passes whole; the low-pass at 700 Hz is allowed for.
    let settings = BassSettings { amount: 1.0, device_corner_hz: 60.0, on: true };
    for hz in [42.0, 48.0, 53.0, 60.0, 66.0, 75.0] {
        let bin = (hz * LENGTH as f64 / RATE).round() as usize;
        let hz = bin as f64 * RATE / LENGTH as f64;
        let lines = added_db(settings, &tone(bin, 0.1));
        let passed = |k: f64| {
            let f = k * hz;
            let high_pass = -20.0 * (1.0 + (60.0 / f).powi(4)).log10();
            high_pass - 10.0 * (1.0 + (f / 700.0).powi(4)).log10()
        };
        let weights = [1.0f64, 0.7, 0.5, 0.35];
        let level = |k: usize| lines[k * bin] - passed(k as f64) - 20.0 * weights[k - 2].log10();
        println!(
            "{hz:.1} Hz: H1 {:.1}, H2..5 less weights {:.2} {:.2} {:.2} {:.2} dBFS",
            lines[bin],
            level(2),
            level(3),
            level(4),
            level(5)
        );
        for k in 3..=4 {
            let error = level(k) - level(2);
            assert!(error.abs() < 1.0, "H{k} of {hz:.1} Hz is {error:+.2} dB off its weight against H2");
        }
        let leak = lines[bin] - lines[2 * bin];
        assert!(leak < -40.0, "fundamental of {hz:.1} Hz leaks at {leak:.1} dB of the second harmonic");
    }
}

#[test]
fn soft_and_loud_lows_sound_alike() {
    let settings = BassSettings { amount: 1.0, device_corner_hz: 100.0, on: true };
    let bin = (50.0 * LENGTH as f64 / RATE) as usize;
    let relative = |db: f64| {
        let lines = added_db(settings, &tone(bin, 10f64.powf(db / 20.0)));
        [3, 4].map(|k| lines[k * bin] - db)
    };
    let loud = relative(-1.0);
    for db in [-20.0, -40.0] {
        let soft = relative(db);
        for (loud, soft) in loud.iter().zip(soft) {
            // Proportional by construction; gate and duck leave these levels alone.
            assert!((loud - soft).abs() < 0.1, "{db} dBFS: {soft:.2} dB against {loud:.2} dB");
        }
    }
    let silent = run(settings, &tone(bin, 10f64.powf(-62.0 / 20.0)));
    assert_eq!(silent, tone(bin, 10f64.powf(-62.0 / 20.0)), "nothing is added below -60 dBFS");
}

#[test]
fn only_the_mid_is_heard_and_changed() {
    let settings = BassSettings { amount: 1.0, device_corner_hz: 120.0, on: true };
    let side: Vec<Frame> = (0..40_000)
        .map(|n| {
            let x = 0.5 * (TAU * 50.0 * n as f64 / RATE).sin();
            [x, -x]
        })
        .collect();
    assert_eq!(run(settings, &side), side, "a signal without mid passes bit for bit");
    let left: Vec<Frame> = side.iter().map(|frame| [frame[0], 0.0]).collect();
    for (y, x) in run(settings, &left).iter().zip(&left) {
        // Both channels get the same sum; only its rounding differs.
        assert!(((y[0] - y[1]) - (x[0] - x[1])).abs() < 1e-15);
    }
}

#[test]
fn listening_gives_the_harmonics_alone() {
    let settings = BassSettings { amount: 0.7, device_corner_hz: 120.0, on: true };
    let input = tone((50.0 * LENGTH as f64 / RATE) as usize, 0.3);
    let mut stage = Bass::default();
    stage.prepare(&ProcessSpec::stereo(RATE));
    stage.set(&settings);
    stage.set_listen(Some(0));
    for n in 0..1000 {
        let dry = &input[n * CONTROL_PERIOD..][..CONTROL_PERIOD];
        let mut frames = dry.to_vec();
        stage.process(&mut Block::new(&mut frames, (n * CONTROL_PERIOD) as u64));
        let heard = stage.listen_signal().expect("a part is chosen");
        for ((y, x), h) in frames.iter().zip(dry).zip(heard) {
            assert!((y[0] - x[0] - h[0]).abs() < 1e-15);
        }
    }
}
