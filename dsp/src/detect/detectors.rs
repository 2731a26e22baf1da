//! The table of contents of quality control: every detector, in the order of [`Check::ALL`].
//!
//! A line is the file, the detector in it, and the check that it tells of. Its `mod` stands in `detect.rs`, as rustfmt finds no file that a macro
//! declares.

use super::detector::{Detector, Programme};
use super::evidence::Evidence;
use super::hop::Hop;
use super::{Check, Finding};
use std::cmp::Reverse;

/// Makes [`Detectors`] of the table.
macro_rules! detectors {
    ($($file:ident: $detector:ident, Check::$check:ident;)*) => {
        $(use super::$file::$detector;)*

        /// All of them; none where its check compares two channels and there is but one.
        pub(super) struct Detectors {
            $($file: Option<$detector>,)*
        }

        impl Detectors {
            /// Allocates.
            pub fn new(programme: &Programme) -> Self {
                let has = |check: Check| programme.channels == 2 || !check.compares_channels();
                Self { $($file: has(Check::$check).then(|| $detector::new(programme)),)* }
            }

            /// Hands them the next 10 ms.
            pub fn push(&mut self, hop: &Hop) {
                $(if let Some(detector) = &mut self.$file { detector.push(hop); })*
            }

            /// See [`Detector::leave_out_comparison`].
            pub fn leave_out_comparison(&mut self) {
                $(if let Some(detector) = &mut self.$file { detector.leave_out_comparison(); })*
            }

            /// See [`Detector::end`].
            pub fn end(&mut self, evidence: &Evidence) {
                $(if let Some(detector) = &mut self.$file { detector.end(evidence); })*
            }

            /// What they found, in the order of the checks, the worse first.
            pub fn findings(&self, evidence: &Evidence) -> Vec<Finding> {
                let mut findings = Vec::new();
                $(
                    if let Some(detector) = &self.$file {
                        let found = detector.findings(evidence).into_iter();
                        findings.extend(found.inspect(|finding| debug_assert_eq!(finding.check, Check::$check)));
                    }
                )*
                findings.sort_by_key(|finding| (finding.check, Reverse(finding.severity)));
                findings
            }
        }

        #[cfg(test)]
        const CHECKS: &[Check] = &[$(Check::$check),*];
    };
}

detectors! {
    word_length: WordLength, Check::WordLength;
    missing_dither: MissingDither, Check::WordLength;
    clipping: Clipping, Check::Clipping;
    hidden_clipping: HiddenClipping, Check::HiddenClipping;
    sample_overs: SampleOvers, Check::SampleOvers;
    inter_sample_overs: InterSampleOvers, Check::InterSampleOvers;
    dc_offset: DcOffset, Check::DcOffset;
    clicks: Clicks, Check::Clicks;
    gaps: Gaps, Check::Gaps;
    stuck_buffer: StuckBuffer, Check::Gaps;
    hum: Hum, Check::Hum;
    up_sampling: UpSampling, Check::UpSampling;
    lossy_trace: LossyTrace, Check::LossyTrace;
    polarity: Polarity, Check::Polarity;
    channel_delay: ChannelDelay, Check::ChannelDelay;
    mono_compatibility: MonoCompatibility, Check::MonoCompatibility;
    low_phase: LowPhase, Check::MonoCompatibility;
    mono_as_stereo: MonoAsStereo, Check::MonoAsStereo;
    imbalance: Imbalance, Check::Imbalance;
    noise_floor: NoiseFloor, Check::NoiseFloor;
    head_and_tail: HeadAndTail, Check::HeadAndTail;
    dynamics: Dynamics, Check::Dynamics;
    distortion: Distortion, Check::Distortion;
    odd_harmonics: OddHarmonics, Check::Distortion;
    translation: Translation, Check::Translation;
    vinyl: Vinyl, Check::Vinyl;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_of_sound_has_a_detector_in_the_order_of_reports() {
        assert!(CHECKS.is_sorted(), "{CHECKS:?}");
        for check in Check::ALL {
            // What a file is, and what platforms will do with it, is not heard.
            let is_heard = !matches!(check, Check::File | Check::Platform);
            assert_eq!(CHECKS.contains(check), is_heard, "{check}");
        }
    }
}
