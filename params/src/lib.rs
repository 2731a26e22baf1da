//! Lacquer's parameters: ids, ranges, units, text, presets and the migration of saved states.
//!
//! Which there are is said in `lacquer_dsp`, stage by stage; [`stages`] makes the framework's parameters of it, and [`tree`] is the whole of
//! them by id, for everything that is no plugin.

pub mod changes;
mod choices;
pub mod file_name;
pub mod library;
pub mod migrate;
pub mod preset;
pub mod root;
pub mod saved;
pub mod session;
mod stage_parameters;
pub mod stages;
pub mod steps;
pub mod text;
pub mod tree;
pub mod typed;
pub mod vst_preset;

pub use library::{Library, LibraryError};
pub use preset::{Preset, PresetError};
pub use root::LacquerParams;
pub use session::{Session, Slot, Theme};
pub use tree::{ParameterError, ParameterInfo, Tree};
