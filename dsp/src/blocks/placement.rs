//! Which part of the stereo signal a filter works on.

use crate::parameters::choices;
use crate::processor::Frame;

choices! {
    /// What part of the stereo signal a band works on.
    pub enum Placement {
        /// Both channels alike.
        #[default]
        Stereo = "stereo", "Stereo";
        /// The left channel.
        Left = "left", "Left";
        /// The right channel.
        Right = "right", "Right";
        /// The mid (L + R) / 2.
        Mid = "mid", "Mid";
        /// The side (L - R) / 2.
        Side = "side", "Side";
    }
}

impl Placement {
    /// The part of a frame that belongs to the placement, in place in the stereo signal.
    pub fn take(self, frame: Frame) -> Frame {
        let [left, right] = frame;
        let (mid, side) = (0.5 * (left + right), 0.5 * (left - right));
        match self {
            Self::Stereo => frame,
            Self::Left => [left, 0.0],
            Self::Right => [0.0, right],
            Self::Mid => [mid, mid],
            Self::Side => [side, -side],
        }
    }
}
