//! The analogue filters that the bands stand for.
//!
//! Bell and shelves as [`AnalogSection`] has them. Pass filters are Butterworth of any order, the sharpest
//! section scaled by the quality factor over 0.707.

use super::{EqualizerBand, EqualizerShape};
use crate::blocks::decibel::db_to_gain;
use crate::blocks::matched::AnalogSection;
use crate::blocks::math;
use std::f64::consts::{FRAC_1_SQRT_2, PI, TAU};

/// Sections of a band at most: 48 dB per octave.
pub const MOST_SECTIONS: usize = 4;

/// The sections of one band.
#[derive(Debug, Clone, Copy)]
pub struct Prototype {
    sections: [AnalogSection; MOST_SECTIONS],
    count: usize,
}

const UNITY: AnalogSection = AnalogSection { numerator: [1.0, 0.0, 0.0], denominator: [1.0, 0.0, 0.0] };

impl Prototype {
    /// The band's prototype, whatever its switch and placement say, and wherever its centre lies against the Nyquist frequency.
    pub fn new(band: &EqualizerBand, sample_rate: f64) -> Self {
        let w = TAU * band.frequency_hz.clamp(10.0, 40_000.0) / sample_rate;
        let q = band.q.clamp(0.1, 30.0);
        let gain_db = band.gain_db.clamp(-18.0, 18.0);
        let a = db_to_gain(0.5 * gain_db);
        match band.shape {
            EqualizerShape::Bell => Self::single(AnalogSection::bell(w, q, a)),
            EqualizerShape::LowShelf => Self::single(AnalogSection::low_shelf(w, q, a)),
            EqualizerShape::HighShelf => Self::single(AnalogSection::high_shelf(w, q, a)),
            EqualizerShape::Tilt => {
                // A high shelf turned down by half its gain; half the quality factor spreads it over the spectrum.
                let shelf = AnalogSection::high_shelf(w, 0.5 * q, a);
                Self::single(AnalogSection { numerator: shelf.numerator.map(|c| c / a), ..shelf })
            }
            EqualizerShape::HighPass => Self::pass(w, q, band.slope.order(), true),
            EqualizerShape::LowPass => Self::pass(w, q, band.slope.order(), false),
            EqualizerShape::Notch => {
                Self::single(AnalogSection { numerator: [w * w, 0.0, 1.0], denominator: [w * w, w / q, 1.0] })
            }
            EqualizerShape::BandPass => {
                Self::single(AnalogSection { numerator: [0.0, w / q, 0.0], denominator: [w * w, w / q, 1.0] })
            }
        }
    }

    fn single(section: AnalogSection) -> Self {
        let mut sections = [UNITY; MOST_SECTIONS];
        sections[0] = section;
        Self { sections, count: 1 }
    }

    fn pass(w: f64, q: f64, slope: u8, high: bool) -> Self {
        let order = usize::from(slope.clamp(1, 2 * MOST_SECTIONS as u8));
        let mut sections = [UNITY; MOST_SECTIONS];
        let pairs = order / 2;
        for (pair, section) in sections.iter_mut().enumerate().take(pairs) {
            let angle = PI * (2 * pair + 1) as f64 / (2 * order) as f64;
            // The first pair lies closest to the axis and is the sharpest.
            let sharpness = if pair == 0 { q / FRAC_1_SQRT_2 } else { 1.0 };
            let damping = 2.0 * math::sin(angle) / sharpness;
            *section = AnalogSection {
                numerator: if high { [0.0, 0.0, 1.0] } else { [w * w, 0.0, 0.0] },
                denominator: [w * w, damping * w, 1.0],
            };
        }
        if order % 2 == 1 {
            sections[pairs] = AnalogSection {
                numerator: if high { [0.0, 1.0, 0.0] } else { [w, 0.0, 0.0] },
                denominator: [w, 1.0, 0.0],
            };
        }
        Self { sections, count: order.div_ceil(2) }
    }

    /// The sections in use.
    pub fn sections(&self) -> &[AnalogSection] {
        &self.sections[..self.count]
    }

    /// How fast what rings decays, in nepers per frame: the slowest of the conjugate pairs of poles and zeros. Zeros on the axis, those
    /// of a notch, are none; infinite where nothing rings.
    pub fn decay(&self) -> f64 {
        let pairs = self.sections().iter().flat_map(|section| [section.numerator, section.denominator]);
        pairs.fold(f64::INFINITY, |slowest, [constant, linear, square]| {
            let decay = 0.5 * linear / square;
            let is_pair = square != 0.0 && linear > 0.0 && constant / square > decay * decay;
            if is_pair { slowest.min(decay) } else { slowest }
        })
    }

    /// |H|^2 at `w` radians per sample.
    pub fn power(&self, w: f64) -> f64 {
        self.sections().iter().map(|section| section.power(w)).product()
    }
}
