//! The Linkwitz-Riley mode: four bands in phase with each other.
//!
//! ```text
//! x -- split 2 --+-- low -- all-pass 3 -- split 1 -- band 1, band 2
//!                +-- high - all-pass 1 -- split 3 -- band 3, band 4
//! ```
//!
//! Each half passes the all-pass of the split that it has no part in, so that the bands sum to the three all-passes in a row.

use super::BandFrames;
use super::crossovers::Crossovers;
use crate::blocks::crossover::{AllPass, Crossover};
use crate::processor::Frame;

/// The bands and their gains; see the module.
#[derive(Debug, Clone, Default)]
pub struct Bands {
    splits: [Crossover; 3],
    all_passes: [AllPass; 2],
    gains: BandFrames,
    steps: BandFrames,
    end: BandFrames,
}

impl Bands {
    /// Forgets the audio.
    pub fn reset(&mut self) {
        self.splits = Default::default();
        self.all_passes = Default::default();
    }

    /// Begins at rest with the bands' gains.
    pub fn snap(&mut self, gains: &BandFrames) {
        (self.gains, self.end) = (*gains, *gains);
        self.steps = Default::default();
    }

    /// Begins anew, without past audio.
    pub fn start(&mut self, gains: &BandFrames) {
        self.reset();
        self.snap(gains);
    }

    /// Starts a hop of `frames` frames that ends with the bands' gains.
    #[inline(always)]
    pub fn aim(&mut self, gains: &BandFrames, frames: usize) {
        let per_frame = 1.0 / frames as f64;
        self.gains = self.end;
        self.end = *gains;
        for ((step, end), now) in self.steps.iter_mut().zip(&self.end).zip(&self.gains) {
            *step = [(end[0] - now[0]) * per_frame, (end[1] - now[1]) * per_frame];
        }
    }

    /// One frame: the output, and the bands.
    #[inline(always)]
    pub fn tick(&mut self, crossovers: &Crossovers, x: Frame) -> (Frame, BandFrames) {
        let [first, second, third] = crossovers.coefficients();
        let (low, high) = self.splits[1].split(second, x);
        let low = self.all_passes[0].tick(third, low);
        let high = self.all_passes[1].tick(first, high);
        let (band_1, band_2) = self.splits[0].split(first, low);
        let (band_3, band_4) = self.splits[2].split(third, high);
        let bands = [band_1, band_2, band_3, band_4];
        let mut y = [0.0; 2];
        for ((gain, step), band) in self.gains.iter_mut().zip(&self.steps).zip(&bands) {
            for c in 0..2 {
                gain[c] += step[c];
                y[c] += gain[c] * band[c];
            }
        }
        (y, bands)
    }
}
