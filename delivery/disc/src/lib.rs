//! A compact disc: tracks, indexes and texts, in CD frames (75 a second, 588 samples each).
//!
//! ```text
//! lengths and gaps -> layout -> Disc -> rules -> cue, toc, ddp (cd_text), pq_sheet
//!                                  ddp::verify -> DdpReport
//! ```
//!
#![doc = include_str!("../README.md")]
#![warn(clippy::missing_errors_doc)]

pub mod cd_text;
pub mod cue;
pub mod ddp;
pub mod files;
pub mod latin;
pub mod layout;
pub mod pq_sheet;
pub mod rules;
pub mod time;
pub mod toc;
pub mod upc;

use lacquer_isrc::Isrc;

/// CD frames (sectors) a second.
pub const FRAMES_PER_SECOND: u32 = 75;
/// Samples of a CD frame.
pub const SAMPLES_PER_FRAME: usize = 588;
/// The pregap of the first track that every disc has: two seconds.
pub const FIRST_PREGAP_FRAMES: u32 = 150;

/// Bytes of a CD frame: 588 samples of two channels and two bytes.
pub const BYTES_PER_FRAME: usize = 4 * SAMPLES_PER_FRAME;

/// A disc. Times count from the start of the first track's pregap, as a DDP image and its PQ codes do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Disc {
    /// The album's title.
    pub title: String,
    /// Whose album it is.
    pub performer: String,
    /// UPC or EAN, 13 digits.
    pub upc: Option<String>,
    /// The tracks, 1 to 99.
    pub tracks: Vec<DiscTrack>,
    /// Where the lead-out begins: the length of the image, CD frames.
    pub lead_out_frame: u32,
}

/// A track of a disc.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DiscTrack {
    /// Its title.
    pub title: String,
    /// Who performs it.
    pub performer: String,
    /// Who composed it; may be empty.
    pub composer: String,
    /// Its code.
    pub isrc: Option<Isrc>,
    /// Where its pregap (index 0) begins, CD frames; equal to `start_frame` where there is none. 0 for the first track.
    pub pregap_frame: u32,
    /// Where it begins (index 1), CD frames; 150 or more for the first track.
    pub start_frame: u32,
    /// Where index 2 and those after it begin, CD frames, ascending; mostly none.
    pub later_index_frames: Vec<u32>,
    /// Whether a digital copy is permitted.
    pub copy_permitted: bool,
    /// Whether the audio has pre-emphasis.
    pub pre_emphasis: bool,
}

impl Disc {
    /// Where a track's audio ends, CD frames: at the next one's pregap, or at the lead-out. `index` counts from 0.
    pub fn end_frame(&self, index: usize) -> u32 {
        self.tracks.get(index + 1).map_or(self.lead_out_frame, |next| next.pregap_frame)
    }
}

impl DiscTrack {
    /// Length of the pregap, CD frames.
    pub fn pregap_length_frames(&self) -> u32 {
        self.start_frame.saturating_sub(self.pregap_frame)
    }

    /// Every index of the track with its number, ascending; index 0 where there is a pregap.
    pub fn indexes(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        let pregap = (self.pregap_frame < self.start_frame).then_some((0, self.pregap_frame));
        let later = self.later_index_frames.iter().zip(2..).map(|(frame, number)| (number, *frame));
        pregap.into_iter().chain([(1, self.start_frame)]).chain(later)
    }
}

/// Cases of a property, the same in every run. A failure prints its case; no file of them is kept.
#[cfg(test)]
fn fixed_cases() -> proptest::prelude::ProptestConfig {
    use proptest::test_runner::{Config, RngSeed};
    Config { failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..Config::default() }
}
