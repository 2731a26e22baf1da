//! What a programme measures: loudness, peaks, dynamics, stereo.
//!
//! [`Meter`] takes frames as they come, for any length, and gives the [`Measurement`] of all of them. Its memory does not grow
//! but by two numbers for every three seconds.

pub mod cost;
pub mod dynamic_range;
pub mod goniometer;
pub mod histogram;
pub mod k_weighting;
pub mod live;
pub mod loudness;
pub mod masking;
pub mod spectrum;
pub mod stage_effects;
pub mod stereo;
pub mod tone;
pub mod tone_response;
pub mod translation;
pub mod true_peak;
pub mod vinyl;

use crate::blocks::fir::Frame32;
use crate::blocks::math;
use crate::blocks::true_peak::meter::TruePeakMeter;
use crate::processor::{CONTROL_PERIOD, Frame};
use dynamic_range::DynamicRange;
use loudness::Loudness;
use stereo::StereoSums;

/// What a programme measured. Levels of silence, and of what is too short to be measured, are -infinity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measurement {
    /// Gated loudness of the whole (ITU-R BS.1770-5), LUFS.
    pub integrated_lufs: f64,
    /// Highest loudness of any 400 ms, LUFS.
    pub momentary_max_lufs: f64,
    /// Highest loudness of any 3 s, LUFS.
    pub short_term_max_lufs: f64,
    /// Loudness range (EBU Tech 3342), LU.
    pub loudness_range_lu: f64,
    /// Highest level of the continuous waveform, dBTP.
    pub true_peak_dbtp: f64,
    /// Highest sample, dBFS.
    pub sample_peak_dbfs: f64,
    /// True peak less integrated loudness, dB.
    pub plr_db: f64,
    /// TT dynamic range, dB.
    pub dynamic_range_db: f64,
    /// Correlation of left and right over the whole, -1 to +1; 1 for mono.
    pub correlation: f64,
    /// Level that the sum to mono loses against the power of both channels, dB, 0 or below.
    pub mono_loss_db: f64,
    /// Length in frames.
    pub frames: u64,
}

/// Measures a programme; see the module.
pub struct Meter {
    mono: bool,
    loudness: Loudness,
    detector: TruePeakMeter,
    true_peak: f64,
    sample_peak: f64,
    dynamic_range: DynamicRange,
    stereo: StereoSums,
    frames: u64,
}

impl Meter {
    /// A meter for `channels` (1 or 2) at `sample_rate` hertz. Allocates.
    pub fn new(sample_rate: f64, channels: usize) -> Self {
        Self {
            mono: channels == 1,
            loudness: Loudness::new(sample_rate, channels),
            detector: TruePeakMeter::new(),
            true_peak: 0.0,
            sample_peak: 0.0,
            dynamic_range: DynamicRange::new(sample_rate),
            stereo: StereoSums::default(),
            frames: 0,
        }
    }

    /// Takes the next frames, any number.
    pub fn push(&mut self, frames: &[Frame]) {
        self.push_with_overs(frames, f32::INFINITY, |_, _| {});
    }

    /// As [`Meter::push`], and tells of levels of the waveform above `over_level`, an amplitude: `over` gets how many of `frames` came before, and the
    /// levels of those that came [`Meter::true_peak_delay`] earlier, of which the ones that are no overs may read lower than they are.
    pub fn push_with_overs(
        &mut self,
        frames: &[Frame],
        over_level: f32,
        mut over: impl FnMut(usize, &[Frame32]),
    ) {
        self.loudness.push(frames);
        self.dynamic_range.push(frames);
        self.stereo.push(frames);
        self.frames += frames.len() as u64;
        for (n, block) in frames.chunks(CONTROL_PERIOD).enumerate() {
            let mut single: [Frame32; CONTROL_PERIOD] = [[0.0; 2]; CONTROL_PERIOD];
            for (single, frame) in single.iter_mut().zip(block) {
                *single = [frame[0] as f32, frame[1] as f32];
                self.sample_peak = self.sample_peak.max(frame[0].abs().max(frame[1].abs()));
            }
            self.detect(&single[..block.len()], over_level, |levels| over(n * CONTROL_PERIOD, levels));
        }
    }

    fn detect(&mut self, block: &[Frame32], over_level: f32, mut over: impl FnMut(&[Frame32])) {
        let mut levels = [[0.0; 2]; CONTROL_PERIOD];
        let peaks = [self.true_peak as f32; 2];
        let highest = self.detector.process(block, peaks, over_level, &mut levels);
        // What is no number is no level.
        self.true_peak = highest.into_iter().fold(self.true_peak, |peak, x| peak.max(f64::from(x)));
        if highest[0].max(highest[1]) > over_level {
            over(&levels[..block.len()]);
        }
    }

    /// Frames from one to its level.
    pub fn true_peak_delay(&self) -> usize {
        self.detector.delay()
    }

    /// Sums of squares of the K-weighted channels in the hop of 10 ms that ended with the last frame, or in the one under way.
    pub fn hop_energies(&self) -> Frame {
        self.loudness.hop_energies()
    }

    /// Loudness of the last 400 ms and of the last 3 s, LUFS.
    pub fn momentary_and_short_term_lufs(&self) -> (f64, f64) {
        (self.loudness.momentary_lufs(), self.loudness.short_term_lufs())
    }

    /// The measurement of everything pushed so far. The programme counts as ended: what follows begins a new waveform.
    pub fn finish(&mut self) -> Measurement {
        self.finish_with_overs(f32::INFINITY, |_, _| {})
    }

    /// As [`Meter::finish`], and tells of overs as [`Meter::push_with_overs`] does.
    pub fn finish_with_overs(
        &mut self,
        over_level: f32,
        mut over: impl FnMut(usize, &[Frame32]),
    ) -> Measurement {
        // The last waveform ends in silence.
        for n in 0..self.detector.delay().div_ceil(CONTROL_PERIOD) {
            let silence = [[0.0; 2]; CONTROL_PERIOD];
            self.detect(&silence, over_level, |levels| over(n * CONTROL_PERIOD, levels));
        }
        self.so_far()
    }

    /// The measurement of everything pushed so far, of a programme that goes on: only a true peak among the last 32 frames may still
    /// be missing.
    pub fn so_far(&self) -> Measurement {
        let integrated_lufs = self.loudness.integrated_lufs();
        let true_peak_dbtp = 20.0 * math::log10(self.true_peak.max(self.sample_peak));
        let sums = &self.stereo;
        Measurement {
            integrated_lufs,
            momentary_max_lufs: self.loudness.momentary_max_lufs(),
            short_term_max_lufs: self.loudness.short_term_max_lufs(),
            loudness_range_lu: self.loudness.range_lu(),
            true_peak_dbtp,
            sample_peak_dbfs: 20.0 * math::log10(self.sample_peak),
            plr_db: if integrated_lufs.is_finite() {
                true_peak_dbtp - integrated_lufs
            } else {
                f64::NEG_INFINITY
            },
            dynamic_range_db: self.dynamic_range.value_db(),
            correlation: if self.mono { 1.0 } else { sums.correlation() },
            mono_loss_db: if self.mono { 0.0 } else { sums.mono_loss_db() },
            frames: self.frames,
        }
    }
}
