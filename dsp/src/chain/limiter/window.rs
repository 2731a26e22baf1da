//! Maximum and mean over a sliding window, at a cost that does not depend on its length.

use crate::processor::{CONTROL_PERIOD, Frame};

/// Maximum of the last `n` values, for both channels (M. van Herk, 1992; J. Gil, M. Werman, 1993): within a stretch of
/// n values a running maximum, and of the stretch before it the maxima of its ends.
#[derive(Debug, Clone, Default)]
pub struct SlidingMaximum {
    stretch: Vec<Frame>,
    ends: Vec<Frame>,
    running: Frame,
    place: usize,
}

impl SlidingMaximum {
    /// Over `length` values that are not negative. Allocates.
    pub fn new(length: usize) -> Self {
        let length = length.max(1);
        Self {
            stretch: vec![[0.0; 2]; length],
            ends: vec![[0.0; 2]; length + 1],
            running: [0.0; 2],
            place: 0,
        }
    }

    /// Fills the window with zeros.
    pub fn reset(&mut self) {
        self.stretch.fill([0.0; 2]);
        self.ends.fill([0.0; 2]);
        self.running = [0.0; 2];
        self.place = 0;
    }

    /// The maximum with the newest value.
    #[inline(always)]
    pub fn tick(&mut self, x: Frame) -> Frame {
        if self.place == self.stretch.len() {
            self.place = 0;
            self.running = [0.0; 2];
            let mut end = [0.0; 2];
            for (ends, x) in self.ends.iter_mut().zip(&self.stretch).rev() {
                end = [x[0].max(end[0]), x[1].max(end[1])];
                *ends = end;
            }
        }
        self.running = [x[0].max(self.running[0]), x[1].max(self.running[1])];
        self.stretch[self.place] = x;
        self.place += 1;
        let end = self.ends[self.place];
        [self.running[0].max(end[0]), self.running[1].max(end[1])]
    }
}

/// Steps per dB of the fixed point in which means are taken: their sums are exact, so that they never drift and return to
/// exactly nothing.
const STEPS_PER_DB: f64 = (1u64 << 32) as f64;
/// Added to a number below 2^51 it leaves the nearest integer in the low bits: faster than a conversion that minds every case.
const ROUND: f64 = 6_755_399_441_055_744.0;

/// The integer nearest to `x`, for values below 2^51. The longest window, 89 frames at 192 kHz, of the 770 dB that a float can pass a
/// ceiling by, sums up to less than 2^49 steps.
#[inline(always)]
fn fixed(x: f64) -> i64 {
    (x + ROUND).to_bits().wrapping_sub(ROUND.to_bits()) as i64
}

/// The reverse of [`fixed`].
#[inline(always)]
fn float(x: i64) -> f64 {
    f64::from_bits(ROUND.to_bits().wrapping_add(x as u64)) - ROUND
}

/// Mean of the last `n` values in dB, for both channels.
#[derive(Debug, Clone, Default)]
struct SlidingMean {
    ring: Vec<[i64; 2]>,
    sum: [i64; 2],
    place: usize,
    scale: f64,
}

impl SlidingMean {
    fn new(length: usize) -> Self {
        let length = length.max(1);
        Self { ring: vec![[0; 2]; length], sum: [0; 2], place: 0, scale: 1.0 / length as f64 }
    }

    /// Puts the mean with each value in its place, of both channels or, where they have always had the same, of the first for both.
    #[inline(always)]
    fn process<const CHANNELS: usize>(&mut self, values: &mut [[i64; CHANNELS]]) {
        let mut rest = values;
        while !rest.is_empty() {
            // Up to the ring's end, so that the sums alone wait for each other.
            let (now, later) = rest.split_at_mut(rest.len().min(self.ring.len() - self.place));
            let mut sum = self.sum;
            for (x, old) in now.iter_mut().zip(&mut self.ring[self.place..]) {
                let new = [x[0], x[CHANNELS - 1]];
                for (c, x) in x.iter_mut().enumerate() {
                    sum[c] += new[c] - old[c];
                    *x = sum[c];
                }
                *old = new;
            }
            self.sum = if CHANNELS == 1 { [sum[0]; 2] } else { sum };
            for sum in now.as_flattened_mut() {
                *sum = fixed(float(*sum) * self.scale);
            }
            self.place += now.len();
            self.place = if self.place == self.ring.len() { 0 } else { self.place };
            rest = later;
        }
    }
}

/// Lengths of the means in the cascade against the whole: the worst side lobe of their product is at -68 dB.
const RATIOS: [f64; 4] = [0.308, 0.274, 0.229, 0.189];

/// Four means in series: a smooth, finite window of unit sum that is nowhere negative.
#[derive(Debug, Clone, Default)]
pub struct MeanCascade {
    means: [SlidingMean; 4],
    length: usize,
}

impl MeanCascade {
    /// A window of at most `reach` + 1 values; its reach is [`MeanCascade::reach`]. Allocates.
    pub fn new(reach: usize) -> Self {
        let lengths = RATIOS.map(|ratio| (ratio * reach as f64) as usize + 1);
        Self { length: lengths.iter().map(|length| length - 1).sum(), means: lengths.map(SlidingMean::new) }
    }

    /// Age in frames of the oldest value in the window.
    pub fn reach(&self) -> usize {
        self.length
    }

    /// Fills the window with zeros.
    pub fn reset(&mut self) {
        for mean in &mut self.means {
            mean.ring.fill([0; 2]);
            mean.sum = [0; 2];
            mean.place = 0;
        }
    }

    /// Puts the mean with each value in its place, in dB; with one channel of both, while both have always had the same values.
    #[inline(always)]
    pub fn process<const CHANNELS: usize>(&mut self, values: &mut [[f64; CHANNELS]]) {
        let mut means = [[0; CHANNELS]; CONTROL_PERIOD];
        for values in values.chunks_mut(CONTROL_PERIOD) {
            let means = &mut means[..values.len()];
            for (mean, x) in means.as_flattened_mut().iter_mut().zip(values.as_flattened()) {
                *mean = fixed(x * STEPS_PER_DB);
            }
            for mean in &mut self.means {
                mean.process(means);
            }
            for (x, mean) in values.as_flattened_mut().iter_mut().zip(means.as_flattened()) {
                *x = float(*mean) * (1.0 / STEPS_PER_DB);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maximum_is_that_of_the_window() {
        for length in [1, 2, 7, 48] {
            let mut maximum = SlidingMaximum::new(length);
            let values: Vec<f64> = (0..500).map(|n| ((n * n * 7919) % 101) as f64).collect();
            for n in 0..values.len() {
                let expected = values[n.saturating_sub(length - 1)..=n].iter().fold(0.0f64, |m, x| m.max(*x));
                assert_eq!(maximum.tick([values[n], 0.5])[0], expected, "length {length}, value {n}");
            }
        }
    }

    #[test]
    fn means_settle_and_leave_nothing() {
        let mut cascade = MeanCascade::new(200);
        assert!(cascade.reach() <= 200);
        let mut y = vec![[6.0, 0.0]; 1000];
        cascade.process(&mut y);
        assert!((y[999][0] - 6.0).abs() < 1e-8 && y[999][1] == 0.0);
        let mut y = vec![[0.0; 2]; cascade.reach() + 1];
        cascade.process(&mut y);
        assert_eq!(y[cascade.reach()], [0.0; 2]);
    }
}
