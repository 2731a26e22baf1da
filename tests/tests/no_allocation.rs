//! The audio thread allocates nothing and frees nothing, whatever moves.

use lacquer_dsp::ChainSettings;
use lacquer_dsp::engine::Engine;
use lacquer_tests::turns;
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

#[test]
fn the_engine_allocates_nothing_while_everything_moves() {
    for spec in turns::specs() {
        let mut engine = Engine::new(&spec, &ChainSettings::default(), Arc::default());
        let mut turns = turns::turns(&spec);
        let calls = allocator_calls(|| {
            turns.iter_mut().for_each(|turn| turn.play(&mut engine));
            engine.reset();
        });
        assert_eq!(calls, 0, "{spec:?}: calls of the allocator");
    }
}
