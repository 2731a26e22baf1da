//! The edge: what stands between hosts and the plugin framework, and bears what the framework does not.
//!
//! ```text
//! host ──► format's edge ──► framework ──► Plugin::process ──► net ──► engine
//!   └───────────────────────────► guarded editor ──► window's thread
//! ```
//! [`editor`] and [`net`] serve every format. A format's own edge owns the framework's wrapper of one instance, and gets at that
//! instance's parameters and status by [`capture`].

pub(crate) mod capture;
pub(crate) mod clap;
pub(crate) mod editor;
pub(crate) mod net;
mod vst3;
mod window_thread;
