//! What stages are built from. A block knows nothing of the chain.

pub mod ballistics;
pub mod convolver;
pub mod crossover;
pub mod decibel;
pub mod delay;
pub mod entry;
pub mod fir;
pub mod late;
pub mod matched;
pub mod math;
pub mod oversampler;
pub mod placement;
pub mod simd;
pub mod smoothing;
pub mod svf;
pub mod timeline;
pub mod true_peak;
pub mod window;
