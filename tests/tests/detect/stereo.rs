//! Defects between the channels: polarity, delay, mono, balance.

use super::*;
use lacquer_tests::damage;

#[test]
fn an_inverted_channel_is_sent_back() {
    for programme in programmes() {
        let inspection = inspected(programme.rate_hz, WORDS, &damage::inverted(&programme.frames));
        let severity = finding(&inspection, Check::Polarity).map(|found| found.severity);
        // A wide mix of a single instrument has a correlation of its own of 0.7 and less.
        let is_found =
            severity == Some(Severity::Fail) || programme.style == Style::Quiet && severity.is_some();
        assert!(is_found, "{:?}: {:?}", programme.style, facts(&inspection));
        assert!(alarms(&inspection, Check::MonoCompatibility));
    }
}

#[test]
fn an_inverted_band_and_an_inverted_while_are_found() {
    Recall::of(Check::Polarity, WORDS, "band", any, |programme| {
        // Where the song plays: the quiet one has no bass.
        let band = if programme.style == Style::Quiet { 300.0..3000.0 } else { 0.0..300.0 };
        damage::banded(&programme.frames, programme.rate_hz, |hz| {
            [1.0, if band.contains(&hz) { -1.0 } else { 1.0 }]
        })
    })
    .is_at_least_95_percent();
    let drums = |programme: &Programme| programme.style != Style::Quiet;
    Recall::of(Check::Polarity, WORDS, "while", drums, |programme| {
        let (from, to) = (4 * programme.rate_hz as usize, 6 * programme.rate_hz as usize);
        let mut frames = programme.frames.clone();
        frames[from..to].iter_mut().for_each(|frame| frame[1] = -frame[1]);
        frames
    })
    .is_at_least_95_percent();
}

#[test]
fn a_delay_of_a_sample_and_more_is_found_to_the_sample() {
    for delay in [1, 3, 24, 300] {
        let mut recall = Recall::default();
        for programme in programmes() {
            for is_left in [false, true] {
                let mut frames = damage::delayed(&programme.frames, delay);
                if is_left {
                    frames.iter_mut().for_each(|frame| frame.swap(0, 1));
                }
                let inspection = inspected(programme.rate_hz, WORDS, &frames);
                let found = finding(&inspection, Check::ChannelDelay);
                let late = if is_left { "left channel is" } else { "right channel is" };
                let is_found =
                    found.is_some_and(|found| found.figure == delay as f64 && found.fact.contains(late));
                recall.note(is_found, || format!("{delay} samples, {:?}: {found:?}", programme.style));
            }
        }
        recall.is_at_least_95_percent();
    }
}

#[test]
fn bands_that_mono_takes_are_found() {
    for (from_hz, to_hz) in [(0.0, 200.0), (200.0, 1000.0)] {
        // Right inverted in a band that is heard: what is 20 dB below the loudest may go.
        let is_heard = |programme: &Programme| {
            from_hz < 1000.0 && (from_hz < 200.0) != (programme.style == Style::Quiet)
        };
        if programmes().iter().any(is_heard) {
            Recall::of(Check::MonoCompatibility, WORDS, &format!("{from_hz} Hz"), is_heard, |programme| {
                damage::banded(&programme.frames, programme.rate_hz, |hz| {
                    [1.0, if (from_hz..to_hz).contains(&hz) { -1.0 } else { 1.0 }]
                })
            })
            .is_at_least_95_percent();
        }
    }
}

#[test]
fn mono_in_two_channels_is_found() {
    Recall::of(Check::MonoAsStereo, WORDS, "mono", any, |programme| {
        programme.frames.iter().map(|[left, _]| [*left; 2]).collect()
    })
    .is_at_least_95_percent();
    // One channel alone is what it says it is.
    let mono: Vec<Frame> = programmes()[0].frames.iter().map(|[left, _]| [*left; 2]).collect();
    let mut inspector = Inspector::new(programmes()[0].rate_hz, 1, WORDS);
    inspector.push(&mono);
    let inspection = inspector.finish();
    assert!(
        inspection.findings.iter().all(|finding| finding.severity == Severity::Note),
        "{:?}",
        inspection.findings
    );
}

#[test]
fn channels_of_different_loudness_are_found_with_their_difference() {
    for apart_db in [1.6, 3.0, 6.0, -2.0] {
        Recall::of(Check::Imbalance, WORDS, &format!("{apart_db} dB"), any, |programme| {
            damage::leaning(&programme.frames, 0.0, -apart_db)
        })
        .is_at_least_95_percent();
    }
    let dead = damage::leaning(&programmes()[0].frames, -200.0, 0.0);
    let inspection = inspected(programmes()[0].rate_hz, WORDS, &dead);
    assert!(finding(&inspection, Check::Imbalance).is_some_and(|found| found.severity == Severity::Fail));
}
