//! The modified discrete cosine transform with an encoder's window.
//!
//! X(k) = sum of w(n) x(n) cos(pi / N (n + 1/2 + N/2) (k + 1/2)), n from 0 to 2N - 1 (J. P. Princen, A. B. Bradley, IEEE ASSP 34(5), 1986),
//! folded to a cosine transform of type IV of N points and that to a complex one of N/2.

use rustfft::num_complex::Complex;
use rustfft::{Fft, FftPlanner};
use std::f64::consts::PI;
use std::sync::Arc;

/// One transform.
pub(super) struct Cosine {
    window: Vec<f32>,
    twiddles: Vec<Complex<f32>>,
    transform: Arc<dyn Fft<f32>>,
    folded: Vec<f32>,
    bins: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
}

impl Cosine {
    /// With a window of twice as many points as there are coefficients, a multiple of four. Allocates.
    pub fn new(window: &[f64]) -> Self {
        let points = window.len() / 2;
        let transform = FftPlanner::new().plan_fft_forward(points / 2);
        // Orthonormal: the power of a coefficient is that of a sample.
        let scale = (2.0 / points as f64).sqrt();
        Self {
            window: window.iter().map(|w| *w as f32).collect(),
            twiddles: (0..points / 2)
                .map(|n| {
                    let (sin, cos) = (-PI * (8 * n + 1) as f64 / (8 * points) as f64).sin_cos();
                    Complex::new((scale.sqrt() * cos) as f32, (scale.sqrt() * sin) as f32)
                })
                .collect(),
            folded: vec![0.0; points],
            bins: vec![Complex::new(0.0, 0.0); points / 2],
            scratch: vec![Complex::new(0.0, 0.0); transform.get_inplace_scratch_len()],
            transform,
        }
    }

    /// Coefficients.
    pub fn points(&self) -> usize {
        self.folded.len()
    }

    /// The coefficients of a block of [`Cosine::points`] times two samples.
    pub fn transform(&mut self, block: &[f32], coefficients: &mut [f32]) {
        let (points, half) = (self.points(), self.points() / 2);
        let (first, second) = self.folded.split_at_mut(half);
        // Slices of known lengths: several at a time.
        let quarter = |n: usize| {
            self.window[n * half..][..half].iter().zip(&block[n * half..][..half]).map(|(w, x)| w * x)
        };
        for ((to, falling), rising) in first.iter_mut().zip(quarter(2).rev()).zip(quarter(3)) {
            *to = -falling - rising;
        }
        for ((to, rising), falling) in second.iter_mut().zip(quarter(0)).zip(quarter(1).rev()) {
            *to = rising - falling;
        }
        for (n, (bin, twiddle)) in self.bins.iter_mut().zip(&self.twiddles).enumerate() {
            *bin = Complex::new(self.folded[2 * n], self.folded[points - 1 - 2 * n]) * twiddle;
        }
        self.transform.process_with_scratch(&mut self.bins, &mut self.scratch);
        for (n, (bin, twiddle)) in self.bins.iter().zip(&self.twiddles).enumerate() {
            let turned = bin * twiddle;
            coefficients[2 * n] = turned.re;
            coefficients[points - 1 - 2 * n] = -turned.im;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coefficients_are_those_of_the_definition() {
        let window: Vec<f64> = (0..96).map(|n| (PI * (f64::from(n) + 0.5) / 96.0).sin()).collect();
        let block: Vec<f32> = (0..96).map(|n| (0.37 * n as f32).sin() + 0.2 * (n * n % 7) as f32).collect();
        let mut coefficients = [0.0f32; 48];
        Cosine::new(&window).transform(&block, &mut coefficients);
        for (k, coefficient) in coefficients.iter().enumerate() {
            let term = |n: usize| {
                let angle = PI / 48.0 * (n as f64 + 0.5 + 24.0) * (k as f64 + 0.5);
                window[n] * f64::from(block[n]) * angle.cos()
            };
            let expected = (2.0 / 48.0f64).sqrt() * (0..96).map(term).sum::<f64>();
            assert!((f64::from(*coefficient) - expected).abs() < 1e-5, "{k}: {coefficient}, not {expected}");
        }
    }
}
