//! Until when the thread of an editor's window lives (X11). A host may unload the plugin as soon as the editor is closed: code that a
//! thread still runs must not go.
//!
//! The framework leaves that thread unjoined in most closings. It gives the thread one thing of ours, the way to call the host's main
//! thread: where that is dropped the thread is about to end, and the system shows when it has.

use nice_plug::editor::HostMainThreadCaller;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Longest wait: the thread needs milliseconds; a host must not be held for ever.
const PATIENCE: Duration = Duration::from_secs(2);
/// Pause between two looks.
const POLL: Duration = Duration::from_micros(200);

/// Where the thread was last seen.
#[derive(Debug, Default, Clone)]
enum Seen {
    /// It runs.
    #[default]
    Running,
    /// It is about to end, and is listed here for as long as it is there.
    Leaving(Option<PathBuf>),
}

/// See the module.
#[derive(Default)]
pub(crate) struct WindowThread {
    seen: Mutex<Seen>,
    left: Condvar,
}

/// The way to the host's main thread; its end is the thread's.
struct Caller {
    inner: Box<dyn HostMainThreadCaller>,
    thread: Arc<WindowThread>,
}

impl HostMainThreadCaller for Caller {
    fn call_main_thread(&mut self) {
        self.inner.call_main_thread();
    }
}

impl Drop for Caller {
    fn drop(&mut self) {
        *self.thread.seen.lock().unwrap_or_else(PoisonError::into_inner) = Seen::Leaving(this_thread());
        self.thread.left.notify_all();
    }
}

/// Where the system lists the running thread.
fn this_thread() -> Option<PathBuf> {
    std::fs::read_link("/proc/thread-self").ok().map(|link| PathBuf::from("/proc").join(link))
}

/// Whether the system lists a thread of this name.
fn is_any_called(name: &str) -> bool {
    let is_it = |task: std::fs::DirEntry| {
        std::fs::read_to_string(task.path().join("comm")).is_ok_and(|comm| comm.trim_end() == name)
    };
    std::fs::read_dir("/proc/self/task").is_ok_and(|tasks| tasks.flatten().any(is_it))
}

impl WindowThread {
    /// Puts the mark on what the window's thread will hold.
    pub(crate) fn mark(
        self: &Arc<Self>,
        caller: Box<dyn HostMainThreadCaller>,
    ) -> Box<dyn HostMainThreadCaller> {
        Box::new(Caller { inner: caller, thread: self.clone() })
    }

    /// [main-thread] Waits until the thread is gone, after it was told to end, and with it all of the name that it gave to those that
    /// it started.
    pub(crate) fn wait(&self, name: Option<String>) {
        self.wait_for_the_window();
        let since = Instant::now();
        while name.as_deref().is_some_and(is_any_called) && since.elapsed() < PATIENCE {
            std::thread::sleep(POLL);
        }
    }

    fn wait_for_the_window(&self) {
        if !cfg!(target_os = "linux") {
            // Elsewhere a window has no thread of its own.
            return;
        }
        let since = Instant::now();
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let running = |seen: &mut Seen| matches!(seen, Seen::Running);
        let (seen, _) =
            self.left.wait_timeout_while(seen, PATIENCE, running).unwrap_or_else(PoisonError::into_inner);
        let Seen::Leaving(Some(path)) = seen.clone() else { return };
        drop(seen);
        // A window that could not be opened may have dropped it here.
        if this_thread().is_some_and(|here| here == path) {
            return;
        }
        while path.exists() && since.elapsed() < PATIENCE {
            std::thread::sleep(POLL);
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    struct Nobody;

    impl HostMainThreadCaller for Nobody {
        fn call_main_thread(&mut self) {}
    }

    #[test]
    fn it_waits_for_the_thread_and_for_no_longer() {
        let thread = Arc::new(WindowThread::default());
        let caller = thread.mark(Box::new(Nobody));
        let handle = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(30));
            drop(caller);
            std::thread::sleep(Duration::from_millis(30));
        });
        let since = Instant::now();
        thread.wait(None);
        assert!(since.elapsed() >= Duration::from_millis(60), "{:?}", since.elapsed());
        assert!(since.elapsed() < PATIENCE);
        handle.join().unwrap();
    }

    #[test]
    fn it_does_not_wait_for_itself() {
        let thread = Arc::new(WindowThread::default());
        drop(thread.mark(Box::new(Nobody)));
        let since = Instant::now();
        thread.wait(None);
        assert!(since.elapsed() < PATIENCE / 2);
    }
}
