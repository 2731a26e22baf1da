//! The limiter: what passes its ceiling between the samples, and what it does to tones.

use lacquer_dsp::chain::Limiter;
use lacquer_dsp::chain::limiter::{LimiterSettings, LimiterStyle};
use lacquer_dsp::processor::for_each_block;
use lacquer_dsp::{Frame, ProcessSpec, Processor, Quality, Stage};
use lacquer_tests::signals::programme;
use lacquer_tests::spectrum::magnitudes_db;
use lacquer_tests::torture::torture;
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
