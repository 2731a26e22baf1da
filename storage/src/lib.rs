//! Files that appear whole or not at all, and files and folders that a stranger laid out.
//!
//! ```text
//! bytes -> atomic_file (parts: what is on its way)   -> a file that is whole
//! a name -> regular_file, confined                   -> a file with an end, or a refusal -> hash, positioned
//! ```
//!
#![doc = include_str!("../README.md")]
#![warn(clippy::missing_errors_doc)]

pub mod atomic_file;
pub mod confined;
pub mod hash;
pub mod parts;
pub mod positioned;
pub mod regular_file;
