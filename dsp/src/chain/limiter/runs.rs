//! How long a hold has to be: half a period of what makes the peaks.
//!
//! From where a wave passes the ceiling until it is 3 dB below its crest, or on the other side of zero, a run is counted. Of a sine
//! that is
//!
//! ```text
//! width = half a period * (1 - (asin(10^(-crest/20)) + asin(10^(-depth/20))) / pi)
//! ```
//!
//! so that a run's width and depth tell half a period from one crest, whatever the drive: of a bass note long, of a click short, though
//! the click be as loud. Gaps that other tones cut into a crest do not end it.

use crate::blocks::math;
use std::f64::consts::{FRAC_1_PI, LN_10};

/// How far below its crest a run is counted, dB, and as a share of a smaller reduction.
const DEPTH_DB: f64 = 3.0;
/// See [`DEPTH_DB`].
const DEPTH_SHARE: f64 = 0.5;
/// Longest gap in a run, ms: higher tones that ride on a bass note's crest.
const GAP_MS: f64 = 1.5;
/// How long a hold outlasts half a period, as a factor.
const MARGIN: f64 = 1.1;
/// Time in ms after which a hold is forgotten when only shorter runs follow.
const MEMORY_MS: f64 = 40.0;

/// Follows the runs; see the module.
#[derive(Debug, Clone, Copy, Default)]
pub struct Runs {
    longest: f64,
    gap: f64,
    memory: f64,
    hold: f64,
    /// Reduction at the crest of the run, dB; 0 for no run.
    crest: f64,
    is_positive: bool,
    /// Frames from the run's beginning to its last one, and since then.
    width: f64,
    since: f64,
    /// Frames since the hold was set.
    age: f64,
}

impl Runs {
    /// Holds of at most `longest_ms`.
    pub fn new(longest_ms: f64, sample_rate: f64) -> Self {
        let frames = |ms: f64| 1e-3 * ms * sample_rate;
        Self {
            longest: frames(longest_ms),
            gap: frames(GAP_MS),
            memory: frames(MEMORY_MS),
            ..Self::default()
        }
    }

    /// Forgets the past.
    pub fn reset(&mut self) {
        *self = Self { longest: self.longest, gap: self.gap, memory: self.memory, ..Self::default() };
    }

    /// Frames pass that need no reduction.
    pub fn skip(&mut self, frames: usize) {
        self.age += frames as f64;
        self.since += frames as f64;
        if self.crest > 0.0 && self.since > self.gap {
            self.finish();
        }
    }

    /// Hold in frames: of the last runs, or of one that is not over as far as it is known.
    #[inline(always)]
    pub fn hold(&self) -> f64 {
        self.hold.max(self.width.min(self.longest))
    }

    /// Takes the reduction that the next frame needs, dB.
    #[inline(always)]
    pub fn tick(&mut self, needed: f64, is_positive: bool) {
        self.age += 1.0;
        self.since += 1.0;
        if needed > 0.0 && self.crest > 0.0 && (is_positive != self.is_positive || self.since > self.gap) {
            self.finish();
        }
        if needed > 0.0 && needed >= self.crest - depth_db(self.crest) {
            self.width = if self.crest > 0.0 { self.width + self.since } else { 1.0 };
            self.crest = self.crest.max(needed);
            self.is_positive = is_positive;
            self.since = 0.0;
        } else if self.crest > 0.0 && self.since > self.gap {
            self.finish();
        }
    }

    /// Takes the hold from the run.
    fn finish(&mut self) {
        let angle = |below_db: f64| math::asin(math::exp(-below_db * (LN_10 / 20.0)).min(1.0));
        let share = 1.0 - FRAC_1_PI * (angle(self.crest) + angle(depth_db(self.crest)));
        let half_period = self.width / share.max(1e-3);
        let remembered = self.hold * (1.0 - self.age / self.memory).max(0.0);
        self.hold = remembered.max((MARGIN * half_period).min(self.longest));
        (self.crest, self.width, self.age) = (0.0, 0.0, 0.0);
    }
}

/// How far below a crest its run is counted, dB.
#[inline(always)]
fn depth_db(crest: f64) -> f64 {
    (DEPTH_SHARE * crest).min(DEPTH_DB)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    /// The hold after a second of a tone driven `over_db` over the ceiling, in ms.
    fn hold_ms(hz: f64, over_db: f64) -> f64 {
        let rate = 48_000.0;
        let mut runs = Runs::new(32.0, rate);
        for n in 0..48_000 {
            let x = math::sin(TAU * hz * f64::from(n) / rate);
            runs.tick((over_db + 20.0 * math::log10(x.abs().max(1e-9))).max(0.0), x > 0.0);
        }
        1000.0 * runs.hold() / rate
    }

    #[test]
    fn holds_are_half_a_period_at_any_drive() {
        for hz in [30.0, 50.0, 200.0] {
            for over_db in [1.0, 6.0, 20.0] {
                let ratio = hold_ms(hz, over_db) / (500.0 / hz);
                println!("{hz} Hz, {over_db} dB: {ratio:.3}");
                // A frame at either end of a run of 48 is what it is exact to at 200 Hz; less than 1 would not bridge the gap.
                assert!(
                    (1.0..1.2).contains(&ratio),
                    "{hz} Hz, {over_db} dB over: {ratio:.3} of half a period"
                );
            }
        }
    }

    #[test]
    fn a_click_is_hardly_held() {
        let mut runs = Runs::new(32.0, 48_000.0);
        (0..10).for_each(|_| runs.tick(12.0, true));
        (0..200).for_each(|_| runs.tick(0.0, true));
        assert!(runs.hold() < 48.0, "{} frames", runs.hold());
    }
}
