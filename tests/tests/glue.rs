//! The bus compressor: static curve, times, link, mix.

use lacquer_dsp::chain::Glue;
use lacquer_dsp::chain::glue::GlueSettings;
use lacquer_dsp::processor::for_each_block;
use lacquer_dsp::{Frame, ProcessSpec, Processor, Stage};
use lacquer_tests::signals::programme;
use lacquer_tests::spectrum::magnitudes_db;
use std::f64::consts::TAU;

fn base() -> GlueSettings {
    GlueSettings {
        on: true,
        auto: false,
        attack_ms: 1.0,
        release_ms: 200.0,
        sidechain_high_pass_hz: 20.0,
        ..Default::default()
    }
}

fn run(settings: GlueSettings, rate: f64, input: &[Frame]) -> Vec<Frame> {
    let mut stage = Glue::default();
    stage.prepare(&ProcessSpec::stereo(rate));
    stage.set(&settings);
    let mut output = input.to_vec();
    for_each_block(&mut output, 0, |block| stage.process(block));
    output
}

fn gain_db(y: f64, x: f64) -> f64 {
    20.0 * (y / x).log10()
}

#[test]
fn static_curve_is_that_of_threshold_ratio_and_knee() {
    for rate in [44_100.0, 192_000.0] {
        for level_db in [-40.0f64, -23.0, -20.0, -17.0, -10.0, 0.0] {
            for (ratio, knee_db) in [(2.0, 0.0), (4.0, 6.0), (20.0, 12.0)] {
                let settings = GlueSettings { threshold_db: -20.0, ratio, knee_db, ..base() };
                let level = 10f64.powf(level_db / 20.0);
                // A constant has but one level, which leaves the curve alone to be measured.
                let input = vec![[level, -level]; (0.5 * rate) as usize];
                let output = run(settings, rate, &input);
                let over = level_db + 20.0;
                let slope = 1.0 / ratio - 1.0;
                let expected = if 2.0 * over <= -knee_db {
                    0.0
                } else if 2.0 * over.abs() <= knee_db && knee_db > 0.0 {
                    slope * (over + knee_db / 2.0).powi(2) / (2.0 * knee_db)
                } else {
                    slope * over
                };
                let found = gain_db(output[output.len() - 1][0], level);
                // The bar is 0.05 dB; the fast logarithm and exponential leave 1e-6.
                assert!(
                    (found - expected).abs() < 1e-3,
                    "{level_db} dB, {ratio}:1: {found} against {expected}"
                );
            }
        }
    }
}

#[test]
fn sines_read_their_peak() {
    let settings = GlueSettings { threshold_db: -20.0, ratio: 4.0, knee_db: 0.0, ..base() };
    let input: Vec<Frame> =
        (0..96_000).map(|n| [0.5 * (TAU * 997.0 * n as f64 / 48_000.0).sin(); 2]).collect();
    let output = run(settings, 48_000.0, &input);
    let peak =
        |frames: &[Frame]| frames[48_000..].iter().fold(0.0f64, |peak, frame| peak.max(frame[0].abs()));
    let expected = -0.75 * (20.0 * 0.5f64.log10() + 20.0);
    let found = gain_db(peak(&output), peak(&input));
    // Between two peaks, 0.5 ms apart, the release of 200 ms gives back 0.25 % of 10.5 dB.
    assert!((found - expected).abs() < 0.05, "{found:.3} dB against {expected:.3} dB");
}

#[test]
fn attack_and_release_take_their_time() {
    let rate = 48_000.0;
    for (attack_ms, release_ms) in [(1.0, 100.0), (10.0, 50.0), (30.0, 300.0)] {
        let settings =
            GlueSettings { threshold_db: -20.0, ratio: 20.0, knee_db: 0.0, attack_ms, release_ms, ..base() };
        let (low, high) = (0.01, 1.0);
        let input: Vec<Frame> =
            (0..192_000).map(|n| [if (48_000..96_000).contains(&n) { high } else { low }; 2]).collect();
        let output = run(settings, rate, &input);
        let reduction = |n: usize| -gain_db(output[n][0], input[n][0]);
        let full = reduction(95_999);
        let first = (48_000..96_000).find(|n| reduction(*n) >= 0.632 * full).unwrap_or(0);
        let found = (first - 48_000) as f64 * 1000.0 / rate;
        // The gain follows the peaks by one to two hops of 0.08 ms.
        assert!(
            (found - attack_ms).abs() < 0.05 * attack_ms + 0.17,
            "attack {attack_ms} ms takes {found:.2} ms"
        );
        let last = (96_000..192_000).find(|n| reduction(*n) <= 0.368 * full).unwrap_or(0);
        let found = (last - 96_000) as f64 * 1000.0 / rate;
        // Decoupled: the release's time is followed by that of the attack.
        let expected = release_ms + attack_ms;
        assert!(
            (found - expected).abs() < 0.05 * expected + 0.17,
            "release {expected} ms takes {found:.2} ms"
        );
    }
}

#[test]
fn auto_is_slow_on_a_tone_and_fast_on_a_beat() {
    let settings = GlueSettings { threshold_db: -30.0, ratio: 4.0, auto: true, ..base() };
    let recovery = |input: &[Frame]| {
        let mut input = input.to_vec();
        let loud = input.len();
        input.extend(vec![[0.001; 2]; 96_000]);
        let output = run(settings, 48_000.0, &input);
        let reduction = |n: usize| -gain_db(output[n][0], 0.001);
        let start = reduction(loud + 10);
        (0..90_000).find(|n| reduction(loud + n) < 0.5 * start).unwrap_or(90_000)
    };
    let tone: Vec<Frame> =
        (0..96_000).map(|n| [0.3 * (TAU * 300.0 * n as f64 / 48_000.0).sin(); 2]).collect();
    let beat: Vec<Frame> = (0..96_000)
        .map(|n| [0.9 * (-((n % 12_000) as f64) / 400.0).exp() * (n as f64 * 0.3).sin(); 2])
        .collect();
    let (slow, fast) = (recovery(&tone), recovery(&beat));
    assert!(slow > 2 * fast, "{slow} frames after a tone, {fast} after a beat");
}

/// A wave of 50 Hz whose peaks stand for `share` of its time: its squared crest factor is 1 / share.
fn pulses(frames: usize, share: f64, level: f64) -> Vec<Frame> {
    let half = 480;
    let wide = (share * half as f64).round() as usize;
    let sign = |n: usize| if (n / half).is_multiple_of(2) { level } else { -level };
    (0..frames).map(|n| if n % half < wide { [sign(n); 2] } else { [0.0; 2] }).collect()
}

#[test]
fn auto_times_go_with_the_square_of_the_crest_factor() {
    let rate = 48_000.0;
    let settings = GlueSettings { threshold_db: -20.0, ratio: 20.0, knee_db: 0.0, auto: true, ..base() };
    for squared in [1.0, 2.0, 8.0] {
        let mut input = pulses(240_000, 1.0 / squared, 1.0);
        // Both powers of the crest factor fall alike: it stays what it was.
        input[96_000..].iter_mut().for_each(|frame| *frame = frame.map(|x| 1e-3 * x));
        let output = run(settings, rate, &input);
        let reduction = |n: usize| -gain_db(output[n][0], input[n][0]);
        let heard = |n: &usize| input[*n][0] != 0.0;
        let full = (95_000..96_000).filter(heard).map(reduction).fold(0.0, f64::max);
        let last = (96_000..240_000).filter(heard).find(|n| reduction(*n) <= 0.368 * full).unwrap_or(0);
        let found = (last - 96_000) as f64 * 1000.0 / rate;
        // Decoupled: release and attack follow each other, and their sum is 2 s / C^2. The wave shows its gain every 10 ms.
        let expected = 2000.0 / squared;
        assert!(
            (found - expected).abs() < 0.04 * expected + 10.0,
            "C^2 = {squared}: {found:.0} ms of {expected}"
        );
    }
}

#[test]
fn an_onset_is_met_as_fast_as_its_crest_factor_asks() {
    let rate = 48_000.0;
    let settings = GlueSettings { threshold_db: -20.0, ratio: 20.0, knee_db: 0.0, auto: true, ..base() };
    let input: Vec<Frame> = (0..52_800).map(|n| [if n < 48_000 { 1e-3 } else { 1.0 }; 2]).collect();
    let output = run(settings, rate, &input);
    let reduction = |n: usize| -gain_db(output[n][0], input[n][0]);
    let full = 0.95 * 20.0;
    let first = (48_000..52_800).find(|n| reduction(*n) >= 0.632 * full).unwrap_or(0);
    // The mean power over 200 ms has not begun to follow: C^2 is 100, its most, for 2 ms, and the attack 160 ms / 100.
    let found = (first - 48_000) as f64 * 1000.0 / rate;
    assert!((found - 1.6).abs() < 0.05, "{found:.3} ms");
}

#[test]
fn the_gain_moves_with_every_frame() {
    let settings = GlueSettings { threshold_db: -20.0, ratio: 4.0, attack_ms: 5.0, ..base() };
    let input: Vec<Frame> = (0..48_480).map(|n| [if n < 48_000 { 1e-3 } else { 1.0 }; 2]).collect();
    let output = run(settings, 48_000.0, &input);
    // Twice the attack after an onset: a gain in steps would stand between them and be heard as a buzz.
    for (n, pair) in output[48_000..].windows(2).enumerate() {
        assert!(pair[1][0] < pair[0][0], "{n} frames after the onset the gain stands at {}", pair[0][0]);
    }
}

#[test]
fn a_partial_link_takes_its_share() {
    let (loud, soft) = (0.5, 0.01);
    let input = vec![[loud, soft]; 48_000];
    let reductions_db = |link: f64| {
        let settings = GlueSettings { threshold_db: -30.0, ratio: 4.0, knee_db: 0.0, link, ..base() };
        let [left, right] = run(settings, 48_000.0, &input)[47_999];
        [-gain_db(left, loud), -gain_db(right, soft)]
    };
    for link in [0.0, 0.1, 0.5, 0.9, 1.0] {
        let [left, right] = reductions_db(link);
        // The soft channel asks for nothing of its own; the fast logarithm and exponential leave 1e-6 dB.
        assert!(left > 17.0 && (right - link * left).abs() < 1e-4, "link {link}: {left} and {right} dB");
    }
}

#[test]
fn link_and_high_pass_choose_what_is_heard() {
    let linked = GlueSettings { threshold_db: -30.0, ratio: 4.0, link: 1.0, ..base() };
    let input: Vec<Frame> =
        (0..48_000).map(|n| [0.5 * (TAU * 50.0 * n as f64 / 48_000.0).sin(), 0.01]).collect();
    let at_end = |settings| run(settings, 48_000.0, &input)[47_990][1] / 0.01;
    assert!(at_end(linked) < 0.5, "the loud channel steers the soft one");
    let unlinked = GlueSettings { link: 0.0, ..linked };
    assert!((at_end(unlinked) - 1.0).abs() < 1e-9, "unlinked, the soft channel is left alone");
    let filtered = GlueSettings { sidechain_high_pass_hz: 300.0, ..linked };
    assert!(at_end(filtered) > 1.5 * at_end(linked), "the high-pass hides the bass from the side chain");
}

#[test]
fn mix_zero_and_ratio_one_keep_every_bit() {
    let input = programme(48_000, 48_000.0, 0.9);
    for settings in [GlueSettings { mix: 0.0, ..base() }, GlueSettings { ratio: 1.0, ..base() }] {
        assert_eq!(run(GlueSettings { threshold_db: -40.0, ..settings }, 48_000.0, &input), input);
    }
}

#[test]
fn a_low_tone_keeps_its_shape_at_short_times() {
    // Analysed where attack and release have long settled.
    const LENGTH: usize = 65_536;
    for (auto, attack_ms, release_ms) in [(false, 1.0, 50.0), (false, 0.1, 5.0), (true, 1.0, 50.0)] {
        for hz in [25.0, 50.0, 110.0, 997.0] {
            let settings =
                GlueSettings { threshold_db: -20.0, ratio: 4.0, auto, attack_ms, release_ms, ..base() };
            let bin = (hz * LENGTH as f64 / 48_000.0).round() as usize;
            let input: Vec<Frame> = (0..4 * LENGTH)
                .map(|n| [0.5 * (TAU * bin as f64 * n as f64 / LENGTH as f64).sin(); 2])
                .collect();
            let output = run(settings, 48_000.0, &input);
            let left: Vec<f64> = output[3 * LENGTH..].iter().map(|frame| frame[0]).collect();
            let lines = magnitudes_db(&left);
            let power: f64 = (2..10).map(|k| 10f64.powf(0.1 * (lines[k * bin] - lines[bin]))).sum();
            let thd_db = 10.0 * power.log10();
            // A gain that stands leaves rounding alone; it was -39 dB at 50 Hz when the release ran from crest to crest.
            assert!(thd_db < -100.0, "auto {auto}, {attack_ms}/{release_ms} ms, {hz} Hz: THD {thd_db:.1} dB");
        }
    }
}

#[test]
fn a_bounce_that_begins_elsewhere_nulls_without_a_position() {
    let song = programme(260_000, 48_000.0, 0.9);
    for auto in [true, false] {
        let settings = GlueSettings { threshold_db: -24.0, auto, release_ms: 100.0, ..base() };
        let whole = run(settings, 48_000.0, &song);
        for shift in [1, 7, 31] {
            let start = 48_000 + shift;
            let later = run(settings, 48_000.0, &song[start..]);
            // From the two-second release on nothing is left of what came before.
            let most = (220_000..260_000)
                .fold(0.0f64, |most, n| most.max((whole[n][0] - later[n - start][0]).abs()));
            let dbfs = 20.0 * most.max(1e-20).log10();
            assert!(dbfs < -80.0, "auto {auto}, {shift} frames: {dbfs:.1} dBFS");
        }
    }
}
