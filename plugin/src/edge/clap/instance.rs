//! One plugin: what the edge keeps of it, and its life from `init` to `destroy`.

use super::entry::{c_str, descriptor};
use super::events::Events;
use super::host::{FacedHost, real};
use super::menu::MenuCalls;
use super::params::Table;
use super::process::{Audio, process};
use super::tables::Framework;
use super::{edge, extensions, framework, gui};
use crate::LacquerPlugin;
use crate::edge::capture::{Handles, capture};
use clap_sys::host::clap_host;
use clap_sys::plugin::clap_plugin;
use clap_sys::process::{CLAP_PROCESS_ERROR, clap_process, clap_process_status};
use lacquer_dsp::processor::{EqualizerPhase, Quality};
use nice_plug::wrapper::clap::Wrapper;
use std::cell::UnsafeCell;
use std::ffi::{c_char, c_void};
use std::ops::RangeInclusive;
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Sample rates that are taken, Hz: what CLAP's own validator goes through, and twice what any converter does.
const RATES: RangeInclusive<f64> = 1_000.0..=768_000.0;
/// Longest block: 22 s at 48 kHz, 24 MB of buffers. What is longer is a mistake.
const LONGEST_BLOCK: u32 = 1 << 20;

/// Where a plugin is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Stage {
    /// Made, and nothing else.
    Made,
    /// After `init`.
    Ready,
    /// After `activate`.
    Active,
    /// After `start_processing`.
    Processing,
}

/// Quality and phase: what fixes the latency.
type Fixed = (Quality, EqualizerPhase);

/// See the module. A host holds [`Edge::shown`], whose `plugin_data` points here.
pub(super) struct Edge {
    shown: clap_plugin,
    framework: Framework,
    pub host: Box<FacedHost>,
    pub handles: Handles,
    pub table: Table,
    stage: AtomicU8,
    /// Channels of the chosen ports.
    pub channels: AtomicU32,
    /// What [`Edge::enter`] is about.
    is_entered: AtomicBool,
    audio: UnsafeCell<Audio>,
    /// Set while `on_main_thread` runs: the framework's window is borrowed, and must not be closed.
    is_on_main: AtomicBool,
    /// A window that was to be closed meanwhile.
    pub close_later: AtomicBool,
    pub menu: Arc<MenuCalls>,
    fixed: Mutex<Option<Fixed>>,
}

/// The right to use the audio's buffers and the framework's event queue; given back when it is dropped.
pub(super) struct Entered<'a>(&'a Edge);

impl Entered<'_> {
    /// The audio's buffers.
    pub(super) fn audio(&mut self) -> &mut Audio {
        // SAFETY: there is one `Entered` at a time, and it is borrowed.
        unsafe { &mut *self.0.audio.get() }
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        // Release: what was written to the buffers is seen by who enters next.
        self.0.is_entered.store(false, Ordering::Release);
    }
}

impl Edge {
    /// A new plugin for a host; null if the framework makes none.
    ///
    /// # Safety
    ///
    /// `host` outlives the plugin.
    pub(super) unsafe fn create(host: *const clap_host) -> *const clap_plugin {
        // SAFETY: the caller's promise.
        let mut host = Box::new(unsafe { FacedHost::new(host) });
        host.settle();
        // SAFETY: the faced host lives in the edge, which outlives the wrapper (`destroy`).
        let (wrapper, handles) = capture(|| unsafe { Wrapper::<LacquerPlugin>::new(&host.shown) });
        let plugin = wrapper.clap_plugin.as_ptr() as *const clap_plugin;
        // Given back by the framework's own `destroy`.
        let _ = Arc::into_raw(wrapper);
        let Some(handles) = handles else { return null() };
        let edge = Box::into_raw(Box::new(Self {
            shown: clap_plugin {
                desc: descriptor().clap_plugin_descriptor(),
                plugin_data: null_mut(),
                init: Some(init),
                destroy: Some(destroy),
                activate: Some(activate),
                deactivate: Some(deactivate),
                start_processing: Some(start_processing),
                stop_processing: Some(stop_processing),
                reset: Some(reset),
                process: Some(process_entered),
                get_extension: Some(get_extension),
                on_main_thread: Some(on_main_thread),
            },
            framework: Framework::over(plugin),
            host,
            table: Table::default(),
            menu: Arc::default(),
            handles,
            stage: AtomicU8::new(Stage::Made as u8),
            channels: AtomicU32::new(2),
            is_entered: AtomicBool::new(false),
            audio: UnsafeCell::new(Audio::default()),
            is_on_main: AtomicBool::new(false),
            close_later: AtomicBool::new(false),
            fixed: Mutex::new(None),
        }));
        // SAFETY: it was just made and nobody else knows it.
        unsafe {
            (*edge).shown.plugin_data = edge.cast();
            &raw const (*edge).shown
        }
    }

    /// The edge behind a plugin's pointer, if it is one.
    ///
    /// # Safety
    ///
    /// `plugin` is null or came from [`Edge::create`] and is not destroyed.
    pub(super) unsafe fn of<'a>(plugin: *const clap_plugin) -> Option<&'a Self> {
        // SAFETY: the caller's promise. The edge is only changed in `init`, before which nothing else may be called.
        unsafe { plugin.as_ref().and_then(|plugin| plugin.plugin_data.cast::<Self>().as_ref()) }
    }

    /// The framework's side.
    pub(super) fn framework(&self) -> &Framework {
        &self.framework
    }

    /// Where the plugin is in its life.
    pub(super) fn stage(&self) -> Stage {
        match self.stage.load(Ordering::Acquire) {
            0 => Stage::Made,
            1 => Stage::Ready,
            2 => Stage::Active,
            _ => Stage::Processing,
        }
    }

    fn go_to(&self, stage: Stage) {
        self.stage.store(stage as u8, Ordering::Release);
    }

    /// The right to the buffers and to the framework's event queue, unless somebody has it: a host calls two things at once that
    /// are not to be called at once.
    pub(super) fn enter(&self) -> Option<Entered<'_>> {
        let is_free = !self.is_entered.swap(true, Ordering::Acquire);
        is_free.then(|| Entered(self))
    }

    /// Whether the framework's window is borrowed by this thread.
    pub(super) fn is_on_main(&self) -> bool {
        self.is_on_main.load(Ordering::Relaxed)
    }

    /// [main-thread] After values came from a state or a preset: a latency that they change needs a new activation, which
    /// `process` would ask for, if it is ever called.
    pub(super) fn ask_for_restart_if_stale(&self) {
        let fixed = *self.fixed.lock().unwrap_or_else(PoisonError::into_inner);
        if self.stage() >= Stage::Active && fixed.is_some_and(|fixed| fixed != self.wanted()) {
            // The next block has the engine for them already; the host learns of its latency by the restart.
            self.handles.handover.settle();
            self.host.request_restart();
        }
    }

    fn wanted(&self) -> Fixed {
        (self.handles.params.quality(), self.handles.params.equalizer_phase())
    }

    fn set_fixed(&self, fixed: Option<Fixed>) {
        *self.fixed.lock().unwrap_or_else(PoisonError::into_inner) = fixed;
    }
}

/// Calls a function of the framework's plugin itself.
macro_rules! plugin {
    ($edge:expr, $function:ident($($argument:expr),*), $none:expr) => {{
        let plugin = $edge.framework().plugin;
        // SAFETY: the framework's plugin lives as long as the edge.
        match unsafe { (*plugin).$function } {
            // SAFETY: its own function with itself; the arguments are checked by the callers.
            Some(function) => unsafe { function(plugin $(, $argument)*) },
            None => $none,
        }
    }};
}
pub(super) use plugin;

unsafe extern "C" fn init(plugin: *const clap_plugin) -> bool {
    if edge!(plugin, false).stage() != Stage::Made {
        return false;
    }
    // SAFETY: before `init` has returned a host calls nothing else, so nobody holds a reference.
    let Some(edge) = (unsafe { (*plugin).plugin_data.cast::<Edge>().as_mut() }) else { return false };
    edge.host.find_tables();
    if !plugin!(edge, init(), false) {
        return false;
    }
    edge.framework.find_tables();
    edge.table = Table::of(edge);
    super::menu::connect(edge);
    edge.go_to(Stage::Ready);
    true
}

unsafe extern "C" fn destroy(plugin: *const clap_plugin) {
    let edge = edge!(plugin);
    gui::close(edge);
    // SAFETY: the plugin is alive until below.
    unsafe { deactivate(plugin) };
    edge.menu.disconnect();
    if edge.host.threads.has_window() {
        // Another thread's, and no thread but that can close it: wrapper and host's face stay for it.
        return;
    }
    plugin!(edge, destroy(), ());
    // SAFETY: `create` made it by `Box::into_raw`, and a host destroys a plugin once. The framework, which holds the faced host, is
    // gone.
    drop(unsafe { Box::from_raw((*plugin).plugin_data.cast::<Edge>()) });
}

unsafe extern "C" fn activate(
    plugin: *const clap_plugin,
    sample_rate: f64,
    min_frames: u32,
    max_frames: u32,
) -> bool {
    let edge = edge!(plugin, false);
    let is_possible =
        RATES.contains(&sample_rate) && min_frames <= max_frames && (1..=LONGEST_BLOCK).contains(&max_frames);
    if !is_possible || edge.stage() != Stage::Ready {
        return false;
    }
    let Some(mut entered) = edge.enter() else { return false };
    entered.audio().prepare(max_frames as usize);
    let before = framework!(edge, latency, get(), 0);
    edge.host.is_activating.store(true, Ordering::Relaxed);
    let is_active = plugin!(edge, activate(sample_rate, min_frames, max_frames), false);
    edge.host.is_activating.store(false, Ordering::Relaxed);
    if is_active {
        edge.set_fixed(Some(edge.wanted()));
        edge.go_to(Stage::Active);
        drop(entered);
        // While it is being activated, the one time at which a host may be told.
        if framework!(edge, latency, get(), 0) != before {
            real!(edge.host, latency, changed(), ());
        }
    }
    is_active
}

unsafe extern "C" fn deactivate(plugin: *const clap_plugin) {
    let edge = edge!(plugin);
    // SAFETY: the same plugin.
    unsafe { stop_processing(plugin) };
    if edge.stage() == Stage::Active {
        edge.go_to(Stage::Ready);
        edge.set_fixed(None);
        plugin!(edge, deactivate(), ());
    }
}

unsafe extern "C" fn start_processing(plugin: *const clap_plugin) -> bool {
    let edge = edge!(plugin, false);
    let is_started = edge.stage() == Stage::Active && plugin!(edge, start_processing(), false);
    if is_started {
        edge.go_to(Stage::Processing);
    }
    is_started
}

unsafe extern "C" fn stop_processing(plugin: *const clap_plugin) {
    let edge = edge!(plugin);
    if edge.stage() == Stage::Processing {
        plugin!(edge, stop_processing(), ());
        edge.go_to(Stage::Active);
    }
}

unsafe extern "C" fn reset(plugin: *const clap_plugin) {
    let edge = edge!(plugin);
    if edge.stage() >= Stage::Active {
        plugin!(edge, reset(), ());
    }
}

unsafe extern "C" fn process_entered(
    plugin: *const clap_plugin,
    call: *const clap_process,
) -> clap_process_status {
    let edge = edge!(plugin, CLAP_PROCESS_ERROR);
    // SAFETY: a host gives a call that is valid while it lasts, or null.
    let Some(call) = (unsafe { call.as_ref() }) else { return CLAP_PROCESS_ERROR };
    let entered = edge.enter();
    // SAFETY: what the call points to is the host's, valid while it lasts, in the lengths that the call names.
    unsafe { process(edge, entered, call) }
}

unsafe extern "C" fn on_main_thread(plugin: *const clap_plugin) {
    let edge = edge!(plugin);
    if edge.stage() == Stage::Made {
        return;
    }
    super::menu::answer(edge);
    // The framework reaches for its window, which aborts on a thread that is not the window's.
    if edge.host.threads.is_foreign() {
        return;
    }
    edge.is_on_main.store(true, Ordering::Relaxed);
    plugin!(edge, on_main_thread(), ());
    edge.is_on_main.store(false, Ordering::Relaxed);
    if edge.close_later.swap(false, Ordering::Relaxed) {
        gui::close(edge);
    }
}

unsafe extern "C" fn get_extension(plugin: *const clap_plugin, id: *const c_char) -> *const c_void {
    let edge = edge!(plugin, null());
    // SAFETY: a host gives a string or null.
    match unsafe { c_str(id) } {
        Some(id) if edge.stage() != Stage::Made => extensions::table(edge, id),
        _ => null(),
    }
}

/// Events of the host's to the framework outside `process`. What of them is left out when somebody else is inside: a host that
/// flushes while it processes breaks CLAP's rules.
pub(super) fn with_events(edge: &Edge, work: impl FnOnce(&mut Events)) {
    if let Some(mut entered) = edge.enter() {
        work(&mut entered.audio().events);
    }
}
