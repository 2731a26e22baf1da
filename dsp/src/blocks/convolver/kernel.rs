//! Impulse responses made ready for the convolver.

use super::PARTITIONS;
use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};
use std::ops::Range;
use std::sync::Arc;

/// Responses of a kernel at most: from two channels to two.
pub const RESPONSES: usize = 4;

/// A path through a kernel: which channel it reads, which it adds to, and by which of the kernel's responses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Route {
    /// Channel that is read.
    pub from: usize,
    /// Channel that is added to.
    pub to: usize,
    /// Index of the impulse response.
    pub response: usize,
}

/// A spectrum with its parts in arrays of their own, which the inner loop can run in lanes.
#[derive(Debug, Clone, Default)]
pub(super) struct Spectrum {
    pub(super) re: Vec<f64>,
    pub(super) im: Vec<f64>,
}

impl Spectrum {
    pub(super) fn new(bins: usize) -> Self {
        Self { re: vec![0.0; bins], im: vec![0.0; bins] }
    }

    pub(super) fn fill_zero(&mut self, bins: Range<usize>) {
        self.re[bins.clone()].fill(0.0);
        self.im[bins].fill(0.0);
    }

    pub(super) fn copy_from(&mut self, bins: &[Complex<f64>]) {
        for ((re, im), bin) in self.re.iter_mut().zip(&mut self.im).zip(bins) {
            (*re, *im) = (bin.re, bin.im);
        }
    }

    pub(super) fn copy_to(&self, bins: &mut [Complex<f64>]) {
        for ((bin, re), im) in bins.iter_mut().zip(&self.re).zip(&self.im) {
            *bin = Complex::new(*re, *im);
        }
    }

    /// Adds the product of `x` and `h` in a range of bins.
    pub(super) fn add_product(&mut self, x: &Self, h: &Self, bins: Range<usize>) {
        let (re, im) = (&mut self.re[bins.clone()], &mut self.im[bins.clone()]);
        let (x_re, x_im) = (&x.re[bins.clone()], &x.im[bins.clone()]);
        let (h_re, h_im) = (&h.re[bins.clone()], &h.im[bins]);
        for n in 0..re.len() {
            re[n] += x_re[n] * h_re[n] - x_im[n] * h_im[n];
            im[n] += x_re[n] * h_im[n] + x_im[n] * h_re[n];
        }
    }
}

/// Impulse responses as the spectra of their partitions, and the routes through them. Without routes it is silence.
#[derive(Debug, Clone)]
pub struct Kernel {
    pub(super) responses: [[Spectrum; PARTITIONS]; RESPONSES],
    routes: [Route; RESPONSES],
    count: usize,
}

impl Kernel {
    /// Silence, with room for responses of `taps` taps. Allocates.
    pub fn new(taps: usize) -> Self {
        let bins = taps / PARTITIONS + 1;
        Self {
            responses: [(); RESPONSES].map(|()| [(); PARTITIONS].map(|()| Spectrum::new(bins))),
            routes: Default::default(),
            count: 0,
        }
    }

    /// Sets the routes, at most [`RESPONSES`].
    pub fn set_routes(&mut self, routes: &[Route]) {
        self.count = routes.len().min(RESPONSES);
        self.routes[..self.count].copy_from_slice(&routes[..self.count]);
    }

    /// The routes.
    pub fn routes(&self) -> &[Route] {
        &self.routes[..self.count]
    }
}

/// Writes impulse responses into [`Kernel`]s, partition by partition; holds the transform.
pub struct KernelWriter {
    forward: Arc<dyn RealToComplex<f64>>,
    time: Vec<f64>,
    bins: Vec<Complex<f64>>,
    scratch: Vec<Complex<f64>>,
}

impl KernelWriter {
    /// For kernels of `taps` taps, a power of two. Allocates.
    pub fn new(taps: usize) -> Self {
        let forward = RealFftPlanner::new().plan_fft_forward(2 * taps / PARTITIONS);
        Self {
            time: forward.make_input_vec(),
            bins: forward.make_output_vec(),
            scratch: forward.make_scratch_vec(),
            forward,
        }
    }

    /// Writes a partition of one of the responses; `tap` gives the taps of the response. Real-time safe.
    pub fn write(
        &mut self,
        kernel: &mut Kernel,
        response: usize,
        partition: usize,
        tap: impl Fn(usize) -> f64,
    ) {
        let block = self.time.len() / 2;
        let scale = (2 * block) as f64;
        self.time.fill(0.0);
        for (n, time) in self.time[..block].iter_mut().enumerate() {
            // The transforms there and back multiply by 2 B.
            *time = tap(partition * block + n) / scale;
        }
        // The lengths are the plan's own: nothing can fail.
        if self.forward.process_with_scratch(&mut self.time, &mut self.bins, &mut self.scratch).is_ok() {
            kernel.responses[response][partition].copy_from(&self.bins);
        }
    }
}
