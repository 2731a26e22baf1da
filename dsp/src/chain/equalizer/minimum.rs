//! The minimum-phase equalizer: the bands in series, then what all of them lack against their prototypes.
//!
//! Bands on stereo, left and right come first, then those on mid and side: filters on both channels alike may be taken in any
//! order, so that only a band on left or right notices that one on mid or side comes later.

use super::band::{Band, Section};
use super::cascade::{self, TOGETHER};
use super::correction::{CorrectionCoefficients, Exchange, GRID, grid};
use super::{EQUALIZER_BANDS, EqualizerBand, EqualizerSettings, Placement};
use crate::blocks::matched::GridPoint;
use crate::blocks::simd::Simd;
use crate::processor::Frame;

/// The bands at work; see the module.
pub struct MinimumPhase {
    simd: Simd,
    grid: [GridPoint; GRID],
    bands: [Band; EQUALIZER_BANDS],
    /// For left and right, and for mid and side.
    corrections: [Exchange; 2],
    coefficients: [[CorrectionCoefficients; 2]; 2],
    /// Which of left, right, mid and side await a new fit, and whether because a band has come or gone.
    awaiting: [bool; 4],
    anew: [bool; 4],
    next_fit: usize,
}

impl Default for MinimumPhase {
    fn default() -> Self {
        Self {
            simd: Simd::default(),
            grid: [GridPoint::default(); GRID],
            bands: Default::default(),
            corrections: Default::default(),
            coefficients: [[CorrectionCoefficients::IDENTITY; 2]; 2],
            awaiting: [false; 4],
            anew: [false; 4],
            next_fit: 0,
        }
    }
}

impl MinimumPhase {
    /// Sets the sample rate in hertz, and the length of a band's fade in ms.
    pub fn prepare(&mut self, sample_rate: f64, fade_ms: f64) {
        self.simd = Simd::detect();
        self.grid = grid();
        self.corrections.iter_mut().for_each(|correction| correction.prepare(sample_rate));
        self.bands.iter_mut().for_each(|band| band.prepare(sample_rate, fade_ms));
    }

    /// Takes new settings.
    pub fn set(&mut self, settings: &EqualizerSettings) {
        self.bands.iter_mut().zip(&settings.bands).for_each(|(band, settings)| band.set(settings));
    }

    /// Forgets the audio.
    pub fn reset(&mut self) {
        self.bands.iter_mut().for_each(Band::reset);
        self.corrections.iter_mut().for_each(Exchange::reset);
    }

    /// Puts every value on its target.
    pub fn snap(&mut self) {
        for band in &mut self.bands {
            band.snap(&self.grid);
        }
        self.notice_changes();
        for channel in 0..4 {
            self.fit(channel);
        }
        for (correction, coefficients) in self.corrections.iter_mut().zip(self.coefficients) {
            correction.snap(coefficients);
        }
        (self.awaiting, self.anew) = ([false; 4], [false; 4]);
    }

    /// Starts a control period. One correction is fitted in each, so that the cost stays flat.
    pub fn begin_period(&mut self) {
        for band in &mut self.bands {
            band.begin_period(&self.grid);
        }
        self.notice_changes();
        for _ in 0..4 {
            self.next_fit = (self.next_fit + 1) % 4;
            if std::mem::take(&mut self.awaiting[self.next_fit]) {
                self.fit(self.next_fit);
                break;
            }
        }
        for (pair, (correction, coefficients)) in
            self.corrections.iter_mut().zip(self.coefficients).enumerate()
        {
            // The fade begins when both sides have been fitted.
            let sides = 2 * pair..2 * pair + 2;
            let is_complete = !self.awaiting[sides.clone()].contains(&true);
            let anew = is_complete && self.anew[sides.clone()].contains(&true);
            if is_complete {
                self.anew[sides.clone()].fill(false);
            }
            if is_complete || !self.anew[sides].contains(&true) {
                correction.begin_period(coefficients, anew);
            } else {
                correction.hold();
            }
        }
    }

    /// The bands as they stand at the end of this period.
    pub fn current(&self) -> [EqualizerBand; EQUALIZER_BANDS] {
        std::array::from_fn(|n| self.bands[n].current())
    }

    fn notice_changes(&mut self) {
        for band in &mut self.bands {
            let anew = band.take_switched();
            let (_, changed) = band.take_deviation();
            if changed {
                for channel in channels(band.placement()) {
                    self.awaiting[*channel] = true;
                    self.anew[*channel] |= anew;
                }
            }
        }
    }

    /// Fits the correction of one of left, right, mid and side.
    fn fit(&mut self, channel: usize) {
        let mut sum = [0.0; GRID];
        for band in &mut self.bands {
            if !channels(band.placement()).contains(&channel) {
                continue;
            }
            if let (Some(deviation), _) = band.take_deviation() {
                sum.iter_mut().zip(deviation).for_each(|(sum, deviation)| *sum += deviation);
            }
        }
        self.coefficients[channel / 2][channel % 2] = CorrectionCoefficients::fit(&self.grid, &sum);
    }

    /// Processes the frames of a block.
    pub fn process(&mut self, frames: &mut [Frame]) {
        let [left_right, mid_side] = &mut self.corrections;
        run(self.simd, &mut self.bands, frames, |placement| !is_mid_or_side(placement));
        left_right.process(frames);
        let used = self.bands.iter().any(|band| band.is_active() && is_mid_or_side(band.placement()));
        if used || mid_side.is_active() {
            for frame in frames.iter_mut() {
                *frame = [0.5 * (frame[0] + frame[1]), 0.5 * (frame[0] - frame[1])];
            }
            run(self.simd, &mut self.bands, frames, is_mid_or_side);
            mid_side.process(frames);
            for frame in frames.iter_mut() {
                *frame = [frame[0] + frame[1], frame[0] - frame[1]];
            }
        }
    }
}

/// Which of left, right, mid and side a band's deviation belongs to.
fn channels(placement: Placement) -> &'static [usize] {
    match placement {
        Placement::Stereo => &[0, 1],
        Placement::Left => &[0],
        Placement::Right => &[1],
        Placement::Mid => &[2],
        Placement::Side => &[3],
    }
}

fn is_mid_or_side(placement: Placement) -> bool {
    matches!(placement, Placement::Mid | Placement::Side)
}

/// Runs the active bands of a kind, still sections together.
fn run(simd: Simd, bands: &mut [Band], frames: &mut [Frame], kind: impl Fn(Placement) -> bool) {
    let mut still: [Option<&mut Section>; TOGETHER] = Default::default();
    let mut count = 0;
    for band in bands.iter_mut().filter(|band| band.is_active() && kind(band.placement())) {
        let shares = band.is_moving().then(|| band.shares());
        band.advance(frames.len());
        for section in band.sections() {
            if count == TOGETHER || shares.is_some() {
                cascade::run(simd, &mut still[..count], frames);
                count = 0;
            }
            if let Some(shares) = &shares {
                section.run_moving(frames, shares);
            } else {
                still[count] = Some(section);
                count += 1;
            }
        }
    }
    cascade::run(simd, &mut still[..count], frames);
}
