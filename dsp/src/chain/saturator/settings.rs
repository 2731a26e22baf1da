//! What can be set of the saturator, and what its characters are made of.

use crate::processor::{StageSettings, limit};

/// Character of the saturator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SaturatorCharacter {
    /// A symmetric soft curve, the same at every frequency.
    #[default]
    Clean,
    /// Pre-emphasised, softer highs, with a head bump.
    Tape,
    /// An asymmetric curve with even harmonics.
    Tube,
    /// Saturates the lows first.
    Transformer,
}

/// Settings of the `Saturator`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SaturatorSettings {
    /// Whether the stage is switched on.
    pub on: bool,
    /// Its character.
    pub character: SaturatorCharacter,
    /// Drive into the curve in dB, 0 to 24, at equal loudness.
    pub drive_db: f64,
    /// 0 dry to 1 wet.
    pub mix: f64,
    /// Tilt before the curve and its inverse after it in dB, -6 (lows are driven) to +6 (highs are driven).
    pub emphasis_db: f64,
    /// -1 mid only, 0 mid and side alike, +1 side only.
    pub mid_side: f64,
}

impl Default for SaturatorSettings {
    fn default() -> Self {
        Self {
            on: false,
            character: SaturatorCharacter::Clean,
            drive_db: 6.0,
            mix: 1.0,
            emphasis_db: 0.0,
            mid_side: 0.0,
        }
    }
}

impl StageSettings for SaturatorSettings {
    fn on(&self) -> bool {
        self.on
    }
    fn sanitize(&mut self) {
        let default = Self::default();
        limit(&mut self.drive_db, 0.0, 24.0, default.drive_db);
        limit(&mut self.mix, 0.0, 1.0, default.mix);
        limit(&mut self.emphasis_db, -6.0, 6.0, default.emphasis_db);
        limit(&mut self.mid_side, -1.0, 1.0, default.mid_side);
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
