//! Which part of the stereo signal a filter works on.

use crate::processor::Frame;

/// What part of the stereo signal a band works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Placement {
    /// Both channels alike.
    #[default]
    Stereo,
    /// The left channel.
    Left,
    /// The right channel.
    Right,
    /// The mid (L + R) / 2.
    Mid,
    /// The side (L - R) / 2.
    Side,
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
