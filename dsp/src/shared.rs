//! Every crossing between threads, and nothing else.
