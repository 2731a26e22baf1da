//! Gain computer and ballistics of the compressors.
//!
//! Static curve and the smooth decoupled peak detector of D. Giannoulis, M. Massberg, J. D. Reiss, "Digital Dynamic
//! Range Compressor Design", JAES 60(6), 2012, equations 4 and 17; all levels in dB.

use crate::blocks::math;
use crate::blocks::simd::Lanes;
use crate::processor::CONTROL_PERIOD;

/// Static curve of a downward compressor with a quadratic soft knee.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GainComputer {
    /// Level above which the gain is reduced, dB.
    pub threshold_db: f64,
    /// 1 - 1/ratio: 0 leaves the level, 1 holds it at the threshold.
    pub slope: f64,
    /// Width of the knee, dB, 0 for none.
    pub knee_db: f64,
}

impl GainComputer {
    /// From threshold and knee in dB and ratio as "ratio : 1", at least 1.
    pub fn new(threshold_db: f64, ratio: f64, knee_db: f64) -> Self {
        Self { threshold_db, slope: 1.0 - 1.0 / ratio.max(1.0), knee_db: knee_db.max(0.0) }
    }

    /// Gain reduction in dB, positive, for a level in dB: what lies over the threshold is divided by the ratio.
    #[inline(always)]
    pub fn reduction_db(&self, level_db: f64) -> f64 {
        self.over(level_db - self.threshold_db)
    }

    /// Gain in dB, positive, for a level in dB: what lies under the threshold is divided by the ratio.
    #[inline(always)]
    pub fn boost_db(&self, level_db: f64) -> f64 {
        self.over(self.threshold_db - level_db)
    }

    #[inline(always)]
    fn over(&self, over: f64) -> f64 {
        // One formula for all three branches: the parabola between -W/2 and +W/2, clamped to 0 below and the line above.
        let half = 0.5 * self.knee_db;
        // Not `clamp`, which panics where its bounds are crossed: the knee is computed.
        let inside = (over + half).max(0.0).min(self.knee_db);
        let parabola = if self.knee_db > 0.0 { inside * inside / (2.0 * self.knee_db) } else { 0.0 };
        self.slope * (parabola + (over - half).max(0.0))
    }
}

/// Four [`GainComputer`]s, whose figures have the bits of theirs.
#[derive(Clone, Copy)]
pub(crate) struct GainComputers<V> {
    /// Levels above which the gain is reduced, dB.
    pub threshold_db: V,
    /// 1 - 1/ratio.
    pub slope: V,
    /// Widths of the knee, dB.
    pub knee_db: V,
}

impl<V: Lanes> GainComputers<V> {
    /// Gain reductions in dB, positive.
    #[inline(always)]
    pub fn reduction_db(&self, level_db: V) -> V {
        self.over(level_db - self.threshold_db)
    }

    /// Gains in dB, positive, of what lies under the threshold.
    #[inline(always)]
    pub fn boost_db(&self, level_db: V) -> V {
        self.over(self.threshold_db - level_db)
    }

    #[inline(always)]
    fn over(&self, over: V) -> V {
        let (half, none) = (V::all(0.5) * self.knee_db, V::all(0.0));
        let inside = (over + half).max(none).min(self.knee_db);
        // Without a knee nothing is inside: 0 by whatever there is.
        let width = (self.knee_db + self.knee_db).max(V::all(f64::MIN_POSITIVE));
        self.slope * (inside * inside / width + (over - half).max(none))
    }
}

/// Frames between two gains of a compressor at `sample_rate` hertz, lasting at most `longest_ms`: a power of two that divides
/// the control period.
pub fn hop_frames(longest_ms: f64, sample_rate: f64) -> usize {
    let mut hop = 1;
    while hop < CONTROL_PERIOD / 2 && (2 * hop) as f64 * 1000.0 / sample_rate <= longest_ms {
        hop *= 2;
    }
    hop
}

/// One-pole coefficient for a time constant (63 %) of `time_ms` at `rate` updates per second; 0 for no time at all.
pub fn time_coefficient(time_ms: f64, rate: f64) -> f64 {
    if time_ms <= 0.0 { 0.0 } else { math::exp(-1000.0 / (time_ms * rate)) }
}

/// Smooth decoupled attack and release: y1 = max(c, aR y1 + (1-aR) c), y = aA y + (1-aA) y1.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Ballistics {
    held: f64,
    smoothed: f64,
}

impl Ballistics {
    /// Forgets the past: no reduction.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// The smoothed value for the next input; `attack` and `release` are [`time_coefficient`]s.
    #[inline(always)]
    pub fn tick(&mut self, input: f64, attack: f64, release: f64) -> f64 {
        self.held = input.max(release * self.held + (1.0 - release) * input);
        self.smoothed = attack * self.smoothed + (1.0 - attack) * self.held;
        self.smoothed
    }

    /// The last output.
    pub fn value(&self) -> f64 {
        self.smoothed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn static_curve_meets_the_three_branches() {
        let c = GainComputer::new(-20.0, 4.0, 6.0);
        assert_eq!(c.reduction_db(-23.1), 0.0);
        assert!((c.reduction_db(-20.0) - 0.75 * 3.0 * 3.0 / 12.0).abs() < 1e-12);
        assert!((c.reduction_db(0.0) - 15.0).abs() < 1e-12);
        assert_eq!(GainComputer::new(-20.0, 1.0, 6.0).reduction_db(0.0), 0.0);
    }
}
