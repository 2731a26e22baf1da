//! The audio thread allocates nothing and frees nothing, whatever moves.

use lacquer_dsp::chain::{Listen, ListenSource, StageId};
use lacquer_dsp::engine::{ComingBlock, Engine};
use lacquer_dsp::metering::live::Transport;
use lacquer_dsp::monitor::device::Device;
use lacquer_dsp::monitor::{Compare, MonitorSettings, PlatformPlayback, Solo};
use lacquer_dsp::shared::meter_bank::MeterBank;
use lacquer_dsp::shared::monitor_desk::MonitorWish;
use lacquer_dsp::{ChainSettings, EqualizerPhase, ProcessSpec, Quality};
use lacquer_tests::settings;
use lacquer_tests::signals::programme;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Arc;
use std::time::{Duration, Instant};

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

/// What a host and an engineer do before block `turn`: somebody looks half of the time and asks to hear everything there is.
fn coming(turn: usize, frames: usize, now: Instant) -> ComingBlock {
    let settings = MonitorSettings {
        compare: [Compare::Off, Compare::Mix, Compare::Master][turn % 3],
        delta: turn.is_multiple_of(7),
        platform: turn.is_multiple_of(5).then_some(PlatformPlayback { gain_db: -3.0, limits: true }),
        device: Device::ALL.get(turn % 8).copied(),
        solo: Solo::ALL[turn % 5],
        swap: turn.is_multiple_of(2),
        dim: turn.is_multiple_of(11),
    };
    let listen = turn.is_multiple_of(4).then(|| Listen {
        stage: StageId::ALL[turn % StageId::ALL.len()],
        source: if turn.is_multiple_of(8) { ListenSource::Delta } else { ListenSource::Part(1) },
    });
    ComingBlock {
        transport: Transport { playing: true, position: Some(turn as i64 * 480) },
        frames,
        watched: turn % 20 < 10,
        offline: turn.is_multiple_of(50),
        now,
        monitor: MonitorWish { settings, listen, known_lu: turn.is_multiple_of(3).then_some(1.5) },
    }
}

#[test]
fn the_engine_allocates_nothing_while_everything_moves() {
    for quality in [Quality::Live, Quality::Standard, Quality::Finest] {
        for equalizer_phase in [EqualizerPhase::Minimum, EqualizerPhase::Linear] {
            for (sample_rate, channels) in [(44_100.0, 2), (48_000.0, 1), (96_000.0, 2), (192_000.0, 2)] {
                let spec = ProcessSpec { sample_rate, channels, quality, equalizer_phase };
                assert_eq!(calls_while_everything_moves(&spec), 0, "{spec:?}: calls of the allocator");
            }
        }
    }
}

/// Calls of the allocator in 1.5 s, the first third of it before the monitor may be heard.
fn calls_while_everything_moves(spec: &ProcessSpec) -> usize {
    const BLOCKS: usize = 150;
    let bank = Arc::<MeterBank>::default();
    let mut engine = Engine::new(spec, &ChainSettings::default(), bank.clone());
    let frames = (spec.sample_rate / 100.0) as usize;
    let mut now = Instant::now();
    let mut calls = 0;
    for turn in 0..BLOCKS {
        let mut step = settings::random(turn as u64);
        step.bypass = turn.is_multiple_of(9);
        let audio = programme(frames, spec.sample_rate, 0.9);
        let mut channels =
            [0, 1].map(|channel| audio.iter().map(|frame| frame[channel] as f32).collect::<Vec<_>>());
        let [left, right] = &mut channels;
        let coming = coming(turn, frames, now);
        calls += allocator_calls(|| {
            if turn.is_multiple_of(10) {
                bank.controls.reset();
            }
            engine.set(&step);
            engine.begin_block(&coming);
            if spec.channels == 1 {
                engine.process(&mut [left]);
            } else {
                engine.process(&mut [left, right]);
            }
        });
        now += Duration::from_millis(10);
    }
    calls + allocator_calls(|| engine.reset())
}
