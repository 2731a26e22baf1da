//! What of a waveform cannot be foretold: the residual of a linear prediction of order 12.
//!
//! e[n] = x[n] - sum a_k x[n - k], with a_k from the autocorrelation of the block under a Hann window by the recursion of Levinson and Durbin
//! (J. Makhoul, "Linear Prediction: A Tutorial Review", Proc. IEEE 63(4), 1975).

use crate::blocks::simd::{Simd, in_lanes};

/// Order.
pub(super) const ORDER: usize = 12;
/// Lags, with one to fill whole vectors.
const LAGS: usize = ORDER + 2;
/// Samples that are predicted side by side.
const LANES: usize = 8;
/// Share of white noise in the autocorrelation: keeps the recursion sound for pure tones.
const WHITE: f64 = 1e-9;

/// Predicts blocks of a fixed length.
pub(super) struct Predictor {
    window: Vec<f64>,
    windowed: Vec<f64>,
    simd: Simd,
}

impl Predictor {
    /// For blocks of `length` samples, a multiple of eight. Allocates.
    pub fn new(length: usize) -> Self {
        debug_assert!(length.is_multiple_of(LANES), "{length} samples are no whole groups");
        let window = (0..length)
            .map(|n| 0.5 - 0.5 * (std::f64::consts::TAU * (n as f64 + 0.5) / length as f64).cos())
            .collect();
        Self { window, windowed: vec![0.0; length + LAGS - 1], simd: Simd::detect() }
    }

    /// Writes the residual of a block, and gives the filter that made it: e[n] = sum h[d] x[n - d]. `samples` holds the last [`ORDER`] samples before the
    /// block and then the block.
    pub fn residual(&mut self, samples: &[f64], residual: &mut [f64]) -> [f64; ORDER + 1] {
        predict(self.simd, self, samples, residual)
    }

    #[inline(always)]
    fn residual_in(&mut self, samples: &[f64], residual: &mut [f64]) -> [f64; ORDER + 1] {
        let block = samples.get(ORDER..).unwrap_or_default();
        for ((to, x), window) in self.windowed[LAGS - 1..].iter_mut().zip(block).zip(&self.window) {
            *to = x * window;
        }
        // The last place is lag 0: all lags of a sample lie side by side.
        let mut sums = [0.0; LAGS];
        for lags in self.windowed.windows(LAGS) {
            let x = lags[LAGS - 1];
            for (sum, earlier) in sums.iter_mut().zip(lags) {
                *sum += x * earlier;
            }
        }
        sums.reverse();
        let taps = taps(&sums);
        // Eight samples side by side: no sum waits for another.
        for (errors, earlier) in
            residual.chunks_exact_mut(LANES).zip(samples.windows(ORDER + LANES).step_by(LANES))
        {
            let mut foretold = [0.0; LANES];
            for (tap, xs) in taps.iter().zip(earlier.windows(LANES)) {
                for lane in 0..LANES {
                    foretold[lane] += tap * xs[lane];
                }
            }
            for lane in 0..LANES {
                errors[lane] = earlier[ORDER + lane] - foretold[lane];
            }
        }
        std::array::from_fn(|d| if d == 0 { 1.0 } else { -taps[ORDER - d] })
    }
}

in_lanes! {
    /// See [`Predictor::residual`].
    fn predict(predictor: &mut Predictor, samples: &[f64], residual: &mut [f64]) -> [f64; ORDER + 1] = Predictor::residual_in
}

/// The prediction's coefficients, the one of the oldest sample first; none for silence.
fn taps(autocorrelation: &[f64; LAGS]) -> [f64; ORDER] {
    let mut a = [0.0; ORDER];
    let mut error = autocorrelation[0] * (1.0 + WHITE);
    if error < 1e-20 {
        return a;
    }
    for n in 0..ORDER {
        let known: f64 = (0..n).map(|k| a[k] * autocorrelation[n - k]).sum();
        let reflection = (autocorrelation[n + 1] - known) / error;
        let before = a;
        a[n] = reflection;
        for k in 0..n {
            a[k] = before[k] - reflection * before[n - 1 - k];
        }
        error *= 1.0 - reflection * reflection;
        if error <= 0.0 {
            break;
        }
    }
    a.reverse();
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tones_are_foretold_and_a_click_is_not() {
        let mut samples: Vec<f64> = (0..2048 + ORDER)
            .map(|n| 0.4 * (0.03 * n as f64).sin() + 0.2 * (0.31 * n as f64).sin())
            .collect();
        let mut predictor = Predictor::new(2048);
        let mut residual = vec![0.0; 2048];
        predictor.residual(&samples, &mut residual);
        let highest = residual.iter().fold(0.0f64, |peak, x| peak.max(x.abs()));
        assert!(highest < 1e-3, "{highest}");
        samples[1000 + ORDER] += 0.1;
        predictor.residual(&samples, &mut residual);
        assert!((residual[1000] - 0.1).abs() < 0.02, "{}", residual[1000]);
    }
}
