//! Where the search for a clip's error begins: the waveform turned down around each peak, not cut.
//!
//! A cut's error is of all frequencies, and many steps are needed until it lies under the mask; where low tones make the peaks, too many.
//! The error of a short gain lies beside the tones that it acts on. While a programme plays six steps from here distort 1 dB less than
//! eight from a cut, and where the lows make the peaks 4 dB.
//!
//! The gain is the least that any frame within reach may have, and of that the mean under a triangle that reaches as far: no frame has
//! more than it may.

/// Steps of a gain in fixed point: sums are exact, and nothing is left where nothing was.
const STEPS: f32 = (1u32 << 24) as f32;

/// Finds the gain; see the module.
#[derive(Clone)]
pub struct Start {
    reach: usize,
    lowest: Vec<f32>,
    sums: Vec<i64>,
}

impl Start {
    /// A gain that reaches `2 reach` frames to either side of a peak, for up to `most` frames at a time. Allocates.
    pub fn new(reach: usize, most: usize) -> Self {
        let length = most + 4 * reach;
        Self { reach, lowest: Vec::with_capacity(length), sums: Vec::with_capacity(length) }
    }

    /// Frames before and after the ones that a gain is found for that are looked at.
    pub fn context(&self) -> usize {
        2 * self.reach
    }

    /// Takes what each frame may be multiplied by at most, 1 and below, with [`Start::context`] frames on either side; calls `visit` with
    /// the number of each frame between them whose gain is below 1, and with what it lacks.
    pub fn visit(&mut self, most: impl Iterator<Item = f32>, mut visit: impl FnMut(usize, f32)) {
        let Self { reach, lowest, sums } = self;
        lowest.clear();
        lowest.extend(most);
        let window = 2 * *reach + 1;
        if lowest.len() < 2 * window - 1 {
            return;
        }
        // The lowest of twice as many, until as many as fit, and of two such that overlap.
        let mut span = 1;
        while 2 * span <= window {
            keep_lower(lowest, span);
            span *= 2;
        }
        keep_lower(lowest, window - span);
        sums.clear();
        sums.extend(lowest[..lowest.len() + 1 - window].iter().map(|gain| ((1.0 - gain) * STEPS) as i64));
        add_up(sums, *reach + 1);
        add_up(sums, *reach + 1);
        let scale = 1.0 / (STEPS * ((*reach + 1) * (*reach + 1)) as f32);
        for (n, sum) in sums.iter().enumerate().filter(|(_, sum)| **sum > 0) {
            visit(n, scale * *sum as f32);
        }
    }
}

/// Each value becomes the lower of it and the one `distance` on; the last ones stay.
fn keep_lower(values: &mut [f32], distance: usize) {
    for n in 0..values.len() - distance {
        let other = values[n + distance];
        values[n] = if other < values[n] { other } else { values[n] };
    }
}

/// Each value becomes the sum of the `count` from it on; as many as that are left.
fn add_up(values: &mut Vec<i64>, count: usize) {
    let mut sum: i64 = values[..count - 1].iter().sum();
    let length = values.len() + 1 - count;
    for n in 0..length {
        sum += values[n + count - 1];
        let first = values[n];
        values[n] = sum;
        sum -= first;
    }
    values.truncate(length);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_frame_has_more_than_it_may_and_the_gain_ends() {
        let (reach, length) = (12, 400);
        let mut start = Start::new(reach, length);
        let context = start.context();
        let may = |n: usize| match n {
            150 => 0.3,
            160..170 => 0.6,
            _ => 1.0,
        };
        let most = std::iter::repeat_n(1.0, context)
            .chain((0..length).map(may))
            .chain(std::iter::repeat_n(1.0, context));
        let mut gains = vec![1.0f32; length];
        start.visit(most, |n, lacks| gains[n] = 1.0 - lacks);
        for (n, gain) in gains.iter().enumerate() {
            // A step of the fixed point.
            assert!(*gain <= may(n) + 1e-6, "frame {n}: {gain}");
        }
        assert_eq!(gains[150 - context - 1], 1.0);
        assert!(gains[150 - context] < 1.0 && gains[169 + context] < 1.0);
        assert_eq!(gains[169 + context + 1], 1.0);
        // Never steeper than the triangle: a step of one frame over the whole depth would be a cut.
        let steepest = gains.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
        assert!(steepest < 0.7 * 1.1 / (reach + 1) as f32, "{steepest}");
    }
}
