//! The hybrid filter bank of MP3: 32 bands, each transformed by cosines of 18 points, with the aliases between bands taken out.
//!
//! ISO/IEC 11172-3:1993, annex C, 1.5.3 (polyphase), 2.4.3.4 and annex C, 1.5.3.3 (cosines and butterflies). The bands are computed for every
//! frame of a stretch once, and each granule takes one frame of 32 of them.

use super::prototype::PROTOTYPE;
use std::f64::consts::PI;

/// Points of a granule, of a band's transform, and of the low-pass.
pub(super) const GRANULE: usize = 576;
const POINTS: usize = 18;
const TAPS: usize = 512;
/// Frames of the signal that a granule depends on.
pub(super) const SPAN: usize = TAPS + 32 * (2 * POINTS - 1);
/// Bands that are looked at: 4.8 to 15.8 kHz of 44.1. Below them little is rounded to 0, above them many encoders keep nothing.
const FIRST: usize = 7;
const BANDS: usize = 16;
/// Lines of a granule that are given.
pub(super) const LINES: usize = BANDS * POINTS;
/// Butterflies between bands, table B.9.
const ALIASES: [f64; 8] = [-0.6, -0.535, -0.33, -0.185, -0.095, -0.041, -0.0142, -0.0037];

/// See the module.
pub(super) struct Hybrid {
    taps: [f32; TAPS],
    /// Cosines of all bands for each of the 64 sums of taps, and of all lines for each sample of a band: what is added to many sums at once is quick.
    bands: [[f32; BANDS]; 64],
    cosines: [[f32; POINTS]; 2 * POINTS],
    butterflies: [[f32; 2]; 8],
    /// The bands at every frame.
    levels: Vec<[f32; BANDS]>,
}

impl Hybrid {
    /// Allocates.
    pub fn new() -> Self {
        let tap = |n: usize| f64::from(PROTOTYPE[n.min(TAPS - n)]) / (32.0 * 65_536.0);
        Self {
            // Both filters have gains of their own: the lines are orthonormal within a decibel.
            taps: std::array::from_fn(|n| {
                // The cosines have a period of 128 with the sign changed after 64.
                let sign = if n / 64 % 2 == 1 { -1.0 } else { 1.0 };
                (sign * 32f64.sqrt() * tap(n)) as f32
            }),
            bands: std::array::from_fn(|n| {
                std::array::from_fn(|band| {
                    let odd = (2 * (FIRST + band) + 1) as f64;
                    (odd * (n as f64 - 16.0) * PI / 64.0).cos() as f32
                })
            }),
            cosines: std::array::from_fn(|n| {
                let window = (PI / 36.0 * (n as f64 + 0.5)).sin();
                std::array::from_fn(|k| {
                    let angle = PI / 72.0 * (2 * n + 19) as f64 * (2 * k + 1) as f64;
                    (window * angle.cos() / 3.0) as f32
                })
            }),
            butterflies: ALIASES
                .map(|c| [1.0 / (1.0 + c * c).sqrt(), c / (1.0 + c * c).sqrt()].map(|x| x as f32)),
            levels: Vec::new(),
        }
    }

    /// Takes a signal: its bands at every one of the first `frames`.
    pub fn prepare(&mut self, signal: &[f32], frames: usize) {
        self.levels.clear();
        for block in signal.windows(TAPS).take(frames) {
            let mut sums = [0.0f32; 64];
            for (part, taps) in block.rchunks_exact(64).zip(self.taps.chunks_exact(64)) {
                // The newest sample meets the first tap.
                for ((sum, x), tap) in sums.iter_mut().zip(part.iter().rev()).zip(taps) {
                    *sum += x * tap;
                }
            }
            let mut levels = [0.0f32; BANDS];
            for (cosines, sum) in self.bands.iter().zip(&sums) {
                for (level, cosine) in levels.iter_mut().zip(cosines) {
                    *level += cosine * sum;
                }
            }
            self.levels.push(levels);
        }
    }

    /// The lines of the granule whose first frame is `at` of the signal.
    pub fn granule(&self, at: usize, lines: &mut [f32]) {
        for (line, band) in lines.chunks_exact_mut(POINTS).zip(0..BANDS) {
            line.fill(0.0);
            for (n, cosines) in self.cosines.iter().enumerate() {
                let x = self.levels[at + 32 * n][band];
                // Odd bands lie upside down.
                let x = if (FIRST + band) % 2 == 1 && n % 2 == 1 { -x } else { x };
                for (out, cosine) in line.iter_mut().zip(cosines) {
                    *out += cosine * x;
                }
            }
        }
        for edge in (POINTS..LINES).step_by(POINTS) {
            for (n, [own, other]) in self.butterflies.iter().enumerate() {
                let (low, high) = (lines[edge - 1 - n], lines[edge + n]);
                lines[edge - 1 - n] = low * own + high * other;
                lines[edge + n] = high * own - low * other;
            }
        }
    }
}
