//! AU, Wave64 and CAF: words behind simple headers, from ffmpeg, sox and libsndfile, whole and damaged.

use crate::tools::{Read, Scene, are_there, by_another, by_ffmpeg, frames};

/// What ffmpeg and others make of the song, in 16 bits.
const SONGS: [(&str, &str); 8] = [
    ("ff.au", "ffmpeg -v error -y -i song.wav ff.au"),
    ("sox.au", "sox song.wav sox.au"),
    ("snd.au", "sndfile-convert song.wav snd.au"),
    ("ff.w64", "ffmpeg -v error -y -i song.wav ff.w64"),
    ("snd.w64", "sndfile-convert song.wav snd.w64"),
    ("ff.caf", "ffmpeg -v error -y -i song.wav ff.caf"),
    ("little.caf", "ffmpeg -v error -y -i song.wav -c:a pcm_s16le little.caf"),
    ("snd.caf", "sndfile-convert song.wav snd.caf"),
];

#[test]
fn the_song_is_the_song_bit_for_bit() {
    if !are_there() {
        return;
    }
    let scene = Scene::new();
    for (name, line) in SONGS {
        let read = scene.read(name, &scene.made(line, name));
        assert!(read.is_the_song(), "{name}: {}", read.said());
    }
}

#[test]
fn every_word_is_read_as_others_read_it() {
    if !are_there() {
        return;
    }
    let scene = Scene::new();
    for (ending, codings) in [
        ("au", &["pcm_s8", "pcm_s24be", "pcm_s32be", "pcm_f32be", "pcm_f64be", "pcm_alaw", "pcm_mulaw"][..]),
        ("w64", &["pcm_u8", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le", "pcm_alaw", "pcm_mulaw"]),
        ("caf", &["pcm_s8", "pcm_s24be", "pcm_s24le", "pcm_s32be", "pcm_f32le", "pcm_f64be", "pcm_alaw"]),
    ] {
        for coding in codings {
            for channels in [1, 2] {
                let name = format!("{coding}-{channels}.{ending}");
                scene.run(&format!("ffmpeg -v error -y -i song.wav -ac {channels} -c:a {coding} {name}"));
                let read = Read::of(&scene.path(&name));
                assert_eq!(read.said(), "", "{name}");
                assert!(read.decoded().audio.channels == channels, "{name}");
                let theirs = by_ffmpeg(&scene.path(&name));
                let ours = &read.decoded().audio.frames;
                assert_eq!(ours.len(), theirs.len(), "{name}");
                // ffmpeg turns one channel down by 3 dB where it makes two of it, and rounds.
                let gain = if channels == 1 { std::f32::consts::SQRT_2 } else { 1.0 };
                let most = if channels == 1 { 1e-6 } else { 0.0 };
                let apart = ours.iter().zip(&theirs).map(|(ours, theirs)| (ours[0] - gain * theirs[0]).abs());
                assert!(apart.fold(0.0f32, f32::max) <= most, "{name}: not as ffmpeg reads it");
            }
        }
    }
    let au = by_another(&scene.path("pcm_s24be-2.au"));
    assert!(Read::of(&scene.path("pcm_s24be-2.au")).decoded().audio.frames == au, "not as sox reads it");
}

#[test]
fn a_file_that_breaks_off_is_said_with_its_time() {
    if !are_there() {
        return;
    }
    let scene = Scene::new();
    for (name, line) in SONGS {
        let whole = scene.made(line, name);
        let half = scene.read(name, &whole[..whole.len() / 2]);
        assert!(
            half.is_sent_back() && half.said().contains("breaks off after 1."),
            "{name}: {}",
            half.said()
        );
        let more = scene.read(name, &[&whole[..], &[7; 40_000]].concat());
        assert!(more.is_named() && more.frames() == frames().len(), "{name}: {}", more.said());
        for length in [4, 12, 24, 40, 60] {
            assert!(scene.read(name, &whole[..length]).is_named(), "{name}: its first {length} bytes");
        }
    }
}

/// What writes into a pipe cannot go back to fill the length in.
#[test]
fn a_length_that_was_never_filled_in_is_read_to_the_end_and_said() {
    if !are_there() {
        return;
    }
    let scene = Scene::new();
    for (name, line, place, unknown) in [
        ("a.au", "ffmpeg -v error -y -i song.wav a.au", 8, &[0xff; 4][..]),
        ("a.caf", "sndfile-convert song.wav a.caf", 0, &[0xff; 8]),
    ] {
        let mut bytes = scene.made(line, name);
        let place = match name {
            "a.caf" => 4 + bytes.windows(4).position(|word| word == b"data").unwrap(),
            _ => place,
        };
        bytes[place..place + unknown.len()].copy_from_slice(unknown);
        let read = scene.read(name, &bytes);
        assert_eq!(read.frames(), frames().len(), "{name}: {}", read.said());
        assert!(read.said().starts_with("note: Its header gives no length"), "{name}: {}", read.said());
    }
}

/// What a tool writes into a pipe.
fn piped(scene: &Scene, line: &str) -> Vec<u8> {
    let mut words = line.split(' ');
    let mut command = std::process::Command::new(words.next().unwrap());
    let output = command.args(words).current_dir(scene.folder.path()).output().unwrap();
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

#[test]
fn streams_of_aiff_and_caf_are_read_to_their_end_and_said() {
    if !are_there() {
        return;
    }
    let scene = Scene::new();
    for line in [
        "sox song.wav -t aiff -",
        "sox song.wav -t aifc -",
        "sox song.wav -t caf -",
        "ffmpeg -v error -i song.wav -f aiff -",
        "ffmpeg -v error -i song.wav -f caf -",
    ] {
        let bytes = piped(&scene, line);
        let read = scene.read("piped", &bytes);
        assert!(read.frames() == frames().len() && !read.is_sent_back(), "{line}: {}", read.said());
        assert!(read.decoded().audio.frames == by_ffmpeg(&scene.path("song.wav")), "{line}");
        assert!(read.said().contains("Its header gives no"), "{line}: {}", read.said());
        // A header alone is no song.
        let head = scene.read("head", &bytes[..50]);
        assert!(head.is_sent_back(), "{line}: {}", head.said());
    }
    // A length that the file could have had is a promise, as in WAV.
    let whole = scene.made("sox song.wav whole.aiff", "whole.aiff");
    let half = scene.read("half.aiff", &whole[..whole.len() / 2]);
    assert!(half.is_sent_back() && half.said().contains("breaks off after 1."), "{}", half.said());
}
