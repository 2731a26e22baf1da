//! The linear-phase equalizer: the delayed input, and what the bands change by convolution.
//!
//! A design takes milliseconds. Offline it is made in place; in real time it is asked for and picked up where it is ready
//! ([`crate::shared::designs`]). Either way a new kernel comes into force with the convolver's next block of some 10 ms, and the
//! old one fades out from then on.

use super::EqualizerSettings;
use super::kernel::{KernelDesigner, taps};
use crate::blocks::convolver::{Convolver, Kernel};
use crate::blocks::delay::Delay;
use crate::processor::{Block, CONTROL_PERIOD, DesignMode, Frame, ProcessSpec};
use crate::shared::designs::{DesignDesk, Designs, designs};

/// Makes linear-phase kernels for an equalizer, on a thread of its own.
pub struct EqualizerDesigner {
    designer: KernelDesigner,
    desk: DesignDesk<EqualizerSettings, Kernel>,
}

impl EqualizerDesigner {
    /// Makes what has been asked for. Whether there was anything.
    pub fn work(&mut self) -> bool {
        self.desk.work(|settings| self.designer.design(&settings))
    }
}

/// Where kernels come from.
enum Source {
    InPlace(Box<KernelDesigner>),
    Background(Designs<EqualizerSettings, Kernel>),
}

/// The linear-phase equalizer; see the module.
pub struct LinearPhase {
    convolver: Convolver,
    source: Source,
    designer: Option<EqualizerDesigner>,
    wanted: EqualizerSettings,
    /// What was last designed or asked for.
    asked: Option<EqualizerSettings>,
    dry: Delay,
    listen_delay: Delay,
    changes: [Frame; CONTROL_PERIOD],
}

impl LinearPhase {
    /// For a sample rate and a design mode. Allocates.
    pub fn new(spec: &ProcessSpec) -> Self {
        let taps = taps(spec.sample_rate);
        let convolver = Convolver::new(taps);
        let latency = convolver.latency_samples() + taps / 2;
        let kernels = KernelDesigner::new(spec.sample_rate);
        let (source, designer) = match spec.design {
            DesignMode::InPlace => (Source::InPlace(Box::new(kernels)), None),
            DesignMode::Background => {
                let (audio, desk) = designs();
                (Source::Background(audio), Some(EqualizerDesigner { designer: kernels, desk }))
            }
        };
        Self {
            convolver,
            source,
            designer,
            wanted: EqualizerSettings::default(),
            asked: None,
            dry: Delay::new(latency),
            listen_delay: Delay::new(latency),
            changes: [[0.0; 2]; CONTROL_PERIOD],
        }
    }

    /// The worker's part, once, where designs are made in the background.
    pub fn take_designer(&mut self) -> Option<EqualizerDesigner> {
        self.designer.take()
    }

    /// Delay in frames.
    pub fn latency_samples(&self) -> usize {
        self.dry.samples()
    }

    /// Takes new settings; a wish for their kernel goes out at once.
    pub fn set(&mut self, settings: &EqualizerSettings) {
        self.wanted = *settings;
        if let Source::Background(designs) = &mut self.source
            && self.asked != Some(self.wanted)
            && designs.ask(self.wanted)
        {
            self.asked = Some(self.wanted);
        }
    }

    /// Forgets the audio.
    pub fn reset(&mut self) {
        self.convolver.reset();
        self.dry.reset();
        self.listen_delay.reset();
    }

    /// Puts the newest kernel in force before the first block.
    pub fn snap(&mut self) {
        self.look_for_kernel();
        self.convolver.snap();
        self.retire();
    }

    /// Delays what is listened to as the output is.
    pub fn delay_listened(&mut self, frames: &mut [Frame]) {
        self.listen_delay.process(frames);
    }

    /// Processes a block in place.
    pub fn process(&mut self, block: &mut Block) {
        if block.starts_control_period() && self.convolver.begins_cycle() {
            self.retire();
            self.look_for_kernel();
        }
        let changes = &mut self.changes[..block.frames.len()];
        self.convolver.process(block, changes);
        self.dry.process(block.frames);
        for (frame, change) in block.frames.iter_mut().zip(changes) {
            *frame = [frame[0] + change[0], frame[1] + change[1]];
        }
    }

    /// Offers the convolver the kernel for the settings in force, if it is another and can be had.
    fn look_for_kernel(&mut self) {
        if !self.convolver.is_free() {
            return;
        }
        match &mut self.source {
            Source::InPlace(designer) => {
                if self.asked != Some(self.wanted) {
                    self.asked = Some(self.wanted);
                    self.convolver.offer(Box::new(designer.design(&self.wanted)));
                }
            }
            Source::Background(designs) => {
                if self.asked != Some(self.wanted) && designs.ask(self.wanted) {
                    self.asked = Some(self.wanted);
                }
                if let Some(kernel) = designs.take() {
                    self.convolver.offer(kernel);
                }
            }
        }
    }

    /// Lets go of the kernel that has served.
    fn retire(&mut self) {
        match &mut self.source {
            Source::InPlace(_) => drop(self.convolver.take_retired()),
            Source::Background(designs) => {
                if designs.can_retire()
                    && let Some(kernel) = self.convolver.take_retired()
                {
                    designs.retire(kernel);
                }
            }
        }
    }
}
