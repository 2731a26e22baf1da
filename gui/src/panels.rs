//! Pictures of stages that one works on.

pub(crate) mod dynamics;
pub(crate) mod equalizer;
