//! The audio thread allocates nothing and frees nothing, whatever moves.

use lacquer_dsp::chain::{ChainListener, Listen, ListenSource, StageId};
use lacquer_dsp::metering::live::{LiveMeters, Transport};
use lacquer_dsp::monitor::device::Device;
use lacquer_dsp::monitor::{Compare, Monitor, MonitorSettings, PlatformPlayback, Solo};
use lacquer_dsp::{Chain, EqualizerPhase, Frame, ProcessSpec, Quality};
use lacquer_tests::settings;
use lacquer_tests::signals::programme;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Arc;

/// Counts what the allocator does on a thread while that thread is on watch.
struct Watched;

thread_local! {
    static ON_WATCH: Cell<bool> = const { Cell::new(false) };
    static CALLS: Cell<usize> = const { Cell::new(0) };
}

fn note_call() {
    // A thread that is being torn down has no thread-locals left, and is not the audio thread.
    let _ = ON_WATCH.try_with(|on| {
        if on.get() {
            let _ = CALLS.try_with(|calls| calls.set(calls.get() + 1));
        }
    });
}

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Watched {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note_call();
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        note_call();
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Watched = Watched;

/// What the allocator was asked for while `work` ran.
fn allocator_calls(work: impl FnOnce()) -> usize {
    CALLS.set(0);
    ON_WATCH.set(true);
    work();
    ON_WATCH.set(false);
    CALLS.get()
}

#[test]
fn the_watch_sees_an_allocation() {
    assert!(allocator_calls(|| drop(std::hint::black_box(vec![0u8; 100]))) >= 2);
}

/// Meters and monitor, with every wish in turn and somebody looking half of the time.
struct Booth {
    meters: LiveMeters,
    monitor: Monitor,
    turn: usize,
}

impl Booth {
    fn new() -> Self {
        Self {
            meters: LiveMeters::new(48_000.0, 2, Arc::default()),
            monitor: Monitor::new(48_000.0),
            turn: 0,
        }
    }

    fn begin_block(&mut self, frames: usize) {
        self.turn += 1;
        let turn = self.turn;
        let controls = &self.meters.bank().controls;
        if turn.is_multiple_of(10) {
            controls.set_watched(!turn.is_multiple_of(20));
            controls.reset();
        }
        self.meters
            .begin_block(Transport { playing: turn % 30 < 20, position: Some(turn as i64 * 480) }, frames);
        self.monitor.set(&MonitorSettings {
            compare: [Compare::Off, Compare::Mix, Compare::Master][turn % 3],
            delta: turn.is_multiple_of(7),
            platform: turn.is_multiple_of(5).then_some(PlatformPlayback { gain_db: -3.0, limits: true }),
            device: Device::ALL.get(turn % 8).copied(),
            solo: Solo::ALL[turn % 5],
            swap: turn.is_multiple_of(2),
            dim: turn.is_multiple_of(11),
        });
        if turn.is_multiple_of(50) {
            self.monitor.cut();
        }
    }
}

impl ChainListener for Booth {
    fn before_stages(&mut self, frames: &[Frame], delays: &[usize]) {
        self.meters.before_stages(frames, delays);
    }

    fn after_stage(&mut self, stage: StageId, frames: &[Frame], reduction_db: f64) {
        self.meters.after_stage(stage, frames, reduction_db);
    }

    fn after_chain(&mut self, dry: &[Frame], frames: &mut [Frame]) {
        self.meters.after_chain(dry, frames);
        let (hops, energies) = self.meters.hop_energies();
        self.monitor.follow(hops, energies, self.meters.short_term_lufs());
        self.monitor.process(dry, frames);
    }
}

#[test]
fn the_chain_allocates_nothing_while_every_parameter_moves() {
    for quality in [Quality::Live, Quality::Standard, Quality::Finest] {
        for equalizer_phase in [EqualizerPhase::Minimum, EqualizerPhase::Linear] {
            let spec = ProcessSpec { quality, equalizer_phase, ..ProcessSpec::stereo(48_000.0) };
            let mut chain = Chain::new();
            chain.prepare(&spec);
            let mut audio = programme(48_000, 48_000.0, 0.9);
            let steps: Vec<_> = (0..100)
                .map(|seed| {
                    let mut step = settings::random(seed);
                    step.bypass = seed % 9 == 0;
                    step.listen = (seed % 4 == 0).then(|| Listen {
                        stage: StageId::ALL[seed as usize % StageId::ALL.len()],
                        source: if seed % 8 == 0 { ListenSource::Delta } else { ListenSource::Part(1) },
                    });
                    step
                })
                .collect();
            let mut calls = 0;
            let mut booth = Booth::new();
            for (block, step) in audio.chunks_mut(480).zip(&steps) {
                calls += allocator_calls(|| {
                    chain.set(step);
                    booth.begin_block(block.len());
                    chain.process_with(block, &mut booth);
                });
            }
            calls += allocator_calls(|| chain.reset());
            assert_eq!(calls, 0, "{spec:?}: calls of the allocator");
        }
    }
}
