//! What is handed to every detector as a programme goes on: 10 ms of it, with what was computed once for all of them.

use super::flat_tops::FlatTop;
use crate::processor::Frame;
use realfft::num_complex::Complex;

/// 10 ms of frames, fewer at a programme's end.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Hop<'a> {
    /// The first of them, counted from the programme's first.
    pub start_frame: u64,
    /// All of them are numbers, 10 000 at the most ([`super::no_numbers`]).
    pub frames: &'a [Frame],
    /// Sums of squares.
    pub energy: Frame,
    /// Sum of products.
    pub cross: f64,
    /// Highest samples.
    pub peak: Frame,
    /// Sums of squares of the K-weighted channels (ITU-R BS.1770-5 Annex 1).
    pub weighted: Frame,
    /// Loudness of the last 3 s, LUFS.
    pub short_term_lufs: f64,
    /// Bits that the words of everything so far use; none where that is not known ([`super::true_bits`]).
    pub true_bits: Option<u32>,
    /// Flat tops that ended in it, the left channel's first.
    pub flat_tops: &'a [FlatTop],
    /// Where a window of [`super::lows`] ended in it, the bins of each channel.
    pub lows: Option<&'a [Vec<Complex<f64>>]>,
    /// The samples of [`super::lows`] that came with it, of both channels.
    pub low_samples: [&'a [f64]; 2],
}

impl<'a> Hop<'a> {
    /// These frames and their levels; [`super::analysis`] adds the rest.
    pub fn of(start_frame: u64, frames: &'a [Frame]) -> Self {
        let mut hop = Self { start_frame, frames, ..Self::default() };
        for frame in frames {
            for ((energy, peak), x) in hop.energy.iter_mut().zip(&mut hop.peak).zip(frame) {
                *energy += x * x;
                let level = x.abs();
                *peak = if level > *peak { level } else { *peak };
            }
            hop.cross += frame[0] * frame[1];
        }
        hop
    }

    /// Mean power of a frame, both channels together.
    pub fn power(&self) -> f64 {
        0.5 * (self.energy[0] + self.energy[1]) / self.frames.len().max(1) as f64
    }
}
