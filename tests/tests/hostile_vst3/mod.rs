//! What hosts do to the plugin, one file a kind.

pub mod automation;
pub mod blocks;
pub mod random;
pub mod values;
pub mod windows;
