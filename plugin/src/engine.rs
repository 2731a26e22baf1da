//! The engine in a host: its settings come from the parameters, and the editor hears of what it does.

use lacquer_dsp::engine::{ComingBlock, Engine};
use lacquer_dsp::processor::ProcessSpec;
use lacquer_gui::Status;
use lacquer_params::LacquerParams;
use std::sync::Arc;

/// See the module.
pub struct HostedEngine {
    engine: Engine,
    status: Arc<Status>,
}

impl HostedEngine {
    /// Builds everything for `spec` and the parameters' settings, the first filters included. Allocates.
    pub fn new(spec: &ProcessSpec, params: &LacquerParams, status: &Arc<Status>) -> Self {
        #[cfg(test)]
        counting::BUILT.set(counting::BUILT.get() + 1);
        let engine = Engine::new(spec, &params.to_settings(), status.meters().clone());
        Self { engine, status: status.clone() }
    }

    /// As [`HostedEngine::new`], for the place of one that plays: it publishes nothing before it has taken over
    /// ([`HostedEngine::succeed`]).
    pub fn spare(spec: &ProcessSpec, params: &LacquerParams) -> Self {
        Self::new(spec, params, &Arc::default())
    }

    /// [audio-thread] Takes over from another engine of the same rate and layout: what belongs to the instance goes along, and what was
    /// changed since this one was built.
    pub fn succeed(&mut self, before: &mut Self, params: &LacquerParams) {
        std::mem::swap(&mut self.status, &mut before.status);
        self.set_all(params);
        self.engine.succeed(&mut before.engine);
    }

    /// What it was prepared for.
    pub fn spec(&self) -> ProcessSpec {
        self.engine.spec()
    }

    /// The same with the quality and the equalizer's phase that the parameters ask for.
    pub fn spec_for(&self, params: &LacquerParams) -> ProcessSpec {
        ProcessSpec { quality: params.quality(), equalizer_phase: params.equalizer_phase(), ..self.spec() }
    }

    /// Delay in samples.
    pub fn latency_samples(&self) -> usize {
        self.engine.latency_samples()
    }

    /// Whether the parameters ask for another latency than it was prepared for.
    pub fn differs_in_latency(&self, params: &LacquerParams) -> bool {
        self.spec_for(params) != self.spec()
    }

    /// Takes all settings over.
    pub fn set_all(&mut self, params: &LacquerParams) {
        self.engine.set(&params.to_settings());
    }

    /// [audio-thread] Takes over what has changed, before a block.
    pub fn update(&mut self, params: &LacquerParams, coming: &ComingBlock) {
        if self.engine.update(|settings| params.update_settings(settings)) {
            self.status.wake();
        }
        self.engine.begin_block(coming);
    }

    /// Forgets the audio and makes the first filters.
    pub fn restart(&mut self) {
        self.engine.restart();
    }

    /// [audio-thread] Forgets the audio.
    pub fn reset(&mut self) {
        self.engine.reset();
    }

    /// [audio-thread] Processes in place, and wakes an editor that has something to show.
    pub fn process(&mut self, channels: &mut [&mut [f32]]) {
        self.engine.process(channels);
        if self.engine.bank().controls.is_watched() && channels.iter().any(|channel| is_heard(channel)) {
            self.status.wake();
        }
    }
}

/// Whether anything of a block is above -120 dBFS.
fn is_heard(channel: &[f32]) -> bool {
    channel.iter().any(|x| x.abs() > 1e-6)
}

/// How many engines a thread has built, for tests of who does.
#[cfg(test)]
pub(crate) mod counting {
    thread_local! {
        pub(crate) static BUILT: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
    }
}
