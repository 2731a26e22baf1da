//! Signals whose peaks lie between the samples, each far over any ceiling.

use crate::signals::{Noise, programme, white};
use lacquer_dsp::Frame;
use std::f64::consts::TAU;

/// What a converter or resampler leaves of a signal: up to 20 kHz of 44.1 kHz, and as much of the other rates.
fn band_limited(signal: &[Frame]) -> Vec<Frame> {
    const HALF: i32 = 150;
    let cutoff = 0.5 * (0.4535 + 0.5);
    let kernel: Vec<f64> = (-HALF..=HALF)
        .map(|k| {
            let x = f64::from(k);
            let angle = std::f64::consts::PI * x / f64::from(HALF);
            let blackman = 0.42 + 0.5 * angle.cos() + 0.08 * (2.0 * angle).cos();
            let sinc = if k == 0 { 2.0 * cutoff } else { (TAU * cutoff * x).sin() / (0.5 * TAU * x) };
            sinc * blackman
        })
        .collect();
    (0..signal.len())
        .map(|n| {
            let mut sum = [0.0; 2];
            for (k, tap) in kernel.iter().enumerate() {
                if let Some(frame) = (n + k).checked_sub(HALF as usize).and_then(|at| signal.get(at)) {
                    sum = [sum[0] + tap * frame[0], sum[1] + tap * frame[1]];
                }
            }
            sum
        })
        .collect()
}

/// Signals that make a limiter fail, each with peaks far over the ceiling.
pub fn torture(rate: f64) -> Vec<(&'static str, Vec<Frame>)> {
    let length = (0.25 * rate) as usize;
    let tone = |hz: f64, phase: f64| move |n: usize| (TAU * hz * n as f64 / rate + phase).sin();
    let both = |f: &dyn Fn(usize) -> f64| (0..length).map(|n| [f(n), f(n)]).collect::<Vec<Frame>>();
    let quarter = tone(0.25 * rate, TAU / 8.0);
    let high = [tone(0.41 * rate, 0.1), tone(0.37 * rate, 0.7)];
    let (a, b) = (tone(11_000.0, 0.0), tone(12_300.0, 0.0));
    let low = tone(50.0, 0.0);
    let mut telegraph = Noise::new(3);
    let mut state = 1.0;
    let switching: Vec<Frame> = (0..length)
        .map(|_| {
            if telegraph.uniform() < 0.1 {
                state = -state;
            }
            [2.0 * state; 2]
        })
        .collect();
    let fade = |n: usize| (n.min(length - n) as f64 / (0.01 * rate)).min(1.0);
    let top = 0.45 * rate;
    let rise = |n: usize| TAU * 0.5 * top * (n as f64).powi(2) / (length as f64 * rate);
    let beside = tone(0.25 * rate + 37.0, 0.3);
    let mut signals = vec![
        ("chirp to the top", both(&|n| 2.5 * fade(n) * rise(n).sin())),
        ("beside a quarter of the rate", both(&|n| 3.0 * fade(n) * beside(n))),
        ("white noise", band_limited(&white(length, 4.0, 1))),
        ("quarter of the rate, 45 degrees", both(&|n| 3.0 * quarter(n))),
        (
            "bursts at a quarter of the rate",
            both(&|n| if (n / 997) % 2 == 0 { 4.0 * quarter(n) } else { 0.0 }),
        ),
        ("two tones near the top", both(&|n| 1.5 * (high[0](n) + high[1](n)))),
        ("11 and 12.3 kHz", both(&|n| 2.0 * (a(n) + b(n)))),
        ("clicks", both(&|n| if n % 211 == 0 { 6.0 } else { 0.3 * low(n) })),
        ("square wave", both(&|n| if (n / 53) % 2 == 0 { 2.0 } else { -2.0 })),
        ("telegraph noise", band_limited(&switching)),
        ("programme at +12 dB", programme(length, rate, 4.0)),
    ];
    // Silence to the end of the latency, so that nothing is cut off in the middle of a wave.
    signals.iter_mut().for_each(|(_, signal)| signal.resize(length + (0.05 * rate) as usize, [0.0; 2]));
    signals
}
