//! Saturator: harmonics of tape, tube, transformer or a clean curve, without aliases and at equal loudness.
//!
//! ```text
//! x --+-- delay -----------------------------------------------------------------+--[ makeup, mix ]-- y
//!     +-- placement -- emphasis -- drive -- up -- ADAA2{ r } -- down -- 1/drive -- emphasis^-1 --+
//! ```
//!
//! The curve is f(v) = S p(v / S) with slope p'(u) = (1 - u^2)^4 up to |u| = 1 and flat above. Its fourth derivative is
//! still continuous, so that harmonics fall by 36 dB per octave even far into clipping, and below the limit there is none
//! above the ninth; a tanh of equal strength aliases by 15 dB more at 9 kHz. S puts the limit at full scale. Only the
//! residual r(v) = f(v) - v passes the oversampler, so the signal itself keeps its phase and top.
//!
//! Second-order antiderivative antialiasing (J. D. Parker, V. Zavalishin, E. Le Bivic, "Reducing the aliasing of nonlinear waveshaping
//! using continuous-time convolution", DAFx-16): the curve's residual on the straight lines between the oversampled frames, averaged
//! over a triangle two of them wide. The integral is taken by the midpoints of four parts of each line, which is to evaluate the curve
//! at four times that rate: no antiderivative, no division, no tolerance, at home in single precision, and what the sum lacks against
//! the integral are aliases about 64 times the sample rate alone. Live, at 2x, where lines are too coarse, the mean is that over the
//! triangle of three frames (S. Bilbao, F. Esqueda, J. D. Parker, V. Valimaki, "Antiderivative Antialiasing for Memoryless
//! Nonlinearities", IEEE SPL 24(7), 2017) by a six-point cubature (G. Strang, G. Fix, "An Analysis of the Finite Element Method", 1973,
//! section 4.3), exact to the fourth degree.
//!
//! Characters: *clean* the curve alone; *tape* with the highs lifted before it and lowered after it, and a head bump;
//! *tube* with a bias, f(v + b) - f(b), and its DC taken out; *transformer* with the lows lifted before it and lowered
//! after it, which is a leaky integration to flux and its exact inverse. The makeup of each drive is that of pink noise
//! at -18 dBFS, whose samples are Gaussian: E[f^2] by quadrature.
//!
//! Oversampling 2x live, 16x standard and finest, halved per octave above 48 kHz. Latency that of the oversampler: what is undone
//! and mixed behind it follows what was done before it that much later ([`Late`]).

mod around;
mod curve;
mod emphasis;
mod settings;

use crate::blocks::decibel::db_to_gain;
use crate::blocks::delay::Delay;
use crate::blocks::entry::Entry;
use crate::blocks::fir::Frame32;
use crate::blocks::late::Late;
use crate::blocks::math;
use crate::blocks::oversampler::Oversampler;
use crate::blocks::simd::Simd;
use crate::blocks::smoothing::{CONTROL_SMOOTHING_MS, Ramp, Smoother};
use crate::blocks::svf::{SvfCoefficients, SvfState};
use crate::processor::{Block, CONTROL_PERIOD, Frame, ProcessSpec, Processor, Quality, Stage};
use curve::{Mean, Shaper};
use emphasis::{Shelf, ShelfState};
pub use settings::{SaturatorCharacter, SaturatorSettings};
use std::f64::consts::TAU;

/// Corner of the user's tilt in hertz.
const TILT_HZ: f64 = 1000.0;
/// Centre of the tape's head bump in hertz, and its quality factor.
const BUMP_HZ: f64 = 65.0;
const BUMP_Q: f64 = 0.8;
/// Corner of the filter that takes out the tube's DC, in hertz.
const DC_CORNER_HZ: f64 = 5.0;
/// Level of the noise at which the makeup is exact, dBFS.
const CALIBRATION_DBFS: f64 = -18.0;

/// What the signal behind the oversampler needs at the end of a period.
#[derive(Debug, Clone, Copy, Default)]
struct Behind {
    drive: f64,
    makeup: f64,
    mix: f64,
    mid_side: f64,
    tilt: Shelf,
}

/// The stage; see the module.
pub struct Saturator {
    settings: SaturatorSettings,
    simd: Simd,
    /// The character in use: a new one waits until the wet signal has faded out.
    character: SaturatorCharacter,
    oversampler: Oversampler,
    shaper: Shaper,
    mean: Mean,
    delay: Delay,
    bump: SvfState,
    bump_filter: SvfCoefficients,
    shelf: [ShelfState; 2],
    tilt: [ShelfState; 2],
    dc_level: Frame,
    dc_coefficient: f64,
    sample_rate: f64,
    mono: bool,
    drive_db: Smoother,
    mix: Smoother,
    emphasis_db: Smoother,
    mid_side: Smoother,
    drive: Ramp,
    /// What drive, tilt and character come to, and of which character that is.
    behind: Behind,
    tilt_shelf: Shelf,
    made_up: SaturatorCharacter,
    tilt_before: emphasis::ShelfRamp,
    shelf_before: Shelf,
    shelf_after: Shelf,
    /// What comes behind the oversampler.
    late: Late<Behind>,
    undrive: Ramp,
    makeup: Ramp,
    wet: Ramp,
    wet_mid_side: Ramp,
    tilt_after: emphasis::ShelfRamp,
    entry: Entry,
    /// Periods since anything was mixed in at the input.
    silent: usize,
    input: Vec<Frame32>,
    residual: Vec<Frame32>,
    started: bool,
}

impl Default for Saturator {
    fn default() -> Self {
        Self {
            settings: SaturatorSettings::default(),
            simd: Simd::default(),
            character: SaturatorCharacter::default(),
            oversampler: Oversampler::default(),
            shaper: Shaper::default(),
            mean: Mean::default(),
            delay: Delay::default(),
            bump: SvfState::default(),
            bump_filter: SvfCoefficients::IDENTITY,
            shelf: Default::default(),
            tilt: Default::default(),
            dc_level: [0.0; 2],
            dc_coefficient: 0.0,
            sample_rate: 48_000.0,
            mono: false,
            drive_db: Smoother::default(),
            mix: Smoother::default(),
            emphasis_db: Smoother::default(),
            mid_side: Smoother::default(),
            drive: Ramp::default(),
            behind: Behind::default(),
            tilt_shelf: Shelf::FLAT,
            made_up: SaturatorCharacter::default(),
            tilt_before: Default::default(),
            shelf_before: Shelf::FLAT,
            shelf_after: Shelf::FLAT,
            late: Late::default(),
            undrive: Ramp::default(),
            makeup: Ramp::default(),
            wet: Ramp::default(),
            wet_mid_side: Ramp::default(),
            tilt_after: Default::default(),
            entry: Entry::default(),
            silent: 0,
            input: Vec::new(),
            residual: Vec::new(),
            started: false,
        }
    }
}

impl Processor for Saturator {
    fn prepare(&mut self, spec: &ProcessSpec) {
        let factor = match spec.quality {
            Quality::Live => 2,
            Quality::Standard | Quality::Finest => 16,
        };
        self.oversampler = Oversampler::new(spec, factor);
        self.simd = Simd::detect();
        self.shaper = Shaper::new();
        self.mean = if spec.quality == Quality::Live { Mean::Cubature } else { Mean::Midpoints };
        self.delay = Delay::new(self.oversampler.latency_samples());
        self.late = Late::new(self.oversampler.latency_samples());
        self.entry = Entry::new(spec.sample_rate);
        self.input = vec![[0.0; 2]; CONTROL_PERIOD];
        self.residual = vec![[0.0; 2]; CONTROL_PERIOD];
        self.sample_rate = spec.sample_rate;
        self.mono = spec.channels == 1;
        self.bump_filter = SvfCoefficients::band_pass(BUMP_HZ, BUMP_Q, spec.sample_rate);
        self.dc_coefficient = 1.0 - math::exp(-TAU * DC_CORNER_HZ / spec.sample_rate);
        for smoother in [&mut self.drive_db, &mut self.mix, &mut self.emphasis_db, &mut self.mid_side] {
            smoother.prepare(spec.sample_rate, CONTROL_SMOOTHING_MS);
        }
        self.reset();
    }

    fn reset(&mut self) {
        self.oversampler.reset();
        self.delay.reset();
        self.bump.reset();
        self.shelf = Default::default();
        self.tilt = Default::default();
        self.dc_level = [0.0; 2];
        self.entry.complete();
        self.started = false;
    }

    fn latency_samples(&self) -> usize {
        self.oversampler.latency_samples()
    }

    fn process(&mut self, block: &mut Block) {
        if block.starts_control_period() {
            self.begin_period();
        }
        if self.is_silent() {
            // The oversampler's lines hold what they last heard; they are cleared when the stage is heard again.
            self.delay.process(block.frames);
            return;
        }
        let length = block.frames.len();
        around::drive_in(self.simd, self, block.frames);
        self.delay.process(block.frames);
        let (shaper, mean, bias) = (&self.shaper, self.mean, self.character.colour().bias as f32);
        let residual = &mut self.residual[..length];
        self.oversampler.process(&self.input[..length], residual, |window, residual| {
            shaper.residual(mean, window.as_flattened(), residual.as_flattened_mut(), bias)
        });
        around::mix_out(self.simd, self, block.frames);
    }
}

impl Saturator {
    /// Whether nothing is mixed in, now or soon.
    fn is_silent(&self) -> bool {
        self.mix.end_of_period() == 0.0 && !self.mix.is_moving() && self.silent > self.late.periods()
    }

    fn begin_period(&mut self) {
        let first = !self.started;
        self.started = true;
        let silent = self.is_silent();
        if first || (silent && self.character != self.settings.character) {
            self.character = self.settings.character;
            let colour = self.character.colour();
            self.shelf_before = Shelf::new(colour.low_db, colour.high_db, colour.corner_hz, self.sample_rate);
            self.shelf_after = self.shelf_before.inverse();
        }
        // A change of character passes through the dry signal.
        let same = self.character == self.settings.character;
        let mix = if same { self.settings.mix } else { 0.0 };
        if silent && mix != 0.0 && !first {
            // The lines hold what they last heard.
            self.oversampler.reset();
            self.bump.reset();
            self.shelf = Default::default();
            self.tilt = Default::default();
            self.dc_level = [0.0; 2];
            self.entry.begin();
        }
        self.mix.set_target(mix);
        for smoother in [&mut self.drive_db, &mut self.mix, &mut self.emphasis_db, &mut self.mid_side] {
            if first {
                smoother.snap();
            }
            smoother.begin_period();
        }
        // Powers of ten are dear: they are taken where something moves.
        if first
            || self.drive_db.is_moving()
            || self.emphasis_db.is_moving()
            || self.made_up != self.character
        {
            self.made_up = self.character;
            let drive_db = self.drive_db.end_of_period();
            let tilt = 0.5 * self.emphasis_db.end_of_period();
            self.tilt_shelf = Shelf::new(-tilt, tilt, TILT_HZ, self.sample_rate);
            self.behind.tilt = self.tilt_shelf.inverse();
            self.behind.drive = db_to_gain(drive_db);
            self.behind.makeup = self.shaper.makeup(self.character, drive_db);
        }
        let tilt = self.tilt_shelf;
        let behind =
            Behind { mix: self.mix.end_of_period(), mid_side: self.mid_side.end_of_period(), ..self.behind };
        if first {
            self.drive.snap(behind.drive);
            self.tilt_before.snap(tilt);
            self.late.snap(behind);
        } else {
            self.drive.begin_period(behind.drive);
            self.tilt_before.begin_period(tilt);
        }
        let late = self.late.push(behind);
        let ends = [
            (&mut self.undrive, late.drive),
            (&mut self.makeup, late.makeup),
            (&mut self.wet, late.mix),
            (&mut self.wet_mid_side, late.mid_side),
        ];
        for (ramp, end) in ends {
            if first { ramp.snap(end) } else { ramp.begin_period(end) }
        }
        if first {
            self.tilt_after.snap(late.tilt)
        } else {
            self.tilt_after.begin_period(late.tilt)
        }
        let mixes = self.mix.is_moving() || behind.mix != 0.0;
        self.silent = match (first, mixes) {
            (_, true) => 0,
            (true, false) => usize::MAX,
            (false, false) => self.silent.saturating_add(1),
        };
    }
}

impl Stage for Saturator {
    type Settings = SaturatorSettings;

    fn apply(&mut self, settings: &Self::Settings) {
        self.settings = *settings;
        self.drive_db.set_target(settings.drive_db);
        self.emphasis_db.set_target(settings.emphasis_db);
        // A mono signal has no side to drive.
        self.mid_side.set_target(if self.mono { 0.0 } else { settings.mid_side });
    }
}
