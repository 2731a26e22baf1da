//! Damaged files: whatever their bytes, they are read or refused; nothing panics, hangs or takes memory without bound.

// All of it is a test: what is not there ends it.
#![allow(clippy::unwrap_used)]

use lacquer_files::decode::decode;
use lacquer_files::encode::{Format, encode_as};
use lacquer_files::tags::{self, Tags};
use lacquer_files::{Audio, encode::WordLength};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::alloc::{GlobalAlloc, Layout, System};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Damaged files of each kind.
const CASES: u32 = 150;
/// The files have a fifth of a second; their decoders' tables and a programme of minutes that a damaged header promises fit in this.
const MOST_BYTES: usize = 512 << 20;

/// Counts what is allocated, and the most that ever was at a time.
struct Counted;

static NOW: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: everything is the system allocator's; only numbers are kept beside.
unsafe impl GlobalAlloc for Counted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = NOW.fetch_add(layout.size(), Relaxed) + layout.size();
        MOST.fetch_max(now, Relaxed);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counted = Counted;

fn audio() -> Audio {
    let frames = (0..9600)
        .map(|n| {
            let t = n as f32 / 48_000.0;
            [0.4 * (2800.0 * t).sin(), 0.3 * (3500.0 * t).sin() + 0.1 * (19_000.0 * t).sin()]
        })
        .collect();
    Audio { sample_rate: 48_000, channels: 2, frames }
}

/// What happens to a file.
#[derive(Debug, Clone)]
enum Damage {
    /// Bytes at these places, as shares of the length, become these.
    Bytes(Vec<(f64, u8)>),
    /// As `Bytes`, among the first 200 bytes, where headers are.
    Head(Vec<(f64, u8)>),
    /// It ends here.
    Cut(f64),
    /// A stretch is left out.
    Hole(f64, f64),
    /// A 32-bit number near the beginning becomes the highest there is.
    Huge(f64),
}

impl Damage {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let length = bytes.len();
        let at = |share: f64, length: usize| ((share * length as f64) as usize).min(length - 1);
        match self {
            Self::Bytes(changes) => {
                changes.iter().for_each(|(share, byte)| bytes[at(*share, length)] = *byte)
            }
            Self::Head(changes) => {
                changes.iter().for_each(|(share, byte)| bytes[at(*share, length.min(200))] = *byte);
            }
            Self::Cut(share) => bytes.truncate(at(*share, length)),
            Self::Hole(from, share) => {
                let from = at(*from, length);
                let to = (from + at(*share, length)).min(length);
                bytes.drain(from..to);
            }
            Self::Huge(share) => {
                let from = at(*share, length.min(200)).min(length - 4);
                bytes[from..from + 4].fill(0xff);
            }
        }
    }
}

fn damages() -> impl Strategy<Value = Damage> {
    let changes = || prop::collection::vec((0.0..1.0, any::<u8>()), 1..20);
    prop_oneof![
        changes().prop_map(Damage::Bytes),
        changes().prop_map(Damage::Head),
        (0.0..1.0).prop_map(Damage::Cut),
        (0.0..1.0, 0.0..0.5).prop_map(|(from, length)| Damage::Hole(from, length)),
        (0.0..1.0).prop_map(Damage::Huge),
    ]
}

/// Damages a file in many ways and reads what is left.
fn survives(path: &Path) {
    let whole = std::fs::read(path).unwrap();
    let mut runner = TestRunner::new_with_rng(
        Config { cases: CASES, failure_persistence: None, ..Config::default() },
        prop::test_runner::TestRng::deterministic_rng(prop::test_runner::RngAlgorithm::ChaCha),
    );
    let outcome = runner.run(&damages(), |damage| {
        let mut bytes = whole.clone();
        damage.apply(&mut bytes);
        std::fs::write(path, &bytes).unwrap();
        MOST.store(NOW.load(Relaxed), Relaxed);
        let before = NOW.load(Relaxed);
        let decoded = decode(path, &|_| {});
        let tagged = tags::read(path);
        let most = MOST.load(Relaxed).saturating_sub(before);
        prop_assert!(most < MOST_BYTES, "{most} bytes for a file of {}", bytes.len());
        if let Ok(audio) = &decoded {
            prop_assert!((1..=2).contains(&audio.channels) && !audio.frames.is_empty());
        }
        // What is refused is refused in words that name the file.
        for error in decoded
            .err()
            .map(|error| error.to_string())
            .into_iter()
            .chain(tagged.err().map(|error| error.to_string()))
        {
            prop_assert!(error.contains("song."), "{error}");
            prop_assert!(!error.contains('\n'), "{error}");
        }
        Ok(())
    });
    outcome.unwrap();
}

fn tags() -> Tags {
    Tags {
        title: Some("Überfahrt <1>".into()),
        performer: Some("Somebody".into()),
        isrc: Some("AA6Q72000047".parse().unwrap()),
        ..Tags::default()
    }
}

fn damaged_files_are_read_or_refused(format: Format) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(format!("song.{}", format.extension()));
    encode_as(&path, &audio(), &format, &tags()).unwrap();
    assert!(decode(&path, &|_| {}).is_ok(), "the whole file is read");
    survives(&path);
}

#[test]
fn damaged_waves_are_read_or_refused() {
    damaged_files_are_read_or_refused(Format::Wav(WordLength::Bits24));
}

#[test]
fn damaged_flacs_are_read_or_refused() {
    damaged_files_are_read_or_refused(Format::Flac(16));
}

#[test]
fn damaged_vorbis_files_are_read_or_refused() {
    damaged_files_are_read_or_refused(Format::Vorbis { quality: 4.0 });
}

#[test]
fn damaged_opus_files_are_read_or_refused() {
    damaged_files_are_read_or_refused(Format::Opus { kbps: 96 });
}
