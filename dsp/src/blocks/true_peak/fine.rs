//! From two points a frame to eight, and the levels through them.

use super::lanes::Lanes;
use crate::blocks::math;
use crate::blocks::window::kaiser;
use std::f64::consts::PI;

/// Taps on either side of an interval of the grid.
pub(super) const FINE_HALF: usize = 5;
/// Of the window: the most for which a sinc of 10 taps is flat to 0.46 of the frames' rate, within -72 dB; images lie as low.
const BETA: f64 = 8.5;
// The grid around a frame begins with a middle; see `Points`.
const _: () = assert!(FINE_HALF % 2 == 1);
/// Taps of a point.
const TAPS: usize = 2 * FINE_HALF;
/// Points of the grid from the first to the last that the levels of one frame depend on: an interval before it and two after.
const SPAN: usize = TAPS + 2;

/// The grid around each frame of a group: from 5 half frames before it to 6 after, in turn middles and frames.
pub(super) struct Points<L>([L; SPAN]);

impl<L: Lanes> Points<L> {
    /// Around the frames from float `at` of the line on; `middles` lie after the frames of the same place.
    #[inline(always)]
    pub(super) fn around(frames: &[f32], middles: &[f32], at: usize) -> Self {
        Self(std::array::from_fn(|n| match n % 2 {
            0 => L::load(&middles[at + n - FINE_HALF - 1..]),
            _ => L::load(&frames[at + n - FINE_HALF..]),
        }))
    }
}

/// The second step of [`TruePeakMeter`](super::meter::TruePeakMeter).
pub(super) struct Fine {
    /// For each k, with s and d the sum and the difference of the points k away on either side of an interval: the quarters are
    /// sum w0 s +- sum w1 d, the middle is sum w2 s.
    weights: [[f32; 3]; FINE_HALF],
    /// The most that a level exceeds the ends of its interval, for each unit of the largest second difference about it.
    pub(super) bend: f32,
}

impl Fine {
    pub(super) fn new() -> Self {
        let early = taps(0.25);
        let middle = taps(0.5);
        let weights = std::array::from_fn(|k| {
            let (left, right) = (FINE_HALF - 1 - k, FINE_HALF + k);
            [0.5 * (early[left] + early[right]), 0.5 * (early[left] - early[right]), middle[left]]
                .map(|weight| weight as f32)
        });
        Self { weights, bend: most_bend(&early, &middle) as f32 }
    }

    /// The points a quarter, a half and three quarters after point `n` of the grid.
    #[inline(always)]
    fn interval<L: Lanes>(&self, points: &Points<L>, n: usize) -> [L; 3] {
        let zero = L::splat(0.0);
        let (mut even, mut odd, mut middle) = (zero, zero, zero);
        for (k, weights) in self.weights.iter().enumerate() {
            let (left, right) = (points.0[n - k], points.0[n + 1 + k]);
            let (sum, difference) = (left.plus(right), left.minus(right));
            even = L::splat(weights[0]).times_plus(sum, even);
            odd = L::splat(weights[1]).times_plus(difference, odd);
            middle = L::splat(weights[2]).times_plus(sum, middle);
        }
        [even.plus(odd).abs(), middle.abs(), even.minus(odd).abs()]
    }

    /// The level at each frame, and the highest between it and the next one.
    #[inline(always)]
    pub(super) fn levels<L: Lanes>(&self, points: &Points<L>) -> (L, L) {
        let frame = FINE_HALF;
        let [_, _, before] = self.interval(points, frame - 1);
        let first = self.interval(points, frame);
        let second = self.interval(points, frame + 1);
        let at = |n: usize| points.0[n].abs();
        let line = [
            at(frame),
            first[0],
            first[1],
            first[2],
            at(frame + 1),
            second[0],
            second[1],
            second[2],
            at(frame + 2),
        ];
        let at_frame = vertex(before, line[0], line[1]);
        let mut between = vertex(line[0], line[1], line[2]);
        for n in 2..line.len() - 1 {
            between = vertex(line[n - 1], line[n], line[n + 1]).larger(between);
        }
        (at_frame, between)
    }
}

/// Weights of the points `1 - FINE_HALF..=FINE_HALF` for the point `fraction` after point 0: a sinc under Kaiser's window that
/// gives any straight line back, so that it adds nothing but second differences to the chord.
fn taps(fraction: f64) -> [f64; TAPS] {
    let offset = |n: usize| n as f64 - (FINE_HALF - 1) as f64 - fraction;
    let mut taps: [f64; TAPS] = std::array::from_fn(|n| {
        let offset = offset(n);
        math::sin(PI * offset) / (PI * offset) * kaiser(offset / FINE_HALF as f64, BETA)
    });
    let sum: f64 = taps.iter().sum();
    taps.iter_mut().for_each(|tap| *tap /= sum);
    let moment: f64 = taps.iter().enumerate().map(|(n, tap)| tap * offset(n)).sum();
    taps[FINE_HALF - 1] += moment;
    taps[FINE_HALF] -= moment;
    taps
}

/// Weights of the second differences about each point of the grid, from `-FINE_HALF` on, in a point's distance from the chord of
/// the interval after point 0. They sum twice to the taps less the chord's.
fn differences(taps: &[f64; TAPS], fraction: f64) -> [f64; TAPS + 2] {
    let mut weights = [0.0; TAPS + 2];
    // Point 1 - FINE_HALF is at 1.
    for n in 1..=TAPS {
        let chord = match n {
            FINE_HALF => 1.0 - fraction,
            n if n == FINE_HALF + 1 => fraction,
            _ => 0.0,
        };
        weights[n + 1] = (taps[n - 1] - chord) + 2.0 * weights[n] - weights[n - 1];
    }
    weights
}

/// See [`Fine::bend`].
fn most_bend(early: &[f64; TAPS], middle: &[f64; TAPS]) -> f64 {
    let mut late = *early;
    late.reverse();
    let none = [0.0; TAPS + 2];
    let quarters = [none, differences(early, 0.25), differences(middle, 0.5), differences(&late, 0.75), none];
    // The vertex over c between l and r is at most c + (2 c - l - r) / 8.
    let mut most = 0.0f64;
    for n in 1..4 {
        let sum: f64 = (0..TAPS + 2)
            .map(|d| (1.25 * quarters[n][d] - 0.125 * (quarters[n - 1][d] + quarters[n + 1][d])).abs())
            .sum();
        most = most.max(sum);
    }
    // At a point of the grid its neighbours belong to different intervals, and their chords bend by a quarter.
    let at_point: f64 = quarters[1].iter().chain(&quarters[3]).map(|weight| 0.125 * weight.abs()).sum();
    // A hundredth for the rounding of the weights.
    1.01 * most.max(at_point + 0.25 * 0.125)
}

/// Height of the parabola through three neighbouring levels at its vertex if the middle one is the highest, else the middle one.
#[inline(always)]
fn vertex<L: Lanes>(left: L, middle: L, right: L) -> L {
    let slope = left.minus(right);
    // Where the middle is no top the vertex lies elsewhere; where all three are equal there is none, and no slope. At a top the bend is the
    // sum of two steps down, and no smaller than their difference, the slope: summed in this order it stays so when rounded, and the rise
    // stays within an eighth of a step. 2 c - l - r could round to 0 below a slope that does not.
    let bend = middle.minus(left).plus(middle.minus(right)).larger(L::splat(1e-30));
    let rise = slope.times(slope).over(bend.times(L::splat(8.0)));
    middle.plus(rise.where_at_least(middle, left).where_at_least(middle, right))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn second_differences_add_up_to_the_taps_less_the_chord() {
        for fraction in [0.25, 0.5, 0.75] {
            let taps = taps(fraction);
            let weights = differences(&taps, fraction);
            let at = |n: usize| weights.get(n).copied().unwrap_or(0.0);
            for n in 0..TAPS + 2 {
                let chord = match n {
                    FINE_HALF => 1.0 - fraction,
                    n if n == FINE_HALF + 1 => fraction,
                    _ => 0.0,
                };
                let tap = if (1..=TAPS).contains(&n) { taps[n - 1] } else { 0.0 };
                let sum = if n > 0 { at(n - 1) } else { 0.0 } - 2.0 * at(n) + at(n + 1);
                // Beyond the taps nothing is left over: they give any straight line back. Rounding in f64.
                assert!((sum - (tap - chord)).abs() < 1e-12, "{fraction}, {n}: {sum} for {}", tap - chord);
            }
        }
    }

    #[test]
    fn the_bound_is_met_by_the_signal_that_bends_most() {
        // Of all grids whose second differences are at most 1, this has the highest middle over its ends, which are 0.
        let middle = taps(0.5);
        let weights = differences(&middle, 0.5);
        let mut grid = [0.0f64; TAPS + 2];
        for n in FINE_HALF + 1..TAPS + 1 {
            grid[n + 1] = weights[n].signum() + 2.0 * grid[n] - grid[n - 1];
        }
        for n in (1..=FINE_HALF).rev() {
            grid[n - 1] = weights[n].signum() + 2.0 * grid[n] - grid[n + 1];
        }
        let value: f64 = middle.iter().zip(&grid[1..]).map(|(tap, x)| tap * x).sum();
        let bend = f64::from(Fine::new().bend);
        println!("{value:.4} of {bend:.4}");
        // What is left to the bound is the parabola's.
        assert!(value > 0.5 * bend && value <= bend, "{value} of {bend}");
    }
}
