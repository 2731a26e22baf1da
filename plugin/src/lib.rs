//! Lacquer as a plugin: the chain between a host's buffers, its parameters and its editor.
//!
//! Everything that sounds is in `lacquer-dsp`; here are threads, automation, state, latency and what the formats want to know.
//!
//! - **Latency** is fixed by quality and the equalizer's phase alone. Where they change while the plugin is active, another engine is
//!   built on the thread that changed them and plays from the next block on (`handover`); the host hears of the new latency in its
//!   format's way. What nobody but the audio thread has seen waits for the restart that it asks for.
//! - **State** carries a version; [`lacquer_params::migrate`] makes it present or refuses it whole.
//! - **Samples** are f32 at the host's edge and f64 inside; the output does not depend on the host's block size.

mod edge;
mod engine;
mod handover;
#[cfg(test)]
mod readings_tests;
mod remote_controls;
// Tested without the feature too: it needs headers that not every machine has.
#[cfg(any(test, feature = "standalone"))]
#[cfg_attr(not(feature = "standalone"), allow(dead_code))]
pub mod standalone;
#[cfg(test)]
mod state_tests;
#[cfg(target_os = "linux")]
pub mod worker_guard;

#[cfg(test)]
pub(crate) use edge::clap::clap_entry;
use edge::editor::GuardedEditor;
use edge::net::{self, Net};
use engine::HostedEngine;
use handover::Handover;
use lacquer_dsp::engine::ComingBlock;
use lacquer_dsp::metering::live::Transport;
use lacquer_dsp::processor::ProcessSpec;
use lacquer_gui::Status;
use lacquer_params::LacquerParams;
use lacquer_params::saved::SavedParams;
use nice_plug::prelude::*;
use std::sync::Arc;
use std::time::Instant;

/// Ringing that outlasts the latency, in s: the lowest equalizer bands and the DC filter die away within it.
const TAIL_S: f32 = 1.0;

/// Frames for which the output goes on after the input has ended.
fn tail_samples(latency: u32, sample_rate: f32) -> u32 {
    latency + (TAIL_S * sample_rate) as u32
}

/// The plugin. Making one is cheap: the chain is built in `activate`.
pub struct LacquerPlugin {
    params: Arc<LacquerParams>,
    status: Arc<Status>,
    engine: Option<Box<HostedEngine>>,
    net: Net,
    handover: Arc<Handover>,
    tail_samples: u32,
    restart_requested: bool,
    /// What plays in the input's place where no host does.
    #[cfg(any(test, feature = "standalone"))]
    song: Option<standalone::SongFeed>,
    #[cfg(target_os = "linux")]
    worker_guard: Option<worker_guard::WorkerGuard>,
}

impl Default for LacquerPlugin {
    fn default() -> Self {
        let status = Arc::new(Status::default());
        #[cfg(test)]
        readings_tests::MADE.with_borrow_mut(|made| made.push(status.clone()));
        let params = Arc::new(LacquerParams::default());
        let handover = Handover::new(&params, &status);
        edge::capture::leave(&params, &status, &handover);
        Self {
            params,
            #[cfg(any(test, feature = "standalone"))]
            song: None,
            status,
            engine: None,
            net: Net::new(0, 1),
            handover,
            tail_samples: 0,
            restart_requested: false,
            #[cfg(target_os = "linux")]
            worker_guard: None,
        }
    }
}

/// What runs on the framework's worker: nothing but its guard.
pub enum Task {
    /// See [`worker_guard`].
    #[cfg(target_os = "linux")]
    Guard(worker_guard::GuardTask),
}

#[cfg(target_os = "linux")]
impl From<worker_guard::GuardTask> for Task {
    fn from(task: worker_guard::GuardTask) -> Self {
        Self::Guard(task)
    }
}

impl LacquerPlugin {
    /// What the chain is to be prepared for now.
    fn spec(&self, layout: &AudioIOLayout, config: &BufferConfig) -> ProcessSpec {
        ProcessSpec {
            sample_rate: f64::from(config.sample_rate),
            channels: layout.main_output_channels.map_or(2, |channels| channels.get() as usize),
            quality: self.params.quality(),
            equalizer_phase: self.params.equalizer_phase(),
        }
    }
}

/// [audio-thread] The engine has panicked: it is not called again, and the input is heard in its place.
fn fail(net: &mut Net, status: &Status) {
    if !net.is_broken() {
        net.tear();
        status.set_failed(true);
    }
}

impl Plugin for LacquerPlugin {
    const NAME: &'static str = "Lacquer";
    const VENDOR: &'static str = "Lacquer";
    // None yet that exists.
    const URL: &'static str = "";
    const EMAIL: &'static str = "";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const AUDIO_IO_LAYOUTS: &'static [AudioIOLayout] = &[
        AudioIOLayout {
            main_input_channels: NonZeroU32::new(2),
            main_output_channels: NonZeroU32::new(2),
            names: PortNames { layout: Some("Stereo"), ..PortNames::const_default() },
            ..AudioIOLayout::const_default()
        },
        AudioIOLayout {
            main_input_channels: NonZeroU32::new(1),
            main_output_channels: NonZeroU32::new(1),
            names: PortNames { layout: Some("Mono"), ..PortNames::const_default() },
            ..AudioIOLayout::const_default()
        },
    ];
    const SAMPLE_ACCURATE_AUTOMATION: bool = true;

    type Editor = GuardedEditor;
    type SysExMessage = ();
    type BackgroundTask = Task;

    fn task_executor(&mut self) -> TaskExecutor<Self> {
        Box::new(|task| match task {
            #[cfg(target_os = "linux")]
            Task::Guard(task) => worker_guard::run(task),
        })
    }

    fn params(&self) -> Arc<dyn Params> {
        Arc::new(SavedParams::new(self.params.clone()))
    }

    fn editor(&mut self, executor: AsyncExecutor<Self>) -> Option<Self::Editor> {
        #[cfg(target_os = "linux")]
        if worker_guard::is_hidden_instance(&executor) {
            return None;
        }
        drop(executor);
        let editor = lacquer_gui::editor(self.params.clone(), self.status.clone())?;
        Some(GuardedEditor::new(editor, self.status.clone()))
    }

    fn filter_state(state: &mut PluginState) {
        if let Err(error) = lacquer_params::migrate::filter(state) {
            nice_error!("{error}; the settings stay as they are");
        }
    }

    fn activate(
        &mut self,
        layout: &AudioIOLayout,
        config: &BufferConfig,
        context: &mut impl ActivateContext<Self>,
    ) -> bool {
        #[cfg(target_os = "linux")]
        if context.plugin_api() == PluginApi::Vst3 && self.worker_guard.is_none() {
            self.worker_guard = Some(worker_guard::WorkerGuard::acquire::<Self>());
        }
        let spec = self.spec(layout, config);
        let is_whole = !self.net.is_broken();
        let is_built = net::caught(|| match &mut self.engine {
            Some(engine) if engine.spec() == spec && is_whole => {
                engine.set_all(&self.params);
                engine.restart();
            }
            engine => *engine = Some(Box::new(HostedEngine::new(&spec, &self.params, &self.status))),
        });
        if !is_built {
            self.engine = None;
        }
        let Some(engine) = &mut self.engine else { return false };
        let latency = engine.latency_samples() as u32;
        self.tail_samples = tail_samples(latency, config.sample_rate);
        self.restart_requested = false;
        self.net = Net::new(latency as usize, config.max_buffer_size as usize);
        self.handover.activate(
            engine,
            config.max_buffer_size as usize,
            config.process_mode == ProcessMode::Offline,
        );
        self.status.publish(latency, config.sample_rate);
        context.set_latency_samples(latency);
        true
    }

    fn deactivate(&mut self) {
        self.handover.deactivate();
        self.status.clear();
    }

    fn reset(&mut self) {
        self.net.reset();
        let Some(engine) = &mut self.engine else { return };
        if self.handover.take(engine, &mut self.net) {
            self.status.set_failed(false);
        }
        if !self.net.is_broken() && !net::caught(|| engine.reset()) {
            fail(&mut self.net, &self.status);
        }
    }

    fn process(
        &mut self,
        buffer: &mut Buffer,
        _auxiliary: &mut AuxiliaryBuffers,
        context: &mut impl ProcessContext<Self>,
    ) -> ProcessStatus {
        let Some(engine) = &mut self.engine else { return ProcessStatus::Error("not activated") };
        let is_offline = self.handover.is_offline();
        let is_new = if is_offline && engine.differs_in_latency(&self.params) {
            self.handover.settle_offline(engine, &mut self.net)
        } else {
            self.handover.take(engine, &mut self.net)
        };
        if is_new {
            let spec = engine.spec();
            self.tail_samples = tail_samples(engine.latency_samples() as u32, spec.sample_rate as f32);
            self.status.set_failed(false);
        }
        #[cfg(any(test, feature = "standalone"))]
        if let Some(song) = &mut self.song {
            song.fill(buffer.as_slice(), engine.spec().sample_rate as f32);
        }
        let host = context.transport();
        // By its method: CLAP gives seconds or beats, of which the framework makes samples there and nowhere else.
        let transport = Transport { playing: host.playing, position: host.pos_samples() };
        let coming = ComingBlock {
            transport,
            frames: buffer.samples(),
            watched: self.status.is_editor_open(),
            offline: is_offline,
            now: Instant::now(),
            monitor: self.status.monitor.get(),
        };
        self.net.take(buffer.as_slice());
        if self.net.is_broken() || !net::caught(|| engine.update(&self.params, &coming)) {
            fail(&mut self.net, &self.status);
            self.net.give(buffer.as_slice());
            return ProcessStatus::Tail(self.tail_samples);
        }
        let stale = engine.differs_in_latency(&self.params);
        if stale != self.restart_requested {
            self.restart_requested = stale;
            self.status.set_restart_needed(stale);
            if stale {
                context.request_restart();
            }
        }
        // SAFETY: the mode is restored before returning, and nothing in between depends on subnormal numbers: they are
        // 300 dB below what a sample can hold.
        let is_whole =
            unsafe { no_denormals::no_denormals(|| net::caught(|| engine.process(buffer.as_slice()))) };
        if !is_whole {
            fail(&mut self.net, &self.status);
        }
        self.net.give(buffer.as_slice());
        ProcessStatus::Tail(self.tail_samples)
    }
}

impl ClapPlugin for LacquerPlugin {
    const CLAP_ID: &'static str = "audio.lacquer.lacquer";
    const CLAP_DESCRIPTION: Option<&'static str> = Some("The last stage of a record: a mastering chain");
    const CLAP_MANUAL_URL: Option<&'static str> = None;
    const CLAP_SUPPORT_URL: Option<&'static str> = None;
    const CLAP_FEATURES: &'static [ClapFeature] = &[
        ClapFeature::AudioEffect,
        ClapFeature::Mastering,
        ClapFeature::MultiEffects,
        ClapFeature::Limiter,
        ClapFeature::Compressor,
        ClapFeature::Equalizer,
        ClapFeature::Deesser,
        ClapFeature::Distortion,
        ClapFeature::Stereo,
        ClapFeature::Mono,
    ];

    fn remote_controls(&self, context: &mut impl RemoteControlsContext) {
        remote_controls::add(&self.params, context);
    }
}

impl Vst3Plugin for LacquerPlugin {
    const VST3_CLASS_ID: [u8; 16] = *b"LacquerMastering";
    const VST3_SUBCATEGORIES: &'static [Vst3SubCategory] =
        &[Vst3SubCategory::Fx, Vst3SubCategory::Mastering, Vst3SubCategory::Dynamics, Vst3SubCategory::Eq];
}
