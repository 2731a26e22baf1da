//! TT dynamic range: how far the second-highest peak stands over the loudest fifth of a programme.
//!
//! Per channel, blocks of 3 s: RMS as sqrt(2 / n sum x^2), so that a sine's is its peak; the mean of the loudest 20 % of blocks in
//! power against the second-highest block peak. The programme's value is the mean of the channels', usually rounded to whole dB.

use crate::blocks::math;
use crate::processor::Frame;

/// Length of a block in seconds.
const BLOCK_SECONDS: f64 = 3.0;
/// Share of blocks that count as loud.
const LOUDEST: f64 = 0.2;

/// A finished block of both channels.
#[derive(Debug, Clone, Copy, Default)]
struct BlockLevels {
    power: Frame,
    peak: Frame,
}

/// Measures the dynamic range; see the module.
#[derive(Debug, Clone)]
pub struct DynamicRange {
    block: usize,
    in_block: usize,
    now: BlockLevels,
    blocks: Vec<BlockLevels>,
}

impl DynamicRange {
    /// For frames at `sample_rate` hertz. Allocates.
    pub fn new(sample_rate: f64) -> Self {
        Self {
            block: ((BLOCK_SECONDS * sample_rate) as usize).max(1),
            in_block: 0,
            now: BlockLevels::default(),
            blocks: Vec::with_capacity(1024),
        }
    }

    /// Takes the next frames, any number.
    pub fn push(&mut self, frames: &[Frame]) {
        let mut rest = frames;
        while !rest.is_empty() {
            let (part, tail) = rest.split_at((self.block - self.in_block).min(rest.len()));
            // Copies stay in registers.
            let BlockLevels { mut power, mut peak } = self.now;
            for frame in part {
                for c in 0..2 {
                    power[c] += frame[c] * frame[c];
                    let level = frame[c].abs();
                    peak[c] = if level > peak[c] { level } else { peak[c] };
                }
            }
            self.now = BlockLevels { power, peak };
            self.in_block += part.len();
            rest = tail;
            if self.in_block == self.block {
                self.blocks.push(self.finished(self.in_block));
                self.now = BlockLevels::default();
                self.in_block = 0;
            }
        }
    }

    fn finished(&self, frames: usize) -> BlockLevels {
        BlockLevels { power: self.now.power.map(|power| 2.0 * power / frames as f64), peak: self.now.peak }
    }

    /// The dynamic range so far in dB; 0 for silence.
    pub fn value_db(&self) -> f64 {
        let mut blocks = self.blocks.clone();
        if self.in_block > 0 {
            blocks.push(self.finished(self.in_block));
        }
        let of_channel = |c: usize| {
            let mut powers: Vec<f64> = blocks.iter().map(|block| block.power[c]).collect();
            let mut peaks: Vec<f64> = blocks.iter().map(|block| block.peak[c]).collect();
            powers.sort_by(|a, b| b.total_cmp(a));
            peaks.sort_by(|a, b| b.total_cmp(a));
            let loud = ((LOUDEST * powers.len() as f64).round() as usize).max(1).min(powers.len());
            let mean = powers[..loud].iter().sum::<f64>() / loud as f64;
            let peak = peaks.get(1).or(peaks.first()).copied().unwrap_or(0.0);
            if mean > 0.0 { 20.0 * math::log10(peak) - 10.0 * math::log10(mean) } else { 0.0 }
        };
        if blocks.is_empty() { 0.0 } else { 0.5 * (of_channel(0) + of_channel(1)) }
    }
}
