//! Any splice, cut, zeroed or flipped stretch of any format is read as outside decoders read it, or said.

use crate::tools::{Read, Scene, are_there, by_another, by_ffmpeg, frames};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// Cases of each format: with thirteen formats some twenty-five seconds, most of them ffmpeg's start.
const CASES: u32 = 24;
/// Beyond so many frames from the damage decoders agree: MP3's bit reservoir, a page of Vorbis, filters that ring.
const NEAR_FRAMES: usize = 44_100;
/// Samples differ by no more away from the damage: decoders round differently.
const TOLERANCE: f32 = 1e-3;

/// What happens to a file, in shares of its length.
#[derive(Debug, Clone)]
enum Damage {
    Cut(f64),
    Zeros(f64, usize),
    Flip(f64, u8),
    Hole(f64, usize),
    Insert(f64, usize),
    Join,
}

impl Damage {
    fn apply(&self, whole: &[u8]) -> Vec<u8> {
        let mut bytes = whole.to_vec();
        let at = |share: f64| ((share * whole.len() as f64) as usize).min(whole.len() - 1);
        let to = |from: usize, length: usize| (from + length).min(whole.len());
        match *self {
            Self::Cut(share) => bytes.truncate(at(share)),
            Self::Zeros(from, length) => bytes[at(from)..to(at(from), length)].fill(0),
            Self::Flip(share, bit) => bytes[at(share)] ^= 1 << bit,
            Self::Hole(from, length) => drop(bytes.drain(at(from)..to(at(from), length))),
            Self::Insert(share, length) => {
                let junk: Vec<u8> = (0..length).map(|n| (n * n % 251) as u8).collect();
                bytes.splice(at(share)..at(share), junk);
            }
            Self::Join => bytes.extend_from_slice(whole),
        }
        bytes
    }
}

fn damages() -> impl Strategy<Value = Damage> {
    // Beyond the headers, where what happens is another matter (`damaged.rs`).
    let share = || 0.1..0.98;
    let length = || 1usize..12_000;
    prop_oneof![
        share().prop_map(Damage::Cut),
        (share(), length()).prop_map(|(from, length)| Damage::Zeros(from, length)),
        (share(), 0u8..8).prop_map(|(share, bit)| Damage::Flip(share, bit)),
        (share(), length()).prop_map(|(from, length)| Damage::Hole(from, length)),
        (share(), length()).prop_map(|(from, length)| Damage::Insert(from, length)),
        Just(Damage::Join),
    ]
}

/// Whether two decoders read the same, but near the damage, at a share of the whole.
fn agree(ours: &[[f32; 2]], theirs: &[[f32; 2]], damage: &Damage, is_lossless: bool) -> bool {
    // A decoder may leave out what cannot be decoded; what is lossless is there to the last frame.
    if ours.len().abs_diff(theirs.len()) > if is_lossless { 0 } else { 2 * 1152 } {
        return false;
    }
    let centre = match *damage {
        Damage::Flip(share, _) | Damage::Zeros(share, _) if !is_lossless => {
            (share * ours.len() as f64) as usize
        }
        _ => usize::MAX,
    };
    let worst = ours
        .iter()
        .zip(theirs)
        .enumerate()
        .filter(|(n, _)| n.abs_diff(centre) > NEAR_FRAMES)
        .fold(0.0f32, |worst, (_, (a, b))| worst.max((a[0] - b[0]).abs()).max((a[1] - b[1]).abs()));
    worst <= TOLERANCE
}

#[test]
fn damage_is_read_as_others_read_it_or_said() {
    if !are_there() {
        return;
    }
    let scene = Scene::new();
    for (name, line, is_lossless) in [
        ("a.wav", "sox song.wav -b 24 a.wav", true),
        ("a.aiff", "sox song.wav a.aiff", true),
        ("a.flac", "flac -s -f song.wav -o a.flac", true),
        ("a.oga", "flac -s -f --ogg song.wav -o a.oga", true),
        ("a.au", "sox song.wav a.au", true),
        ("a.w64", "sndfile-convert song.wav a.w64", true),
        ("a.caf", "sndfile-convert song.wav a.caf", true),
        // ALAC and AAC in M4A are not here: neither has a checksum, and within a damaged packet every decoder reads something of its own.
        ("a.mp3", "lame --quiet -V 4 song.wav a.mp3", false),
        (
            "bare.mp3",
            "ffmpeg -v error -y -i song.wav -b:a 160k -write_xing 0 -id3v2_version 0 bare.mp3",
            false,
        ),
        ("a.ogg", "oggenc -Q -q 5 song.wav -o a.ogg", false),
        ("a.opus", "opusenc --quiet song.wav a.opus", false),
    ] {
        let whole = scene.made(line, name);
        let mut runner = TestRunner::new_with_rng(
            Config { cases: CASES, failure_persistence: None, max_shrink_iters: 0, ..Config::default() },
            TestRng::deterministic_rng(RngAlgorithm::ChaCha),
        );
        let outcome = runner.run(&damages(), |damage| {
            let path = scene.write(name, &damage.apply(&whole));
            let read = Read::of(&path);
            if read.is_named() {
                return Ok(());
            }
            let ours = &read.decoded().audio.frames;
            let is_read_by_others = agree(ours, &by_ffmpeg(&path), &damage, is_lossless)
                || agree(ours, &by_another(&path), &damage, is_lossless);
            prop_assert!(is_read_by_others, "{name}: {} of {} frames", ours.len(), frames().len());
            Ok(())
        });
        assert!(outcome.is_ok(), "{name}: {outcome:?}");
    }
}
