//! What plays where there is no device: the chain runs at the pace of the clock, so that a song can be looked at, and nothing is heard.

use super::instance::{Lent, MOST_FRAMES};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Frames of a block.
const BLOCK: usize = 512;
const _: () = assert!(BLOCK <= MOST_FRAMES);

/// A thread that plays to nobody until it is dropped.
pub(super) struct Silence {
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Silence {
    /// Plays at a rate in Hz.
    pub fn new(mut lent: Lent, rate_hz: u32) -> Self {
        let ends = Arc::new(AtomicBool::new(false));
        let told = ends.clone();
        let length = Duration::from_secs_f64(BLOCK as f64 / f64::from(rate_hz.max(1)));
        let thread = std::thread::spawn(move || {
            let mut next = Instant::now();
            while !told.load(Relaxed) {
                lent.play(BLOCK);
                next += length;
                let now = Instant::now();
                // A machine that was asleep does not make up for it.
                next = next.max(now);
                std::thread::sleep(next - now);
            }
        });
        Self { ends, thread: Some(thread) }
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        self.ends.store(true, Relaxed);
        if let Some(thread) = self.thread.take() {
            // A panic of the chain is caught before it gets there.
            let _ = thread.join();
        }
    }
}
