//! What the audio thread and the editor tell each other: meters, what is to be heard, rate, latency, and whether a restart is needed.
//!
//! Relaxed ordering throughout: each word stands for itself, and a repaint later is soon enough.

use crate::host_menu::HostMenu;
use crate::indication::Indications;
use crate::song::SongPlayer;
use crate::sound::SoundDevices;
use lacquer_dsp::shared::meter_bank::MeterBank;
use lacquer_dsp::shared::monitor_controller::MonitorController;
use nice_plug_egui::{EguiEditorState, RepaintNotifier};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// What puts a new chain in the place of one that has failed.
type Rebuild = Box<dyn Fn() + Send + Sync>;

/// One instance's state as the editor shows it.
#[derive(Default)]
pub struct Status {
    latency_samples: AtomicU32,
    /// Bits of an f32; 0 while nothing is activated.
    sample_rate: AtomicU32,
    restart_needed: AtomicBool,
    failed: AtomicBool,
    rebuild: OnceLock<Rebuild>,
    /// What the engineer wants to hear.
    pub monitor: MonitorController,
    /// What the host says of its parameters.
    pub indications: Indications,
    /// The host's own menu for a parameter.
    pub menu: HostMenu,
    meters: OnceLock<Arc<MeterBank>>,
    window: OnceLock<Arc<EguiEditorState>>,
    song: OnceLock<Arc<dyn SongPlayer>>,
    sound: OnceLock<Arc<dyn SoundDevices>>,
    repaint: RepaintNotifier,
    /// Name of the open window's threads.
    threads: Mutex<Option<String>>,
    /// Pictures drawn so far.
    frames: AtomicU32,
}

impl Status {
    /// [main-thread, gui-thread] The meters; made when somebody first asks, so that a scan does not pay for them.
    pub fn meters(&self) -> &Arc<MeterBank> {
        self.meters.get_or_init(Arc::default)
    }

    /// [main-thread] Takes the state of the editor's window.
    pub(crate) fn set_window(&self, window: Arc<EguiEditorState>) {
        // A second editor of the same instance would be a mistake of the host's: the first one counts.
        let _ = self.window.set(window);
    }

    /// [main-thread] Takes whoever plays songs into the chain; before the editor is made.
    pub fn set_song(&self, player: Arc<dyn SongPlayer>) {
        // There is one input to play into: the first one counts.
        let _ = self.song.set(player);
    }

    /// [gui-thread] Whoever plays songs into the chain; none in a host.
    pub fn song(&self) -> Option<&dyn SongPlayer> {
        self.song.get().map(|player| &**player)
    }

    /// [main-thread] Takes whoever owns the sound devices; before the editor is made.
    pub fn set_sound(&self, devices: Arc<dyn SoundDevices>) {
        // As with the song.
        let _ = self.sound.set(devices);
    }

    /// [gui-thread] Whoever owns the sound devices; none in a host.
    pub fn sound(&self) -> Option<&dyn SoundDevices> {
        self.sound.get().map(|devices| &**devices)
    }

    /// What the editor's window listens to.
    pub(crate) fn repaint_notifier(&self) -> RepaintNotifier {
        self.repaint.clone()
    }

    /// [audio-thread] There is something new to be seen: an editor that sleeps wakes up.
    pub fn wake(&self) {
        self.repaint.request_repaint();
    }

    /// [gui-thread] A window begins on this thread: it and what it starts get a name.
    #[cfg(target_os = "linux")]
    pub(crate) fn begin_window(&self) {
        *self.threads.lock().unwrap_or_else(PoisonError::into_inner) = crate::thread_name::name_this_thread();
    }

    /// [main-thread] The name of all threads of the window that was opened last, for whoever has closed it; once.
    pub fn take_thread_name(&self) -> Option<String> {
        self.threads.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// [gui-thread] A picture is drawn.
    pub(crate) fn count_frame(&self) {
        self.frames.fetch_add(1, Relaxed);
    }

    /// [any thread] Pictures drawn so far, by all windows of this instance.
    pub fn frames(&self) -> u32 {
        self.frames.load(Relaxed)
    }

    /// Whether the editor is open.
    pub fn is_editor_open(&self) -> bool {
        self.window.get().is_some_and(|window| window.is_open())
    }

    /// [main-thread] After an activation.
    pub fn publish(&self, latency_samples: u32, sample_rate: f32) {
        self.latency_samples.store(latency_samples, Relaxed);
        self.sample_rate.store(sample_rate.to_bits(), Relaxed);
        self.restart_needed.store(false, Relaxed);
        self.failed.store(false, Relaxed);
        self.wake();
    }

    /// [any thread] After a chain of another latency has come into the place of the one that was activated.
    pub fn publish_latency(&self, latency_samples: u32) {
        self.latency_samples.store(latency_samples, Relaxed);
        self.wake();
    }

    /// [main-thread] After the host has switched off.
    pub fn clear(&self) {
        self.sample_rate.store(0, Relaxed);
        self.wake();
    }

    /// [audio-thread] Whether the parameters ask for another latency than the chain has.
    pub fn set_restart_needed(&self, needed: bool) {
        self.restart_needed.store(needed, Relaxed);
        self.wake();
    }

    /// [gui-thread] Whether to ask the host for a restart; true once for each need.
    pub fn take_restart_needed(&self) -> bool {
        self.restart_needed.swap(false, Relaxed)
    }

    /// [audio-thread] Whether the chain has panicked: the input is heard in its place, in time, until it is restarted.
    pub fn set_failed(&self, failed: bool) {
        self.failed.store(failed, Relaxed);
        self.wake();
    }

    /// [gui-thread] Whether the chain has panicked.
    pub fn has_failed(&self) -> bool {
        self.failed.load(Relaxed)
    }

    /// [main-thread] Says how a chain that has failed is restarted: on the calling thread, which is not the audio thread.
    pub fn set_rebuild(&self, rebuild: impl Fn() + Send + Sync + 'static) {
        // There is one plugin for each status, and it says so once.
        let _ = self.rebuild.set(Box::new(rebuild));
    }

    /// [gui-thread] Restarts a chain that has failed. Takes as long as building one.
    pub fn rebuild(&self) {
        if let Some(rebuild) = self.rebuild.get() {
            rebuild();
        }
    }

    /// [gui-thread] Sample rate in Hz and latency in samples, if activated.
    pub fn running(&self) -> Option<(f32, u32)> {
        let rate = f32::from_bits(self.sample_rate.load(Relaxed));
        (rate > 0.0).then(|| (rate, self.latency_samples.load(Relaxed)))
    }
}
