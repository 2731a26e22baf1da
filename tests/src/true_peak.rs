//! True peak by brute force: 32 points per frame, a filter of 256 taps. The reference for limiter and meters.

use lacquer_dsp::Frame;
use std::f64::consts::PI;

const HALF: usize = 128;
const POINTS: usize = 32;

/// Highest absolute value of the continuous waveform in both channels, in dB (full scale 1). The ends are padded with
/// silence.
pub fn true_peak_dbtp(frames: &[Frame]) -> f64 {
    // Kaiser, beta 12: stop band 118 dB.
    let taps: Vec<Vec<f64>> = (1..POINTS)
        .map(|point| {
            let fraction = point as f64 / POINTS as f64;
            let taps: Vec<f64> = (0..2 * HALF)
                .map(|k| {
                    let offset = k as f64 - (HALF - 1) as f64 - fraction;
                    let position = offset / HALF as f64;
                    (PI * offset).sin() / (PI * offset)
                        * bessel_i0(12.0 * (1.0 - position * position).max(0.0).sqrt())
                })
                .collect();
            let sum: f64 = taps.iter().sum();
            taps.iter().map(|tap| tap / sum).collect()
        })
        .collect();
    let mut peak = 0.0f64;
    for c in 0..2 {
        let padded: Vec<f64> = std::iter::repeat_n(0.0, HALF)
            .chain(frames.iter().map(|frame| frame[c]))
            .chain(std::iter::repeat_n(0.0, HALF))
            .collect();
        let sample_peak = padded.iter().fold(0.0f64, |peak, x| peak.max(x.abs()));
        peak = peak.max(sample_peak);
        for n in HALF - 1..padded.len() - HALF {
            // A waveform that is 6 dB up between two samples far below the peak does not occur next to louder ones.
            if padded[n].abs().max(padded[n + 1].abs()) < 0.4 * peak {
                continue;
            }
            let window = &padded[n + 1 - HALF..n + 1 + HALF];
            let at = |point: usize| {
                let products = taps[point - 1].iter().zip(window).map(|(tap, x)| tap * x);
                products.sum::<f64>().abs()
            };
            let coarse = at(8).max(at(16)).max(at(24)).max(padded[n].abs()).max(padded[n + 1].abs());
            // Four points per frame read at most 0.69 dB low at half the rate: 0.92.
            if coarse > 0.92 * peak {
                peak = (1..POINTS).map(at).fold(peak, f64::max);
            }
        }
    }
    20.0 * peak.log10()
}

fn bessel_i0(x: f64) -> f64 {
    let (mut term, mut sum) = (1.0, 1.0);
    for k in 1..200 {
        term *= (x / (2.0 * k as f64)).powi(2);
        sum += term;
    }
    sum
}
