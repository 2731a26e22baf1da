//! How long the waveform stays over the ceiling: a clip is hidden in a click and heard on a bass note.

use super::load::smoothed;
use super::scale::Scale;
use super::spline;
use crate::blocks::math;
use crate::processor::Frame;

/// Window in which runs are averaged, ms.
const WINDOW_MS: f64 = 200.0;
/// Runs up to here are the clip's, and from there on the envelope's as far as it goes, ms: dense songs have 0.2 to 1.8, and bass that
/// makes the peaks itself 4 to 7.
pub const LENGTHS_MS: [f64; 2] = [2.5, 6.0];
/// Excess below which nothing is over.
const NOTHING: f64 = 1e-9;

/// For each point of the slow grid 0 where runs over `ceiling` are short, to 1 where they are long.
pub fn length_of_runs(frames: &[Frame], ceiling: f64, scale: &Scale) -> Vec<f64> {
    let points = spline::points(frames.len(), scale.slow_grid);
    // Sums of excess squared, and of the same times the run's length in ms.
    let (mut excess, mut lengths) = (vec![0.0; points], vec![0.0; points]);
    for channel in 0..2 {
        let mut start = 0;
        let mut sum = 0.0;
        for (n, frame) in frames.iter().enumerate() {
            let x = frame[channel];
            let over = (x.abs() - ceiling).max(0.0);
            let continues = over > 0.0 && n > 0 && sum > 0.0 && (x > 0.0) == (frames[n - 1][channel] > 0.0);
            if !continues {
                if sum > 0.0 {
                    let place = (start + n) / 2 / scale.slow_grid;
                    excess[place] += sum;
                    lengths[place] += sum * (n - start) as f64 * 1e3 / scale.rate;
                }
                (start, sum) = (n, 0.0);
            }
            sum += over * over;
        }
    }
    if excess.iter().all(|sum| *sum == 0.0) {
        return vec![0.0; points];
    }
    let (excess, lengths) = (smoothed(&excess, WINDOW_MS, scale), smoothed(&lengths, WINDOW_MS, scale));
    let [short, long] = LENGTHS_MS.map(math::ln);
    excess
        .iter()
        .zip(&lengths)
        .map(|(excess, length)| {
            if *excess < NOTHING {
                0.0
            } else {
                smooth_step((math::ln(length / excess) - short) / (long - short))
            }
        })
        .collect()
}

/// From 0 at 0 to 1 at 1 without a corner.
pub fn smooth_step(x: f64) -> f64 {
    let x = x.clamp(0.0, 1.0);
    x * x * (3.0 - 2.0 * x)
}
