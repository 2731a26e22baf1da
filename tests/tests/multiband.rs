//! The multiband compressor: static curves, flat sums, bands that keep to themselves, and modes that change without a click.

use lacquer_dsp::chain::multiband::{
    MULTIBAND_BANDS, Multiband, MultibandDirection, MultibandMode, MultibandSettings,
};
use lacquer_dsp::processor::for_each_block;
use lacquer_dsp::{Frame, ProcessSpec, Processor, Stage};
use lacquer_tests::signals::{impulse, programme, sine};
use std::f64::consts::TAU;

const RATE: f64 = 48_000.0;
const MODES: [MultibandMode; 2] = [MultibandMode::Transparent, MultibandMode::LinkwitzRiley];

fn prepared(settings: &MultibandSettings, rate: f64) -> Multiband {
    let mut stage = Multiband::default();
    stage.prepare(&ProcessSpec::stereo(rate));
    stage.set(settings);
    stage
}

fn run(settings: &MultibandSettings, rate: f64, input: &[Frame]) -> Vec<Frame> {
    let mut stage = prepared(settings, rate);
    let mut output = input.to_vec();
    for_each_block(&mut output, 0, |block| stage.process(block));
    output
}

/// Nothing is done at all.
fn idle() -> MultibandSettings {
    let mut s = MultibandSettings { on: true, ..Default::default() };
    s.bands.iter_mut().for_each(|band| band.ratio = 1.0);
    s
}

/// All but a sliver of the spectrum in the third band.
fn wide_band() -> MultibandSettings {
    let mut s = idle().with_crossovers_hz([20.0, 26.0, 20_000.0]);
    s.bands.iter_mut().for_each(|band| (band.knee_db, band.range_db) = (0.0, 24.0));
    s
}

/// Peak level in dB of the last fifth.
fn level_db(frames: &[Frame]) -> f64 {
    let tail = &frames[frames.len() * 4 / 5..];
    20.0 * tail.iter().fold(0.0f64, |peak, frame| peak.max(frame[0].abs())).log10()
}

/// |H| in dB at `hz` from an impulse response.
fn response_db(impulse_response: &[Frame], hz: f64, rate: f64) -> f64 {
    let (mut re, mut im) = (0.0, 0.0);
    for (n, frame) in impulse_response.iter().enumerate() {
        let phase = TAU * hz * n as f64 / rate;
        re += frame[0] * phase.cos();
        im -= frame[0] * phase.sin();
    }
    20.0 * f64::hypot(re, im).log10()
}

#[test]
fn static_curve_follows_threshold_ratio_and_range() {
    for mode in MODES {
        for (direction, level, threshold_db, ratio, range_db, expected) in [
            (MultibandDirection::Downward, -10.0, -20.0, 4.0, 24.0, -7.5),
            (MultibandDirection::Downward, -10.0, -20.0, 2.0, 3.0, -3.0),
            (MultibandDirection::Downward, -21.0, -20.0, 4.0, 24.0, 0.0),
            (MultibandDirection::Upward, -40.0, -20.0, 2.0, 24.0, 10.0),
            (MultibandDirection::Upward, -40.0, -20.0, 2.0, 6.0, 6.0),
            (MultibandDirection::Upward, -10.0, -20.0, 2.0, 24.0, 0.0),
            // Half-way down the fade.
            (MultibandDirection::Upward, -69.0, -60.0, 4.0, 24.0, 3.375),
            (MultibandDirection::Upward, -80.0, -20.0, 4.0, 24.0, 0.0),
        ] {
            let mut s = MultibandSettings { mode, ..wide_band() };
            let band = &mut s.bands[2];
            (band.direction, band.threshold_db, band.ratio, band.range_db) =
                (direction, threshold_db, ratio, range_db);
            band.release_ms = 300.0;
            let input = sine(96_000, RATE, 1000.0, 10f64.powf(level / 20.0));
            let found = level_db(&run(&s, RATE, &input)) - level_db(&input);
            // The bar is 0.05 dB; the release of 300 ms gives back 0.2 % of the change between two peaks.
            assert!(
                (found - expected).abs() < 0.05,
                "{mode:?} {direction:?} at {level} dB: {found:.3} against {expected}"
            );
        }
    }
}

#[test]
fn linkwitz_riley_bands_sum_flat() {
    for (rate, crossovers_hz) in [
        (44_100.0, [120.0, 1000.0, 6000.0]),
        (48_000.0, [100.0, 130.0, 170.0]),
        (192_000.0, [500.0, 4000.0, 20_000.0]),
    ] {
        let s = MultibandSettings {
            mode: MultibandMode::LinkwitzRiley,
            ..idle().with_crossovers_hz(crossovers_hz)
        };
        let response = run(&s, rate, &impulse(65_536, 0, 1.0));
        for hz in [20.0, 120.0, 400.0, 1000.0, 3000.0, 6000.0, 15_000.0] {
            let found = response_db(&response, hz, rate);
            assert!(found.abs() < 1e-9, "{hz} Hz at {rate}: {found:e} dB");
        }
    }
}

#[test]
fn equal_gains_are_one_gain() {
    // In the transparent mode the sum of all bands is the input itself, so that a common gain is that gain at any frequency.
    let mut s = idle();
    s.bands.iter_mut().for_each(|band| band.makeup_db = 6.0);
    let input = programme(24_000, RATE, 0.4);
    let gain = 10f64.powf(0.3);
    for (y, x) in run(&s, RATE, &input).iter().zip(&input) {
        assert!((y[0] - gain * x[0]).abs() < 1e-12 && (y[1] - gain * x[1]).abs() < 1e-12);
    }
}

#[test]
fn a_band_keeps_to_itself_and_its_shelf_is_smooth() {
    for mode in MODES {
        let mut s = MultibandSettings { mode, ..idle() };
        s.bands[0].makeup_db = -6.0;
        s.bands[2].makeup_db = 6.0;
        let response = run(&s, RATE, &impulse(65_536, 0, 1.0));
        // Well inside each band its gain is reached; 12 dB per octave leave more of the neighbours' than 24 do.
        let bound_db = if mode == MultibandMode::Transparent { 0.5 } else { 0.25 };
        for (hz, expected) in [(25.0, -6.0), (350.0, 0.0), (2450.0, 6.0), (20_000.0, 0.0)] {
            let found = response_db(&response, hz, RATE);
            assert!((found - expected).abs() < bound_db, "{mode:?} at {hz} Hz: {found:.3} dB");
        }
        let mut last = -6.0f64;
        for n in 0..200 {
            let hz = 20.0 * 1000f64.powf(f64::from(n) / 199.0);
            let found = response_db(&response, hz, RATE);
            assert!((-6.05..6.05).contains(&found), "{mode:?} at {hz:.0} Hz: {found:.3} dB overshoots");
            assert!((found - last).abs() < 0.6, "{mode:?} at {hz:.0} Hz: jumps to {found:.3} dB");
            last = found;
        }
    }
}

#[test]
fn the_curve_that_is_shown_is_heard() {
    for mode in MODES {
        for (crossovers_hz, mix) in [([120.0, 1000.0, 6000.0], 1.0), ([300.0, 310.0, 19_000.0], 0.7)] {
            let gains_db = [-3.0, -12.0, 6.0, 1.5];
            let mut s = MultibandSettings { mode, mix, ..idle().with_crossovers_hz(crossovers_hz) };
            s.bands.iter_mut().zip(gains_db).for_each(|(band, db)| band.makeup_db = db);
            let response = run(&s, RATE, &impulse(65_536, 0, 1.0));
            for n in 0..60 {
                let hz = 25.0 * 900f64.powf(f64::from(n) / 59.0);
                let (heard, shown) = (response_db(&response, hz, RATE), s.response_db(gains_db, hz, RATE));
                // The gains are made by polynomials within 1e-7.
                assert!((heard - shown).abs() < 1e-4, "{mode:?} at {hz:.0} Hz: {shown:.3} for {heard:.3}");
            }
        }
    }
}

#[test]
fn idle_keeps_every_bit_while_crossovers_move() {
    let input = programme(48_000, RATE, 0.9);
    let mut stage = prepared(&idle(), RATE);
    let mut output = input.clone();
    for (n, block) in output.chunks_mut(64).enumerate() {
        let sweep = 100.0 * (n as f64 / 30.0).exp2().min(100.0);
        stage.set(&idle().with_crossovers_hz([sweep, 1000.0, 6000.0]));
        for_each_block(block, 64 * n as u64, |block| stage.process(block));
    }
    assert_eq!(output, input);
    let mut dry = MultibandSettings { mix: 0.0, ..idle() };
    dry.bands.iter_mut().for_each(|band| (band.ratio, band.threshold_db) = (4.0, -40.0));
    assert_eq!(run(&dry, RATE, &input), input, "mix 0");
    let mut off = dry;
    off.mix = 1.0;
    off.bands.iter_mut().for_each(|band| (band.on, band.makeup_db) = (false, 6.0));
    assert_eq!(run(&off, RATE, &input), input, "bands off");
}

#[test]
fn attack_and_release_take_their_time() {
    let mut s = wide_band();
    let band = &mut s.bands[2];
    (band.threshold_db, band.ratio, band.attack_ms, band.release_ms) = (-30.0, 20.0, 10.0, 100.0);
    let rate = 96_000.0;
    // 12 kHz leaves a peak in each hop.
    let tone = sine(192_000, rate, 12_000.0, 1.0);
    let input: Vec<Frame> = tone
        .iter()
        .enumerate()
        .map(|(n, frame)| frame.map(|x| if (48_000..96_000).contains(&n) { x } else { 0.01 * x }))
        .collect();
    let mut stage = prepared(&s, rate);
    let mut reductions = Vec::new();
    let mut output = input.clone();
    for (n, block) in output.chunks_mut(32).enumerate() {
        for_each_block(block, 32 * n as u64, |block| stage.process(block));
        reductions.push(-stage.band_gains_db()[2]);
    }
    let full = reductions[2999];
    let time_ms = |from: usize, reached: &dyn Fn(f64) -> bool| {
        let periods = reductions[from..].iter().position(|reduction| reached(*reduction)).unwrap_or(0);
        periods as f64 * 32_000.0 / rate
    };
    // A reading every third of a millisecond.
    let attack = time_ms(1500, &|reduction| reduction >= 0.632 * full);
    assert!((attack - 10.0).abs() < 0.5 + 0.34, "attack {attack:.2} ms");
    let release = time_ms(3000, &|reduction| reduction <= 0.368 * full);
    // Decoupled: the release's time is followed by that of the attack.
    assert!((release - 110.0).abs() < 5.5 + 0.34, "release {release:.2} ms");
}

#[test]
fn link_lets_the_louder_channel_steer_both() {
    let mut s = wide_band();
    (s.bands[2].threshold_db, s.bands[2].ratio) = (-30.0, 4.0);
    let input: Vec<Frame> = sine(48_000, RATE, 1000.0, 0.5).iter().map(|x| [x[0], 0.02 * x[1]]).collect();
    let right = |link| {
        let mut linked = s;
        linked.link = link;
        run(&linked, RATE, &input)[47_900][1] / input[47_900][1]
    };
    assert!(right(1.0) < 0.3, "linked");
    assert!((right(0.0) - 1.0).abs() < 0.02, "unlinked: {}", right(0.0));
    assert!((0.3..0.9).contains(&right(0.5)), "half linked: {}", right(0.5));
}

#[test]
fn modes_change_without_a_click() {
    let mut s = idle();
    s.bands[1].makeup_db = 3.0;
    let input = sine(48_000, RATE, 200.0, 0.5);
    let mut stage = prepared(&s, RATE);
    let mut output = input.clone();
    for (n, block) in output.chunks_mut(64).enumerate() {
        s.mode = MODES[(n / 150) % 2];
        stage.set(&s);
        for_each_block(block, 64 * n as u64, |block| stage.process(block));
    }
    // The tone's second difference is (w/fs)^2 times its amplitude, at most 0.71 here; a click of -60 dBFS would add 0.001.
    let bound = (TAU * 200.0 / RATE).powi(2) * 0.75 + 2e-4;
    for (n, w) in output.windows(3).enumerate() {
        let second = (w[2][0] - 2.0 * w[1][0] + w[0][0]).abs();
        assert!(second < bound, "frame {n}: {second:.6} against {bound:.6}");
    }
}

#[test]
fn listened_bands_add_up_to_the_output() {
    let mut s = MultibandSettings { mode: MultibandMode::LinkwitzRiley, ..idle() };
    s.bands.iter_mut().for_each(|band| (band.ratio, band.threshold_db) = (3.0, -30.0));
    let input = programme(9600, RATE, 0.8);
    let mut sum = vec![[0.0; 2]; input.len()];
    for part in 0..MULTIBAND_BANDS {
        let mut stage = prepared(&s, RATE);
        stage.set_listen(Some(part));
        let mut output = input.clone();
        let mut heard = Vec::new();
        for_each_block(&mut output, 0, |block| {
            stage.process(block);
            heard.extend_from_slice(stage.listen_signal().expect("a band is listened to"));
        });
        for (sum, heard) in sum.iter_mut().zip(&heard) {
            *sum = [sum[0] + heard[0], sum[1] + heard[1]];
        }
    }
    let output = run(&s, RATE, &input);
    for (n, (sum, y)) in sum.iter().zip(&output).enumerate() {
        assert!((sum[0] - y[0]).abs() < 1e-12, "frame {n}: {} against {}", sum[0], y[0]);
    }
}
