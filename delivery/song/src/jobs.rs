//! How many files, or parts of one, are worked on at a time.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// What was asked for; 0 where nothing was.
static ASKED: AtomicUsize = AtomicUsize::new(0);

/// Songs that are rendered at a time at most where nothing was asked for: each works on all cores for much of its time, and on the disk.
const MOST_SONGS: usize = 4;

/// Asks for so many at a time, in this process.
pub fn ask(jobs: NonZeroUsize) {
    ASKED.store(jobs.get(), Ordering::Relaxed);
}

fn asked() -> Option<usize> {
    Some(ASKED.load(Ordering::Relaxed)).filter(|jobs| *jobs > 0)
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// How many of `items` are worked on at a time, at least 1: what was asked for, or as many as there are cores.
pub fn at_a_time(items: usize) -> usize {
    asked().unwrap_or_else(cores).min(items).max(1)
}

/// As [`at_a_time`] for songs that are rendered: at most four where nothing was asked for.
pub fn songs_at_a_time(songs: usize) -> usize {
    asked().unwrap_or_else(|| cores().min(MOST_SONGS)).min(songs).max(1)
}

/// Does something for each item, so many at a time, and gives the results in order. A panic of one goes on when the others are done.
pub fn each<'a, T: Sync, R: Send>(
    items: &'a [T],
    at_a_time: usize,
    work: impl Fn(usize, &'a T) -> R + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<(usize, R)>> = Mutex::new(Vec::with_capacity(items.len()));
    std::thread::scope(|scope| {
        for _ in 0..at_a_time {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(index) else { break };
                    let result = work(index, item);
                    results.lock().unwrap_or_else(PoisonError::into_inner).push((index, result));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_keep_the_order_of_the_items() {
        let items: Vec<u64> = (0..20).rev().collect();
        for at_a_time in [1, 3, 40] {
            let found = each(&items, at_a_time, |index, item| {
                // The first take longest.
                std::thread::sleep(std::time::Duration::from_millis(item / 4));
                (index, *item)
            });
            let expected: Vec<(usize, u64)> = items.iter().copied().enumerate().collect();
            assert_eq!(found, expected, "{at_a_time} at a time");
        }
    }
}
