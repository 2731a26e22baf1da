//! The editor for screen readers: egui's tree of roles, names and values over AT-SPI, and what a reader asks for as if it had been clicked.
//!
//! The adapter has a thread of its own for the bus, which it shares among all windows and never ends. It asks for nothing while no screen
//! reader is there; egui makes no tree then. Where there is no session bus nothing is begun. Neither thread ever waits for the other one's
//! work, and the audio thread knows of neither.
//!
//! Windows and macOS have adapters of their own, which nobody has tried here: there is none.

use accesskit_unix::Adapter;
use egui::accesskit::{ActionHandler, ActionRequest, ActivationHandler, DeactivationHandler, TreeUpdate};
use egui::{Context, Event, FullOutput, Plugin, RawInput};
use nice_plug_egui::RepaintNotifier;
use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

/// Name of the thread that begins the adapter, which the adapter's own takes over: not that of the window's, for whose end its closing waits.
const THREAD: &str = "lacquer-access";

/// What the bus's thread tells the window's. Relaxed: a picture later is soon enough.
struct Shared {
    is_wanted: AtomicBool,
    requests: Mutex<Vec<ActionRequest>>,
    repaint: RepaintNotifier,
}

/// The adapter's side of it.
struct Handler(Arc<Shared>);

impl Handler {
    fn want(&self, wanted: bool) {
        self.0.is_wanted.store(wanted, Relaxed);
        self.0.repaint.request_repaint();
    }
}

impl ActivationHandler for Handler {
    fn request_initial_tree(&mut self) -> Option<TreeUpdate> {
        self.want(true);
        // With the next picture.
        None
    }
}

impl DeactivationHandler for Handler {
    fn deactivate_accessibility(&mut self) {
        self.want(false);
    }
}

impl ActionHandler for Handler {
    fn do_action(&mut self, request: ActionRequest) {
        self.0.requests.lock().unwrap_or_else(PoisonError::into_inner).push(request);
        self.0.repaint.request_repaint();
    }
}

/// See the module. Ends with the window's context.
pub(crate) struct ScreenReader {
    shared: Arc<Shared>,
    /// egui asks that what is plugged in can be shared; it never is.
    adapter: Mutex<Adapter>,
    is_on: bool,
}

impl ScreenReader {
    /// [gui-thread] For a window that `repaint` wakes; none where there is no session bus.
    pub(crate) fn begin(repaint: RepaintNotifier) -> Option<Self> {
        if !has_session_bus() {
            return None;
        }
        let requests = Mutex::default();
        let shared = Arc::new(Shared { is_wanted: AtomicBool::new(false), requests, repaint });
        let [activation, action, deactivation] = [(); 3].map(|()| Handler(shared.clone()));
        let begin = move || Adapter::new(activation, action, deactivation);
        let begun = std::thread::Builder::new().name(THREAD.to_owned()).spawn(begin).ok()?;
        let adapter = begun.join().ok()?;
        stay_loaded();
        Some(Self { shared, adapter: Mutex::new(adapter), is_on: false })
    }

    fn adapter(&mut self) -> &mut Adapter {
        self.adapter.get_mut().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Plugin for ScreenReader {
    fn debug_name(&self) -> &'static str {
        "screen reader"
    }

    fn input_hook(&mut self, context: &Context, input: &mut RawInput) {
        let wanted = self.shared.is_wanted.load(Relaxed);
        if std::mem::replace(&mut self.is_on, wanted) != wanted {
            if wanted {
                context.enable_accesskit();
            } else {
                context.disable_accesskit();
            }
        }
        let mut requests = self.shared.requests.lock().unwrap_or_else(PoisonError::into_inner);
        input.events.extend(requests.drain(..).map(Event::AccessKitActionRequest));
        drop(requests);
        if wanted {
            self.adapter().update_window_focus_state(input.focused);
        }
    }

    fn output_hook(&mut self, _: &Context, output: &mut FullOutput) {
        if let Some(update) = output.platform_output.accesskit_update.take() {
            self.adapter().update_if_active(|| update);
        }
    }
}

/// Whether a session bus is known of: D-Bus's own two ways to find it.
fn has_session_bus() -> bool {
    let runtime = std::env::var_os("XDG_RUNTIME_DIR");
    std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some_and(|address| !address.is_empty())
        || runtime.is_some_and(|folder| Path::new(&folder).join("bus").exists())
}

/// Keeps this library in the process until it ends, also if a host unloads it: the adapter's thread runs on.
fn stay_loaded() {
    let mut info = MaybeUninit::<libc::Dl_info>::zeroed();
    let here = stay_loaded as fn() as *const c_void;
    // SAFETY: `here` lies in this library, and `info` has room for what is known of it.
    if unsafe { libc::dladdr(here, info.as_mut_ptr()) } != 0 {
        // SAFETY: `dladdr` filled it, zeroes before; the name is a string of the loader's or null, which is the program itself.
        unsafe {
            let info = info.assume_init();
            libc::dlopen(info.dli_fname, libc::RTLD_NOW | libc::RTLD_NOLOAD | libc::RTLD_NODELETE);
        }
    }
}
