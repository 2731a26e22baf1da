//! A stage's place in the chain: when it takes its settings, on and off, and what it adds or takes away.
//!
//! Settings wait here until the audio that they belong to has come through the stages before, and are given to the stage where a
//! control period begins, and nowhere else: whatever a stage does with them, it does on the grid.
//!
//! Off, the place is a bit-exact delay of the stage's latency and costs nothing more. Switched on, the stage begins without a past:
//! its input enters it by [`Entry`], and one latency later what the stage makes of it fades in; switched off, it fades out one
//! latency later and sleeps. So the switch is heard at the frame from which it is meant, like everything else.

use crate::blocks::delay::Delay;
use crate::blocks::entry::Entry;
use crate::blocks::timeline::Timeline;
use crate::parameters::Parameters;
use crate::processor::{Block, CONTROL_PERIOD, Frame, ProcessSpec, Stage};

/// Length of the fade between off and on in ms: inside the 10 to 20 ms in which a change is neither click nor gap.
const FADE_MS: f64 = 15.0;

/// A [`Stage`] with its switch.
pub struct Slot<S: Stage> {
    stage: S,
    /// In force.
    settings: S::Settings,
    coming: Timeline<S::Settings>,
    /// Latency of the stages before, in frames.
    before: usize,
    /// Whether the stage is heard, and from when it will be or not.
    open: bool,
    gate: Timeline<bool>,
    dry: Delay,
    dry_frames: [Frame; CONTROL_PERIOD],
    /// 0 off to 1 on.
    fade: f64,
    fade_step: f64,
    entry: Entry,
    /// Frames since the stage was started, as long as its output is not whole.
    age: Option<usize>,
    running: bool,
    started: bool,
}

impl<S: Stage + Default> Default for Slot<S> {
    fn default() -> Self {
        Self {
            stage: S::default(),
            settings: S::Settings::default(),
            coming: Timeline::default(),
            before: 0,
            open: false,
            gate: Timeline::default(),
            dry: Delay::default(),
            dry_frames: [[0.0; 2]; CONTROL_PERIOD],
            fade: 0.0,
            fade_step: 0.0,
            entry: Entry::default(),
            age: None,
            running: false,
            started: false,
        }
    }
}

impl<S: Stage> Slot<S> {
    /// Sizes everything for `spec`, `before` frames of latency away from the chain's input, and resets. Allocates.
    pub fn prepare(&mut self, spec: &ProcessSpec, before: usize) {
        self.stage.prepare(spec);
        let latency = self.stage.latency_samples();
        self.before = before;
        self.coming = Timeline::new(before);
        self.gate = Timeline::new(before + latency);
        self.dry = Delay::new(latency);
        self.fade_step = 1000.0 / (FADE_MS * spec.sample_rate);
        self.entry = Entry::new(spec.sample_rate);
        self.started = false;
    }

    /// Forgets the audio; settings that were waiting are in force. Real-time safe.
    pub fn reset(&mut self) {
        if let Some(settings) = self.coming.take(u64::MAX) {
            self.take(settings);
        }
        self.gate.clear();
        self.stage.reset();
        self.dry.reset();
        self.started = false;
    }

    /// The stage itself.
    pub fn stage(&self) -> &S {
        &self.stage
    }

    /// The stage itself, to be set up.
    pub fn stage_mut(&mut self) -> &mut S {
        &mut self.stage
    }

    /// Delay from input to output in frames.
    pub fn latency_samples(&self) -> usize {
        self.stage.latency_samples()
    }

    /// Takes new settings, the switch among them: at once if nothing has been processed since the last reset, else from the audio on
    /// that comes into the chain at its frame `frame`.
    pub fn set(&mut self, settings: &S::Settings, frame: u64) {
        if !self.started {
            self.coming.clear();
            self.take(settings.clone());
            return;
        }
        let newest = self.coming.newest().unwrap_or(&self.settings);
        if settings == newest {
            return;
        }
        let here = frame + self.before as u64;
        if settings.on() != newest.on() {
            self.gate.set(here + self.stage.latency_samples() as u64, settings.on());
        }
        self.coming.set(here, settings.clone());
    }

    fn take(&mut self, settings: S::Settings) {
        self.stage.apply(&settings);
        self.settings = settings;
    }

    /// Whether the stage is at work, heard or not.
    pub fn is_running(&self) -> bool {
        self.running
    }

    /// Writes what the stage added to the block just processed: its output less its input, in time with the output.
    pub fn write_delta(&self, output: &[Frame], delta: &mut [Frame]) {
        for ((delta, output), dry) in delta.iter_mut().zip(output).zip(&self.dry_frames) {
            *delta = [output[0] - dry[0], output[1] - dry[1]];
        }
    }

    fn begin_period(&mut self, position: u64) {
        if let Some(settings) = self.coming.take(position) {
            self.take(settings);
        }
        if let Some(open) = self.gate.take(position) {
            self.open = open;
        }
        let on = self.settings.on();
        if !self.started {
            self.started = true;
            (self.running, self.open) = (on, on);
            self.fade = if on { 1.0 } else { 0.0 };
            self.entry.complete();
            self.age = None;
        } else if on && !self.running {
            self.stage.restart();
            self.running = true;
            self.entry.begin();
            self.age = Some(0);
        } else if !on && !self.open && self.fade == 0.0 && self.gate.newest() != Some(&true) {
            self.running = false;
        }
    }

    /// Processes a block in place.
    pub fn process(&mut self, block: &mut Block) {
        if block.starts_control_period() {
            self.begin_period(block.position());
        }
        let dry = &mut self.dry_frames[..block.frames.len()];
        if !self.running {
            self.dry.process(block.frames);
            dry.copy_from_slice(block.frames);
            return;
        }
        dry.copy_from_slice(block.frames);
        self.dry.process(dry);
        if !self.entry.is_complete() {
            for frame in block.frames.iter_mut() {
                let gain = self.entry.next_gain();
                *frame = [gain * frame[0], gain * frame[1]];
            }
        }
        self.stage.process(block);
        let target = if self.open { 1.0 } else { 0.0 };
        if self.fade == 1.0 && self.open && self.age.is_none() {
            return;
        }
        let latency = self.stage.latency_samples();
        for (wet, dry) in block.frames.iter_mut().zip(dry) {
            if self.fade < target {
                self.fade = (self.fade + self.fade_step).min(1.0);
            } else if self.fade > target {
                self.fade = (self.fade - self.fade_step).max(0.0);
            }
            let gain = smooth_step(self.fade);
            // How much of this frame has entered the stage.
            let entered = match &mut self.age {
                None => 1.0,
                Some(age) => {
                    let entered = if *age < latency { 0.0 } else { self.entry.gain_at(*age - latency) };
                    *age += 1;
                    entered
                }
            };
            if entered == 1.0 {
                self.age = None;
            }
            // Written so that 0 and 1 give back the dry and the wet bits.
            *wet = if gain == 1.0 && entered == 1.0 {
                *wet
            } else if gain == 0.0 {
                *dry
            } else {
                [0, 1].map(|c| dry[c] + gain * (wet[c] - entered * dry[c]))
            };
        }
    }
}

/// Half a cosine: value and slope are continuous at both ends.
fn smooth_step(x: f64) -> f64 {
    x * x * (3.0 - 2.0 * x)
}
