//! FLAC, alone and in Ogg.

use crate::tools::{Scene, are_there, frames};
use lacquer_files::decode::{Limits, Reader};

#[test]
fn flac_of_every_encoder_and_effort_is_the_song_bit_for_bit() {
    if !are_there() {
        return;
    }
    let scene = Scene::new();
    for (name, line) in [
        ("0.flac", "flac -s -f -0 song.wav -o 0.flac"),
        ("5.flac", "flac -s -f -5 song.wav -o 5.flac"),
        ("8.flac", "flac -s -f -8 -p -e song.wav -o 8.flac"),
        ("lax.flac", "flac -s -f --lax -l 32 -b 16384 song.wav -o lax.flac"),
        ("small.flac", "flac -s -f -b 16 -r 0 song.wav -o small.flac"),
        (
            "verbatim.flac",
            "flac -s -f --disable-constant-subframes --disable-fixed-subframes -l 0 song.wav -o verbatim.flac",
        ),
        ("ff.flac", "ffmpeg -v error -y -i song.wav ff.flac"),
        ("ff12.flac", "ffmpeg -v error -y -i song.wav -compression_level 12 ff12.flac"),
        ("sox.flac", "sox song.wav sox.flac"),
        ("a.oga", "flac -s -f --ogg song.wav -o a.oga"),
        ("ff.oga", "ffmpeg -v error -y -i song.wav -c:a flac ff.oga"),
    ] {
        let read = scene.read(name, &scene.made(line, name));
        assert!(read.is_the_song(), "{name}: {}", read.said());
    }
    // Longer words, wasted bits, silence, full scale.
    for (name, line) in [
        ("24", "sox -R -n -b 24 a.wav synth 1 whitenoise vol 0.999"),
        ("mono", "sox -R -n -c 1 -b 24 a.wav synth 1 pinknoise vol 0.001"),
        ("wasted", "sox -R -n -b 24 a.wav synth 1 square 500 vol 0.5"),
        ("silence", "sox -R -n -c 2 -b 16 a.wav trim 0 1"),
        ("96 kHz", "sox -R -n -r 96000 -c 2 -b 24 a.wav synth 1 sine 20000:40000"),
    ] {
        scene.run(line);
        scene.run("flac -s -f -7 a.wav -o a.flac");
        let (wav, flac) =
            (crate::tools::Read::of(&scene.path("a.wav")), crate::tools::Read::of(&scene.path("a.flac")));
        assert_eq!(flac.said(), "", "{name}");
        assert!(wav.decoded().audio == flac.decoded().audio, "{name}");
    }
}

#[test]
fn a_byte_of_flac_that_changed_is_said_with_its_time() {
    if !are_there() {
        return;
    }
    let scene = Scene::new();
    let whole = scene.made("flac -s -f song.wav -o a.flac", "a.flac");
    // Of a pipe's, neither length nor MD5 are known.
    let mut piped = whole.clone();
    piped[21] &= 0xf0;
    piped[22..42].fill(0);
    let ogg = scene.made("flac -s -f --ogg song.wav -o a.oga", "a.oga");
    assert!(scene.read("piped.flac", &piped).is_the_song());
    for (name, bytes) in [("whole.flac", &whole), ("piped.flac", &piped), ("in.oga", &ogg)] {
        let mut damaged = bytes.clone();
        let middle = bytes.len() / 2;
        damaged[middle] ^= 0x10;
        let read = scene.read(name, &damaged);
        assert_eq!(read.frames(), frames().len(), "{name}: {}", read.said());
        assert!(read.is_sent_back() && read.said().contains("damaged in 1 place"), "{name}: {}", read.said());
        let missing = scene.read(name, &[&bytes[..middle], &bytes[middle + 6000..]].concat());
        assert_eq!(missing.frames(), frames().len(), "{name}: {}", missing.said());
        assert!(missing.is_sent_back(), "{name}");
        let half = scene.read(name, &bytes[..middle]);
        assert!(half.said().contains("breaks off after 1."), "{name}: {}", half.said());
    }
    let mut wrong = whole.clone();
    wrong[30] ^= 1;
    let read = scene.read("md5.flac", &wrong);
    assert!(read.is_sent_back() && read.said().contains("MD5"), "{}", read.said());
    let joined = scene.read("joined.flac", &[&whole[..], &whole].concat());
    assert_eq!(joined.frames(), 2 * frames().len());
    assert!(joined.said().starts_with("warn: 2 recordings"), "{}", joined.said());
    // ID3 before and after, as some taggers write it.
    let tagged = [b"ID3\x04\0\0\0\0\0\x05hello", &whole[..], &[b"TAG", &[0; 125][..]].concat()].concat();
    assert!(scene.read("tagged.flac", &tagged).is_the_song());
}

#[test]
fn what_claims_or_has_days_is_refused_before_it_is_read() {
    if !are_there() {
        return;
    }
    let scene = Scene::new();
    let mut bytes = scene.made("flac -s -f song.wav -o a.flac", "a.flac");
    let limits = |longest_s| Limits { longest_s };
    // 36 bits of frames: 18 days at 44.1 kHz.
    bytes[21] |= 0x0f;
    bytes[22..26].fill(0xff);
    let path = scene.write("long.flac", &bytes);
    let error = Reader::open(&path, &Limits::default()).err().unwrap().to_string();
    assert!(error.contains("longer than 6.0 hours") && error.contains("--longest"), "{error}");
    // One that claims nothing is read up to the bound.
    bytes[21] &= 0xf0;
    bytes[22..42].fill(0);
    let path = scene.write("pipe.flac", &bytes);
    let reader = Reader::open(&path, &limits(2.0)).unwrap();
    assert!(reader.collect(&|_| {}).is_err_and(|error| error.to_string().contains("longer than")));
    assert!(Reader::open(&path, &limits(3.0)).unwrap().collect(&|_| {}).is_ok());
}
