//! What can be set of the multiband compressor.

use super::MULTIBAND_BANDS;
use super::compressor::upward_share;
use crate::blocks::ballistics::GainComputer;
use crate::parameters::{choices, parameters};

choices! {
    /// How the bands are split and put together again.
    pub enum MultibandMode {
        /// The input plus what the bands' gains change: bit-exact while no band acts.
        #[default]
        Transparent = "transparent", "Transparent";
        /// Linkwitz-Riley bands of the 4th order, with their all-pass.
        LinkwitzRiley = "linkwitz_riley", "Linkwitz-Riley";
    }
}

choices! {
    /// Which side of the threshold a band works on.
    pub enum MultibandDirection {
        /// Turns down what is above the threshold.
        #[default]
        Downward = "downward", "Downward";
        /// Turns up what is below the threshold, faded out below -60 dBFS.
        Upward = "upward", "Upward";
    }
}

parameters! {
    /// One band of the multiband compressor.
    pub struct MultibandBand, multiband_band {
        /// Switches this band's compressor.
        on: switch() = true, "multiband_band_on", "On";
        /// Downward tames what is loud, upward lifts what is soft.
        direction: choice(MultibandDirection) = MultibandDirection::Downward, "multiband_direction", "Direction";
        /// Down: compresses more of the band.
        threshold_db: level(-60.0, 0.0) = -18.0, "multiband_threshold", "Threshold";
        /// Up: compresses harder.
        ratio: ratio(1.0, 20.0) = 2.0, "multiband_ratio", "Ratio";
        /// Up: begins more gently.
        knee_db: decibels(0.0, 24.0) = 6.0, "multiband_knee", "Knee";
        /// Up: lets more of an onset pass.
        attack_ms: milliseconds(0.1, 200.0) = 20.0, "multiband_attack", "Attack";
        /// Up: recovers more slowly.
        release_ms: milliseconds(5.0, 2000.0) = 150.0, "multiband_release", "Release";
        /// The most that the gain moves.
        range_db: decibels(0.0, 24.0) = 12.0, "multiband_range", "Range";
        /// Up: the band louder after compression.
        makeup_db: decibels(-12.0, 12.0) = 0.0, "multiband_makeup", "Makeup";
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

parameters! {
    /// Settings of the `Multiband`. The crossovers are kept in ascending order and at least a third of an octave apart.
    pub struct MultibandSettings, multiband {
        /// Compresses four regions, each on its own.
        on: switch() = false, "multiband_on", "On";
        /// Transparent: no phase shift at rest. Linkwitz-Riley: steep bands, phase turns at the crossovers.
        mode: choice(MultibandMode) = MultibandMode::Transparent, "multiband_mode", "Mode";
        /// Up: moves the border between the first and the second band higher.
        crossover_1_hz: hertz(20.0, 20_000.0) = 120.0, "multiband_crossover_1", "Crossover 1";
        /// Up: moves the border between the second and the third band higher.
        crossover_2_hz: hertz(20.0, 20_000.0) = 1000.0, "multiband_crossover_2", "Crossover 2";
        /// Up: moves the border between the third and the fourth band higher.
        crossover_3_hz: hertz(20.0, 20_000.0) = 6000.0, "multiband_crossover_3", "Crossover 3";
        /// Up: left and right are turned down together, so that the image stands.
        link: fraction(0.0, 1.0) = 1.0, "multiband_link", "Link";
        /// Down: more of the uncompressed signal.
        mix: fraction(0.0, 1.0) = 1.0, "multiband_mix", "Mix";
        bands {
            /// The bands from low to high.
            [MultibandBand, multiband_band; MULTIBAND_BANDS] = Default::default();
        }
    }
}

impl MultibandSettings {
    /// The three crossovers in hertz.
    pub fn crossovers_hz(&self) -> [f64; MULTIBAND_BANDS - 1] {
        [self.crossover_1_hz, self.crossover_2_hz, self.crossover_3_hz]
    }

    /// The same settings with other crossovers in hertz.
    pub fn with_crossovers_hz(self, [low, middle, high]: [f64; MULTIBAND_BANDS - 1]) -> Self {
        Self { crossover_1_hz: low, crossover_2_hz: middle, crossover_3_hz: high, ..self }
    }
}
