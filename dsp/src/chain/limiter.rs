//! Limiter: holds the true peak under the ceiling.
//!
//! ```text
//! x -- drive --+-- delay --------------------------------------------- x gain -- unity gain -- y
//!              +-- level between the samples -- dB over the ceiling -- envelope --+
//! ```
//!
//! The gain is made at the sample rate from the level of the continuous waveform ([`TruePeakDetector`]), looks ahead, and is smooth
//! enough that applying it makes no new peaks ([`envelope`], [`window`]). Where nothing is over the ceiling the gain is exactly
//! 1, and the stage a bit-exact delay at 0 dB of drive. The gain aims 0.03 dB below the ceiling for what remains.
//!
//! Latency: the detector's half length and the look-ahead, 1.5 ms live, 4 ms standard, 5 ms finest, whatever the style: a style
//! with a shorter window waits. A setting acts where its audio is: drive at the input, the ceiling and what is measured at the
//! detector, release at the envelope, unity gain at the output ([`Late`]).

pub mod best;
mod envelope;
mod runs;
mod window;

use crate::blocks::decibel::{db_to_gain, fast_db_to_gain, fast_gain_to_db};
use crate::blocks::delay::Delay;
use crate::blocks::fir::Frame32;
use crate::blocks::late::Late;
use crate::blocks::smoothing::{CONTROL_SMOOTHING_MS, Ramp, Smoother};
use crate::blocks::true_peak::TruePeakDetector;
use crate::processor::{Block, CONTROL_PERIOD, ProcessSpec, Processor, Quality, Stage, StageSettings, limit};
use envelope::{Controls, Envelope, Shape};

/// How the limiter moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LimiterStyle {
    /// Slow and even: nothing is heard but the level.
    #[default]
    Transparent,
    /// A short window that lets transients through longer.
    Punch,
    /// Loud and dense.
    Aggressive,
    /// The longest window, for sustained material.
    Smooth,
}

/// Settings of the [`Limiter`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LimiterSettings {
    /// Whether the stage is switched on.
    pub on: bool,
    /// Gain into the limiter in dB, -24 to 24.
    pub drive_db: f64,
    /// Level that no peak passes in dBTP, -12 to 0.
    pub ceiling_dbtp: f64,
    /// How it moves.
    pub style: LimiterStyle,
    /// Release time constant in ms, 1 to 1000; with `auto_release` the longest of single peaks.
    pub release_ms: f64,
    /// Lets the release follow the programme.
    pub auto_release: bool,
    /// Stereo link of the fast gain, 0 to 1.
    pub transient_link: f64,
    /// Stereo link of the slow gain, 0 to 1.
    pub release_link: f64,
    /// Whether peaks between the samples are held too.
    pub true_peak: bool,
    /// Takes the drive back after the limiter, to hear what limiting does at equal level.
    pub unity_gain: bool,
    /// Amplitude that later stages may add (the dither and its shaping), full scale 1: kept free under the ceiling.
    pub output_reserve: f64,
}

impl Default for LimiterSettings {
    fn default() -> Self {
        Self {
            on: true,
            drive_db: 0.0,
            ceiling_dbtp: -1.0,
            style: LimiterStyle::Transparent,
            release_ms: 50.0,
            auto_release: true,
            transient_link: 1.0,
            release_link: 1.0,
            true_peak: true,
            unity_gain: false,
            output_reserve: 0.0,
        }
    }
}

impl StageSettings for LimiterSettings {
    fn on(&self) -> bool {
        self.on
    }
    fn sanitize(&mut self) {
        let default = Self::default();
        limit(&mut self.drive_db, -24.0, 24.0, default.drive_db);
        limit(&mut self.ceiling_dbtp, -12.0, 0.0, default.ceiling_dbtp);
        limit(&mut self.release_ms, 1.0, 1000.0, default.release_ms);
        limit(&mut self.transient_link, 0.0, 1.0, default.transient_link);
        limit(&mut self.release_link, 0.0, 1.0, default.release_link);
        limit(&mut self.output_reserve, 0.0, 0.1, default.output_reserve);
    }
}

/// Distance in dB between the ceiling and what the gain aims at: more than the detector reads low.
const MARGIN_DB: f64 = 0.03;
/// The same where the detector has half as many points a frame: noise to the top of the band reads 0.01 dB lower.
const HIGH_RATE_MARGIN_DB: f64 = 0.04;
/// From here on it has, hertz.
const HIGH_RATE_HZ: f64 = 100_000.0;
/// Length of the crossfade from one style to another, in ms.
const STYLE_FADE_MS: f64 = 15.0;
/// Styles.
const STYLES: usize = 4;

impl LimiterStyle {
    fn shape(self) -> Shape {
        match self {
            // Holds long enough for a clean 20 Hz. The slow part is charged over many hits and released within one: it takes what
            // lasts, and none of the level between peaks.
            Self::Transparent => {
                Shape { window_ms: 3.0, hold_ms: 32.0, slow_attack_ms: 400.0, slow_release_ms: 50.0 }
            }
            // Shorter windows are not steep enough: below 1.5 ms the gain itself makes new peaks.
            Self::Punch => {
                Shape { window_ms: 1.5, hold_ms: 15.0, slow_attack_ms: 600.0, slow_release_ms: 40.0 }
            }
            Self::Aggressive => {
                Shape { window_ms: 1.5, hold_ms: 11.0, slow_attack_ms: 800.0, slow_release_ms: 30.0 }
            }
            Self::Smooth => {
                Shape { window_ms: 5.0, hold_ms: 32.0, slow_attack_ms: 300.0, slow_release_ms: 70.0 }
            }
        }
    }
}

/// What the detector's audio needs at the end of a period.
#[derive(Debug, Clone, Copy, Default)]
struct AtDetector {
    ceiling: f64,
    transient_link: f64,
    true_peak: bool,
}

/// What the envelope needs at the end of a period.
#[derive(Debug, Clone, Copy, Default)]
struct AtEnvelope {
    release_link: f64,
    release: f64,
    automatic: f64,
}

/// The stage; see the module.
#[derive(Default)]
pub struct Limiter {
    settings: LimiterSettings,
    detector: TruePeakDetector,
    /// One for each style; a second one runs while the style changes.
    envelopes: [Envelope; STYLES],
    style: usize,
    next_style: usize,
    /// Frames that the next style still runs unheard, and how much of it is heard.
    warm_up: usize,
    style_fade: f64,
    style_step: f64,
    delay: Delay,
    /// The driven frames in time with their levels: which side of zero they are on.
    sides: Delay,
    sample_rate: f64,
    margin_db: f64,
    drive_db: Smoother,
    ceiling_db: Smoother,
    reserve: Smoother,
    unity: Smoother,
    release_log: Smoother,
    transient_link: Smoother,
    release_link: Smoother,
    automatic: Smoother,
    controls: Controls,
    drive: Ramp,
    ceiling: Ramp,
    output_gain: Ramp,
    at_detector: Late<AtDetector>,
    at_envelope: Late<AtEnvelope>,
    at_output: Late<f64>,
    /// Whether peaks between the samples are measured, now and at the input.
    true_peak: bool,
    measured: bool,
    /// Periods until everything that moved has come through.
    settling: usize,
    started: bool,
    reduction_db: f64,
}

impl Limiter {
    fn smoothers(&mut self) -> [&mut Smoother; 8] {
        [
            &mut self.drive_db,
            &mut self.ceiling_db,
            &mut self.reserve,
            &mut self.unity,
            &mut self.release_log,
            &mut self.transient_link,
            &mut self.release_link,
            &mut self.automatic,
        ]
    }

    fn begin_period(&mut self) {
        let started = self.started;
        self.started = true;
        self.reduction_db = 0.0;
        let wanted = self.settings.style as usize;
        if !started {
            self.smoothers().into_iter().for_each(Smoother::snap);
            self.style = wanted;
            self.next_style = wanted;
            self.style_fade = 0.0;
        } else if self.style == self.next_style && wanted != self.style {
            self.next_style = wanted;
            self.envelopes[wanted].reset();
            // An envelope is complete after its look-ahead; then what came in with the wish comes out.
            self.warm_up = self.delay.samples();
            self.style_fade = 0.0;
        }
        let mut moving = false;
        for smoother in self.smoothers() {
            moving |= smoother.begin_period();
        }
        let measured = self.settings.true_peak;
        if moving || measured != self.measured {
            self.measured = measured;
            self.settling = self.at_output.periods() + 2;
        }
        if self.settling == 0 && started {
            for ramp in [&mut self.drive, &mut self.ceiling, &mut self.output_gain] {
                ramp.settle();
            }
            return;
        }
        self.settling = self.settling.saturating_sub(1);
        let drive = db_to_gain(self.drive_db.end_of_period());
        let ceiling =
            db_to_gain(self.ceiling_db.end_of_period() - self.margin_db) - self.reserve.end_of_period();
        let unity = self.unity.end_of_period();
        let at_detector = AtDetector {
            ceiling: ceiling.max(1e-3),
            transient_link: self.transient_link.end_of_period(),
            true_peak: measured,
        };
        let output_gain = if unity == 0.0 { 1.0 } else { 1.0 + unity * (1.0 / drive - 1.0) };
        let at_envelope = AtEnvelope {
            release_link: self.release_link.end_of_period(),
            release: 1e-3 * self.release_log.end_of_period().exp() * self.sample_rate,
            automatic: self.automatic.end_of_period(),
        };
        if !started {
            self.at_detector.snap(at_detector);
            self.at_envelope.snap(at_envelope);
            self.at_output.snap(output_gain);
        }
        let (at_detector, at_envelope) =
            (self.at_detector.push(at_detector), self.at_envelope.push(at_envelope));
        let ends = [
            (&mut self.drive, drive),
            (&mut self.ceiling, at_detector.ceiling),
            (&mut self.output_gain, self.at_output.push(output_gain)),
        ];
        for (ramp, end) in ends {
            if started { ramp.begin_period(end) } else { ramp.snap(end) }
        }
        self.true_peak = at_detector.true_peak;
        self.controls = Controls {
            transient_link: at_detector.transient_link,
            release_link: at_envelope.release_link,
            release: at_envelope.release,
            automatic: at_envelope.automatic,
        };
    }

    /// Reduction in dB for the frame that leaves the delay now.
    #[inline(always)]
    fn reduction(&mut self, needed: [f64; 2], is_positive: bool) -> [f64; 2] {
        let reduction = self.envelopes[self.style].tick(needed, is_positive, &self.controls);
        if self.next_style == self.style {
            return reduction;
        }
        // Both give every frame what it needs, and so does any mixture.
        let next = self.envelopes[self.next_style].tick(needed, is_positive, &self.controls);
        if self.warm_up > 0 {
            self.warm_up -= 1;
            return reduction;
        }
        self.style_fade += self.style_step;
        if self.style_fade >= 1.0 {
            self.style = self.next_style;
            return next;
        }
        let fade = self.style_fade * self.style_fade * (3.0 - 2.0 * self.style_fade);
        [reduction[0] + fade * (next[0] - reduction[0]), reduction[1] + fade * (next[1] - reduction[1])]
    }
}

impl Processor for Limiter {
    fn prepare(&mut self, spec: &ProcessSpec) {
        let look_ahead_ms = match spec.quality {
            Quality::Live => 1.5,
            Quality::Standard => 4.0,
            Quality::Finest => 5.0,
        };
        let look_ahead = spec.frames_of_ms(look_ahead_ms);
        self.sample_rate = spec.sample_rate;
        self.margin_db = if spec.sample_rate < HIGH_RATE_HZ { MARGIN_DB } else { HIGH_RATE_MARGIN_DB };
        self.detector = TruePeakDetector::new(spec.sample_rate);
        let styles =
            [LimiterStyle::Transparent, LimiterStyle::Punch, LimiterStyle::Aggressive, LimiterStyle::Smooth];
        self.envelopes = styles.map(|style| Envelope::new(&style.shape(), look_ahead, spec.sample_rate));
        self.delay = Delay::new(self.detector.delay() + look_ahead);
        self.at_detector = Late::new(self.detector.delay());
        // The window's middle is heard half the look-ahead later.
        self.at_envelope = Late::new(self.detector.delay() + look_ahead / 2);
        self.at_output = Late::new(self.delay.samples());
        self.sides = Delay::new(self.detector.delay());
        self.style_step = 1000.0 / (STYLE_FADE_MS * spec.sample_rate);
        let rate = spec.sample_rate;
        self.smoothers().into_iter().for_each(|smoother| smoother.prepare(rate, CONTROL_SMOOTHING_MS));
        self.reset();
    }

    fn reset(&mut self) {
        self.detector.reset();
        self.envelopes.iter_mut().for_each(Envelope::reset);
        self.delay.reset();
        self.sides.reset();
        self.started = false;
        self.reduction_db = 0.0;
    }

    fn latency_samples(&self) -> usize {
        self.delay.samples()
    }

    fn process(&mut self, block: &mut Block) {
        if block.starts_control_period() {
            self.begin_period();
        }
        let length = block.frames.len();
        let mut driven = [[0.0f32; 2]; CONTROL_PERIOD];
        for (frame, driven) in block.frames.iter_mut().zip(&mut driven) {
            let drive = self.drive.next();
            *frame = frame.map(|x| x * drive);
            *driven = frame.map(|x| x as f32);
        }
        let mut sides = [[0.0f64; 2]; CONTROL_PERIOD];
        sides[..length].copy_from_slice(block.frames);
        self.sides.process(&mut sides[..length]);
        self.delay.process(block.frames);
        let mut ceilings = [0.0; CONTROL_PERIOD];
        ceilings[..length].iter_mut().for_each(|ceiling| *ceiling = self.ceiling.next());
        let floor = ceilings[..length].iter().fold(f64::INFINITY, |floor, ceiling| floor.min(*ceiling));
        let mut levels: [Frame32; CONTROL_PERIOD] = [[0.0; 2]; CONTROL_PERIOD];
        let over =
            self.detector.process(&driven[..length], self.true_peak, 0.999 * floor as f32, &mut levels);
        let idle = !over && self.style == self.next_style && self.envelopes[self.style].is_idle();
        if idle {
            self.envelopes[self.style].skip(length);
        } else {
            for (((frame, level), ceiling), side) in
                block.frames.iter_mut().zip(levels).zip(ceilings).zip(sides)
            {
                let needed = [over_db(level[0], ceiling), over_db(level[1], ceiling)];
                let louder = if level[1] > level[0] { side[1] } else { side[0] };
                let reduction = self.reduction(needed, louder > 0.0);
                if reduction != [0.0; 2] {
                    self.reduction_db = self.reduction_db.max(reduction[0].max(reduction[1]));
                    let left = fast_db_to_gain(-reduction[0]);
                    let right =
                        if reduction[1] == reduction[0] { left } else { fast_db_to_gain(-reduction[1]) };
                    *frame = [frame[0] * left, frame[1] * right];
                }
            }
        }
        if !self.output_gain.rests_at(1.0) {
            for frame in block.frames.iter_mut() {
                let gain = self.output_gain.next();
                *frame = frame.map(|x| x * gain);
            }
        }
    }
}

/// How far a level lies over the ceiling, dB; 0 below it.
#[inline(always)]
fn over_db(level: f32, ceiling: f64) -> f64 {
    let level = f64::from(level);
    if level > ceiling { fast_gain_to_db(level / ceiling) } else { 0.0 }
}

impl Stage for Limiter {
    type Settings = LimiterSettings;

    fn apply(&mut self, settings: &Self::Settings) {
        self.settings = *settings;
        self.drive_db.set_target(settings.drive_db);
        self.ceiling_db.set_target(settings.ceiling_dbtp);
        self.reserve.set_target(settings.output_reserve);
        self.unity.set_target(if settings.unity_gain { 1.0 } else { 0.0 });
        self.release_log.set_target(settings.release_ms.ln());
        self.transient_link.set_target(settings.transient_link);
        self.release_link.set_target(settings.release_link);
        self.automatic.set_target(if settings.auto_release { 1.0 } else { 0.0 });
    }

    fn gain_reduction_db(&self) -> f64 {
        self.reduction_db
    }
}
