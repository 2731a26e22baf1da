//! What the component, the host's handler and the views of one instance share.

use super::table::Table;
use crate::edge::capture::Handles;
use crate::handover::Handover;
use lacquer_gui::Status;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

/// The host has not asked yet.
const NOT_TOLD: u64 = u64::MAX;
/// A host that has not called for longer than this does not process: its blocks last 10 to 100 ms.
const PAUSE: Duration = Duration::from_millis(300);
/// What times count from.
static BEGINNING: LazyLock<Instant> = LazyLock::new(Instant::now);

pub(super) struct Instance {
    pub table: Table,
    pub status: Arc<Status>,
    pub handover: Arc<Handover>,
    /// The latency that the host has read last, in samples.
    told: AtomicU64,
    /// When a block came last, in ms from the beginning.
    last_block: AtomicU64,
}

impl Instance {
    pub fn new(handles: &Handles) -> Self {
        LazyLock::force(&BEGINNING);
        Self {
            table: Table::new(&handles.params),
            status: handles.status.clone(),
            handover: handles.handover.clone(),
            told: AtomicU64::new(NOT_TOLD),
            last_block: AtomicU64::new(0),
        }
    }

    /// The latency in samples, for a host that asks.
    pub fn tell_latency(&self) -> u32 {
        let latency = self.handover.latency_samples();
        self.told.store(u64::from(latency), Relaxed);
        latency
    }

    /// Whether the host knows another latency than there is.
    pub fn is_latency_news(&self) -> bool {
        let told = self.told.load(Relaxed);
        told != NOT_TOLD && told != u64::from(self.handover.latency_samples())
    }

    /// [audio-thread] A block comes.
    pub fn note_block(&self) {
        self.last_block.store(now_ms(), Relaxed);
    }

    /// [any thread] Whether the host has stopped to call: what it is told of an edit does not come back from it then.
    pub fn is_paused(&self) -> bool {
        now_ms().saturating_sub(self.last_block.load(Relaxed)) > PAUSE.as_millis() as u64
    }
}

fn now_ms() -> u64 {
    BEGINNING.elapsed().as_millis() as u64
}
