//! Words of 16 bits whose lower bits were cut off: what cutting does to the mean, and to the smallest words.
//!
//! Cut towards minus infinity every sample lies half a step lower on average, and a mix that stands on no offset stands on half a step of it. Cut
//! towards zero, as a cast does, the word 0 has the room of two and occurs twice as often as its neighbours. Dither, and rounding, do neither. Both are
//! seen whatever noise the programme has of its own; rounding without dither is [`super::rounding`]'s to see.

use super::{Check, Finding, Severity};
use crate::processor::Frame;

/// Length of a window, s: Hann's keeps what sounds at 18 Hz below a hundredth of a step.
const WINDOW_S: f64 = 3.0;
/// A step of 16 bits, and how many bits that is.
const STEP: f64 = 1.0 / 32_768.0;
const BITS: u32 = 16;
/// Fewest windows, and how far their mean may lie from half a step, with what chance may add to it, steps.
const FEWEST: f64 = 3.0;
const NEAR: f64 = 0.05;
/// Share of words that are zero from which on a window or a hop is silence.
const SILENT: f64 = 0.1;
/// Fewest of each small word.
const FEWEST_WORDS: f64 = 300.0;
/// How often zero occurs against its neighbours when it has the room of two, and these against theirs.
const DOUBLE: std::ops::Range<f64> = 1.7..2.3;
const EVEN: std::ops::Range<f64> = 0.85..1.18;

/// One channel.
#[derive(Debug, Clone, Copy, Default)]
struct Line {
    sum: f64,
    zeros: usize,
    windows: f64,
    mean: f64,
    square: f64,
    /// Words of 0, of one step, of two and of three either way.
    words: [u64; 4],
}

/// See the module.
pub(super) struct Truncation {
    channels: usize,
    length: usize,
    at: usize,
    /// Hann's window is a rotation that is taken step by step.
    turn: [f64; 2],
    angle: [f64; 2],
    lines: [Line; 2],
}

impl Truncation {
    /// At `sample_rate_hz` with 1 or 2 channels.
    pub fn new(sample_rate_hz: f64, channels: usize) -> Self {
        let length = (WINDOW_S * sample_rate_hz) as usize;
        let (sin, cos) = (std::f64::consts::TAU / length as f64).sin_cos();
        Self { channels, length, at: 0, turn: [cos, sin], angle: [1.0, 0.0], lines: Default::default() }
    }

    /// Takes the next frames, of words of which `bits` are used so far, if that is known.
    pub fn push(&mut self, frames: &[Frame], bits: Option<u32>) {
        if bits.is_none_or(|bits| bits > BITS) {
            return;
        }
        let mut hop = [[0u64; 4]; 2];
        for frame in frames {
            let window = 1.0 - self.angle[0];
            for ((line, hop), x) in self.lines.iter_mut().zip(&mut hop).zip(frame) {
                let word = x / STEP;
                line.sum += window * word;
                if let Some(count) = hop.get_mut(word.abs() as usize) {
                    *count += 1;
                }
            }
            let ([a, b], [cos, sin]) = (self.angle, self.turn);
            self.angle = [a * cos - b * sin, a * sin + b * cos];
            self.at += 1;
            if self.at == self.length {
                self.finish_window();
            }
        }
        for (line, hop) in self.lines.iter_mut().zip(hop) {
            line.zeros += hop[0] as usize;
            if (hop[0] as f64) < SILENT * frames.len() as f64 {
                line.words.iter_mut().zip(hop).for_each(|(all, new)| *all += new);
            }
        }
    }

    fn finish_window(&mut self) {
        for line in &mut self.lines {
            if (line.zeros as f64) < SILENT * self.length as f64 {
                let mean = line.sum / self.length as f64;
                line.windows += 1.0;
                line.mean += mean;
                line.square += mean * mean;
            }
            (line.sum, line.zeros) = (0.0, 0);
        }
        (self.at, self.angle) = (0, [1.0, 0.0]);
    }

    /// What was found in a file whose words truly need `bits`.
    pub fn finding(&self, bits: Option<u32>) -> Option<Finding> {
        let lines = &self.lines[..self.channels];
        let is_lowered = lines.iter().all(Line::is_lowered);
        let is_cast = lines.iter().all(Line::is_cast);
        (bits == Some(BITS) && (is_lowered || is_cast)).then(|| Finding {
            check: Check::WordLength,
            severity: Severity::Warn,
            figure: if is_lowered { 0.5 } else { lines[0].double() },
            unit: if is_lowered { "steps" } else { "" },
            threshold: if is_lowered { NEAR } else { DOUBLE.start },
            confidence: Some(0.9),
            fact: if is_lowered {
                "The 16 bits were cut off without dither: all of it lies half a step too low."
            } else {
                "The 16 bits were cut off without dither: the word 0 occurs twice as often as its neighbours."
            }
            .to_owned(),
            advice:
                "Export as 24 bit or float; where 16 bits are asked for, dither once, as the very last step."
                    .to_owned(),
            places: Vec::new(),
            place_count: 0,
        })
    }
}

impl Line {
    /// Whether its mean is half a step below zero, and would not be by chance.
    fn is_lowered(&self) -> bool {
        let mean = self.mean / self.windows.max(1.0);
        let spread = (self.square / self.windows.max(1.0) - mean * mean).max(0.0).sqrt();
        self.windows >= FEWEST
            && (mean + 0.5).abs() < NEAR
            && spread / (self.windows - 1.0).max(1.0).sqrt() < NEAR
    }

    /// How often zero occurs against a neighbour.
    fn double(&self) -> f64 {
        2.0 * self.words[0] as f64 / self.words[1].max(1) as f64
    }

    /// Whether zero has the room of two words.
    fn is_cast(&self) -> bool {
        let ratio = |one: usize| self.words[one] as f64 / self.words[one + 1].max(1) as f64;
        self.words[1..].iter().all(|count| *count as f64 > FEWEST_WORDS)
            && DOUBLE.contains(&self.double())
            && EVEN.contains(&ratio(1))
            && EVEN.contains(&ratio(2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(word: impl Fn(f64, f64) -> f64) -> bool {
        let mut state = 7u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1u64 << 53) as f64 - 0.5
        };
        let mut truncation = Truncation::new(48_000.0, 2);
        for start in 0..1300u32 {
            let frames: Vec<Frame> = (0..480)
                .map(|n| {
                    let t = f64::from(start * 480 + n) / 48_000.0;
                    // Noise of its own, of several steps.
                    [0.0, 0.1].map(|phase| {
                        let x =
                            0.01 * (2765.0 * t + phase).sin() + 0.005 * (314.5 * t).sin() + 2e-4 * random();
                        word(x / STEP, random() - random()) * STEP
                    })
                })
                .collect();
            truncation.push(&frames, Some(16));
        }
        truncation.finding(Some(16)).is_some()
    }

    #[test]
    fn what_is_cut_off_is_told_from_what_is_rounded_or_dithered() {
        assert!(found(|x, _| x.floor()), "towards minus infinity");
        assert!(found(|x, _| x.trunc()), "towards zero");
        assert!(!found(|x, _| x.round()), "rounded");
        assert!(!found(|x, dither| (x + dither).round()), "dithered");
        assert!(!found(|x, dither| (x + dither).round() - 2.0), "dithered, with an offset");
    }
}
