//! The highest level in two steps, for meters and limiters.
//!
//! A half-band filter finds the point in the middle between any two frames: a sinc of 64 taps under a Kaiser window,
//! symmetric, and so 32 products. On that grid of two points a frame the signal fills no more than half of the spectrum, and a sinc
//! of 10 taps finds three more points in each interval; it is off by -72 dB, 0.002 dB, at most. The vertices of the parabolas through
//! these 8 points a frame, c + (l - r)^2 / (8 (2c - l - r)), are the level.
//!
//! The second step is taken only where it could find something. The value at a point between two points a and b of the grid is
//! the chord from a to b and a weighted sum of second differences d of the grid, and so at most max(|a|, |b|) + `bend` max
//! |d|, where `bend` (of `Fine`) is the sum of the weights' magnitudes, with what a parabola adds in it. What that keeps below all that is
//! asked for is left out: no level is lost by it.
//!
//! ITU-R BS.1770-5 Annex 2 with longer filters. Against a reference of 32 points a frame the level is less than 0.02 dB off for
//! what lies below 0.46 of the sample rate. What lies beyond, as far as it meets no frame, reads lower: by 0.2 dB at 0.47 and 1.4 dB at
//! 0.48. With fused operations a last bit differs from that of other CPUs: no sound is made of it. What sound is made of
//! ([`TruePeakDetector`](super::TruePeakDetector)) fuses nothing, and has the same bits on every CPU.

use super::fine::{FINE_HALF, Fine, Points};
#[cfg(target_arch = "x86_64")]
use super::lanes::Avx2;
use super::lanes::{LANES, Lanes};
use crate::blocks::fir::Frame32;
use crate::blocks::math;
use crate::blocks::window::kaiser;
use crate::processor::CONTROL_PERIOD;
use std::f64::consts::PI;

/// Taps of the half-band filter on either side of the middle, and its window: level within 0.001 dB to 0.46 of the rate, images below
/// -81 dB.
const HALF: usize = 32;
const BETA: f64 = 8.0;
/// Most taps on either side.
const MOST_HALF: usize = 96;
/// Frames in a vector.
const GROUP: usize = LANES / 2;
/// Groups of which the middles are found together: they share the weights, and none waits for the others' sums.
const TOGETHER: usize = 4;
/// Frames from a middle to the last of the middles that the points beside it depend on.
const FINE_REACH: usize = FINE_HALF / 2;
/// Intervals of a block, and the one before, in groups; and one group more on either side for the differences.
const GROUPS: usize = (CONTROL_PERIOD + 1).div_ceil(GROUP);
/// Floats of a block, of what came before and of the group that begins at its last frame.
const LINE: usize = 2 * (2 * MOST_HALF + CONTROL_PERIOD + TOGETHER * GROUP);

/// How sums of products are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Arithmetic {
    /// Product by product, for any CPU.
    Portable,
    /// The same bits in vectors.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// Rounded once.
    #[cfg(target_arch = "x86_64")]
    Fused,
}

/// Finds the level; see the module.
pub struct TruePeakMeter {
    /// Weights of the sums of the frames k + 1/2 away on either side of a middle.
    weights: Vec<f32>,
    fine: Fine,
    /// Frames, and the middle after each.
    frames: [f32; LINE],
    middles: [f32; LINE],
    arithmetic: Arithmetic,
}

impl Default for TruePeakMeter {
    fn default() -> Self {
        Self::new()
    }
}

impl TruePeakMeter {
    /// A detector for frames at any rate. Allocates.
    pub fn new() -> Self {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma") {
            return Self::with(HALF, BETA, Arithmetic::Fused);
        }
        Self::exact(HALF, BETA)
    }

    /// As [`TruePeakMeter::new`], with `half` taps on either side of a middle under a window of `beta`, and the same bits on every CPU.
    /// Allocates.
    pub(super) fn exact(half: usize, beta: f64) -> Self {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            return Self::with(half, beta, Arithmetic::Avx2);
        }
        Self::with(half, beta, Arithmetic::Portable)
    }

    fn with(half: usize, beta: f64, arithmetic: Arithmetic) -> Self {
        debug_assert!((FINE_HALF..=MOST_HALF).contains(&half));
        let taps: Vec<f64> = (0..half)
            .map(|k| {
                let offset = k as f64 + 0.5;
                math::sin(PI * offset) / (PI * offset) * kaiser(offset / half as f64, beta)
            })
            .collect();
        let sum = 2.0 * taps.iter().sum::<f64>();
        Self {
            weights: taps.iter().map(|tap| (tap / sum) as f32).collect(),
            fine: Fine::new(),
            frames: [0.0; LINE],
            middles: [0.0; LINE],
            arithmetic,
        }
    }

    /// Delay in frames from a frame to its level.
    pub fn delay(&self) -> usize {
        self.weights.len() + FINE_REACH
    }

    /// Frames kept from before a block.
    fn history(&self) -> usize {
        2 * self.weights.len()
    }

    /// The interval before the first frame whose level comes out: the first that is looked at.
    fn first(&self) -> usize {
        self.history() - self.delay() - 1
    }

    /// Forgets the audio.
    pub fn reset(&mut self) {
        self.frames = [0.0; LINE];
        self.middles = [0.0; LINE];
    }

    /// Takes at most [`CONTROL_PERIOD`] frames and gives the highest level of each channel, an amplitude, around those that came
    /// [`TruePeakMeter::delay`] earlier. `levels` gets the level around each of them: the highest between the frame before and the
    /// frame after.
    ///
    /// The highest level is exact if it is above that of `peaks`, which is what was found before; so are all levels above
    /// `over_level`, an amplitude. Whatever is neither may read lower than it is, down to 0.
    pub fn process(
        &mut self,
        input: &[Frame32],
        peaks: [f32; 2],
        over_level: f32,
        levels: &mut [Frame32; CONTROL_PERIOD],
    ) -> [f32; 2] {
        debug_assert!(input.len() <= CONTROL_PERIOD);
        let input = &input[..input.len().min(CONTROL_PERIOD)];
        match self.arithmetic {
            Arithmetic::Portable => self.process_in::<[f32; LANES]>(input, peaks, over_level, levels),
            // SAFETY: the CPU has AVX2, as `exact` found out.
            #[cfg(target_arch = "x86_64")]
            Arithmetic::Avx2 => unsafe { self.process_avx2(input, peaks, over_level, levels) },
            // SAFETY: the CPU has AVX2 and FMA, as `new` found out.
            #[cfg(target_arch = "x86_64")]
            Arithmetic::Fused => unsafe { self.process_fused(input, peaks, over_level, levels) },
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn process_avx2(
        &mut self,
        input: &[Frame32],
        peaks: [f32; 2],
        over_level: f32,
        levels: &mut [Frame32; CONTROL_PERIOD],
    ) -> [f32; 2] {
        self.process_in::<Avx2<false>>(input, peaks, over_level, levels)
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,fma")]
    fn process_fused(
        &mut self,
        input: &[Frame32],
        peaks: [f32; 2],
        over_level: f32,
        levels: &mut [Frame32; CONTROL_PERIOD],
    ) -> [f32; 2] {
        self.process_in::<Avx2<true>>(input, peaks, over_level, levels)
    }

    #[inline(always)]
    fn process_in<L: Lanes>(
        &mut self,
        input: &[Frame32],
        peaks: [f32; 2],
        over_level: f32,
        levels: &mut [Frame32; CONTROL_PERIOD],
    ) -> [f32; 2] {
        let (length, history) = (input.len(), self.history());
        self.frames[2 * history..][..2 * length].copy_from_slice(input.as_flattened());
        self.find_middles::<L>(length);
        let highest = self.find_levels::<L>(length, peaks, over_level, levels);
        self.frames.copy_within(2 * length..2 * (length + history), 0);
        self.middles.copy_within(2 * length..2 * (length + history), 0);
        highest
    }

    /// As [`TruePeakMeter::process`], with the magnitudes of the frames themselves for levels.
    pub(super) fn process_samples(&mut self, input: &[Frame32], levels: &mut [Frame32; CONTROL_PERIOD]) {
        // All of them came in before this block.
        let from = 2 * (self.first() + 1);
        let mut samples = [0.0; 2 * CONTROL_PERIOD];
        samples.copy_from_slice(&self.frames[from..from + 2 * CONTROL_PERIOD]);
        // The filters go on: levels between the samples may be asked for in the next block.
        self.process(input, [f32::INFINITY; 2], f32::INFINITY, levels);
        let length = 2 * input.len().min(CONTROL_PERIOD);
        for (level, x) in levels.as_flattened_mut()[..length].iter_mut().zip(samples) {
            *level = x.abs();
        }
    }

    /// The middles that the newest frames complete.
    #[inline(always)]
    fn find_middles<L: Lanes>(&mut self, length: usize) {
        let half = self.weights.len();
        for start in (0..length).step_by(TOGETHER * GROUP) {
            // The frame before the first of these middles.
            let before = half + start;
            let window = &self.frames[2 * (before + 1 - half)..][..2 * (2 * half - 1) + TOGETHER * LANES];
            let mut sums = [L::splat(0.0); TOGETHER];
            for (k, weight) in self.weights.iter().enumerate() {
                let weight = L::splat(*weight);
                for (group, sum) in sums.iter_mut().enumerate() {
                    let left = L::load(&window[2 * (half - 1 - k) + group * LANES..]);
                    let right = L::load(&window[2 * (half + k) + group * LANES..]);
                    *sum = weight.times_plus(left.plus(right), *sum);
                }
            }
            for (group, sum) in sums.into_iter().enumerate() {
                sum.store(&mut self.middles[2 * before + group * LANES..]);
            }
        }
    }

    /// The levels around the frames that have all of their neighbours now.
    #[inline(always)]
    fn find_levels<L: Lanes>(
        &self,
        length: usize,
        peaks: [f32; 2],
        over_level: f32,
        levels: &mut [Frame32; CONTROL_PERIOD],
    ) -> [f32; 2] {
        levels.fill([0.0; 2]);
        let from = self.first();
        let groups = (length + 1).div_ceil(GROUP);
        // For each group, and one before: the highest point of the grid, with the one that ends its last interval, and the
        // largest second difference.
        let mut highest = [L::splat(0.0); GROUPS + 2];
        let mut bends = [L::splat(0.0); GROUPS + 2];
        // The highest point that surely belongs to the levels that come out: those of the groups at either end may not.
        let mut sure = L::splat(0.0);
        for group in 0..groups + 2 {
            let at = 2 * (from + group * GROUP - GROUP);
            let (frame, next) = (L::load(&self.frames[at..]), L::load(&self.frames[at + 2..]));
            let (middle, before) = (L::load(&self.middles[at..]), L::load(&self.middles[at - 2..]));
            let two = L::splat(-2.0);
            let at_frame = two.times_plus(frame, before.plus(middle)).abs();
            let at_middle = two.times_plus(middle, frame.plus(next)).abs();
            let higher = frame.abs().larger(middle.abs());
            highest[group] = next.abs().larger(higher).spread_largest();
            bends[group] = at_frame.larger(at_middle).spread_largest();
            if group > 1 && group < groups {
                sure = higher.larger(sure);
            }
        }
        let sure = sure.spread_largest();
        let [left, right] = peaks;
        let known = L::load(&[left, right, left, right, left, right, left, right]);
        let floor = L::splat(over_level).smaller(sure.larger(known));
        let bend = L::splat(self.fine.bend);
        // Levels at the frames and between each and the next: those at the first, and all after the last, do not come out.
        let (mut at, mut between) = ([0.0; 2 * GROUP * (GROUPS + 1)], [0.0; 2 * GROUP * (GROUPS + 1)]);
        let (one, last) = (L::splat(1.0), L::splat(length as f32));
        let mut top = sure;
        for group in 1..=groups {
            let most_bent = bends[group - 1].larger(bends[group]).larger(bends[group + 1]);
            // The rounding of some products is a few millionths of them.
            let bound = bend.times_plus(most_bent, highest[group].times(L::splat(1.00001)));
            if bound.any_above(floor) {
                let place = (group - 1) * LANES;
                let interval = L::load(&[0.0, 0.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0])
                    .plus(L::splat(((group - 1) * GROUP) as f32));
                let points = Points::<L>::around(&self.frames, &self.middles, 2 * from + place);
                let (at_frames, betweens) = self.fine.levels(&points);
                let betweens = betweens.where_at_least(last, interval);
                let at_frames = at_frames.where_at_least(interval, one).where_at_least(last, interval);
                top = at_frames.larger(betweens.larger(top));
                at_frames.store(&mut at[place..]);
                betweens.store(&mut between[place..]);
            }
        }
        if top.any_above(L::splat(over_level)) {
            for place in (0..2 * CONTROL_PERIOD).step_by(LANES) {
                let sides = L::load(&between[place..]).larger(L::load(&between[place + 2..]));
                L::load(&at[place + 2..]).larger(sides).store(&mut levels.as_flattened_mut()[place..]);
            }
            levels[length..].fill([0.0; 2]);
        }
        let mut lanes = [0.0; LANES];
        top.spread_largest().store(&mut lanes);
        [lanes[0], lanes[1]]
    }
}

#[cfg(test)]
mod tests;
