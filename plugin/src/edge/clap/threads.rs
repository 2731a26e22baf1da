//! Which thread is which. The framework's window belongs to the thread that made it, and a call of it on another thread aborts.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A thread; never the same number twice, never 0.
pub(super) fn this_thread() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    thread_local! {
        // No destructor and a constant to begin with: nothing is allocated for it.
        static NUMBER: Cell<u64> = const { Cell::new(0) };
    }
    NUMBER.with(|number| {
        if number.get() == 0 {
            // Relaxed: nothing but the number is carried.
            number.set(NEXT.fetch_add(1, Relaxed));
        }
        number.get()
    })
}

/// Who made the plugin, and whose the open window is.
pub(super) struct Threads {
    creator: u64,
    /// 0 while there is no window.
    window: AtomicU64,
}

impl Threads {
    /// This thread makes a plugin.
    pub(super) fn new() -> Self {
        Self { creator: this_thread(), window: AtomicU64::new(0) }
    }

    /// Whether this thread made the plugin.
    pub(super) fn is_creator(&self) -> bool {
        self.creator == this_thread()
    }

    /// Whether there is a window.
    pub(super) fn has_window(&self) -> bool {
        self.window.load(Relaxed) != 0
    }

    /// Whether there is a window, and it is this thread's.
    pub(super) fn owns_window(&self) -> bool {
        self.window.load(Relaxed) == this_thread()
    }

    /// Whether a window, if there is one, is another thread's.
    pub(super) fn is_foreign(&self) -> bool {
        self.has_window() && !self.owns_window()
    }

    /// Notes that there is a window of this thread's, or none.
    pub(super) fn set_window(&self, is_open: bool) {
        // Relaxed: only the window's own thread acts on it, and that thread wrote it.
        self.window.store(if is_open { this_thread() } else { 0 }, Relaxed);
    }
}
