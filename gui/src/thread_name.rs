//! A name for the window's thread, which what it starts inherits: x11-clipboard's thread is joined by nobody, and whoever closes the
//! window has to see when the last of them has ended. Linux alone has a thread for the window.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// Windows so far. Its place tells two copies of the plugin in a process apart.
static WINDOWS: AtomicU32 = AtomicU32::new(0);

/// Names the running thread; the name, which no other window has. It has at most 15 bytes: the system keeps no more.
pub(crate) fn name_this_thread() -> Option<String> {
    let copy = (&raw const WINDOWS).addr() >> 4 & 0xffff;
    let name = format!("lq{copy:04x}-{:x}", WINDOWS.fetch_add(1, Relaxed) & 0xff_ffff);
    std::fs::write("/proc/thread-self/comm", &name).is_ok().then_some(name)
}
