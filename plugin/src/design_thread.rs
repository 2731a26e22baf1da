//! Lacquer's own thread for design work: the framework's worker is out of bounds (see `worker_guard`).

use lacquer_dsp::chain::EqualizerDesigner;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// Time between two looks for work: the audio thread wakes nobody, which would be a system call. Short against the 10 ms in
/// which a new filter comes into force.
const LOOK_INTERVAL: Duration = Duration::from_millis(4);

/// The thread; it ends when this is dropped.
pub struct DesignThread {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl DesignThread {
    /// Starts it. Where the system gives no thread, the filters stay as they are.
    pub fn spawn(mut designer: EqualizerDesigner) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let thread = std::thread::Builder::new().name("lacquer-designs".into()).spawn(move || {
            // Relaxed: the flag carries nothing but itself, and `unpark` orders it.
            while !stopped.load(Ordering::Relaxed) {
                if !designer.work() {
                    std::thread::park_timeout(LOOK_INTERVAL);
                }
            }
        });
        Self { stop, thread: thread.ok() }
    }
}

impl Drop for DesignThread {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // A panic in a design ends the thread and nothing else.
            let _ = thread.join();
        }
    }
}
