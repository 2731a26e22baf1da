//! Dither: the last step to a fixed word length.

use crate::processor::{Block, ProcessSpec, Processor, Stage, StageSettings};

/// Word length that the output is dithered to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WordLength {
    /// 24 bits.
    #[default]
    Bits24,
    /// 20 bits.
    Bits20,
    /// 16 bits.
    Bits16,
}

impl WordLength {
    /// The number of bits.
    pub fn bits(self) -> u32 {
        match self {
            Self::Bits24 => 24,
            Self::Bits20 => 20,
            Self::Bits16 => 16,
        }
    }

    /// One step of the word, full scale 1.
    pub fn lsb(self) -> f64 {
        1.0 / f64::from(1u32 << (self.bits() - 1))
    }
}

/// Spectrum of the dither's noise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DitherShaping {
    /// White.
    #[default]
    Flat,
    /// Half of the strong shaping in dB.
    Light,
    /// Along the threshold of hearing.
    Strong,
}

/// Settings of the [`Dither`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DitherSettings {
    /// Whether the stage is switched on.
    pub on: bool,
    /// The word length.
    pub word_length: WordLength,
    /// The noise's spectrum.
    pub shaping: DitherShaping,
    /// Whether the dither stops after one second of exact silence.
    pub auto_blank: bool,
    /// Seed of the noise: the same seed gives the same noise.
    pub seed: u64,
}

impl Default for DitherSettings {
    fn default() -> Self {
        Self {
            on: false,
            word_length: WordLength::Bits24,
            shaping: DitherShaping::Flat,
            auto_blank: true,
            seed: 1,
        }
    }
}

impl StageSettings for DitherSettings {
    fn on(&self) -> bool {
        self.on
    }
}

/// The stage; see the module.
#[derive(Default)]
pub struct Dither {
    settings: DitherSettings,
}

impl Processor for Dither {
    fn prepare(&mut self, _spec: &ProcessSpec) {
        self.reset();
    }

    fn reset(&mut self) {}

    fn latency_samples(&self) -> usize {
        0
    }

    fn process(&mut self, _block: &mut Block) {}
}

impl Stage for Dither {
    type Settings = DitherSettings;

    fn set(&mut self, settings: &Self::Settings) {
        self.settings = *settings;
    }
}
