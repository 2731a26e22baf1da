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
use crate::blocks::smoothing::{CONTROL_SMOOTHING_MS, Smoother};
use crate::processor::{Block, ProcessSpec, Processor, Stage, StageSettings, limit};
use guard::Guard;
use mono_bass::MonoBass;
use stereoize::Stereoize;
use widths::Widths;

/// Bands of the imager.
pub const IMAGER_BANDS: usize = 3;

/// Slope of the filter that takes the side out of the lows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MonoSlope {
    /// 6 dB per octave.
    Db6,
    /// 12 dB per octave.
    #[default]
    Db12,
    /// 24 dB per octave.
    Db24,
}

/// Settings of the [`Imager`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ImagerSettings {
    /// Whether the stage is switched on.
    pub on: bool,
    /// Overall width, 0 (mono) over 1 (as it is) to 2.
    pub width: f64,
    /// Width of the low, middle and high band, 0 to 2.
    pub band_widths: [f64; IMAGER_BANDS],
    /// The two crossovers in hertz, 40 to 16 000, ascending.
    pub crossovers_hz: [f64; IMAGER_BANDS - 1],
    /// Whether lows are made mono.
    pub mono_bass: bool,
    /// Frequency in hertz below which the signal is mono, 20 to 500.
    pub mono_below_hz: f64,
    /// Slope of that filter.
    pub mono_slope: MonoSlope,
    /// Amount of decorrelated side made from the mid, 0 to 1; the mono sum never changes.
    pub stereoize: f64,
    /// Whether the guard keeps each band's correlation above `guard_correlation`.
    pub guard: bool,
    /// Lowest correlation that the guard allows, -1 to +1.
    pub guard_correlation: f64,
    /// Turns the stereo image, -45 to +45 degrees.
    pub rotation_degrees: f64,
}

impl Default for ImagerSettings {
    fn default() -> Self {
        Self {
            on: false,
            width: 1.0,
            band_widths: [1.0; IMAGER_BANDS],
            crossovers_hz: [200.0, 4000.0],
            mono_bass: false,
            mono_below_hz: 120.0,
            mono_slope: MonoSlope::Db12,
            stereoize: 0.0,
            guard: false,
            guard_correlation: 0.0,
            rotation_degrees: 0.0,
        }
    }
}

impl StageSettings for ImagerSettings {
    fn on(&self) -> bool {
        self.on
    }
    fn sanitize(&mut self) {
        let default = Self::default();
        limit(&mut self.width, 0.0, 2.0, default.width);
        for (width, default) in self.band_widths.iter_mut().zip(default.band_widths) {
            limit(width, 0.0, 2.0, default);
        }
        for (hz, default) in self.crossovers_hz.iter_mut().zip(default.crossovers_hz) {
            limit(hz, 40.0, 16_000.0, default);
        }
        limit(&mut self.mono_below_hz, 20.0, 500.0, default.mono_below_hz);
        limit(&mut self.stereoize, 0.0, 1.0, default.stereoize);
        limit(&mut self.guard_correlation, -1.0, 1.0, default.guard_correlation);
        limit(&mut self.rotation_degrees, -45.0, 45.0, default.rotation_degrees);
    }
}

/// The stage; see the module.
#[derive(Default)]
pub struct Imager {
    settings: ImagerSettings,
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
            for frame in block.frames.iter_mut() {
                let mid = 0.5 * (frame[0] + frame[1]);
                let side = 0.5 * (frame[0] - frame[1]);
                let widened = self.widths.tick(mid, side);
                let mut target = self.mono_bass.tick(widened);
                target += self.stereoize.tick(mid);
                let gained = target - side;
                *frame = [frame[0] + gained, frame[1] - gained];
            }
        }
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
            settings.band_widths.map(|band| settings.width * band),
            settings.crossovers_hz,
            settings.guard,
        );
        self.guard.set(settings.guard, settings.guard_correlation);
        self.mono_bass.set(settings.mono_bass, settings.mono_below_hz, settings.mono_slope);
        self.stereoize.set(settings.stereoize);
    }
}
