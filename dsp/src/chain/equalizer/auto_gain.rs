//! Auto gain: what the bands do to the loudness of a typical programme.

use super::prototype::Prototype;
use super::{EQUALIZER_BANDS, EqualizerBand, Placement};
use crate::blocks::math;
use std::f64::consts::TAU;

/// Points of the frequency grid, a third of an octave apart from 25 Hz.
const POINTS: usize = 30;
/// Share of the mid in the power of a typical programme.
const MID_SHARE: f64 = 0.85;

/// The weights of the grid's points; see the module.
#[derive(Debug, Clone, Default)]
pub struct AutoGain {
    /// Radians per sample.
    w: [f64; POINTS],
    /// Power of the programme in a third of an octave, K-weighted, of unit sum.
    weight: [f64; POINTS],
}

/// K-weighting of ITU-R BS.1770-5 Annex 1 as a power at a frequency in hertz, from its analogue prototypes.
fn k_weighting(hz: f64) -> f64 {
    // Shelf of 4 dB at 1682 Hz and Q 0.707, high-pass at 38 Hz and Q 0.5.
    let (gain, r) = (math::powf(10.0, 4.0 / 20.0), hz / 1681.97);
    let middle = math::powf(gain, 0.5) / 0.7072;
    let shelf = ((1.0 - gain * r * r).powi(2) + (middle * r).powi(2))
        / ((1.0 - r * r).powi(2) + (r / 0.7072).powi(2));
    let r = hz / 38.135;
    shelf * r.powi(4) / ((1.0 - r * r).powi(2) + (r / 0.5003).powi(2))
}

impl AutoGain {
    /// For bands at `sample_rate` hertz.
    pub fn new(sample_rate: f64) -> Self {
        let mut auto = Self::default();
        let mut sum = 0.0;
        for n in 0..POINTS {
            let hz = 25.0 * math::exp2(n as f64 / 3.0);
            // Music falls by some 5 dB per octave above 100 Hz: a third of an octave holds 2 dB per octave less.
            let programme = if hz > 100.0 { math::powf(hz / 100.0, -0.66) } else { 1.0 };
            auto.w[n] = TAU * hz / sample_rate;
            auto.weight[n] = if hz < 0.45 * sample_rate { programme * k_weighting(hz) } else { 0.0 };
            sum += auto.weight[n];
        }
        auto.weight.iter_mut().for_each(|weight| *weight /= sum);
        auto
    }

    /// The gain that keeps the loudness.
    pub fn gain(&self, bands: &[EqualizerBand; EQUALIZER_BANDS], sample_rate: f64) -> f64 {
        // Powers of left, right, mid and side at each point.
        let mut powers = [[1.0; 4]; POINTS];
        for band in bands.iter().filter(|band| band.on) {
            let prototype = Prototype::new(band, sample_rate);
            for (powers, w) in powers.iter_mut().zip(self.w) {
                let power = prototype.power(w);
                match band.placement {
                    Placement::Stereo => powers[..2].iter_mut().for_each(|p| *p *= power),
                    Placement::Left => powers[0] *= power,
                    Placement::Right => powers[1] *= power,
                    Placement::Mid => powers[2] *= power,
                    Placement::Side => powers[3] *= power,
                }
            }
        }
        let loudness: f64 = powers
            .iter()
            .zip(self.weight)
            .map(|([left, right, mid, side], weight)| {
                weight * 0.5 * (left + right) * (MID_SHARE * mid + (1.0 - MID_SHARE) * side)
            })
            .sum();
        // Bands that leave nothing are not made up for.
        1.0 / loudness.max(1e-4).sqrt()
    }
}
