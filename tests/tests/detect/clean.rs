//! No false alarm on clean programme.

use super::*;
use lacquer_tests::material::quantized;

#[test]
fn clean_programme_is_fit_at_every_rate_and_word_length() {
    for style in Style::ALL {
        for (rate_hz, seed) in
            [(44_100.0, 1), (44_100.0, 2), (48_000.0, 3), (48_000.0, 4), (96_000.0, 5), (192_000.0, 6)]
        {
            let frames = song(style, seed, rate_hz, if rate_hz < 50_000.0 { 16.0 } else { 8.0 });
            let single = frames.iter().map(|frame| frame.map(|x| f64::from(x as f32))).collect();
            for (words, frames) in [
                (StoredWords::Integer(24), quantized(&frames, 24, seed)),
                (StoredWords::Integer(16), quantized(&frames, 16, seed)),
                (StoredWords::Float(32), single),
            ] {
                if rate_hz > 50_000.0 && words == StoredWords::Integer(16) {
                    continue;
                }
                let inspection = inspected(rate_hz, words, &frames);
                let is_clean = inspection.findings.iter().all(|finding| finding.severity == Severity::Note);
                assert!(is_clean, "{style:?} {seed} at {rate_hz} Hz, {words:?}: {:#?}", facts(&inspection));
                let true_bits = match words {
                    StoredWords::Integer(bits) => Some(bits),
                    _ => None,
                };
                assert_eq!(inspection.true_bits, true_bits, "{style:?} {seed} at {rate_hz} Hz, {words:?}");
            }
        }
    }
}

#[test]
fn a_programme_at_full_scale_that_was_not_clipped_is_not_called_so() {
    for programme in programmes() {
        let peak = programme.frames.as_flattened().iter().fold(0.0f64, |peak, x| peak.max(x.abs()));
        let full: Vec<Frame> =
            programme.frames.iter().map(|frame| frame.map(|x| x / peak * 32767.0 / 32768.0)).collect();
        for bits in [16, 24] {
            let inspection =
                inspected(programme.rate_hz, StoredWords::Integer(bits), &quantized(&full, bits, 8));
            for check in [Check::Clipping, Check::HiddenClipping, Check::Distortion] {
                assert!(
                    finding(&inspection, check).is_none(),
                    "{:?}: {:?}",
                    programme.style,
                    inspection.findings
                );
            }
        }
    }
}

#[test]
fn a_loop_that_repeats_exactly_is_no_lattice_and_no_hum() {
    // Two bars at 120 beats a minute, over and over: lines every half hertz, and few values in all.
    let bar: Vec<Frame> = quantized(&song(Style::Band, 9, 44_100.0, 6.0)[8820..8820 + 88_200], 24, 1);
    let frames: Vec<Frame> = bar.iter().cycle().take(88_200 * 12).copied().collect();
    let inspection = inspected(44_100.0, WORDS, &frames);
    for check in [Check::WordLength, Check::Hum] {
        assert!(finding(&inspection, check).is_none(), "{:?}", finding(&inspection, check));
    }
}

#[test]
fn a_square_wave_that_is_meant_to_be_one_is_a_note_at_most() {
    let mut frames = Vec::new();
    for n in 0..48_000 * 8 {
        let hz = [110.0, 130.8, 164.8, 98.0][n / 24_000 % 4];
        let x = if (hz * n as f64 / 48_000.0).fract() < 0.5 { 0.4 } else { -0.4 };
        frames.push([x, x * 0.99]);
    }
    let inspection = inspected(48_000.0, WORDS, &quantized(&frames, 24, 1));
    for check in [Check::HiddenClipping, Check::Distortion, Check::Clicks, Check::Clipping] {
        assert!(!alarms(&inspection, check), "{:?}", finding(&inspection, check));
    }
}
