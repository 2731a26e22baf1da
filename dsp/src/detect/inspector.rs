//! The table of contents of quality control: every detector, in the order of [`super::Check::ALL`].
//!
//! Frames are worked on in hops of 10 ms that are counted from the first frame, so that no finding depends on how they were pushed. What
//! several detectors need (the measurement, the spectrum, levels, flat tops) is computed once.

use super::channel_delay::ChannelDelay;
use super::clicks::Clicks;
use super::clipping::Clipping;
use super::codec_grid::{CodecGrid, Trace};
use super::dc_offset::DcOffset;
use super::distortion::Distortion;
use super::dynamics::Dynamics;
use super::evidence::Evidence;
use super::flat_tops::FlatTops;
use super::gaps::Gaps;
use super::head_and_tail::HeadAndTail;
use super::hidden_clipping::HiddenClipping;
use super::hum::Hum;
use super::imbalance::Imbalance;
use super::inter_sample_overs::{FULL_SCALE, InterSampleOvers};
use super::levels::Hop;
use super::low_phase::LowPhase;
use super::lows::Lows;
use super::mirror::Mirror;
use super::mono_as_stereo::MonoAsStereo;
use super::no_numbers::NoNumbers;
use super::noise_floor::NoiseFloor;
use super::odd_harmonics::OddHarmonics;
use super::polarity::Polarity;
use super::rounding::Rounding;
use super::sample_overs::SampleOvers;
use super::stuck_buffer::StuckBuffer;
use super::true_bits::TrueBits;
use super::truncation::Truncation;
use super::word_length::WordLength;
use super::{Finding, Inspection, StoredWords};
use super::{lossy_trace, mono_compatibility, translation, up_sampling, vinyl};
use crate::metering::Meter;
use crate::metering::spectrum::{Analyser, Averaging};
use crate::metering::vinyl::Vinyl;
use crate::processor::Frame;
use std::cmp::Reverse;

/// Hops a second.
const HOPS_PER_SECOND: f64 = 100.0;
/// Rates that can be inspected, hertz; others are taken for the nearest of these.
const RATES_HZ: [f64; 2] = [8000.0, 768_000.0];

/// Takes frames and finds what is wrong with them; see the module. Memory is bounded but for 32 bytes for every three seconds.
pub struct Inspector {
    sample_rate_hz: f64,
    channels: usize,
    words: StoredWords,
    hop: Vec<Frame>,
    hop_frames: usize,
    frames: u64,
    ended: bool,
    meter: Meter,
    spectrum: Analyser,
    no_numbers: NoNumbers,
    flat_tops: FlatTops,
    true_bits: TrueBits,
    word_length: WordLength,
    rounding: Rounding,
    truncation: Truncation,
    clipping: Clipping,
    hidden_clipping: HiddenClipping,
    sample_overs: SampleOvers,
    inter_sample_overs: InterSampleOvers,
    dc_offset: DcOffset,
    clicks: Clicks,
    gaps: Gaps,
    stuck_buffer: StuckBuffer,
    lows: Lows,
    hum: Hum,
    low_phase: LowPhase,
    polarity: Polarity,
    channel_delay: ChannelDelay,
    mono_as_stereo: MonoAsStereo,
    imbalance: Imbalance,
    noise_floor: NoiseFloor,
    head_and_tail: HeadAndTail,
    dynamics: Dynamics,
    distortion: Distortion,
    odd_harmonics: OddHarmonics,
    /// At rates that a programme may have been converted up to.
    mirror: Option<Mirror>,
    vinyl: Vinyl,
    is_cut: bool,
    codec_grid: CodecGrid,
    /// Looked for once, at the end.
    codec_trace: Option<Trace>,
}

impl Inspector {
    /// An inspector for frames at `sample_rate_hz` (8 000 to 768 000) of `channels` (1 or 2; one channel is carried as two equal ones)
    /// from a file that stores `words`. Allocates.
    pub fn new(sample_rate_hz: f64, channels: usize, words: StoredWords) -> Self {
        let [lowest, highest] = RATES_HZ;
        // A rate that is no number becomes the lowest one.
        let sample_rate_hz = sample_rate_hz.max(lowest).min(highest);
        let channels = channels.clamp(1, 2);
        let hop_frames = (sample_rate_hz / HOPS_PER_SECOND).round() as usize;
        let length = match sample_rate_hz {
            rate if rate < 60_000.0 => 8192,
            rate if rate < 120_000.0 => 16_384,
            _ => 32_768,
        };
        Self {
            sample_rate_hz,
            channels,
            words,
            hop: Vec::with_capacity(hop_frames),
            hop_frames,
            frames: 0,
            ended: false,
            meter: Meter::new(sample_rate_hz, channels),
            spectrum: Analyser::new(sample_rate_hz, length, Averaging::Endless).sparse(),
            flat_tops: FlatTops::new(sample_rate_hz, channels),
            no_numbers: NoNumbers::new(sample_rate_hz, channels),
            true_bits: TrueBits::new(words),
            word_length: WordLength::new(words),
            rounding: Rounding::new(),
            truncation: Truncation::new(sample_rate_hz, channels),
            clipping: Clipping::default(),
            hidden_clipping: HiddenClipping::new(words, sample_rate_hz, channels),
            sample_overs: SampleOvers::new(sample_rate_hz, channels),
            inter_sample_overs: InterSampleOvers::new(sample_rate_hz, channels),
            dc_offset: DcOffset::default(),
            clicks: Clicks::new(sample_rate_hz, channels),
            gaps: Gaps::new(sample_rate_hz, channels),
            stuck_buffer: StuckBuffer::new(),
            lows: Lows::new(sample_rate_hz, channels),
            hum: Hum::new(sample_rate_hz, channels),
            low_phase: LowPhase::new(sample_rate_hz),
            polarity: Polarity::default(),
            channel_delay: ChannelDelay::new(sample_rate_hz),
            mono_as_stereo: MonoAsStereo::default(),
            imbalance: Imbalance::default(),
            noise_floor: NoiseFloor::new(hop_frames),
            head_and_tail: HeadAndTail::default(),
            dynamics: Dynamics::default(),
            distortion: Distortion::new(sample_rate_hz, channels),
            odd_harmonics: OddHarmonics::new(sample_rate_hz),
            mirror: (sample_rate_hz >= up_sampling::HIGH_RATE_HZ).then(|| Mirror::new(sample_rate_hz, words)),
            vinyl: Vinyl::new(sample_rate_hz),
            is_cut: false,
            codec_grid: CodecGrid::new(words, sample_rate_hz),
            codec_trace: None,
        }
    }

    /// As it is judged if it is to be cut on vinyl: what no lathe takes then sends it back, and is no more a note.
    #[must_use]
    pub fn for_vinyl(self) -> Self {
        Self { is_cut: true, ..self }
    }

    /// As it is asked with [`Inspector::so_far`] alone, of a programme that has no end: what is only compared there is not kept.
    #[must_use]
    pub fn without_end(mut self) -> Self {
        self.codec_grid.leave_out();
        self.hidden_clipping.leave_out_comparison();
        self.hum.leave_out_comparison();
        self
    }

    /// Takes the next frames, any number. Samples that are no numbers are reported and count as silence. After
    /// [`Inspector::finish`] nothing is taken any more.
    pub fn push(&mut self, frames: &[Frame]) {
        if self.ended {
            return;
        }
        let mut rest = frames;
        while !rest.is_empty() {
            let (part, tail) = rest.split_at((self.hop_frames - self.hop.len()).min(rest.len()));
            let start = self.hop.len();
            self.hop.extend_from_slice(part);
            self.no_numbers.replace(&mut self.hop[start..]);
            rest = tail;
            if self.hop.len() == self.hop_frames {
                self.take_hop();
            }
        }
    }

    fn take_hop(&mut self) {
        let start = self.frames;
        let frames = self.hop.as_slice();
        self.frames += frames.len() as u64;
        let delay = self.meter.true_peak_delay() as u64;
        self.meter.push_with_overs(frames, FULL_SCALE, |before, levels| {
            self.inter_sample_overs.push(start + before as u64, delay, levels);
        });
        self.spectrum.push(frames);
        let hop = Hop::of(start, frames, self.meter.hop_energies());

        self.true_bits.push(frames);
        let bits = self.true_bits.count();
        self.word_length.push(frames);
        self.rounding.push(frames, bits);
        self.truncation.push(frames, bits);
        self.hidden_clipping.push(start, frames);
        for top in self.flat_tops.push(start, frames) {
            self.clipping.add(top);
            self.hidden_clipping.add(top);
            self.distortion.add(top);
        }
        // Most hops have no over to look for.
        if hop.peak[0].max(hop.peak[1]) > 1.0 {
            self.sample_overs.push(start, frames);
        }
        self.dc_offset.push(frames);
        self.clicks.push(frames);
        self.gaps.push(start, frames);
        self.stuck_buffer.push(frames);
        if let Some(channels) = self.lows.push(frames) {
            self.hum.push(channels);
            self.low_phase.push(channels);
        }
        if self.channels == 2 {
            self.polarity.push(&hop);
            self.channel_delay.push(frames);
            self.mono_as_stereo.push(&hop, frames);
            self.imbalance.push(&hop);
        }
        self.odd_harmonics.push(frames);
        if let Some(mirror) = &mut self.mirror {
            mirror.push(frames);
        }
        self.noise_floor.push(&hop, frames);
        self.head_and_tail.push(&hop, frames);
        let (_, short_term_lufs) = self.meter.momentary_and_short_term_lufs();
        self.dynamics.push(&hop, short_term_lufs);
        self.vinyl.push(frames);
        self.codec_grid.push(frames);
        self.hop.clear();
    }

    /// What can be said so far, of a programme that goes on: cheap enough for twice a second. What the tail has is not yet
    /// known.
    pub fn so_far(&mut self) -> Vec<Finding> {
        self.inspection().findings
    }

    /// Ends the programme. Called again it says the same.
    pub fn finish(&mut self) -> Inspection {
        if !self.ended {
            if !self.hop.is_empty() {
                self.take_hop();
            }
            let delay = self.meter.true_peak_delay() as u64;
            self.meter.finish_with_overs(FULL_SCALE, |after, levels| {
                self.inter_sample_overs.push(self.frames + after as u64, delay, levels);
            });
            let trace = self.codec_grid.trace();
            // A hint of an encoder is reason enough to look.
            if self.words == StoredWords::Lossy || trace.is_some() {
                self.hidden_clipping.compare();
            }
            self.codec_trace = trace.filter(Trace::is_sure);
            self.hum.compare();
            self.ended = true;
        }
        self.inspection()
    }

    fn inspection(&self) -> Inspection {
        let measurement = self.meter.so_far();
        let evidence = Evidence {
            sample_rate_hz: self.sample_rate_hz,
            channels: self.channels,
            words: self.words,
            frames: self.frames,
            is_cut: self.is_cut,
            ended: self.ended,
            measurement: &measurement,
            spectrum: self.spectrum.spectrum(),
            true_bits: self.true_bits.count(),
            no_numbers: self.no_numbers.hits(),
            flat_tops_per_s: self.flat_tops.sure() as f64
                / (self.frames as f64 / self.sample_rate_hz).max(1.0),
        };
        let mut findings: Vec<Finding> = Vec::new();
        findings.extend(self.word_length.finding(&evidence));
        let bits = self.true_bits.count();
        findings.extend(self.truncation.finding(bits).or_else(|| self.rounding.finding(bits)));
        findings.extend(self.clipping.finding(&evidence));
        findings.extend(self.hidden_clipping.finding(&evidence));
        findings.extend(self.sample_overs.findings(&evidence));
        findings.extend(self.inter_sample_overs.finding(&evidence));
        findings.extend(self.dc_offset.finding(&evidence));
        findings.extend(self.clicks.finding(&evidence));
        findings.extend(self.gaps.finding(&evidence));
        findings.extend(self.stuck_buffer.finding(&evidence));
        findings.extend(self.hum.finding());
        findings.extend(up_sampling::finding(&evidence, self.mirror.as_ref()));
        findings.extend(lossy_trace::finding(&evidence, self.codec_trace));
        if self.channels == 2 {
            findings.extend(self.polarity.finding(&evidence));
            findings.extend(self.channel_delay.finding(&evidence));
            findings.extend(mono_compatibility::finding(&evidence));
            findings.extend(self.low_phase.finding(&evidence));
            findings.extend(self.mono_as_stereo.finding(&evidence));
            findings.extend(self.imbalance.finding(&evidence));
        }
        findings.extend(self.noise_floor.finding(&evidence));
        findings.extend(self.head_and_tail.findings(&evidence));
        findings.extend(self.dynamics.finding(&evidence));
        findings.extend(self.distortion.finding(&evidence));
        findings.extend(self.odd_harmonics.finding(&evidence));
        findings.extend(translation::finding(&evidence));
        findings.extend(vinyl::finding(&evidence, &self.vinyl));
        findings.sort_by_key(|finding| (finding.check, Reverse(finding.severity)));
        Inspection { findings, true_bits: bits, measurement }
    }
}
