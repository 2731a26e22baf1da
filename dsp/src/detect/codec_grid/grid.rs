//! The grids that are known: block lengths, windows and what lies before the transform.

use super::cosine::Cosine;
use super::hybrid::{self, Hybrid};
use super::search::BLOCKS;
use crate::blocks::window::kaiser;
use std::f64::consts::PI;

/// Frequencies that are looked at, hertz: below them nothing is rounded to 0, above them most encoders keep nothing.
const RANGE_HZ: [f64; 2] = [3500.0, 19_500.0];
/// Half of the length of blocks of AAC and of Vorbis at these rates, and of CELT at 48 kHz.
const LONG: usize = 1024;
const CELT: usize = 960;
/// Windows that are so alike that each finds the other's zeros.
const LONG_CODECS: &str = "AAC or Vorbis";
/// Short blocks of Vorbis (256 points at these rates) stand one behind the other between long ones, which lie elsewhere afterwards (Vorbis I, 4.3.8);
/// other encoders fill a long block with short ones.
const VORBIS_MOVES: usize = 128;
/// What two blocks of CELT share (RFC 6716, 4.3.7), and its pre-emphasis (4.3.8).
const CELT_OVERLAP: usize = 120;
const CELT_EMPHASIS: f32 = 0.85;
/// The only rate at which Opus gives sound, hertz.
const CELT_RATE_HZ: f64 = 48_000.0;

/// What turns a signal into coefficients.
enum Transform {
    Cosine { cosine: Cosine, from: usize, all: Vec<f32> },
    Hybrid(Box<Hybrid>),
}

/// A grid.
pub(super) struct Grid {
    /// The encoders that have it.
    pub codec: &'static str,
    /// Frames from block to block.
    pub block: usize,
    /// Frames by multiples of which the blocks may lie elsewhere later on; a block's where they do not.
    pub moves: usize,
    /// Coefficients that are looked at.
    pub lines: usize,
    /// Frames of the signal that a block depends on.
    pub span: usize,
    emphasis: f32,
    transform: Transform,
    signal: Vec<f32>,
}

impl Grid {
    /// All that there are at a rate. Allocates.
    pub fn all(sample_rate_hz: f64) -> Vec<Self> {
        let sine: Vec<f64> =
            (0..2 * LONG).map(|n| (PI * (n as f64 + 0.5) / (2 * LONG) as f64).sin()).collect();
        let mut all = vec![
            Self::hybrid(),
            Self::cosine(LONG_CODECS, &kaiser_derived(LONG, 4.0), 0.0, sample_rate_hz),
            Self::cosine("AAC", &sine, 0.0, sample_rate_hz),
            Self {
                moves: VORBIS_MOVES,
                ..Self::cosine(LONG_CODECS, &short_overlap(LONG, LONG), 0.0, sample_rate_hz)
            },
        ];
        if sample_rate_hz == CELT_RATE_HZ {
            all.push(Self::cosine("Opus", &short_overlap(CELT, CELT_OVERLAP), CELT_EMPHASIS, sample_rate_hz));
        }
        all
    }

    fn hybrid() -> Self {
        Self {
            codec: "MP3",
            block: hybrid::GRANULE,
            moves: hybrid::GRANULE,
            lines: hybrid::LINES,
            span: hybrid::SPAN,
            emphasis: 0.0,
            transform: Transform::Hybrid(Box::new(Hybrid::new())),
            signal: Vec::new(),
        }
    }

    fn cosine(codec: &'static str, window: &[f64], emphasis: f32, sample_rate_hz: f64) -> Self {
        let block = window.len() / 2;
        let [from, to] = RANGE_HZ.map(|hz| (hz / (0.5 * sample_rate_hz) * block as f64) as usize);
        Self {
            codec,
            block,
            moves: block,
            lines: to.min(block) - from,
            span: 2 * block,
            emphasis,
            transform: Transform::Cosine { cosine: Cosine::new(window), from, all: vec![0.0; block] },
            signal: Vec::new(),
        }
    }

    /// Takes a signal; one before its first frame is for the emphasis alone and the first is lost.
    pub fn prepare(&mut self, signal: impl Iterator<Item = f32>) {
        let mut last = 0.0;
        self.signal.clear();
        self.signal.extend(signal.map(|x| {
            let emphasised = x - self.emphasis * last;
            last = x;
            emphasised
        }));
        if let Transform::Hybrid(hybrid) = &mut self.transform {
            // Blocks begin within the first one's length.
            hybrid.prepare(&self.signal, (BLOCKS + 1) * self.block + self.span);
        }
    }

    /// The coefficients of the block that begins at `at`, which with [`Grid::span`] lies within the signal.
    pub fn coefficients(&mut self, at: usize, lines: &mut [f32]) {
        match &mut self.transform {
            Transform::Cosine { cosine, from, all } => {
                cosine.transform(&self.signal[at..at + self.span], all);
                lines.copy_from_slice(&all[*from..*from + self.lines]);
            }
            Transform::Hybrid(hybrid) => hybrid.granule(at, lines),
        }
    }
}

/// The window derived from Kaiser's, of twice `half` points (ISO/IEC 14496-3, 4.6.11.3.2).
fn kaiser_derived(half: usize, alpha: f64) -> Vec<f64> {
    let weights: Vec<f64> =
        (0..=half).map(|n| kaiser(2.0 * n as f64 / half as f64 - 1.0, PI * alpha)).collect();
    let all: f64 = weights.iter().sum();
    let mut sum = 0.0;
    let rise: Vec<f64> = weights[..half]
        .iter()
        .map(|weight| {
            sum += weight;
            (sum / all).sqrt()
        })
        .collect();
    rise.iter().chain(rise.iter().rev()).copied().collect()
}

/// A window of twice `half` points that is flat but for slopes of `overlap` points (RFC 6716, 4.3.7); with none of it flat it is Vorbis' (Vorbis I, 4.3.1).
fn short_overlap(half: usize, overlap: usize) -> Vec<f64> {
    let flat = (half - overlap) / 2;
    let slope = (0..overlap).map(|n| {
        let inner = (0.5 * PI * (n as f64 + 0.5) / overlap as f64).sin();
        (0.5 * PI * inner * inner).sin()
    });
    let rise: Vec<f64> =
        std::iter::repeat_n(0.0, flat).chain(slope).chain(std::iter::repeat_n(1.0, flat)).collect();
    rise.iter().chain(rise.iter().rev()).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_keep_the_power_of_what_overlaps() {
        for window in [kaiser_derived(64, 4.0), short_overlap(960, 120), short_overlap(64, 64)] {
            let half = window.len() / 2;
            let worst = (0..half)
                .map(|n| (window[n].powi(2) + window[half + n].powi(2) - 1.0).abs())
                .fold(0.0, f64::max);
            assert!(worst < 1e-12, "{worst}");
        }
    }
}
