//! The meters: one measurement a file, by the names of the standards.
