//! Images of a lower sample rate's spectrum: what lies above half of it is the mirror of what lies below.
//!
//! A converter that is too short, or none (lines drawn from sample to sample), lets the images through that it should take out. Bin by bin the
//! logarithm of the power above the old half is held against that below, counted from it outwards, each less its mean around: an image
//! has the same ripples, sound of its own has none of them. Steep converters leave a wall instead, see [`super::wall`].

use super::StoredWords;
use crate::blocks::window::hann;
use crate::processor::Frame;
use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};
use std::sync::Arc;

/// Halves of the rates that sound is converted from, hertz.
const HALVES_HZ: [f64; 2] = [22_050.0, 24_000.0];
/// Width of a bin, hertz, at the most; the bin's ripples are those of 0.17 s.
const BIN_HZ: f64 = 6.0;
/// One transform every so many of its lengths.
const EVERY: usize = 2;
/// Distances from the half that are looked at, hertz: the nearest hold the window's own lobe, the farthest what a steep converter leaves nothing of.
const BANDS_HZ: [[f64; 2]; 3] = [[60.0, 500.0], [150.0, 1200.0], [300.0, 3000.0]];
/// The mean around is that of so many bins on either side.
const AROUND: usize = 8;
/// Correlation from which on it is an image, as a mean over the programme; that of independent spectra is 0.00 +- 0.04.
const IMAGE: f64 = 0.3;
/// Fewest transforms, and the least power of a band in one, against the noise of the words: 16 dB over it, so that the noise hides no ripple.
const FEWEST: u64 = 6;
const OVER_WORDS: f64 = 40.0;

/// Sums over the transforms of one half and one band.
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
    sums: [[Sum; BANDS_HZ.len()]; HALVES_HZ.len()],
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
        for (half, half_hz) in HALVES_HZ.iter().enumerate() {
            for (band, band_hz) in BANDS_HZ.iter().enumerate() {
                if let Some(correlation) = self.correlation(*half_hz, *band_hz) {
                    self.sums[half][band].correlation += correlation;
                    self.sums[half][band].count += 1;
                }
            }
        }
    }

    /// Correlation of the ripples above and below a frequency; none where there is too little.
    fn correlation(&self, half_hz: f64, [from_hz, to_hz]: [f64; 2]) -> Option<f64> {
        let (from, to) = ((from_hz / self.bin_hz) as usize, (to_hz / self.bin_hz) as usize);
        let half = half_hz / self.bin_hz;
        // Between two bins: the half lies on none.
        let level = |at: f64| -> Option<f64> {
            let (bin, share) = (at.floor() as usize, at.fract());
            Some(self.levels.get(bin)? * (1.0 - share) + self.levels.get(bin + 1)? * share)
        };
        let side = |sign: f64| -> Option<Vec<f64>> {
            let powers: Option<Vec<f64>> = (from..to).map(|d| level(half + sign * d as f64)).collect();
            let powers = powers?;
            let mean = powers.iter().sum::<f64>() / powers.len() as f64;
            (mean > self.least).then(|| ripples(&powers))
        };
        let (below, above) = (side(-1.0)?, side(1.0)?);
        let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let scale = (product(&below, &below) * product(&above, &above)).sqrt();
        (scale > 0.0).then(|| product(&below, &above) / scale)
    }

    /// The rate of the sound before it was converted, hertz, and how alike the mirror is, 0 to 1.
    pub fn image(&self) -> Option<(f64, f64)> {
        let found = HALVES_HZ.iter().zip(&self.sums).flat_map(|(half_hz, sums)| {
            sums.iter()
                .filter(|sum| sum.count >= FEWEST)
                .map(move |sum| (2.0 * half_hz, sum.correlation / sum.count as f64))
        });
        found.filter(|(_, mean)| *mean >= IMAGE).max_by(|(_, a), (_, b)| a.total_cmp(b))
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
