//! WAV, RF64 and AIFF.

use crate::tools::{Scene, are_there, by_ffmpeg, chunk, data16, fmt, frames, riff, wave};

/// The song in 24 bits, little-endian, with noise below the 16th.
fn data24() -> Vec<u8> {
    let words = frames().into_iter().flatten().enumerate();
    words.flat_map(|(n, x)| [(n * 37 % 256) as u8, x as u8, (x >> 8) as u8]).collect()
}

#[test]
fn twenty_four_bits_in_four_bytes_lie_where_the_sound_says() {
    if !are_there() {
        return;
    }
    let scene = Scene::new();
    let plain = scene.read("plain.wav", &wave(&fmt(1, 2, 44_100, 6, 24), &data24()));
    assert_eq!(plain.decoded().audio.frames, by_ffmpeg(&scene.path("plain.wav")));
    // As arecord -f S24_LE: 24 bits, 4 bytes a word, the sign repeated in the fourth.
    let low: Vec<u8> = data24()
        .as_chunks::<3>()
        .0
        .iter()
        .flat_map(|[a, b, c]| [*a, *b, *c, if c & 0x80 != 0 { 0xff } else { 0 }])
        .collect();
    let high: Vec<u8> = data24().as_chunks::<3>().0.iter().flat_map(|[a, b, c]| [0, *a, *b, *c]).collect();
    for (name, data) in [("low", low), ("high", high)] {
        let read = scene.read("s24.wav", &wave(&fmt(1, 2, 44_100, 8, 24), &data));
        assert!(read.decoded().audio.frames == plain.decoded().audio.frames, "{name}");
        assert_eq!(read.said(), "", "{name}");
        assert_eq!(read.decoded().words, lacquer_dsp::detect::StoredWords::Integer(24), "{name}");
    }
}

#[test]
fn sizes_that_are_off_or_unknown_are_read_as_peers_read_them() {
    let scene = Scene::new();
    let (head, data) = (|| chunk(b"fmt ", &fmt(1, 2, 44_100, 4, 16)), data16(&frames()));
    let mut long_fmt = fmt(1, 2, 44_100, 4, 16);
    long_fmt.extend([0, 0, 9, 9]);
    let claims = |id: &[u8; 4], size: u32, bytes: &[u8]| [id, &size.to_le_bytes()[..], bytes].concat();
    let list = |said: u32| claims(b"LIST", said, b"INFOISFT\x06\0\0\0Lavf58");
    for (name, bytes) in [
        ("fmt of 20 bytes", wave(&long_fmt, &data)),
        ("LIST too short", riff(&[head(), list(14), chunk(b"data", &data)])),
        ("LIST too long", riff(&[head(), list(26), chunk(b"data", &data)])),
        ("RIFF too short", [b"RIFF\x24\0\0\0WAVE", &head()[..], &chunk(b"data", &data)].concat()),
        ("RIFF too long", [b"RIFF\xf0\xff\xff\x7fWAVE", &head()[..], &chunk(b"data", &data)].concat()),
    ] {
        let read = scene.read("a.wav", &bytes);
        assert!(read.is_the_song(), "{name}: {}", read.said());
    }
    let tags = [chunk(b"LIST", b"INFOISFT\x06\0\0\0Lavf58"), chunk(b"id3 ", b"ID3\x04\0\0\0\0\0\0")].concat();
    for said in [0, 0x7fff_f000, u32::MAX] {
        for closing in [&[][..], &tags] {
            let bytes = riff(&[head(), claims(b"data", said, &data), closing.to_vec()]);
            let read = scene.read("a.wav", &bytes);
            let samples = read.frames();
            assert_eq!(
                samples,
                frames().len(),
                "{said:#x}, {} bytes of tags: {}",
                closing.len(),
                read.said()
            );
            assert!(read.said().starts_with("note: Its header gives no true length"), "{}", read.said());
        }
    }
}

#[test]
fn sound_that_goes_on_is_read_or_said() {
    let scene = Scene::new();
    let song = std::fs::read(scene.path("song.wav")).unwrap();
    let length = frames().len();
    let data = data16(&frames());
    let twice = riff(&[
        chunk(b"fmt ", &fmt(1, 2, 44_100, 4, 16)),
        chunk(b"data", &data),
        chunk(b"LIST", b"INFO"),
        chunk(b"data", &data),
    ]);
    for (name, bytes) in [("two files", [&song[..], &song].concat()), ("two data chunks", twice)] {
        let read = scene.read("a.wav", &bytes);
        assert_eq!(read.frames(), 2 * length, "{name}");
        assert_eq!(
            read.said(),
            "warn: 2 recordings follow each other in this file; all are read as one @3.000\n",
            "{name}"
        );
    }
    let other = wave(&fmt(1, 1, 44_100, 2, 16), &data);
    let read = scene.read("a.wav", &[&song[..], &other].concat());
    assert_eq!(read.frames(), length);
    assert!(read.is_sent_back() && read.said().contains("it is not read @3.000"), "{}", read.said());
    // A header that was written before the sound had ended.
    let mut early = song.clone();
    early[40..44].copy_from_slice(&40_000u32.to_le_bytes());
    let read = scene.read("a.wav", &early);
    assert!(
        read.said().contains("belong to nothing; were they sound, it would be 2.773 s"),
        "{}",
        read.said()
    );
    let half = scene.read("a.wav", &song[..song.len() / 2]);
    assert!(half.is_sent_back() && half.said().contains("breaks off after 1.500 s"), "{}", half.said());
}

#[test]
fn rf64_is_read_and_its_false_sizes_are_said_in_words() {
    let scene = Scene::new();
    let data = data16(&frames());
    let file = |said: u64| {
        let sizes = [0u64.to_le_bytes(), said.to_le_bytes(), 0u64.to_le_bytes(), 0u64.to_le_bytes()].concat();
        let head = [chunk(b"ds64", &sizes[..28]), chunk(b"fmt ", &fmt(1, 2, 44_100, 4, 16))].concat();
        [b"RF64\xff\xff\xff\xffWAVE", &head[..], b"data\xff\xff\xff\xff", &data].concat()
    };
    let good = scene.read("a.wav", &file(data.len() as u64));
    assert!(good.is_the_song() && good.decoded().format == "RF64", "{}", good.said());
    let cut = scene.read("a.wav", &file(data.len() as u64 * 2));
    assert!(
        cut.said().contains("breaks off after 3.000 s: its header promises 264600 frames"),
        "{}",
        cut.said()
    );
    for unknown in [0, u64::MAX] {
        assert_eq!(scene.read("a.wav", &file(unknown)).frames(), frames().len());
    }
}

#[test]
fn aiff_is_read_in_every_order_of_bytes_and_no_longer_than_it_says() {
    if !are_there() {
        return;
    }
    let scene = Scene::new();
    scene.write("song24.wav", &wave(&fmt(1, 2, 44_100, 6, 24), &data24()));
    let song = by_ffmpeg(&scene.path("song24.wav"));
    for (name, line) in [
        ("be.aiff", "sndfile-convert -pcm24 song24.wav be.aiff"),
        ("sox.aiff", "sox song24.wav sox.aiff"),
        ("ff.aiff", "ffmpeg -v error -y -i song24.wav -c:a pcm_s24be ff.aiff"),
        ("float.aiff", "sndfile-convert -float32 song24.wav float.aiff"),
    ] {
        let read = scene.read(name, &scene.made(line, name));
        let expected = by_ffmpeg(&scene.path(name));
        assert!(read.said().is_empty() && read.decoded().audio.frames == expected, "{name}: {}", read.said());
        assert_eq!(expected.len(), song.len(), "{name}");
    }
    // AIFF-C by hand, in both orders of bytes.
    let big: Vec<u8> = data24().as_chunks::<3>().0.iter().flat_map(|[a, b, c]| [*c, *b, *a]).collect();
    for (kind, data) in [(b"sowt", data24()), (b"twos", big.clone()), (b"NONE", big.clone()), (b"in24", big)]
    {
        let bytes = aiff(frames().len() as u32, Some(kind), 0, &data);
        let read = scene.read("a.aifc", &bytes);
        assert!(read.said().is_empty() && read.decoded().audio.frames == song, "{kind:?}: {}", read.said());
    }
    let big16: Vec<u8> = frames().as_flattened().iter().flat_map(|x| x.to_be_bytes()).collect();
    let blocks = scene.read("a.aiff", &aiff16(frames().len() as u32, 512, &big16));
    assert!(blocks.is_the_song(), "{}", blocks.said());
    // What lies behind the promised length may be anything.
    let longer = [&big16[..], &[0x7f, 0xff, 0x80, 0].repeat(44_100)].concat();
    let read = scene.read("a.aiff", &aiff16(frames().len() as u32, 0, &longer));
    assert_eq!(read.frames(), frames().len());
    assert!(read.said().contains("44100 frames (1.000 s) longer than its header says"), "{}", read.said());
    let half = scene.read("a.aiff", &aiff16(2 * frames().len() as u32, 0, &big16));
    assert!(half.said().contains("breaks off after 3.000 s"), "{}", half.said());
    let unsaid = scene.read("a.aiff", &aiff16(0, 0, &big16));
    assert!(unsaid.frames() == frames().len() && unsaid.is_named(), "{}", unsaid.said());
}

/// An AIFF-C file of 24 bits.
fn aiff(frames: u32, kind: Option<&[u8; 4]>, block: u32, data: &[u8]) -> Vec<u8> {
    form(frames, 24, kind, block, data)
}

fn aiff16(frames: u32, block: u32, data: &[u8]) -> Vec<u8> {
    form(frames, 16, None, block, data)
}

fn form(frames: u32, bits: u16, kind: Option<&[u8; 4]>, block: u32, data: &[u8]) -> Vec<u8> {
    let chunk = |id: &[u8; 4], bytes: &[u8]| {
        let pad = vec![0; bytes.len() % 2];
        [id, &(bytes.len() as u32).to_be_bytes()[..], bytes, &pad].concat()
    };
    let mut common = [&2u16.to_be_bytes()[..], &frames.to_be_bytes(), &bits.to_be_bytes()].concat();
    common.extend([0x40, 0x0e, 0xac, 0x44, 0, 0, 0, 0, 0, 0]);
    common.extend(kind.into_iter().flatten());
    common.extend(kind.map(|_| [0, 0]).into_iter().flatten());
    let sound = [&0u32.to_be_bytes()[..], &block.to_be_bytes(), data].concat();
    let form: &[u8] = if kind.is_some() { b"AIFC" } else { b"AIFF" };
    chunk(b"FORM", &[form, &chunk(b"COMM", &common), &chunk(b"SSND", &sound)].concat())
}
