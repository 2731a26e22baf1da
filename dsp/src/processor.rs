//! What every part of the chain agrees on: frames, blocks, the control grid, and the [`Processor`] contract.

use crate::parameters::{Parameters, choices};

/// One sample per channel: left, right. A mono stream is carried as two equal channels.
pub type Frame = [f64; 2];

/// Frames between two control updates, counted from the last reset and never from the host's block.
///
/// 32 frames are 0.67 ms at 48 kHz: faster than any control needs, slow enough that a coefficient costs nothing.
pub const CONTROL_PERIOD: usize = 32;

choices! {
    /// How much oversampling and look-ahead the chain spends. Fixes the latency together with [`EqualizerPhase`].
    pub enum Quality {
        /// Lowest latency, for playing through the chain.
        Live = "live", "Live";
        /// For mixing and mastering in real time.
        #[default]
        Standard = "standard", "Standard";
        /// The most oversampling and the longest look-ahead, for the final render.
        Finest = "finest", "Finest";
    }
}

choices! {
    /// Phase response of the equalizer. Fixes the latency together with [`Quality`].
    pub enum EqualizerPhase {
        /// No latency; the phase of the analogue prototype.
        #[default]
        Minimum = "minimum", "Minimum";
        /// Constant delay at every frequency.
        Linear = "linear", "Linear";
    }
}

/// What a processor is prepared for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProcessSpec {
    /// Sample rate in hertz, 8 000 to 768 000.
    pub sample_rate: f64,
    /// 1 or 2. With 1 both channels of every [`Frame`] are equal and the second is ignored.
    pub channels: usize,
    /// Oversampling and look-ahead.
    pub quality: Quality,
    /// Phase response of the equalizer.
    pub equalizer_phase: EqualizerPhase,
}

impl ProcessSpec {
    /// Stereo at `sample_rate` hertz, standard quality, minimum phase.
    pub fn stereo(sample_rate: f64) -> Self {
        Self {
            sample_rate,
            channels: 2,
            quality: Quality::default(),
            equalizer_phase: EqualizerPhase::default(),
        }
    }

    /// Frames that `ms` milliseconds last, rounded to the nearest.
    pub fn frames_of_ms(&self, ms: f64) -> usize {
        (self.sample_rate * ms * 1e-3).round() as usize
    }
}

/// At most [`CONTROL_PERIOD`] frames that do not cross the control grid, processed in place.
pub struct Block<'a> {
    /// The audio.
    pub frames: &'a mut [Frame],
    position: u64,
}

impl<'a> Block<'a> {
    /// `position` is the number of frames since the last reset; the block must end at or before the next multiple of
    /// [`CONTROL_PERIOD`].
    pub fn new(frames: &'a mut [Frame], position: u64) -> Self {
        debug_assert!(
            position as usize % CONTROL_PERIOD + frames.len() <= CONTROL_PERIOD,
            "block crosses the control grid"
        );
        Self { frames, position }
    }

    /// Frames since the last reset.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Whether control values are due for an update: true for one block in each [`CONTROL_PERIOD`], and for the first
    /// block after a reset.
    pub fn starts_control_period(&self) -> bool {
        self.position.is_multiple_of(CONTROL_PERIOD as u64)
    }
}

/// Calls `process` with successive blocks on the control grid that together cover `frames`, the first at `position`.
pub fn for_each_block(frames: &mut [Frame], position: u64, mut process: impl FnMut(&mut Block)) {
    let mut rest = frames;
    let mut position = position;
    while !rest.is_empty() {
        let until_grid = CONTROL_PERIOD - (position % CONTROL_PERIOD as u64) as usize;
        let (head, tail) = rest.split_at_mut(until_grid.min(rest.len()));
        let length = head.len() as u64;
        process(&mut Block::new(head, position));
        position += length;
        rest = tail;
    }
}

/// A part of the signal path. `process` never allocates, locks, logs, panics or calls the system.
pub trait Processor {
    /// Sizes every buffer for `spec` and resets. May allocate; never called on the audio thread.
    fn prepare(&mut self, spec: &ProcessSpec);
    /// Forgets the audio and keeps the settings: afterwards the processor does as a new one would, and the next block
    /// is at position 0 of the grid or at a multiple of [`CONTROL_PERIOD`]. Real-time safe.
    fn reset(&mut self);
    /// Delay from input to output in frames; constant between two calls of `prepare`.
    fn latency_samples(&self) -> usize;
    /// Processes a block in place. Control values are updated only where [`Block::starts_control_period`].
    fn process(&mut self, block: &mut Block);
}

/// A stage of the chain: a [`Processor`] with settings.
pub trait Stage: Processor {
    /// Everything that can be set, in plain units.
    type Settings: Parameters;
    /// Takes new settings from the next control period on: at once if no block has been processed since the last reset, else
    /// smoothed so that nothing clicks. Real-time safe and cheap when nothing has changed. They have been sanitized, and the next
    /// block starts a control period: [`Slot`](crate::chain::slot::Slot) sees to it.
    fn apply(&mut self, settings: &Self::Settings);
    /// [`Stage::apply`] for settings from anywhere, for a stage that is used on its own.
    fn set(&mut self, settings: &Self::Settings) {
        let mut settings = settings.clone();
        settings.sanitize();
        self.apply(&settings);
    }
    /// As [`Processor::reset`], in the midst of the sound: nothing is heard of the stage for as long as its latency, in which it may
    /// spread what is dear.
    fn restart(&mut self) {
        self.reset();
    }
    /// Gain reduction in dB, positive, of the last control period; 0 for a stage that reduces nothing.
    fn gain_reduction_db(&self) -> f64 {
        0.0
    }
    /// Chooses which of the stage's own parts the next blocks hand out through [`Stage::listen_signal`]; `None` for no
    /// part. What the parts are is the stage's affair (a band, the harmonics).
    fn set_listen(&mut self, _part: Option<usize>) {}
    /// The chosen part's signal for the block just processed, in time with the stage's output.
    fn listen_signal(&self) -> Option<&[Frame]> {
        None
    }
}
