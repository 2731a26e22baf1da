//! The limiter: what passes its ceiling between the samples, and what it does to tones.

use lacquer_dsp::chain::Limiter;
use lacquer_dsp::chain::limiter::{LimiterSettings, LimiterStyle};
use lacquer_dsp::processor::for_each_block;
use lacquer_dsp::{Frame, ProcessSpec, Processor, Quality, Stage};
use lacquer_tests::signals::{Noise, programme, white};
use lacquer_tests::spectrum::magnitudes_db;
use lacquer_tests::true_peak::true_peak_dbtp;
use std::f64::consts::TAU;

const STYLES: [LimiterStyle; 4] =
    [LimiterStyle::Transparent, LimiterStyle::Punch, LimiterStyle::Aggressive, LimiterStyle::Smooth];

fn run(settings: LimiterSettings, spec: ProcessSpec, input: &[Frame]) -> Vec<Frame> {
    let mut stage = Limiter::default();
    stage.prepare(&spec);
    stage.set(&settings);
    let mut output = input.to_vec();
    for_each_block(&mut output, 0, |block| stage.process(block));
    output
}

/// What a converter or resampler leaves of a signal: up to 20 kHz of 44.1 kHz, and as much of the other rates.
fn band_limited(signal: &[Frame]) -> Vec<Frame> {
    const HALF: i32 = 150;
    let cutoff = 0.5 * (0.4535 + 0.5);
    let kernel: Vec<f64> = (-HALF..=HALF)
        .map(|k| {
            let x = f64::from(k);
            let angle = std::f64::consts::PI * x / f64::from(HALF);
            let blackman = 0.42 + 0.5 * angle.cos() + 0.08 * (2.0 * angle).cos();
            let sinc = if k == 0 { 2.0 * cutoff } else { (TAU * cutoff * x).sin() / (0.5 * TAU * x) };
            sinc * blackman
        })
        .collect();
    (0..signal.len())
        .map(|n| {
            let mut sum = [0.0; 2];
            for (k, tap) in kernel.iter().enumerate() {
                if let Some(frame) = (n + k).checked_sub(HALF as usize).and_then(|at| signal.get(at)) {
                    sum = [sum[0] + tap * frame[0], sum[1] + tap * frame[1]];
                }
            }
            sum
        })
        .collect()
}

/// Signals that make a limiter fail, each with peaks far over the ceiling.
fn torture(rate: f64) -> Vec<(&'static str, Vec<Frame>)> {
    let length = (0.25 * rate) as usize;
    let tone = |hz: f64, phase: f64| move |n: usize| (TAU * hz * n as f64 / rate + phase).sin();
    let both = |f: &dyn Fn(usize) -> f64| (0..length).map(|n| [f(n), f(n)]).collect::<Vec<Frame>>();
    let quarter = tone(0.25 * rate, TAU / 8.0);
    let high = [tone(0.41 * rate, 0.1), tone(0.37 * rate, 0.7)];
    let (a, b) = (tone(11_000.0, 0.0), tone(12_300.0, 0.0));
    let low = tone(50.0, 0.0);
    let mut telegraph = Noise::new(3);
    let mut state = 1.0;
    let switching: Vec<Frame> = (0..length)
        .map(|_| {
            if telegraph.uniform() < 0.1 {
                state = -state;
            }
            [2.0 * state; 2]
        })
        .collect();
    let mut signals = vec![
        ("white noise", band_limited(&white(length, 4.0, 1))),
        ("quarter of the rate, 45 degrees", both(&|n| 3.0 * quarter(n))),
        (
            "bursts at a quarter of the rate",
            both(&|n| if (n / 997) % 2 == 0 { 4.0 * quarter(n) } else { 0.0 }),
        ),
        ("two tones near the top", both(&|n| 1.5 * (high[0](n) + high[1](n)))),
        ("11 and 12.3 kHz", both(&|n| 2.0 * (a(n) + b(n)))),
        ("clicks", both(&|n| if n % 211 == 0 { 6.0 } else { 0.3 * low(n) })),
        ("square wave", both(&|n| if (n / 53) % 2 == 0 { 2.0 } else { -2.0 })),
        ("telegraph noise", band_limited(&switching)),
        ("programme at +12 dB", programme(length, rate, 4.0)),
    ];
    // Silence to the end of the latency, so that nothing is cut off in the middle of a wave.
    signals.iter_mut().for_each(|(_, signal)| signal.resize(length + (0.02 * rate) as usize, [0.0; 2]));
    signals
}

#[test]
fn ceiling_holds_between_the_samples() {
    let mut failures = Vec::new();
    println!("worst overshoot over the ceiling at 32x, dB");
    for rate in [44_100.0, 48_000.0, 88_200.0, 96_000.0, 176_400.0, 192_000.0] {
        let signals = torture(rate);
        for quality in [Quality::Live, Quality::Standard] {
            for style in STYLES {
                let mut worst = (-100.0, "");
                for (name, input) in &signals {
                    let settings = LimiterSettings { style, ceiling_dbtp: -1.0, ..Default::default() };
                    let output = run(settings, ProcessSpec { quality, ..ProcessSpec::stereo(rate) }, input);
                    let over = true_peak_dbtp(&output) + 1.0;
                    if over > worst.0 {
                        worst = (over, *name);
                    }
                    if over > 0.05 {
                        failures.push(format!("{rate} {quality:?} {style:?} {name}: {over:+.3} dB"));
                    }
                }
                println!("{rate:>7} {quality:?} {style:?}: {:+.3} ({})", worst.0, worst.1);
            }
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn tones_stay_clean_under_limiting() {
    const LENGTH: usize = 131_072;
    let rate = 48_000.0;
    for (style, low_bound) in [(LimiterStyle::Transparent, -130.0), (LimiterStyle::Smooth, -130.0)] {
        for (hz, bound) in [(50.0, low_bound), (997.0, -130.0)] {
            let bin = (hz * LENGTH as f64 / rate).round() as usize;
            let input: Vec<Frame> = (0..4 * LENGTH)
                .map(|n| [1.778 * (TAU * bin as f64 * n as f64 / LENGTH as f64).sin(); 2])
                .collect();
            let settings = LimiterSettings { style, ceiling_dbtp: -1.0, ..Default::default() };
            let output = run(settings, ProcessSpec::stereo(rate), &input);
            let left: Vec<f64> = output[3 * LENGTH..].iter().map(|frame| frame[0]).collect();
            let lines = magnitudes_db(&left);
            let rest: f64 = lines
                .iter()
                .enumerate()
                .filter(|(k, _)| k.abs_diff(bin) > 8)
                .map(|(_, line)| 10f64.powf(0.1 * line))
                .sum();
            let thd_db = 10.0 * rest.log10() - lines[bin];
            println!("{style:?}, {hz} Hz at 6 dB of reduction: THD+N {thd_db:.1} dBc");
            assert!(thd_db < bound, "{style:?}, {hz} Hz: {thd_db:.1} dBc, bound {bound}");
        }
        let bins = [11_000.0, 12_300.0].map(|hz| (hz * LENGTH as f64 / rate).round() as usize);
        let tone = |bin: usize, n: usize| (TAU * bin as f64 * n as f64 / LENGTH as f64).sin();
        let input: Vec<Frame> =
            (0..4 * LENGTH).map(|n| [0.889 * (tone(bins[0], n) + tone(bins[1], n)); 2]).collect();
        let settings = LimiterSettings { style, ceiling_dbtp: -1.0, ..Default::default() };
        let output = run(settings, ProcessSpec::stereo(rate), &input);
        let left: Vec<f64> = output[3 * LENGTH..].iter().map(|frame| frame[0]).collect();
        let lines = magnitudes_db(&left);
        let rest = lines
            .iter()
            .enumerate()
            .filter(|(k, _)| bins.iter().all(|bin| k.abs_diff(*bin) > 8))
            .fold(-300.0f64, |worst, (_, line)| worst.max(*line));
        let twin = rest - lines[bins[0]];
        println!("{style:?}, 11 + 12.3 kHz: worst line {twin:.1} dBc");
        assert!(twin < -100.0, "{style:?}: worst line of the twin tone {twin:.1} dBc");
    }
}

#[test]
fn unity_gain_takes_the_drive_back() {
    let input: Vec<Frame> = (0..9600).map(|n| [0.01 * (n as f64 * 0.1).sin(); 2]).collect();
    let settings = LimiterSettings { drive_db: 12.0, unity_gain: true, ..Default::default() };
    let spec = ProcessSpec::stereo(48_000.0);
    let output = run(settings, spec, &input);
    let mut stage = Limiter::default();
    stage.prepare(&spec);
    let latency = stage.latency_samples();
    for n in 0..input.len() - latency {
        // The drive and its reciprocal, rounded.
        assert!((output[n + latency][0] - input[n][0]).abs() < 1e-15);
    }
}

#[test]
fn unlinked_channels_keep_out_of_each_other() {
    let mut input = programme(48_000, 48_000.0, 4.0);
    input.iter_mut().for_each(|frame| frame[1] *= 0.02);
    let spec = ProcessSpec::stereo(48_000.0);
    let unlinked = LimiterSettings { transient_link: 0.0, release_link: 0.0, ..Default::default() };
    let mut stage = Limiter::default();
    stage.prepare(&spec);
    let latency = stage.latency_samples();
    let output = run(unlinked, spec, &input);
    for n in 0..input.len() - latency {
        assert_eq!(output[n + latency][1], input[n][1], "the soft channel passes bit for bit");
    }
}
