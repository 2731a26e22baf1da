//! Glue: a bus compressor over the whole band.
//!
//! ```text
//! x --+----------------------------------------------------------- x (1 + mix (gain makeup - 1)) -- y
//!     +-- high-pass -- peak -- dB -- static curve -- link -- attack and release -- gain --+
//! ```
//!
//! Feed-forward, log domain, with the smooth decoupled detector (D. Giannoulis, M. Massberg, J. D. Reiss, "Digital Dynamic
//! Range Compressor Design", JAES 60(6), 2012). *Auto* lets the crest factor C of the last 200 ms choose the times: attack
//! 160 ms / C^2, release 2 s / C^2 - attack (the same, "Parameter Automation in a Dynamic Range Compressor", JAES 61(10),
//! 2013), so that a steady sound is levelled slowly and a drum let go at once.
//!
//! The gain is made once in a hop of about 0.08 ms from the highest peak in it and reached linearly in the next. No latency.
//! Where nothing is reduced and the makeup is 0 dB, every bit is kept.

use crate::blocks::ballistics::{Ballistics, GainComputer, hop_frames, time_coefficient};
use crate::blocks::decibel::{db_to_gain, fast_db_to_gain, fast_gain_to_db};
use crate::blocks::smoothing::{CONTROL_SMOOTHING_MS, Ramp, Smoother};
use crate::blocks::svf::{SvfCoefficients, SvfState};
use crate::processor::{Block, CONTROL_PERIOD, Frame, ProcessSpec, Processor, Stage, StageSettings, limit};
use std::f64::consts::FRAC_1_SQRT_2;

/// Settings of the [`Glue`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GlueSettings {
    /// Whether the stage is switched on.
    pub on: bool,
    /// Threshold in dBFS, -60 to 0.
    pub threshold_db: f64,
    /// Ratio "x : 1", 1 to 20.
    pub ratio: f64,
    /// Width of the knee in dB, 0 to 24.
    pub knee_db: f64,
    /// Attack time constant in ms, 0.1 to 200.
    pub attack_ms: f64,
    /// Release time constant in ms, 5 to 2000; unused with `auto`.
    pub release_ms: f64,
    /// Lets the programme's crest factor choose attack and release.
    pub auto: bool,
    /// High-pass of the side chain in hertz, 20 (off) to 300.
    pub sidechain_high_pass_hz: f64,
    /// Stereo link, 0 (each channel for itself) to 1 (the louder channel steers both).
    pub link: f64,
    /// 0 dry to 1 wet.
    pub mix: f64,
    /// Gain after the compressor in dB, -12 to +12.
    pub makeup_db: f64,
}

impl Default for GlueSettings {
    fn default() -> Self {
        Self {
            on: false,
            threshold_db: -16.0,
            ratio: 2.0,
            knee_db: 6.0,
            attack_ms: 30.0,
            release_ms: 150.0,
            auto: true,
            sidechain_high_pass_hz: 90.0,
            link: 1.0,
            mix: 1.0,
            makeup_db: 0.0,
        }
    }
}

impl GlueSettings {
    /// The level in dBFS that a steady tone of `level_db` comes out with, before it is mixed with the input.
    pub fn output_db(&self, level_db: f64) -> f64 {
        let computer = GainComputer::new(self.threshold_db, self.ratio, self.knee_db);
        level_db - computer.reduction_db(level_db) + self.makeup_db
    }
}

impl StageSettings for GlueSettings {
    fn on(&self) -> bool {
        self.on
    }
    fn sanitize(&mut self) {
        let default = Self::default();
        limit(&mut self.threshold_db, -60.0, 0.0, default.threshold_db);
        limit(&mut self.ratio, 1.0, 20.0, default.ratio);
        limit(&mut self.knee_db, 0.0, 24.0, default.knee_db);
        limit(&mut self.attack_ms, 0.1, 200.0, default.attack_ms);
        limit(&mut self.release_ms, 5.0, 2000.0, default.release_ms);
        limit(&mut self.sidechain_high_pass_hz, HIGH_PASS_OFF_HZ, 300.0, default.sidechain_high_pass_hz);
        limit(&mut self.link, 0.0, 1.0, default.link);
        limit(&mut self.mix, 0.0, 1.0, default.mix);
        limit(&mut self.makeup_db, -12.0, 12.0, default.makeup_db);
    }
}

/// Longest hop in ms: the shortest attack.
const HOP_MS: f64 = 0.1;
/// Time over which the crest factor is taken, ms.
const CREST_MS: f64 = 200.0;
/// Attack and sum of attack and release of the automatic times at C^2 = 1, ms.
const AUTO_MS: [f64; 2] = [160.0, 2000.0];
/// Frequency in hertz at which the side chain's high-pass counts as off.
const HIGH_PASS_OFF_HZ: f64 = 20.0;
/// Reduction in dB below which a release ends.
const RELEASED_DB: f64 = 1e-7;

/// Peak and mean power of the side chain, whose ratio is the square of the crest factor.
#[derive(Debug, Clone, Copy, Default)]
struct CrestFactor {
    peak_power: f64,
    power: f64,
}

impl CrestFactor {
    #[inline(always)]
    fn tick(&mut self, peak_power: f64, power: f64, coefficient: f64) {
        let decayed = coefficient * self.peak_power + (1.0 - coefficient) * peak_power;
        self.peak_power = peak_power.max(decayed);
        self.power = coefficient * self.power + (1.0 - coefficient) * power;
    }

    /// C^2: 2 for a sine, 1 for silence.
    fn squared(&self) -> f64 {
        if self.power > 1e-12 { (self.peak_power / self.power).clamp(1.0, 100.0) } else { 1.0 }
    }
}

/// The stage; see the module.
#[derive(Default)]
pub struct Glue {
    settings: GlueSettings,
    sample_rate: f64,
    /// Frames per hop, a power of two.
    hop: usize,
    /// Hops per second.
    hop_rate: f64,
    threshold_db: Smoother,
    ratio_log: Smoother,
    knee_db: Smoother,
    link: Smoother,
    mix: Smoother,
    makeup_db: Smoother,
    high_pass_log: Smoother,
    threshold: Ramp,
    slope: Ramp,
    knee: Ramp,
    high_pass: SvfState,
    filter: SvfCoefficients,
    filtering: bool,
    /// Peaks and energy of the hop under way.
    peaks: Frame,
    energy: f64,
    crest: CrestFactor,
    crest_coefficient: f64,
    ballistics: [Ballistics; 2],
    attack: f64,
    release: f64,
    /// Gain of the compressor now, its step per frame, and its value at the hop's end.
    gain: Frame,
    step: Frame,
    gain_end: Frame,
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
        for (ramp, end) in [
            (&mut self.makeup, db_to_gain(self.makeup_db.end_of_period())),
            (&mut self.wet, self.mix.end_of_period()),
        ] {
            if first { ramp.snap(end) } else { ramp.begin_period(end) }
        }
        let hops = CONTROL_PERIOD / self.hop;
        let ends = [
            (&mut self.threshold, self.threshold_db.end_of_period()),
            (&mut self.slope, 1.0 - (-self.ratio_log.end_of_period()).exp()),
            (&mut self.knee, self.knee_db.end_of_period()),
        ];
        for (ramp, end) in ends {
            if first { ramp.snap(end) } else { ramp.begin_period_of(end, hops) }
        }
        if first || self.high_pass_log.is_moving() {
            let hz = self.high_pass_log.end_of_period().exp();
            self.filter = SvfCoefficients::high_pass(hz, FRAC_1_SQRT_2, self.sample_rate);
            let filtering = hz > HIGH_PASS_OFF_HZ * 1.001;
            if filtering && !self.filtering {
                self.high_pass.reset();
            }
            self.filtering = filtering;
        }
        let (attack_ms, release_ms) = if self.settings.auto {
            let squared = self.crest.squared();
            let attack_ms = AUTO_MS[0] / squared;
            (attack_ms, AUTO_MS[1] / squared - attack_ms)
        } else {
            (self.settings.attack_ms, self.settings.release_ms)
        };
        self.attack = time_coefficient(attack_ms, self.hop_rate);
        self.release = time_coefficient(release_ms, self.hop_rate);
    }

    /// Takes the peaks of a finished hop and aims at the gain for the next.
    #[inline]
    fn finish_hop(&mut self) {
        let peak_power = self.peaks[0].max(self.peaks[1]).powi(2);
        self.crest.tick(peak_power, self.energy / (2 * self.hop) as f64, self.crest_coefficient);
        let computer = GainComputer {
            threshold_db: self.threshold.next(),
            slope: self.slope.next(),
            knee_db: self.knee.next(),
        };
        let link = self.link.end_of_period();
        if link == 1.0 && !self.link.is_moving() {
            // Both channels do the same: the louder one's peak decides.
            let reduction = computer.reduction_db(fast_gain_to_db(self.peaks[0].max(self.peaks[1])));
            self.aim(0, reduction);
            self.ballistics[1] = self.ballistics[0];
            (self.gain[1], self.gain_end[1], self.step[1]) = (self.gain[0], self.gain_end[0], self.step[0]);
        } else {
            let reductions = self.peaks.map(|peak| computer.reduction_db(fast_gain_to_db(peak)));
            let most = reductions[0].max(reductions[1]);
            for (channel, own) in reductions.into_iter().enumerate() {
                self.aim(channel, link * most + (1.0 - link) * own);
            }
        }
        self.peaks = [0.0; 2];
        self.energy = 0.0;
    }
}

impl Glue {
    /// Lets a channel's gain run to that of a reduction in dB, as attack and release allow.
    #[inline(always)]
    fn aim(&mut self, channel: usize, wanted_db: f64) {
        let mut reduction = self.ballistics[channel].tick(wanted_db, self.attack, self.release);
        if wanted_db == 0.0 && reduction < RELEASED_DB {
            self.ballistics[channel].reset();
            reduction = 0.0;
        }
        self.reduction_db = self.reduction_db.max(reduction);
        self.gain[channel] = self.gain_end[channel];
        self.gain_end[channel] = fast_db_to_gain(-reduction);
        self.step[channel] = (self.gain_end[channel] - self.gain[channel]) / self.hop as f64;
    }
}

impl Processor for Glue {
    fn prepare(&mut self, spec: &ProcessSpec) {
        self.sample_rate = spec.sample_rate;
        self.hop = hop_frames(HOP_MS, spec.sample_rate);
        self.hop_rate = spec.sample_rate / self.hop as f64;
        self.crest_coefficient = time_coefficient(CREST_MS, self.hop_rate);
        let rate = spec.sample_rate;
        self.smoothers().into_iter().for_each(|smoother| smoother.prepare(rate, CONTROL_SMOOTHING_MS));
        self.reset();
    }

    fn reset(&mut self) {
        self.high_pass.reset();
        self.filtering = false;
        self.peaks = [0.0; 2];
        self.energy = 0.0;
        self.crest = CrestFactor::default();
        self.ballistics = Default::default();
        (self.gain, self.gain_end, self.step) = ([1.0; 2], [1.0; 2], [0.0; 2]);
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
        let mut in_hop = (block.position() % self.hop as u64) as usize;
        let (filter, a1, filtering) = (self.filter, self.filter.a1(), self.filtering);
        for frame in block.frames.iter_mut() {
            let (wet, makeup) = (self.wet.next(), self.makeup.next());
            let mut side_chain = *frame;
            if filtering {
                let (band, low) = self.high_pass.tick(filter.g, a1, *frame);
                side_chain = [frame[0] - filter.k * band[0] - low[0], frame[1] - filter.k * band[1] - low[1]];
            }
            for c in 0..2 {
                let level = side_chain[c].abs();
                self.peaks[c] = if level > self.peaks[c] { level } else { self.peaks[c] };
                self.energy += level * level;
                self.gain[c] += self.step[c];
                frame[c] *= 1.0 + wet * (makeup * self.gain[c] - 1.0);
            }
            in_hop += 1;
            if in_hop == self.hop {
                in_hop = 0;
                self.finish_hop();
            }
        }
    }
}

impl Stage for Glue {
    type Settings = GlueSettings;

    fn apply(&mut self, settings: &Self::Settings) {
        self.settings = *settings;
        self.threshold_db.set_target(settings.threshold_db);
        self.ratio_log.set_target(settings.ratio.ln());
        self.knee_db.set_target(settings.knee_db);
        self.link.set_target(settings.link);
        self.mix.set_target(settings.mix);
        self.makeup_db.set_target(settings.makeup_db);
        self.high_pass_log.set_target(settings.sidechain_high_pass_hz.ln());
    }

    fn gain_reduction_db(&self) -> f64 {
        self.reduction_db
    }
}
