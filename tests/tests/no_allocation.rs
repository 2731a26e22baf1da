//! The audio thread allocates nothing and frees nothing, whatever moves.

use lacquer_dsp::chain::{Listen, ListenSource, StageId};
use lacquer_dsp::{Chain, DesignMode, EqualizerPhase, ProcessSpec, Quality};
use lacquer_tests::settings;
use lacquer_tests::signals::programme;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

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

#[test]
fn the_chain_allocates_nothing_while_every_parameter_moves() {
    for quality in [Quality::Live, Quality::Standard, Quality::Finest] {
        for equalizer_phase in [EqualizerPhase::Minimum, EqualizerPhase::Linear] {
            // In the background mode the equalizer's kernels come from another thread; in place they may allocate.
            let spec = ProcessSpec {
                quality,
                equalizer_phase,
                design: DesignMode::Background,
                ..ProcessSpec::stereo(48_000.0)
            };
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
            let mut designer = chain.take_designer();
            assert_eq!(designer.is_some(), equalizer_phase == EqualizerPhase::Linear);
            let mut calls = 0;
            let mut designs = 0;
            for (block, step) in audio.chunks_mut(480).zip(&steps) {
                calls += allocator_calls(|| {
                    chain.set(step);
                    chain.process(block);
                });
                designs += usize::from(designer.as_mut().is_some_and(|designer| designer.work()));
            }
            calls += allocator_calls(|| chain.reset());
            assert!(designs > 20 || designer.is_none(), "{designs} designs");
            assert_eq!(calls, 0, "{spec:?}: calls of the allocator");
        }
    }
}
