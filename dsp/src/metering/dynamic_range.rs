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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_peak_stands_over_the_loudest_fifth() {
        let rate = 1000.0;
        let mut meter = DynamicRange::new(rate);
        // Blocks of 3 s: levels of the first second and of the rest, and a peak of one frame. Two of ten are loud, and neither has the second
        // peak.
        let soft = (0.1, 0.1, 0.1);
        let parts = [soft, (0.4, 0.1, 0.4), (0.1, 0.1, 0.9), (0.05, 0.05, 0.8), (0.2, 0.2, 0.2)];
        for (first, rest, peak) in parts.into_iter().chain([soft; 5]) {
            let mut block: Vec<Frame> =
                (0..3000).map(|n| if n < 1000 { [first, 0.5 * first] } else { [rest, 0.5 * rest] }).collect();
            block[1234] = [-peak, 0.5 * peak];
            meter.push(&block);
        }
        // Twice the mean square, as a sine's is half its peak's square; the peaks add less than 0.01 dB to it.
        let squares = [(0.4f64.powi(2) + 2.0 * 0.1f64.powi(2)) / 3.0, 0.2f64.powi(2)];
        let mean = 2.0 * 0.5 * (squares[0] + squares[1]);
        let expected = 20.0 * math::log10(0.8) - 10.0 * math::log10(mean);
        let found = meter.value_db();
        assert!((found - expected).abs() < 0.01, "{found} dB, not {expected}");
    }
}
