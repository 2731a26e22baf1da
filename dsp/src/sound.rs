//! The version of the sound.

/// Rises with every change that makes the same programme and settings come out otherwise, in any stage, quality or limiter: what was rendered
/// and kept is then rendered again, and a later version of Lacquer that sounds the same may still use it. `tests/tests/sound.rs` fails
/// where renders change and this does not.
pub const SOUND: u32 = 2;
