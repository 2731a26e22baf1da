//! Linear-phase kernels: the prototypes' magnitude and no phase.
//!
//! The magnitude is sampled on a grid four times as fine as the kernel is long, transformed back and faded at the ends. What is designed
//! is H - 1: the convolution adds what the bands change to the delayed input, and bands that change nothing keep every bit.
//!
//! Bands on stereo, left and right (H_L, H_R) come before those on mid and side (H_M, H_S), as in minimum phase:
//!
//! ```text
//! left  = (H_M + H_S)/2 H_L left + (H_M - H_S)/2 H_R right
//! right = (H_M - H_S)/2 H_L left + (H_M + H_S)/2 H_R right
//! ```

use super::auto_gain::AutoGain;
use super::prototype::Prototype;
use super::{EqualizerBand, EqualizerSettings, EqualizerShape, Placement};
use crate::blocks::convolver::{Kernel, KernelMaker, LEAST_TAPS, Route};
use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner};
use std::f64::consts::PI;
use std::sync::Arc;

/// Taps at 44.1 and 48 kHz: 6 Hz between lines, for +-6 dB at 30 Hz within 0.03 dB.
const TAPS: usize = 8192;
/// Points of the design per tap.
const FINENESS: usize = 4;
/// Share of the taps over which the kernel's ends are faded. What lies there is small already: a window over the whole length would
/// blur the low bands by a tenth of a dB to no purpose.
const TAPER: f64 = 0.25;

/// Taps for a sample rate in hertz: the same time at any.
pub fn taps(sample_rate: f64) -> usize {
    let octaves = (sample_rate / 48_000.0).log2().round() as i32;
    let taps = if octaves < 0 { TAPS >> -octaves } else { TAPS << octaves };
    taps.max(LEAST_TAPS)
}

/// Designs kernels for one sample rate.
pub struct KernelDesigner {
    sample_rate: f64,
    taps: usize,
    inverse: Arc<dyn ComplexToReal<f64>>,
    maker: KernelMaker,
    window: Vec<f64>,
    auto_gain: AutoGain,
}

impl KernelDesigner {
    /// For a sample rate in hertz. Allocates.
    pub fn new(sample_rate: f64) -> Self {
        let taps = taps(sample_rate);
        // The first tap has no counterpart beyond the last; it is 0.
        let window = (0..taps)
            .map(|n| {
                let from_end = n.min(taps - n) as f64 / (0.5 * TAPER * taps as f64);
                0.5 - 0.5 * (PI * from_end.min(1.0)).cos()
            })
            .collect();
        Self {
            sample_rate,
            taps,
            inverse: RealFftPlanner::new().plan_fft_inverse(FINENESS * taps),
            maker: KernelMaker::new(taps),
            window,
            auto_gain: AutoGain::new(sample_rate),
        }
    }

    /// The kernel of H - 1, delayed by half its taps. Allocates.
    pub fn design(&self, settings: &EqualizerSettings) -> Kernel {
        let bands: Vec<&EqualizerBand> = settings.bands.iter().filter(|band| changes(band)).collect();
        if bands.is_empty() {
            return Kernel::default();
        }
        let gain =
            if settings.auto_gain { self.auto_gain.gain(&settings.bands, self.sample_rate) } else { 1.0 };
        let magnitude = |placements: &[Placement]| {
            let own = bands.iter().filter(|band| placements.contains(&band.placement));
            self.magnitude(own.copied())
        };
        let left = magnitude(&[Placement::Stereo, Placement::Left]);
        let right = magnitude(&[Placement::Stereo, Placement::Right]);
        let (mid, side) = (magnitude(&[Placement::Mid]), magnitude(&[Placement::Side]));
        let response = |value: &dyn Fn(usize) -> f64| self.response((0..mid.len()).map(value));
        let mut responses = vec![response(&|n| 0.5 * gain * (mid[n] + side[n]) * left[n] - 1.0)];
        let mut routes = vec![Route { from: 0, to: 0, response: 0 }];
        if left == right {
            routes.push(Route { from: 1, to: 1, response: 0 });
        } else {
            routes.push(Route { from: 1, to: 1, response: responses.len() });
            responses.push(response(&|n| 0.5 * gain * (mid[n] + side[n]) * right[n] - 1.0));
        }
        if mid != side {
            routes.push(Route { from: 0, to: 1, response: responses.len() });
            responses.push(response(&|n| 0.5 * gain * (mid[n] - side[n]) * left[n]));
            if left == right {
                routes.push(Route { from: 1, to: 0, response: responses.len() - 1 });
            } else {
                routes.push(Route { from: 1, to: 0, response: responses.len() });
                responses.push(response(&|n| 0.5 * gain * (mid[n] - side[n]) * right[n]));
            }
        }
        self.maker.kernel(&responses, routes)
    }

    /// |H| of bands in series on the grid.
    fn magnitude<'a>(&self, bands: impl Iterator<Item = &'a EqualizerBand>) -> Vec<f64> {
        let points = FINENESS * self.taps / 2 + 1;
        let mut powers = vec![1.0; points];
        for band in bands {
            let prototype = Prototype::new(band, self.sample_rate);
            for (n, power) in powers.iter_mut().enumerate() {
                *power *= prototype.power(PI * n as f64 / (points - 1) as f64);
            }
        }
        powers.iter_mut().for_each(|power| *power = power.sqrt());
        powers
    }

    /// The faded impulse response of a real spectrum, its centre at half the taps.
    fn response(&self, spectrum: impl Iterator<Item = f64>) -> Vec<f64> {
        let points = FINENESS * self.taps;
        let mut bins: Vec<Complex<f64>> =
            spectrum.map(|value| Complex::new(value / points as f64, 0.0)).collect();
        let mut time = self.inverse.make_output_vec();
        // The lengths are the plan's own: nothing can fail.
        if self.inverse.process(&mut bins, &mut time).is_err() {
            time.fill(0.0);
        }
        let half = self.taps / 2;
        (0..self.taps).map(|n| time[(points + n - half) % points] * self.window[n]).collect()
    }
}

/// Whether a band changes anything.
fn changes(band: &EqualizerBand) -> bool {
    use EqualizerShape::{Bell, HighShelf, LowShelf, Tilt};
    band.on && (band.gain_db != 0.0 || !matches!(band.shape, Bell | LowShelf | HighShelf | Tilt))
}
