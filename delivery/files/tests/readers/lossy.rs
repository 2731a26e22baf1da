//! MP3, Vorbis and Opus.

use crate::tools::{Scene, are_there, by_ffmpeg, change_pages, frames};

/// How far two decoders' samples are apart at most from `from` to `to`.
fn apart(one: &[[f32; 2]], other: &[[f32; 2]], from: usize, to: usize) -> f32 {
    let pairs = one[from..to].iter().zip(&other[from..to]);
    pairs.fold(0.0, |most, (a, b)| most.max((a[0] - b[0]).abs()).max((a[1] - b[1]).abs()))
}

#[test]
fn mp3_is_read_to_its_end_whatever_its_header_says() {
    if !are_there() {
        return;
    }
    let scene = Scene::new();
    // What LAME's tag declares is left out, and nothing else.
    for (name, line) in [
        ("cbr.mp3", "lame --quiet -b 128 song.wav cbr.mp3"),
        ("vbr.mp3", "lame --quiet -V 4 song.wav vbr.mp3"),
        ("crc.mp3", "lame --quiet -p -b 192 song.wav crc.mp3"),
        ("ff.mp3", "ffmpeg -v error -y -i song.wav -q:a 5 ff.mp3"),
    ] {
        let read = scene.read(name, &scene.made(line, name));
        assert_eq!((read.said().as_str(), read.frames()), ("", frames().len()), "{name}");
        let outside = by_ffmpeg(&scene.path(name));
        let worst = apart(&read.decoded().audio.frames, &outside, 0, frames().len().min(outside.len()));
        assert!(worst < 1e-4, "{name} is {worst} off ffmpeg's");
    }
    // A stream's rate varies, and nothing says how long it is.
    let bare = scene
        .made("ffmpeg -v error -y -i song.wav -q:a 4 -write_xing 0 -id3v2_version 0 bare.mp3", "bare.mp3");
    for (name, bytes) in [("whole.mp3", &bare[..]), ("cut.mp3", &bare[bare.len() / 3..])] {
        let read = scene.read(name, bytes);
        let outside = by_ffmpeg(&scene.path(name));
        // ffmpeg leaves out a frame of what cannot be decoded at a cut.
        let difference = read.frames().abs_diff(outside.len());
        assert!(difference <= 2 * 1152, "{name}: {} frames, ffmpeg {}", read.frames(), outside.len());
    }
    assert_eq!(scene.read("whole.mp3", &bare).said(), "");
    let cut = scene.read("cut.mp3", &bare[bare.len() / 3..]);
    assert!(!cut.is_sent_back() && cut.is_named(), "{}", cut.said());
}

#[test]
fn damage_in_mp3_is_said_with_its_time() {
    if !are_there() {
        return;
    }
    let scene = Scene::new();
    let whole = scene.made("lame --quiet -V 4 song.wav a.mp3", "a.mp3");
    let bare =
        scene.made("ffmpeg -v error -y -i song.wav -b:a 128k -write_xing 0 -id3v2_version 0 b.mp3", "b.mp3");
    for bytes in [&whole, &bare] {
        let middle = bytes.len() / 2;
        let mut zeros = bytes.clone();
        zeros[middle..middle + 3000].fill(0);
        let read = scene.read("zeros.mp3", &zeros);
        assert!(
            read.is_sent_back() && read.said().contains("are no audio: sound is lost there @1."),
            "{}",
            read.said()
        );
        // Half of equal frames may be whole frames, of which nothing can be said.
        let half = scene.read("half.mp3", &bytes[..middle + 100]);
        assert!(half.is_sent_back() && half.said().contains("breaks off after 1."), "{}", half.said());
    }
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 4;
    let read = scene.read("flipped.mp3", &flipped);
    assert!(read.is_named(), "LAME's checksum is of every byte: {}", read.said());
    let joined = scene.read("joined.mp3", &[&whole[..], &whole].concat());
    assert_eq!(joined.frames(), 2 * frames().len());
    assert!(joined.said().contains("2 recordings follow each other") && joined.said().contains("@3.000"));
}

#[test]
fn vorbis_is_read_whatever_its_positions_say() {
    if !are_there() {
        return;
    }
    let scene = Scene::new();
    let whole = scene.made("oggenc -Q -q 5 song.wav -o a.ogg", "a.ogg");
    let ff = scene.made("ffmpeg -v error -y -i song.wav -c:a libvorbis ff.ogg", "ff.ogg");
    for (name, bytes) in [("a.ogg", &whole), ("ff.ogg", &ff)] {
        let read = scene.read(name, bytes);
        assert_eq!((read.said().as_str(), read.frames()), ("", frames().len()), "{name}");
        let worst = apart(&read.decoded().audio.frames, &by_ffmpeg(&scene.path(name)), 0, frames().len());
        assert!(worst < 1e-4, "{name} is {worst} off ffmpeg's");
    }
    let sound = |number: usize| number > 1;
    for (name, bytes) in [
        ("none", change_pages(&whole, |number, position| Some(if sound(number) { -1 } else { position }))),
        ("zero", change_pages(&whole, |number, position| Some(if sound(number) { 0 } else { position }))),
        (
            "backward",
            change_pages(&whole, |number, position| {
                Some(if number % 3 == 0 { position / 2 } else { position })
            }),
        ),
    ] {
        let read = scene.read("positions.ogg", &bytes);
        // Without a last position the end of the last block is not cut.
        let more = read.frames().checked_sub(frames().len());
        assert!(more.is_some_and(|more| more < 2048), "{name}: {} frames, {}", read.frames(), read.said());
        assert!(!read.is_sent_back(), "{name}: {}", read.said());
    }
    let other = scene.made("oggenc -Q -q 2 -s 7 song.wav -o b.ogg", "b.ogg");
    let same = [&whole[..], &whole].concat();
    for chained in [[&whole[..], &other].concat(), same] {
        let read = scene.read("chained.ogg", &chained);
        assert_eq!(read.frames(), 2 * frames().len());
        assert_eq!(
            read.said(),
            "warn: 2 recordings follow each other in this file; all are read as one @3.000\n"
        );
    }
    let half = scene.read("half.ogg", &whole[..whole.len() / 2]);
    assert!(half.is_sent_back() && half.said().contains("breaks off after 1."), "{}", half.said());
}

#[test]
fn opus_is_read_from_where_it_begins_and_its_gaps_are_said() {
    if !are_there() {
        return;
    }
    let scene = Scene::new();
    let whole = scene.made("opusenc --quiet song.wav a.opus", "a.opus");
    let length = frames().len() * 480 / 441;
    let plain = scene.read("a.opus", &whole);
    assert_eq!((plain.said().as_str(), plain.frames()), ("", length));
    let worst = apart(&plain.decoded().audio.frames, &by_ffmpeg(&scene.path("a.opus")), 0, length);
    assert!(worst < 1e-3, "{worst} off ffmpeg's");
    // A piece of a stream: its first page is an hour in.
    let late = change_pages(&whole, |number, position| {
        Some(if number > 1 { position + 3600 * 48_000 } else { position })
    });
    let read = scene.read("late.opus", &late);
    assert_eq!(read.frames(), length, "{}", read.said());
    assert!(!read.is_named(), "{}", read.said());
    // A page less, and a page whose checksum is wrong.
    let missing = change_pages(&whole, |number, position| (number != 3).then_some(position));
    let mut broken = whole.clone();
    broken[whole.len() / 2] ^= 1;
    for (name, bytes) in [("missing", missing), ("broken", broken)] {
        let read = scene.read("gap.opus", &bytes);
        assert_eq!(read.frames(), length, "{name}: {}", read.said());
        assert!(
            read.is_sent_back() && read.said().contains("in 1 place: 1.000 s in all"),
            "{name}: {}",
            read.said()
        );
    }
    let chained = scene.read("chained.opus", &[&whole[..], &whole].concat());
    assert_eq!(chained.frames(), 2 * length);
    assert!(chained.said().starts_with("warn: 2 recordings"), "{}", chained.said());
    // A page holds a second, and is read whole or not at all.
    let half = scene.read("half.opus", &whole[..whole.len() / 2]);
    assert!(half.is_sent_back() && half.said().contains("breaks off after 0.99"), "{}", half.said());
}
