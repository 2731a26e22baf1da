//! Signals, settings and measurements that the tests share.

pub mod clap_host;
pub mod damage;
pub mod material;
pub mod meters;
#[cfg(target_os = "linux")]
pub mod person;
pub mod player;
pub mod settings;
pub mod signals;
pub mod spectrum;
pub mod sweeps;
pub mod torture;
pub mod true_peak;
pub mod turns;

/// Sample rates at which every stage keeps its contract, in hertz.
pub const SAMPLE_RATES: [f64; 7] = [44_100.0, 48_000.0, 88_200.0, 96_000.0, 176_400.0, 192_000.0, 384_000.0];
