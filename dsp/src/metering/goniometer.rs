//! Points of a goniometer: side across, mid upwards, thinned out so that the furthest ones stay.

use crate::processor::Frame;

/// Most points of a picture: more cannot be told apart.
pub const MOST_POINTS: usize = 2000;

/// At most [`MOST_POINTS`] points (side, mid) of frames: of each run of neighbours the furthest from the centre.
pub fn points(frames: &[Frame]) -> Vec<[f32; 2]> {
    let run = frames.len().div_ceil(MOST_POINTS).max(1);
    let distance = |frame: &Frame| frame[0] * frame[0] + frame[1] * frame[1];
    frames
        .chunks(run)
        .filter_map(|run| run.iter().max_by(|a, b| distance(a).total_cmp(&distance(b))))
        .map(|[left, right]| [(0.5 * (left - right)) as f32, (0.5 * (left + right)) as f32])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peaks_survive_thinning() {
        let mut frames = vec![[0.01, 0.02]; 48_000];
        frames[31_234] = [0.9, -0.7];
        let points = points(&frames);
        assert!(points.len() <= MOST_POINTS);
        assert!(points.iter().any(|[side, mid]| (side - 0.8).abs() < 1e-6 && (mid - 0.1).abs() < 1e-6));
    }
}
