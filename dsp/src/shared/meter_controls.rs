//! What readers ask of the meters.

use super::readings::Value;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};

/// What the host's transport does to the loudness measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FollowTransport {
    /// Nothing.
    #[default]
    Ignore,
    /// It pauses when the transport stops and goes on when it starts.
    Pause,
    /// It begins anew when the transport starts or jumps.
    Restart,
}

impl FollowTransport {
    /// Every way, in the order of a menu.
    pub const ALL: [Self; 3] = [Self::Ignore, Self::Pause, Self::Restart];
}

/// A maximum of input and output that is held until somebody lets it begin anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// Highest true peak.
    TruePeak,
    /// Highest momentary loudness.
    Momentary,
    /// Highest short-term loudness.
    ShortTerm,
}

impl Held {
    /// Every maximum, in the order of their bits.
    pub const ALL: [Self; 3] = [Self::TruePeak, Self::Momentary, Self::ShortTerm];

    fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// What readers ask of the meters.
#[derive(Debug)]
pub struct Controls {
    running: AtomicBool,
    resets: AtomicU32,
    /// Maxima that are to begin anew, a bit each.
    released: AtomicU32,
    follow: AtomicU32,
    watched: AtomicBool,
    /// True peaks above which a peak counts as over, amplitudes: what the target asks of any master, and what it asks of a loud one.
    pub over_levels: [Value; 2],
}

impl Default for Controls {
    fn default() -> Self {
        Self {
            running: AtomicBool::new(true),
            resets: AtomicU32::new(0),
            released: AtomicU32::new(0),
            follow: AtomicU32::new(FollowTransport::default() as u32),
            watched: AtomicBool::new(false),
            over_levels: [1.0, f32::INFINITY].map(Value::new),
        }
    }
}

impl Controls {
    /// Whether the measurement runs or is paused.
    pub fn is_running(&self) -> bool {
        self.running.load(Relaxed)
    }

    /// Starts, continues or pauses the measurement.
    pub fn set_running(&self, running: bool) {
        self.running.store(running, Relaxed);
    }

    /// Begins the measurement anew.
    pub fn reset(&self) {
        self.resets.fetch_add(1, Relaxed);
    }

    /// Resets asked for since the beginning.
    pub fn resets(&self) -> u32 {
        self.resets.load(Relaxed)
    }

    /// Lets one maximum begin anew, and the rest of the measurement go on.
    pub fn release(&self, held: Held) {
        self.released.fetch_or(held.bit(), Relaxed);
    }

    /// [audio-thread] Whether any maximum is to begin anew, and which; they are forgotten with that.
    pub fn take_released(&self) -> Option<impl Fn(Held) -> bool + use<>> {
        // Nearly always none: a look costs less than an exchange.
        if self.released.load(Relaxed) == 0 {
            return None;
        }
        let bits = self.released.swap(0, Relaxed);
        Some(move |held: Held| bits & held.bit() != 0)
    }

    /// What the transport does.
    pub fn follow(&self) -> FollowTransport {
        FollowTransport::ALL.get(self.follow.load(Relaxed) as usize).copied().unwrap_or_default()
    }

    /// Sets what the transport does.
    pub fn set_follow(&self, follow: FollowTransport) {
        self.follow.store(follow as u32, Relaxed);
    }

    /// Says whether an editor is open.
    pub fn set_watched(&self, watched: bool) {
        self.watched.store(watched, Relaxed);
    }

    /// Whether somebody looks.
    pub fn is_watched(&self) -> bool {
        self.watched.load(Relaxed)
    }
}
