//! The chain as a host plays it: f32 buffers of one or two channels and of any length, with the meters and the monitor that go along.
//!
//! ```text
//! f32 ──► f64 ──► chain ──► meters ──► monitor ──► f32
//!                   └─ after each stage: meters, clock
//! ```
//! Whoever plays the chain live plays it by this: the plugin, the editor's example, benches, and the tests that prove the real-time
//! law. A render that has no ears needs no more than the [`Chain`].

mod listeners;

use crate::chain::{Chain, ChainSettings};
use crate::metering::live::Transport;
use crate::monitor::guard::MonitorGuard;
use crate::processor::{Frame, ProcessSpec};
use crate::shared::meter_bank::MeterBank;
use crate::shared::monitor_controller::MonitorRequest;
use listeners::Listeners;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

/// Frames that are converted at a time: 16 kB, which stay in the first-level cache. The chain's output does not depend on it.
const CHUNK_FRAMES: usize = 1024;

/// What is known of a block before it is processed.
#[derive(Debug, Clone, Copy)]
pub struct ComingBlock {
    /// What the host's transport does.
    pub transport: Transport,
    /// Its length.
    pub frames: usize,
    /// Whether somebody looks at the meters.
    pub watched: bool,
    /// Whether the host says that it renders offline.
    pub offline: bool,
    /// When it came.
    pub now: Instant,
    /// What the engineer asks to hear.
    pub monitor: MonitorRequest,
}

impl ComingBlock {
    /// A block that plays for somebody's ears, now, at a place that nobody tells, with nobody looking.
    pub fn heard_now(frames: usize) -> Self {
        Self {
            transport: Transport { playing: true, position: None },
            frames,
            watched: false,
            offline: false,
            now: Instant::now(),
            monitor: MonitorRequest::default(),
        }
    }
}

/// A prepared chain with its settings and a block to convert in.
pub struct Engine {
    chain: Chain,
    settings: ChainSettings,
    spec: ProcessSpec,
    frames: Vec<Frame>,
    listeners: Listeners,
    guard: MonitorGuard,
}

impl Engine {
    /// Builds everything for `spec`, the first filters of `settings` included; the meters are written to `bank`. Allocates.
    pub fn new(spec: &ProcessSpec, settings: &ChainSettings, bank: Arc<MeterBank>) -> Self {
        let mut chain = Chain::new();
        chain.prepare(spec);
        chain.set(settings);
        chain.settle();
        Self {
            chain,
            settings: settings.clone(),
            spec: *spec,
            frames: vec![[0.0; 2]; CHUNK_FRAMES],
            listeners: Listeners::new(spec, bank),
            guard: MonitorGuard::default(),
        }
    }

    /// [audio-thread] Takes the meters and the monitor over from another engine of the same rate and layout. The settings stay its own.
    pub fn succeed(&mut self, before: &mut Self) {
        std::mem::swap(&mut self.listeners, &mut before.listeners);
        self.guard.restart();
        self.cut();
    }

    /// What it was prepared for.
    pub fn spec(&self) -> ProcessSpec {
        self.spec
    }

    /// Delay in samples.
    pub fn latency_samples(&self) -> usize {
        self.chain.latency_samples()
    }

    /// What its meters are written to.
    pub fn bank(&self) -> &Arc<MeterBank> {
        self.listeners.meters.bank()
    }

    /// [audio-thread] Takes all settings over.
    pub fn set(&mut self, settings: &ChainSettings) {
        self.update(|mine| {
            mine.clone_from(settings);
            true
        });
    }

    /// [audio-thread] Lets `change` change the settings in place and say whether it did; what it said.
    pub fn update(&mut self, change: impl FnOnce(&mut ChainSettings) -> bool) -> bool {
        let changed = change(&mut self.settings);
        if changed {
            self.chain.set(&self.settings);
        }
        changed
    }

    /// [audio-thread] Takes note of a block before it is processed, after its settings.
    pub fn begin_block(&mut self, coming: &ComingBlock) {
        self.bank().controls.set_watched(coming.watched);
        let request = self.permitted(coming);
        self.listeners.monitor.set(&request.settings);
        self.listeners.monitor.know(request.known_lu);
        if self.settings.listen != request.listen {
            self.settings.listen = request.listen;
            self.chain.set(&self.settings);
        }
        if let Some(position) = coming.transport.position {
            self.chain.align(position);
        }
        self.listeners.meters.begin_block(coming.transport, coming.frames);
    }

    /// What may be heard of what the engineer asks for; nothing, and at once, where somebody may be recording.
    fn permitted(&mut self, coming: &ComingBlock) -> MonitorRequest {
        let length = Duration::from_secs_f64(coming.frames as f64 / self.spec.sample_rate);
        let in_time = self.guard.permits(coming.now, length, coming.transport.playing);
        let permitted = in_time && !coming.offline && coming.watched;
        let mut request = MonitorRequest::default();
        if permitted {
            request = coming.monitor;
        } else if self.listeners.monitor.is_heard() || self.settings.listen.is_some() {
            self.cut();
        }
        let bank = self.bank();
        bank.monitoring.store(request != MonitorRequest::default(), Relaxed);
        bank.match_lu.set(self.listeners.monitor.match_lu() as f32);
        request
    }

    fn cut(&mut self) {
        self.listeners.monitor.cut();
        self.settings.listen = None;
        self.chain.cut_listen();
    }

    /// Forgets the audio and makes the first filters. Allocates nothing, but takes as long as the filters take.
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

    /// [audio-thread] Processes a host's block in place; with one channel both lanes of the chain carry it. Other layouts pass.
    pub fn process(&mut self, channels: &mut [&mut [f32]]) {
        let started = self.listeners.start_clock();
        match channels {
            [left, right] => self.process_stereo(left, right),
            [mono] => self.process_mono(mono),
            _ => {}
        }
        let frames = channels.first().map_or(0, |channel| channel.len());
        self.listeners.stop_clock(started, frames as f64 / self.spec.sample_rate);
    }

    /// [audio-thread] As [`Engine::process`], of what is wide already.
    pub fn process_frames(&mut self, frames: &mut [Frame]) {
        let started = self.listeners.start_clock();
        self.chain.process_with(frames, &mut self.listeners);
        self.listeners.stop_clock(started, frames.len() as f64 / self.spec.sample_rate);
    }

    fn process_stereo(&mut self, left: &mut [f32], right: &mut [f32]) {
        for (left, right) in left.chunks_mut(CHUNK_FRAMES).zip(right.chunks_mut(CHUNK_FRAMES)) {
            let frames = &mut self.frames[..left.len().min(right.len())];
            for ((frame, left), right) in frames.iter_mut().zip(&*left).zip(&*right) {
                *frame = [f64::from(*left), f64::from(*right)];
            }
            self.chain.process_with(frames, &mut self.listeners);
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
            self.chain.process_with(frames, &mut self.listeners);
            for (frame, sample) in frames.iter().zip(samples) {
                *sample = frame[0] as f32;
            }
        }
    }
}

#[cfg(test)]
mod tests;
