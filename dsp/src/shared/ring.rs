//! A ring that its writer never waits for: the newest entries overwrite the oldest, and a reader finds out what it missed.
//!
//! One writer, any number of readers, each with a place of its own. Entries are words of atomics, so that a reader that is
//! overtaken reads old words or new ones and never anything undefined; it then drops the entries that may be mixed (H. Boehm,
//! "Can seqlocks get along with programming language memory models?", 2012):
//!
//! - The writer stores the words of entry n (relaxed) and then the count n + 1 (release): a reader that loads the count (acquire)
//!   sees every word of the entries before it.
//! - Before the words of entry n the writer has a release fence, and a reader has an acquire fence between its words and a second
//!   look at the count. If it saw one word of entry n, that look finds n at least, and entry n - capacity counts as lost.

use crossbeam_utils::CachePadded;
#[cfg(loom)]
use loom::sync::atomic::{AtomicU64, Ordering, fence};
#[cfg(not(loom))]
use std::sync::atomic::{AtomicU64, Ordering, fence};

/// The ring; see the module. `WORDS` is the size of an entry.
#[derive(Debug)]
pub struct Ring<const WORDS: usize> {
    slots: Box<[[AtomicU64; WORDS]]>,
    /// Apart from what a reader looks at all the time: where the slots are.
    written: CachePadded<AtomicU64>,
}

impl<const WORDS: usize> Ring<WORDS> {
    /// A ring of `capacity` entries, at least 2. Allocates.
    pub fn new(capacity: usize) -> Self {
        let slots = (0..capacity.max(2)).map(|_| std::array::from_fn(|_| AtomicU64::new(0))).collect();
        Self { slots, written: CachePadded::new(AtomicU64::new(0)) }
    }

    /// Entries that it holds.
    pub fn capacity(&self) -> usize {
        self.slots.len()
    }

    /// Entries written since the beginning.
    pub fn written(&self) -> u64 {
        self.written.load(Ordering::Acquire)
    }

    /// [audio-thread] Writes an entry. One thread alone may call this.
    pub fn push(&self, entry: [u64; WORDS]) {
        let place = self.written.load(Ordering::Relaxed);
        fence(Ordering::Release);
        let slot = &self.slots[(place % self.slots.len() as u64) as usize];
        for (word, value) in slot.iter().zip(entry) {
            word.store(value, Ordering::Relaxed);
        }
        self.written.store(place + 1, Ordering::Release);
    }

    /// Gives the entries from number `from` on to `take`, oldest first, and the number to go on from. Entries that were
    /// overwritten meanwhile are left out: the first that is given has number `result.0`.
    pub fn read(&self, from: u64, entries: &mut Vec<[u64; WORDS]>) -> Reading {
        entries.clear();
        let capacity = self.slots.len() as u64;
        let end = self.written.load(Ordering::Acquire);
        let begin = from.max(end.saturating_sub(capacity)).min(end);
        for place in begin..end {
            let slot = &self.slots[(place % capacity) as usize];
            entries.push(std::array::from_fn(|n| slot[n].load(Ordering::Relaxed)));
        }
        fence(Ordering::Acquire);
        // The entry that is being written now may have replaced the one a whole round before it.
        let sure = (self.written.load(Ordering::Relaxed) + 1).saturating_sub(capacity);
        let lost = sure.saturating_sub(begin).min(entries.len() as u64);
        entries.drain(..lost as usize);
        Reading { first: begin + lost, next: end }
    }
}

/// What [`Ring::read`] read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// Number of the first entry that was read.
    pub first: u64,
    /// Number to go on from.
    pub next: u64,
}

/// Two numbers in a word.
pub fn pack(a: f32, b: f32) -> u64 {
    u64::from(a.to_bits()) | u64::from(b.to_bits()) << 32
}

/// The two numbers of a word.
pub fn unpack(word: u64) -> (f32, f32) {
    (f32::from_bits(word as u32), f32::from_bits((word >> 32) as u32))
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicBool;

    #[test]
    fn a_reader_in_time_gets_everything_and_a_late_one_the_newest() {
        let ring = Ring::<1>::new(8);
        let mut entries = Vec::new();
        (0..5).for_each(|n| ring.push([n]));
        let reading = ring.read(0, &mut entries);
        assert_eq!(
            (reading, entries.as_slice()),
            (Reading { first: 0, next: 5 }, &[[0], [1], [2], [3], [4]][..])
        );
        assert_eq!(ring.read(5, &mut entries), Reading { first: 5, next: 5 });
        assert!(entries.is_empty());
        (5..30).for_each(|n| ring.push([n]));
        // Of the eight in the ring the oldest may be under way of being replaced.
        let reading = ring.read(5, &mut entries);
        assert_eq!(reading, Reading { first: 23, next: 30 });
        assert_eq!(entries, (23..30).map(|n| [n]).collect::<Vec<_>>());
    }

    #[test]
    fn no_entry_is_ever_mixed() {
        // A small ring is lapped all the time.
        let ring = Ring::<3>::new(4);
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                (0..2_000_000u64).for_each(|n| ring.push([n, n.wrapping_mul(3), !n]));
                done.store(true, Ordering::Release);
            });
            for _ in 0..2 {
                scope.spawn(|| {
                    let (mut next, mut entries) = (0, Vec::new());
                    while !done.load(Ordering::Acquire) {
                        let reading = ring.read(next, &mut entries);
                        assert!(reading.first >= next, "entries come once and in order");
                        for (n, entry) in (reading.first..).zip(&entries) {
                            assert_eq!(*entry, [n, n.wrapping_mul(3), !n]);
                        }
                        next = reading.next;
                    }
                });
            }
        });
    }

    #[test]
    fn words_hold_two_numbers() {
        assert_eq!(unpack(pack(-1.5, f32::INFINITY)), (-1.5, f32::INFINITY));
    }
}
