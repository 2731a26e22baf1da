//! Every crossing between threads, and nothing else.

pub mod designs;
