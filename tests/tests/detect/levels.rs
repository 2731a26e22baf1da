//! Defects of samples and levels: words, clipping, overs, offset, clicks, gaps, noise, edges, dynamics, distortion.

use super::*;
use lacquer_tests::damage;
use lacquer_tests::material::quantized;

#[test]
fn padded_words_are_found_and_their_true_length_is_given() {
    for programme in programmes() {
        for (bits, stored) in [(16, 24), (16, 32), (12, 16), (8, 16)] {
            let frames = quantized(&programme.frames, bits, 3);
            let inspection = inspected(programme.rate_hz, StoredWords::Integer(stored), &frames);
            assert_eq!(inspection.true_bits, Some(bits));
            assert!(alarms(&inspection, Check::WordLength), "{bits} in {stored}");
        }
        let float =
            inspected(programme.rate_hz, StoredWords::Float(32), &quantized(&programme.frames, 16, 3));
        assert!(alarms(&float, Check::WordLength) && float.true_bits == Some(16));
    }
}

#[test]
fn sixteen_bits_that_were_turned_up_or_down_in_twenty_four_are_found() {
    let turned = |gain_db: f64| {
        Recall::of(Check::WordLength, WORDS, "16 bits turned", any, |programme| {
            let gain = 10f64.powf(gain_db / 20.0);
            let steps = 2f64.powi(23);
            damage::mapped(&quantized(&programme.frames, 16, 5), |x| (x * gain * steps).round() / steps)
        })
    };
    [-14.0, -6.3, -1.7, 0.4, 2.3]
        .map(turned)
        .into_iter()
        .fold(Recall::default(), Recall::and)
        .is_at_least_95_percent();
}

#[test]
fn clipping_of_a_decibel_and_more_is_found() {
    for (over_db, bits) in [(1.0, 24), (1.0, 16), (3.0, 16), (6.0, 24)] {
        // Integers clip at one step below full scale; dither comes before the clipper.
        let top = 1.0 - 2f64.powi(1 - bits);
        Recall::of(Check::Clipping, StoredWords::Integer(bits as u32), "clipped", any, |programme| {
            let steps = 2f64.powi(bits - 1);
            damage::mapped(&damage::clipped(&programme.frames, over_db, top), |x| (x * steps).round() / steps)
        })
        .is_at_least_95_percent();
    }
}

#[test]
fn clipping_that_was_turned_down_is_found() {
    for (over_db, down_db, bits) in [(3.0, -3.0, 24), (3.0, -1.3, 16), (6.0, -6.0, 24), (6.0, -10.0, 16)] {
        Recall::of(
            Check::HiddenClipping,
            StoredWords::Integer(bits),
            "clipped and turned down",
            any,
            |programme| {
                let gain = 10f64.powf(down_db / 20.0);
                quantized(
                    &damage::mapped(&damage::clipped(&programme.frames, over_db, 1.0), |x| x * gain),
                    bits,
                    4,
                )
            },
        )
        .is_at_least_95_percent();
    }
}

#[test]
fn overs_of_samples_and_between_them_are_found_with_their_level() {
    for over_db in [0.6, 3.0] {
        for programme in programmes() {
            let peak = programme.frames.as_flattened().iter().fold(0.0f64, |peak, x| peak.max(x.abs()));
            let gain = 10f64.powf(over_db / 20.0) / peak;
            let frames = damage::mapped(&programme.frames, |x| x * gain);
            let inspection = inspected(programme.rate_hz, StoredWords::Float(32), &frames);
            let samples = finding(&inspection, Check::SampleOvers).expect("samples over full scale");
            assert!(
                (samples.figure - over_db).abs() < 1e-6 && samples.severity == Severity::Warn,
                "{samples:?}"
            );
            let between = finding(&inspection, Check::InterSampleOvers).expect("overs");
            // The waveform is at least as high as its samples; the interpolation reads at most 0.02 dB low.
            assert!(between.figure > over_db - 0.02 && between.severity == Severity::Warn, "{between:?}");
            let worst = |finding: &Finding| {
                let places = finding.places.iter();
                places.max_by(|a, b| a.figure.total_cmp(&b.figure)).map(|place| place.start_frame)
            };
            let apart = worst(samples).unwrap_or(0).abs_diff(worst(between).unwrap_or(0));
            // Places begin where they go over, which the waveform does a little earlier.
            assert!(apart < 1000, "{apart} frames apart");
        }
    }
}

#[test]
fn waveforms_over_full_scale_between_legal_samples_are_found() {
    // A quarter of the rate at 45 degrees: samples at 0.99 stand for a sine of 1.4.
    let frames: Vec<Frame> = (0..48_000)
        .map(|n| {
            let level = if (20_000..20_480).contains(&n) { 1.4 } else { 0.3 };
            [level * (std::f64::consts::TAU * (0.25 * n as f64 + 0.125)).sin(); 2]
        })
        .collect();
    let inspection = inspected(48_000.0, WORDS, &frames);
    let found = finding(&inspection, Check::InterSampleOvers).expect("overs");
    // At the burst's ends the band-limited waveform overshoots it, by less than 1 dB.
    assert!((found.figure - 2.92).abs() < 1.0 && found.place_count == 2, "{found:?}");
    assert!(found.places.iter().all(|place| place.start_frame.abs_diff(20_000) < 64), "{found:?}");
    assert!(finding(&inspection, Check::SampleOvers).is_none());
}

#[test]
fn offsets_from_a_tenth_of_a_percent_on_are_found() {
    for (percent, severity) in [(0.15, Severity::Note), (-0.5, Severity::Note), (3.0, Severity::Warn)] {
        for programme in programmes() {
            let frames = damage::offset(&programme.frames, [0.0, percent / 100.0]);
            let inspection = inspected(programme.rate_hz, WORDS, &frames);
            let found = finding(&inspection, Check::DcOffset).expect("an offset");
            // The programme's own mean is below 0.03 %.
            assert!((found.figure - percent.abs()).abs() < 0.03, "{found:?}");
            assert_eq!(found.severity, severity);
        }
    }
}

#[test]
fn clicks_that_stand_out_are_found_where_they_are() {
    // Heights against the steps from sample to sample within 10 ms on both sides: the residual of white noise is 3 dB below its steps, and
    // one side may be 3 dB louder than both, so that 36 are 31 dB over the louder one.
    for steps in [36.0, 60.0, 120.0] {
        let mut recall = Recall::default();
        for programme in programmes() {
            let (frames, places) = damage::clicks(&programme.frames, 20, steps, programme.rate_hz, 21);
            let inspection = inspected(programme.rate_hz, StoredWords::Float(32), &frames);
            let found = finding(&inspection, Check::Clicks);
            for place in places {
                let is_found = found.is_some_and(|found| {
                    found.places.iter().any(|found| found.start_frame.abs_diff(place) <= 2)
                });
                recall.note(is_found, || {
                    format!("{steps} at {place}, {:?} at {}", programme.style, programme.rate_hz)
                });
            }
            let count = found.map_or(0, |found| found.place_count);
            assert!(count <= 20, "{count} clicks found of 20");
        }
        recall.is_at_least_95_percent();
    }
}

#[test]
fn a_sampler_that_clicks_at_its_beats_is_told_and_clicks_of_damage_send_a_mix_back() {
    // As a published song has it (credits1-cp.ogg of Debian's extremetuxracer-data): in the left channel alone single samples stand 0.39 to 0.44 above both
    // neighbours, all upwards, at multiples of 4725 frames, a sixteenth at 140 beats a minute, from each other; -0.159, 0.281, -0.134 at 16.718 s.
    for programme in programmes().iter().filter(|programme| programme.style == Style::Band) {
        let clean = quantized(&programme.frames, 24, 6);
        let clicked = |late: &dyn Fn(usize) -> usize, jump: &dyn Fn(usize) -> f64| {
            let mut frames = clean.clone();
            for (n, at) in (20_000..frames.len() - 20_000).step_by(37_800 / 2).enumerate() {
                frames[at + late(n)][0] += jump(n);
            }
            let inspection = inspected(programme.rate_hz, WORDS, &frames);
            finding(&inspection, Check::Clicks).expect("clicks").clone()
        };
        let found = clicked(&|_| 0, &|_| 0.43);
        assert_eq!(found.severity, Severity::Warn, "{found:?}");
        let in_left = |place: &lacquer_dsp::detect::Place| place.channels == Channels::Left;
        assert!(found.places.iter().all(in_left), "{found:?}");
        // The same at any time, or as often upwards as downwards, is damage.
        for found in [
            clicked(&|n| n * n * 7919 % 15_000, &|_| 0.43),
            clicked(&|_| 0, &|n| if n % 2 == 0 { 0.43 } else { -0.43 }),
        ] {
            assert_eq!(found.severity, Severity::Fail, "{found:?}");
        }
    }
}

#[test]
fn dropouts_are_found_and_counted() {
    for length_ms in [12.0, 50.0, 120.0, 400.0] {
        let mut recall = Recall::default();
        for programme in programmes() {
            let length = (programme.rate_hz * length_ms / 1000.0) as usize;
            let inspection = inspected(programme.rate_hz, WORDS, &damage::gaps(&programme.frames, 4, length));
            let count = finding(&inspection, Check::Gaps).map_or(0, |found| found.place_count);
            assert!(count <= 4, "{count} gaps found of 4");
            (0..4).for_each(|n| recall.note(n < count, || format!("{length_ms} ms, {:?}", programme.style)));
        }
        recall.is_at_least_95_percent();
    }
}

#[test]
fn noise_in_a_pause_is_found_with_its_level() {
    for level_db in [-57.0, -50.0, -42.0] {
        Recall::of(Check::NoiseFloor, WORDS, "noise", any, |programme| {
            let pause = vec![[0.0; 2]; (0.7 * programme.rate_hz) as usize];
            let frames = [&programme.frames[..], &pause, &programme.frames].concat();
            damage::noise(&frames, 10f64.powf(level_db / 20.0), 6)
        })
        .is_at_least_95_percent();
    }
}

#[test]
fn files_that_begin_or_end_in_the_middle_of_sound_are_found() {
    Recall::of(Check::HeadAndTail, WORDS, "no head", any, |programme| {
        let loud = programme.frames.iter().skip(50_000).position(|frame| frame[0].abs() > 0.02).unwrap_or(0);
        programme.frames[50_000 + loud..].to_vec()
    })
    .and(Recall::of(Check::HeadAndTail, WORDS, "no tail", any, |programme| {
        programme.frames[..programme.frames.len() / 2].to_vec()
    }))
    .is_at_least_95_percent();
    let silent = inspected(48_000.0, WORDS, &[[0.0; 2]; 48_000]);
    assert!(finding(&silent, Check::HeadAndTail).is_some_and(|found| found.severity == Severity::Fail));
}

#[test]
fn a_mix_without_dynamics_is_sent_back_if_it_clips() {
    Recall::of(Check::Dynamics, WORDS, "squashed", any, |programme| {
        damage::squashed(&programme.frames, 30.0)
    })
    .is_at_least_95_percent();
    for programme in programmes() {
        let inspection = inspected(programme.rate_hz, WORDS, &damage::clipped(&programme.frames, 26.0, 0.99));
        let found = finding(&inspection, Check::Dynamics).expect("dynamics");
        assert_eq!(found.severity, Severity::Fail, "{found:?}");
    }
}

#[test]
fn dense_flat_tops_are_distortion_at_any_level() {
    for (over_db, gain) in [(8.0, 1.0), (12.0, 0.5)] {
        Recall::of(Check::Distortion, WORDS, "overloaded", any, |programme| {
            quantized(
                &damage::mapped(&damage::clipped(&programme.frames, over_db, 0.98), |x| x * gain),
                24,
                5,
            )
        })
        .is_at_least_95_percent();
    }
}

#[test]
fn odd_harmonics_of_a_driven_bass_are_told_and_those_of_others_are_not() {
    // Decaying tones of a bass, one after the other, with a little noise.
    let bass = |rate_hz: f64, shape: &dyn Fn(f64) -> f64| -> Vec<Frame> {
        (0..(8.0 * rate_hz) as usize)
            .map(|n| {
                let t = n as f64 / rate_hz;
                let hz = [82.4, 110.0, 98.0, 73.4][(2.0 * t) as usize % 4];
                let x = 0.5 * (-1.5 * (t % 0.5)).exp() * (std::f64::consts::TAU * hz * (t % 0.5)).sin();
                let hiss = 1e-5 * ((n as f64 * 12.9898).sin() * 43_758.545).fract();
                [shape(x) + hiss, shape(x) - hiss]
            })
            .collect()
    };
    let notes = |frames: &[Frame], rate_hz: f64| -> Vec<Finding> {
        let inspection = inspected(rate_hz, WORDS, &quantized(frames, 24, 1));
        inspection
            .findings
            .into_iter()
            .filter(|finding| finding.unit == "%" && finding.check == Check::Distortion)
            .collect()
    };
    for rate_hz in [44_100.0, 48_000.0, 96_000.0] {
        for drive in [3.0, 6.0, 12.0] {
            let driven = notes(&bass(rate_hz, &|x| (drive * x).tanh() / drive), rate_hz);
            assert_eq!(driven.len(), 1, "driven by {drive} at {rate_hz}");
            assert!(driven[0].severity == Severity::Note && driven[0].figure > 50.0, "{driven:?}");
        }
        assert!(notes(&bass(rate_hz, &|x| x), rate_hz).is_empty(), "clean");
        // A valve's, unlike for the two halves of the wave: even harmonics above all.
        assert!(notes(&bass(rate_hz, &|x| x + 0.3 * x * x), rate_hz).is_empty(), "a valve");
        assert!(notes(&bass(rate_hz, &|x| x + 0.3 * x * x + 0.1 * x * x * x), rate_hz).is_empty(), "both");
    }
}
