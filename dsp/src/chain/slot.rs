//! A stage's place in the chain: on and off, and what it adds or takes away.
//!
//! Off, the place is a bit-exact delay of the stage's latency and costs nothing more. Switched on, the stage first runs
//! unheard for as long as its latency, so that its delay lines are full, then fades in; switched off, it fades out and
//! sleeps.

use crate::blocks::delay::Delay;
use crate::processor::{Block, CONTROL_PERIOD, Frame, ProcessSpec, Processor, Stage, StageSettings};

/// Length of the fade between off and on in ms: inside the 10 to 20 ms in which a change is neither click nor gap.
const FADE_MS: f64 = 15.0;

/// A [`Stage`] with its switch.
pub struct Slot<S: Stage> {
    stage: S,
    settings: S::Settings,
    dry: Delay,
    dry_frames: [Frame; CONTROL_PERIOD],
    /// 0 off to 1 on.
    fade: f64,
    fade_step: f64,
    /// Frames that the stage still runs unheard.
    warm_up: usize,
    running: bool,
    started: bool,
}

impl<S: Stage + Default> Default for Slot<S> {
    fn default() -> Self {
        Self {
            stage: S::default(),
            settings: S::Settings::default(),
            dry: Delay::default(),
            dry_frames: [[0.0; 2]; CONTROL_PERIOD],
            fade: 0.0,
            fade_step: 0.0,
            warm_up: 0,
            running: false,
            started: false,
        }
    }
}

impl<S: Stage> Slot<S> {
    /// The stage itself.
    pub fn stage(&self) -> &S {
        &self.stage
    }

    /// The stage itself, to be set up.
    pub fn stage_mut(&mut self) -> &mut S {
        &mut self.stage
    }

    /// Takes new settings, the switch among them.
    pub fn set(&mut self, settings: &S::Settings) {
        if *settings != self.settings || !self.started {
            self.settings = settings.clone();
            self.stage.set(settings);
        }
    }

    /// Whether the stage is switched on or fading out.
    pub fn is_running(&self) -> bool {
        self.running
    }

    /// Writes what the stage added to the block just processed: its output less its input, in time with the output.
    pub fn write_delta(&self, output: &[Frame], delta: &mut [Frame]) {
        for ((delta, output), dry) in delta.iter_mut().zip(output).zip(&self.dry_frames) {
            *delta = [output[0] - dry[0], output[1] - dry[1]];
        }
    }

    fn begin_period(&mut self) {
        let on = self.settings.on();
        if !self.started {
            self.started = true;
            self.running = on;
            self.fade = if on { 1.0 } else { 0.0 };
            self.warm_up = 0;
        } else if on && !self.running {
            self.stage.reset();
            self.running = true;
            self.warm_up = self.stage.latency_samples();
        } else if !on && self.fade == 0.0 {
            self.running = false;
        }
    }
}

/// Half a cosine: value and slope are continuous at both ends.
fn smooth_step(x: f64) -> f64 {
    x * x * (3.0 - 2.0 * x)
}

impl<S: Stage> Processor for Slot<S> {
    fn prepare(&mut self, spec: &ProcessSpec) {
        self.stage.prepare(spec);
        self.dry = Delay::new(self.stage.latency_samples());
        self.fade_step = 1000.0 / (FADE_MS * spec.sample_rate);
        self.started = false;
    }

    fn reset(&mut self) {
        self.stage.reset();
        self.dry.reset();
        self.started = false;
    }

    fn latency_samples(&self) -> usize {
        self.stage.latency_samples()
    }

    fn process(&mut self, block: &mut Block) {
        if block.starts_control_period() {
            self.begin_period();
        }
        let dry = &mut self.dry_frames[..block.frames.len()];
        if !self.running {
            self.dry.process(block.frames);
            dry.copy_from_slice(block.frames);
            return;
        }
        dry.copy_from_slice(block.frames);
        self.dry.process(dry);
        self.stage.process(block);
        let target = if self.settings.on() { 1.0 } else { 0.0 };
        if self.warm_up == 0 && self.fade == target && target == 1.0 {
            return;
        }
        for (wet, dry) in block.frames.iter_mut().zip(dry) {
            if self.warm_up > 0 && target == 1.0 {
                self.warm_up -= 1;
            } else if self.fade < target {
                self.fade = (self.fade + self.fade_step).min(1.0);
            } else if self.fade > target {
                self.fade = (self.fade - self.fade_step).max(0.0);
            }
            let gain = smooth_step(self.fade);
            // Written so that 0 and 1 give back the dry and the wet bits.
            *wet = if gain == 1.0 {
                *wet
            } else if gain == 0.0 {
                *dry
            } else {
                [dry[0] + gain * (wet[0] - dry[0]), dry[1] + gain * (wet[1] - dry[1])]
            };
        }
    }
}
