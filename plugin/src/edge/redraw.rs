//! Brings a window to draw again that has stopped to (X11).
//!
//! The framework draws when the X server tells it that the next picture is due, and asks for the next one after that. A window that is
//! opened inside one that is not shown yet, as hosts do when they restore a session, may never hear of its first request: it stays
//! blank for as long as it is open (baseview 0.4.2, `x11/present.rs`: Ardour 7, 2 of 3 sessions). The server's answer goes to everybody
//! who listens to that window, so whoever asks in the framework's place, with the same number, sets it going again.

use lacquer_gui::Status;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use x11rb::connection::Connection;
use x11rb::protocol::present::ConnectionExt as _;
use x11rb::protocol::xproto::ConnectionExt as _;

/// Time between two looks.
const LOOK: Duration = Duration::from_millis(300);
/// A window that works draws at least every 2 s, whatever happens (`STATUS_PERIOD` in the editor).
const STILL: Duration = Duration::from_millis(2600);
/// Numbers around the one that is due: a picture now and then is drawn without being counted, or the other way round.
const BEFORE: u32 = 2;
/// See [`BEFORE`].
const AFTER: u32 = 8;

/// Looks after the window in one of the host's, until it is dropped.
pub(crate) struct RedrawWatch {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl RedrawWatch {
    /// [main-thread] For the editor in the host's window `parent`. Where the system gives no thread, nobody looks.
    pub(crate) fn new(parent: u32, status: &Arc<Status>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (stopped, status) = (stop.clone(), status.clone());
        let thread = std::thread::Builder::new().name("lacquer-redraw".into());
        let thread = thread.spawn(move || watch(parent, &status, &stopped));
        Self { stop, thread: thread.ok() }
    }
}

impl Drop for RedrawWatch {
    fn drop(&mut self) {
        self.stop.store(true, Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // A panic there ends the looking and nothing else.
            let _ = thread.join();
        }
    }
}

fn watch(parent: u32, status: &Status, stop: &AtomicBool) {
    let first = status.frames();
    let (mut seen, mut since) = (first, Instant::now());
    while !stop.load(Relaxed) {
        std::thread::park_timeout(LOOK);
        let now = status.frames();
        if now != seen {
            (seen, since) = (now, Instant::now());
        }
        let bound = if now == first { LOOK } else { STILL };
        if since.elapsed() >= bound && !stop.load(Relaxed) {
            // A server that does not answer is not there for the window either.
            let _ = nudge(parent, now.wrapping_sub(first));
        }
    }
}

/// Asks for the next picture of every window in `parent`, of which `drawn` were drawn so far.
fn nudge(parent: u32, drawn: u32) -> Result<(), Box<dyn std::error::Error>> {
    let (connection, _) = x11rb::connect(None)?;
    for child in connection.query_tree(parent)?.reply()?.children {
        for serial in drawn.saturating_sub(BEFORE)..=drawn.saturating_add(AFTER) {
            connection.present_notify_msc(child, serial, 0, 1, 0)?;
        }
    }
    connection.flush()?;
    // Its answer comes after all of them were taken.
    connection.get_input_focus()?.reply()?;
    Ok(())
}
