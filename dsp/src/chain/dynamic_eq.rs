//! Dynamic equalizer: four bands whose gain follows the level inside them.
//!
//! ```text
//! x --+---------------------------- bell or shelf of gain g -- y
//!     +-- the band's region -- peak -- dB -- over the threshold -- attack and release -- g --+
//! ```
//!
//! At any moment a band is the equalizer's bell or shelf of the gain it has then: its sections are designed on a lattice of
//! gains (`lattice`) and read between the points. Past the threshold, with a knee of 6 dB, the band moves by 1 - 1/ratio of
//! the excess, at most by its range, down or up as the range's sign says. *Relative* measures the region against the whole
//! signal, each by its envelope, so that a de-esser does the same to a soft voice as to a loud one.
//!
//! A band that is at rest keeps every bit. No latency. Part n of the listening is the region of band n.

mod band;
mod lattice;

use crate::blocks::ballistics::hop_frames;
use crate::blocks::placement::Placement;
use crate::blocks::simd::{Lanes, Simd, in_lanes};
use crate::chain::equalizer::{EqualizerBand, EqualizerShape};
use crate::parameters::{choices, parameters};
use crate::processor::{Block, CONTROL_PERIOD, EqualizerPhase, Frame, ProcessSpec, Processor, Stage};
use band::Band;

/// Bands of the dynamic equalizer.
pub const DYNAMIC_EQ_BANDS: usize = 4;

choices! {
    /// Shape of a dynamic band.
    pub enum DynamicEqShape {
        /// Boost or cut around the frequency.
        #[default]
        Bell = "bell", "Bell";
        /// Boost or cut below the frequency.
        LowShelf = "low_shelf", "Low shelf";
        /// Boost or cut above the frequency.
        HighShelf = "high_shelf", "High shelf";
    }
}

choices! {
    /// The part of the stereo signal that a dynamic band works on.
    pub enum DynamicEqPlacement {
        /// Both channels alike.
        #[default]
        Stereo = "stereo", "Stereo";
        /// The mid (L + R) / 2.
        Mid = "mid", "Mid";
        /// The side (L - R) / 2.
        Side = "side", "Side";
    }
}

impl From<DynamicEqPlacement> for Placement {
    fn from(placement: DynamicEqPlacement) -> Self {
        match placement {
            DynamicEqPlacement::Stereo => Self::Stereo,
            DynamicEqPlacement::Mid => Self::Mid,
            DynamicEqPlacement::Side => Self::Side,
        }
    }
}

parameters! {
    /// One band of the dynamic equalizer. With `relative` the threshold is the band's level against the whole signal's; the frequency is
    /// kept below half the sample rate.
    pub struct DynamicEqBand, dynamic_eq_band {
        /// Switches this band.
        on: switch() = false, "dynamic_eq_band_on", "On";
        /// Bell acts on one region, shelves on everything beyond.
        shape: choice(DynamicEqShape) = DynamicEqShape::Bell, "dynamic_eq_shape", "Shape";
        /// Up: listens to and changes higher tones.
        frequency_hz: hertz(20.0, 20_000.0) = 1000.0, "dynamic_eq_frequency", "Frequency";
        /// Up: narrower.
        q: quality_factor(0.1, 10.0) = 1.0, "dynamic_eq_q", "Q";
        /// Up: acts less often.
        threshold_db: decibels(-80.0, 0.0) = -30.0, "dynamic_eq_threshold", "Threshold";
        /// How far the band may go: below zero it cuts, above it lifts.
        range_db: decibels(-12.0, 12.0) = -6.0, "dynamic_eq_range", "Range";
        /// Up: reaches its range sooner above the threshold.
        ratio: ratio(1.0, 20.0) = 3.0, "dynamic_eq_ratio", "Ratio";
        /// Up: lets more of an onset pass.
        attack_ms: milliseconds(0.1, 200.0) = 5.0, "dynamic_eq_attack", "Attack";
        /// Up: recovers more slowly.
        release_ms: milliseconds(5.0, 2000.0) = 80.0, "dynamic_eq_release", "Release";
        /// Which part of the stereo the band changes.
        placement: choice(DynamicEqPlacement) = DynamicEqPlacement::Stereo, "dynamic_eq_placement", "Placement";
        /// Measures the region against the whole: level changes no longer matter, as in a de-esser.
        relative: switch() = false, "dynamic_eq_relative", "Relative";
    }
}

impl DynamicEqBand {
    /// Its gain in dB over hertz while it works with `gain_db`: that of the analogue prototype, which the digital band matches.
    pub fn response(&self, gain_db: f64, sample_rate: f64) -> impl Fn(f64) -> f64 + use<> {
        let shape = match self.shape {
            DynamicEqShape::Bell => EqualizerShape::Bell,
            DynamicEqShape::LowShelf => EqualizerShape::LowShelf,
            DynamicEqShape::HighShelf => EqualizerShape::HighShelf,
        };
        let (frequency_hz, q) = (self.frequency_hz, self.q);
        let band = EqualizerBand { on: true, shape, frequency_hz, gain_db, q, ..EqualizerBand::default() };
        band.response(sample_rate, EqualizerPhase::Minimum)
    }
}

parameters! {
    /// Settings of the [`DynamicEq`].
    pub struct DynamicEqSettings, dynamic_eq {
        /// Equalizes only while a region is too loud.
        on: switch() = false, "dynamic_eq_on", "On";
        bands {
            /// The bands, in series.
            [DynamicEqBand, dynamic_eq_band; DYNAMIC_EQ_BANDS] = [120.0, 400.0, 2500.0, 7000.0]
                .map(|frequency_hz| DynamicEqBand { frequency_hz, ..DynamicEqBand::default() });
        }
    }
}

/// Longest hop in ms between two gains: what a band's own ringing blurs anyway.
const HOP_MS: f64 = 0.2;

/// The stage; see the module.
#[derive(Default)]
pub struct DynamicEq {
    settings: DynamicEqSettings,
    simd: Simd,
    hop: usize,
    bands: [Band; DYNAMIC_EQ_BANDS],
    listening: Option<usize>,
    listened: Vec<Frame>,
    started: bool,
}

impl DynamicEq {
    /// Gain in dB of each band now.
    pub fn band_gains_db(&self) -> [f64; DYNAMIC_EQ_BANDS] {
        std::array::from_fn(|n| self.bands[n].gain_db())
    }

    /// Highest level that each band's detector saw in the last control period, an amplitude, against the whole signal's where the
    /// band is relative: what its threshold is held against.
    pub fn band_levels(&self) -> [f64; DYNAMIC_EQ_BANDS] {
        std::array::from_fn(|n| self.bands[n].most_level())
    }
}

impl Processor for DynamicEq {
    fn prepare(&mut self, spec: &ProcessSpec) {
        self.simd = Simd::detect();
        self.hop = hop_frames(HOP_MS, spec.sample_rate);
        self.bands.iter_mut().for_each(|band| band.prepare(spec.sample_rate, self.hop));
        self.listened = Vec::with_capacity(CONTROL_PERIOD);
        let settings = self.settings;
        self.set(&settings);
        self.reset();
    }

    fn reset(&mut self) {
        self.bands.iter_mut().for_each(Band::reset);
        self.listened.clear();
        self.started = false;
    }

    fn latency_samples(&self) -> usize {
        0
    }

    fn process(&mut self, block: &mut Block) {
        if block.starts_control_period() {
            let first = !self.started;
            self.started = true;
            self.bands.iter_mut().for_each(|band| band.begin_period(first));
        }
        self.listened.clear();
        let position = block.position();
        run(self.simd, self, block.frames, position);
    }
}

in_lanes! {
    /// Runs all bands from hop to hop.
    fn run(stage: &mut DynamicEq, frames: &mut [Frame], position: u64) = run_in::<_>
}

#[inline(always)]
fn run_in<V: Lanes>(stage: &mut DynamicEq, frames: &mut [Frame], position: u64) {
    let mut left = stage.hop - (position % stage.hop as u64) as usize;
    let mut rest = frames;
    while !rest.is_empty() {
        let (frames, later) = rest.split_at_mut(left.min(rest.len()));
        for (n, band) in stage.bands.iter_mut().enumerate() {
            if stage.listening == Some(n) {
                band.listen(frames, &mut stage.listened);
            }
            if band.is_active() {
                band.run::<V>(frames);
            }
        }
        if frames.len() == left {
            Band::finish_hop::<V>(&mut stage.bands);
        }
        left = stage.hop;
        rest = later;
    }
}

impl Stage for DynamicEq {
    type Settings = DynamicEqSettings;

    fn apply(&mut self, settings: &Self::Settings) {
        self.settings = *settings;
        for (band, settings) in self.bands.iter_mut().zip(&settings.bands) {
            band.set(settings);
        }
    }

    fn gain_reduction_db(&self) -> f64 {
        self.bands.iter().fold(0.0, |most, band| f64::max(most, band.reduction_db()))
    }

    fn set_listen(&mut self, part: Option<usize>) {
        self.listening = part.filter(|part| *part < DYNAMIC_EQ_BANDS);
    }

    fn listen_signal(&self) -> Option<&[Frame]> {
        self.listening.map(|_| self.listened.as_slice())
    }
}
