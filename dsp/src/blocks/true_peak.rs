//! The highest level that the continuous waveform reaches around each frame.
//!
//! Found in two steps ([`meter`]): a filter of 60 taps between the frames, and one of 10 on the grid of two points a frame, with the
//! vertices of the parabolas through 8 points a frame; the second step only where it could find what is asked for. BS.1770-5 Annex 2 with
//! a longer filter: against a 32-fold reference the level is at most 0.02 dB low.
//!
//! The limiter makes its gain of it: every CPU gives the same bits.

mod fine;
mod lanes;
pub mod meter;

use crate::blocks::fir::Frame32;
use crate::processor::CONTROL_PERIOD;
use meter::TruePeakMeter;

/// Taps on either side of a middle: with what the second step adds the delay is 32 frames.
const HALF: usize = 30;
/// Window of so few taps: level within 0.008 dB to 0.465 of the rate. At 8 white noise passed the ceiling by 0.039 dB.
const BETA: f64 = 6.5;
/// See [`HALF`]; 96 frames.
const SHARP_HALF: usize = 94;
/// See [`BETA`]; images below -81 dB.
const SHARP_BETA: f64 = 8.0;

/// Finds the level; see the module.
pub struct TruePeakDetector {
    meter: TruePeakMeter,
}

impl Default for TruePeakDetector {
    fn default() -> Self {
        Self::new()
    }
}

impl TruePeakDetector {
    /// A detector for frames at any rate. Allocates.
    pub fn new() -> Self {
        Self { meter: TruePeakMeter::exact(HALF, BETA) }
    }

    /// As [`TruePeakDetector::new`] with three times the taps: reads what a clip leaves just below half the rate. Allocates.
    pub fn sharp() -> Self {
        Self { meter: TruePeakMeter::exact(SHARP_HALF, SHARP_BETA) }
    }

    /// Delay in frames from a frame to its level.
    pub fn delay(&self) -> usize {
        self.meter.delay()
    }

    /// Forgets the audio.
    pub fn reset(&mut self) {
        self.meter.reset();
    }

    /// Writes, for each frame of `input`, the level around the frame [`TruePeakDetector::delay`] earlier; without `true_peak` that of
    /// the sample alone. Levels above `floor` are exact; what is not may read lower than it is, down to 0. Whether there are any.
    pub fn process(
        &mut self,
        input: &[Frame32],
        true_peak: bool,
        floor: f32,
        output: &mut [Frame32; CONTROL_PERIOD],
    ) -> bool {
        if true_peak {
            // Nothing is sought but what is above the floor.
            let highest = self.meter.process(input, [f32::INFINITY; 2], floor, output);
            return highest[0] > floor || highest[1] > floor;
        }
        self.meter.process_samples(input, output);
        output.as_flattened().iter().any(|level| *level > floor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocks::math;
    use std::f64::consts::PI;

    #[test]
    fn tones_read_their_amplitude_whatever_their_phase() {
        for rate in [44_100.0, 48_000.0, 96_000.0, 192_000.0] {
            for hz in [997.0, 5000.0, 0.25 * 44_100.0, 15_000.0, 19_000.0] {
                for phase in [0.0, 0.3, PI / 4.0, 1.2] {
                    let mut detector = TruePeakDetector::new();
                    let mut worst = [2.0f32, 0.0];
                    for block in 0..40 {
                        let mut input = [[0.0f32; 2]; CONTROL_PERIOD];
                        for (n, frame) in input.iter_mut().enumerate() {
                            let t = (block * CONTROL_PERIOD + n) as f64 / rate;
                            *frame = [math::sin(2.0 * PI * hz * t + phase) as f32, 0.0];
                        }
                        let mut levels = [[0.0; 2]; CONTROL_PERIOD];
                        detector.process(&input, true, 0.0, &mut levels);
                        if block > 8 {
                            // Over a period of the tone at least one frame sees its peak.
                            let peak = levels.iter().fold(0.0f32, |peak, level| peak.max(level[0]));
                            if hz * (CONTROL_PERIOD as f64) / rate > 1.0 {
                                worst = [worst[0].min(peak), worst[1].max(peak)];
                            }
                        }
                    }
                    if worst[1] == 0.0 {
                        continue;
                    }
                    let [low, high] = worst.map(|x| 20.0 * math::log10(f64::from(x)));
                    // 0.02 dB is what the limiter's margin allows for.
                    assert!(
                        low > -0.02 && high < 0.02,
                        "{rate} Hz, {hz} Hz, {phase}: {low:.4} to {high:.4} dB"
                    );
                }
            }
        }
    }
}
