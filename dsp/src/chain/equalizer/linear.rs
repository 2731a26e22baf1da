//! The linear-phase equalizer: the delayed input, and what the bands change by convolution.
//!
//! Settings are sampled where they change, at most once in a cycle of the convolver (10.7 ms at 48 kHz), and each sample becomes a kernel
//! that takes over from the very frame with which the settings came in, one latency later. In between lies the time to make it: it is
//! designed in the second cycle before the one in which it is first heard, an equal share in each control period. All of that follows from
//! frames alone, so that the sound is the same at any pace and for any blocks.
//!
//! The first kernel after a reset is there from the first frame and designed at once. Where the equalizer is switched on in the midst
//! of the sound, its first kernel is designed in slices like any other: the latency is time enough.

use super::EqualizerSettings;
use super::kernel::{KernelDesigner, taps};
use crate::blocks::convolver::Convolver;
use crate::blocks::delay::Delay;
use crate::processor::{Block, CONTROL_PERIOD, Frame, ProcessSpec};
use std::collections::VecDeque;

/// Cycles that a kernel that is needed before anything is heard is early: it has taken over by then.
const EARLY_CYCLES: u64 = 3;

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
    wanted: EqualizerSettings,
    /// What was last sampled, and what the newest kernel is of.
    sampled: EqualizerSettings,
    designed: EqualizerSettings,
    /// When the last sample is heard.
    last_start: Option<u64>,
    coming: VecDeque<Sample>,
    designing: Option<Sample>,
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
        let convolver = Convolver::new(taps);
        let latency = convolver.latency_samples() + taps / 2;
        // The empty kernel that the convolver begins with is that of settings that change nothing.
        let nothing = EqualizerSettings { on: true, ..EqualizerSettings::default() };
        Self {
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
    }

    /// Forgets the audio.
    pub fn reset(&mut self) {
        self.convolver.reset();
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
        if self.wanted != self.designed {
            let early = EARLY_CYCLES * self.convolver.cycle_frames() as u64;
            self.sample(self.latency_samples() as u64 - early);
        }
    }

    /// Puts the kernel of the settings in force before the first block after a reset, if it is not.
    pub fn snap(&mut self) {
        if std::mem::replace(&mut self.started, true) {
            return;
        }
        if self.designed != self.wanted {
            let kernel = self.convolver.spare();
            self.designer.begin(&self.wanted, kernel);
            self.designer.step(1, 1, kernel);
            self.convolver.snap();
        }
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
        self.clock += block.frames.len() as u64;
    }

    fn begin_period(&mut self) {
        let cycle = self.convolver.cycle_frames() as u64;
        let start = self.clock + self.latency_samples() as u64;
        if self.wanted != self.sampled && self.last_start.is_none_or(|last| start >= last + cycle) {
            self.sample(start);
        }
        if self.convolver.begins_cycle() {
            if let Some(sample) = self.designing.take() {
                self.convolver.start(sample.start);
                self.designed = sample.settings;
            }
            // What is heard in the cycle after the next is computed in the next, and so designed in this.
            let due = self.coming.front().is_some_and(|sample| sample.start < self.clock + 3 * cycle);
            if due && let Some(sample) = self.coming.pop_front() {
                self.designer.begin(&sample.settings, self.convolver.spare());
                self.designing = Some(sample);
            }
        }
        if self.designing.is_some() {
            let (step, steps) = (self.clock % cycle / CONTROL_PERIOD as u64, cycle / CONTROL_PERIOD as u64);
            self.designer.step(step as usize + 1, steps as usize, self.convolver.spare());
        }
    }

    fn sample(&mut self, start: u64) {
        self.sampled = self.wanted;
        self.last_start = Some(start);
        self.coming.push_back(Sample { start, settings: self.wanted });
    }
}
