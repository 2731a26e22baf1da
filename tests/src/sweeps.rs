//! What is heard of a parameter that moves while a tone sounds.
//!
//! A 1 kHz sine runs through one stage while one parameter swings over its range two and a half times a second, set anew
//! every 64 frames as a host would. The swing's own side bands stay within 200 Hz of the tone and of its harmonics; steps
//! would show at multiples of the host's 750 Hz and the control grid's 1500 Hz, which fall between them.

use crate::spectrum::magnitudes_db;
use lacquer_dsp::{Chain, ChainSettings, Frame, ProcessSpec, Quality};
use std::f64::consts::TAU;

const SAMPLE_RATE: f64 = 48_000.0;
const TONE_HZ: f64 = 1000.0;
const HOST_BLOCK: usize = 64;
const LENGTH: usize = 32_768;

/// Everything off.
pub fn quiet() -> ChainSettings {
    let mut s = ChainSettings::default();
    s.input_trim.on = false;
    s.limiter.on = false;
    s
}

/// The tone, or a harmonic of it from `phase` radians on, with these peaks.
pub fn tone(harmonic: f64, phase: f64, peaks: [f64; 2]) -> Vec<Frame> {
    let step = TAU * harmonic * TONE_HZ / SAMPLE_RATE;
    (0..LENGTH + 24_000).map(|n| peaks.map(|peak| peak * (step * n as f64 + phase).sin())).collect()
}

/// Frequency in hertz and level of the worst line between the harmonics of the tone, in dB below the loudest of its channel, while
/// `set` moves a parameter with its argument in 0..1. `audio` is [`tone`], or what it became.
pub fn worst_line_dbc(
    quality: Quality,
    mut audio: Vec<Frame>,
    start: &ChainSettings,
    set: impl Fn(&mut ChainSettings, f64),
) -> (f64, f64) {
    let mut settings = start.clone();
    let mut chain = Chain::new();
    chain.prepare(&ProcessSpec { quality, ..ProcessSpec::stereo(SAMPLE_RATE) });
    for (n, block) in audio.chunks_mut(HOST_BLOCK).enumerate() {
        let t = (n * HOST_BLOCK) as f64 / SAMPLE_RATE;
        set(&mut settings, 0.5 + 0.5 * (TAU * 2.5 * t).sin());
        chain.set(&settings);
        chain.process(block);
    }
    let bin_hz = SAMPLE_RATE / LENGTH as f64;
    let is_between = |hz: f64| (hz / TONE_HZ - (hz / TONE_HZ).round()).abs() * TONE_HZ > 200.0;
    let mut worst = (0.0, -400.0);
    for channel in 0..2 {
        let heard: Vec<f64> = audio[audio.len() - LENGTH..].iter().map(|frame| frame[channel]).collect();
        let lines = magnitudes_db(&heard);
        let tone = lines.iter().fold(-400.0f64, |peak, line| peak.max(*line));
        for (k, line) in lines.iter().enumerate() {
            let hz = k as f64 * bin_hz;
            if is_between(hz) && line - tone > worst.1 {
                worst = (hz, line - tone);
            }
        }
    }
    worst
}
