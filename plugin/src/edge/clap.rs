//! The CLAP edge: an entry of Lacquer's own, whose plugins own the framework's wrapper and stand in front of it.
//!
//! ```text
//! host ──► Edge's tables ──► framework's tables ──► LacquerPlugin
//! host ◄── real host's tables ◄── FacedHost ◄── framework
//! ```
//! Every table that a host gets is the edge's: the framework's functions take the framework's own plugin pointer. What a host may
//! do and the framework does not bear is met on the way: see each module. No panic can pass a C function, so everything here is
//! total: pointers are checked, indices fetched, states kept.
//!
//! Calls that are checked to come one at a time: a plugin's state is kept in [`instance::Stage`]; `process`, `flush` and the
//! life's calls exclude each other by [`instance::Edge::enter`].

mod discovery;
mod entry;
mod events;
mod extensions;
mod gui;
mod host;
mod indication;
mod instance;
mod menu;
mod params;
mod preset_load;
mod process;
mod state;
mod tables;
#[cfg(test)]
mod tests;
mod threads;

#[cfg(test)]
pub(crate) use entry::clap_entry;

/// Calls a function of one of the framework's tables with the framework's own plugin; `$none` if it has no such function.
macro_rules! framework {
    ($edge:expr, $table:ident, $function:ident($($argument:expr),*), $none:expr) => {
        match $edge.framework().$table.and_then(|table| table.$function) {
            // SAFETY: the function and the plugin are the framework's and live as long as the edge; the arguments are the host's,
            // under the same contract, or the edge's own and alive during the call.
            Some(function) => unsafe { function($edge.framework().plugin $(, $argument)*) },
            None => $none,
        }
    };
}

/// The edge of a plugin that a host gave, or the function's end, with `$none` where it has a result.
macro_rules! edge {
    ($plugin:expr $(, $none:expr)?) => {
        // SAFETY: a host gives the plugins that it got from the factory and has not destroyed, or nothing.
        match unsafe { $crate::edge::clap::instance::Edge::of($plugin) } {
            Some(edge) => edge,
            None => return $($none)?,
        }
    };
}

use {edge, framework};
