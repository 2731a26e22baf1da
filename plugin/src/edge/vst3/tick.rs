//! Instances are made one after the other, each at a time of its own.
//!
//! On Windows the framework gives each instance a window whose class it names after the clock (nice-plug 0.4.2,
//! `event_loop/windows.rs`): of two that are made in one tick, 100 ns, the second finds the name taken and is not made.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Held by whoever makes an instance.
static TURN: Mutex<()> = Mutex::new(());

/// Runs `make`, which reads the clock: nobody else reads the same from it in here.
pub(super) fn at_a_time_of_its_own<T>(make: impl FnOnce() -> T) -> T {
    // Nothing is guarded but the order: a panic elsewhere has spoilt nothing.
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let made = make();
    let last = Instant::now();
    while Instant::now() <= last {
        std::hint::spin_loop();
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_read_the_same_time() {
        let read = || -> Vec<Instant> { (0..2_000).map(|_| at_a_time_of_its_own(Instant::now)).collect() };
        let mut times: Vec<Instant> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(read)).collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
        });
        assert_eq!(times.len(), 8_000);
        times.sort();
        assert!(times.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
