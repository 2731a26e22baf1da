//! Spectra of left and right as one complex signal z = l + i r.
//!
//! With weights a for the left and b for the right, Z'(k) = (a + b)/2 Z(k) + (a - b)/2 Z*(-k) weighs both. Everything is written over
//! floats, real and imaginary parts in turn, so that it is done in vectors.

use realfft::num_complex::Complex;

/// (a + b)/2 and (a - b)/2 over the length, the former twice for each bin, the latter with either sign: for the parts of a complex number.
#[derive(Clone)]
pub struct Weights {
    /// Of a bin itself.
    pub own: Vec<f32>,
    /// Of the bin at the negative frequency.
    pub mirrored: Vec<f32>,
}

/// Weighs a spectrum of left and right as one complex signal.
#[inline(always)]
pub fn weigh_bins(bins: &mut [f32], weights: &Weights) {
    let hop = bins.len() / 4;
    let (low, high) = bins.split_at_mut(2 * hop);
    // 0 and half the length are their own mirrors.
    for (value, at) in [(&mut low[..2], 0), (&mut high[..2], 2 * hop)] {
        value[0] *= weights.own[at] + weights.mirrored[at];
        value[1] *= weights.own[at + 1] + weights.mirrored[at + 1];
    }
    let (low, low_rest) = low[2..].as_chunks_mut::<LANES>();
    let (high_rest, high) = high[2..].as_rchunks_mut::<LANES>();
    let (own, own_rest) = weights.own[2..2 * hop].as_chunks::<LANES>();
    let (mirrored, mirrored_rest) = weights.mirrored[2..2 * hop].as_chunks::<LANES>();
    for (((low, high), own), mirrored) in low.iter_mut().zip(high.iter_mut().rev()).zip(own).zip(mirrored) {
        let (z, m) = (*low, turned(high));
        let mut of_high = m;
        for lane in 0..LANES {
            low[lane] = own[lane] * z[lane] + mirrored[lane] * m[lane];
            of_high[lane] = own[lane] * m[lane] + mirrored[lane] * z[lane];
        }
        *high = turned(&of_high);
    }
    let rest = low_rest.chunks_exact_mut(2).zip(high_rest.chunks_exact_mut(2).rev());
    let weights = own_rest.chunks_exact(2).zip(mirrored_rest.chunks_exact(2));
    for ((low, high), (own, mirrored)) in rest.zip(weights) {
        for part in 0..2 {
            let (z, m) = (low[part], high[part]);
            low[part] = own[part] * z + mirrored[part] * m;
            high[part] = own[part] * m + mirrored[part] * z;
        }
    }
}

/// Floats that are worked on together: four complex numbers.
pub const LANES: usize = 8;
/// See [`LANES`].
pub type Lanes = [f32; LANES];

/// Four complex numbers from the last to the first.
#[inline(always)]
fn turned(x: &Lanes) -> Lanes {
    [x[6], x[7], x[4], x[5], x[2], x[3], x[0], x[1]]
}

/// Real and imaginary parts in turn.
#[inline(always)]
pub fn flat(x: &[Complex<f32>]) -> &[f32] {
    // SAFETY: `Complex` is `repr(C)` and holds two floats.
    unsafe { std::slice::from_raw_parts(x.as_ptr().cast(), 2 * x.len()) }
}

/// See [`flat`].
#[inline(always)]
pub fn flat_mut(x: &mut [Complex<f32>]) -> &mut [f32] {
    // SAFETY: `Complex` is `repr(C)` and holds two floats.
    unsafe { std::slice::from_raw_parts_mut(x.as_mut_ptr().cast(), 2 * x.len()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocks::math;

    #[test]
    fn each_channel_has_its_own_weights() {
        // 2 hop bins; hop - 1 pairs are no whole number of groups.
        const HOP: usize = 16;
        let bin = |k: usize, seed: f32| {
            let angle = f64::from(seed) * k as f64;
            Complex::new(math::sin(angle) as f32, math::cos(angle + 0.3) as f32)
        };
        // Spectra of real signals: bin and mirror are conjugate.
        let real = |seed: f32| -> Vec<Complex<f32>> {
            (0..2 * HOP)
                .map(|k| match k {
                    0 | HOP => Complex::new(bin(k, seed).re, 0.0),
                    k if k < HOP => bin(k, seed),
                    k => bin(2 * HOP - k, seed).conj(),
                })
                .collect()
        };
        let (left, right) = (real(0.7), real(1.9));
        let i = Complex::new(0.0, 1.0);
        let mut bins: Vec<Complex<f32>> = left.iter().zip(&right).map(|(l, r)| l + i * r).collect();
        let of = |k: usize| {
            let k = k.min(2 * HOP - k) as f32;
            [1.0 + k, 3.0 + 0.5 * k]
        };
        let mut weights = Weights { own: Vec::new(), mirrored: Vec::new() };
        for k in 0..=HOP {
            let [a, b] = of(k);
            weights.own.extend([0.5 * (a + b); 2]);
            weights.mirrored.extend([0.5 * (a - b), -0.5 * (a - b)]);
        }
        weigh_bins(flat_mut(&mut bins), &weights);
        for k in 0..2 * HOP {
            let [a, b] = of(k);
            let expected = left[k] * a + i * right[k] * b;
            assert!((bins[k] - expected).norm() < 1e-4, "bin {k}: {} for {expected}", bins[k]);
        }
    }
}
