//! One pass over the frames of input and output: K-weighted energy, powers, product and samples' peaks of both sides.
//!
//! Left and right of both sides lie in one vector of four: the recursion of the weighting waits for itself, not for the lanes. It
//! is compiled twice, for the baseline and for AVX2, in the same order of operations, so that every CPU gives the same bits.

use crate::blocks::fir::Frame32;
use crate::blocks::simd::{Simd, in_lanes};
use crate::metering::k_weighting::KWeighting;
use crate::processor::{CONTROL_PERIOD, Frame};

/// What some frames of one side hold.
pub(super) struct TakenSide {
    /// The frames, for the search of true peaks.
    pub(super) frames: [Frame32; CONTROL_PERIOD],
    /// Sums of the squares of the K-weighted channels.
    pub(super) weighted: Frame,
    /// Highest sample of both channels.
    pub(super) sample_peak: f32,
}

/// What some frames of input and output hold.
pub(super) struct Taken {
    /// Input and output.
    pub(super) sides: [TakenSide; 2],
}

/// Means over a hop of one side: left and right squared, and their product.
pub(super) type Means = [f64; 3];

/// Takes the frames in; see the module.
pub(super) struct Weighting {
    weighting: KWeighting<4>,
    /// Over the hop under way: squares of left and right of input and output, and left by right of both.
    powers: [f64; 4],
    products: [f64; 4],
    simd: Simd,
}

impl Weighting {
    /// For frames at `sample_rate` hertz.
    pub(super) fn new(sample_rate: f64) -> Self {
        Self {
            weighting: KWeighting::new(sample_rate),
            powers: [0.0; 4],
            products: [0.0; 4],
            simd: Simd::detect(),
        }
    }

    /// Begins a hop; the weighting goes on.
    pub(super) fn reset(&mut self) {
        self.powers = [0.0; 4];
        self.products = [0.0; 4];
    }

    /// Takes at most [`CONTROL_PERIOD`] frames of the same hop.
    #[inline]
    pub(super) fn push(&mut self, input: &[Frame], output: &[Frame]) -> Taken {
        debug_assert!(input.len() <= CONTROL_PERIOD && input.len() == output.len());
        take(self.simd, self, input, output)
    }

    #[inline(always)]
    fn push_in(&mut self, input: &[Frame], output: &[Frame]) -> Taken {
        let mut frames = [[[0.0f32; 2]; CONTROL_PERIOD]; 2];
        let [inputs, outputs] = &mut frames;
        let singles = inputs.iter_mut().zip(outputs);
        // Copies stay in registers.
        let (mut weighting, mut powers, mut products) = (self.weighting.clone(), self.powers, self.products);
        let mut weighted = [0.0; 4];
        let mut peaks = [0.0f32; 4];
        for (([a, b], [c, d]), (single_in, single_out)) in input.iter().zip(output).zip(singles) {
            let frame = [*a, *b, *c, *d];
            let swapped = [*b, *a, *d, *c];
            let y = weighting.tick(frame);
            let single = frame.map(|x| x as f32);
            for lane in 0..4 {
                weighted[lane] += y[lane] * y[lane];
                powers[lane] += frame[lane] * frame[lane];
                products[lane] += frame[lane] * swapped[lane];
                let level = single[lane].abs();
                peaks[lane] = if level > peaks[lane] { level } else { peaks[lane] };
            }
            *single_in = [single[0], single[1]];
            *single_out = [single[2], single[3]];
        }
        (self.weighting, self.powers, self.products) = (weighting, powers, products);
        let [input, output] = frames;
        let side = |frames, at: usize| TakenSide {
            frames,
            weighted: [weighted[at], weighted[at + 1]],
            sample_peak: peaks[at].max(peaks[at + 1]),
        };
        Taken { sides: [side(input, 0), side(output, 2)] }
    }

    /// The means over the hop, of `length` frames, of input and output. Begins the next one.
    pub(super) fn take_means(&mut self, length: f64) -> [Means; 2] {
        let [in_left, in_right, left, right] = self.powers.map(|sum| sum / length);
        let [in_product, _, product, _] = self.products.map(|sum| sum / length);
        self.reset();
        [[in_left, in_right, in_product], [left, right, product]]
    }
}

in_lanes! {
    /// See [`Weighting::push`].
    fn take(weighting: &mut Weighting, input: &[Frame], output: &[Frame]) -> Taken = Weighting::push_in
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocks::math;
    use crate::metering::loudness::Loudness;

    fn frames(phase: f64) -> Vec<Frame> {
        (0..960)
            .map(|n| f64::from(n) * 0.7 + phase)
            .map(|t| [math::sin(t), 0.5 * math::cos(1.3 * t)])
            .collect()
    }

    #[test]
    fn every_cpu_takes_in_the_same_bits() {
        let (input, output) = (frames(0.0), frames(1.0));
        let (mut found, mut portable) = (Weighting::new(48_000.0), Weighting::new(48_000.0));
        portable.simd = Simd::default();
        for (input, output) in input.chunks(CONTROL_PERIOD).zip(output.chunks(CONTROL_PERIOD)) {
            let (a, b) = (found.push(input, output), portable.push(input, output));
            for (a, b) in a.sides.iter().zip(&b.sides) {
                assert_eq!((a.frames, a.weighted, a.sample_peak), (b.frames, b.weighted, b.sample_peak));
            }
        }
        assert_eq!(found.take_means(960.0), portable.take_means(960.0));
    }

    #[test]
    fn each_side_is_what_it_is_alone() {
        let (input, output) = (frames(0.0), frames(1.0));
        let mut weighting = Weighting::new(48_000.0);
        let mut energies = [0.0; 2];
        for (input, output) in input.chunks(CONTROL_PERIOD).zip(output.chunks(CONTROL_PERIOD)) {
            let taken = weighting.push(input, output);
            for (energy, side) in energies.iter_mut().zip(&taken.sides) {
                *energy += side.weighted[0] + side.weighted[1];
            }
        }
        let means = weighting.take_means(960.0);
        for ((frames, energy), means) in [input, output].iter().zip(energies).zip(means) {
            // Two hops of 480 frames, the first of which began from rest as the weighting did.
            let mut loudness = Loudness::new(48_000.0, 2);
            loudness.push(&frames[..480]);
            let first = loudness.hop_mean_square();
            loudness.push(&frames[480..]);
            let alone = 480.0 * (first + loudness.hop_mean_square());
            // The sums are taken in another order, in f64.
            assert!((energy / alone - 1.0).abs() < 1e-12, "{energy} {alone}");
            let mean = |of: fn(&Frame) -> f64| frames.iter().map(of).sum::<f64>() / 960.0;
            let expected = [mean(|f| f[0] * f[0]), mean(|f| f[1] * f[1]), mean(|f| f[0] * f[1])];
            for (found, expected) in means.iter().zip(expected) {
                assert!((found - expected).abs() < 1e-12, "{found} {expected}");
            }
        }
    }
}
