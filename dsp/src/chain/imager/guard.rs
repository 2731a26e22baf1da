//! The guard: gains for S that keep each band's correlation above a bound.
//!
//! Correlation of a band with powers M and S is (M - S) / (M + S); it stays above r while S <= M (1 - r) / (1 + r). The gain
//! falls with 50 ms and recovers with 500 ms, so that it steers the image and never modulates it.

use super::IMAGER_BANDS;
use super::widths::Powers;
use crate::blocks::math;
use crate::processor::CONTROL_PERIOD;

/// Time constants in ms: of the powers and of the falling gain, and of the recovering gain.
const ATTACK_MS: f64 = 50.0;
const RELEASE_MS: f64 = 500.0;
/// Mean power of -90 dBFS: below it a band's correlation means nothing.
const FLOOR: f64 = 1e-9;

/// The guard; see the module.
#[derive(Debug, Clone, Default)]
pub struct Guard {
    on: bool,
    /// (1 - r) / (1 + r).
    most: f64,
    attack: f64,
    release: f64,
    powers: Powers,
    gains: [f64; IMAGER_BANDS],
}

impl Guard {
    /// Sets the sample rate in hertz.
    pub fn prepare(&mut self, sample_rate: f64) {
        let period_ms = 1000.0 * CONTROL_PERIOD as f64 / sample_rate;
        self.attack = 1.0 - math::exp(-period_ms / ATTACK_MS);
        self.release = 1.0 - math::exp(-period_ms / RELEASE_MS);
        self.reset();
    }

    /// Forgets the audio.
    pub fn reset(&mut self) {
        self.powers = Default::default();
        self.gains = [1.0; IMAGER_BANDS];
    }

    /// Switches the guard and sets the lowest correlation, -1 to +1.
    pub fn set(&mut self, on: bool, lowest_correlation: f64) {
        let r = lowest_correlation.clamp(-0.999, 1.0);
        self.on = on;
        self.most = (1.0 - r) / (1.0 + r);
    }

    /// The gains for S at the end of the coming period, from the powers of the last one and the widths in force.
    pub fn begin_period(&mut self, powers: Powers, widths: [f64; IMAGER_BANDS]) -> [f64; IMAGER_BANDS] {
        for (band, width) in widths.into_iter().enumerate() {
            let smoothed = &mut self.powers[band];
            for c in 0..2 {
                smoothed[c] += self.attack * (powers[band][c] / CONTROL_PERIOD as f64 - smoothed[c]);
            }
            let side = width * width * smoothed[1];
            let allowed = self.most * smoothed[0];
            let wanted =
                if self.on && side > allowed && side > FLOOR { (allowed / side).sqrt() } else { 1.0 };
            let gain = &mut self.gains[band];
            let speed = if wanted < *gain { self.attack } else { self.release };
            *gain += speed * (wanted - *gain);
            // Landing exactly lets an idle guard keep every bit.
            if wanted == 1.0 && *gain > 1.0 - 1e-6 {
                *gain = 1.0;
            }
        }
        self.gains
    }
}
