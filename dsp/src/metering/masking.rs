//! What the ear does not hear beside what it hears: critical bands, and the mask that a spectrum spreads over them.
//!
//! After the noise-to-mask ratio of ITU-R BS.1387: the spectrum spread over the critical bands, 27 dB per Bark down and 12 up, less 3 dB,
//! falling further by a quarter dB per Bark above 12 Bark; the threshold in quiet is Terhardt's at 92 dB SPL full scale.

use crate::blocks::math;
use std::ops::Range;

/// Width of a band in Bark.
const STEP: f64 = 0.5;
/// Highest frequency that is looked at, hertz: beyond, a difference is hardly heard and easily made.
const HIGHEST_HZ: f64 = 16_000.0;

/// Critical-band rate in Bark (E. Zwicker, E. Terhardt, 1980).
pub fn bark(hz: f64) -> f64 {
    13.0 * math::atan(0.00076 * hz) + 3.5 * math::atan((hz / 7500.0).powi(2))
}

/// Bins of bands `step` wide on a scale, for spectra of `length` frames at `rate` hertz, up to 16 kHz.
pub fn bands(length: usize, rate: f64, scale: fn(f64) -> f64, step: f64) -> Vec<Range<usize>> {
    let place = |k: usize| (scale(k as f64 * rate / length as f64) / step) as usize;
    let end = ((HIGHEST_HZ / rate * length as f64) as usize).min(length / 2);
    let mut bands: Vec<Range<usize>> = Vec::new();
    for k in 1..end {
        match bands.last_mut() {
            Some(band) if place(band.start) == place(k) => band.end = k + 1,
            _ => bands.push(k..k + 1),
        }
    }
    bands
}

/// The mask over critical bands, of power spectra under a Hann window.
#[derive(Debug, Clone)]
pub struct Masking {
    /// Bins of each band.
    pub bands: Vec<Range<usize>>,
    /// Share of each band's power in the mask of each.
    spread: Vec<Vec<f64>>,
    /// Factor of each band's mask, and what is heard in silence.
    offset: Vec<f64>,
    quiet: Vec<f64>,
}

impl Masking {
    /// For spectra of `length` frames at `rate` hertz.
    pub fn new(length: usize, rate: f64) -> Self {
        let bands = bands(length, rate, bark, STEP);
        let centre = |band: &Range<usize>| 0.5 * (band.start + band.end) as f64 * rate / length as f64;
        let places: Vec<f64> = bands.iter().map(|band| bark(centre(band))).collect();
        let slope = |from: f64, to: f64| if to >= from { -12.0 * (to - from) } else { -27.0 * (from - to) };
        let share = |from: f64, to: f64| math::powf(10.0, 0.1 * slope(from, to));
        let sums: Vec<f64> =
            places.iter().map(|from| places.iter().map(|to| share(*from, *to)).sum()).collect();
        let spread = places
            .iter()
            .map(|to| places.iter().zip(&sums).map(|(from, sum)| share(*from, *to) / sum).collect())
            .collect();
        let offset = places
            .iter()
            .map(|place| math::powf(10.0, -0.1 * (3.0 + 0.25 * (place - 12.0).max(0.0))))
            .collect();
        let quiet = bands.iter().map(|band| quiet(centre(band), length) * band.len() as f64).collect();
        Self { bands, spread, offset, quiet }
    }

    /// The mask in each band, from the power in each.
    pub fn mask(&self, powers: &[f64]) -> Vec<f64> {
        let spread =
            self.spread.iter().map(|row| row.iter().zip(powers).map(|(share, p)| share * p).sum::<f64>());
        spread.zip(&self.offset).zip(&self.quiet).map(|((sum, offset), quiet)| sum * offset + quiet).collect()
    }
}

/// Threshold in quiet as a bin's power in a spectrum of `length` frames.
fn quiet(hz: f64, length: usize) -> f64 {
    let k = (hz / 1000.0).max(0.02);
    let spl = 3.64 * math::powf(k, -0.8) - 6.5 * math::exp(-0.6 * (k - 3.3).powi(2)) + 1e-3 * k.powi(4);
    // A full-scale sine's bin under the window is a quarter of the length.
    math::powf(10.0, 0.1 * (spl.min(60.0) - 92.0)) * (length as f64 / 4.0).powi(2)
}
