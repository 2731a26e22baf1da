//! Transforms of real numbers, two of which are one complex number of half the length.
//!
//! ```text
//! z[n] = x[2n] + i x[2n + 1]                           Z its transform, of M = N / 2 numbers
//! X[k] = (Z[k] + Z*[M - k]) / 2 - i e^(-2 pi i k / N) (Z[k] - Z*[M - k]) / 2
//! ```

use super::{Transform, turn};
use crate::blocks::lanes::{Lanes, Number};
use rustfft::num_complex::Complex;

/// The transform of real numbers; see the module.
#[derive(Debug, Clone)]
pub struct RealTransform<L: Lanes> {
    half: Transform<L>,
    /// e^(-2 pi i k / N) for k up to M / 2.
    turns: Vec<[L::Number; 2]>,
}

impl<L: Lanes> RealTransform<L> {
    /// Of `length` numbers, a power of two, twice [`super::SHORTEST`] and more. Allocates.
    pub fn new(length: usize) -> Self {
        let turns = (0..=length / 4).map(|k| turn(k, length).map(L::Number::from_f64)).collect();
        Self { half: Transform::new(length / 2), turns }
    }

    /// Numbers of a signal, 0. Allocates.
    pub fn signal(&self) -> Vec<L::Number> {
        vec![L::Number::default(); 2 * self.half.length]
    }

    /// Bins of a spectrum, 0: from that of the mean to that of half the rate. Allocates.
    pub fn spectrum(&self) -> Vec<Complex<L::Number>> {
        vec![Complex { re: L::Number::default(), im: L::Number::default() }; self.half.length + 1]
    }

    /// See [`Transform::scratch`].
    pub fn scratch(&self) -> Vec<L::Number> {
        self.half.scratch()
    }

    /// [audio-thread] From a signal to its spectrum.
    pub fn forward(&self, x: &[L::Number], bins: &mut [Complex<L::Number>], scratch: &mut [L::Number]) {
        let middle = self.half.length;
        debug_assert_eq!((x.len(), bins.len()), (2 * middle, middle + 1));
        for (bin, pair) in bins.iter_mut().zip(x.as_chunks::<2>().0) {
            *bin = Complex { re: pair[0], im: pair[1] };
        }
        self.half.forward(&mut bins[..middle], scratch);
        let (zero, half) = (L::Number::default(), L::Number::from_f64(0.5));
        let first = bins[0];
        bins[0] = Complex { re: first.re + first.im, im: zero };
        bins[middle] = Complex { re: first.re - first.im, im: zero };
        self.for_each_pair(bins, |a, b, [cos, sin]| {
            // a + b* and a - b*, by halves.
            let sum = [half * (a.re + b.re), half * (a.im - b.im)];
            let difference = [half * (a.re - b.re), half * (a.im + b.im)];
            // -i e^(-2 pi i k / N) times the difference.
            let re = difference[0] * sin + difference[1] * cos;
            let im = difference[1] * sin - difference[0] * cos;
            (a.re, a.im) = (sum[0] + re, sum[1] + im);
            (b.re, b.im) = (sum[0] - re, im - sum[1]);
        });
    }

    /// [audio-thread] From a spectrum, which is lost, to its signal, unscaled: times the length. The first and the last bin count as
    /// real.
    pub fn inverse(&self, bins: &mut [Complex<L::Number>], x: &mut [L::Number], scratch: &mut [L::Number]) {
        let middle = self.half.length;
        debug_assert_eq!((x.len(), bins.len()), (2 * middle, middle + 1));
        let (first, last) = (bins[0].re, bins[middle].re);
        bins[0] = Complex { re: first + last, im: first - last };
        self.for_each_pair(bins, |a, b, [cos, sin]| {
            let sum = [a.re + b.re, a.im - b.im];
            let difference = [a.re - b.re, a.im + b.im];
            // i e^(2 pi i k / N) times the difference.
            let re = difference[0] * sin - difference[1] * cos;
            let im = difference[1] * sin + difference[0] * cos;
            (a.re, a.im) = (sum[0] + re, sum[1] + im);
            (b.re, b.im) = (sum[0] - re, im - sum[1]);
        });
        self.half.inverse(&mut bins[..middle], scratch);
        for (pair, bin) in x.as_chunks_mut::<2>().0.iter_mut().zip(&*bins) {
            *pair = [bin.re, bin.im];
        }
    }

    /// Bins k and M - k with the turn of k, up to the middle, where both are one.
    #[inline(always)]
    fn for_each_pair(
        &self,
        bins: &mut [Complex<L::Number>],
        mut change: impl FnMut(&mut Complex<L::Number>, &mut Complex<L::Number>, [L::Number; 2]),
    ) {
        let quarter = self.half.length / 2;
        let (low, high) = bins[1..self.half.length].split_at_mut(quarter);
        // The lower half ends with the middle.
        let turns = &self.turns[1..];
        for ((a, b), turn) in low.iter_mut().zip(high.iter_mut().rev()).zip(turns) {
            change(a, b, *turn);
        }
        if let (Some(middle), Some(turn)) = (low.last_mut(), turns.last()) {
            let mut same = *middle;
            change(middle, &mut same, *turn);
        }
    }
}
