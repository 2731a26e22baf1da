//! Clipper: takes short peaks off before the limiter, oversampled.
//!
//! ```text
//! x --+-- delay ------------------------------+-- y        r = residual of the knee, zero below it
//!     +-- up -- ADAA2{ r(x) } -- down ---------+
//! ```
//!
//! The curve is straight to K, falls to slope 0 with a parabola between K and E = 2 T - K, and stays at the threshold T
//! above. Only its residual r(x) = -((x - K)+^2 - (x - E)+^2) / (2 (E - K)), and the same mirrored, passes the filters:
//! what stays below the knee keeps its bits. Aliasing is held down by oversampling and by second-order antiderivative
//! antialiasing (S. Bilbao, F. Esqueda, J. D. Parker, V. Valimaki, "Antiderivative Antialiasing for Memoryless
//! Nonlinearities", IEEE SPL 24(7), 2017). That scheme is twice the second divided difference of the curve's second
//! antiderivative; over three *sorted* samples the divided differences of the truncated powers (x - K)+^4 have a closed
//! form without cancellation, so that no tolerance is needed where the samples lie close together (`curve`).
//!
//! Oversampling 4x live, 16x standard and finest, halved per octave above 48 kHz. Latency that of the oversampler.
//! Filtering after clipping lets peaks grow again by up to some dB: the true-peak limiter follows.

mod curve;

use crate::blocks::decibel::db_to_gain;
use crate::blocks::delay::Delay;
use crate::blocks::fir::Frame32;
use crate::blocks::late::Late;
use crate::blocks::math;
use crate::blocks::oversampler::Oversampler;
use crate::blocks::simd::Simd;
use crate::blocks::smoothing::{CONTROL_SMOOTHING_MS, Ramp, Smoother};
use crate::parameters::parameters;
use crate::processor::{Block, CONTROL_PERIOD, ProcessSpec, Processor, Quality, Stage};
use curve::{Knee, clip};

/// How far below the threshold the softest knee begins, in dB.
const SOFTEST_KNEE_DB: f64 = 12.0;

parameters! {
    /// Settings of the [`Clipper`]. The knee begins up to 12 dB below the threshold; below the knee nothing changes.
    pub struct ClipperSettings, clipper {
        /// Cuts short peaks off, so that the limiter need not duck.
        on: switch() = false, "clipper_on", "On";
        /// Down: cuts more.
        threshold_db: level(-12.0, 0.0) = -1.0, "clipper_threshold", "Threshold";
        /// Up: rounder and sooner: softer sound, more harmonics.
        knee: fraction(0.0, 1.0) = 0.25, "clipper_knee", "Knee";
    }
}

/// The stage; see the module.
#[derive(Default)]
pub struct Clipper {
    oversampler: Oversampler,
    delay: Delay,
    /// Threshold as a gain, and the knee's start as a fraction of it.
    threshold: Smoother,
    start_ratio: Smoother,
    /// The same where the curve is: half the latency behind the input.
    late: Late<[f64; 2]>,
    at_curve: [Ramp; 2],
    input: Vec<Frame32>,
    residual: Vec<Frame32>,
    started: bool,
    reduction_db: f64,
    simd: Simd,
}

impl Processor for Clipper {
    fn prepare(&mut self, spec: &ProcessSpec) {
        let factor = match spec.quality {
            Quality::Live => 4,
            Quality::Standard => 16,
            Quality::Finest => 16,
        };
        self.oversampler = Oversampler::new(spec, factor);
        self.delay = Delay::new(self.oversampler.latency_samples());
        self.late = Late::new(self.oversampler.latency_samples() / 2);
        self.input = vec![[0.0; 2]; CONTROL_PERIOD];
        self.residual = vec![[0.0; 2]; CONTROL_PERIOD];
        self.threshold.prepare(spec.sample_rate, CONTROL_SMOOTHING_MS);
        self.start_ratio.prepare(spec.sample_rate, CONTROL_SMOOTHING_MS);
        self.simd = Simd::detect();
        self.reset();
    }

    fn reset(&mut self) {
        self.oversampler.reset();
        self.delay.reset();
        self.started = false;
        self.reduction_db = 0.0;
    }

    fn latency_samples(&self) -> usize {
        self.oversampler.latency_samples()
    }

    fn process(&mut self, block: &mut Block) {
        if block.starts_control_period() {
            self.begin_period();
        }
        let length = block.frames.len();
        let [threshold, start_ratio] = &mut self.at_curve;
        let mut knees = [Knee::new(threshold.end(), start_ratio.end()); CONTROL_PERIOD];
        if threshold.is_moving() || start_ratio.is_moving() {
            for knee in &mut knees[..length] {
                *knee = Knee::new(threshold.next(), start_ratio.next());
            }
        }
        for (input, frame) in self.input.iter_mut().zip(block.frames.iter()) {
            *input = frame.map(|x| x as f32);
        }
        self.delay.process(block.frames);
        let (factor, simd) = (self.oversampler.factor(), self.simd);
        let residual = &mut self.residual[..length];
        let sounds = self.oversampler.process(&self.input[..length], residual, |window, residual| {
            clip(simd, window.as_flattened(), residual.as_flattened_mut(), &knees[..length], factor)
        });
        if !sounds {
            return;
        }
        let mut ratio = 1.0f64;
        for (frame, residual) in block.frames.iter_mut().zip(residual) {
            for (x, r) in frame.iter_mut().zip(residual) {
                let clipped = *x + f64::from(*r);
                if clipped.abs() < ratio * x.abs() && x.abs() > 0.1 {
                    ratio = clipped.abs() / x.abs();
                }
                *x = clipped;
            }
        }
        self.reduction_db = self.reduction_db.max(-20.0 * math::log10(ratio.max(1e-3)));
    }
}

impl Clipper {
    fn begin_period(&mut self) {
        let first = !self.started;
        self.started = true;
        self.reduction_db = 0.0;
        if first {
            self.threshold.snap();
            self.start_ratio.snap();
        }
        self.threshold.begin_period();
        self.start_ratio.begin_period();
        let ends = [self.threshold.end_of_period(), self.start_ratio.end_of_period()];
        if first {
            self.late.snap(ends);
        }
        for (ramp, end) in self.at_curve.iter_mut().zip(self.late.push(ends)) {
            if first { ramp.snap(end) } else { ramp.begin_period(end) }
        }
    }
}

impl Stage for Clipper {
    type Settings = ClipperSettings;

    fn apply(&mut self, settings: &Self::Settings) {
        self.threshold.set_target(db_to_gain(settings.threshold_db));
        self.start_ratio.set_target(db_to_gain(-SOFTEST_KNEE_DB * settings.knee));
    }

    fn gain_reduction_db(&self) -> f64 {
        self.reduction_db
    }
}

#[cfg(test)]
mod tests {
    use super::curve::HARDEST_KNEE;
    use super::*;
    use crate::processor::{Frame, for_each_block};

    /// The curve itself, for comparison.
    fn curve(x: f64, threshold: f64, knee: f64) -> f64 {
        let start = threshold * db_to_gain(-12.0 * knee).min(1.0 - 0.5 * HARDEST_KNEE);
        let end = 2.0 * threshold - start;
        let m = x.abs();
        let y = if m <= start {
            m
        } else if m >= end {
            threshold
        } else {
            m - (m - start).powi(2) / (2.0 * (end - start))
        };
        y.copysign(x)
    }

    fn run(settings: ClipperSettings, spec: ProcessSpec, input: &[Frame]) -> (usize, Vec<Frame>) {
        let mut clipper = Clipper::default();
        clipper.prepare(&spec);
        clipper.set(&settings);
        let mut output = input.to_vec();
        for_each_block(&mut output, 0, |block| clipper.process(block));
        (clipper.latency_samples(), output)
    }

    #[test]
    fn slow_signals_follow_the_static_curve() {
        for knee in [0.0, 0.3, 1.0] {
            let settings = ClipperSettings { on: true, threshold_db: -6.0, knee };
            let threshold = db_to_gain(-6.0);
            let input: Vec<Frame> = (0..48_000)
                .map(|n| {
                    let x = 1.5 * math::sin(std::f64::consts::TAU * 20.0 * n as f64 / 48_000.0);
                    [x, -x]
                })
                .collect();
            let (latency, output) = run(settings, ProcessSpec::stereo(48_000.0), &input);
            for n in 2000..40_000 {
                let expected = curve(input[n - latency][0], threshold, knee);
                // 20 Hz moves by 0.004 per frame: the hard corner is rounded over one frame, the rest agrees closely.
                let bound = if knee == 0.0 { 1.5e-3 } else { 2e-4 };
                assert!((output[n][0] - expected).abs() < bound, "knee {knee}, frame {n}");
            }
        }
    }

    #[test]
    fn below_the_knee_every_bit_is_kept() {
        let settings = ClipperSettings { on: true, threshold_db: -6.0, knee: 0.5 };
        let input: Vec<Frame> = (0..9600).map(|n| [0.1 * math::sin(n as f64 * 0.3), 0.1]).collect();
        let (latency, output) = run(settings, ProcessSpec::stereo(48_000.0), &input);
        assert_eq!(output[latency..], input[..input.len() - latency]);
    }
}
