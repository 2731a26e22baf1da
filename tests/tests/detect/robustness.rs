//! What must hold whatever comes in: no dependence on chunks, no panic, nothing unbounded.

use super::*;
use lacquer_dsp::detect::MOST_PLACES;
use lacquer_tests::damage;
use lacquer_tests::signals::{Noise, white};

#[test]
fn findings_do_not_depend_on_how_frames_are_pushed_or_asked_about() {
    let programme = &programmes()[0];
    let frames =
        damage::clicks(&damage::clipped(&programme.frames, 2.0, 1.0), 8, 40.0, programme.rate_hz, 3).0;
    let whole = inspected(programme.rate_hz, WORDS, &frames);
    let mut noise = Noise::new(5);
    for most in [1.0, 37.0, 5000.0] {
        let mut inspector = Inspector::new(programme.rate_hz, 2, WORDS);
        let mut rest = frames.as_slice();
        while !rest.is_empty() {
            let (part, tail) = rest.split_at(((most * noise.uniform()) as usize + 1).min(rest.len()));
            inspector.push(part);
            if noise.uniform() < 1e-3 {
                inspector.so_far();
            }
            rest = tail;
        }
        assert_eq!(inspector.finish(), whole);
        assert_eq!(inspector.finish(), whole, "asked twice");
    }
}

#[test]
fn what_is_known_so_far_is_known_before_the_end() {
    let programme = &programmes()[0];
    let frames = damage::clipped(&programme.frames, 4.0, 1.0);
    let mut inspector = Inspector::new(programme.rate_hz, 2, WORDS);
    inspector.push(&frames[..frames.len() / 2]);
    let so_far = inspector.so_far();
    assert!(so_far.iter().any(|finding| finding.check == Check::Clipping));
    assert!(so_far.iter().all(|finding| finding.check != Check::HeadAndTail), "the tail is not known yet");
    let mut endless = Inspector::new(programme.rate_hz, 2, WORDS).without_end();
    endless.push(&frames[..frames.len() / 2]);
    assert_eq!(endless.so_far(), so_far, "what is kept for the end says nothing before it");
}

#[test]
fn nothing_that_comes_in_makes_it_panic() {
    let mut noise = Noise::new(99);
    for round in 0..60 {
        let rate_hz =
            [8000.0, 11_025.0, 44_100.0, 192_000.0, 768_000.0, 0.0, f64::NAN, f64::INFINITY, -5.0][round % 9];
        let words =
            [StoredWords::Integer(0), StoredWords::Integer(99), StoredWords::Float(32), StoredWords::Lossy]
                [round % 4];
        let mut inspector = Inspector::new(rate_hz, round % 4, words);
        let length = [0, 1, 2, 479, 9000, 30_000][round % 6];
        let mut frames: Vec<Frame> = white(length, 1.0, round as u64);
        for frame in &mut frames {
            for x in frame {
                *x = match (noise.uniform() * 40.0) as u32 {
                    0 => f64::NAN,
                    1 => f64::INFINITY,
                    2 => f64::NEG_INFINITY,
                    3 => f64::MAX,
                    4 => f64::MIN_POSITIVE / 8.0,
                    5 => -0.0,
                    6 => 1e30,
                    _ => *x,
                };
            }
        }
        inspector.push(&frames);
        inspector.so_far();
        for finding in inspector.finish().findings {
            assert!(finding.figure.is_finite(), "{finding:?}");
            assert!(finding.places.len() <= MOST_PLACES, "{finding:?}");
            assert!(finding.place_count >= finding.places.len() as u64, "{finding:?}");
        }
    }
}

#[test]
fn samples_that_are_no_numbers_are_reported_with_their_place() {
    let mut frames = programmes()[0].frames.clone();
    frames[77_000][1] = f64::NAN;
    let inspection = inspected(programmes()[0].rate_hz, StoredWords::Float(32), &frames);
    let found = finding(&inspection, Check::SampleOvers).expect("no number");
    assert_eq!((found.severity, found.places[0].start_frame), (Severity::Fail, 77_000));
}

#[test]
fn findings_are_sorted_and_speak() {
    let frames = damage::inverted(&damage::clipped(&programmes()[0].frames, 6.0, 1.0));
    let inspection = inspected(programmes()[0].rate_hz, WORDS, &frames);
    assert!(
        inspection.findings.is_sorted_by_key(|finding| (finding.check, std::cmp::Reverse(finding.severity)))
    );
    for finding in &inspection.findings {
        assert!(finding.fact.ends_with('.') && finding.advice.ends_with('.'), "{finding:?}");
        assert!(!finding.fact.contains('\n') && finding.places.is_sorted_by_key(|place| place.start_frame));
    }
}
