//! What the compressor's gain follows: the peak of the last period, and the crest factor. Both frame by frame, so that neither
//! depends on where a block, a period or a bounce begins.

/// Share of the last peaks that a half-wave has to reach on the other side of zero to count: less is what rides on the wave.
const TURN_SHARE: f64 = 0.25;
/// How much longer than the last half-waves the peaks stand: a pitch may fall by three semitones from one to the next.
const PATIENCE: f64 = 1.2;

/// The highest peak of the half-wave under way and the two before it: of one period of what dominates, whatever its shape.
///
/// A peak detector alone lets go between the crests of a low tone and modulates the gain at twice its frequency. A peak held for a
/// fixed time would do the same below its own frequency and be too slow above. Half-waves say how long is right: high tones and
/// what has no tone are let go at once, as are levels that never cross zero.
#[derive(Debug, Clone, Copy, Default)]
pub struct PeriodPeak {
    is_positive: bool,
    /// Frames since the wave last changed sides.
    frames: usize,
    /// Peaks of this half-wave and the two before, and the lengths of those two in frames.
    peaks: [f64; 3],
    lengths: [usize; 2],
    /// Frames of this half-wave after which the peaks before it are forgotten.
    hold: usize,
}

impl PeriodPeak {
    /// The level for the next sample. Half-waves of more than `longest` frames are none, but for what the other side's share adds.
    #[inline(always)]
    pub fn tick(&mut self, x: f64, longest: usize) -> f64 {
        let level = x.abs();
        // A wave that turned at zero before turns a twelfth of its length later now.
        let longest = longest + longest / 4;
        self.frames = (self.frames + 1).min(2 * longest);
        if (x > 0.0) != self.is_positive && level > TURN_SHARE * self.peaks[0].max(self.peaks[1]) {
            self.is_positive = x > 0.0;
            self.lengths = [if self.frames > longest { 0 } else { self.frames }, self.lengths[0]];
            self.peaks = [level, self.peaks[0], self.peaks[1]];
            self.frames = 0;
            let length = self.lengths[0].max(self.lengths[1]) as f64;
            self.hold = (PATIENCE * length) as usize;
        }
        if self.frames > self.hold {
            (self.peaks, self.lengths) = ([level, 0.0, 0.0], [0; 2]);
            self.hold = 0;
            return level;
        }
        self.peaks[0] = if level > self.peaks[0] { level } else { self.peaks[0] };
        self.peaks[0].max(self.peaks[1]).max(self.peaks[2])
    }
}

/// Peak and mean power of the side chain, whose ratio is the square of the crest factor.
#[derive(Debug, Clone, Copy, Default)]
pub struct CrestFactor {
    peak_power: f64,
    power: f64,
}

impl CrestFactor {
    /// Takes in the next frame's peak and mean power.
    #[inline(always)]
    pub fn tick(&mut self, peak_power: f64, power: f64, coefficient: f64) {
        let decayed = coefficient * self.peak_power + (1.0 - coefficient) * peak_power;
        self.peak_power = peak_power.max(decayed);
        self.power = coefficient * self.power + (1.0 - coefficient) * power;
    }

    /// C^2: 2 for a sine, 1 for silence, at most 100.
    #[inline(always)]
    pub fn squared(&self) -> f64 {
        if self.power > 1e-12 { (self.peak_power / self.power).clamp(1.0, 100.0) } else { 1.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocks::math;
    use std::f64::consts::TAU;

    const LONGEST: usize = 1200;

    #[test]
    fn a_low_tone_reads_as_its_peak_at_every_frame() {
        // Lopsided, with hiss on it: what a bass line looks like.
        for (hz, second, hiss) in [(20.5, 0.0, 0.0), (50.0, 0.0, 0.02), (50.0, 0.4, 0.0), (400.0, 0.0, 0.0)] {
            let mut detector = PeriodPeak::default();
            let wave = |n: usize| {
                let phase = TAU * hz * n as f64 / 48_000.0;
                math::sin(phase)
                    + second * math::cos(2.0 * phase)
                    + hiss * math::sin(n as f64 * n as f64 * 0.37)
            };
            let peak = (0..48_000).fold(0.0f64, |peak, n| peak.max(wave(n).abs()));
            for n in 0..48_000 {
                let level = detector.tick(wave(n), LONGEST);
                // The hiss moves a crest by as much as it is high, twice over.
                assert!(n < 9600 || level > peak - 2.0 * hiss - 1e-3, "{hz} Hz: {level} of {peak} at {n}");
            }
        }
    }

    #[test]
    fn what_ends_is_let_go_within_its_period() {
        let mut detector = PeriodPeak::default();
        for n in 0..48_000 {
            detector.tick(math::sin(TAU * 1000.0 * n as f64 / 48_000.0), LONGEST);
        }
        let left = (0..100).filter(|_| detector.tick(0.0, LONGEST) > 0.0).count();
        assert!(left < 48, "{left} frames of a period of 48");
        let mut detector = PeriodPeak::default();
        for level in [1.0, 1.0, 0.5, 0.1] {
            assert_eq!(detector.tick(level, LONGEST), level, "a level that never crosses zero is not held");
        }
    }
}
