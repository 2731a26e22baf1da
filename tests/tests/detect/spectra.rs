//! Defects that the spectrum shows: hum, up-sampling, lossy traces, small loudspeakers, vinyl.

use super::*;
use lacquer_tests::damage;
use lacquer_tests::material::quantized;
use std::f64::consts::TAU;

#[test]
fn hum_thirty_decibels_below_the_loudness_and_more_is_found() {
    let mut recall = Recall::default();
    for mains_hz in [50.0, 59.96] {
        for level_db in [-46.0, -41.0, -36.0] {
            // A song in G whose bass is at 49 Hz hides the faintest of them at 50.
            let name = format!("{mains_hz} Hz at {level_db} dBFS");
            recall = recall.and(Recall::of(Check::Hum, WORDS, &name, any, |programme| {
                damage::hum(&programme.frames, programme.rate_hz, mains_hz, 10f64.powf(level_db / 20.0))
            }));
        }
    }
    recall.is_at_least_95_percent();
}

#[test]
fn lossy_walls_are_traces_with_a_confidence_and_never_a_failure() {
    let has_highs = |programme: &Programme| programme.style != Style::Quiet;
    for (wall_hz, bits) in [(15_500.0, 16), (16_000.0, 24), (17_500.0, 16), (18_700.0, 24), (19_200.0, 16)] {
        Recall::of(Check::LossyTrace, WORDS, &format!("{wall_hz} Hz"), has_highs, |programme| {
            quantized(&damage::walled(&programme.frames, programme.rate_hz, wall_hz), bits, 2)
        })
        .is_at_least_95_percent();
    }
    for programme in programmes().iter().filter(|programme| has_highs(programme)) {
        for wall_hz in [16_000.0, 20_000.0] {
            let frames = quantized(&damage::walled(&programme.frames, programme.rate_hz, wall_hz), 24, 2);
            let inspection = inspected(programme.rate_hz, WORDS, &frames);
            let found = finding(&inspection, Check::LossyTrace).expect("a trace");
            // A wall is placed to 40 Hz.
            assert!((found.figure - wall_hz).abs() < 60.0, "{found:?}");
            let is_sure = wall_hz < 19_500.0;
            assert_eq!(found.confidence.is_some_and(|sure| sure > 0.5), is_sure, "{found:?}");
            assert_eq!(found.severity, if is_sure { Severity::Warn } else { Severity::Note });
        }
    }
}

#[test]
fn a_converters_filter_is_no_lossy_trace() {
    for programme in programmes() {
        let nyquist_hz = 0.5 * programme.rate_hz;
        // 100 dB from 20 kHz to half of the rate, as converters have it.
        let frames = damage::banded(&programme.frames, programme.rate_hz, |hz| {
            let fall_db = 100.0 * ((hz - 20_000.0) / (nyquist_hz - 20_000.0)).max(0.0);
            [10f64.powf(-fall_db / 20.0); 2]
        });
        let inspection = inspected(programme.rate_hz, WORDS, &quantized(&frames, 24, 2));
        assert!(!alarms(&inspection, Check::LossyTrace), "{:?}", finding(&inspection, Check::LossyTrace));
    }
}

#[test]
fn lower_rates_are_found_in_higher_ones_and_named() {
    let mut recall = Recall::default();
    for (style, seed) in [(Style::Band, 31), (Style::Trap, 32), (Style::Band, 33)] {
        for rate_hz in [88_200.0, 96_000.0] {
            let frames = song(style, seed, rate_hz, 8.0);
            assert!(
                finding(&inspected(rate_hz, WORDS, &quantized(&frames, 24, 1)), Check::UpSampling).is_none()
            );
            for (wall_hz, source) in [(21_200.0, "44.1 kHz"), (21_900.0, "44.1 kHz"), (23_500.0, "48 kHz")] {
                let converted = quantized(&damage::walled(&frames, rate_hz, wall_hz), 24, 1);
                let inspection = inspected(rate_hz, WORDS, &converted);
                let is_found =
                    finding(&inspection, Check::UpSampling).is_some_and(|found| found.fact.contains(source));
                recall.note(is_found, || format!("{wall_hz} Hz in {rate_hz} Hz: {:?}", facts(&inspection)));
                assert!(
                    !alarms(&inspection, Check::LossyTrace),
                    "{:?}",
                    finding(&inspection, Check::LossyTrace)
                );
            }
        }
    }
    recall.is_at_least_95_percent();
}

#[test]
fn bass_that_small_loudspeakers_lose_is_found() {
    for (sub_hz, level) in [(45.0, 0.5), (60.0, 0.5), (80.0, 0.7)] {
        let frames: Vec<Frame> = (0..480_000)
            .map(|n| {
                let t = n as f64 / 48_000.0;
                [level * (TAU * sub_hz * t).sin() + 0.004 * (TAU * 3000.0 * t).sin(); 2]
            })
            .collect();
        let inspection = inspected(48_000.0, WORDS, &frames);
        assert!(alarms(&inspection, Check::Translation), "{sub_hz} Hz: {:?}", facts(&inspection));
    }
}

#[test]
fn lows_that_a_lathe_cannot_cut_are_noted() {
    for programme in programmes() {
        let frames = damage::banded(&programme.frames, programme.rate_hz, |hz| {
            [1.0, if hz < 150.0 { -1.0 } else { 1.0 }]
        });
        let inspection = inspected(programme.rate_hz, WORDS, &frames);
        let found = finding(&inspection, Check::Vinyl).expect("a reading");
        assert!(found.figure > found.threshold && found.advice.contains("mono"), "{found:?}");
        assert_eq!(found.severity, Severity::Note, "not every mix is cut");
    }
}
