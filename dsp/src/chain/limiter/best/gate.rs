//! What a clip would be heard on goes to the envelope: steady tones whole, and long runs over the ceiling by half.

use super::envelope;
use super::load::smoothed;
use super::runs::length_of_runs;
use super::scale::Scale;
use crate::processor::Frame;

/// Share of the reduction that the envelope takes of the longest runs: more pumps, less distorts.
const SHARE_OF_LONG_RUNS: f64 = 0.5;
/// Crossfade between clip and envelope, ms.
const FADE_MS: f64 = 100.0;
/// How far around it the reduction of a long run lasts: half a period of 48 Hz.
const REACH_MS: f64 = 10.5;
/// How far around it the reduction of a steady tone lasts: its gain stands still down to 15 Hz.
const STEADY_REACH_MS: f64 = 35.0;
/// Lambda of the envelope: 22 Hz on its grid.
const LAMBDA: f64 = 1e4;
/// A share below this is none.
const LEAST_SHARE: f64 = 1e-3;

/// Turns down what is steady or long, as far as it is, to `ceiling`, and of long runs at least `whole`. `steady` is on the slow grid.
pub fn hold_steady(
    frames: &mut [Frame],
    steady: &[f64],
    whole: f64,
    ceiling: f64,
    true_peak: bool,
    scale: &Scale,
) {
    let long = length_of_runs(frames, ceiling, scale);
    let highest = |shares: &[f64]| shares.iter().copied().fold(0.0, f64::max);
    if highest(steady) < LEAST_SHARE && highest(&long) < LEAST_SHARE {
        return;
    }
    let window = smoothed(&vec![1.0; steady.len()], FADE_MS, scale);
    let faded = |shares: &[f64], most: f64| -> Vec<f64> {
        smoothed(shares, FADE_MS, scale).iter().zip(&window).map(|(sum, whole)| most * sum / whole).collect()
    };
    let (steady, long) = (faded(steady, 1.0), faded(&long, SHARE_OF_LONG_RUNS.max(whole)));
    let needs = envelope::needs_db(frames, ceiling, true_peak, scale.grid);
    let around = |reach_ms: f64| minimum(&needs, scale.points(reach_ms, scale.grid));
    let (near, far) = (around(REACH_MS), around(STEADY_REACH_MS));
    let at = |shares: &[f64], point: usize| {
        let place = (point * scale.grid) as f64 / scale.slow_grid as f64;
        let first = (place as usize).min(shares.len() - 1);
        let second = (first + 1).min(shares.len() - 1);
        let share = shares[first] + (place - first as f64).min(1.0) * (shares[second] - shares[first]);
        if share < LEAST_SHARE { 0.0 } else { share }
    };
    let shared: Vec<f64> = (0..needs.len())
        .map(|point| (near[point] * at(&long, point)).min(far[point] * at(&steady, point)))
        .collect();
    envelope::apply(frames, &shared, LAMBDA, scale.grid, scale.rate);
}

/// The lowest value within `reach` of each; values are 0 or below, most of them 0.
fn minimum(values: &[f64], reach: usize) -> Vec<f64> {
    let mut lowest = vec![0.0f64; values.len()];
    for (n, value) in values.iter().enumerate().filter(|(_, value)| **value < 0.0) {
        let to = (n + reach + 1).min(values.len());
        lowest[n.saturating_sub(reach)..to].iter_mut().for_each(|low| *low = low.min(*value));
    }
    lowest
}
