//! What an error costs at each frequency of a moment: little where the programme masks it.
//!
//! Power in thirds of a Bark, spread 25 dB per Bark down and 10 up, falling above 12 Bark, over a threshold in quiet; its power of
//! -1/2 weighs the error (B. Defraene, T. van Waterschoot, H. J. Ferreau, M. Diehl, M. Moonen, "Real-time perception-based clipping of
//! audio signals using convex optimization", IEEE TASL 20(10), 2012, section III, with another mask and exponent).

use crate::blocks::math;
use realfft::num_complex::Complex;

/// Width of a band in Bark.
const STEP: f64 = 1.0 / 3.0;
/// Spreading in dB per Bark, to lower and to higher frequencies.
const DOWN_DB: f64 = 25.0;
/// See [`DOWN_DB`].
const UP_DB: f64 = 10.0;
/// Fall of the mask above 12 Bark, dB per Bark.
const FALL_DB: f64 = 0.25;
/// The least weight below the highest, as a factor: 36 dB, for the same reason.
const FLOOR: f32 = 2.5e-4;
/// From here on an error weighs as much as anywhere: lossy codecs and converters give it back as peaks, hertz.
const TOP_HZ: f64 = 19_500.0;
/// Up to here the highest weight is looked for, hertz.
const HEARD_HZ: f64 = 16_000.0;
/// Level of a full-scale sine, dB SPL.
const FULL_SCALE_SPL: f64 = 92.0;
/// The threshold in quiet is lowered, so that the highs of quiet moments are spared, and capped: above 16 kHz it else flattens
/// everything, dB.
const QUIET_DB: f64 = -20.0;
/// See [`QUIET_DB`].
const QUIET_CAP_DB: f64 = 25.0;

/// Critical-band rate in Bark (E. Zwicker, E. Terhardt, 1980).
fn bark(hz: f64) -> f64 {
    13.0 * math::atan(0.00076 * hz) + 3.5 * math::atan((hz / 7500.0).powi(2))
}

/// Threshold in quiet, dB SPL (E. Terhardt, 1979).
fn quiet_db(hz: f64) -> f64 {
    let k = (hz / 1000.0).max(0.03);
    let db = 3.64 * math::powf(k, -0.8) - 6.5 * math::exp(-0.6 * (k - 3.3).powi(2)) + 1e-3 * k.powi(4);
    (db + QUIET_DB).min(QUIET_CAP_DB)
}

/// The weights of spectra of one length.
#[derive(Clone)]
pub struct Mask {
    /// The band of each bin.
    bands: Vec<u16>,
    /// Whether a band has bins.
    filled: Vec<bool>,
    up: f32,
    down: f32,
    /// To be multiplied by: calibration over what spreading adds, and the fall.
    scales: Vec<f32>,
    falls: Vec<f32>,
    quiet: Vec<f32>,
    /// First bin that weighs as much as any, and the last band that is listened to.
    top: usize,
    heard: usize,
    powers: Vec<f32>,
    masks: Vec<f32>,
}

impl Mask {
    /// For spectra of `length` frames under a Hann window.
    pub fn new(length: usize, rate: f64) -> Self {
        let bins = length / 2 + 1;
        let hz = |k: usize| k as f64 * rate / length as f64;
        let bands: Vec<u16> = (0..bins).map(|k| (bark(hz(k)) / STEP) as u16).collect();
        let count = usize::from(bands[bins - 1]) + 1;
        let (up, down) = (math::powf(10.0, -0.1 * UP_DB * STEP), math::powf(10f64, -0.1 * DOWN_DB * STEP));
        // A full-scale sine's bin under the window is a quarter of the length.
        let calibration = math::powf(10.0, 0.1 * FULL_SCALE_SPL) / (length as f64 / 4.0).powi(2);
        let scale = |band: usize| {
            let sum: f64 = (0..count)
                .map(
                    |to| if to >= band { up.powi((to - band) as i32) } else { down.powi((band - to) as i32) },
                )
                .sum();
            (calibration / sum) as f32
        };
        let centre = |band: usize| {
            let inside = |k: &usize| usize::from(bands[*k]) == band;
            let (first, last) = ((0..bins).find(inside), (0..bins).rfind(inside));
            first.zip(last).map_or(0.0, |(first, last)| 0.5 * (hz(first) + hz(last)))
        };
        let fall =
            |band: usize| math::powf(10.0, -0.1 * FALL_DB * (band as f64 * STEP - 12.0).max(0.0)) as f32;
        let bin = |frequency: f64| ((frequency * length as f64 / rate) as usize).min(bins - 1);
        Self {
            filled: (0..count).map(|band| bands.contains(&(band as u16))).collect(),
            up: up as f32,
            down: down as f32,
            scales: (0..count).map(scale).collect(),
            falls: (0..count).map(fall).collect(),
            quiet: (0..count).map(|band| math::powf(10.0, 0.1 * quiet_db(centre(band))) as f32).collect(),
            top: bin(TOP_HZ) + 1,
            heard: usize::from(bands[bin(HEARD_HZ)]),
            powers: vec![0.0; count],
            masks: vec![0.0; count],
            bands,
        }
    }

    /// Writes the weight of each bin and returns the highest.
    pub fn weigh(&mut self, spectrum: &[Complex<f32>], weights: &mut [f32]) -> f32 {
        self.powers.fill(0.0);
        for (bin, band) in spectrum.iter().zip(&self.bands) {
            self.powers[usize::from(*band)] += bin.norm_sqr();
        }
        // In the lows a band without a bin has what the one below it has.
        let mut last = 0.0;
        for ((power, filled), scale) in self.powers.iter_mut().zip(&self.filled).zip(&self.scales) {
            if *filled {
                last = *power;
            }
            *power = last * scale;
        }
        let mut sum = 0.0;
        for (mask, power) in self.masks.iter_mut().zip(&self.powers) {
            sum = sum * self.up + power;
            *mask = sum;
        }
        sum = 0.0;
        for (mask, power) in self.masks.iter_mut().zip(&self.powers).rev() {
            *mask += sum;
            sum = (sum + power) * self.down;
        }
        let mut loudest = 0.0f32;
        for ((mask, fall), quiet) in self.masks.iter_mut().zip(&self.falls).zip(&self.quiet) {
            *mask = *mask * fall + quiet;
            loudest = loudest.max(*mask);
        }
        let (mut heard, mut highest) = (0.0f32, 0.0f32);
        for (band, (mask, filled)) in self.masks.iter_mut().zip(&self.filled).enumerate() {
            // A higher exponent than a half slows the search down more than it hides.
            *mask = 1.0 / mask.max(1e-9 * loudest).sqrt();
            if *filled {
                highest = highest.max(*mask);
                if band <= self.heard {
                    heard = heard.max(*mask);
                }
            }
        }
        let floor = FLOOR * highest;
        for (k, (weight, band)) in weights.iter_mut().zip(&self.bands).enumerate() {
            *weight = self.masks[usize::from(*band)].max(floor);
            if k >= self.top {
                *weight = weight.max(heard);
            }
        }
        highest
    }
}
