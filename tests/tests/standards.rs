//! The meters against the standards: EBU Tech 3341 (2023), minimum requirements 1-5 and 9-23; EBU Tech 3342; and the `ebur128`
//! crate as an oracle. Cases 6 (surround) and 7, 8 (the EBU's own recordings) are not for a stereo meter without its files.

use ebur128::{EbuR128, Mode};
use lacquer_dsp::Frame;
use lacquer_dsp::metering::true_peak::Reference;
use lacquer_dsp::metering::{Measurement, Meter};
use lacquer_files::decode::decode;
use lacquer_tests::meters::live;
use lacquer_tests::signals::{programme, white};
use std::f64::consts::{PI, TAU};

/// Every rate at which the cases must hold, in hertz.
const RATES: [f64; 6] = [44_100.0, 48_000.0, 88_200.0, 96_000.0, 176_400.0, 192_000.0];

/// Tones of 1 kHz in phase in both channels: (seconds, dBFS peak) in turn, the phase running on.
fn tones(rate: f64, parts: &[(f64, f64)]) -> Vec<Frame> {
    let mut frames = Vec::new();
    let mut end = 0.0;
    for (seconds, dbfs) in parts {
        end += seconds * rate;
        let peak = if *dbfs > -200.0 { 10f64.powf(dbfs / 20.0) } else { 0.0 };
        while (frames.len() as f64) < end - 0.5 {
            let x = peak * (TAU * 1000.0 * frames.len() as f64 / rate).sin();
            frames.push([x, x]);
        }
    }
    frames
}

const SILENCE: f64 = -1000.0;

/// What the meter of files reads; the live meters have to read the same.
fn measure(rate: f64, frames: &[Frame]) -> Measurement {
    let mut meter = Meter::new(rate, 2);
    frames.chunks(1000).for_each(|chunk| meter.push(chunk));
    let measured = meter.finish();
    let live = live(rate, frames);
    for side in [&live.input, &live.output] {
        for (name, live, file) in [
            ("I", side.integrated_lufs(), measured.integrated_lufs),
            ("M", f64::from(side.momentary_max_lufs.get()), measured.momentary_max_lufs),
            ("S", f64::from(side.short_term_max_lufs.get()), measured.short_term_max_lufs),
            ("true peak", side.true_peak_max_dbtp(), measured.true_peak_dbtp),
            ("sample peak", 20.0 * f64::from(side.sample_peak_max.get()).log10(), measured.sample_peak_dbfs),
        ] {
            // Published as 32-bit numbers; the silence after the signal may close one gating block more.
            assert!(
                live == file || (live - file).abs() < 0.01,
                "{name} at {rate} Hz: live {live}, file {file}"
            );
        }
    }
    measured
}

/// Asserts within the tolerance of Tech 3341: +-0.1 LU.
fn close(name: &str, rate: f64, found: f64, expected: f64) {
    assert!((found - expected).abs() <= 0.1, "{name} at {rate} Hz: {found:.3}, expected {expected} +-0.1");
}

#[test]
fn tech_3341_cases_1_to_5_read_their_loudness() {
    for rate in RATES {
        let steady = measure(rate, &tones(rate, &[(20.0, -23.0)]));
        close("case 1, I", rate, steady.integrated_lufs, -23.0);
        close("case 1, M", rate, steady.momentary_max_lufs, -23.0);
        close("case 1, S", rate, steady.short_term_max_lufs, -23.0);
        close("case 2", rate, measure(rate, &tones(rate, &[(20.0, -33.0)])).integrated_lufs, -33.0);
        let parts = [(10.0, -36.0), (60.0, -23.0), (10.0, -36.0)];
        close("case 3", rate, measure(rate, &tones(rate, &parts)).integrated_lufs, -23.0);
        let parts = [(10.0, -72.0), (10.0, -36.0), (60.0, -23.0), (10.0, -36.0), (10.0, -72.0)];
        close("case 4", rate, measure(rate, &tones(rate, &parts)).integrated_lufs, -23.0);
        let parts = [(20.0, -26.0), (20.1, -20.0), (20.0, -26.0)];
        close("case 5", rate, measure(rate, &tones(rate, &parts)).integrated_lufs, -23.0);
    }
}

#[test]
fn tech_3341_cases_9_to_14_read_momentary_and_short_term() {
    for rate in RATES {
        let live = |parts: &[(f64, f64)], from: f64, short_term: bool| {
            let frames = tones(rate, parts);
            let mut meter = Meter::new(rate, 2);
            let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
            for (n, chunk) in frames.chunks((0.01 * rate) as usize).enumerate() {
                meter.push(chunk);
                let (momentary, short) = meter.momentary_and_short_term_lufs();
                if n as f64 * 0.01 >= from {
                    let value = if short_term { short } else { momentary };
                    (low, high) = (low.min(value), high.max(value));
                }
            }
            (low, high)
        };
        let (low, high) = live(&[(1.34, -20.0), (1.66, -30.0)].repeat(5), 3.0, true);
        close("case 9, lowest", rate, low, -23.0);
        close("case 9, highest", rate, high, -23.0);
        let (low, high) = live(&[(0.18, -20.0), (0.22, -30.0)].repeat(25), 1.0, false);
        close("case 12, lowest", rate, low, -23.0);
        close("case 12, highest", rate, high, -23.0);
        for i in 0..20 {
            let step = f64::from(i);
            let parts = [(step * 0.15, SILENCE), (3.0, -23.0), (1.0, SILENCE)];
            close("case 10", rate, measure(rate, &tones(rate, &parts)).short_term_max_lufs, -23.0);
            let parts = [(step * 0.15, SILENCE), (3.0, -38.0 + step), (3.0 - step * 0.15, SILENCE)];
            close("case 11", rate, measure(rate, &tones(rate, &parts)).short_term_max_lufs, -38.0 + step);
            let parts = [(step * 0.02, SILENCE), (0.4, -23.0), (1.0, SILENCE)];
            close("case 13", rate, measure(rate, &tones(rate, &parts)).momentary_max_lufs, -23.0);
            let parts = [(step * 0.02, SILENCE), (0.4, -38.0 + step), (0.4 - step * 0.02, SILENCE)];
            close("case 14", rate, measure(rate, &tones(rate, &parts)).momentary_max_lufs, -38.0 + step);
        }
    }
}

#[test]
fn tech_3341_cases_15_to_19_read_their_true_peak() {
    for rate in RATES {
        for (case, divisor, peak, degrees, expected) in [
            (15, 4.0, 0.50, 0.0, -6.0),
            (16, 4.0, 0.50, 45.0, -6.0),
            (17, 6.0, 0.50, 60.0, -6.0),
            (18, 8.0, 0.50, 67.5, -6.0),
            (19, 4.0, 1.41, 45.0f64, 3.0),
        ] {
            let fade = 0.01 * rate;
            let length = (0.5 * rate) as usize;
            let frames: Vec<Frame> = (0..length)
                .map(|n| {
                    let t = n as f64;
                    let gain = (t / fade).min((length as f64 - t) / fade).min(1.0);
                    let x = gain * peak * (TAU * t / divisor + degrees.to_radians()).sin();
                    [x, x]
                })
                .collect();
            let found = measure(rate, &frames).true_peak_dbtp;
            // The standard allows +0.2 and -0.4 dB; a mastering meter reads within 0.1 of the amplitude.
            assert!(
                (found - expected).abs() < 0.1,
                "case {case} at {rate} Hz: {found:.3} dBTP, expected {expected}"
            );
        }
    }
}

#[test]
fn tech_3341_cases_20_to_23_read_the_peak_between_samples() {
    // At four times the rate a sine of 24 samples at 0.5 with one period of 16 samples at 1 in it, low-passed, decimated.
    let mut high: Vec<f64> = Vec::new();
    let sine = |n: usize| 0.5 * (TAU * n as f64 / 24.0).sin();
    (0..24 * 400).for_each(|n| high.push(sine(n)));
    (0..16).for_each(|n| high.push((TAU * n as f64 / 16.0).sin()));
    (0..24 * 400).for_each(|n| high.push(sine(n)));
    let kernel: Vec<f64> = (-255..=255)
        .map(|k: i32| {
            let x = f64::from(k);
            let cutoff = 0.97 / 8.0;
            let sinc = if k == 0 { 2.0 * cutoff } else { (TAU * cutoff * x).sin() / (PI * x) };
            let position: f64 = x / 256.0;
            sinc * bessel_i0(10.0 * (1.0 - position * position).sqrt()) / bessel_i0(10.0)
        })
        .collect();
    for offset in 0..4 {
        let frames: Vec<Frame> = (offset..high.len())
            .step_by(4)
            .map(|n| {
                let x: f64 = kernel
                    .iter()
                    .enumerate()
                    .filter_map(|(k, tap)| {
                        (n + k).checked_sub(255).and_then(|at| high.get(at)).map(|x| tap * x)
                    })
                    .sum();
                [x, x]
            })
            .collect();
        // The signal is given in frames: it is the same at every rate, and filled to 0.49 of each.
        for rate in RATES {
            let found = measure(rate, &frames).true_peak_dbtp;
            // The standard allows +0.2 and -0.4 dB; a mastering meter reads within 0.1.
            assert!(found.abs() < 0.1, "case {} at {rate} Hz: {found:.3} dBTP", 20 + offset);
        }
    }
}

#[test]
fn true_peaks_are_those_of_the_reference() {
    for rate in RATES {
        let frames = programme((8.0 * rate) as usize, rate, 0.9);
        let expected = 20.0 * Reference::new().peak(&frames, 0.0).expect("it is in memory").log10();
        let found = measure(rate, &frames).true_peak_dbtp;
        // Its hats are noise up to half the rate; what is there and beyond 0.46 of the rate no filter of 64 taps tells apart.
        assert!((found - expected).abs() < 0.05, "{rate} Hz: {found:.4} and {expected:.4} dBTP");
    }
}

fn bessel_i0(x: f64) -> f64 {
    let (mut term, mut sum) = (1.0, 1.0);
    for k in 1..100 {
        term *= (x / (2.0 * f64::from(k))).powi(2);
        sum += term;
    }
    sum
}

#[test]
fn tech_3342_reads_the_loudness_range() {
    for rate in RATES {
        for (levels, expected) in [
            (&[-20.0, -30.0][..], 10.0),
            (&[-20.0, -15.0], 5.0),
            (&[-40.0, -20.0], 20.0),
            (&[-50.0, -35.0, -20.0, -35.0, -50.0], 15.0),
        ] {
            let parts: Vec<(f64, f64)> = levels.iter().map(|level| (20.0, *level)).collect();
            let frames = tones(rate, &parts);
            let live = live(rate, &frames).output.range_lu();
            assert!(
                (live - expected).abs() <= 1.0,
                "{levels:?} live at {rate} Hz: {live:.2} LU, expected {expected} +-1"
            );
            let found = measure(rate, &frames).loudness_range_lu;
            assert!(
                (found - expected).abs() <= 1.0,
                "{levels:?} at {rate} Hz: {found:.2} LU, expected {expected} +-1"
            );
        }
    }
}

#[test]
fn agrees_with_the_ebur128_crate() {
    for rate in [44_100.0, 48_000.0, 96_000.0] {
        for (name, frames) in [
            ("programme", programme((40.0 * rate) as usize, rate, 0.9)),
            ("noise", white((10.0 * rate) as usize, 0.5, 6)),
        ] {
            let found = measure(rate, &frames);
            let mut oracle =
                EbuR128::new(2, rate as u32, Mode::I | Mode::LRA | Mode::TRUE_PEAK).expect("a meter");
            oracle.add_frames_f64(frames.as_flattened()).expect("frames");
            let integrated = oracle.loudness_global().expect("a loudness");
            // Both gate in steps of 100 ms; the histogram adds less than 0.001 LU.
            assert!(
                (found.integrated_lufs - integrated).abs() < 0.01,
                "{name} at {rate}: {} and {integrated}",
                found.integrated_lufs
            );
            let range = oracle.loudness_range().expect("a range");
            // The oracle reads its short-term values once a second, and without the silence that Tech 3342 puts at the end, which
            // in these few seconds weighs up to 1 LU.
            assert!(
                (found.loudness_range_lu - range).abs() < 1.0,
                "{name}: {} and {range} LU",
                found.loudness_range_lu
            );
            let peak = (0..2).map(|c| oracle.true_peak(c).expect("a peak")).fold(0.0, f64::max);
            // Its filter has 49 taps at 4x: on noise up to half the rate it is 0.9 dB off, on programme not a tenth.
            let bound_db = if name == "noise" { 1.0 } else { 0.1 };
            let peak_dbtp = 20.0 * peak.log10();
            assert!(
                (found.true_peak_dbtp - peak_dbtp).abs() < bound_db,
                "{name} at {rate}: {} and {peak_dbtp} dBTP",
                found.true_peak_dbtp
            );
        }
    }
}

#[test]
fn stereo_figures_and_dynamic_range_are_those_of_their_definitions() {
    let noise = white(480_000, 0.5, 11);
    let independent = measure(48_000.0, &noise);
    assert!(independent.correlation.abs() < 0.01, "{}", independent.correlation);
    assert!((independent.mono_loss_db + 3.0).abs() < 0.05, "{}", independent.mono_loss_db);
    let opposed: Vec<Frame> = noise.iter().map(|frame| [frame[0], -frame[0]]).collect();
    let opposed = measure(48_000.0, &opposed);
    assert!(opposed.correlation < -0.999 && opposed.mono_loss_db < -100.0);
    // A sine's peak is its RMS in this measure.
    let sine = measure(48_000.0, &tones(48_000.0, &[(12.0, -6.0)]));
    assert!(sine.dynamic_range_db.abs() < 0.01, "{}", sine.dynamic_range_db);
    assert!((sine.plr_db - (sine.true_peak_dbtp - sine.integrated_lufs)).abs() < 1e-12);
    let silence = measure(48_000.0, &[[0.0; 2]; 1000]);
    assert_eq!(silence.integrated_lufs, f64::NEG_INFINITY);
}

#[test]
fn agrees_with_the_ebur128_crate_on_real_songs() {
    for path in [
        "/usr/share/games/frozen-bubble/snd/frozen-mainzik-1p.ogg",
        "/usr/share/games/lincity-ng/music/default/02 - Robert van Herk - City Blues.ogg",
    ] {
        let path = std::path::Path::new(path);
        if !lacquer_left_out::has_file(path) {
            continue;
        }
        let song = decode(path, &|_| {}).expect("a song");
        let frames: Vec<Frame> = song.frames.iter().map(|frame| frame.map(f64::from)).collect();
        let mut oracle = EbuR128::new(2, song.sample_rate, Mode::I | Mode::LRA).expect("a meter");
        oracle.add_frames_f64(frames.as_flattened()).expect("frames");
        let found = measure(f64::from(song.sample_rate), &frames);
        let integrated = oracle.loudness_global().expect("a loudness");
        assert!(
            (found.integrated_lufs - integrated).abs() < 0.02,
            "{}: {} and {integrated}",
            path.display(),
            found.integrated_lufs
        );
        let range = oracle.loudness_range().expect("a range");
        // The oracle reads it once a second, we ten times.
        assert!(
            (found.loudness_range_lu - range).abs() < 0.2,
            "{}: {} and {range}",
            path.display(),
            found.loudness_range_lu
        );
    }
}
