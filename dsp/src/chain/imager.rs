//! Imager: width overall and in three bands, mono bass, stereoize, correlation guard, rotation.
//!
//! ```text
//! L, R -- rotation --+-- M ----------------------------------------------------------+-- L = M + S
//!                    |   +-- all-passes -- high-pass 250 Hz -- x amount --+           +-- R = M - S
//!                    +-- S -- bands x widths -- mono-bass high-pass ------+-----------+
//! ```
//!
//! Everything but the rotation changes S alone, so that the mono sum never changes: L' = L + d, R' = R - d with d what S
//! gains. Nothing delays M, so no band of S may be turned in phase: the widths act through two shelves, each with a
//! different gain below and above its crossover,
//!
//! ```text
//! H(s) = (h s^2 + sqrt(2 l h) s + l) / (s^2 + sqrt 2 s + 1),   |H|^2 = (l^2 + h^2 w^4) / (1 + w^4)
//! ```
//!
//! of minimum phase and monotonous, and exactly 1 where both gains are 1. *Mono bass* is a Butterworth high-pass of first,
//! second or fourth order on S. *Stereoize* adds to S the mid through Schroeder all-passes (M. R. Schroeder, "Natural
//! Sounding Artificial Reverberation", JAES 10(3), 1962; R. Orban, "A Rational Technique for Synthesizing Pseudo-Stereo
//! from Monophonic Sources", JAES 18(2), 1970). The *guard* scales each band's S so that its correlation stays above a
//! bound: with powers M, S of a band the correlation is (M - S) / (M + S) as long as M and S are uncorrelated.
//!
//! No latency. A mono stream passes untouched.

mod guard;
mod mono_bass;
mod stereoize;
mod widths;

use crate::blocks::math;
use crate::blocks::simd::{Lanes, Simd, in_lanes};
use crate::blocks::smoothing::{CONTROL_SMOOTHING_MS, Smoother};
use crate::parameters::{choices, parameters};
use crate::processor::{Block, CONTROL_PERIOD, Frame, ProcessSpec, Processor, Stage};
use guard::Guard;
use mono_bass::MonoBass;
use stereoize::Stereoize;
use widths::Widths;

/// Bands of the imager.
pub const IMAGER_BANDS: usize = 3;

choices! {
    /// Slope of the filter that takes the side out of the lows.
    pub enum MonoSlope {
        /// 6 dB per octave.
        Db6 = "6", "6 dB/oct";
        /// 12 dB per octave.
        #[default]
        Db12 = "12", "12 dB/oct";
        /// 24 dB per octave.
        Db24 = "24", "24 dB/oct";
    }
}

parameters! {
    /// Settings of the [`Imager`].
    pub struct ImagerSettings, imager {
        /// Width.
        on: switch() = false, "imager_on", "On";
        /// Up: wider; 0 is mono.
        width: fraction(0.0, 2.0) = 1.0, "imager_width", "Width";
        /// Up: the lows wider; 0 makes them mono.
        band_width_1: fraction(0.0, 2.0) = 1.0, "imager_band_width_1", "Low Width";
        /// Up: the middle wider; 0 makes it mono.
        band_width_2: fraction(0.0, 2.0) = 1.0, "imager_band_width_2", "Mid Width";
        /// Up: the highs wider; 0 makes them mono.
        band_width_3: fraction(0.0, 2.0) = 1.0, "imager_band_width_3", "High Width";
        /// Up: moves the border between lows and middle higher.
        crossover_1_hz: hertz(40.0, 16_000.0) = 200.0, "imager_crossover_1", "Crossover 1";
        /// Up: moves the border between middle and highs higher.
        crossover_2_hz: hertz(40.0, 16_000.0) = 4000.0, "imager_crossover_2", "Crossover 2";
        /// Makes the lows mono: firm, and safe for vinyl and clubs.
        mono_bass: switch() = false, "imager_mono_bass", "Mono Bass";
        /// Up: makes more of the lows mono.
        mono_below_hz: hertz(20.0, 500.0) = 120.0, "imager_mono_below", "Mono Below";
        /// Up: changes to mono more steeply.
        mono_slope: choice(MonoSlope) = MonoSlope::Db12, "imager_mono_slope", "Mono Slope";
        /// Up: makes sides from the middle; the mono sum stays as it is.
        stereoize: fraction(0.0, 1.0) = 0.0, "imager_stereoize", "Stereoize";
        /// Narrows a region while its correlation is too low.
        guard: switch() = false, "imager_guard", "Guard";
        /// Up: guards mono more strictly.
        guard_correlation: number(-1.0, 1.0) = 0.0, "imager_guard_correlation", "Guard Correlation";
        /// Up: turns the image to the right.
        rotation_degrees: degrees(-45.0, 45.0) = 0.0, "imager_rotation", "Rotation";
    }
}

impl ImagerSettings {
    /// Width of the low, middle and high band.
    pub fn band_widths(&self) -> [f64; IMAGER_BANDS] {
        [self.band_width_1, self.band_width_2, self.band_width_3]
    }

    /// The two crossovers in hertz.
    pub fn crossovers_hz(&self) -> [f64; IMAGER_BANDS - 1] {
        [self.crossover_1_hz, self.crossover_2_hz]
    }

    /// The same settings with other widths of the bands.
    pub fn with_band_widths(self, [low, middle, high]: [f64; IMAGER_BANDS]) -> Self {
        Self { band_width_1: low, band_width_2: middle, band_width_3: high, ..self }
    }
}

/// The stage; see the module.
#[derive(Default)]
pub struct Imager {
    settings: ImagerSettings,
    simd: Simd,
    mono: bool,
    rotation: [Smoother; 2],
    widths: Widths,
    guard: Guard,
    mono_bass: MonoBass,
    stereoize: Stereoize,
    started: bool,
}

impl Processor for Imager {
    fn prepare(&mut self, spec: &ProcessSpec) {
        self.simd = Simd::detect();
        self.mono = spec.channels == 1;
        self.rotation[0] = Smoother::new(1.0);
        for smoother in &mut self.rotation {
            smoother.prepare(spec.sample_rate, CONTROL_SMOOTHING_MS);
        }
        self.widths.prepare(spec.sample_rate);
        self.guard.prepare(spec.sample_rate);
        self.mono_bass.prepare(spec.sample_rate);
        self.stereoize.prepare(spec.sample_rate);
        let settings = self.settings;
        self.set(&settings);
        self.reset();
    }

    fn reset(&mut self) {
        self.widths.reset();
        self.guard.reset();
        self.mono_bass.reset();
        self.stereoize.reset();
        self.started = false;
    }

    fn latency_samples(&self) -> usize {
        0
    }

    fn process(&mut self, block: &mut Block) {
        if self.mono {
            return;
        }
        if block.starts_control_period() {
            self.begin_period();
        }
        self.rotate(block);
        if self.widths.is_active() || self.mono_bass.is_active() || self.stereoize.is_active() {
            widen(self.simd, self, block.frames);
        }
    }
}

in_lanes! {
    /// Works on the side.
    fn widen(imager: &mut Imager, frames: &mut [Frame]) = widen_in::<_>
}

#[inline(always)]
fn widen_in<V: Lanes>(imager: &mut Imager, frames: &mut [Frame]) {
    let (mut mids, mut sides) = ([0.0; CONTROL_PERIOD], [0.0; CONTROL_PERIOD]);
    let (mids, sides) = (&mut mids[..frames.len()], &mut sides[..frames.len()]);
    for ((mid, side), frame) in mids.iter_mut().zip(sides.iter_mut()).zip(frames.iter()) {
        (*mid, *side) = (0.5 * (frame[0] + frame[1]), 0.5 * (frame[0] - frame[1]));
    }
    imager.widths.process::<V>(mids, sides);
    imager.mono_bass.process(sides);
    imager.stereoize.process(mids, sides);
    for (frame, target) in frames.iter_mut().zip(sides.iter()) {
        let gained = target - 0.5 * (frame[0] - frame[1]);
        *frame = [frame[0] + gained, frame[1] - gained];
    }
}

impl Imager {
    fn begin_period(&mut self) {
        if !self.started {
            self.started = true;
            self.rotation.iter_mut().for_each(Smoother::snap);
            self.widths.snap();
            self.mono_bass.snap();
            self.stereoize.snap();
        }
        self.rotation.iter_mut().for_each(|smoother| {
            smoother.begin_period();
        });
        let gains = self.guard.begin_period(self.widths.take_powers(), self.widths.targets());
        self.widths.begin_period(gains);
        self.mono_bass.begin_period();
        self.stereoize.begin_period();
    }

    fn rotate(&mut self, block: &mut Block) {
        let [mut cosine, mut sine] = self.rotation;
        let still = !cosine.is_moving() && !sine.is_moving();
        if still && cosine.end_of_period() == 1.0 && sine.end_of_period() == 0.0 {
            return;
        }
        for frame in block.frames.iter_mut() {
            let (c, s) = (cosine.next(), sine.next());
            *frame = [c * frame[0] - s * frame[1], s * frame[0] + c * frame[1]];
        }
        self.rotation = [cosine, sine];
    }
}

impl Stage for Imager {
    type Settings = ImagerSettings;

    fn apply(&mut self, settings: &Self::Settings) {
        self.settings = *settings;
        let angle = settings.rotation_degrees.to_radians();
        let exact = angle == 0.0;
        self.rotation[0].set_target(if exact { 1.0 } else { math::cos(angle) });
        self.rotation[1].set_target(if exact { 0.0 } else { math::sin(angle) });
        self.widths.set(
            settings.band_widths().map(|band| settings.width * band),
            settings.crossovers_hz(),
            settings.guard,
        );
        self.guard.set(settings.guard, settings.guard_correlation);
        self.mono_bass.set(settings.mono_bass, settings.mono_below_hz, settings.mono_slope);
        self.stereoize.set(settings.stereoize);
    }
}
