//! Whether monitor functions may be heard: never in a bounce.
//!
//! A host that renders offline says so, but for some (Ardour among them) whose export reaches the framework as real time. So the pace
//! is watched too. Blocks that belong to somebody's ears come as fast as they are played; an export runs as fast as it can.
//!
//! - Whenever the sound starts anew (activation, reset, the transport starting, or a gap between blocks), nothing is let through
//!   until `PROOF` of blocks have come at the pace of the clock. An export never gives that proof.
//! - Blocks that run ahead of the clock by more than `LEAD` and two of their own lengths end it at once.
//!
//! What this cannot see: an export slower than 1.1 times real time, in a host that does not call it one, with the editor open.

use std::time::{Duration, Instant};

/// How long blocks have to come in time.
const PROOF: Duration = Duration::from_millis(500);
/// How far blocks may run ahead of the clock: hosts play their buffers in bursts.
const LEAD: Duration = Duration::from_millis(50);
/// Gap between blocks after which the sound starts anew.
const GAP: Duration = Duration::from_millis(250);
/// The clocks of computer and converter differ by less: what the lead may shrink by without being one again.
const DRIFT: f64 = 1e-3;

/// See the module.
#[derive(Debug, Default)]
pub struct MonitorGuard {
    /// Since when blocks come in time, with how far the audio was ahead then, in s.
    proof: Option<Proof>,
    playing: bool,
}

#[derive(Debug, Clone, Copy)]
struct Proof {
    since: Instant,
    last: Instant,
    /// Audio less clock since then, and the least that it was, in s.
    lead_s: f64,
    least_s: f64,
}

impl MonitorGuard {
    /// The sound starts anew.
    pub fn restart(&mut self) {
        self.proof = None;
    }

    /// Takes a block of `length` at `now`; whether monitor functions may be heard in it.
    pub fn permits(&mut self, now: Instant, length: Duration, playing: bool) -> bool {
        let starts = playing && !self.playing;
        self.playing = playing;
        let length_s = length.as_secs_f64();
        let anew = Proof { since: now, last: now, lead_s: length_s, least_s: length_s };
        let Some(proof) =
            self.proof.as_mut().filter(|proof| !starts && now.duration_since(proof.last) < GAP + length)
        else {
            self.proof = Some(anew);
            return false;
        };
        let passed_s = now.duration_since(proof.last).as_secs_f64();
        proof.last = now;
        proof.lead_s += length_s - passed_s;
        proof.least_s = (proof.least_s + DRIFT * passed_s).min(proof.lead_s);
        if proof.lead_s - proof.least_s > LEAD.as_secs_f64() + 2.0 * length_s {
            *proof = anew;
            return false;
        }
        now.duration_since(proof.since) >= PROOF
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCK: Duration = Duration::from_micros(10_667);

    /// Blocks at `pace` times real time; the number of those in which monitoring was permitted.
    fn permitted(
        guard: &mut MonitorGuard,
        now: &mut Instant,
        blocks: usize,
        pace: f64,
        playing: bool,
    ) -> usize {
        (0..blocks)
            .filter(|_| {
                *now += BLOCK.div_f64(pace);
                guard.permits(*now, BLOCK, playing)
            })
            .count()
    }

    #[test]
    fn the_pace_of_ears_is_permitted_after_its_proof_and_an_export_never_is() {
        for pace in [1.2, 1.5, 3.0, 50.0] {
            let (mut guard, mut now) = (MonitorGuard::default(), Instant::now());
            assert_eq!(permitted(&mut guard, &mut now, 20_000, pace, true), 0, "{pace}");
        }
        let (mut guard, mut now) = (MonitorGuard::default(), Instant::now());
        let proof = (PROOF.as_secs_f64() / BLOCK.as_secs_f64()).ceil() as usize;
        let permitted = permitted(&mut guard, &mut now, 20_000, 1.0002, true);
        assert!(permitted.abs_diff(20_000 - proof) <= 1, "{permitted}");
    }

    #[test]
    fn an_export_right_after_playback_hears_nothing() {
        let (mut guard, mut now) = (MonitorGuard::default(), Instant::now());
        assert!(permitted(&mut guard, &mut now, 500, 1.0, true) > 0);
        // The transport stops and starts.
        permitted(&mut guard, &mut now, 10, 1.0, false);
        assert_eq!(permitted(&mut guard, &mut now, 5000, 20.0, true), 0);
        // The host waits without calling.
        assert!(permitted(&mut guard, &mut now, 500, 1.0, true) > 0);
        now += Duration::from_secs(1);
        assert_eq!(permitted(&mut guard, &mut now, 5000, 20.0, true), 0);
        // It resets.
        assert!(permitted(&mut guard, &mut now, 500, 1.0, true) > 0);
        guard.restart();
        assert_eq!(permitted(&mut guard, &mut now, 5000, 20.0, true), 0);
    }

    #[test]
    fn bursts_of_a_hosts_buffer_are_the_pace_of_ears() {
        let (mut guard, mut now) = (MonitorGuard::default(), Instant::now());
        let mut last = false;
        for _ in 0..200 {
            now += 4 * BLOCK;
            for _ in 0..4 {
                last = guard.permits(now, BLOCK, true);
            }
        }
        assert!(last);
    }
}
