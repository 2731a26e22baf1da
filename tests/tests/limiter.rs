//! The limiter: what passes its ceiling between the samples, and what it does to tones.

use lacquer_dsp::chain::Limiter;
use lacquer_dsp::chain::limiter::{LimiterSettings, LimiterStyle};
use lacquer_dsp::processor::for_each_block;
use lacquer_dsp::{ChainSettings, Frame, ProcessSpec, Processor, Quality, Stage};
use lacquer_tests::material::{Style, song};
use lacquer_tests::signals::{Noise, programme};
use lacquer_tests::spectrum::magnitudes_db;
use lacquer_tests::sweeps::{quiet, tone, worst_line_dbc};
use lacquer_tests::torture::torture;
use lacquer_tests::true_peak::true_peak_dbtp;
use std::f64::consts::{PI, TAU};

const STYLES: [LimiterStyle; 4] =
    [LimiterStyle::Transparent, LimiterStyle::Punch, LimiterStyle::Bass, LimiterStyle::Smooth];

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
                    if over > 0.03 {
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
fn a_tone_stays_the_reserve_below_the_ceiling() {
    let input: Vec<Frame> =
        (0..144_000).map(|n| [1.778 * (TAU * 997.0 * n as f64 / 48_000.0).sin(); 2]).collect();
    // What is kept free for what a detector reads low, dB, and above Live as much more as leaves the last limiter at rest.
    for (quality, reserve_db) in [(Quality::Live, 0.03), (Quality::Standard, 0.08), (Quality::Finest, 0.08)] {
        let output =
            run(LimiterSettings::default(), ProcessSpec { quality, ..ProcessSpec::stereo(48_000.0) }, &input);
        let peak = output[120_000..].as_flattened().iter().fold(0.0f64, |peak, x| peak.max(x.abs()));
        let below_db = -1.0 - 20.0 * peak.log10();
        // The samples meet the crests of half a second within 1e-3 dB; the detector reads within 0.008.
        assert!((below_db - reserve_db).abs() < 0.01, "{quality:?}: {below_db:.4} dB below the ceiling");
    }
}

#[test]
fn samples_stay_under_the_ceiling_without_true_peak() {
    for rate in [44_100.0, 48_000.0, 96_000.0, 192_000.0] {
        let signals = torture(rate);
        for quality in [Quality::Live, Quality::Standard, Quality::Finest] {
            for style in STYLES {
                for (name, input) in &signals {
                    let settings = LimiterSettings { style, true_peak: false, ..Default::default() };
                    let output = run(settings, ProcessSpec { quality, ..ProcessSpec::stereo(rate) }, input);
                    let peak = output.as_flattened().iter().fold(0.0f64, |peak, x| peak.max(x.abs()));
                    let over = 20.0 * peak.log10() + 1.0;
                    assert!(over <= 0.0, "{rate} {quality:?} {style:?} {name}: {over:+.4} dB");
                }
            }
        }
    }
}

#[test]
fn tones_stay_clean_under_limiting() {
    const LENGTH: usize = 131_072;
    let rate = 48_000.0;
    for (style, low_bound) in [
        (LimiterStyle::Transparent, -130.0),
        (LimiterStyle::Smooth, -130.0),
        (LimiterStyle::Punch, -130.0),
        (LimiterStyle::Bass, -130.0),
    ] {
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
        let twin = worst_beside(&lines, &bins) - lines[bins[0]];
        println!("{style:?}, 11 + 12.3 kHz: worst line {twin:.1} dBc");
        assert!(twin < -100.0, "{style:?}: worst line of the twin tone {twin:.1} dBc");
    }
}

/// The highest of a spectrum's lines, dB, but for those of tones and eight beside each.
fn worst_beside(lines: &[f64], tones: &[usize]) -> f64 {
    let others = lines.iter().enumerate().filter(|(k, _)| tones.iter().all(|tone| k.abs_diff(*tone) > 8));
    others.fold(-300.0f64, |worst, (_, line)| worst.max(*line))
}

/// The gain in dB around each frame of a signal in one channel, over 1 ms.
fn gains_db(input: &[Frame], output: &[Frame], latency: usize) -> Vec<f64> {
    (0..input.len() - latency - 48)
        .map(|n| {
            let (mut cross, mut power) = (0.0, 1e-12);
            for k in n..n + 48 {
                cross += input[k][0] * output[k + latency][0];
                power += input[k][0] * input[k][0];
            }
            20.0 * (cross / power).max(1e-6).log10()
        })
        .collect()
}

fn latency(spec: &ProcessSpec) -> usize {
    let mut stage = Limiter::default();
    stage.prepare(spec);
    stage.latency_samples()
}

#[test]
fn a_burst_is_forgotten_within_20_ms() {
    let spec = ProcessSpec::stereo(48_000.0);
    // 12 dB over the ceiling for 5 ms in a soft tone.
    let burst = 14_400..14_640;
    let input: Vec<Frame> = (0..33_600)
        .map(|n| {
            let level = if burst.contains(&n) { 3.55 } else { 0.1 };
            [level * (TAU * 1000.0 * n as f64 / 48_000.0).sin(); 2]
        })
        .collect();
    for quality in [Quality::Live, Quality::Standard] {
        let spec = ProcessSpec { quality, ..spec };
        for style in STYLES {
            let output = run(LimiterSettings { style, ..Default::default() }, spec, &input);
            let gains = gains_db(&input, &output, latency(&spec));
            let after_20_ms = gains[burst.end + 960..].iter().copied().fold(0.0, f64::min);
            println!("{quality:?} {style:?}: {after_20_ms:.2} dB from 20 ms after the burst on");
            assert!(after_20_ms > -1.0, "{quality:?} {style:?}: {after_20_ms:.2} dB 20 ms after a burst");
        }
    }
}

#[test]
fn two_bass_notes_do_not_beat() {
    const LENGTH: usize = 1 << 17;
    let rate = 48_000.0;
    for notes_hz in [[50.0, 65.0], [41.0, 62.0]] {
        let bins = notes_hz.map(|hz: f64| (hz * LENGTH as f64 / rate).round() as usize);
        let tone = |bin: usize, n: usize| (TAU * (bin * n) as f64 / LENGTH as f64).sin();
        let input: Vec<Frame> =
            (0..3 * LENGTH).map(|n| [0.889 * (tone(bins[0], n) + tone(bins[1], n)); 2]).collect();
        for style in STYLES {
            let settings = LimiterSettings { style, ceiling_dbtp: -1.0, ..Default::default() };
            let output = run(settings, ProcessSpec::stereo(rate), &input);
            let left: Vec<f64> = output[2 * LENGTH..].iter().map(|frame| frame[0]).collect();
            let lines = magnitudes_db(&left);
            let worst = worst_beside(&lines, &bins) - lines[bins[0]].min(lines[bins[1]]);
            println!("{style:?}, {notes_hz:?} Hz: worst line {worst:.1} dBc");
            // A tenth of either note is what 20 dB are; where the spectrum of the lows is not seen to stand it was -23.
            assert!(worst < -35.0, "{style:?}, {notes_hz:?} Hz: {worst:.1} dBc");
        }
    }
}

#[test]
fn nothing_ducks_before_a_click() {
    let mut noise = Noise::new(5);
    let mut input: Vec<Frame> = (0..96_000).map(|_| [0.054 * noise.bipolar(); 2]).collect();
    let click = 48_000;
    for n in 0..48 {
        let shape = (1.0 - n as f64 / 48.0) * ((n as f64 + 1.0) / 4.0).min(1.0);
        let x = 3.98 * shape * (TAU * n as f64 / 24.0).cos();
        input[click + n] = input[click + n].map(|noise| noise + x);
    }
    for quality in [Quality::Live, Quality::Standard, Quality::Finest] {
        let spec = ProcessSpec { quality, ..ProcessSpec::stereo(48_000.0) };
        for style in STYLES {
            let output = run(LimiterSettings { style, ..Default::default() }, spec, &input);
            let gain_db = gains_db(&input, &output, latency(&spec))[click - 504];
            assert!(gain_db > -2.0, "{quality:?} {style:?}: {gain_db:.2} dB 10 ms before a click");
        }
    }
}

#[test]
fn more_drive_is_never_quieter() {
    let spec = ProcessSpec::stereo(48_000.0);
    for (name, input) in [
        ("programme", programme(4 * 48_000, 48_000.0, 0.9)),
        ("bass and hats", song(Style::Trap, 2, 48_000.0, 4.0)),
    ] {
        for style in STYLES {
            let levels: Vec<f64> = (0..=6)
                .map(|step| {
                    let settings =
                        LimiterSettings { style, drive_db: 4.0 * f64::from(step), ..Default::default() };
                    let output = run(settings, spec, &input);
                    let power: f64 = output.as_flattened().iter().map(|x| x * x).sum();
                    10.0 * (power / output.len() as f64).log10()
                })
                .collect();
            println!("{name}, {style:?}, drive 0 to 24 dB: {levels:.2?} dBFS");
            for (n, pair) in levels.windows(2).enumerate() {
                // At the end of the curve the level stands still: 0.15 dB is what its slow part wanders.
                assert!(
                    pair[1] > pair[0] - 0.15,
                    "{name}, {style:?}: {:.2} dB more at {} dB",
                    pair[1] - pair[0],
                    4 * n + 4
                );
            }
        }
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

#[test]
fn a_partial_link_lies_between_none_and_all() {
    // To the left a tone 9 dB over the ceiling, steady or in beats of 40 ms; to the right a soft one, which the links alone turn down.
    let beat = |n: usize| if n % 12_000 < 1920 { 2.5 } else { 0.3 };
    let tones = |level: &dyn Fn(usize) -> f64| -> Vec<Frame> {
        let t = |n: usize| TAU * n as f64 / 48_000.0;
        (0..96_000).map(|n| [level(n) * (437.0 * t(n)).sin(), 0.05 * (997.0 * t(n)).sin()]).collect()
    };
    let power = |frames: &[Frame]| frames.iter().map(|frame| frame[1] * frame[1]).sum::<f64>();
    for quality in [Quality::Live, Quality::Standard] {
        let spec = ProcessSpec { quality, ..ProcessSpec::stereo(48_000.0) };
        let latency = latency(&spec);
        // What lasts is the transient link's above Live, where the clip takes the rest; the release link's is the slow gain.
        for (name, links, input) in
            [("transient", [1.0, 0.0], tones(&|_| 2.5)), ("release", [0.0, 1.0], tones(&beat))]
        {
            let soft_db = |link: f64| {
                let settings = LimiterSettings {
                    style: LimiterStyle::Smooth,
                    transient_link: link * links[0],
                    release_link: link * links[1],
                    ..Default::default()
                };
                let output = run(settings, spec, &input);
                10.0 * (power(&output[latency..]) / power(&input[..input.len() - latency])).log10()
            };
            let [none, few, half, most, all] = [0.0, 0.1, 0.5, 0.9, 1.0].map(soft_db);
            println!("{quality:?}, {name} link: {none:.3} {few:.3} {half:.3} {most:.3} {all:.3} dB");
            assert_eq!(none, 0.0);
            assert!(all < -0.2, "{quality:?}, {name} link: {all} dB say nothing");
            // In dB of what a channel needs the share is the link itself; slow parts and powers bend it. The slow gain above Live links
            // powers, of which a soft channel's own is next to nothing at any link.
            let ranges = if quality == Quality::Live || name == "transient" {
                [0.03..=0.3, 0.3..=0.8, 0.7..=0.99]
            } else {
                [0.9..=1.0, 0.9..=1.0, 0.9..=1.0]
            };
            for (share, range) in [few, half, most].into_iter().zip(ranges) {
                let of_all = share / all;
                assert!(
                    range.contains(&of_all),
                    "{quality:?}, {name} link: {of_all} of {all} dB, not {range:?}"
                );
            }
        }
    }
}

#[test]
fn every_control_moves_without_a_click_while_limiting() {
    let between = |x: f64, low: f64, high: f64| low + (high - low) * x;
    type Control<'a> = (&'static str, &'a dyn Fn(&mut LimiterSettings, f64));
    let controls: [Control; 10] = [
        ("ceiling", &|s, x| s.ceiling_dbtp = between(x, -12.0, 0.0)),
        ("drive", &|s, x| s.drive_db = between(x, 9.0, 18.0)),
        ("release", &|s, x| s.release_ms = 10.0 * 100f64.powf(x)),
        ("manual release", &|s, x| (s.auto_release, s.release_ms) = (false, 10.0 * 100f64.powf(x))),
        ("transient link", &|s, x| s.transient_link = x),
        ("release link", &|s, x| s.release_link = x),
        ("automatic release", &|s, x| s.auto_release = x > 0.5),
        ("unity gain", &|s, x| s.unity_gain = x > 0.5),
        ("style", &|s, x| s.style = STYLES[(3.99 * x) as usize]),
        ("true peak", &|s, x| s.true_peak = x > 0.5),
    ];
    let mut start = quiet();
    start.limiter.on = true;
    start.limiter.drive_db = 12.0;
    let mut failures = Vec::new();
    // Finest is Standard with another free hop.
    for quality in [Quality::Live, Quality::Standard] {
        for (name, control) in controls {
            let set = |s: &mut ChainSettings, x: f64| control(&mut s.limiter, x);
            // A quarter of the rate between its crests: the samples are 3 dB lower. The softer channel is turned down by the links alone.
            let steady = tone(12.0, 0.25 * PI, [0.4, 0.2]);
            let (hz, dbc) = worst_line_dbc(quality, steady.clone(), &start, set);
            let mut swelling = steady;
            for (n, frame) in swelling.iter_mut().enumerate() {
                let swell = 1.5 + 0.6 * (TAU * 9.0 * n as f64 / 48_000.0).sin();
                *frame = frame.map(|x| swell * x);
            }
            let resting = [0.0, 1.0]
                .map(|at| worst_line_dbc(quality, swelling.clone(), &start, |s, _| set(s, at)).1)
                .into_iter()
                .fold(-400.0, f64::max);
            let moving = worst_line_dbc(quality, swelling, &start, set).1;
            println!(
                "{quality:?}, {name}: steady tone {dbc:.1} dBc at {hz:.0} Hz; swelling {moving:.1}, at rest {resting:.1}"
            );
            // A switch of 12 dB within 8 ms leaves -85 dBc 200 Hz away; true peak, switched at once, left -56. A swing of the drive is
            // a swell of its own, and the clip has 4 dB more to do.
            let more_db = if name == "drive" { 6.0 } else { 3.0 };
            if dbc > -80.0 || moving > resting + more_db {
                failures.push(format!("{quality:?} {name}"));
            }
        }
    }
    assert!(failures.is_empty(), "{failures:?}");
}
