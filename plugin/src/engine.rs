//! The chain between f32 buffers of one or two channels and of any length, with the meters and the monitor that go along.

use crate::monitor_guard::MonitorGuard;
use lacquer_dsp::chain::dynamic_eq::DYNAMIC_EQ_BANDS;
use lacquer_dsp::chain::limiter::Reductions;
use lacquer_dsp::chain::multiband::MULTIBAND_BANDS;
use lacquer_dsp::chain::{Chain, ChainListener, ChainSettings, StageId};
use lacquer_dsp::metering::live::{LiveMeters, Transport};
use lacquer_dsp::monitor::Monitor;
use lacquer_dsp::processor::{Frame, ProcessSpec};
use lacquer_dsp::shared::meter_bank::STAGES;
use lacquer_dsp::shared::monitor_desk::MonitorWish;
use lacquer_gui::Status;
use lacquer_params::LacquerParams;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

/// Frames that are converted at a time: 16 kB, which stay in the first-level cache. The chain's output does not depend on it.
const CHUNK_FRAMES: usize = 1024;
/// Time constant of the loads that are shown, s.
const LOAD_S: f64 = 0.5;

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

/// Who goes along with the chain: meters, monitor, and a clock while somebody looks.
struct Booth {
    meters: LiveMeters,
    monitor: Monitor,
    clock: Option<Instant>,
    spent: [Duration; STAGES],
    loads: [f64; STAGES],
    load: f64,
}

impl Booth {
    fn new(spec: &ProcessSpec, status: &Status) -> Self {
        Self {
            meters: LiveMeters::new(spec.sample_rate, spec.channels, status.meters().clone()),
            monitor: Monitor::new(spec.sample_rate),
            clock: None,
            spent: [Duration::ZERO; STAGES],
            loads: [0.0; STAGES],
            load: 0.0,
        }
    }

    /// [audio-thread] Publishes what was spent on a block of `length_s` seconds.
    fn publish_loads(&mut self, whole: Duration, length_s: f64) {
        let bank = self.meters.bank();
        let share = 1.0 - (-length_s / LOAD_S).exp();
        self.load += share * (whole.as_secs_f64() / length_s - self.load);
        bank.load.set(self.load as f32);
        for ((load, spent), shown) in self.loads.iter_mut().zip(&mut self.spent).zip(&bank.loads) {
            *load += share * (spent.as_secs_f64() / length_s - *load);
            shown.set(*load as f32);
            *spent = Duration::ZERO;
        }
    }
}

/// Whether anything of a block is above -120 dBFS.
fn is_heard(channel: &[f32]) -> bool {
    channel.iter().any(|x| x.abs() > 1e-6)
}

impl ChainListener for Booth {
    fn after_stage(&mut self, stage: StageId, frames: &[Frame], reduction_db: f64) {
        if let Some(clock) = &mut self.clock {
            let now = Instant::now();
            self.spent[stage as usize] += now.duration_since(std::mem::replace(clock, now));
        }
        self.meters.after_stage(stage, frames, reduction_db);
    }

    fn after_limiter(&mut self, reductions: Reductions) {
        self.meters.after_limiter(reductions);
    }

    fn after_bands(&mut self, dynamic_eq: [f64; DYNAMIC_EQ_BANDS], multiband: [f64; MULTIBAND_BANDS]) {
        self.meters.after_bands(dynamic_eq, multiband);
    }

    fn after_chain(&mut self, dry: &[Frame], frames: &mut [Frame]) {
        self.meters.after_chain(dry, frames);
        let (hops, energies) = self.meters.hop_energies();
        self.monitor.follow(hops, energies, self.meters.short_term_lufs());
        self.monitor.process(dry, frames);
        if let Some(clock) = &mut self.clock {
            *clock = Instant::now();
        }
    }
}

impl Engine {
    /// Builds everything for `spec` and the parameters' settings, the first filters included. Allocates.
    pub fn new(spec: &ProcessSpec, params: &LacquerParams, status: &Arc<Status>) -> Self {
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
mod tests {
    use super::*;
    use lacquer_dsp::chain::{Listen, ListenSource};
    use lacquer_dsp::monitor::device::Device;
    use lacquer_dsp::monitor::{Compare, MonitorSettings, PlatformPlayback, Solo};
    use lacquer_params::Tree;

    /// A decaying pair of tones, different on each side.
    fn programme(length: usize) -> [Vec<f32>; 2] {
        let tone = |step: f32| (0..length).map(|n| (n as f32 * step).sin() * 0.6).collect();
        [tone(0.05), tone(0.031)]
    }

    #[test]
    fn output_does_not_depend_on_the_blocks() {
        let tree = Tree::new();
        tree.set_from_text("glue_on", "on").unwrap();
        let render = |sizes: &[usize]| {
            let mut engine = Engine::new(&ProcessSpec::stereo(48_000.0), tree.params(), &Arc::default());
            let [mut left, mut right] = programme(5000);
            let (mut start, mut turn) = (0, 0);
            while start < left.len() {
                let end = (start + sizes[turn % sizes.len()]).min(left.len());
                engine.process(&mut [&mut left[start..end], &mut right[start..end]]);
                (start, turn) = (end, turn + 1);
            }
            [left, right]
        };
        let whole = render(&[5000]);
        assert_eq!(whole, render(&[64]));
        assert_eq!(whole, render(&[1, 7, 1500, 33]));
    }

    #[test]
    fn mono_is_processed_as_two_equal_channels() {
        let spec = ProcessSpec { channels: 1, ..ProcessSpec::stereo(48_000.0) };
        let mut engine = Engine::new(&spec, Tree::new().params(), &Arc::default());
        let [mut mono, _] = programme(3000);
        let input = mono.clone();
        engine.process(&mut [&mut mono]);
        let latency = engine.latency_samples();
        // The defaults are neutral below the ceiling: a delay and nothing else.
        assert_eq!(mono[latency..], input[..input.len() - latency]);
    }

    #[test]
    fn words_on_the_dithers_grid_pass_bit_for_bit() {
        let tree = Tree::new();
        tree.set_from_text("dither_on", "on").unwrap();
        tree.set_from_text("dither_word_length", "16").unwrap();
        let words = programme(60_000)
            .map(|channel| channel.iter().map(|x| (x * 32_768.0).round() / 32_768.0).collect::<Vec<f32>>());
        let mut engine = Engine::new(&ProcessSpec::stereo(48_000.0), tree.params(), &Arc::default());
        let [mut left, mut right] = words.clone();
        engine.process(&mut [&mut left, &mut right]);
        let latency = engine.latency_samples();
        assert!(left[latency..] == words[0][..words[0].len() - latency]);
        assert!(right[latency..] == words[1][..words[1].len() - latency]);
    }

    /// Every monitor function for itself, and as many as go together.
    fn wishes() -> Vec<MonitorWish> {
        let platform = Some(PlatformPlayback { gain_db: -6.0, limits: true });
        let all = MonitorSettings {
            compare: Compare::Mix,
            delta: true,
            platform,
            device: Some(Device::Phone),
            solo: Solo::Side,
            swap: true,
            dim: true,
        };
        let mut settings = vec![
            all,
            MonitorSettings { compare: Compare::Mix, ..Default::default() },
            MonitorSettings { compare: Compare::Master, ..Default::default() },
            MonitorSettings { delta: true, ..Default::default() },
            MonitorSettings { platform, ..Default::default() },
            MonitorSettings { swap: true, ..Default::default() },
            MonitorSettings { dim: true, ..Default::default() },
        ];
        for device in Device::ALL {
            settings.push(MonitorSettings { device: Some(device), ..Default::default() });
        }
        for solo in Solo::ALL.into_iter().filter(|solo| *solo != Solo::Off) {
            settings.push(MonitorSettings { solo, ..Default::default() });
        }
        let listen = Some(Listen { stage: StageId::Limiter, source: ListenSource::Delta });
        let mut wishes: Vec<MonitorWish> =
            settings.into_iter().map(|settings| MonitorWish { settings, listen: None }).collect();
        wishes.push(MonitorWish { listen, ..Default::default() });
        wishes.push(MonitorWish { settings: all, listen });
        wishes
    }

    /// Two seconds at 48 kHz with the editor open, in blocks that come at `pace` times real time.
    fn rendered(offline: bool, wish: &MonitorWish, pace: f64) -> [Vec<f32>; 2] {
        const BLOCK: usize = 480;
        let tree = Tree::new();
        tree.set_from_text("limiter_drive", "9").unwrap();
        let status = Arc::<Status>::default();
        status.monitor.set(wish);
        let mut engine = Engine::new(&ProcessSpec::stereo(48_000.0), tree.params(), &status);
        let [mut left, mut right] = programme(200 * BLOCK);
        let mut now = Instant::now();
        for (n, (left, right)) in left.chunks_mut(BLOCK).zip(right.chunks_mut(BLOCK)).enumerate() {
            let transport = Transport { playing: true, position: Some((n * BLOCK) as i64) };
            let coming = ComingBlock { transport, frames: BLOCK, watched: true, offline, now };
            engine.update(tree.params(), &coming);
            engine.process(&mut [left, right]);
            now += Duration::from_millis(10).div_f64(pace);
        }
        [left, right]
    }

    #[test]
    fn no_monitor_function_reaches_a_bounce() {
        let off = MonitorWish::default();
        let plain = rendered(false, &off, 1.0);
        for wish in wishes() {
            // A host that says that it renders offline, at any pace, and one that does not and renders faster than it plays.
            for (offline, pace) in [(true, 1.0), (true, 30.0), (false, 2.0)] {
                assert_eq!(rendered(offline, &wish, pace), plain, "offline {offline}, {pace}, {wish:?}");
            }
        }
    }

    #[test]
    fn every_monitor_function_is_heard_at_the_pace_of_ears() {
        let plain = rendered(false, &MonitorWish::default(), 1.0);
        for wish in wishes() {
            let heard = rendered(false, &wish, 1.0);
            // Hi-fi loudspeakers are modelled as those that change nothing.
            let is_neutral = wish.settings.device == Some(Device::HiFi);
            assert_eq!(heard == plain, is_neutral, "{wish:?}");
        }
    }
}
