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
pub use crate::blocks::placement::Placement;
use crate::chain::equalizer::{EqualizerBand, EqualizerShape};
use crate::processor::{
    Block, CONTROL_PERIOD, EqualizerPhase, Frame, ProcessSpec, Processor, Stage, StageSettings, limit,
};
use band::Band;
use lattice::MOST_GAIN_DB;

/// Bands of the dynamic equalizer.
pub const DYNAMIC_EQ_BANDS: usize = 4;

/// Shape of a dynamic band.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DynamicEqShape {
    /// Boost or cut around the frequency.
    #[default]
    Bell,
    /// Boost or cut below the frequency.
    LowShelf,
    /// Boost or cut above the frequency.
    HighShelf,
}

/// One band of the dynamic equalizer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DynamicEqBand {
    /// Whether the band is switched on.
    pub on: bool,
    /// Its shape.
    pub shape: DynamicEqShape,
    /// Its frequency in hertz, 20 to 20 000, clamped below Nyquist.
    pub frequency_hz: f64,
    /// Its quality factor, 0.1 to 10.
    pub q: f64,
    /// Level in dBFS above which the band acts, -80 to 0; with `relative`, the band's level against the whole
    /// signal's in dB.
    pub threshold_db: f64,
    /// The most it does, -12 to +12 dB: negative cuts, positive boosts.
    pub range_db: f64,
    /// Ratio "x : 1" above the threshold, 1 to 20.
    pub ratio: f64,
    /// Attack time constant in ms, 0.1 to 200.
    pub attack_ms: f64,
    /// Release time constant in ms, 5 to 2000.
    pub release_ms: f64,
    /// What it works on: stereo, mid or side.
    pub placement: Placement,
    /// Whether the threshold is relative to the level of the whole signal, as in a de-esser.
    pub relative: bool,
}

impl Default for DynamicEqBand {
    fn default() -> Self {
        Self {
            on: false,
            shape: DynamicEqShape::Bell,
            frequency_hz: 1000.0,
            q: 1.0,
            threshold_db: -30.0,
            range_db: -6.0,
            ratio: 3.0,
            attack_ms: 5.0,
            release_ms: 80.0,
            placement: Placement::Stereo,
            relative: false,
        }
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

/// Settings of the [`DynamicEq`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DynamicEqSettings {
    /// Whether the stage is switched on.
    pub on: bool,
    /// The bands, in series.
    pub bands: [DynamicEqBand; DYNAMIC_EQ_BANDS],
}

impl Default for DynamicEqSettings {
    fn default() -> Self {
        let mut bands = [DynamicEqBand::default(); DYNAMIC_EQ_BANDS];
        let frequencies = [120.0, 400.0, 2500.0, 7000.0];
        bands.iter_mut().zip(frequencies).for_each(|(band, frequency_hz)| band.frequency_hz = frequency_hz);
        Self { on: false, bands }
    }
}

impl StageSettings for DynamicEqSettings {
    fn on(&self) -> bool {
        self.on
    }
    fn sanitize(&mut self) {
        for (band, default) in self.bands.iter_mut().zip(Self::default().bands) {
            limit(&mut band.frequency_hz, 20.0, 20_000.0, default.frequency_hz);
            limit(&mut band.q, 0.1, 10.0, default.q);
            limit(&mut band.threshold_db, -80.0, 0.0, default.threshold_db);
            limit(&mut band.range_db, -MOST_GAIN_DB, MOST_GAIN_DB, default.range_db);
            limit(&mut band.ratio, 1.0, 20.0, default.ratio);
            limit(&mut band.attack_ms, 0.1, 200.0, default.attack_ms);
            limit(&mut band.release_ms, 5.0, 2000.0, default.release_ms);
        }
    }
}

/// Longest hop in ms between two gains: what a band's own ringing blurs anyway.
const HOP_MS: f64 = 0.2;

/// The stage; see the module.
#[derive(Default)]
pub struct DynamicEq {
    settings: DynamicEqSettings,
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
        for (n, band) in self.bands.iter_mut().enumerate() {
            let listened = (self.listening == Some(n)).then_some(&mut self.listened);
            band.process(block, listened);
        }
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
