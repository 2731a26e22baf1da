//! Images of a lower sample rate's spectrum: what lies above half of it is the mirror of what lies below.
//!
//! A converter that is too short, or none (lines drawn from sample to sample), lets the images through that it should take out. Bin by bin the
//! logarithm of the power above the old half is held against that below, counted from it outwards, each less its mean around: an image
//! has the same ripples, sound of its own has none of them. Steep converters leave a wall instead, see [`super::wall`].
//!
//! A converter that interpolates between the phases of its filter, as most do whose rates have no small ratio, leaves much softer images around the old
//! rate itself: what lies that far from it is held against the lowest frequencies, which are the loudest.

use super::StoredWords;
use crate::blocks::window::hann;
use crate::processor::Frame;
use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};
use std::sync::Arc;

/// Rates that sound is converted from, hertz.
const RATES_HZ: [f64; 2] = [44_100.0, 48_000.0];
/// What is held against each other: what is as far below as above a half of each rate, and what is as far above 0 as below each rate.
const REFLECTIONS: [Reflection; 4] = [
    Reflection { rate_hz: RATES_HZ[0], around: Around::Half },
    Reflection { rate_hz: RATES_HZ[1], around: Around::Half },
    Reflection { rate_hz: RATES_HZ[0], around: Around::Rate },
    Reflection { rate_hz: RATES_HZ[1], around: Around::Rate },
];
/// Width of a bin, hertz, at the most; the bin's ripples are those of 0.17 s.
const BIN_HZ: f64 = 6.0;
/// One transform every so many of its lengths.
const EVERY: usize = 2;
/// Distances from there that are looked at, hertz: the nearest hold the window's own lobe, the farthest what a steep converter leaves nothing of.
const BANDS_HZ: [[f64; 2]; 3] = [[60.0, 500.0], [150.0, 1200.0], [300.0, 3000.0]];
/// The mean around is that of so many bins on either side.
const AROUND: usize = 8;
/// Correlation from which on it is an image, as a mean over the programme; that of independent spectra is 0.00 +- 0.04.
const IMAGE: f64 = 0.3;
/// Fewest transforms, and the least power of a band in one, against the noise of the words: 16 dB over it, so that the noise hides no ripple.
const FEWEST: u64 = 6;
const OVER_WORDS: f64 = 40.0;

/// What an image lies around.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Around {
    /// Half of the old rate.
    Half,
    /// The old rate.
    Rate,
}

/// A place of images.
#[derive(Debug, Clone, Copy)]
struct Reflection {
    rate_hz: f64,
    around: Around,
}

impl Reflection {
    /// Where it begins, and where its image does, hertz, each with the sign of the way from there.
    fn ends(self) -> [(f64, f64); 2] {
        match self.around {
            Around::Half => [(0.5 * self.rate_hz, -1.0), (0.5 * self.rate_hz, 1.0)],
            Around::Rate => [(0.0, 1.0), (self.rate_hz, -1.0)],
        }
    }
}

/// An image that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Image {
    /// The rate of the sound before it was converted, hertz.
    pub rate_hz: f64,
    /// Where it lies.
    pub around: Around,
    /// How alike the mirror is, 0 to 1.
    pub likeness: f64,
}

/// Sums over the transforms of one reflection and one band.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    correlation: f64,
    count: u64,
}

/// See the module.
pub(super) struct Mirror {
    bin_hz: f64,
    /// Least power of a bin, as a mean square.
    least: f64,
    wait: usize,
    line: Vec<f64>,
    window: Vec<f64>,
    transform: Arc<dyn RealToComplex<f64>>,
    bins: Vec<Complex<f64>>,
    scratch: Vec<Complex<f64>>,
    levels: Vec<f64>,
    sums: [[Sum; BANDS_HZ.len()]; REFLECTIONS.len()],
}

impl Mirror {
    /// At `sample_rate_hz`, for `words`. Allocates.
    pub fn new(sample_rate_hz: f64, words: StoredWords) -> Self {
        let length = ((sample_rate_hz / BIN_HZ) as usize).next_power_of_two();
        let bits = if let StoredWords::Integer(bits) = words { bits.clamp(8, 24) } else { 24 };
        // Rounding and dither have a quarter of a step squared, and a bin under Hann's window six times its share of that.
        let noise = 0.25 * 4f64.powi(1 - bits as i32) * 6.0 / length as f64;
        let transform = RealFftPlanner::new().plan_fft_forward(length);
        Self {
            bin_hz: sample_rate_hz / length as f64,
            least: OVER_WORDS * noise,
            wait: 0,
            line: Vec::with_capacity(length),
            window: hann(length),
            bins: transform.make_output_vec(),
            scratch: transform.make_scratch_vec(),
            levels: vec![0.0; length / 2 + 1],
            transform,
            sums: Default::default(),
        }
    }

    /// Takes the next frames.
    pub fn push(&mut self, frames: &[Frame]) {
        let skipped = self.wait.min(frames.len());
        self.wait -= skipped;
        for [left, right] in &frames[skipped..] {
            // Not the sum of both: sides that are inverted would leave nothing.
            self.line.push(0.6 * left + 0.4 * right);
            if self.line.len() == self.window.len() {
                self.finish_window();
                self.wait = (EVERY - 1) * self.window.len();
                break;
            }
        }
    }

    fn finish_window(&mut self) {
        for (x, window) in self.line.iter_mut().zip(&self.window) {
            *x *= window;
        }
        let done = self.transform.process_with_scratch(&mut self.line, &mut self.bins, &mut self.scratch);
        debug_assert!(done.is_ok(), "the buffers were made for this transform");
        self.line.clear();
        let scale = (4.0 / self.window.len() as f64).powi(2);
        for (level, bin) in self.levels.iter_mut().zip(&self.bins) {
            *level = scale * bin.norm_sqr();
        }
        for (n, reflection) in REFLECTIONS.into_iter().enumerate() {
            for (band, band_hz) in BANDS_HZ.into_iter().enumerate() {
                if let Some(correlation) = self.correlation(reflection, band_hz) {
                    self.sums[n][band].correlation += correlation;
                    self.sums[n][band].count += 1;
                }
            }
        }
    }

    /// Correlation of the ripples of a band and of its image; none where there is too little.
    fn correlation(&self, reflection: Reflection, [from_hz, to_hz]: [f64; 2]) -> Option<f64> {
        let (from, to) = ((from_hz / self.bin_hz) as usize, (to_hz / self.bin_hz) as usize);
        // Between two bins: an image's end lies on none.
        let level = |at: f64| -> Option<f64> {
            let (bin, share) = (at.floor() as usize, at.fract());
            Some(self.levels.get(bin)? * (1.0 - share) + self.levels.get(bin + 1)? * share)
        };
        let side = |(end_hz, sign): (f64, f64)| -> Option<Vec<f64>> {
            let end = end_hz / self.bin_hz;
            let powers: Option<Vec<f64>> = (from..to).map(|d| level(end + sign * d as f64)).collect();
            let powers = powers?;
            let mean = powers.iter().sum::<f64>() / powers.len() as f64;
            (mean > self.least).then(|| ripples(&powers))
        };
        let [own, image] = reflection.ends();
        let (own, image) = (side(own)?, side(image)?);
        let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let scale = (product(&own, &own) * product(&image, &image)).sqrt();
        (scale > 0.0).then(|| product(&own, &image) / scale)
    }

    /// The likeliest image, if there is one.
    pub fn image(&self) -> Option<Image> {
        let found = REFLECTIONS.iter().zip(&self.sums).flat_map(|(Reflection { rate_hz, around }, sums)| {
            sums.iter().filter(|sum| sum.count >= FEWEST).map(|sum| Image {
                rate_hz: *rate_hz,
                around: *around,
                likeness: sum.correlation / sum.count as f64,
            })
        });
        found
            .filter(|image| image.likeness >= IMAGE)
            .max_by(|one, other| one.likeness.total_cmp(&other.likeness))
    }
}

/// Logarithms of powers, each less the mean of those around.
fn ripples(powers: &[f64]) -> Vec<f64> {
    let logarithms: Vec<f64> = powers.iter().map(|power| power.max(1e-30).ln()).collect();
    (0..logarithms.len())
        .map(|n| {
            let around = &logarithms[n.saturating_sub(AROUND)..(n + AROUND + 1).min(logarithms.len())];
            logarithms[n] - around.iter().sum::<f64>() / around.len() as f64
        })
        .collect()
}
