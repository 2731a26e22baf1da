//! Proves what crosses between threads by trying every order that the memory model allows: see `tests/`. A crate of its own, as the
//! atomics of the sources that it takes in are loom's.
