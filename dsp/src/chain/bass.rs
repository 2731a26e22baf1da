//! Bass: harmonics by which small speakers make audible what they cannot play.
//!
//! ```text
//! mid -- decimate -- 8 complex resonators -- harmonics 2..5 -- weights -- band-pass --+-- duck -- interpolate -- added to L and R
//!           |                                                                          |
//!           +-- waveshaper, on transients ---------------------------------------------+
//! ```
//!
//! The missing fundamental: the ear hears the pitch of a tone whose harmonics alone are played (E. Larsen, R. Aarts,
//! "Audio Bandwidth Extension", 2004, chapter 2; A. Hill, M. Hawksford, "A hybrid virtual bass system", 2010). Each
//! resonator gives the analytic signal z of a third of an octave between 38 and 190 Hz; its harmonics Re(z^k)/|z|^(k-1)
//! are pure and in proportion to z, so that soft and loud sound alike. Neighbouring resonators share a tone: their
//! phases are turned to agree half-way between them, and the stronger takes the larger part.
//!
//! Resonators ring up over some 30 ms; until they have, the low-passed mid itself, rectified (which is proportional
//! too), stands in for them. Nothing is added below -60 dBFS. The harmonics are ducked to stay below the programme's own
//! K-weighted level. Only the mid is heard and changed, and no latency is added: the signal itself passes untouched.
//!
//! All this runs at 5.5 to 6 kHz. Part 0 of the listening is the harmonics alone.

mod rate;
mod resonators;

use crate::blocks::entry::Entry;
use crate::blocks::math;
use crate::blocks::simd::{Simd, in_lanes};
use crate::blocks::smoothing::{CONTROL_SMOOTHING_MS, Smoother};
use crate::blocks::svf::{SvfCoefficients, SvfState};
use crate::parameters::parameters;
use crate::processor::{Block, CONTROL_PERIOD, Frame, ProcessSpec, Processor, Stage};
use rate::RateChange;
use resonators::{Resonators, open};
use std::f64::consts::FRAC_1_SQRT_2;

parameters! {
    /// Settings of the [`Bass`]. The device's corner is where it begins to play.
    pub struct BassSettings, bass {
        /// Harmonics by which a phone tells the bass that it cannot play.
        on: switch() = false, "bass_on", "On";
        /// Up: more of the harmonics.
        amount: fraction(0.0, 1.0) = 0.5, "bass_amount", "Amount";
        /// Up: for a smaller loudspeaker.
        device_corner_hz: hertz(60.0, 200.0) = 120.0, "bass_device_corner", "Device Corner";
    }
}

/// Corner of the low-pass that ends the harmonics, in hertz.
const TOP_HZ: f64 = 700.0;
/// Level of the harmonics at full amount against the lows they stand for.
const FULL_AMOUNT_GAIN: f64 = 1.4;
/// Most that the harmonics reach against the programme's K-weighted level, as a power ratio.
const DUCK_POWER: f64 = 1.0;
/// Time constant of the levels by which the harmonics are ducked, ms.
const DUCK_MS: f64 = 120.0;
/// Corner in hertz of the high-pass that stands for K-weighting at the low rate (its second stage).
const LOUDNESS_CORNER_HZ: f64 = 38.135;

/// The stage; see the module.
#[derive(Default)]
pub struct Bass {
    simd: Simd,
    rate: RateChange,
    low_rate: f64,
    resonators: Resonators,
    transient: Transient,
    high_pass: [SvfState; 2],
    high_pass_filter: SvfCoefficients,
    loudness: SvfState,
    loudness_filter: SvfCoefficients,
    low_pass: SvfState,
    low_pass_filter: SvfCoefficients,
    programme_power: f64,
    harmonics_power: f64,
    duck: f64,
    duck_coefficient: f64,
    corner_hz: Smoother,
    amount: Smoother,
    entry: Entry,
    listening: bool,
    listened: [Frame; CONTROL_PERIOD],
    listened_length: usize,
    started: bool,
}

/// Follows how far the lows run ahead of the resonators, and bends them meanwhile.
#[derive(Debug, Clone, Copy, Default)]
struct Transient {
    low: SvfState,
    fast: f64,
    mean: f64,
    coefficients: [f64; 2],
}

impl Transient {
    fn prepare(&mut self, rate: f64) {
        // 12 ms holds a 50 Hz tone's peaks together; 20 ms takes the rectifier's mean.
        self.coefficients = [12.0, 20.0].map(|ms| 1.0 - math::exp(-1000.0 / (ms * rate)));
    }

    fn reset(&mut self) {
        *self = Self { coefficients: self.coefficients, ..Self::default() };
    }

    /// The stand-in for one low-rate sample of the mid, given the amplitude that the resonators have reached.
    #[inline(always)]
    fn tick(&mut self, filter: &SvfCoefficients, x: f64, reached: f64) -> f64 {
        let (_, low) = self.low.tick(filter.g, filter.a1(), [x, x]);
        let level = low[0].abs();
        self.fast = level.max(self.fast - self.coefficients[0] * self.fast);
        self.mean += self.coefficients[1] * (level - self.mean);
        let ahead = (self.fast - 1.5 * reached).max(0.0) / (self.fast + 1e-12);
        // The rectified lows less their mean: second harmonic and, with the sign kept by the square, the third.
        let second = 2.0 * (level - self.mean);
        let third = low[0] * (1.0 - 2.0 * level / (self.fast + 1e-12));
        open(self.fast) * ahead * (second + third)
    }
}

impl Processor for Bass {
    fn prepare(&mut self, spec: &ProcessSpec) {
        self.simd = Simd::detect();
        self.rate = RateChange::new(spec.sample_rate);
        self.low_rate = spec.sample_rate / self.rate.factor() as f64;
        self.resonators = Resonators::new(self.low_rate);
        self.transient.prepare(self.low_rate);
        self.loudness_filter = SvfCoefficients::high_pass(LOUDNESS_CORNER_HZ, 0.5, self.low_rate);
        self.low_pass_filter = SvfCoefficients::low_pass(TOP_HZ, FRAC_1_SQRT_2, self.low_rate);
        self.duck_coefficient = 1.0 - math::exp(-1000.0 / (DUCK_MS * self.low_rate));
        self.corner_hz.prepare(spec.sample_rate, CONTROL_SMOOTHING_MS);
        self.amount.prepare(spec.sample_rate, CONTROL_SMOOTHING_MS);
        self.entry = Entry::new(spec.sample_rate);
        self.reset();
    }

    fn reset(&mut self) {
        self.rate.reset();
        self.resonators.reset();
        self.transient.reset();
        self.high_pass = Default::default();
        self.loudness.reset();
        self.low_pass.reset();
        (self.programme_power, self.harmonics_power, self.duck) = (0.0, 0.0, 1.0);
        self.listened_length = 0;
        self.entry.complete();
        self.started = false;
    }

    fn latency_samples(&self) -> usize {
        0
    }

    fn process(&mut self, block: &mut Block) {
        if block.starts_control_period() {
            self.begin_period();
        }
        add_harmonics(self.simd, self, block);
    }
}

in_lanes! {
    /// Adds the harmonics to a block.
    fn add_harmonics(bass: &mut Bass, block: &mut Block) = Bass::add_harmonics
}

impl Bass {
    #[inline(always)]
    fn add_harmonics(&mut self, block: &mut Block) {
        self.listened_length = block.frames.len();
        let idle = self.amount.end_of_period() == 0.0 && !self.amount.is_moving() && !self.listening;
        if idle {
            return;
        }
        let mut spread = [0.0; CONTROL_PERIOD];
        let mut mids = [0.0; CONTROL_PERIOD];
        for (mid, frame) in mids.iter_mut().zip(block.frames.iter()) {
            *mid = 0.5 * (frame[0] + frame[1]);
        }
        let mids = &mut mids[..block.frames.len()];
        if !self.entry.is_complete() {
            mids.iter_mut().for_each(|mid| *mid *= self.entry.next_gain());
        }
        let mut lows = [0.0; CONTROL_PERIOD];
        let count = self.rate.down(mids, block.position(), &mut lows);
        for low in &mut lows[..count] {
            *low = self.harmonics(*low);
        }
        self.rate.up(&lows[..count], block.position(), &mut spread[..block.frames.len()]);
        for ((frame, spread), listened) in block.frames.iter_mut().zip(spread).zip(&mut self.listened) {
            let added = self.amount.next() * spread;
            *listened = [added; 2];
            *frame = [frame[0] + added, frame[1] + added];
        }
    }

    fn begin_period(&mut self) {
        let was_idle = self.amount.end_of_period() == 0.0 && !self.listening;
        if !self.started {
            self.started = true;
            self.corner_hz.snap();
            self.amount.snap();
            self.set_corner();
        } else if was_idle && self.amount.target() != 0.0 {
            // The lines hold what was heard before the stage fell idle.
            self.rate.reset();
            self.resonators.reset();
            self.transient.reset();
            self.high_pass = Default::default();
            self.low_pass.reset();
            self.entry.begin();
        }
        self.amount.begin_period();
        if self.corner_hz.begin_period() {
            self.set_corner();
        }
    }

    fn set_corner(&mut self) {
        let corner = self.corner_hz.end_of_period();
        self.high_pass_filter = SvfCoefficients::high_pass(corner, FRAC_1_SQRT_2, self.low_rate);
        self.resonators.set_corner(corner);
    }

    /// The harmonics for one low-rate sample of the mid.
    #[inline(always)]
    fn harmonics(&mut self, mid: f64) -> f64 {
        let (pure, reached) = self.resonators.tick(mid);
        let transient_filter = self.high_pass_filter;
        let mut x = pure + self.transient.tick(&transient_filter, mid, reached);
        let (filter, a1) = (self.high_pass_filter, self.high_pass_filter.a1());
        for state in &mut self.high_pass {
            let (band, low) = state.tick(filter.g, a1, [x, x]);
            x = x - filter.k * band[0] - low[0];
        }
        let (filter, a1) = (self.low_pass_filter, self.low_pass_filter.a1());
        x = self.low_pass.tick(filter.g, a1, [x, x]).1[0];
        // K-weighted powers: of the programme as it arrives here, and of the harmonics, which lie above its corner.
        let loudness = self.loudness_filter;
        let (band, low) = self.loudness.tick(loudness.g, loudness.a1(), [mid, mid]);
        let weighted = mid - loudness.k * band[0] - low[0];
        self.programme_power += self.duck_coefficient * (weighted * weighted - self.programme_power);
        self.harmonics_power += self.duck_coefficient * (x * x - self.harmonics_power);
        let allowed = DUCK_POWER * self.programme_power;
        let wanted = if FULL_AMOUNT_GAIN * FULL_AMOUNT_GAIN * self.harmonics_power > allowed {
            (allowed / (FULL_AMOUNT_GAIN * FULL_AMOUNT_GAIN * self.harmonics_power + 1e-30)).sqrt()
        } else {
            1.0
        };
        self.duck += self.duck_coefficient * (wanted - self.duck);
        FULL_AMOUNT_GAIN * self.duck * x
    }
}

impl Stage for Bass {
    type Settings = BassSettings;

    fn apply(&mut self, settings: &Self::Settings) {
        self.amount.set_target(settings.amount);
        self.corner_hz.set_target(settings.device_corner_hz);
    }

    fn set_listen(&mut self, part: Option<usize>) {
        self.listening = part.is_some();
    }

    fn listen_signal(&self) -> Option<&[Frame]> {
        self.listening.then(|| &self.listened[..self.listened_length])
    }
}
