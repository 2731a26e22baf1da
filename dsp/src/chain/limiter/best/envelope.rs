//! The smoothest gain that holds a programme under a ceiling: a spline in dB whose every point is at most what the waveform needs
//! within the point's reach, so that the ceiling holds by construction ([`super::obstacle`]).
//!
//! Bending costs lambda: with it the gain's movement is limited to f = f_grid / (2 pi lambda^(1/4)). Reduction costs by loudness, so
//! that gain is spared where it is heard.

use super::levels::visit_levels;
use super::obstacle::smoothest_below;
use super::scale::Scale;
use super::spline;
use crate::blocks::math;
use crate::metering::k_weighting::KWeighting;
use crate::processor::Frame;

/// Grid of the frames' rate for which lambdas are given, hertz.
const GRID_HZ: f64 = 44_100.0 / 32.0;
/// Lambda of the last envelope: 53 Hz on its grid.
const LAST_LAMBDA: f64 = 300.0;
/// Points of lambda^(1/4) after which a curve has forgotten its obstacle.
const MEMORY: f64 = 20.0;
/// Bounds of a reduction's cost against the mean.
const COSTS: [f64; 2] = [0.1, 4.0];

/// What each point of a spline on `grid` may be at most, dB, for a waveform held under `ceiling`.
pub fn needs_db(frames: &[Frame], ceiling: f64, true_peak: bool, grid: usize) -> Vec<f64> {
    let mut blocks = vec![0.0f64; frames.len() / grid + 1];
    let narrow = frames.iter().map(|frame| frame.map(|x| x as f32));
    visit_levels(narrow, true_peak, ceiling as f32, |n, level| {
        let level = f64::from(level[0].max(level[1]));
        if level > ceiling {
            let block = &mut blocks[n / grid];
            *block = block.min(20.0 * math::log10(ceiling / level));
        }
    });
    (0..spline::points(frames.len(), grid))
        .map(|point| {
            let from = point.saturating_sub(spline::BLOCKS_BEFORE).min(blocks.len());
            let to = (point + spline::BLOCKS_AFTER).min(blocks.len());
            blocks[from..to].iter().copied().fold(0.0, f64::min)
        })
        .collect()
}

/// What a dB of reduction costs at each point, 1 on average: K-weighted power over 20 ms.
fn costs(frames: &[Frame], points: usize, grid: usize, rate: f64) -> Vec<f64> {
    let mut filter: KWeighting = KWeighting::new(rate);
    let mut powers = vec![0.0; points];
    for (power, block) in powers.iter_mut().zip(frames.chunks(grid)) {
        *power = block.iter().map(|frame| filter.tick(*frame).iter().map(|x| x * x).sum::<f64>()).sum();
    }
    let reach = ((0.01 * rate) as usize / grid).max(1);
    let mut sums = vec![0.0; points + 1];
    for (n, power) in powers.iter().enumerate() {
        sums[n + 1] = sums[n] + power;
    }
    let mean = (sums[points] / points as f64).max(1e-12);
    (0..points)
        .map(|n| {
            let (from, to) = (n.saturating_sub(reach), (n + reach + 1).min(points));
            ((sums[to] - sums[from]) / (to - from) as f64 / mean).clamp(COSTS[0], COSTS[1])
        })
        .collect()
}

/// Applies the smoothest gain under `needs_db`.
pub fn apply(frames: &mut [Frame], needs_db: &[f64], lambda: f64, grid: usize, rate: f64) {
    if needs_db.iter().all(|need| *need == 0.0) {
        return;
    }
    let costs = costs(frames, needs_db.len(), grid, rate);
    let lambda = lambda * (rate / grid as f64 / GRID_HZ).powi(4);
    let reach = (MEMORY * math::powf(lambda, 0.25)) as usize + 3;
    let mut points = vec![0.0; needs_db.len()];
    // Far from any need there is no gain: stretches are solved apart.
    let mut at = 0;
    while let Some(first) = needs_db[at..].iter().position(|need| *need < 0.0).map(|n| at + n) {
        let mut last = first;
        while let Some(next) = needs_db[last + 1..].iter().take(2 * reach).position(|need| *need < 0.0) {
            last += 1 + next;
        }
        let from = first.saturating_sub(reach);
        let to = (last + reach + 1).min(needs_db.len());
        points[from..to].copy_from_slice(&smoothest_below(&needs_db[from..to], &costs[from..to], lambda));
        at = last + 1;
    }
    spline::apply(frames, &points, grid);
}

/// Holds what passes the ceiling between the samples.
pub fn hold(frames: &mut [Frame], ceiling: f64, scale: &Scale) {
    let needs = needs_db(frames, ceiling, true, scale.fine_grid);
    apply(frames, &needs, LAST_LAMBDA, scale.fine_grid, scale.rate);
}
