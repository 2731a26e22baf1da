//! Takes frames and keeps their averaged spectrum.

use super::{Part, Powers, Spectrum};
use crate::blocks::math;
use crate::processor::Frame;
use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};
use std::sync::Arc;

/// Transform lengths that an analyser may have.
pub const LENGTHS: [usize; 4] = [4096, 8192, 16_384, 32_768];

/// Transforms that begin within a length: 75 % overlap.
const PER_LENGTH: usize = 4;

/// How long an analyser remembers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Averaging {
    /// With a time constant in seconds.
    Seconds(f64),
    /// Everything since it was cleared.
    Endless,
}

/// See the module.
pub struct Analyser {
    sample_rate: f64,
    length: usize,
    averaging: Averaging,
    /// Transforms begin so many times a length.
    per_length: usize,
    /// Copied where somebody still looks at the one before.
    spectrum: Arc<Spectrum>,
    window: Vec<f64>,
    transform: Arc<dyn RealToComplex<f64>>,
    scratch: Vec<Complex<f64>>,
    buffer: Vec<f64>,
    spectra: [Vec<Complex<f64>>; 2],
    pending: Vec<Frame>,
    count: u64,
}

impl Analyser {
    /// An analyser of `length` points, one of [`LENGTHS`], at `sample_rate` hertz.
    pub fn new(sample_rate: f64, length: usize, averaging: Averaging) -> Self {
        let transform = RealFftPlanner::new().plan_fft_forward(length);
        let window: Vec<f64> = (0..length)
            .map(|n| 0.5 - 0.5 * math::cos(std::f64::consts::TAU * n as f64 / length as f64))
            .collect();
        Self {
            length,
            averaging,
            per_length: PER_LENGTH,
            spectrum: Arc::new(Spectrum::new(sample_rate, length)),
            sample_rate,
            window,
            scratch: transform.make_scratch_vec(),
            buffer: transform.make_input_vec(),
            spectra: [transform.make_output_vec(), transform.make_output_vec()],
            transform,
            pending: Vec::with_capacity(2 * length),
            count: 0,
        }
    }

    /// As it is for a mean over a whole programme, with half as many transforms: under Hann's window what overlaps by more than half adds next to
    /// nothing to a mean (P. D. Welch, IEEE AU 15(2), 1967).
    #[must_use]
    pub fn sparse(self) -> Self {
        Self { per_length: PER_LENGTH / 2, ..self }
    }

    /// Points of a transform.
    pub fn length(&self) -> usize {
        self.length
    }

    /// How long it remembers.
    pub fn averaging(&self) -> Averaging {
        self.averaging
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.pending.clear();
        self.spectrum = Arc::new(Spectrum::new(self.sample_rate, self.length));
        self.count = 0;
    }

    /// Forgets the peaks that are held.
    pub fn release_peaks(&mut self) {
        Arc::make_mut(&mut self.spectrum).held.fill(0.0);
    }

    /// What was heard.
    pub fn spectrum(&self) -> &Spectrum {
        &self.spectrum
    }

    /// The same, to be looked at elsewhere: it stays as it is.
    pub fn snapshot(&self) -> Arc<Spectrum> {
        self.spectrum.clone()
    }

    /// Takes the next frames. Whether the spectrum is new.
    pub fn push(&mut self, frames: &[Frame]) -> bool {
        self.pending.extend_from_slice(frames);
        let hop = self.length / self.per_length;
        let mut is_new = false;
        let mut start = 0;
        while start + self.length <= self.pending.len() {
            self.transform_at(start);
            start += hop;
            is_new = true;
        }
        self.pending.drain(..start);
        is_new
    }

    fn transform_at(&mut self, start: usize) {
        for channel in 0..2 {
            let frames = &self.pending[start..start + self.length];
            for ((sample, frame), window) in self.buffer.iter_mut().zip(frames).zip(&self.window) {
                *sample = frame[channel] * window;
            }
            let done = self.transform.process_with_scratch(
                &mut self.buffer,
                &mut self.spectra[channel],
                &mut self.scratch,
            );
            debug_assert!(done.is_ok(), "the buffers were made for this transform");
        }
        self.count += 1;
        let hop_s = self.length as f64 / self.per_length as f64 / self.sample_rate;
        // The first spectra count in full, so that an average does not creep up from silence.
        let mean = 1.0 / self.count as f64;
        let share = match self.averaging {
            Averaging::Seconds(seconds) => (1.0 - math::exp(-hop_s / seconds)).max(mean),
            Averaging::Endless => mean,
        };
        // The window's mean is 1/2; a sine's line is half its amplitude times the length.
        let scale = (4.0 / self.length as f64).powi(2);
        let [left, right] = &self.spectra;
        let Spectrum { bins, held, .. } = Arc::make_mut(&mut self.spectrum);
        for (((bin, held), left), right) in bins.iter_mut().zip(held).zip(left).zip(right) {
            let new = Powers {
                left: left.norm_sqr() * scale,
                right: right.norm_sqr() * scale,
                cross: (left.re * right.re + left.im * right.im) * scale,
            };
            *held = held.max(new.of(Part::Both));
            bin.left += share * (new.left - bin.left);
            bin.right += share * (new.right - bin.right);
            bin.cross += share * (new.cross - bin.cross);
        }
    }
}
