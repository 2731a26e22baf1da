//! The ring between the audio thread and its readers, under every order of loads and stores that the memory model allows: a reader gets
//! whole entries, in order, however often the writer overtakes it.

#[path = "../../../dsp/src/shared/ring.rs"]
mod ring;

use loom::sync::Arc;
use ring::{Reading, Ring, pack, unpack};

/// Entries of the ring and of the writer: it laps the reader once.
const CAPACITY: usize = 2;
const WRITTEN: u64 = 3;

/// Two words that belong together, of two numbers each.
fn entry(n: u64) -> [u64; 2] {
    let number = n as f32;
    [pack(number, -number), pack(1.0 + number, 0.5 * number)]
}

fn assert_whole(reading: Reading, entries: &[[u64; 2]]) {
    assert_eq!(reading.next - reading.first, entries.len() as u64, "what is told is what was read");
    for (n, words) in (reading.first..).zip(entries) {
        assert_eq!(*words, entry(n), "entry {n}: {:?}", words.map(unpack));
    }
}

#[test]
fn a_reader_that_is_overtaken_gets_whole_entries_in_order() {
    loom::model(|| {
        let ring = Arc::new(Ring::<2>::new(CAPACITY));
        assert_eq!(ring.capacity(), CAPACITY);
        // The reader is the thread that is started: where the writer is, loom 0.7.3 takes the writer's look at its own count for the last
        // look of all, and tries one order alone.
        let reader = {
            let ring = ring.clone();
            loom::thread::spawn(move || {
                let mut entries = Vec::new();
                let first = ring.read(0, &mut entries);
                assert_whole(first, &entries);
                let second = ring.read(first.next, &mut entries);
                assert_whole(second, &entries);
                assert!(second.first >= first.next, "no entry comes twice");
                second.next
            })
        };
        (0..WRITTEN).for_each(|n| ring.push(entry(n)));
        let next = reader.join().expect("the reader");
        let mut entries = Vec::new();
        let last = ring.read(next, &mut entries);
        assert_whole(last, &entries);
        assert_eq!((last.next, ring.written()), (WRITTEN, WRITTEN), "nothing is left at the end");
    });
}
