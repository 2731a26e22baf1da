//! Which part of the stereo signal a filter works on.

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
