//! The level around each frame: of the waveform between the samples, of the samples alone, or of what lies between while it changes.

use crate::blocks::delay::Delay;
use crate::blocks::fir::Frame32;
use crate::blocks::smoothing::Ramp;
use crate::blocks::true_peak::TruePeakDetector;
use crate::processor::{CONTROL_PERIOD, Frame};

/// Finds the levels; see the module.
pub struct LevelMeter {
    detector: TruePeakDetector,
    samples: Delay,
    /// How much of what the waveform has more between the samples counts, 0 to 1.
    true_peak: Ramp,
}

/// What was found for the frames of a block.
#[derive(Default)]
pub struct Found {
    /// Levels, amplitudes.
    pub levels: [Frame; CONTROL_PERIOD],
    /// The frames that they belong to.
    pub samples: [Frame; CONTROL_PERIOD],
    /// Whether any level may be above the floor.
    pub is_over: bool,
}

impl LevelMeter {
    /// With this detector. Allocates.
    pub fn new(detector: TruePeakDetector) -> Self {
        Self { samples: Delay::new(detector.delay()), detector, true_peak: Ramp::default() }
    }

    /// Delay in frames from a frame to its level.
    pub fn delay(&self) -> usize {
        self.detector.delay()
    }

    /// Forgets the audio.
    pub fn reset(&mut self) {
        self.detector.reset();
        self.samples.reset();
    }

    /// Begins with this share of what lies between the samples, 0 to 1.
    pub fn snap(&mut self, true_peak: f64) {
        self.true_peak.snap(true_peak);
    }

    /// Takes the share for the end of the period, of the frames that are measured then.
    pub fn begin_period(&mut self, true_peak: f64) {
        self.true_peak.begin_period(true_peak);
    }

    /// The share stands still.
    pub fn settle(&mut self) {
        self.true_peak.settle();
    }

    /// Takes at most a control period of frames. Levels above `floor` are exact; others may read lower than they are, down to 0.
    pub fn process(&mut self, frames: &[Frame], floor: f64) -> Found {
        let length = frames.len();
        let mut narrow: [Frame32; CONTROL_PERIOD] = [[0.0; 2]; CONTROL_PERIOD];
        for (narrow, frame) in narrow.iter_mut().zip(frames) {
            *narrow = [frame[0] as f32, frame[1] as f32];
        }
        let mut found = Found::default();
        found.samples[..length].copy_from_slice(frames);
        self.samples.process(&mut found.samples[..length]);
        let mut levels: [Frame32; CONTROL_PERIOD] = [[0.0; 2]; CONTROL_PERIOD];
        let is_between = !self.true_peak.rests_at(0.0);
        found.is_over = self.detector.process(&narrow[..length], is_between, floor as f32, &mut levels);
        for (wide, level) in found.levels.iter_mut().zip(&levels) {
            *wide = [f64::from(level[0]), f64::from(level[1])];
        }
        if is_between && !self.true_peak.rests_at(1.0) {
            for (level, sample) in found.levels[..length].iter_mut().zip(&found.samples) {
                let share = self.true_peak.next();
                for (level, x) in level.iter_mut().zip(sample) {
                    *level = x.abs() + share * (*level - x.abs());
                }
            }
        }
        found
    }
}
