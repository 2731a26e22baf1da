//! Tags: what is written is read back, here and by readers that others wrote, and the audio keeps every bit.

// All of it is a test: what is not there ends it.
#![allow(clippy::unwrap_used)]

mod foreign;
mod outside;

use lacquer_files::Audio;
use lacquer_files::decode::decode;
use lacquer_files::encode::{Format, WordLength, encode, encode_as};
use lacquer_files::riff::Layout;
use lacquer_files::tags::{self, Field, Loudness, Tags, carried};
use proptest::prelude::*;
use std::io::Cursor;
use std::path::Path;
use std::process::Command;

/// The formats of a build without LAME, and MP3 in one with it.
fn formats() -> Vec<Format> {
    let mp3 = cfg!(feature = "mp3").then_some(Format::Mp3 { kbps: 320 });
    [
        Format::Wav(WordLength::Bits16),
        Format::Wav(WordLength::Bits24),
        Format::Wav(WordLength::Float32),
        Format::Flac(16),
        Format::Flac(24),
        Format::Opus { kbps: 128 },
        Format::Vorbis { quality: 4.0 },
    ]
    .into_iter()
    .chain(mp3)
    .collect()
}

/// Two seconds of two tones, on the grid of 16 bits.
fn song() -> Audio {
    let grid = |x: f64| ((x * 16_384.0).round() / 32_768.0) as f32;
    let frames = (0..96_001).map(|n| {
        let t = f64::from(n) / 48_000.0;
        [grid((t * 2764.6).sin()), grid((t * 4178.0).sin())]
    });
    Audio { sample_rate: 48_000, channels: 2, frames: frames.collect() }
}

fn every_tag() -> Tags {
    Tags {
        title: Some("Müsli & <Märchen> \u{1F3B5}".into()),
        performer: Some("Ensemble \"Q\"".into()),
        composer: Some("J. Doe".into()),
        album: Some("Alles / Nichts".into()),
        album_performer: Some("Various".into()),
        track: Some((3, 12)),
        year: Some(2026),
        genre: Some("Chamber Pop".into()),
        label: Some("Lacquer Records".into()),
        upc: Some("4006381333931".into()),
        isrc: Some("AA6Q72600047".parse().unwrap()),
        loudness: Some(Loudness {
            integrated_lufs: -14.02,
            range_lu: 6.31,
            true_peak_dbtp: -1.0,
            momentary_max_lufs: -9.87,
            short_term_max_lufs: -11.5,
        }),
        ..Tags::default()
    }
}

#[test]
fn every_tag_of_every_format_is_read_back() {
    let folder = tempfile::tempdir().unwrap();
    for format in formats() {
        let path = folder.path().join(format!("{}.{}", format.id(), format.extension()));
        encode_as(&path, &song(), &format, &every_tag()).unwrap();
        let mut expected = every_tag();
        let is_wave = matches!(format, Format::Wav(_));
        if !is_wave {
            expected.loudness = None;
        }
        assert_eq!(tags::read(&path).unwrap(), expected, "{format}");
        let codes = tags::codes(&path).unwrap();
        let places: Vec<Field> = codes.iter().map(|(place, _)| *place).collect();
        match format {
            Format::Wav(_) => assert_eq!(places, [Field::Axml, Field::Id3]),
            Format::Mp3 { .. } => assert_eq!(places, [Field::Id3]),
            _ => assert_eq!(places, [Field::VorbisComment]),
        }
        assert!(codes.iter().all(|(_, code)| code == "AA6Q72600047"), "{format}: {codes:?}");
    }
    let left: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), formats().len(), "nothing else is left behind: {left:?}");
}

#[test]
fn tags_change_no_sample_and_what_they_do_not_say_stays() {
    let folder = tempfile::tempdir().unwrap();
    for format in formats() {
        let path = folder.path().join(format!("{}.{}", format.id(), format.extension()));
        encode_as(&path, &song(), &format, &Tags::default()).unwrap();
        let plain = samples(&path, &format);
        tags::write(&path, &every_tag()).unwrap();
        assert_eq!(samples(&path, &format), plain, "{format}");
        let retitled = Tags { title: Some("Other".into()), ..Tags::default() };
        tags::write(&path, &retitled).unwrap();
        assert_eq!(samples(&path, &format), plain, "{format}");
        let read = tags::read(&path).unwrap();
        let expected = Tags { title: Some("Other".into()), ..every_tag() };
        assert_eq!(
            (read.title, read.isrc, read.upc),
            (expected.title, expected.isrc, expected.upc),
            "{format}"
        );
    }
}

/// The bits of the audio: decoded samples, and for WAV the bytes of the data chunk as well.
fn samples(path: &Path, format: &Format) -> Vec<u32> {
    let bits = |audio: Audio| audio.frames.as_flattened().iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    let bytes = std::fs::read(path).unwrap();
    match format {
        Format::Wav(_) => {
            let layout = Layout::read(&mut Cursor::new(&bytes), 0).unwrap();
            let data = layout.chunks.iter().find(|chunk| &chunk.id == b"data").unwrap();
            let data = &bytes[data.start as usize..][..data.length as usize];
            data.iter().map(|byte| u32::from(*byte)).chain(bits(decode(path, &|_| {}).unwrap())).collect()
        }
        _ => bits(decode(path, &|_| {}).unwrap()),
    }
}

#[test]
fn a_wave_file_has_its_chunks_where_the_standards_want_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.wav");
    encode_as(&path, &song(), &Format::Wav(WordLength::Bits24), &every_tag()).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    let layout = Layout::read(&mut Cursor::new(&bytes), 0).unwrap();
    let ids: Vec<&[u8; 4]> = layout.chunks.iter().map(|chunk| &chunk.id).collect();
    assert_eq!(ids, [b"bext", b"fmt ", b"data", b"LIST", b"axml", b"id3 "]);
    assert_eq!(u32::from_le_bytes(bytes[4..8].try_into().unwrap()) as usize, bytes.len() - 8);
    let contents = |n: usize| {
        let chunk = layout.chunks[n];
        &bytes[chunk.start as usize..][..chunk.length as usize]
    };
    // EBU Tech 3285, version 2: five words of hundredths from byte 412.
    let loudness: Vec<u8> = [-1402i16, 631, -100, -987, -1150].iter().flat_map(|x| x.to_le_bytes()).collect();
    assert_eq!(contents(0)[412..422], loudness);
    let xml = std::str::from_utf8(contents(4)).unwrap();
    assert!(xml.contains("<dc:identifier>ISRC:AA6Q72600047</dc:identifier>"), "{xml}");
    assert_eq!(&contents(5)[..4], b"ID3\x04", "ID3v2.4");
    // The list's ISRC means "source": the code is not there.
    assert!(contents(3).starts_with(b"INFOINAM") && !contents(3).windows(4).any(|window| window == b"ISRC"));
}

#[test]
fn foreign_chunks_and_odd_lengths_survive() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.wav");
    encode(&path, &Audio { channels: 1, ..song() }, WordLength::Bits24).unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    let source = b"ISRC\x0b\0\0\0A studio ok\0";
    let list = [&b"LIST\x18\0\0\0INFO"[..], source].concat();
    for chunk in [&b"cue \x04\0\0\0\0\0\0\0"[..], &list, b"odd \x03\0\0\0abc\0"] {
        bytes.extend(chunk);
    }
    let length = (bytes.len() as u32 - 8).to_le_bytes();
    bytes[4..8].copy_from_slice(&length);
    std::fs::write(&path, &bytes).unwrap();
    tags::write(&path, &every_tag()).unwrap();
    let after = std::fs::read(&path).unwrap();
    for chunk in [&source[..], b"odd \x03\0\0\0abc\0"] {
        assert!(after.windows(chunk.len()).any(|window| window == chunk));
    }
    assert!(tags::codes(&path).unwrap().contains(&(Field::InfoList, "A studio ok".into())));
    assert_eq!(decode(&path, &|_| {}).unwrap().frames.len(), song().frames.len());
}

#[test]
fn rf64_keeps_its_sizes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.wav");
    let data: Vec<u8> = song().frames.as_flattened().iter().flat_map(|x| x.to_le_bytes()).collect();
    let mut bytes = b"RF64\xff\xff\xff\xffWAVEds64\x1c\0\0\0".to_vec();
    bytes.extend((data.len() as u64 + 72).to_le_bytes());
    bytes.extend((data.len() as u64).to_le_bytes());
    bytes.extend(96_001u64.to_le_bytes());
    bytes.extend(
        b"\0\0\0\0fmt \x10\0\0\0\x03\0\x02\0\x80\xbb\0\0\0\xdc\x05\0\x08\0\x20\0data\xff\xff\xff\xff",
    );
    bytes.extend(&data);
    std::fs::write(&path, &bytes).unwrap();
    let before = decode(&path, &|_| {}).unwrap();
    tags::write(&path, &every_tag()).unwrap();
    assert_eq!(decode(&path, &|_| {}).unwrap(), before);
    assert_eq!(tags::read(&path).unwrap(), every_tag());
    let after = std::fs::read(&path).unwrap();
    assert_eq!(u64::from_le_bytes(after[20..28].try_into().unwrap()) as usize, after.len() - 8);
}

#[test]
fn texts_that_are_none_and_control_characters_do_no_harm() {
    let folder = tempfile::tempdir().unwrap();
    for format in formats() {
        let path = folder.path().join(format!("{}.{}", format.id(), format.extension()));
        let tags = Tags { title: Some("A\0B\nC".into()), album: Some(" \t".into()), ..Tags::default() };
        encode_as(&path, &song(), &format, &tags).unwrap();
        let read = tags::read(&path).unwrap();
        assert_eq!((read.title.as_deref(), read.album), (Some("A B C"), None), "{format}");
    }
    let text = folder.path().join("a.txt");
    std::fs::write(&text, "no audio").unwrap();
    let error = tags::write(&text, &every_tag()).unwrap_err().to_string();
    assert!(error.contains("a.txt: not a file whose tags are known here"), "{error}");
    assert_eq!(std::fs::read(&text).unwrap(), b"no audio");
}

/// A file of each format with tags, a quarter of a second long.
fn small_files() -> Vec<(&'static str, Vec<u8>)> {
    let folder = tempfile::tempdir().unwrap();
    let audio = Audio { frames: song().frames[..12_000].to_vec(), ..song() };
    formats()
        .into_iter()
        .map(|format| {
            let path = folder.path().join(format!("a.{}", format.extension()));
            encode_as(&path, &audio, &format, &every_tag()).unwrap();
            (format.extension(), std::fs::read(&path).unwrap())
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_files_never_panic(
        changes in prop::collection::vec((0u32..4000, any::<u8>()), 1..12),
        cut in prop::option::of(0u32..4000),
    ) {
        let folder = tempfile::tempdir().unwrap();
        for (extension, whole) in small_files() {
            let mut bytes = whole.clone();
            for (at, byte) in &changes {
                // Half of the damage falls on the first bytes, the other half anywhere.
                let at = if at % 2 == 0 { *at as usize / 4 } else { bytes.len() * *at as usize / 4000 };
                if let Some(place) = bytes.get_mut(at) {
                    *place = *byte;
                }
            }
            if let Some(cut) = cut {
                bytes.truncate(bytes.len() * cut as usize / 4000);
            }
            let path = folder.path().join(format!("a.{extension}"));
            std::fs::write(&path, &bytes).unwrap();
            let _ = tags::read(&path);
            let _ = tags::codes(&path);
            if let Ok(mix) = carried::of_mix(&path) {
                let master = folder.path().join("master.flac");
                let written = encode_as(&master, &song(), &Format::Flac(16), &mix);
                assert!(written.is_ok(), "{extension}: {:?}", written.err().map(|error| error.to_string()));
            }
            if tags::write(&path, &every_tag()).is_err() {
                prop_assert_eq!(std::fs::read(&path).unwrap(), bytes, "a refused file is as it was");
            }
        }
    }
}
