//! How many pieces are solved at a time: several songs of a process share the memory that is given to it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Frames of all pieces that are solved at a time in this process at most, if there are several: each takes some 80 bytes.
const MOST_FRAMES: usize = 1 << 21;
/// Frames that are being solved.
static AT_WORK: AtomicUsize = AtomicUsize::new(0);
/// How long is waited until another one is looked for to have ended: a piece takes seconds.
const PAUSE: Duration = Duration::from_millis(2);

/// Room for a piece, until it is dropped.
pub struct Room(usize);

impl Room {
    /// For so many frames, if there is room. Whoever has nothing else to wait for waits until there is.
    pub fn take(frames: usize, waits: bool) -> Option<Self> {
        let taken =
            |others: usize| (others == 0 || others + frames <= MOST_FRAMES).then_some(others + frames);
        loop {
            if AT_WORK.fetch_update(Ordering::Relaxed, Ordering::Relaxed, taken).is_ok() {
                return Some(Self(frames));
            }
            if !waits {
                return None;
            }
            std::thread::sleep(PAUSE);
        }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        AT_WORK.fetch_sub(self.0, Ordering::Relaxed);
    }
}
