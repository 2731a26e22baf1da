//! Brings a window to draw again that has stopped to (X11).
//!
//! The framework draws when the X server tells it that the next picture is due, and asks for the next one after that. A window that asks
//! for its first picture before it listens to the server, because it is opened inside one that is not shown yet or the machine is busy,
//! never hears of it and stays blank for as long as it is open (baseview 0.4.2, `x11/present.rs`: Ardour 7, 2 of 3 sessions; the program
//! of its own, 3 of 50 starts under load). The server's answer goes to everybody who listens to that window, so whoever asks in the
//! framework's place, with the same number, sets it going again.

use crate::app::STATUS_PERIOD;
use crate::status::Status;
use egui::Plugin;
use nice_plug_egui::Frame;
use raw_window_handle::{HasWindowHandle, RawWindowHandle};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use x11rb::connection::Connection;
use x11rb::protocol::present::ConnectionExt as _;
use x11rb::protocol::xproto::ConnectionExt as _;

/// Time between two looks.
const LOOK: Duration = Duration::from_millis(300);
/// A window that works is drawn more often than this, whatever happens.
const STILL: Duration = STATUS_PERIOD.saturating_add(Duration::from_millis(600));
/// Numbers around the one that is due: a picture now and then is drawn without being counted, or the other way round.
const BEFORE: u32 = 2;
/// See [`BEFORE`].
const AFTER: u32 = 8;

/// Looks after a window until it is dropped, with the window's context.
pub(crate) struct RedrawWatch {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl RedrawWatch {
    /// [gui-thread] For the window of a frame; none where it is no window of X11's or the system gives no thread: nobody looks then.
    pub(crate) fn begin(frame: &Frame, status: &Arc<Status>) -> Option<Self> {
        let window = match frame.baseview_window().window_handle().ok()?.as_raw() {
            RawWindowHandle::Xlib(handle) => u32::try_from(handle.window).ok()?,
            RawWindowHandle::Xcb(handle) => handle.window.get(),
            _ => return None,
        };
        let stop = Arc::new(AtomicBool::new(false));
        let (stopped, status) = (stop.clone(), status.clone());
        let thread = std::thread::Builder::new().name("lacquer-redraw".into());
        let thread = thread.spawn(move || watch(window, &status, &stopped)).ok()?;
        Some(Self { stop, thread: Some(thread) })
    }
}

impl Plugin for RedrawWatch {
    fn debug_name(&self) -> &'static str {
        "redraw watch"
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

fn watch(window: u32, status: &Status, stop: &AtomicBool) {
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
            let _ = nudge(window, now.wrapping_sub(first));
            since = Instant::now();
        }
    }
}

/// Asks for the next picture of a window, of which `drawn` were drawn so far.
fn nudge(window: u32, drawn: u32) -> Result<(), Box<dyn std::error::Error>> {
    let (connection, _) = x11rb::connect(None)?;
    for serial in drawn.saturating_sub(BEFORE)..=drawn.saturating_add(AFTER) {
        connection.present_notify_msc(window, serial, 0, 1, 0)?;
    }
    connection.flush()?;
    // Its answer comes after all of them were taken.
    connection.get_input_focus()?.reply()?;
    Ok(())
}
