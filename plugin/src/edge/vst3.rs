//! Lacquer as a VST3: the entry points, and a component that owns the framework's wrapper as a Rust value.
//!
//! ```text
//! host ──► Component (one COM object) ──► Wrapper (its interfaces called as Rust traits) ──► Plugin
//!   ▲          │ process: rows, flags, changes, lengths       state, values, latency
//!   └── Handler ◄── what the framework tells the host         View, Frame: the editor's window and the host's run loop
//! ```
//! There is one COM object, so identity and counts are the component's. The wrapper's functions are called from Rust: a panic in the
//! framework unwinds to [`caught`] and ends there, as an error that the host is told.

mod buffers;
mod changes;
mod component;
mod controller;
mod factory;
mod frame;
mod handler;
mod instance;
mod processor;
mod stream;
mod table;
mod tick;
mod units;
mod view;

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs a call of the framework's; `refused` if it panics.
fn caught<T>(refused: T, call: impl FnOnce() -> T) -> T {
    // What a panic leaves half done is the framework's own, which it keeps in locks and atomics.
    catch_unwind(AssertUnwindSafe(call)).unwrap_or(refused)
}

/// Implements an interface by the framework's functions, each with what the host hears of a panic, and by functions of the edge's own.
macro_rules! forward {
    ($trait:ident for $class:ident by $inner:ty {
        $(fn $name:ident($($argument:ident: $type:ty),*) -> $result:ty, $refused:expr;)*
    } $($own:item)*) => {
        impl $trait for $class {
            $(unsafe fn $name(&self $(, $argument: $type)*) -> $result {
                // SAFETY: the host's arguments go on as they came, to the function that they are for.
                $crate::edge::vst3::caught($refused, || unsafe { <$inner as $trait>::$name(&self.inner $(, $argument)*) })
            })*
            $($own)*
        }
    };
}
use forward;
