//! From lengths and gaps in samples to a disc's image: where audio stands, where silence fills it, and on which CD frame each index
//! falls.
//!
//! ```text
//! | pregap >= 2 s | track 1 ..... | silence to a frame | gap | track 2 .... track 3 (no gap: joined) ... | silence to a frame |
//! 0               index 1         index 0                    index 1      nearest frame                   lead-out
//! ```
//!
//! A track after a gap begins on a frame of its own. A track without one follows its predecessor sample by sample: the audio stays
//! continuous, and the index moves to the nearest frame, at most 294 samples (6.7 ms) away.
//!
//! ```
//! use lacquer_disc::layout::{Layout, TrackSpan};
//! use lacquer_disc::{Disc, DiscTrack};
//!
//! let track = |title: &str| DiscTrack { title: title.into(), performer: "Me".into(), ..DiscTrack::default() };
//! let mut disc = Disc { title: "Album".into(), tracks: vec![track("One"), track("Two")], ..Disc::default() };
//! let ten_s = TrackSpan { samples: 441_000, gap_before_samples: 88_200 };
//! Layout::new(&[ten_s, ten_s]).place(&mut disc);
//! // Two seconds, ten of sound, two, and ten again.
//! assert_eq!((disc.tracks[1].pregap_frame, disc.tracks[1].start_frame), (12 * 75, 14 * 75));
//! assert_eq!(disc.lead_out_frame, 24 * 75);
//! ```

use super::{Disc, FIRST_PREGAP_FRAMES, SAMPLES_PER_FRAME};

/// A track to be laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TrackSpan {
    /// Its length, samples at 44.1 kHz.
    pub samples: u64,
    /// The gap before it, samples at 44.1 kHz; 0 joins it to the track before. For the first track it is the pregap, two seconds at
    /// least.
    pub gap_before_samples: u64,
}

/// Where a track stands in the image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// Where its audio begins, samples.
    pub audio_sample: u64,
    /// Length of its audio, samples.
    pub samples: u64,
    /// Silence before it, samples; 0 where it is joined.
    pub silence_before_samples: u64,
    /// Index 0, CD frames; equal to `start_frame` where it is joined.
    pub pregap_frame: u32,
    /// Index 1, CD frames.
    pub start_frame: u32,
}

impl Placed {
    /// How far index 1 stands after the audio's first sample; 0 after a gap, -293 to 294 in a join.
    pub fn index_offset_samples(&self) -> i64 {
        sample(self.start_frame).cast_signed().saturating_sub(self.audio_sample.cast_signed())
    }
}

/// A stretch of the image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece {
    /// Silence.
    Silence {
        /// Its length, samples.
        samples: u64,
    },
    /// All of a track.
    Track {
        /// Which one, from 0.
        index: usize,
        /// Its length, samples.
        samples: u64,
    },
}

/// Where everything stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The tracks, in order.
    pub tracks: Vec<Placed>,
    /// Silence after the last track, to the end of its frame, samples.
    pub silence_after_samples: u64,
    /// Length of the image: where the lead-out begins, CD frames.
    pub lead_out_frame: u32,
}

fn sample(frame: u32) -> u64 {
    u64::from(frame) * SAMPLES_PER_FRAME as u64
}

/// Lengths beyond every disc stop at the last number; [`rules::check`](super::rules::check) refuses them.
fn frame(frames: u64) -> u32 {
    u32::try_from(frames).unwrap_or(u32::MAX)
}

fn frame_at_or_after(sample: u64) -> u32 {
    frame(sample.div_ceil(SAMPLES_PER_FRAME as u64))
}

fn nearest_frame(sample: u64) -> u32 {
    frame(sample.saturating_add(SAMPLES_PER_FRAME as u64 / 2) / SAMPLES_PER_FRAME as u64)
}

impl Layout {
    /// Lays tracks out. What comes out may break a rule (a track of less than four seconds): [`rules::check`](super::rules::check) says.
    pub fn new(spans: &[TrackSpan]) -> Self {
        let mut tracks = Vec::with_capacity(spans.len());
        let mut end = 0;
        for (index, span) in spans.iter().enumerate() {
            let (pregap_frame, start_frame) = if index == 0 {
                (0, nearest_frame(span.gap_before_samples).max(FIRST_PREGAP_FRAMES))
            } else if span.gap_before_samples == 0 {
                (nearest_frame(end), nearest_frame(end))
            } else {
                // No sample of the track before falls into the pregap; the gap's length holds to the nearest frame.
                let pregap = frame_at_or_after(end);
                (pregap, nearest_frame(end.saturating_add(span.gap_before_samples)).max(pregap))
            };
            let joined = index > 0 && span.gap_before_samples == 0;
            let audio_sample = if joined { end } else { sample(start_frame).max(end) };
            let silence_before_samples = audio_sample - end;
            let samples = span.samples;
            tracks.push(Placed { audio_sample, samples, silence_before_samples, pregap_frame, start_frame });
            end = audio_sample.saturating_add(samples);
        }
        let lead_out_frame = frame_at_or_after(end);
        let silence_after_samples = sample(lead_out_frame).saturating_sub(end);
        Self { tracks, silence_after_samples, lead_out_frame }
    }

    /// Length of the image in samples, a whole number of frames.
    pub fn samples(&self) -> u64 {
        sample(self.lead_out_frame)
    }

    /// The image from its first sample to its last: silence and tracks in order. Where there is no silence there is no piece.
    pub fn pieces(&self) -> impl Iterator<Item = Piece> + '_ {
        let silence = |samples| (samples > 0).then_some(Piece::Silence { samples });
        let tracks = self.tracks.iter().enumerate().flat_map(move |(index, track)| {
            let samples = track.samples;
            [silence(track.silence_before_samples), (samples > 0).then_some(Piece::Track { index, samples })]
        });
        tracks.chain([silence(self.silence_after_samples)]).flatten()
    }

    /// Sets a disc's times to this layout's, track by track, and its lead-out.
    pub fn place(&self, disc: &mut Disc) {
        for (track, placed) in disc.tracks.iter_mut().zip(&self.tracks) {
            track.pregap_frame = placed.pregap_frame;
            track.start_frame = placed.start_frame;
        }
        disc.lead_out_frame = self.lead_out_frame;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn span(samples: u64, gap_before_samples: u64) -> TrackSpan {
        TrackSpan { samples, gap_before_samples }
    }

    #[test]
    fn gaps_end_on_frames_and_joins_stay_continuous() {
        let layout =
            Layout::new(&[span(588 * 500 + 1, 0), span(588 * 500 + 200, 88_200), span(588 * 500, 0)]);
        let [first, second, third] = layout.tracks[..] else { panic!("{layout:?}") };
        assert_eq!((first.pregap_frame, first.start_frame, first.audio_sample), (0, 150, 150 * 588));
        // One sample into frame 650; 150 frames of gap from there are nearest to frame 800.
        assert_eq!((second.pregap_frame, second.start_frame), (651, 800));
        assert_eq!((second.audio_sample, second.silence_before_samples), (800 * 588, 588 * 150 - 1));
        assert_eq!(
            (third.audio_sample, third.start_frame, third.pregap_frame),
            (1300 * 588 + 200, 1300, 1300)
        );
        assert_eq!(third.index_offset_samples(), -200);
        assert_eq!((layout.lead_out_frame, layout.silence_after_samples), (1801, 388));
    }

    proptest! {
        #![proptest_config(crate::fixed_cases())]

        #[test]
        fn the_pieces_make_up_the_image(
            spans in proptest::collection::vec((0u64..2_000_000, prop_oneof![Just(0u64), 1u64..600, 0u64..400_000]), 0..20)
        ) {
            let spans: Vec<TrackSpan> = spans.iter().map(|(samples, gap)| span(*samples, *gap)).collect();
            let layout = Layout::new(&spans);
            let mut at = 0;
            for piece in layout.pieces() {
                match piece {
                    Piece::Silence { samples } => at += samples,
                    Piece::Track { index, samples } => {
                        prop_assert_eq!(at, layout.tracks[index].audio_sample);
                        prop_assert_eq!(samples, spans[index].samples);
                        at += samples;
                    }
                }
            }
            prop_assert_eq!(at, layout.samples());
            let mut end = 0;
            for (index, (track, span)) in layout.tracks.iter().zip(&spans).enumerate() {
                if index > 0 && span.gap_before_samples == 0 {
                    prop_assert_eq!(track.audio_sample, end);
                    prop_assert!((-293..=294).contains(&track.index_offset_samples()));
                } else {
                    prop_assert_eq!(track.index_offset_samples(), 0);
                    prop_assert!(u64::from(track.pregap_frame) * 588 >= end);
                }
                if index > 0 && span.gap_before_samples >= 588 {
                    // Half a frame of rounding.
                    prop_assert!(track.silence_before_samples.abs_diff(span.gap_before_samples) <= 294);
                }
                end = track.audio_sample + track.samples;
            }
        }

        #[test]
        fn no_length_overflows(samples in any::<u64>(), gap in any::<u64>()) {
            let layout = Layout::new(&[span(samples, gap), span(samples, gap), span(samples, 0)]);
            prop_assert!(layout.pieces().count() <= 7);
            let _ = layout.tracks.iter().map(Placed::index_offset_samples).count();
        }
    }
}
