//! The one convolution kernel of the chain: a short FIR over interleaved stereo frames in f32.
//!
//! `y[n] = sum h[k] x[n + k]`, vectorised over frames and channels. It is compiled twice, for the baseline and for AVX2;
//! neither fuses multiply and add and both sum in the order of k, so that every CPU gives the same bits.

use crate::blocks::simd::{Simd, in_lanes};

/// One stereo frame in single precision.
pub type Frame32 = [f32; 2];

/// The kernel for the CPU at hand.
#[derive(Clone, Copy)]
pub struct Fir {
    simd: Simd,
}

impl Default for Fir {
    fn default() -> Self {
        Self { simd: Simd::detect() }
    }
}

impl Fir {
    /// `output[n] = sum over k of taps[k] * input[n + k]`; `input` holds at least `output.len() + taps.len() - 1` frames,
    /// else the output is silent. `taps` are in the order of the input, so the newest sample meets the last tap.
    #[inline]
    pub fn convolve(&self, taps: &[f32], input: &[Frame32], output: &mut [Frame32]) {
        debug_assert!(input.len() + 1 >= output.len() + taps.len());
        if input.len() + 1 < output.len() + taps.len() {
            output.fill([0.0; 2]);
            return;
        }
        if self.simd.has_avx2() {
            in_wide_groups(self.simd, taps, input, output);
        } else {
            convolve_in::<16>(taps, input, output);
        }
    }
}

in_lanes! {
    /// Twice as many frames at a time where vectors are twice as wide.
    fn in_wide_groups(taps: &[f32], input: &[Frame32], output: &mut [Frame32]) = convolve_in::<32>
}

/// `N` frames at a time keep all accumulators in registers; what is left over goes in smaller groups.
#[inline(always)]
fn convolve_in<const N: usize>(taps: &[f32], input: &[Frame32], output: &mut [Frame32]) {
    let mut start = 0;
    let mut chunks = output.chunks_exact_mut(N);
    for chunk in &mut chunks {
        chunk.copy_from_slice(&group::<N>(taps, &input[start..]));
        start += N;
    }
    let mut small = chunks.into_remainder().chunks_exact_mut(4);
    for chunk in &mut small {
        chunk.copy_from_slice(&group::<4>(taps, &input[start..]));
        start += 4;
    }
    for frame in small.into_remainder() {
        *frame = group::<1>(taps, &input[start..])[0];
        start += 1;
    }
}

#[inline(always)]
fn group<const N: usize>(taps: &[f32], input: &[Frame32]) -> [Frame32; N] {
    let mut sum = [[0.0f32; 2]; N];
    for (window, &tap) in input.windows(N).zip(taps) {
        for n in 0..N {
            sum[n][0] += tap * window[n][0];
            sum[n][1] += tap * window[n][1];
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocks::math;

    #[test]
    fn every_length_gives_the_bits_of_the_plain_sum() {
        let taps: Vec<f32> = (0..37).map(|k| math::sin(f64::from(k) * 0.7) as f32).collect();
        let input: Vec<Frame32> = (0..200)
            .map(|n| [math::cos(f64::from(n) * 1.3) as f32, math::sin(f64::from(n) * 0.3) as f32])
            .collect();
        for length in [1, 2, 7, 16, 31, 32, 33, 64, 100] {
            let mut output = vec![[0.0; 2]; length];
            Fir::default().convolve(&taps, &input, &mut output);
            for (n, frame) in output.iter().enumerate() {
                for c in 0..2 {
                    let expected = taps.iter().zip(&input[n..]).fold(0.0f32, |sum, (t, x)| sum + t * x[c]);
                    assert_eq!(frame[c].to_bits(), expected.to_bits(), "length {length}, frame {n}");
                }
            }
        }
    }
}
