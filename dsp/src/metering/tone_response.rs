//! What a stage does to a tone: its curve and its harmonics, found by playing the tone through the stage itself.
//!
//! A picture drawn from it cannot differ from what is heard. Off the audio thread: it allocates and takes about a millisecond.

use crate::blocks::math;
use crate::processor::{Frame, ProcessSpec, Stage, for_each_block};
use std::f64::consts::TAU;

/// Harmonics that are told, the fundamental left out.
pub const HARMONICS: usize = 9;

/// Rate at which tones are played, hertz.
const RATE_HZ: f64 = 48_000.0;
/// Frames of a tone that are looked at, once the stage has settled: a tenth of a second, so that every multiple of 10 Hz fits.
const LENGTH: usize = 4800;
/// Frames in which a stage settles: longer than any stage's smoothing, decay and latency.
const SETTLING: usize = 4 * LENGTH;

/// See the module.
#[derive(Debug, Clone, PartialEq)]
pub struct ToneResponse {
    /// One period of the tone, as it went in and as it came out, amplitudes.
    pub curve: Vec<[f64; 2]>,
    /// Level of the harmonics 2, 3, ... against the fundamental that went in, dB.
    pub harmonics_db: [f64; HARMONICS],
}

impl ToneResponse {
    /// Total harmonic distortion against the fundamental that went in, as a ratio.
    pub fn distortion(&self) -> f64 {
        self.harmonics_db.iter().map(|db| math::powf(10.0, 0.1 * db)).sum::<f64>().sqrt()
    }
}

/// Plays a tone of `hz` (a multiple of 10 that divides the sample rate) and `peak` amplitude, equal in both channels.
pub fn tone_response<S: Stage + Default>(settings: &S::Settings, hz: f64, peak: f64) -> ToneResponse {
    let mut stage = S::default();
    stage.set(settings);
    stage.prepare(&ProcessSpec::stereo(RATE_HZ));
    let sine = |n: usize| peak * math::sin(TAU * hz * n as f64 / RATE_HZ);
    let mut frames: Vec<Frame> = (0..SETTLING + LENGTH).map(|n| [sine(n); 2]).collect();
    for_each_block(&mut frames, 0, |block| stage.process(block));
    let output: Vec<f64> = frames[SETTLING..].iter().map(|frame| frame[0]).collect();
    let harmonic = |order: usize| {
        let [mut real, mut imaginary] = [0.0; 2];
        for (n, x) in output.iter().enumerate() {
            let (sin, cos) = math::sin_cos(TAU * hz * order as f64 * n as f64 / RATE_HZ);
            real += x * cos;
            imaginary += x * sin;
        }
        2.0 * math::hypot(real, imaginary) / LENGTH as f64
    };
    let period = (RATE_HZ / hz) as usize;
    let latency = stage.latency_samples();
    ToneResponse {
        curve: output
            .iter()
            .take(period)
            .enumerate()
            .map(|(n, y)| [sine(SETTLING + n - latency), *y])
            .collect(),
        harmonics_db: std::array::from_fn(|n| {
            let order = n + 2;
            // What would lie above Nyquist is no harmonic of this tone's.
            if hz * order as f64 >= 0.5 * RATE_HZ {
                -200.0
            } else {
                20.0 * math::log10((harmonic(order) / peak).max(1e-10))
            }
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::clipper::{Clipper, ClipperSettings};
    use crate::chain::saturator::{Saturator, SaturatorCharacter, SaturatorSettings};

    #[test]
    fn a_clipper_is_drawn_as_it_is() {
        let settings = ClipperSettings { on: true, threshold_db: -6.0206, knee: 0.0 };
        let found = tone_response::<Clipper>(&settings, 100.0, 1.0);
        for [input, output] in &found.curve {
            // Band-limiting rings about the corner by some per cent.
            assert!((output - input.clamp(-0.5, 0.5)).abs() < 0.06, "{input} became {output}");
        }
        // A symmetric curve makes odd harmonics alone: the third as the Fourier series of the clipped sine has it.
        let third = math::powf(10.0, 0.05 * found.harmonics_db[1]);
        let points = 100_000;
        let expected: f64 = (0..points)
            .map(|n| TAU * f64::from(n) / f64::from(points))
            .map(|t| math::sin(t).clamp(-0.5, 0.5) * math::sin(3.0 * t) * 2.0 / f64::from(points))
            .sum();
        assert!((third - expected.abs()).abs() < 2e-3, "{third} for {expected}");
        assert!(found.harmonics_db[0] < -100.0, "{:?}", found.harmonics_db);
    }

    #[test]
    fn a_tube_makes_even_harmonics() {
        let settings = SaturatorSettings {
            on: true,
            character: SaturatorCharacter::Tube,
            drive_db: 12.0,
            ..SaturatorSettings::default()
        };
        let found = tone_response::<Saturator>(&settings, 1000.0, 0.25);
        assert!(found.harmonics_db[0] > found.harmonics_db[1], "{:?}", found.harmonics_db);
        assert!(found.distortion() > 1e-3);
    }
}
