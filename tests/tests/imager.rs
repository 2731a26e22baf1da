//! The imager: what changes the side alone, by how much, and the correlation that the guard keeps.

use lacquer_dsp::chain::Imager;
use lacquer_dsp::chain::imager::{ImagerSettings, MonoSlope};
use lacquer_dsp::processor::for_each_block;
use lacquer_dsp::{Frame, ProcessSpec, Processor, Stage};
use lacquer_tests::signals::{programme, white};
use std::f64::consts::TAU;

const RATE: f64 = 48_000.0;

fn run(settings: ImagerSettings, input: &[Frame]) -> Vec<Frame> {
    let mut stage = Imager::default();
    stage.prepare(&ProcessSpec::stereo(RATE));
    stage.set(&ImagerSettings { on: true, ..settings });
    let mut output = input.to_vec();
    for_each_block(&mut output, 0, |block| stage.process(block));
    output
}

/// Gain in dB for a pure side tone.
fn side_gain_db(settings: ImagerSettings, hz: f64) -> f64 {
    let input: Vec<Frame> = (0..96_000)
        .map(|n| {
            let x = 0.5 * (TAU * hz * n as f64 / RATE).sin();
            [x, -x]
        })
        .collect();
    let output = run(settings, &input);
    let power = |frames: &[Frame]| frames[48_000..].iter().map(|f| (f[0] - f[1]).powi(2)).sum::<f64>();
    10.0 * (power(&output) / power(&input)).log10()
}

fn correlation(frames: &[Frame]) -> f64 {
    let sum = |f: fn(&Frame) -> f64| frames.iter().map(f).sum::<f64>();
    sum(|f| f[0] * f[1]) / (sum(|f| f[0] * f[0]) * sum(|f| f[1] * f[1])).sqrt()
}

#[test]
fn mono_sum_never_changes() {
    let input = programme(96_000, RATE, 0.9);
    let settings = ImagerSettings {
        width: 1.7,
        mono_bass: true,
        stereoize: 1.0,
        guard: true,
        guard_correlation: 0.3,
        ..Default::default()
    }
    .with_band_widths([0.2, 1.4, 1.9]);
    for (y, x) in run(settings, &input).iter().zip(&input) {
        // M = (L + d) + (R - d): rounding of f64 at amplitudes below 4.
        assert!(((y[0] + y[1]) - (x[0] + x[1])).abs() < 2e-15);
    }
}

#[test]
fn bands_have_their_widths_and_meet_half_way() {
    let settings =
        ImagerSettings { crossover_1_hz: 300.0, ..Default::default() }.with_band_widths([0.5, 1.0, 2.0]);
    // Far from the crossovers the widths in dB; at each, by |H|^2 = (l^2 + h^2) / 2, the mean of the powers, but for what the
    // skirt of the other shelf adds.
    let mean = |a: f64, b: f64| 10.0 * (0.5 * (a * a + b * b)).log10();
    for (hz, expected, bound) in [
        (20.0, -6.02, 0.02),
        (300.0, mean(0.5, 1.0), 0.3),
        (1100.0, 0.0, 0.3),
        (4000.0, mean(1.0, 2.0), 0.3),
        (20_000.0, 6.02, 0.02),
    ] {
        let found = side_gain_db(settings, hz);
        assert!((found - expected).abs() < bound, "{hz} Hz: {found:.3} dB, expected {expected:.3} dB");
    }
}

#[test]
fn mono_bass_has_its_slope() {
    for (slope, order) in [(MonoSlope::Db6, 1), (MonoSlope::Db12, 2), (MonoSlope::Db24, 4)] {
        let settings =
            ImagerSettings { mono_bass: true, mono_below_hz: 200.0, mono_slope: slope, ..Default::default() };
        for hz in [50.0, 200.0, 800.0] {
            let expected = -10.0 * (1.0 + (200.0f64 / hz).powi(2 * order)).log10();
            let found = side_gain_db(settings, hz);
            // Butterworth; the bilinear transform is exact at the corner and close below 1 kHz.
            assert!(
                (found - expected).abs() < 0.05,
                "{slope:?} at {hz} Hz: {found:.2}, expected {expected:.2}"
            );
        }
    }
}

#[test]
fn stereoize_opens_a_mono_signal_evenly() {
    let mono: Vec<Frame> = white(192_000, 0.5, 9).iter().map(|f| [f[0], f[0]]).collect();
    let output = run(ImagerSettings { stereoize: 1.0, ..Default::default() }, &mono);
    let c = correlation(&output[48_000..]);
    // M and the all-passed M of 0.35 are uncorrelated: (1 - 0.35^2) / (1 + 0.35^2) = 0.78.
    assert!((c - 0.78).abs() < 0.03, "correlation {c:.3}");
    let power = |c: usize| output[48_000..].iter().map(|f| f[c] * f[c]).sum::<f64>();
    let balance = 10.0 * (power(0) / power(1)).log10();
    // White noise: the two combs carry the same power but for the sections' first reflection, -c against the mid.
    assert!(balance.abs() < 1.5, "balance {balance:.2} dB");
}

#[test]
fn guard_keeps_the_correlation() {
    let wide: Vec<Frame> = white(480_000, 0.3, 4).iter().map(|f| [f[0], 0.2 * f[1] - 0.7 * f[0]]).collect();
    let settings = ImagerSettings { guard: true, guard_correlation: 0.2, ..Default::default() };
    let before = correlation(&wide[240_000..]);
    let after = correlation(&run(settings, &wide)[240_000..]);
    // Here M and S are partly correlated, which the bound per band does not know: within a tenth.
    assert!(before < -0.5 && after > 0.1, "{before:.2} before, {after:.2} after");
}

#[test]
fn rotation_turns_left_into_the_middle() {
    let left = vec![[0.5, 0.0]; 64];
    let output = run(ImagerSettings { rotation_degrees: 45.0, ..Default::default() }, &left);
    let half = 0.5 * std::f64::consts::FRAC_1_SQRT_2;
    assert!((output[10][0] - half).abs() < 1e-12 && (output[10][1] - half).abs() < 1e-12, "{:?}", output[10]);
}
