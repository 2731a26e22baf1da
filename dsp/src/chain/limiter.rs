//! Limiter: holds the true peak under the ceiling.
//!
//! ```text
//! x -- drive -- high (Standard, Finest) or low latency (Live) -- unity gain -- y
//! ```
//!
//! The quality chooses how: `low_latency` turns each peak down by a gain with a short look-ahead; `high` clips short peaks where the
//! error is masked, and turns down what is steady or long. [`best`] sees the whole programme at once and is for files. Where nothing is
//! over the ceiling the gain is exactly 1, and the stage a bit-exact delay at 0 dB of drive. It aims 0.03 dB below the ceiling for what
//! the detector reads low.
//!
//! A setting acts where its audio is: drive at the input, the ceiling and what is measured at the detector, release at the envelope,
//! unity gain at the output ([`Late`]).

mod bending;
pub mod best;
mod envelope;
mod high;
mod level;
mod low_latency;
mod runs;
mod start;
mod window;

use crate::blocks::decibel::db_to_gain;
use crate::blocks::late::Late;
use crate::blocks::math;
use crate::blocks::smoothing::{CONTROL_SMOOTHING_MS, Ramp, Smoother};
use crate::blocks::true_peak::TruePeakDetector;
use crate::parameters::{choices, parameters};
use crate::processor::{Block, CONTROL_PERIOD, ProcessSpec, Processor, Quality, Stage};
use envelope::Shape;
use high::High;
pub use high::Reductions;
use low_latency::LowLatency;

choices! {
    /// Points on the trade-off between distortion and movement of the gain.
    pub enum LimiterStyle {
        /// The least of both: short peaks are clipped where it is masked, and a slow gain takes a part of dense passages.
        #[default]
        Transparent = "transparent", "Transparent";
        /// The gain stands still as long as it can: the most punch.
        Punch = "punch", "Punch";
        /// Peaks are turned down rather than clipped: for material whose lows make them.
        Bass = "bass", "Bass";
        /// A slow gain takes most: the least distortion.
        Smooth = "smooth", "Smooth";
    }
}

parameters! {
    /// Settings of the [`Limiter`].
    pub struct LimiterSettings, limiter {
        /// Holds true peaks under the ceiling.
        on: switch() = true, "limiter_on", "On";
        /// Up: louder, with more limiting.
        drive_db: decibels(-24.0, 24.0) = 0.0, "limiter_drive", "Drive";
        /// The level that no true peak passes.
        ceiling_dbtp: true_peak_level(-12.0, 0.0) = -1.0, "limiter_ceiling", "Ceiling";
        /// Transparent: the least of both. Punch: the gain stands still. Bass: long peaks are turned down. Smooth: the least distortion.
        style: choice(LimiterStyle) = LimiterStyle::Transparent, "limiter_style", "Style";
        /// Up: calmer; down: louder, and sooner distorted.
        release_ms: milliseconds(1.0, 1000.0) = 50.0, "limiter_release", "Release";
        /// The release follows the programme; the knob sets its shortest.
        auto_release: switch() = true, "limiter_auto_release", "Auto Release";
        /// Up: onsets are turned down in both channels alike.
        transient_link: fraction(0.0, 1.0) = 1.0, "limiter_transient_link", "Transient Link";
        /// Up: longer reductions are shared by both channels.
        release_link: fraction(0.0, 1.0) = 1.0, "limiter_release_link", "Release Link";
        /// Watches the waveform between the samples too.
        true_peak: switch() = true, "limiter_true_peak", "True Peak";
        /// Takes the drive back after limiting: hear what limiting does, not that it is louder. Turn it off for the master.
        unity_gain: switch() = false, "limiter_unity_gain", "Unity Gain";
        beside {
            /// Amplitude that later stages may add (the dither and its shaping), full scale 1: kept free under the ceiling.
            output_reserve: number(0.0, 0.1) = 0.0;
        }
    }
}

/// Distance in dB between the ceiling and what the gain aims at: more than the detector reads low.
const MARGIN_DB: f64 = 0.03;
/// Look-ahead of the low-latency limiter, ms.
const LOW_LATENCY_LOOK_AHEAD_MS: f64 = 1.5;

impl LimiterStyle {
    const ALL: [Self; 4] = [Self::Transparent, Self::Punch, Self::Bass, Self::Smooth];

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
            Self::Bass => {
                Shape { window_ms: 1.5, hold_ms: 32.0, slow_attack_ms: 800.0, slow_release_ms: 30.0 }
            }
            Self::Smooth => {
                Shape { window_ms: 5.0, hold_ms: 32.0, slow_attack_ms: 300.0, slow_release_ms: 70.0 }
            }
        }
    }

    /// What is taken by the slow gain before the clip for each dB that the clip would take.
    fn slow_share(self) -> f64 {
        match self {
            // The least distortion wants 2, the least movement 0; with more a burst of 5 ms is heard 20 ms later.
            Self::Transparent => 1.25,
            Self::Punch | Self::Bass => 0.0,
            Self::Smooth => 2.5,
        }
    }

    /// How much the envelope takes at least, 0 to 1: of long peaks where the whole programme is seen, whose envelope would duck before a
    /// single hit, and of every peak where it looks no further than 12 ms.
    fn whole(self) -> f64 {
        if self == Self::Bass { 1.0 } else { 0.0 }
    }
}

/// What the limiter is set to at the end of a control period.
#[derive(Debug, Clone, Copy, Default)]
struct Values {
    /// What it aims at, an amplitude.
    ceiling: f64,
    transient_link: f64,
    release_link: f64,
    /// Release in frames.
    release: f64,
    automatic: f64,
    /// How much of what the waveform has more between the samples counts, 0 to 1.
    true_peak: f64,
    /// Of the slow gain, as a factor, and of the envelope in place of the clip, 0 to 1.
    slow_share: f64,
    whole: f64,
}

/// The limiter of a quality.
enum Mode {
    LowLatency(Box<LowLatency>),
    High(Box<High>),
}

impl Default for Mode {
    fn default() -> Self {
        Self::LowLatency(Box::new(low_latency(48_000.0)))
    }
}

/// The low-latency limiter with its styles.
fn low_latency(rate: f64) -> LowLatency {
    let shapes = LimiterStyle::ALL.map(LimiterStyle::shape);
    LowLatency::new(&shapes, LOW_LATENCY_LOOK_AHEAD_MS, TruePeakDetector::new(), rate)
}

/// The stage; see the module.
#[derive(Default)]
pub struct Limiter {
    mono: bool,
    settings: LimiterSettings,
    mode: Mode,
    sample_rate: f64,
    drive_db: Smoother,
    ceiling_db: Smoother,
    reserve: Smoother,
    unity: Smoother,
    release_log: Smoother,
    transient_link: Smoother,
    release_link: Smoother,
    automatic: Smoother,
    slow_share: Smoother,
    whole: Smoother,
    true_peak: Smoother,
    drive: Ramp,
    output_gain: Ramp,
    at_output: Late<f64>,
    /// Periods until everything that moved has come through.
    settling: usize,
    started: bool,
}

impl Limiter {
    fn smoothers(&mut self) -> [&mut Smoother; 11] {
        [
            &mut self.drive_db,
            &mut self.ceiling_db,
            &mut self.reserve,
            &mut self.unity,
            &mut self.release_log,
            &mut self.transient_link,
            &mut self.release_link,
            &mut self.automatic,
            &mut self.slow_share,
            &mut self.whole,
            &mut self.true_peak,
        ]
    }

    fn begin_period(&mut self, position: u64) {
        let started = self.started;
        self.started = true;
        let style = self.settings.style as usize;
        if !started {
            self.smoothers().into_iter().for_each(Smoother::snap);
        }
        let mut moving = false;
        for smoother in self.smoothers() {
            moving |= smoother.begin_period();
        }
        if moving {
            self.settling = self.at_output.periods() + 2;
        }
        if self.settling > 0 || !started {
            self.settling = self.settling.saturating_sub(1);
            self.take_values(started, style);
        } else {
            self.drive.settle();
            self.output_gain.settle();
            match &mut self.mode {
                Mode::LowLatency(mode) => mode.settle(),
                Mode::High(mode) => mode.settle(),
            }
        }
        match &mut self.mode {
            Mode::LowLatency(mode) => mode.choose(style),
            Mode::High(mode) => mode.begin_period(position),
        }
    }

    /// Hands on what the smoothers say for the end of this period.
    fn take_values(&mut self, started: bool, style: usize) {
        let drive = db_to_gain(self.drive_db.end_of_period());
        let ceiling = db_to_gain(self.ceiling_db.end_of_period() - MARGIN_DB) - self.reserve.end_of_period();
        let unity = self.unity.end_of_period();
        let automatic = self.automatic.end_of_period();
        let values = Values {
            ceiling: ceiling.max(1e-3),
            transient_link: self.transient_link.end_of_period(),
            release_link: self.release_link.end_of_period(),
            release: 1e-3 * math::exp(self.release_log.end_of_period()) * self.sample_rate,
            automatic,
            true_peak: self.true_peak.end_of_period(),
            slow_share: automatic * self.slow_share.end_of_period(),
            whole: self.whole.end_of_period(),
        };
        let output_gain = if unity == 0.0 { 1.0 } else { 1.0 + unity * (1.0 / drive - 1.0) };
        if !started {
            self.at_output.snap(output_gain);
            self.drive.snap(drive);
            self.output_gain.snap(output_gain);
            match &mut self.mode {
                Mode::LowLatency(mode) => mode.snap(&values, style),
                Mode::High(mode) => mode.snap(&values),
            }
            return;
        }
        self.drive.begin_period(drive);
        self.output_gain.begin_period(self.at_output.push(output_gain));
        match &mut self.mode {
            Mode::LowLatency(mode) => mode.push(&values),
            Mode::High(mode) => mode.push(&values),
        }
    }

    /// How far each part of the limiter turned down in the last control period.
    pub fn reductions(&self) -> Reductions {
        match &self.mode {
            Mode::LowLatency(mode) => {
                Reductions { envelope_db: mode.reduction_db(), ..Reductions::default() }
            }
            Mode::High(mode) => mode.reductions(),
        }
    }
}

impl Processor for Limiter {
    fn prepare(&mut self, spec: &ProcessSpec) {
        self.mono = spec.channels == 1;
        let rate = spec.sample_rate;
        self.sample_rate = rate;
        self.mode = match spec.quality {
            Quality::Live => Mode::LowLatency(Box::new(low_latency(rate))),
            Quality::Standard => Mode::High(Box::new(High::new(2, rate))),
            Quality::Finest => Mode::High(Box::new(High::new(3, rate))),
        };
        self.at_output = Late::new(self.latency_samples());
        self.smoothers().into_iter().for_each(|smoother| smoother.prepare(rate, CONTROL_SMOOTHING_MS));
        self.reset();
    }

    fn reset(&mut self) {
        match &mut self.mode {
            Mode::LowLatency(mode) => mode.reset(),
            Mode::High(mode) => mode.reset(),
        }
        self.started = false;
    }

    fn latency_samples(&self) -> usize {
        match &self.mode {
            Mode::LowLatency(mode) => mode.delay(),
            Mode::High(mode) => mode.delay(),
        }
    }

    fn process(&mut self, block: &mut Block) {
        if block.starts_control_period() {
            self.begin_period(block.position());
        }
        let offset = block.position() as usize % CONTROL_PERIOD;
        if let Mode::High(mode) = &mut self.mode {
            mode.listen(block.frames);
        }
        for frame in block.frames.iter_mut() {
            let drive = self.drive.next();
            *frame = [drive * frame[0], drive * frame[1]];
        }
        match &mut self.mode {
            Mode::LowLatency(mode) => mode.process(block.frames),
            Mode::High(mode) => mode.process(block.frames, offset),
        }
        if !self.output_gain.rests_at(1.0) {
            for frame in block.frames.iter_mut() {
                let gain = self.output_gain.next();
                *frame = [gain * frame[0], gain * frame[1]];
            }
        }
        if self.mono {
            // What is solved for two channels one after the other may differ in the last bits.
            block.frames.iter_mut().for_each(|frame| frame[1] = frame[0]);
        }
    }
}

impl Stage for Limiter {
    type Settings = LimiterSettings;

    fn apply(&mut self, settings: &Self::Settings) {
        self.settings = *settings;
        self.drive_db.set_target(settings.drive_db);
        self.ceiling_db.set_target(settings.ceiling_dbtp);
        self.reserve.set_target(settings.output_reserve);
        self.unity.set_target(if settings.unity_gain { 1.0 } else { 0.0 });
        self.release_log.set_target(math::ln(settings.release_ms));
        self.transient_link.set_target(settings.transient_link);
        self.release_link.set_target(settings.release_link);
        self.automatic.set_target(if settings.auto_release { 1.0 } else { 0.0 });
        self.slow_share.set_target(settings.style.slow_share());
        self.whole.set_target(settings.style.whole());
        self.true_peak.set_target(if settings.true_peak { 1.0 } else { 0.0 });
    }

    fn gain_reduction_db(&self) -> f64 {
        let Reductions { slow_db, envelope_db, clip_db } = self.reductions();
        slow_db + envelope_db + clip_db
    }
}
