//! What a change of sample rate does to tones: flat to 20 kHz, no images, no aliases, no shift in time, an exact length.

// All of it is a test: what is not there ends it.
#![allow(clippy::unwrap_used)]

use lacquer_files::resample::{FILTER_FRAMES, converted_frames, resample};
use std::f64::consts::TAU;

const RATES: [u32; 6] = [44_100, 48_000, 88_200, 96_000, 176_400, 192_000];

fn pairs() -> impl Iterator<Item = (u32, u32)> {
    RATES
        .into_iter()
        .flat_map(|from| RATES.into_iter().map(move |to| (from, to)))
        .filter(|(from, to)| from != to)
}

/// A tone of amplitude 1 as it is at `rate`, and in the other channel a quarter of a period later.
fn tone(hz: f64, rate: u32, frames: usize) -> Vec<[f64; 2]> {
    (0..frames)
        .map(|n| {
            let phase = TAU * (hz * n as f64 / f64::from(rate)).fract();
            [phase.sin(), phase.cos()]
        })
        .collect()
}

/// Frames at either end that a filter half full changes.
fn edge(from: u32, to: u32) -> usize {
    FILTER_FRAMES * to as usize / from.min(to) as usize
}

fn rms_db(frames: impl Iterator<Item = [f64; 2]>) -> f64 {
    let (sum, count) = frames.fold((0.0, 0), |(sum, n), [l, r]| (sum + l * l + r * r, n + 2));
    10.0 * (sum / f64::from(count)).log10()
}

#[test]
fn tones_to_20_khz_keep_their_level_and_their_place_in_time() {
    for (from, to) in pairs() {
        for hz in [20.0, 997.0, 7993.0, 15_013.0, 19_001.0, 20_000.0] {
            let made = resample(&tone(hz, from, from as usize / 4), from, to).unwrap();
            let wanted = tone(hz, to, made.len());
            let edge = edge(from, to);
            let middle = edge..made.len() - edge;
            // Level: the tone's own part of the output, by correlation with it.
            let own: f64 = made[middle.clone()]
                .iter()
                .zip(&wanted[middle.clone()])
                .map(|(m, w)| m[0] * w[0] + m[1] * w[1])
                .sum();
            let level_db = 20.0 * (own / middle.len() as f64).log10();
            // A hundredth of a decibel is what is promised; the design ripples by less than a thousandth of that.
            assert!(level_db.abs() < 1e-5, "{from} to {to} Hz, {hz} Hz: {level_db:e} dB");
            // What differs from the ideal tone holds images, aliases, ripple and any shift in time: a thousandth of a frame
            // would leave -50 dB at 20 kHz. The promise is -140 dB, a tone reads -3 dB as RMS of one channel.
            let rest = middle.map(|n| [made[n][0] - wanted[n][0], made[n][1] - wanted[n][1]]);
            let rest_db = rms_db(rest) + 3.01;
            assert!(rest_db < -140.0, "{from} to {to} Hz, {hz} Hz: {rest_db:.1} dB remain");
        }
    }
}

#[test]
fn what_the_lower_rate_cannot_carry_is_gone() {
    for (from, to) in pairs().filter(|(from, to)| from > to) {
        let nyquist = 0.5 * f64::from(to);
        let highest = 0.5 * f64::from(from) - 50.0;
        for hz in [nyquist + 20.0, nyquist * 1.05, nyquist * 1.5, highest] {
            let hz = hz.min(highest);
            let made = resample(&tone(hz, from, from as usize / 4), from, to).unwrap();
            let edge = edge(from, to);
            let alias_db = rms_db(made[edge..made.len() - edge].iter().copied()) + 3.01;
            assert!(alias_db < -140.0, "{from} to {to} Hz: {hz:.0} Hz comes back at {alias_db:.1} dB");
        }
    }
}

#[test]
fn the_highest_tones_of_a_lower_rate_leave_no_images() {
    for (from, to) in pairs().filter(|(from, to)| from < to) {
        // Between the pass band's end and Nyquist a tone is turned down; its image about Nyquist must not appear.
        for share in [0.95, 0.975, 0.99, 0.999] {
            let hz = 0.5 * f64::from(from) * share;
            let made = resample(&tone(hz, from, from as usize / 4), from, to).unwrap();
            let edge = edge(from, to);
            let middle: Vec<usize> = (edge..made.len() - edge).collect();
            let own = tone(hz, to, made.len());
            let gain =
                middle.iter().map(|n| made[*n][0] * own[*n][0] + made[*n][1] * own[*n][1]).sum::<f64>()
                    / middle.len() as f64;
            let rest = middle.iter().map(|n| [0, 1].map(|c| made[*n][c] - gain * own[*n][c]));
            let image_db = rms_db(rest) + 3.01;
            assert!(image_db < -140.0, "{from} to {to} Hz, {hz:.0} Hz: {image_db:.1} dB");
        }
    }
}

#[test]
fn lengths_are_exact_and_an_impulse_stays_where_it_is() {
    for (from, to) in pairs() {
        for frames in [1, 2, 3, 146, 147, 148, 1000, 44_101] {
            let made = resample(&vec![[0.25; 2]; frames], from, to).unwrap();
            let exact = (frames as f64 * f64::from(to) / f64::from(from)).round();
            assert_eq!(made.len() as f64, exact, "{frames} frames, {from} to {to} Hz");
            assert_eq!(made.len(), converted_frames(frames, from, to));
        }
        let common = {
            let (mut a, mut b) = (from, to);
            while b != 0 {
                (a, b) = (b, a % b);
            }
            a
        };
        // A moment that both rates have a frame for.
        let (step_in, step_out) = ((from / common) as usize, (to / common) as usize);
        let mut frames = vec![[0.0; 2]; 40 * step_in.max(100)];
        let place = frames.len() / step_in / 2;
        frames[place * step_in] = [1.0, -1.0];
        let made = resample(&frames, from, to).unwrap();
        let peak = (0..made.len()).max_by(|a, b| made[*a][0].total_cmp(&made[*b][0])).unwrap();
        assert_eq!(peak, place * step_out, "{from} to {to} Hz");
    }
}

#[test]
fn rates_that_no_release_has_are_refused_and_equal_rates_keep_every_bit() {
    let frames = tone(997.0, 44_100, 1000);
    assert_eq!(resample(&frames, 44_100, 44_100).unwrap(), frames);
    assert!(resample(&[], 44_100, 48_000).unwrap().is_empty());
    for (from, to) in [(0, 44_100), (44_100, 0), (44_100, 1_000_000)] {
        let error = resample(&frames, from, to).unwrap_err().to_string();
        assert!(error.contains("give a rate"), "{error}");
    }
}
