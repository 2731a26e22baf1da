//! What is left of a defect after something else was done to it, and what only looks like one.

use super::*;
use lacquer_tests::damage;
use lacquer_tests::material::quantized;
use lacquer_tests::signals::Noise;
use std::f64::consts::TAU;

/// In 16-bit words without dither.
fn rounded(frames: &[Frame]) -> Vec<Frame> {
    damage::mapped(frames, |x| (x * 32_768.0).round().clamp(-32_768.0, 32_767.0) / 32_768.0)
}

/// A first-order high-pass at 25 Hz.
fn high_passed(frames: &[Frame], rate_hz: f64) -> Vec<Frame> {
    let pole = (-TAU * 25.0 / rate_hz).exp();
    let (mut last, mut out) = ([0.0; 2], [0.0; 2]);
    let tick = |frame: &Frame| {
        out = [0, 1].map(|c| pole * (out[c] + frame[c] - last[c]));
        last = *frame;
        out
    };
    frames.iter().map(tick).collect()
}

fn has_drums(programme: &Programme) -> bool {
    programme.style != Style::Quiet
}

#[test]
fn clipping_by_a_decibel_is_found_after_it_was_turned_down() {
    for bits in [16, 24] {
        Recall::of(Check::HiddenClipping, StoredWords::Integer(bits), "1 dB", has_drums, |programme| {
            let clipped = damage::clipped(&programme.frames, 1.0, 1.0);
            quantized(&damage::mapped(&clipped, |x| 0.68 * x), bits, 3)
        })
        .is_at_least_95_percent();
    }
}

#[test]
fn clipping_is_found_after_a_high_pass_and_a_high_pass_is_not_clipping() {
    Recall::of(Check::HiddenClipping, WORDS, "high-passed", has_drums, |programme| {
        let clipped = damage::mapped(&damage::clipped(&programme.frames, 4.0, 1.0), |x| 0.6 * x);
        quantized(&high_passed(&clipped, programme.rate_hz), 24, 3)
    })
    .is_at_least_95_percent();
    for programme in programmes() {
        for bits in [16, 24] {
            let frames = quantized(&high_passed(&programme.frames, programme.rate_hz), bits, 3);
            let inspection = inspected(programme.rate_hz, StoredWords::Integer(bits), &frames);
            assert!(
                !alarms(&inspection, Check::HiddenClipping),
                "{:?}: {:?}",
                programme.style,
                facts(&inspection)
            );
        }
    }
}

#[test]
fn sixteen_bits_without_dither_are_told_from_those_with_it() {
    // The quiet style has nothing in the highest octave, as most recordings have not.
    let is_quiet = |programme: &Programme| programme.style == Style::Quiet;
    Recall::of(Check::WordLength, StoredWords::Integer(16), "rounded", is_quiet, |programme| {
        rounded(&programme.frames)
    })
    .is_at_least_95_percent();
    for programme in programmes() {
        let frames = quantized(&programme.frames, 16, 4);
        let inspection = inspected(programme.rate_hz, StoredWords::Integer(16), &frames);
        assert!(!alarms(&inspection, Check::WordLength), "{:?}: {:?}", programme.style, facts(&inspection));
    }
}

#[test]
fn sixteen_bits_that_were_cut_off_are_found_whatever_noise_they_hold() {
    for (name, cut) in [("down", f64::floor as fn(f64) -> f64), ("towards zero", f64::trunc)] {
        Recall::of(Check::WordLength, StoredWords::Integer(16), name, any, |programme| {
            damage::mapped(&damage::noise(&programme.frames, 1e-4, 21), |x| cut(x * 32_768.0) / 32_768.0)
        })
        .is_at_least_95_percent();
    }
}

#[test]
fn mono_with_dither_or_a_slight_pan_is_mono_and_a_narrow_mix_is_not() {
    for (lean_db, bits) in [(0.0, 16), (0.01, 24), (0.1, 24), (0.1, 16)] {
        let (words, name) = (StoredWords::Integer(bits), format!("{lean_db} dB, {bits} bits"));
        Recall::of(Check::MonoAsStereo, words, &name, any, |programme| {
            let gain = 10f64.powf(-lean_db / 20.0);
            let mono = programme.frames.iter().map(|[left, right]| 0.5 * (left + right));
            quantized(&mono.map(|x| [x, gain * x]).collect::<Vec<Frame>>(), bits, 5)
        })
        .is_at_least_95_percent();
    }
    for programme in programmes() {
        let narrow = programme.frames.iter().map(|[left, right]| {
            let (mid, side) = (0.5 * (left + right), 0.05 * (left - right));
            [mid + side, mid - side]
        });
        let inspection = inspected(programme.rate_hz, WORDS, &narrow.collect::<Vec<Frame>>());
        assert!(!alarms(&inspection, Check::MonoAsStereo), "{:?}", facts(&inspection));
    }
}

/// The programme with another bass, whose right channel is `degrees` behind.
fn with_bass(programme: &Programme, degrees: f64) -> Vec<Frame> {
    let high =
        damage::banded(&programme.frames, programme.rate_hz, |hz| [if hz < 150.0 { 0.0 } else { 0.7 }; 2]);
    let tone = |n: usize, phase: f64| {
        let t = n as f64 / programme.rate_hz;
        let hz = [55.0, 73.4, 61.7, 82.4][(2.0 * t) as usize % 4];
        0.2 * (TAU * hz * t - phase).sin()
    };
    let late = degrees.to_radians();
    high.iter().enumerate().map(|(n, [left, right])| [left + tone(n, 0.0), right + tone(n, late)]).collect()
}

#[test]
fn a_bass_whose_channels_stand_apart_is_told_and_sent_back_for_vinyl() {
    for programme in programmes() {
        for (degrees, is_told) in [(0.0, false), (20.0, false), (90.0, true), (-90.0, true)] {
            let frames = with_bass(programme, degrees);
            let mut inspector = Inspector::new(programme.rate_hz, 2, WORDS).for_vinyl();
            inspector.push(&frames);
            let inspection = inspector.finish();
            let told = inspection.findings.iter().any(|found| found.unit == "degrees");
            assert_eq!(told, is_told, "{degrees}: {:?}", facts(&inspection));
            let vinyl = finding(&inspection, Check::Vinyl).expect("a reading");
            assert_eq!(vinyl.severity == Severity::Fail, is_told, "{degrees}: {vinyl:?}");
            assert!(!is_told || vinyl.advice.contains("mono"), "{vinyl:?}");
        }
    }
}

/// Frames after which both channels sound, and again `room` later.
fn loud_places(programme: &Programme, count: usize, room: usize) -> Vec<usize> {
    let frames = &programme.frames;
    let sounds = |at: usize| frames[at - 30..at].iter().any(|x| x[0].abs().min(x[1].abs()) > 0.08);
    (0..count)
        .filter_map(|n| {
            let from = frames.len() / 8 + n * (frames.len() * 3 / 4 / count);
            (from..frames.len() - 2 * room - 60).find(|at| sounds(*at) && sounds(*at + room + 30))
        })
        .collect()
}

#[test]
fn buffers_that_are_played_again_are_found() {
    for (buffer, times) in [(256, 3), (480, 6), (1024, 4)] {
        Recall::of(Check::Gaps, WORDS, &format!("{buffer} frames"), has_drums, |programme| {
            let mut frames = quantized(&programme.frames, 24, 6);
            for at in loud_places(programme, 3, 5000) {
                for n in 0..buffer * times {
                    frames[at + buffer + n] = frames[at + n];
                }
            }
            frames
        })
        .is_at_least_95_percent();
    }
}

#[test]
fn digital_silence_in_a_song_is_a_gap_and_no_buffer_that_is_played_again() {
    for programme in programmes().iter().filter(|programme| has_drums(programme)) {
        // 290 ms; decoders leave zeros of both signs.
        let length = (0.29 * programme.rate_hz) as usize;
        for zero in [|_: usize| 0.0, |n: usize| if n.is_multiple_of(3) { -0.0 } else { 0.0 }] {
            let mut frames = quantized(&programme.frames, 24, 6);
            let places = loud_places(programme, 3, length + 60);
            for at in &places {
                frames[*at..][..length].iter_mut().enumerate().for_each(|(n, frame)| *frame = [zero(n); 2]);
            }
            let inspection = inspected(programme.rate_hz, WORDS, &frames);
            let gaps: Vec<&Finding> =
                inspection.findings.iter().filter(|found| found.check == Check::Gaps).collect();
            assert!(!places.is_empty() && gaps.len() == 1, "{:?}", facts(&inspection));
            assert!(gaps[0].fact.contains("cut into"), "{:?}", gaps[0]);
        }
    }
}

#[test]
fn dropouts_of_five_milliseconds_with_soft_edges_are_found_and_pulses_are_none() {
    Recall::of(Check::Gaps, WORDS, "5 ms", has_drums, |programme| {
        let (length, fade) = ((0.007 * programme.rate_hz) as usize, 0.001 * programme.rate_hz);
        let mut frames = programme.frames.clone();
        for at in loud_places(programme, 4, length) {
            for n in 0..length {
                let gain = (1.0 - n as f64 / fade).max(1.0 - (length - n) as f64 / fade).max(0.0);
                frames[at + n] = frames[at + n].map(|x| gain * x);
            }
        }
        quantized(&frames, 24, 7)
    })
    .is_at_least_95_percent();
    // Pulses of 2 ms, 100 a second: 8 ms of silence between each and the next.
    let pulses: Vec<Frame> = (0..480_000).map(|n| [if n % 480 < 96 { 0.3 } else { 0.0 }; 2]).collect();
    assert!(finding(&inspected(48_000.0, WORDS, &pulses), Check::Gaps).is_none());
}

#[test]
fn clicks_at_high_rates_are_found_and_strokes_are_none() {
    // Hats of white noise would fill the spectrum to 96 kHz, as no microphone does.
    let frames = song(Style::Quiet, 41, 192_000.0, 6.0);
    let mut clicked = frames.clone();
    let places: Vec<usize> = (1..9).map(|n| n * frames.len() / 10 + 977 * n).collect();
    for place in &places {
        clicked[*place] = clicked[*place].map(|x| x + 0.06);
    }
    let inspection = inspected(192_000.0, WORDS, &clicked);
    let found = finding(&inspection, Check::Clicks).expect("clicks");
    let is_found =
        |place: &usize| found.places.iter().any(|found| found.start_frame.abs_diff(*place as u64) <= 1);
    assert!(places.iter().all(is_found) && found.place_count == 8, "{found:?}");
    assert!(finding(&inspected(192_000.0, WORDS, &frames), Check::Clicks).is_none());
    // A woodblock: noise that is over in two milliseconds, over a soft chord.
    let mut noise = Noise::new(3);
    let strokes: Vec<Frame> = (0..480_000)
        .map(|n| {
            let t = n as f64 / 48_000.0;
            let stroke = 0.3 * (-(t % 0.37) / 0.0008).exp() * noise.bipolar();
            let chord = 0.1 * (TAU * 220.0 * t).sin() + 0.1 * (TAU * 277.2 * t).sin();
            [chord + stroke, chord + 0.8 * stroke]
        })
        .collect();
    let inspection = inspected(48_000.0, WORDS, &quantized(&strokes, 24, 8));
    assert!(!alarms(&inspection, Check::Clicks), "{:?}", finding(&inspection, Check::Clicks));
}

#[test]
fn the_end_of_a_chord_is_no_noise_floor() {
    let mut noise = Noise::new(4);
    for programme in programmes() {
        // The programme, a second of a chord that hardly decays, and the programme again: the hiss lies far below the chord.
        let rate_hz = programme.rate_hz;
        let chord = (0..rate_hz as usize).map(|n| {
            let t = n as f64 / rate_hz;
            let x: f64 = [196.0, 246.9, 293.7].iter().map(|hz| (TAU * hz * t).sin()).sum();
            [6e-4 * (-0.1 * t).exp() * x; 2]
        });
        let whole = programme.frames.iter().copied().chain(chord).chain(programme.frames.iter().copied());
        let frames: Vec<Frame> = whole.map(|frame| frame.map(|x| x + 2e-5 * noise.bipolar())).collect();
        let inspection = inspected(rate_hz, WORDS, &frames);
        let found = finding(&inspection, Check::NoiseFloor);
        assert!(found.is_none_or(|found| found.figure < -80.0), "{:?}: {found:?}", programme.style);
    }
}

#[test]
fn lines_drawn_from_sample_to_sample_leave_images() {
    let mut recall = Recall::default();
    for (style, seed) in [(Style::Band, 51), (Style::Trap, 52)] {
        let frames = song(style, seed, 44_100.0, 8.0);
        let length = (frames.len() as f64 * 96_000.0 / 44_100.0) as usize - 3;
        let converted: Vec<Frame> = (0..length)
            .map(|n| {
                let at = n as f64 * 44_100.0 / 96_000.0;
                let (first, share) = (at as usize, at.fract());
                [0, 1].map(|c| frames[first][c] * (1.0 - share) + frames[first + 1][c] * share)
            })
            .collect();
        let inspection = inspected(96_000.0, WORDS, &quantized(&converted, 24, 1));
        let is_found =
            finding(&inspection, Check::UpSampling).is_some_and(|found| found.fact.contains("44.1 kHz"));
        recall.note(is_found, || format!("{style:?}: {:?}", facts(&inspection)));
        let own = inspected(96_000.0, WORDS, &quantized(&song(style, seed, 96_000.0, 8.0), 24, 1));
        assert!(finding(&own, Check::UpSampling).is_none(), "{:?}", facts(&own));
    }
    recall.is_at_least_95_percent();
}
