//! A compact disc: tracks, indexes and texts, in CD frames (75 a second, 588 samples each).

use crate::isrc::Isrc;

/// CD frames (sectors) a second.
pub const FRAMES_PER_SECOND: u32 = 75;
/// Samples of a CD frame.
pub const SAMPLES_PER_FRAME: usize = 588;
/// The pregap of the first track that every disc has: two seconds.
pub const FIRST_PREGAP_FRAMES: u32 = 150;

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
    /// Whether a digital copy is permitted.
    pub copy_permitted: bool,
    /// Whether the audio has pre-emphasis.
    pub pre_emphasis: bool,
}
