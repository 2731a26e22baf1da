//! A new engine in place of one that has panicked, built on the editor's thread and handed to the audio thread without a lock.
//!
//! ```text
//! editor's thread:  Restart ──► build ──► [ ring ] ──► audio thread: takes it over, gives the old one back ──► [ ring ] ──► drop
//! ```

use crate::engine::Engine;
use lacquer_dsp::processor::ProcessSpec;
use lacquer_gui::Status;
use lacquer_params::LacquerParams;
use rtrb::{Consumer, Producer, RingBuffer};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The side that builds; kept by the plugin and asked by the editor.
pub(crate) struct Workshop {
    params: Arc<LacquerParams>,
    bench: Mutex<Bench>,
}

struct Bench {
    /// What the running engine was prepared for; none while nothing runs.
    spec: Option<ProcessSpec>,
    built: Producer<Box<Engine>>,
    back: Consumer<Box<Engine>>,
}

/// The audio thread's side.
pub(crate) struct Delivery {
    built: Consumer<Box<Engine>>,
    back: Producer<Box<Engine>>,
}

/// Makes both sides and tells the editor, through `status`, whom to ask.
pub(crate) fn workshop(params: &Arc<LacquerParams>, status: &Arc<Status>) -> (Arc<Workshop>, Delivery) {
    let (built_in, built_out) = RingBuffer::new(1);
    let (back_in, back_out) = RingBuffer::new(1);
    let bench = Bench { spec: None, built: built_in, back: back_out };
    let workshop = Arc::new(Workshop { params: params.clone(), bench: Mutex::new(bench) });
    // Weak on both sides: engines hold the status, and neither is to keep the other alive.
    let (asked, shown) = (Arc::downgrade(&workshop), Arc::downgrade(status));
    status.set_rebuild(move || {
        if let (Some(workshop), Some(status)) = (asked.upgrade(), shown.upgrade()) {
            workshop.rebuild(&status);
        }
    });
    (workshop, Delivery { built: built_out, back: back_in })
}

impl Workshop {
    /// [main-thread] Something new runs, or nothing; what was built before belongs to nobody.
    pub(crate) fn set_spec(&self, spec: Option<ProcessSpec>) {
        let mut bench = self.bench();
        bench.spec = spec;
        while bench.back.pop().is_ok() {}
    }

    /// [gui-thread] Builds an engine for what runs, and leaves it for the audio thread.
    fn rebuild(&self, status: &Arc<Status>) {
        let mut bench = self.bench();
        while bench.back.pop().is_ok() {}
        let Some(spec) = bench.spec.filter(|_| !bench.built.is_full()) else { return };
        // One that cannot even be built leaves everything as it is.
        let built = catch_unwind(AssertUnwindSafe(|| Box::new(Engine::new(&spec, &self.params, status))));
        if let Ok(engine) = built {
            // There was room, and nobody else puts anything in.
            let _ = bench.built.push(engine);
        }
    }

    fn bench(&self) -> MutexGuard<'_, Bench> {
        // Every change of it is whole.
        self.bench.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Delivery {
    /// [audio-thread] Exchanges `engine` for the new one, if there is one.
    pub(crate) fn take_over(&mut self, engine: &mut Box<Engine>) -> bool {
        if self.back.is_full() {
            return false;
        }
        let Ok(new) = self.built.pop() else { return false };
        // There is room: nothing is dropped here.
        let _ = self.back.push(std::mem::replace(engine, new));
        true
    }

    /// [main-thread] Drops what was built and not fetched.
    pub(crate) fn clear(&mut self) {
        while self.built.pop().is_ok() {}
    }
}
