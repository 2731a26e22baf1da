//! The highest level that the continuous waveform reaches around each frame.
//!
//! The signal is interpolated at 8 points per frame, 4 above 100 kHz, by a windowed sinc of 64 taps (Kaiser, beta 8), and the vertex
//! of the parabola through each local maximum and its neighbours stands for what lies between: c + (l - r)^2 / (8 (2c - l - r)).
//! Points that lie as far from one sample as others from the next share their sums: with s_k and d_k the sum and the difference of the
//! samples k away on either side, both are sum a_k s_k +- sum b_k d_k, which halves the work. BS.1770-5 Annex 2 with a longer filter:
//! against a 32-fold reference the level is at most 0.02 dB low.
//!
//! The limiter makes its gain of it: every CPU gives the same bits. Meters have a faster one of their own, [`meter`].

mod fine;
mod lanes;
pub mod meter;

use crate::blocks::fir::Frame32;
use crate::blocks::window::kaiser;
use crate::processor::CONTROL_PERIOD;
use std::f64::consts::PI;

/// Most taps on either side of an interval.
const MOST_HALF: usize = 96;
/// Floats that are interpolated together: 4 frames of 2 channels.
const LANES: usize = 8;
/// A block and its history, with room for a group that begins at its last frame.
const LONGEST: usize = CONTROL_PERIOD + 2 * MOST_HALF + LANES;
/// Pairs of points at equal distance from either end of an interval, at most; the last is the middle.
const MOST_PAIRS: usize = 4;
/// Interleaved values of a block in whole groups.
const VALUES: usize = 2 * CONTROL_PERIOD + LANES;

/// Weights of s_k and d_k for each pair.
type Weights = [[f32; 2]; MOST_PAIRS];
/// One value for each channel of each frame.
type Values = [f32; VALUES];

/// Finds the level; see the module.
pub struct TruePeakDetector {
    /// Taps on each side of an interval, and so its delay in frames.
    half: usize,
    /// Points per frame, half of them.
    pairs: usize,
    /// Weights for each k.
    weights: Vec<Weights>,
    /// The most that a point can exceed the largest sample around it.
    most_gain: f32,
    line: [Frame32; LONGEST],
    /// The levels between each frame and the next: at the frame itself, at the points, and at the next frame.
    points: [Values; 2 * MOST_PAIRS + 1],
    /// Of the interval before the next frame: its last point and the highest level between its ends.
    last_point: Frame32,
    highest: Frame32,
    #[cfg(target_arch = "x86_64")]
    avx2: bool,
}

impl Default for TruePeakDetector {
    fn default() -> Self {
        Self::new(48_000.0)
    }
}

impl TruePeakDetector {
    /// A detector for frames at `sample_rate` hertz. Allocates.
    pub fn new(sample_rate: f64) -> Self {
        Self::with_half(sample_rate, 32)
    }

    /// As [`TruePeakDetector::new`] with three times the taps: reads what a clip leaves just below half the rate, at three times the cost.
    /// Allocates.
    pub fn sharp(sample_rate: f64) -> Self {
        Self::with_half(sample_rate, MOST_HALF)
    }

    fn with_half(sample_rate: f64, half: usize) -> Self {
        // Programme fills less of the spectrum the higher the rate, so that fewer points see it as well.
        let pairs = if sample_rate < 100_000.0 { 4 } else { 2 };
        const BETA: f64 = 8.0;
        let tap = |offset: f64| {
            let position: f64 = offset / half as f64;
            if position >= 1.0 {
                return 0.0;
            }
            (PI * offset).sin() / (PI * offset) * kaiser(position, BETA)
        };
        let mut weights = vec![[[0.0f32; 2]; MOST_PAIRS]; half];
        let mut most_gain = 1.0f64;
        for pair in 0..pairs {
            // The point lies `fraction` after the left middle sample; k counts outwards from the two middle ones.
            let fraction = (pair + 1) as f64 / (2 * pairs) as f64;
            let left: Vec<f64> = (0..half).map(|k| tap(fraction + k as f64)).collect();
            let right: Vec<f64> = (0..half).map(|k| tap(1.0 - fraction + k as f64)).collect();
            let sum: f64 = left.iter().chain(&right).sum();
            most_gain = most_gain.max(left.iter().chain(&right).map(|tap| (tap / sum).abs()).sum());
            for (weights, (left, right)) in weights.iter_mut().zip(left.iter().zip(&right)) {
                weights[pair] = [(0.5 * (left + right) / sum) as f32, (0.5 * (left - right) / sum) as f32];
            }
        }
        Self {
            half,
            pairs,
            weights,
            // Between three points of which the middle is highest the parabola adds at most an eighth of that.
            most_gain: (most_gain * 1.125) as f32,
            line: [[0.0; 2]; LONGEST],
            points: [[0.0; VALUES]; 2 * MOST_PAIRS + 1],
            last_point: [0.0; 2],
            highest: [0.0; 2],
            #[cfg(target_arch = "x86_64")]
            avx2: std::arch::is_x86_feature_detected!("avx2"),
        }
    }

    /// Delay in frames from a frame to its level.
    pub fn delay(&self) -> usize {
        self.half
    }

    /// Forgets the audio.
    pub fn reset(&mut self) {
        self.line = [[0.0; 2]; LONGEST];
        self.last_point = [0.0; 2];
        self.highest = [0.0; 2];
    }

    /// Writes, for each frame of `input`, the level around the frame [`TruePeakDetector::delay`] earlier; without `true_peak` that of
    /// the sample alone. Where no waveform can reach `floor` through these samples it returns false, and zeros.
    pub fn process(
        &mut self,
        input: &[Frame32],
        true_peak: bool,
        floor: f32,
        output: &mut [Frame32; CONTROL_PERIOD],
    ) -> bool {
        let (history, length) = (2 * self.half - 1, input.len().min(CONTROL_PERIOD));
        if length == 0 {
            return false;
        }
        self.line[history..history + length].copy_from_slice(&input[..length]);
        let reaches = peak(self.line[..history + length].as_flattened()) * self.most_gain >= floor;
        // Even a block that reaches nothing leaves the interval that the next one begins with.
        let first = if reaches && true_peak { 0 } else { length - 1 };
        let mut levels = [0.0; VALUES];
        self.interpolate(first, length);
        self.find_levels(first, length, &mut levels);
        if !reaches {
            output.fill([0.0; 2]);
        } else if true_peak {
            output[..length].as_flattened_mut().copy_from_slice(&levels[..2 * length]);
        } else {
            for (level, frame) in output[..length].iter_mut().zip(&self.line[self.half - 1..]) {
                *level = [frame[0].abs(), frame[1].abs()];
            }
        }
        self.line.copy_within(length..length + history, 0);
        reaches
    }

    /// Fills `points` for the intervals after the frames from `first` to `length`.
    fn interpolate(&mut self, first: usize, length: usize) {
        for start in (first..length).step_by(LANES / 2) {
            let window = self.line[start..].as_flattened();
            let points = &mut self.points;
            #[cfg(target_arch = "x86_64")]
            if self.avx2 {
                // SAFETY: the CPU has AVX2, as `new` found out.
                unsafe {
                    match self.pairs {
                        4 => group_avx2::<4>(&self.weights, window, 2 * start, points),
                        _ => group_avx2::<2>(&self.weights, window, 2 * start, points),
                    }
                }
                continue;
            }
            match self.pairs {
                4 => group::<4>(&self.weights, window, 2 * start, points),
                2 => group::<2>(&self.weights, window, 2 * start, points),
                _ => group::<1>(&self.weights, window, 2 * start, points),
            }
        }
    }

    /// The highest level in the intervals before and after each frame, and at the frame itself.
    fn find_levels(&mut self, first: usize, length: usize, levels: &mut Values) {
        let (first, end) = (2 * first, 2 * length);
        let mut highest = [0.0f32; VALUES];
        for n in 1..2 * self.pairs {
            let [left, middle, right] = [n - 1, n, n + 1].map(|n| &self.points[n][first..end]);
            for (((highest, left), middle), right) in
                highest[first..end].iter_mut().zip(left).zip(middle).zip(right)
            {
                *highest = larger(*highest, vertex(*left, *middle, *right));
            }
        }
        let last = &self.points[2 * self.pairs - 1];
        // The interval before each frame.
        let (mut before, mut last_points) = ([0.0f32; VALUES], [0.0f32; VALUES]);
        before[first + 2..end].copy_from_slice(&highest[first..end - 2]);
        last_points[first + 2..end].copy_from_slice(&last[first..end - 2]);
        before[first..first + 2].copy_from_slice(&self.highest);
        last_points[first..first + 2].copy_from_slice(&self.last_point);
        for n in first..end {
            let at_frame = vertex(last_points[n], self.points[0][n], self.points[1][n]);
            levels[n] = larger(at_frame, larger(before[n], highest[n]));
        }
        self.highest.copy_from_slice(&highest[end - 2..end]);
        self.last_point.copy_from_slice(&last[end - 2..end]);
    }
}

/// Largest absolute value.
fn peak(values: &[f32]) -> f32 {
    // In lanes, which a fold in order could not be.
    let mut lanes = [0.0f32; LANES];
    let chunks = values.chunks_exact(LANES);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (lane, x) in lanes.iter_mut().zip(chunk) {
            *lane = larger(*lane, x.abs());
        }
    }
    lanes.iter().chain(rest).fold(0.0, |peak, x| larger(peak, x.abs()))
}

/// The larger of two numbers, as one instruction.
#[inline(always)]
fn larger(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

/// Interpolates one group. `window` begins `half - 1` frames before the left middle frame of the first interval, and the
/// points are written from index `to`.
fn group<const PAIRS: usize>(weights: &[Weights], window: &[f32], to: usize, points: &mut [Values]) {
    let half = weights.len();
    let (mut even, mut odd) = ([[0.0f32; LANES]; PAIRS], [[0.0f32; LANES]; PAIRS]);
    for (k, weights) in weights.iter().enumerate() {
        let left = &window[2 * (half - 1 - k)..][..LANES];
        let right = &window[2 * (half + k)..][..LANES];
        for pair in 0..PAIRS {
            for l in 0..LANES {
                even[pair][l] += weights[pair][0] * (left[l] + right[l]);
                odd[pair][l] += weights[pair][1] * (left[l] - right[l]);
            }
        }
    }
    for l in 0..LANES {
        points[0][to + l] = window[2 * (half - 1) + l].abs();
        points[2 * PAIRS][to + l] = window[2 * half + l].abs();
        for pair in 0..PAIRS {
            points[pair + 1][to + l] = (even[pair][l] + odd[pair][l]).abs();
            points[2 * PAIRS - 1 - pair][to + l] = (even[pair][l] - odd[pair][l]).abs();
        }
    }
}

/// [`group`] in vectors, operation for operation: left to itself the compiler shuffles more than it adds.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn group_avx2<const PAIRS: usize>(weights: &[Weights], window: &[f32], to: usize, points: &mut [Values]) {
    use std::arch::x86_64::*;
    let half = weights.len();
    let load = |at: usize| {
        let lanes = &window[at..at + LANES];
        // SAFETY: the slice holds eight floats.
        unsafe { _mm256_loadu_ps(lanes.as_ptr()) }
    };
    let zero = _mm256_setzero_ps();
    let (mut even, mut odd) = ([zero; PAIRS], [zero; PAIRS]);
    for (k, weights) in weights.iter().enumerate() {
        let (left, right) = (load(2 * (half - 1 - k)), load(2 * (half + k)));
        let (sum, difference) = (_mm256_add_ps(left, right), _mm256_sub_ps(left, right));
        for pair in 0..PAIRS {
            even[pair] = _mm256_add_ps(even[pair], _mm256_mul_ps(_mm256_set1_ps(weights[pair][0]), sum));
            // The middle lies as far from both sides: its weight is zero.
            if pair + 1 < PAIRS {
                odd[pair] =
                    _mm256_add_ps(odd[pair], _mm256_mul_ps(_mm256_set1_ps(weights[pair][1]), difference));
            }
        }
    }
    let sign = _mm256_set1_ps(-0.0);
    let mut store = |point: usize, value: __m256| {
        let lanes = &mut points[point][to..to + LANES];
        // SAFETY: the slice holds eight floats.
        unsafe { _mm256_storeu_ps(lanes.as_mut_ptr(), _mm256_andnot_ps(sign, value)) };
    };
    store(0, load(2 * (half - 1)));
    store(2 * PAIRS, load(2 * half));
    for pair in 0..PAIRS {
        store(pair + 1, _mm256_add_ps(even[pair], odd[pair]));
        store(2 * PAIRS - 1 - pair, _mm256_sub_ps(even[pair], odd[pair]));
    }
}

/// Height of the parabola through three neighbouring levels at its vertex if the middle one is the highest, else the
/// middle one.
#[inline(always)]
fn vertex(left: f32, middle: f32, right: f32) -> f32 {
    let slope = left - right;
    let bend = 2.0 * middle - left - right;
    // Where the middle is no top the vertex lies elsewhere; where all three are equal there is none.
    let is_top = (middle >= left) & (middle >= right) & (bend > 0.0);
    let rise = slope * slope / (8.0 * larger(bend, 1e-30));
    middle + if is_top { rise } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tones_read_their_amplitude_whatever_their_phase() {
        for rate in [44_100.0, 48_000.0, 96_000.0, 192_000.0] {
            for hz in [997.0, 5000.0, 0.25 * 44_100.0, 15_000.0, 19_000.0] {
                for phase in [0.0, 0.3, PI / 4.0, 1.2] {
                    let mut detector = TruePeakDetector::new(rate);
                    let mut worst = [2.0f32, 0.0];
                    for block in 0..40 {
                        let mut input = [[0.0f32; 2]; CONTROL_PERIOD];
                        for (n, frame) in input.iter_mut().enumerate() {
                            let t = (block * CONTROL_PERIOD + n) as f64 / rate;
                            *frame = [(2.0 * PI * hz * t + phase).sin() as f32, 0.0];
                        }
                        let mut levels = [[0.0; 2]; CONTROL_PERIOD];
                        detector.process(&input, true, 0.0, &mut levels);
                        if block > 8 {
                            // Over a period of the tone at least one frame sees its peak.
                            let peak = levels.iter().fold(0.0f32, |peak, level| peak.max(level[0]));
                            if hz * (CONTROL_PERIOD as f64) / rate > 1.0 {
                                worst = [worst[0].min(peak), worst[1].max(peak)];
                            }
                        }
                    }
                    if worst[1] == 0.0 {
                        continue;
                    }
                    let [low, high] = worst.map(|x| 20.0 * x.log10());
                    // 0.02 dB is what the limiter's margin allows for.
                    assert!(
                        low > -0.02 && high < 0.02,
                        "{rate} Hz, {hz} Hz, {phase}: {low:.4} to {high:.4} dB"
                    );
                }
            }
        }
    }
}
