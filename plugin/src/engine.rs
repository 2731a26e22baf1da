//! The chain between f32 buffers of one or two channels and of any length, with the meters and the monitor that go along.

mod booth;

use crate::monitor_guard::MonitorGuard;
use booth::{Booth, is_heard};
use lacquer_dsp::chain::{Chain, ChainSettings};
use lacquer_dsp::metering::live::Transport;
use lacquer_dsp::processor::{Frame, ProcessSpec};
use lacquer_dsp::shared::monitor_desk::MonitorWish;
use lacquer_gui::Status;
use lacquer_params::LacquerParams;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

/// Frames that are converted at a time: 16 kB, which stay in the first-level cache. The chain's output does not depend on it.
const CHUNK_FRAMES: usize = 1024;

/// What is known of a block before it is processed.
pub struct ComingBlock {
    /// What the host's transport does.
    pub transport: Transport,
    /// Its length.
    pub frames: usize,
    /// Whether the editor is open.
    pub watched: bool,
    /// Whether the host says that it renders offline.
    pub offline: bool,
    /// When it came.
    pub now: Instant,
}

/// How many engines a thread has built, for tests of who does.
#[cfg(test)]
pub(crate) mod counting {
    thread_local! {
        pub(crate) static BUILT: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
    }
}

/// A prepared chain with its settings and a block to convert in.
pub struct Engine {
    chain: Chain,
    settings: ChainSettings,
    spec: ProcessSpec,
    frames: Vec<Frame>,
    booth: Booth,
    guard: MonitorGuard,
    status: Arc<Status>,
}

impl Engine {
    /// Builds everything for `spec` and the parameters' settings, the first filters included. Allocates.
    pub fn new(spec: &ProcessSpec, params: &LacquerParams, status: &Arc<Status>) -> Self {
        #[cfg(test)]
        counting::BUILT.set(counting::BUILT.get() + 1);
        let mut chain = Chain::new();
        chain.prepare(spec);
        let settings = params.to_settings();
        chain.set(&settings);
        chain.settle();
        Self {
            chain,
            settings,
            spec: *spec,
            frames: vec![[0.0; 2]; CHUNK_FRAMES],
            booth: Booth::new(spec, status),
            guard: MonitorGuard::default(),
            status: status.clone(),
        }
    }

    /// As [`Engine::new`], for the place of one that plays: it publishes nothing before it has taken over ([`Engine::succeed`]).
    pub fn spare(spec: &ProcessSpec, params: &LacquerParams) -> Self {
        Self::new(spec, params, &Arc::default())
    }

    /// [audio-thread] Takes over from another engine of the same rate and layout: what belongs to the instance goes along, and what was
    /// changed since this one was built.
    pub fn succeed(&mut self, before: &mut Self, params: &LacquerParams) {
        std::mem::swap(&mut self.status, &mut before.status);
        std::mem::swap(&mut self.booth, &mut before.booth);
        self.guard.restart();
        self.set_all(params);
        self.cut();
    }

    /// What it was prepared for.
    pub fn spec(&self) -> ProcessSpec {
        self.spec
    }

    /// The same with the quality and the equalizer's phase that the parameters ask for.
    pub fn spec_for(&self, params: &LacquerParams) -> ProcessSpec {
        ProcessSpec { quality: params.quality(), equalizer_phase: params.equalizer_phase(), ..self.spec }
    }

    /// Delay in samples.
    pub fn latency_samples(&self) -> usize {
        self.chain.latency_samples()
    }

    /// Whether the parameters ask for another latency than it was prepared for.
    pub fn differs_in_latency(&self, params: &LacquerParams) -> bool {
        self.spec_for(params) != self.spec
    }

    /// Takes all settings over.
    pub fn set_all(&mut self, params: &LacquerParams) {
        self.settings = params.to_settings();
        self.chain.set(&self.settings);
    }

    /// [audio-thread] Takes over what has changed, before a block.
    pub fn update(&mut self, params: &LacquerParams, coming: &ComingBlock) {
        let changed = params.update_settings(&mut self.settings);
        self.booth.meters.bank().controls.set_watched(coming.watched);
        let wish = self.permitted(coming);
        self.booth.monitor.set(&wish.settings);
        self.booth.monitor.know(wish.known_lu);
        if changed {
            self.status.wake();
        }
        if changed || self.settings.listen != wish.listen {
            self.settings.listen = wish.listen;
            self.chain.set(&self.settings);
        }
        if let Some(position) = coming.transport.position {
            self.chain.align(position);
        }
        self.booth.meters.begin_block(coming.transport, coming.frames);
    }

    /// What may be heard of what the engineer asks for; nothing, and at once, where somebody may be recording.
    fn permitted(&mut self, coming: &ComingBlock) -> MonitorWish {
        let length = Duration::from_secs_f64(coming.frames as f64 / self.spec.sample_rate);
        let in_time = self.guard.permits(coming.now, length, coming.transport.playing);
        let permitted = in_time && !coming.offline && coming.watched;
        let mut wish = MonitorWish::default();
        if permitted {
            wish = self.status.monitor.get();
        } else if self.booth.monitor.is_heard() || self.settings.listen.is_some() {
            self.cut();
        }
        let bank = self.booth.meters.bank();
        bank.monitoring.store(wish != MonitorWish::default(), Relaxed);
        bank.match_lu.set(self.booth.monitor.match_lu() as f32);
        wish
    }

    fn cut(&mut self) {
        self.booth.monitor.cut();
        self.settings.listen = None;
        self.chain.cut_listen();
    }

    /// Forgets the audio and makes the first filters.
    pub fn restart(&mut self) {
        self.reset();
        self.chain.settle();
    }

    /// [audio-thread] Forgets the audio.
    pub fn reset(&mut self) {
        self.chain.reset();
        self.guard.restart();
        self.cut();
    }

    /// [audio-thread] Processes in place; with one channel both lanes of the chain carry it.
    pub fn process(&mut self, channels: &mut [&mut [f32]]) {
        let started = Instant::now();
        self.booth.clock = self.booth.meters.bank().controls.is_watched().then_some(started);
        let frames = channels.first().map_or(0, |channel| channel.len());
        match channels {
            [left, right] => self.process_stereo(left, right),
            [mono] => self.process_mono(mono),
            // No other layout is offered to the host.
            _ => {}
        }
        if self.booth.clock.is_some() && channels.iter().any(|channel| is_heard(channel)) {
            self.status.wake();
        }
        if frames > 0 {
            self.booth.publish_loads(started.elapsed(), frames as f64 / self.spec.sample_rate);
        }
    }

    fn process_stereo(&mut self, left: &mut [f32], right: &mut [f32]) {
        for (left, right) in left.chunks_mut(CHUNK_FRAMES).zip(right.chunks_mut(CHUNK_FRAMES)) {
            let frames = &mut self.frames[..left.len().min(right.len())];
            for ((frame, left), right) in frames.iter_mut().zip(&*left).zip(&*right) {
                *frame = [f64::from(*left), f64::from(*right)];
            }
            self.chain.process_with(frames, &mut self.booth);
            for ((frame, left), right) in frames.iter().zip(left).zip(right) {
                *left = frame[0] as f32;
                *right = frame[1] as f32;
            }
        }
    }

    fn process_mono(&mut self, samples: &mut [f32]) {
        for samples in samples.chunks_mut(CHUNK_FRAMES) {
            let frames = &mut self.frames[..samples.len()];
            for (frame, sample) in frames.iter_mut().zip(&*samples) {
                *frame = [f64::from(*sample); 2];
            }
            self.chain.process_with(frames, &mut self.booth);
            for (frame, sample) in frames.iter().zip(samples) {
                *sample = frame[0] as f32;
            }
        }
    }
}

#[cfg(test)]
mod tests;
