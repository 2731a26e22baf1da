//! What several detectors need, computed once: the measurement, the spectrum, flat tops, true bits, an encoder's grid.

use super::codec_grid::{CodecGrid, Trace};
use super::detector::Programme;
use super::evidence::Evidence;
use super::flat_tops::FlatTops;
use super::hop::Hop;
use super::inter_sample_overs::{FULL_SCALE, Overs};
use super::lows::Lows;
use super::no_numbers::NoNumbers;
use super::true_bits::TrueBits;
use crate::metering::Meter;
use crate::metering::spectrum::{Analyser, Averaging};
use crate::processor::Frame;

/// See the module.
pub(super) struct Analysis {
    programme: Programme,
    frames: u64,
    meter: Meter,
    spectrum: Analyser,
    no_numbers: NoNumbers,
    overs: Overs,
    true_bits: TrueBits,
    flat_tops: FlatTops,
    lows: Lows,
    codec_grid: CodecGrid,
    codec_trace: Option<Trace>,
    ended: bool,
}

impl Analysis {
    /// Allocates.
    pub fn new(programme: Programme) -> Self {
        let Programme { sample_rate_hz, channels, words } = programme;
        let length = match sample_rate_hz {
            rate if rate < 60_000.0 => 8192,
            rate if rate < 120_000.0 => 16_384,
            _ => 32_768,
        };
        Self {
            programme,
            frames: 0,
            meter: Meter::new(sample_rate_hz, channels),
            spectrum: Analyser::new(sample_rate_hz, length, Averaging::Endless).sparse(),
            no_numbers: NoNumbers::new(sample_rate_hz, channels),
            overs: Overs::new(sample_rate_hz, channels),
            true_bits: TrueBits::new(words),
            flat_tops: FlatTops::new(sample_rate_hz, channels),
            lows: Lows::new(sample_rate_hz, channels),
            codec_grid: CodecGrid::new(words, sample_rate_hz),
            codec_trace: None,
            ended: false,
        }
    }

    /// Whether the programme has ended.
    pub fn has_ended(&self) -> bool {
        self.ended
    }

    /// Replaces in the next frames what is no number, before they are in a hop.
    pub fn replace_no_numbers(&mut self, frames: &mut [Frame]) {
        self.no_numbers.replace(frames);
    }

    /// Takes the next 10 ms.
    pub fn hop<'a>(&'a mut self, frames: &'a [Frame]) -> Hop<'a> {
        let start_frame = self.frames;
        self.frames += frames.len() as u64;
        let delay = self.meter.true_peak_delay() as u64;
        self.meter.push_with_overs(frames, FULL_SCALE, |before, levels| {
            self.overs.push(start_frame + before as u64, delay, levels);
        });
        self.spectrum.push(frames);
        self.true_bits.push(frames);
        self.codec_grid.push(frames);
        let (lows, low_samples) = self.lows.push(frames);
        Hop {
            weighted: self.meter.hop_energies(),
            short_term_lufs: self.meter.momentary_and_short_term_lufs().1,
            true_bits: self.true_bits.count(),
            flat_tops: self.flat_tops.push(start_frame, frames),
            lows,
            low_samples,
            ..Hop::of(start_frame, frames)
        }
    }

    /// Keeps nothing for [`Analysis::end`]: it will not come.
    pub fn leave_out_comparison(&mut self) {
        self.codec_grid.leave_out();
    }

    /// The programme has ended.
    pub fn end(&mut self) {
        let delay = self.meter.true_peak_delay() as u64;
        self.meter.finish_with_overs(FULL_SCALE, |after, levels| {
            self.overs.push(self.frames + after as u64, delay, levels);
        });
        self.codec_trace = self.codec_grid.trace();
        self.ended = true;
    }

    /// Of everything so far, of a programme that is to be cut on vinyl or not.
    pub fn evidence(&self, is_cut: bool) -> Evidence<'_> {
        Evidence {
            programme: self.programme,
            frames: self.frames,
            is_cut,
            ended: self.ended,
            measurement: self.meter.so_far(),
            spectrum: self.spectrum.spectrum(),
            true_bits: self.true_bits.count(),
            no_numbers: self.no_numbers.hits(),
            overs: self.overs.hits(),
            flat_tops_per_s: self.flat_tops.sure() as f64 / self.programme.seconds(self.frames).max(1.0),
            codec_trace: self.codec_trace,
        }
    }
}
