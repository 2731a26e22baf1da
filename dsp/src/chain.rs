//! The mastering chain: the stages in signal order.
//!
//! ```text
//! in -> input_trim -> equalizer -> dynamic_eq -> multiband -> glue -> saturator -> bass -> imager -> clipper -> limiter -> dither -> out
//! ```

pub mod bass;
pub mod clipper;
pub mod dither;
pub mod dynamic_eq;
pub mod equalizer;
pub mod glue;
pub mod imager;
pub mod input_trim;
pub mod limiter;
mod listen;
pub mod multiband;
pub mod saturator;
pub mod slot;
mod stages;

use crate::blocks::delay::Delay;
use crate::blocks::timeline::Timeline;
use crate::chain::dynamic_eq::DYNAMIC_EQ_BANDS;
use crate::chain::multiband::MULTIBAND_BANDS;
use crate::parameters::{Number, Parameters};
use crate::processor::{Block, CONTROL_PERIOD, Frame, ProcessSpec, Stage, for_each_block};
pub use listen::{Listen, ListenSource};
use listen::{Tap, crossfade};
use slot::Slot;
use stages::{stages, stages_of};

stages! {
    input_trim: InputTrim, InputTrimSettings, InputTrim, "Input Trim";
    equalizer: Equalizer, EqualizerSettings, Equalizer, "Equalizer";
    dynamic_eq: DynamicEq, DynamicEqSettings, DynamicEq, "Dynamic EQ";
    multiband: Multiband, MultibandSettings, Multiband, "Multiband";
    glue: Glue, GlueSettings, Glue, "Glue";
    saturator: Saturator, SaturatorSettings, Saturator, "Saturator";
    bass: Bass, BassSettings, Bass, "Bass";
    imager: Imager, ImagerSettings, Imager, "Imager";
    clipper: Clipper, ClipperSettings, Clipper, "Clipper";
    limiter: Limiter, LimiterSettings, Limiter, "Limiter";
    dither: Dither, DitherSettings, Dither, "Dither";
}

/// Meters, monitors and clocks that go along with a chain: called for each of its blocks, at most [`CONTROL_PERIOD`] frames, on the
/// thread that runs it.
pub trait ChainListener {
    /// The chain has taken in `frames`; `delays`: frames from there to the output of each stage.
    fn before_stages(&mut self, _frames: &[Frame], _delays: &[usize]) {}

    /// A stage has processed `frames`, and reduced the gain by `reduction_db` dB, 0 or more.
    fn after_stage(&mut self, _stage: StageId, _frames: &[Frame], _reduction_db: f64) {}

    /// Gains in dB of the bands of the dynamic equalizer and of the multiband compressor; 0 where the stage does not run.
    fn after_bands(&mut self, _dynamic_eq: [f64; DYNAMIC_EQ_BANDS], _multiband: [f64; MULTIBAND_BANDS]) {}

    /// Highest levels that the detectors of the same bands saw, amplitudes: what their thresholds are held against.
    fn after_detectors(&mut self, _dynamic_eq: [f64; DYNAMIC_EQ_BANDS], _multiband: [f64; MULTIBAND_BANDS]) {}

    /// How far each part of the limiter turned down; nothing where it does not run.
    fn after_limiter(&mut self, _reductions: limiter::Reductions) {}

    /// The chain has made `frames` of `dry`, the input in time with them. What is changed here is heard, and metered by nobody.
    fn after_chain(&mut self, _dry: &[Frame], _frames: &mut [Frame]) {}
}

/// Nobody.
impl ChainListener for () {}

/// Largest amplitude that is let in (+60 dBFS): no programme reaches it, and every filter recovers from it.
const INPUT_LIMIT: f64 = 1000.0;

/// Frames after which every grid of every stage begins again, at any rate: a quarter of the limiter's longest spectrum at 768 kHz.
const LONGEST_GRID: i64 = 1 << 15;

/// Length of the fade to and from bypass and listening, in ms.
const SWITCH_MS: f64 = 15.0;

/// The whole signal path, run sample by sample on the host's audio thread.
///
/// `prepare` once, then `set` and `process` as often as needed. The output is the same bits for any split of the input
/// into calls of `process`, at any pace.
///
/// What is set is heard from the frame on that comes in next, with that frame: one latency later, to the nearest control period
/// ([`CONTROL_PERIOD`]). Each stage takes its settings when the audio that they belong to reaches it.
#[derive(Default)]
pub struct Chain {
    stages: Stages,
    settings: ChainSettings,
    position: u64,
    dry: Delay,
    dry_frames: Vec<Frame>,
    tap: Tap,
    /// Frames from the input to the output of each stage.
    delays: Vec<usize>,
    /// 0 processed to 1 bypassed.
    bypass_fade: f64,
    /// Bypass at the output, and when it will be switched.
    bypass: bool,
    coming_bypass: Timeline<bool>,
    switch_step: f64,
    started: bool,
}

impl Chain {
    /// A chain with default settings; call [`Chain::prepare`] before anything else.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sizes everything for `spec` and resets. Allocates.
    pub fn prepare(&mut self, spec: &ProcessSpec) {
        self.stages.prepare(spec);
        self.dry = Delay::new(self.stages.latency_samples());
        self.dry_frames = vec![[0.0; 2]; CONTROL_PERIOD];
        self.tap.frames = vec![[0.0; 2]; CONTROL_PERIOD];
        let after = |stage: &StageId| self.stages.latency_after(*stage);
        self.tap.delays = StageId::ALL.iter().map(|stage| Delay::new(after(stage))).collect();
        self.delays = StageId::ALL.iter().map(|stage| self.stages.latency_samples() - after(stage)).collect();
        self.coming_bypass = Timeline::new(self.stages.latency_samples());
        self.switch_step = 1000.0 / (SWITCH_MS * spec.sample_rate);
        self.reset();
        // What the dither may add depends on the sample rate.
        self.stages.set(&self.with_reserve(), 0);
    }

    /// Forgets the audio and keeps the settings, those that were on their way included. Real-time safe.
    pub fn reset(&mut self) {
        self.stages.reset();
        self.coming_bypass.clear();
        self.bypass = self.settings.bypass;
        self.dry.reset();
        self.tap.delays.iter_mut().for_each(Delay::reset);
        self.position = 0;
        self.started = false;
    }

    /// Takes new settings, for the audio that comes next. Values outside their ranges are clamped, and what is not a number is the
    /// default. Real-time safe.
    pub fn set(&mut self, settings: &ChainSettings) {
        if *settings == self.settings {
            return;
        }
        let bypassed = self.settings.bypass;
        self.settings.clone_from(settings);
        self.settings.sanitize();
        self.stages.listen(settings.listen);
        self.stages.set(&self.with_reserve(), self.position);
        if !self.started {
            self.bypass = settings.bypass;
        } else if settings.bypass != bypassed {
            let latency = self.stages.latency_samples() as u64;
            self.coming_bypass.set(self.position + latency, settings.bypass);
        }
    }

    /// Says which frame of the song comes next; heeded before the first block after a reset. The control grid then lies where it would lie
    /// had the chain run from the song's beginning, and a bounce that begins elsewhere is the same once nothing is left of what came
    /// before, but for the dither's noise. Not told, the grid begins with the first block: detectors that look at a few frames at once
    /// (dynamic equalizer, multiband, the imager's guard) then read the song up to some tenths of a dB differently, and the limiter of
    /// Standard and Finest, which solves hops of 5 ms as a whole, puts its error elsewhere. Real-time safe.
    pub fn align(&mut self, frame: i64) {
        if !self.started {
            let past = frame.rem_euclid(LONGEST_GRID);
            let within = past % CONTROL_PERIOD as i64;
            self.position = (past - within) as u64;
            let mut silence = [[0.0; 2]; CONTROL_PERIOD];
            self.process(&mut silence[..within as usize]);
        }
    }

    /// Does now what the first block after a reset would do at length. Never needed; not for the audio thread.
    pub fn settle(&mut self) {
        if self.settings.equalizer.on {
            self.stages.equalizer.stage_mut().settle();
        }
    }

    /// Stops listening to a stage at once, without a fade, until [`Chain::set`] asks for it anew: what comes next is recorded.
    pub fn cut_listen(&mut self) {
        self.settings.listen = None;
        self.stages.listen(None);
        self.tap.listen = None;
        self.tap.fade = 0.0;
    }

    /// The settings, with what the dither may add kept free under the limiter's ceiling.
    fn with_reserve(&self) -> ChainSettings {
        let mut settings = self.settings.clone();
        settings.limiter.output_reserve += self.stages.dither.stage().peak_reserve(&settings.dither);
        settings
    }

    /// The settings that were set last.
    pub fn settings(&self) -> &ChainSettings {
        &self.settings
    }

    /// Delay from input to output in frames; depends on quality, phase mode and sample rate alone.
    pub fn latency_samples(&self) -> usize {
        self.stages.latency_samples()
    }

    /// Gain reduction of `stage` in dB, positive, in the last control period.
    pub fn gain_reduction_db(&self, stage: StageId) -> f64 {
        self.stages.gain_reduction_db(stage)
    }

    /// Processes frames in place, any number of them.
    pub fn process(&mut self, frames: &mut [Frame]) {
        self.process_with(frames, &mut ());
    }

    /// As [`Chain::process`], with somebody who goes along.
    pub fn process_with(&mut self, frames: &mut [Frame], listener: &mut impl ChainListener) {
        let position = self.position;
        for_each_block(frames, position, |block| self.process_block(block, listener));
        self.position = position + frames.len() as u64;
    }

    fn process_block(&mut self, block: &mut Block, listener: &mut impl ChainListener) {
        if !self.started {
            self.started = true;
            self.bypass_fade = if self.bypass { 1.0 } else { 0.0 };
            self.tap.listen = self.settings.listen;
            self.tap.fade = if self.settings.listen.is_some() { 1.0 } else { 0.0 };
        }
        if block.starts_control_period()
            && let Some(bypass) = self.coming_bypass.take(block.position())
        {
            self.bypass = bypass;
        }
        scrub(block.frames);
        let length = block.frames.len();
        self.dry_frames[..length].copy_from_slice(block.frames);
        self.dry.process(&mut self.dry_frames[..length]);
        listener.before_stages(block.frames, &self.delays);
        self.stages.process(block, &mut self.tap, listener);
        let (dynamic_eq, multiband) = (&self.stages.dynamic_eq, &self.stages.multiband);
        listener.after_bands(
            if dynamic_eq.is_running() { dynamic_eq.stage().band_gains_db() } else { Default::default() },
            if multiband.is_running() { multiband.stage().band_gains_db() } else { Default::default() },
        );
        listener.after_detectors(
            if dynamic_eq.is_running() { dynamic_eq.stage().band_levels() } else { Default::default() },
            if multiband.is_running() { multiband.stage().band_levels() } else { Default::default() },
        );
        let limiter = &self.stages.limiter;
        listener.after_limiter(if limiter.is_running() {
            limiter.stage().reductions()
        } else {
            limiter::Reductions::default()
        });
        self.mix_bypass(block.frames);
        listener.after_chain(&self.dry_frames[..length], block.frames);
        self.mix_listen(block.frames);
    }

    /// Fades to the tap, or from one tap over the output to another.
    fn mix_listen(&mut self, frames: &mut [Frame]) {
        if self.tap.listen.is_none() {
            if self.settings.listen.is_none() {
                return;
            }
            self.tap.listen = self.settings.listen;
            // What stands in its delay is older than the wish to hear it.
            if let Some(listen) = self.tap.listen {
                self.tap.delays[listen.stage as usize].reset();
            }
            return;
        }
        let Some(listen) = self.tap.listen else { return };
        let tapped = &mut self.tap.frames[..frames.len()];
        self.tap.delays[listen.stage as usize].process(tapped);
        let target = if self.settings.listen == self.tap.listen { 1.0 } else { 0.0 };
        crossfade(frames, tapped, &mut self.tap.fade, target, self.switch_step);
        if target == 0.0 && self.tap.fade == 0.0 {
            self.tap.listen = None;
        }
    }

    fn mix_bypass(&mut self, frames: &mut [Frame]) {
        let target = if self.bypass { 1.0 } else { 0.0 };
        let dry = &self.dry_frames[..frames.len()];
        crossfade(frames, dry, &mut self.bypass_fade, target, self.switch_step);
    }
}

/// Replaces what is not a number by silence and bounds the rest.
fn scrub(frames: &mut [Frame]) {
    for sample in frames.as_flattened_mut() {
        *sample = if sample.is_nan() { 0.0 } else { sample.clamp(-INPUT_LIMIT, INPUT_LIMIT) };
    }
}
