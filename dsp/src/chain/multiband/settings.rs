//! What can be set of the multiband compressor.

use super::MULTIBAND_BANDS;
use super::compressor::upward_share;
use crate::blocks::ballistics::GainComputer;
use crate::processor::{StageSettings, limit};

/// How the bands are split and put together again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MultibandMode {
    /// The input plus what the bands' gains change: bit-exact while no band acts.
    #[default]
    Transparent,
    /// Linkwitz-Riley bands of the 4th order, with their all-pass.
    LinkwitzRiley,
}

/// Which side of the threshold a band works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MultibandDirection {
    /// Turns down what is above the threshold.
    #[default]
    Downward,
    /// Turns up what is below the threshold, faded out below -60 dBFS.
    Upward,
}

/// One band of the multiband compressor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MultibandBand {
    /// Whether the band's compressor is switched on.
    pub on: bool,
    /// Downward or upward.
    pub direction: MultibandDirection,
    /// Threshold in dBFS, -60 to 0.
    pub threshold_db: f64,
    /// Ratio "x : 1", 1 to 20.
    pub ratio: f64,
    /// Width of the knee in dB, 0 to 24.
    pub knee_db: f64,
    /// Attack time constant in ms, 0.1 to 200.
    pub attack_ms: f64,
    /// Release time constant in ms, 5 to 2000.
    pub release_ms: f64,
    /// The most the gain moves, in dB, 0 to 24.
    pub range_db: f64,
    /// Gain after the compressor in dB, -12 to +12.
    pub makeup_db: f64,
}

impl Default for MultibandBand {
    fn default() -> Self {
        Self {
            on: true,
            direction: MultibandDirection::Downward,
            threshold_db: -18.0,
            ratio: 2.0,
            knee_db: 6.0,
            attack_ms: 20.0,
            release_ms: 150.0,
            range_db: 12.0,
            makeup_db: 0.0,
        }
    }
}

impl MultibandBand {
    /// The level in dBFS that a steady tone of `level_db` comes out with.
    pub fn output_db(&self, level_db: f64) -> f64 {
        let computer = GainComputer::new(self.threshold_db, self.ratio, self.knee_db);
        let moved = match (self.on, self.direction) {
            (false, _) => return level_db,
            (true, MultibandDirection::Downward) => -computer.reduction_db(level_db).min(self.range_db),
            (true, MultibandDirection::Upward) => {
                upward_share(level_db) * computer.boost_db(level_db).min(self.range_db)
            }
        };
        level_db + moved + self.makeup_db
    }
}

/// Settings of the `Multiband`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MultibandSettings {
    /// Whether the stage is switched on.
    pub on: bool,
    /// How the bands are split.
    pub mode: MultibandMode,
    /// The three crossovers in hertz, 20 to 20 000, kept in ascending order and at least a third of an octave apart.
    pub crossovers_hz: [f64; MULTIBAND_BANDS - 1],
    /// The bands from low to high.
    pub bands: [MultibandBand; MULTIBAND_BANDS],
    /// Stereo link, 0 (each channel for itself) to 1 (the louder channel steers both).
    pub link: f64,
    /// 0 dry to 1 wet; the dry signal is in phase with the bands.
    pub mix: f64,
}

impl Default for MultibandSettings {
    fn default() -> Self {
        Self {
            on: false,
            mode: MultibandMode::Transparent,
            crossovers_hz: [120.0, 1000.0, 6000.0],
            bands: [MultibandBand::default(); MULTIBAND_BANDS],
            link: 1.0,
            mix: 1.0,
        }
    }
}

impl StageSettings for MultibandSettings {
    fn on(&self) -> bool {
        self.on
    }
    fn sanitize(&mut self) {
        let default = Self::default();
        for (hz, default) in self.crossovers_hz.iter_mut().zip(default.crossovers_hz) {
            limit(hz, 20.0, 20_000.0, default);
        }
        for (band, default) in self.bands.iter_mut().zip(default.bands) {
            limit(&mut band.threshold_db, -60.0, 0.0, default.threshold_db);
            limit(&mut band.ratio, 1.0, 20.0, default.ratio);
            limit(&mut band.knee_db, 0.0, 24.0, default.knee_db);
            limit(&mut band.attack_ms, 0.1, 200.0, default.attack_ms);
            limit(&mut band.release_ms, 5.0, 2000.0, default.release_ms);
            limit(&mut band.range_db, 0.0, 24.0, default.range_db);
            limit(&mut band.makeup_db, -12.0, 12.0, default.makeup_db);
        }
        limit(&mut self.link, 0.0, 1.0, default.link);
        limit(&mut self.mix, 0.0, 1.0, default.mix);
    }
}
