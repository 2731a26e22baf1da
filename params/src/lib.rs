//! Lacquer's parameters: ids, ranges, units, text, presets and the migration of saved states.
//!
//! One file a stage; [`tree`] is the whole of them as a table, for everything that is no plugin.

pub mod bass;
pub mod changes;
pub mod choices;
pub mod clipper;
pub mod dither;
pub mod dynamic_eq;
pub mod equalizer;
pub mod file_name;
pub mod glue;
pub mod imager;
pub mod input_trim;
pub mod library;
pub mod limiter;
pub mod migrate;
pub mod multiband;
pub mod preset;
pub mod ranges;
pub mod root;
pub mod saturator;
pub mod saved;
pub mod session;
mod stage_parameters;
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
