//! What the audio thread tells the editor: rate, latency, and whether a restart is needed.
//!
//! Relaxed ordering throughout: each word stands for itself, and a repaint later is soon enough.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};

/// One instance's state as the editor shows it.
#[derive(Debug, Default)]
pub struct Status {
    latency_samples: AtomicU32,
    /// Bits of an f32; 0 while nothing is activated.
    sample_rate: AtomicU32,
    restart_needed: AtomicBool,
}

impl Status {
    /// [main-thread] After an activation.
    pub fn publish(&self, latency_samples: u32, sample_rate: f32) {
        self.latency_samples.store(latency_samples, Relaxed);
        self.sample_rate.store(sample_rate.to_bits(), Relaxed);
        self.restart_needed.store(false, Relaxed);
    }

    /// [main-thread] After the host has switched off.
    pub fn clear(&self) {
        self.sample_rate.store(0, Relaxed);
    }

    /// [audio-thread] Whether the parameters ask for another latency than the chain has.
    pub fn set_restart_needed(&self, needed: bool) {
        self.restart_needed.store(needed, Relaxed);
    }

    /// [gui-thread] Whether to ask the host for a restart; true once for each need.
    pub fn take_restart_needed(&self) -> bool {
        self.restart_needed.swap(false, Relaxed)
    }

    /// [gui-thread] Sample rate in Hz and latency in samples, if activated.
    pub fn running(&self) -> Option<(f32, u32)> {
        let rate = f32::from_bits(self.sample_rate.load(Relaxed));
        (rate > 0.0).then(|| (rate, self.latency_samples.load(Relaxed)))
    }
}
