//! Test signals: reproducible, the same bits on every platform, in f64 frames, full scale 1.

use lacquer_dsp::Frame;
use lacquer_dsp::blocks::math;
use std::f64::consts::TAU;

/// Reproducible uniform noise (xorshift64*, S. Vigna 2016), so that a failure can be repeated.
#[derive(Debug, Clone)]
pub struct Noise(u64);

impl Noise {
    /// Noise from a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// The next value in [0, 1).
    pub fn uniform(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// The next value in [-1, 1).
    pub fn bipolar(&mut self) -> f64 {
        2.0 * self.uniform() - 1.0
    }
}

/// Uncorrelated white noise in both channels with the given peak.
pub fn white(frames: usize, peak: f64, seed: u64) -> Vec<Frame> {
    let mut noise = Noise::new(seed);
    (0..frames).map(|_| [peak * noise.bipolar(), peak * noise.bipolar()]).collect()
}

/// The same sine in both channels.
pub fn sine(frames: usize, sample_rate: f64, hz: f64, peak: f64) -> Vec<Frame> {
    (0..frames)
        .map(|n| {
            let x = peak * math::sin(TAU * hz * n as f64 / sample_rate);
            [x, x]
        })
        .collect()
}

/// Something like a song: a beat of kick and hat, a bass line, a chord, all moving in level, with a wide top; peaks near
/// `peak`. Two bars last four seconds.
pub fn programme(frames: usize, sample_rate: f64, peak: f64) -> Vec<Frame> {
    let mut noise = Noise::new(7);
    let mut hat_low = [0.0; 2];
    let mut kick_phase = 0.0;
    (0..frames)
        .map(|n| {
            let t = n as f64 / sample_rate;
            let beat = (t * 2.0).fract() * 0.5;
            let kick_hz = 45.0 + 120.0 * math::exp(-beat * 30.0);
            kick_phase =
                if beat < 1.0 / sample_rate { 0.0 } else { kick_phase + TAU * kick_hz / sample_rate };
            let kick = 0.9 * math::exp(-beat * 9.0) * math::sin(kick_phase);
            let bass_hz = [55.0, 65.41, 49.0, 73.42][(t as usize) % 4];
            let bass = 0.35 * math::sin(TAU * bass_hz * t) + 0.1 * math::sin(TAU * 2.0 * bass_hz * t);
            let swell = 0.5 + 0.5 * math::sin(TAU * t / 4.0);
            let chord = |detune: f64| {
                [220.0, 277.18, 329.63, 440.0, 880.0]
                    .iter()
                    .map(|hz| math::sin(TAU * hz * detune * t) + 0.3 * math::sin(TAU * 3.0 * hz * detune * t))
                    .sum::<f64>()
                    * 0.06
                    * swell
            };
            let hat_envelope = 0.4 * math::exp(-(t * 4.0).fract() * 14.0);
            let mut frame = [0.0; 2];
            for (c, detune) in [(0, 1.0), (1, 1.003)] {
                let white = noise.bipolar();
                hat_low[c] += 0.5 * (white - hat_low[c]);
                frame[c] = peak * 0.62 * (kick + bass + chord(detune) + hat_envelope * (white - hat_low[c]));
            }
            frame
        })
        .collect()
}

/// An impulse of height `peak` in both channels at `position`.
pub fn impulse(frames: usize, position: usize, peak: f64) -> Vec<Frame> {
    let mut signal = vec![[0.0; 2]; frames];
    signal[position] = [peak, -0.5 * peak];
    signal
}
