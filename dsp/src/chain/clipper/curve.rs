//! The clipper's residual, averaged over three samples.

use crate::blocks::oversampler::CURVE_HISTORY;
use crate::blocks::simd::in_lanes;

/// Width of the hardest knee relative to the threshold: 0.01 dB keeps the divided differences well above rounding.
pub const HARDEST_KNEE: f64 = 1e-3;

/// Where the curve leaves the straight line and where it has become flat.
#[derive(Debug, Clone, Copy)]
pub struct Knee {
    /// Level up to which the curve is straight.
    pub start: f64,
    /// Level from which it is flat.
    pub end: f64,
}

impl Knee {
    /// For the threshold as a gain, and the knee's start as a fraction of it.
    pub fn new(threshold_gain: f64, start_ratio: f64) -> Self {
        let start = threshold_gain * start_ratio.min(1.0 - 0.5 * HARDEST_KNEE);
        Self { start, end: 2.0 * threshold_gain - start }
    }
}

/// Values computed at once; a base frame holds at least this many at the lowest factor of 2 (2 frames of 2 channels).
const LANES: usize = 4;

in_lanes! {
    /// Writes the residual of every oversampled frame; `knees` has one entry for each `factor` frames. Returns whether any
    /// is other than zero.
    pub fn clip(window: &[f32], residual: &mut [f32], knees: &[Knee], factor: usize) -> bool = clip_in
}

#[inline(always)]
fn clip_in(window: &[f32], residual: &mut [f32], knees: &[Knee], factor: usize) -> bool {
    let mut sounds = false;
    let values = 2 * factor;
    for ((residual, knee), n) in residual.chunks_exact_mut(values).zip(knees).zip(0..) {
        let window = &window[n * values..(n + 1) * values + 2 * CURVE_HISTORY];
        // In lanes, which a fold in order could not be.
        let start = knee.start as f32;
        let mut reaches = 0u32;
        for x in window {
            reaches |= u32::from(x.abs() > start);
        }
        if reaches == 0 {
            residual.fill(0.0);
            continue;
        }
        sounds = true;
        let (old, middle, new) = (window, &window[CURVE_HISTORY..], &window[2 * CURVE_HISTORY..]);
        let scale = -1.0 / (12.0 * (knee.end - knee.start));
        for (((residual, old), middle), new) in residual
            .chunks_exact_mut(LANES)
            .zip(old.chunks_exact(LANES))
            .zip(middle.chunks_exact(LANES))
            .zip(new.chunks_exact(LANES))
        {
            let (mut low, mut mid, mut high) = ([0.0f64; LANES], [0.0f64; LANES], [0.0f64; LANES]);
            for l in 0..LANES {
                let (a, b, c) = (f64::from(old[l]), f64::from(middle[l]), f64::from(new[l]));
                let (smaller, larger) = (a.min(b), a.max(b));
                low[l] = smaller.min(c);
                mid[l] = smaller.max(larger.min(c));
                high[l] = larger.max(c);
            }
            if !reaches_over_an_edge(&low, &high, knee) {
                for (residual, within) in residual.iter_mut().zip(within_pieces(&low, &mid, &high, knee)) {
                    *residual = within as f32;
                }
                continue;
            }
            let mut sum = [0.0f64; LANES];
            if high.iter().any(|x| *x > knee.start) {
                sum = above(&low, &mid, &high, knee);
            }
            if low.iter().any(|x| *x < -knee.start) {
                let below = above(&high.map(|x| -x), &mid.map(|x| -x), &low.map(|x| -x), knee);
                for l in 0..LANES {
                    sum[l] -= below[l];
                }
            }
            for l in 0..LANES {
                residual[l] = (scale * sum[l]) as f32;
            }
        }
    }
    sounds
}

/// Whether any three samples lie on more than one piece of the curve.
#[inline(always)]
fn reaches_over_an_edge(low: &[f64; LANES], high: &[f64; LANES], knee: &Knee) -> bool {
    let mut over = 0u32;
    for edge in [-knee.end, -knee.start, knee.start, knee.end] {
        for l in 0..LANES {
            over |= u32::from(low[l] < edge) & u32::from(high[l] >= edge);
        }
    }
    over != 0
}

/// The residual where all three samples lie on the same piece: means of nothing, a parabola or a straight line, without a division.
#[inline(always)]
fn within_pieces(low: &[f64; LANES], mid: &[f64; LANES], high: &[f64; LANES], knee: &Knee) -> [f64; LANES] {
    let (threshold, bend) = (0.5 * (knee.start + knee.end), -1.0 / (12.0 * (knee.end - knee.start)));
    std::array::from_fn(|l| {
        let (a, b, c) = (low[l].abs() - knee.start, mid[l].abs() - knee.start, high[l].abs() - knee.start);
        let parabola = bend * (a * a + b * b + c * c + a * b + b * c + c * a);
        let line = (threshold - knee.start) - (a + b + c) * (1.0 / 3.0);
        let size = if b < 0.0 {
            0.0
        } else if mid[l].abs() < knee.end {
            parabola
        } else {
            line
        };
        if mid[l] < 0.0 { -size } else { size }
    })
}

/// Divided difference of (x - start)+^4 - (x - end)+^4 over low <= mid <= high.
#[inline(always)]
fn above(low: &[f64; LANES], mid: &[f64; LANES], high: &[f64; LANES], knee: &Knee) -> [f64; LANES] {
    /// Where two samples agree the quotient is not used; this keeps it finite.
    const TINY: f64 = 1e-30;
    let mut sum = [0.0; LANES];
    for l in 0..LANES {
        let upper = 1.0 / (high[l] - mid[l]).max(TINY);
        let lower = 1.0 / (mid[l] - low[l]).max(TINY);
        let whole = 1.0 / (high[l] - low[l]).max(TINY);
        for (threshold, sign) in [(knee.start, 1.0), (knee.end, -1.0)] {
            let a = (low[l] - threshold).max(0.0);
            let b = (mid[l] - threshold).max(0.0);
            let c = (high[l] - threshold).max(0.0);
            let all_above = a * a + b * b + c * c + a * b + b * c + c * a;
            // c <= high - mid where mid lies below the threshold, b <= mid - low where low does: every quotient <= 1.
            let upper_difference = if b > 0.0 { (c + b) * (c * c + b * b) } else { c * c * c * (c * upper) };
            let lower_difference = b * b * b * (b * lower);
            let some_above = (upper_difference - lower_difference) * whole;
            sum[l] += sign * if a > 0.0 { all_above } else { some_above };
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn divided_difference_agrees_with_its_definition() {
        let knee = Knee { start: 0.4, end: 0.6 };
        let f = |x: f64| (x - 0.4).max(0.0).powi(4) - (x - 0.6).max(0.0).powi(4);
        for (a, b, c) in
            [(0.1, 0.5, 0.9), (0.45, 0.55, 0.8), (-1.0, 0.2, 0.7), (0.65, 0.7, 0.9), (-0.5, 0.41, 0.42)]
        {
            let definition = ((f(c) - f(b)) / (c - b) - (f(b) - f(a)) / (b - a)) / (c - a);
            let found = above(&[a; LANES], &[b; LANES], &[c; LANES], &knee)[0];
            assert!((found - definition).abs() < 1e-12, "{a} {b} {c}: {found} against {definition}");
        }
        // All three alike: half of the second derivative.
        let found = above(&[0.5; LANES], &[0.5; LANES], &[0.5; LANES], &knee)[0];
        assert!((found - 6.0 * 0.01).abs() < 1e-12);
    }

    #[test]
    fn pieces_agree_with_the_divided_difference() {
        for knee in [Knee { start: 0.4, end: 0.6 }, Knee { start: 0.4, end: 0.4004 }] {
            let scale = -1.0 / (12.0 * (knee.end - knee.start));
            for (a, b, c) in [(0.1, 0.2, 0.3), (0.4, 0.4001, 0.4002), (0.65, 0.7, 0.9), (3.0, 3.0, 3.0)] {
                let [low, mid, high] = [a, b, c].map(|x| [x; LANES]);
                assert!(!reaches_over_an_edge(&low, &high, &knee));
                let expected = scale * above(&low, &mid, &high, &knee)[0];
                let found = within_pieces(&low, &mid, &high, &knee)[0];
                let mirrored = within_pieces(&[-c; LANES], &[-b; LANES], &[-a; LANES], &knee)[0];
                // Rounding, which a narrow knee lets grow.
                assert!((found - expected).abs() < 1e-9, "{a} {b} {c}: {found} against {expected}");
                assert_eq!(found, -mirrored);
            }
        }
        assert!(reaches_over_an_edge(&[0.3; LANES], &[0.5; LANES], &Knee { start: 0.4, end: 0.6 }));
    }
}
