//! Words of 16 bits that were rounded or cut off without dither.
//!
//! Rounding adds noise of a twelfth of a step squared, dither of one or of two steps makes a sixth or a quarter of it (S. P.
//! Lipshitz, R. A. Wannamaker, J. Vanderkooy, "Quantization and Dither: A Theoretical Survey", JAES 40(5), 1992). Where the highest
//! frequencies hold nothing else for a moment, their level tells which it was: nothing that was dithered lies as low as plain rounding.

use super::{Check, Finding, Severity};
use crate::processor::Frame;
use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};
use std::sync::Arc;

/// Points of a transform; one is made every so many frames.
const LENGTH: usize = 1024;
const EVERY: usize = 4096;
/// Where there is the least of anything else, as shares of the rate: 19.4 to 21.8 kHz of 44.1.
const RANGE: [f64; 2] = [0.44, 0.495];
/// A step of 16 bits.
const STEP: f64 = 1.0 / 32_768.0;
/// The level of rounding alone, as a power, and how near to it a moment lies, dB: its band has the power of some forty independent bins, and
/// dither begins 3 dB above.
const ROUNDING: f64 = STEP * STEP / 12.0;
const NEAR_DB: f64 = 1.2;
/// Moments that lie there: fewest, and how many there are for each that lies between there and [`DITHER_DB`]. Dither of one step lies in the middle of that and
/// has 0.04 near rounding; what plays over rounding falls through it on its way down, and stays.
const FEWEST: u64 = 12;
const SHARE: f64 = 0.3;
const DITHER_DB: f64 = 4.2;
/// Moments that lie lower, for each of them, in what is no rounding: silence and words that stand still.
const LOWER: f64 = 0.5;
/// Longest words that are looked at, bit.
const BITS: u32 = 16;

/// See the module.
pub(super) struct Rounding {
    /// Frames until the next transform begins.
    wait: usize,
    lines: [Vec<f64>; 2],
    window: Vec<f64>,
    transform: Arc<dyn RealToComplex<f64>>,
    bins: Vec<Complex<f64>>,
    scratch: Vec<Complex<f64>>,
    /// Squared magnitudes of the range for white noise of power 1.
    white: f64,
    near: u64,
    /// From there up to dither.
    higher: u64,
    lower: u64,
}

impl Rounding {
    /// Allocates.
    pub fn new() -> Self {
        let transform = RealFftPlanner::new().plan_fft_forward(LENGTH);
        let window: Vec<f64> = (0..LENGTH)
            .map(|n| (std::f64::consts::PI * (n as f64 + 0.5) / LENGTH as f64).sin().powi(2))
            .collect();
        let energy: f64 = window.iter().map(|w| w * w).sum();
        Self {
            wait: 0,
            lines: [Vec::with_capacity(LENGTH), Vec::with_capacity(LENGTH)],
            bins: transform.make_output_vec(),
            scratch: transform.make_scratch_vec(),
            transform,
            window,
            white: energy * Self::range().len() as f64,
            near: 0,
            higher: 0,
            lower: 0,
        }
    }

    fn range() -> std::ops::Range<usize> {
        let [from, to] = RANGE.map(|share| (share * LENGTH as f64) as usize);
        from..to
    }

    /// Takes the next frames, of words of which `bits` are used so far, if that is known.
    pub fn push(&mut self, frames: &[Frame], bits: Option<u32>) {
        let skipped = self.wait.min(frames.len());
        self.wait -= skipped;
        for frame in &frames[skipped..] {
            if self.lines[0].len() == LENGTH {
                break;
            }
            self.lines[0].push(frame[0]);
            self.lines[1].push(frame[1]);
        }
        if self.lines[0].len() == LENGTH {
            if bits.is_some_and(|bits| bits <= BITS) {
                self.finish_window();
            }
            self.lines.iter_mut().for_each(Vec::clear);
            self.wait = EVERY - LENGTH;
        }
    }

    fn finish_window(&mut self) {
        for line in &mut self.lines {
            line.iter_mut().zip(&self.window).for_each(|(x, window)| *x *= window);
            let done = self.transform.process_with_scratch(line, &mut self.bins, &mut self.scratch);
            debug_assert!(done.is_ok(), "the buffers were made for this transform");
            let power = self.bins[Self::range()].iter().map(Complex::norm_sqr).sum::<f64>() / self.white;
            // Digital silence is no moment of anything.
            if power < 1e-4 * ROUNDING {
                continue;
            }
            let over_db = 10.0 * (power / ROUNDING).log10();
            self.near += u64::from(over_db.abs() < NEAR_DB);
            self.higher += u64::from((NEAR_DB..DITHER_DB).contains(&over_db));
            self.lower += u64::from(over_db <= -NEAR_DB);
        }
    }

    /// What was found in a file whose words truly need `bits`.
    pub fn finding(&self, bits: Option<u32>) -> Option<Finding> {
        let is_rounded = self.near >= FEWEST
            && self.near as f64 >= SHARE * self.higher as f64
            && self.lower as f64 <= LOWER * self.near as f64;
        (bits == Some(BITS) && is_rounded).then(|| Finding {
            check: Check::WordLength,
            severity: Severity::Warn,
            figure: 10.0 * ROUNDING.log10(),
            unit: "dBFS",
            threshold: 10.0 * (3.0 * ROUNDING).log10(),
            confidence: Some(0.9),
            fact: "The 16 bits were rounded or cut off without dither: in its quietest moments the noise is that of plain rounding, 5 dB below that \
                   of dither."
                .to_owned(),
            advice: "Export as 24 bit or float; where 16 bits are asked for, dither once, as the very last step.".to_owned(),
            places: Vec::new(),
            place_count: 0,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_without_dither_is_told_from_rounding_with_it() {
        let mut state = 7u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1u64 << 53) as f64
        };
        for (dither, expected) in [(0.0, true), (1.0, false), (2.0, false)] {
            let mut rounding = Rounding::new();
            for start in 0..400u32 {
                let frames: Vec<Frame> = (0..480)
                    .map(|n| {
                        let t = f64::from(start * 480 + n) / 48_000.0;
                        [0.0, 0.1].map(|phase| {
                            let x = 0.3 * (2765.0 * t + phase).sin() + 0.1 * (31_234.5 * t).sin();
                            // Of one step, or of two: the difference of two draws.
                            let noise = match dither {
                                1.0 => random() - 0.5,
                                2.0 => random() - random(),
                                _ => 0.0,
                            };
                            (x / STEP + noise).round() * STEP
                        })
                    })
                    .collect();
                rounding.push(&frames, Some(16));
            }
            assert_eq!(rounding.finding(Some(16)).is_some(), expected, "dither of {dither} steps");
            assert!(rounding.finding(Some(24)).is_none());
        }
    }
}
