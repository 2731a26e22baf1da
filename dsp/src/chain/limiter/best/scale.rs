//! Lengths in frames that follow from the sample rate.

use crate::blocks::math;

/// Frames of the longest block of any grid.
pub const LONGEST_BLOCK: usize = 256 << MOST_DOUBLINGS;
/// How often the grids double at most.
const MOST_DOUBLINGS: u32 = 4;
/// Rate at which the constants were chosen, hertz.
const RATE: f64 = 44_100.0;

/// Grids and transforms of one sample rate: as long in time at every rate, in powers of two.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    /// The sample rate, hertz.
    pub rate: f64,
    /// Frames between the points of slow gains: 5.8 ms.
    pub slow_grid: usize,
    /// Frames between the points of the envelope for what is steady: 0.7 ms.
    pub grid: usize,
    /// Frames between the points of the last envelope: 0.36 ms.
    pub fine_grid: usize,
    /// Frames of a spectrum of the clip: 23 ms.
    pub transform: usize,
}

impl Scale {
    /// For a rate in hertz.
    pub fn new(rate: f64) -> Self {
        // 48 kHz counts as 44.1 kHz, 96 kHz as 88.2 kHz.
        let factor = 1usize << (math::log2(rate / RATE * 0.9).ceil().max(0.0) as u32).min(MOST_DOUBLINGS);
        Self {
            rate,
            slow_grid: 256 * factor,
            grid: 32 * factor,
            fine_grid: 16 * factor,
            transform: 1024 * factor,
        }
    }

    /// Points that span `ms` milliseconds on a grid.
    pub fn points(&self, ms: f64, grid: usize) -> usize {
        (1e-3 * ms * self.rate / grid as f64).round() as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grids_last_as_long_at_every_rate() {
        for (rate, grid) in [(44_100.0, 32), (48_000.0, 32), (88_200.0, 64), (96_000.0, 64), (192_000.0, 128)]
        {
            assert_eq!(Scale::new(rate).grid, grid, "{rate}");
        }
    }
}
