//! The linear-phase equalizer: the delayed input, and what the bands change by convolution.
//!
//! Settings are sampled where they change, at most once in a design's time (a cycle of the convolver at 48 kHz, 10.7 ms, two at 96 kHz, four
//! at 192 kHz), and each sample becomes a kernel that takes over from the very frame with which the settings came in, one latency later. In
//! between lies the time to make it: it is designed in the cycles before the one that comes before the one in which it is first heard, an
//! equal share in each control period. All of that follows from frames alone, so that the sound is the same at any pace and for any blocks.
//!
//! Bands that ring for longer than the kernel lasts come behind it as minimum-phase sections.
//!
//! The first kernel after a reset is there from the first frame and designed at once. Where the equalizer is switched on in the midst
//! of the sound, its first kernel is designed in slices like any other: the latency is time enough.

use super::EqualizerSettings;
use super::kernel::{KernelDesigner, design_cycles, taps};
use super::minimum::MinimumPhase;
use crate::blocks::convolver::Convolver;
use crate::blocks::delay::Delay;
use crate::blocks::timeline::Timeline;
use crate::processor::{Block, CONTROL_PERIOD, Frame, ProcessSpec};
use std::collections::VecDeque;

/// Length of a fade of the bands that outlast the kernel, in ms: as long as a kernel takes to be taken over from. Where a change leads
/// from one to the other, both move at once.
const OUTLASTING_FADE_MS: f64 = 20.0;

/// Settings and the output frame from which they are heard, counted from the last reset.
#[derive(Debug, Clone, Copy)]
struct Sample {
    start: u64,
    settings: EqualizerSettings,
}

/// The linear-phase equalizer; see the module.
pub struct LinearPhase {
    convolver: Convolver,
    designer: KernelDesigner,
    /// Cycles that a design takes.
    pace: usize,
    sample_rate: f64,
    /// The bands that outlast the kernel, for the output, and what they are told when its frames come.
    outlasting: MinimumPhase,
    arriving: Timeline<EqualizerSettings>,
    /// Whether there have been any since the last reset.
    outlasts: bool,
    wanted: EqualizerSettings,
    /// What was last sampled, and what the newest kernel is of.
    sampled: EqualizerSettings,
    designed: EqualizerSettings,
    /// When the last sample is heard.
    last_start: Option<u64>,
    coming: VecDeque<Sample>,
    /// What is being designed, and since when.
    designing: Option<(u64, Sample)>,
    /// Frames since the last reset.
    clock: u64,
    started: bool,
    dry: Delay,
    listen_delay: Delay,
    changes: [Frame; CONTROL_PERIOD],
}

impl LinearPhase {
    /// For a sample rate. Allocates.
    pub fn new(spec: &ProcessSpec) -> Self {
        let taps = taps(spec.sample_rate);
        let pace = design_cycles(spec.sample_rate);
        let convolver = Convolver::new(taps, pace);
        let latency = convolver.latency_samples() + taps / 2;
        // The empty kernel that the convolver begins with is that of settings that change nothing.
        let nothing = EqualizerSettings { on: true, ..EqualizerSettings::default() };
        let mut outlasting = MinimumPhase::default();
        outlasting.prepare(spec.sample_rate, OUTLASTING_FADE_MS);
        Self {
            pace,
            sample_rate: spec.sample_rate,
            outlasting,
            arriving: Timeline::new(latency),
            outlasts: false,
            designer: KernelDesigner::new(spec.sample_rate),
            wanted: nothing,
            sampled: nothing,
            designed: nothing,
            last_start: None,
            // One for each cycle of the latency, and two that it begins and ends in.
            coming: VecDeque::with_capacity(latency / convolver.cycle_frames() + 2),
            designing: None,
            clock: 0,
            started: false,
            dry: Delay::new(latency),
            listen_delay: Delay::new(latency),
            changes: [[0.0; 2]; CONTROL_PERIOD],
            convolver,
        }
    }

    /// Delay in frames.
    pub fn latency_samples(&self) -> usize {
        self.dry.samples()
    }

    /// Takes new settings, for the audio that comes next.
    pub fn apply(&mut self, settings: &EqualizerSettings) {
        // The switch is the slot's affair.
        self.wanted = EqualizerSettings { on: true, ..*settings };
        if self.started {
            let outlasting = self.outlasting_of_wanted();
            self.arriving.set(self.clock + self.latency_samples() as u64, outlasting);
        }
    }

    /// The settings with the bands that outlast the kernel alone.
    fn outlasting_of_wanted(&self) -> EqualizerSettings {
        let mut settings = self.wanted;
        for band in &mut settings.bands {
            band.on &= band.outlasts_linear_phase(self.sample_rate);
        }
        settings
    }

    /// Puts the bands that outlast the kernel on what is wanted at once.
    fn snap_outlasting(&mut self) {
        let settings = self.outlasting_of_wanted();
        self.outlasts = settings.bands.iter().any(|band| band.on);
        self.outlasting.set(&settings);
        self.outlasting.snap();
    }

    /// Forgets the audio.
    pub fn reset(&mut self) {
        self.convolver.reset();
        self.outlasting.reset();
        self.arriving.clear();
        self.dry.reset();
        self.listen_delay.reset();
        self.coming.clear();
        (self.designing, self.last_start) = (None, None);
        self.clock = 0;
        self.started = false;
    }

    /// As [`LinearPhase::reset`], where nothing is heard for as long as the latency.
    pub fn restart(&mut self) {
        self.reset();
        self.started = true;
        self.sampled = self.designed;
        self.snap_outlasting();
        if self.wanted != self.designed {
            // Early enough to have taken over when anything is heard.
            let early = (2 * self.pace + 1) * self.convolver.cycle_frames();
            self.sample(self.latency_samples().saturating_sub(early) as u64);
        }
    }

    /// Puts the kernel of the settings in force before the first block after a reset, if it is not.
    pub fn snap(&mut self) {
        if std::mem::replace(&mut self.started, true) {
            return;
        }
        if self.designed != self.wanted {
            self.designer.begin(&self.wanted);
            self.designer.step(1, 1, self.convolver.spare());
            self.convolver.snap();
        }
        self.snap_outlasting();
        (self.sampled, self.designed) = (self.wanted, self.wanted);
    }

    /// Delays what is listened to as the output is.
    pub fn delay_listened(&mut self, frames: &mut [Frame]) {
        self.listen_delay.process(frames);
    }

    /// Processes a block in place.
    pub fn process(&mut self, block: &mut Block) {
        if block.starts_control_period() {
            self.begin_period();
        }
        let changes = &mut self.changes[..block.frames.len()];
        self.convolver.process(block, changes);
        self.dry.process(block.frames);
        for (frame, change) in block.frames.iter_mut().zip(changes) {
            *frame = [frame[0] + change[0], frame[1] + change[1]];
        }
        if self.outlasts {
            self.outlasting.process(block.frames);
        }
        self.clock += block.frames.len() as u64;
    }

    fn begin_period(&mut self) {
        let cycle = self.convolver.cycle_frames() as u64;
        let design = self.pace as u64 * cycle;
        if let Some(settings) = self.arriving.take(self.clock) {
            self.outlasts |= settings.bands.iter().any(|band| band.on);
            self.outlasting.set(&settings);
        }
        if self.outlasts {
            self.outlasting.begin_period();
        }
        let start = self.clock + self.latency_samples() as u64;
        if self.wanted != self.sampled && self.last_start.is_none_or(|last| start >= last + design) {
            self.sample(start);
        }
        if self.convolver.begins_cycle() {
            if let Some((_, sample)) = self.designing.take_if(|(begun, _)| *begun + design <= self.clock) {
                self.convolver.start(sample.start);
                self.designed = sample.settings;
            }
            // What is heard in the cycle after the next is computed in the next, and so designed by the end of this.
            let is_due = |sample: &Sample| sample.start < self.clock + design + 2 * cycle;
            if self.designing.is_none()
                && self.coming.front().is_some_and(is_due)
                && let Some(sample) = self.coming.pop_front()
            {
                self.designer.begin(&sample.settings);
                self.designing = Some((self.clock, sample));
            }
        }
        if let Some((begun, _)) = self.designing {
            let (step, steps) =
                ((self.clock - begun) / CONTROL_PERIOD as u64, design / CONTROL_PERIOD as u64);
            self.designer.step(step as usize + 1, steps as usize, self.convolver.spare());
        }
    }

    fn sample(&mut self, start: u64) {
        self.sampled = self.wanted;
        self.last_start = Some(start);
        self.coming.push_back(Sample { start, settings: self.wanted });
    }
}
