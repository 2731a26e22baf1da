//! What can be set of the saturator, and what its characters are made of.

use crate::parameters::{choices, parameters};

choices! {
    /// Character of the saturator.
    pub enum SaturatorCharacter {
        /// A symmetric soft curve, the same at every frequency.
        #[default]
        Clean = "clean", "Clean";
        /// Pre-emphasised, softer highs, with a head bump.
        Tape = "tape", "Tape";
        /// An asymmetric curve with even harmonics.
        Tube = "tube", "Tube";
        /// Saturates the lows first.
        Transformer = "transformer", "Transformer";
    }
}

parameters! {
    /// Settings of the `Saturator`. What it does is heard at equal loudness.
    pub struct SaturatorSettings, saturator {
        /// Harmonics: warmth and density.
        on: switch() = false, "saturator_on", "On";
        /// Clean: odd, soft. Tape: highs give way first. Tube: even. Transformer: lows first.
        character: choice(SaturatorCharacter) = SaturatorCharacter::Clean, "saturator_character", "Character";
        /// Up: more harmonics, at the same loudness.
        drive_db: decibels(0.0, 24.0) = 6.0, "saturator_drive", "Drive";
        /// Down: less of them.
        mix: fraction(0.0, 1.0) = 1.0, "saturator_mix", "Mix";
        /// Up: highs are bent more than lows; down: less.
        emphasis_db: decibels(-6.0, 6.0) = 0.0, "saturator_emphasis", "Emphasis";
        /// Up: works on the side more than on the mid; down: the other way.
        mid_side: fraction(-1.0, 1.0) = 0.0, "saturator_mid_side", "Mid/Side";
    }
}

/// What distinguishes the characters.
pub(super) struct Colour {
    /// Shelf before the curve: gain in dB below and above its corner in hertz.
    pub(super) low_db: f64,
    pub(super) high_db: f64,
    pub(super) corner_hz: f64,
    /// Bias of the curve.
    pub(super) bias: f64,
    /// Gain of the head bump as an amplitude added at its centre.
    pub(super) bump: f64,
}

impl SaturatorCharacter {
    pub(super) fn colour(self) -> Colour {
        let clean = Colour { low_db: 0.0, high_db: 0.0, corner_hz: 1000.0, bias: 0.0, bump: 0.0 };
        match self {
            Self::Clean => clean,
            // Record emphasis at the corner of 40 us; a bump of 1.2 dB as at 15 inches per second.
            Self::Tape => Colour { high_db: 6.0, corner_hz: 4000.0, bump: 0.148, ..clean },
            // A bias at a fifth of the limit gives the second harmonic some 10 dB over the third at moderate drive.
            Self::Tube => Colour { bias: 0.35, ..clean },
            // Flux per volt falls by 6 dB per octave above about 30 Hz; levelled off at 250 Hz, 15 dB down.
            Self::Transformer => Colour { low_db: 12.0, high_db: -3.0, corner_hz: 80.0, ..clean },
        }
    }
}
