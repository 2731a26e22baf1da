//! Glue: a bus compressor over the whole band.
//!
//! ```text
//! x --+----------------------------------------------------------- x (1 + mix (gain makeup - 1)) -- y
//!     +-- high-pass -- peak of a period -- dB -- static curve -- link -- attack and release -- gain --+
//! ```
//!
//! Feed-forward, log domain, with the smooth decoupled detector (D. Giannoulis, M. Massberg, J. D. Reiss, "Digital Dynamic
//! Range Compressor Design", JAES 60(6), 2012). *Auto* lets the crest factor C of the last 200 ms choose the times: attack
//! 160 ms / C^2, release 2 s / C^2 - attack (the same, "Parameter Automation in a Dynamic Range Compressor", JAES 61(10),
//! 2013), so that a steady sound is levelled slowly and a drum let go at once.
//!
//! The level is the peak of the last period of what dominates (`PeriodPeak`): between the crests of a low tone the gain stands, even
//! where the release is short. Everything is computed for each frame of its own, so that a bounce that begins elsewhere is the same.
//! No latency. Where nothing is reduced and the makeup is 0 dB, every bit is kept.

mod detector;

use crate::blocks::ballistics::{Ballistics, GainComputer, GainComputers, time_coefficient};
use crate::blocks::decibel::{db_to_gain, db_to_gains, gains_to_db};
use crate::blocks::math;
use crate::blocks::simd::{Lanes, Simd, in_lanes};
use crate::blocks::smoothing::{CONTROL_SMOOTHING_MS, Ramp, Smoother};
use crate::blocks::svf::{SvfCoefficients, SvfState};
use crate::parameters::parameters;
use crate::processor::{Block, CONTROL_PERIOD, Frame, ProcessSpec, Processor, Stage};
use detector::{CrestFactor, PeriodPeak};
use std::f64::consts::FRAC_1_SQRT_2;

parameters! {
    /// Settings of the [`Glue`].
    pub struct GlueSettings, glue {
        /// A bus compressor that holds the mix together.
        on: switch() = false, "glue_on", "On";
        /// Down: compresses more of the programme.
        threshold_db: level(-60.0, 0.0) = -16.0, "glue_threshold", "Threshold";
        /// Up: compresses harder.
        ratio: ratio(1.0, 20.0) = 2.0, "glue_ratio", "Ratio";
        /// Up: begins more gently.
        knee_db: decibels(0.0, 24.0) = 6.0, "glue_knee", "Knee";
        /// Up: lets more of an onset pass: punch.
        attack_ms: milliseconds(0.1, 200.0) = 30.0, "glue_attack", "Attack";
        /// Up: recovers more slowly; too fast distorts bass.
        release_ms: milliseconds(5.0, 2000.0) = 150.0, "glue_release", "Release";
        /// Attack and release follow the crest factor of the programme.
        auto: switch() = true, "glue_auto", "Auto";
        /// Up: the bass no longer pumps the rest.
        sidechain_high_pass_hz: hertz_or_off(20.0, 300.0) = 90.0, "glue_sidechain_high_pass", "Side-chain High-pass";
        /// Up: left and right are turned down together, so that the image stands.
        link: fraction(0.0, 1.0) = 1.0, "glue_link", "Link";
        /// Down: more of the uncompressed signal (parallel compression).
        mix: fraction(0.0, 1.0) = 1.0, "glue_mix", "Mix";
        /// Up: louder after compression.
        makeup_db: decibels(-12.0, 12.0) = 0.0, "glue_makeup", "Makeup";
    }
}

impl GlueSettings {
    /// The level in dBFS that a steady tone of `level_db` comes out with, before it is mixed with the input.
    pub fn output_db(&self, level_db: f64) -> f64 {
        let computer = GainComputer::new(self.threshold_db, self.ratio, self.knee_db);
        level_db - computer.reduction_db(level_db) + self.makeup_db
    }
}

/// Longest half-wave whose peak is held, in ms: that of 20 Hz.
const LONGEST_HALF_WAVE_MS: f64 = 25.0;
/// Time over which the crest factor is taken, ms.
const CREST_MS: f64 = 200.0;
/// Attack and sum of attack and release of the automatic times at C^2 = 1, ms.
const AUTO_MS: [f64; 2] = [160.0, 2000.0];
/// Frequency in hertz at which the side chain's high-pass counts as off.
const HIGH_PASS_OFF_HZ: f64 = 20.0;
/// Share over its lowest frequency up to which the side chain's high-pass is off: less than is shown, more than a fraction of a host's
/// travel in single precision is off by.
pub const HIGH_PASS_OFF_SHARE: f64 = 1e-5;
/// Reduction in dB below which a release ends.
const RELEASED_DB: f64 = 1e-7;

/// The stage; see the module.
#[derive(Default)]
pub struct Glue {
    settings: GlueSettings,
    simd: Simd,
    sample_rate: f64,
    /// Frames of the longest half-wave that is held.
    longest: usize,
    threshold_db: Smoother,
    ratio_log: Smoother,
    knee_db: Smoother,
    link: Smoother,
    mix: Smoother,
    makeup_db: Smoother,
    high_pass_log: Smoother,
    /// What makeup and ratio come to at the period's end.
    makeup_gain: f64,
    slope_end: f64,
    threshold: Ramp,
    slope: Ramp,
    knee: Ramp,
    high_pass: SvfState,
    filter: SvfCoefficients,
    filtering: bool,
    levels: [PeriodPeak; 2],
    crest: CrestFactor,
    crest_coefficient: f64,
    ballistics: [Ballistics; 2],
    attack: f64,
    release: f64,
    /// With automatic times: what C^2 is multiplied by for the inverse time constants in frames.
    auto: [f64; 2],
    makeup: Ramp,
    wet: Ramp,
    reduction_db: f64,
    started: bool,
}

impl Glue {
    fn smoothers(&mut self) -> [&mut Smoother; 7] {
        [
            &mut self.threshold_db,
            &mut self.ratio_log,
            &mut self.knee_db,
            &mut self.link,
            &mut self.mix,
            &mut self.makeup_db,
            &mut self.high_pass_log,
        ]
    }

    fn begin_period(&mut self) {
        let first = !self.started;
        self.started = true;
        self.reduction_db = 0.0;
        for smoother in self.smoothers() {
            if first {
                smoother.snap();
            }
            smoother.begin_period();
        }
        // Powers are dear: they are taken where something moves.
        if first || self.makeup_db.is_moving() {
            self.makeup_gain = db_to_gain(self.makeup_db.end_of_period());
        }
        if first || self.ratio_log.is_moving() {
            self.slope_end = 1.0 - math::exp(-self.ratio_log.end_of_period());
        }
        for (ramp, end) in [(&mut self.makeup, self.makeup_gain), (&mut self.wet, self.mix.end_of_period())] {
            if first { ramp.snap(end) } else { ramp.begin_period(end) }
        }
        let ends = [
            (&mut self.threshold, self.threshold_db.end_of_period()),
            (&mut self.slope, self.slope_end),
            (&mut self.knee, self.knee_db.end_of_period()),
        ];
        for (ramp, end) in ends {
            if first { ramp.snap(end) } else { ramp.begin_period(end) }
        }
        if first || self.high_pass_log.is_moving() {
            let hz = math::exp(self.high_pass_log.end_of_period());
            self.filter = SvfCoefficients::high_pass(hz, FRAC_1_SQRT_2, self.sample_rate);
            let filtering = hz > HIGH_PASS_OFF_HZ * (1.0 + HIGH_PASS_OFF_SHARE);
            if filtering && !self.filtering {
                self.high_pass.reset();
            }
            self.filtering = filtering;
        }
    }

    fn set_times(&mut self) {
        self.attack = time_coefficient(self.settings.attack_ms, self.sample_rate);
        self.release = time_coefficient(self.settings.release_ms, self.sample_rate);
    }

    /// What the detectors hear of the frames.
    #[inline(always)]
    fn side_chain(&mut self, frames: &[Frame]) -> [Frame; CONTROL_PERIOD] {
        let mut heard = [[0.0; 2]; CONTROL_PERIOD];
        let heard_frames = &mut heard[..frames.len()];
        heard_frames.copy_from_slice(frames);
        if self.filtering {
            // Copies stay in registers, here and below.
            let (filter, a1, mut high_pass) = (self.filter, self.filter.a1(), self.high_pass);
            for x in heard_frames {
                let (band, low) = high_pass.tick(filter.g, a1, *x);
                *x = [x[0] - filter.k * band[0] - low[0], x[1] - filter.k * band[1] - low[1]];
            }
            self.high_pass = high_pass;
        }
        heard
    }

    /// Attack and release of each frame as coefficients.
    #[inline(always)]
    fn times(&mut self, heard: &[Frame]) -> [PerFrame; 2] {
        let mut crests = [0.0; CONTROL_PERIOD];
        let mut crest = self.crest;
        for (squared, x) in crests.iter_mut().zip(heard) {
            let squares = [x[0] * x[0], x[1] * x[1]];
            crest.tick(squares[0].max(squares[1]), 0.5 * (squares[0] + squares[1]), self.crest_coefficient);
            *squared = crest.squared();
        }
        self.crest = crest;
        if !self.settings.auto {
            return [[self.attack; CONTROL_PERIOD], [self.release; CONTROL_PERIOD]];
        }
        let mut times = [crests; 2];
        for (times, scale) in times.iter_mut().zip(self.auto) {
            times.iter_mut().for_each(|squared| *squared = decay(*squared * scale));
        }
        times
    }

    /// The reductions that the static curve asks for, of as many channels as have their own.
    #[inline(always)]
    fn wanted<V: Lanes, const CHANNELS: usize>(&mut self, heard: &[Frame]) -> [PerFrame; CHANNELS] {
        let mut levels = [[0.0; CONTROL_PERIOD]; 2];
        for c in 0..2 {
            let mut detector = self.levels[c];
            for (level, x) in levels[c].iter_mut().zip(heard) {
                *level = detector.tick(x[c], self.longest);
            }
            self.levels[c] = detector;
        }
        let mut curve = [[0.0; CONTROL_PERIOD]; 3];
        for (values, ramp) in curve.iter_mut().zip([&mut self.threshold, &mut self.slope, &mut self.knee]) {
            values[..heard.len()].iter_mut().for_each(|value| *value = ramp.next());
        }
        let [threshold_db, slope, knee_db] = &curve;
        let mut wanted = [[0.0; CONTROL_PERIOD]; CHANNELS];
        for n in (0..heard.len()).step_by(4) {
            let computers = GainComputers {
                threshold_db: V::load(threshold_db, n),
                slope: V::load(slope, n),
                knee_db: V::load(knee_db, n),
            };
            let [left, right] = [V::load(&levels[0], n), V::load(&levels[1], n)];
            if CHANNELS == 1 {
                // Both channels do the same: the louder one's level decides.
                computers.reduction_db(gains_to_db(right.max(left))).store(&mut wanted[0], n);
            } else {
                computers.reduction_db(gains_to_db(left)).store(&mut wanted[0], n);
                computers.reduction_db(gains_to_db(right)).store(&mut wanted[1], n);
            }
        }
        wanted
    }

    /// Lets a channel's reductions in dB run to the wanted ones, as attack and release allow, and gives their gains.
    #[inline(always)]
    fn follow<V: Lanes>(
        &mut self,
        channel: usize,
        wanted: &[f64],
        [attack, release]: &[PerFrame; 2],
    ) -> PerFrame {
        let mut gains = [0.0; CONTROL_PERIOD];
        let (mut ballistics, mut most) = (self.ballistics[channel], self.reduction_db);
        for (n, (gain, wanted_db)) in gains.iter_mut().zip(wanted).enumerate() {
            let mut reduction = ballistics.tick(*wanted_db, attack[n], release[n]);
            if *wanted_db == 0.0 && reduction < RELEASED_DB {
                ballistics.reset();
                reduction = 0.0;
            }
            most = most.max(reduction);
            *gain = -reduction;
        }
        (self.ballistics[channel], self.reduction_db) = (ballistics, most);
        for n in (0..wanted.len()).step_by(4) {
            db_to_gains(V::load(&gains, n)).store(&mut gains, n);
        }
        gains
    }
}

/// A figure for each frame of a period.
type PerFrame = [f64; CONTROL_PERIOD];

in_lanes! {
    /// Compresses frames in place, at most a control period of them.
    fn compress(glue: &mut Glue, frames: &mut [Frame]) = compress_in::<_>
}

#[inline(always)]
fn compress_in<V: Lanes>(glue: &mut Glue, frames: &mut [Frame]) {
    let length = frames.len();
    let heard = glue.side_chain(frames);
    let heard = &heard[..length];
    let times = glue.times(heard);
    let link = glue.link.end_of_period();
    let [left, right] = if link == 1.0 && !glue.link.is_moving() {
        let [wanted] = glue.wanted::<V, 1>(heard);
        let gains = glue.follow::<V>(0, &wanted[..length], &times);
        glue.ballistics[1] = glue.ballistics[0];
        [gains, gains]
    } else {
        let [mut left, mut right] = glue.wanted::<V, 2>(heard);
        for (left, right) in left.iter_mut().zip(&mut right) {
            let most = left.max(*right);
            (*left, *right) = (link * most + (1.0 - link) * *left, link * most + (1.0 - link) * *right);
        }
        [glue.follow::<V>(0, &left[..length], &times), glue.follow::<V>(1, &right[..length], &times)]
    };
    for ((frame, left), right) in frames.iter_mut().zip(left).zip(right) {
        let (wet, makeup) = (glue.wet.next(), glue.makeup.next());
        frame[0] *= 1.0 + wet * (makeup * left - 1.0);
        frame[1] *= 1.0 + wet * (makeup * right - 1.0);
    }
}

/// e^-x for the x below 0.015 of a crest factor's times, within 3e-9.
#[inline(always)]
fn decay(x: f64) -> f64 {
    1.0 - x * (1.0 - x * (0.5 - x * (1.0 / 6.0)))
}

impl Processor for Glue {
    fn prepare(&mut self, spec: &ProcessSpec) {
        self.simd = Simd::detect();
        self.sample_rate = spec.sample_rate;
        self.longest = (LONGEST_HALF_WAVE_MS * 0.001 * spec.sample_rate) as usize;
        self.crest_coefficient = time_coefficient(CREST_MS, spec.sample_rate);
        self.auto = [AUTO_MS[0], AUTO_MS[1] - AUTO_MS[0]].map(|ms| 1000.0 / (ms * spec.sample_rate));
        self.set_times();
        let rate = spec.sample_rate;
        self.smoothers().into_iter().for_each(|smoother| smoother.prepare(rate, CONTROL_SMOOTHING_MS));
        self.reset();
    }

    fn reset(&mut self) {
        self.high_pass.reset();
        self.filtering = false;
        self.levels = Default::default();
        self.crest = CrestFactor::default();
        self.ballistics = Default::default();
        self.reduction_db = 0.0;
        self.started = false;
    }

    fn latency_samples(&self) -> usize {
        0
    }

    fn process(&mut self, block: &mut Block) {
        if block.starts_control_period() {
            self.begin_period();
        }
        compress(self.simd, self, block.frames);
    }
}

impl Stage for Glue {
    type Settings = GlueSettings;

    fn apply(&mut self, settings: &Self::Settings) {
        self.settings = *settings;
        self.set_times();
        self.threshold_db.set_target(settings.threshold_db);
        self.ratio_log.set_target(math::ln(settings.ratio));
        self.knee_db.set_target(settings.knee_db);
        self.link.set_target(settings.link);
        self.mix.set_target(settings.mix);
        self.makeup_db.set_target(settings.makeup_db);
        self.high_pass_log.set_target(math::ln(settings.sidechain_high_pass_hz));
    }

    fn gain_reduction_db(&self) -> f64 {
        self.reduction_db
    }
}
