//! Tags: what is written is read back, here and by readers that others wrote, and the audio keeps every bit.

// All of it is a test: what is not there ends it.
#![allow(clippy::unwrap_used)]

use lacquer_delivery::Audio;
use lacquer_delivery::decode::decode;
use lacquer_delivery::encode::{Format, WordLength, encode, encode_as};
use lacquer_delivery::riff::Layout;
use lacquer_delivery::tags::cover::{self, Cover};
use lacquer_delivery::tags::{self, Loudness, Place, Tags};
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
        cover: None,
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
        let places: Vec<Place> = codes.iter().map(|(place, _)| *place).collect();
        match format {
            Format::Wav(_) => assert_eq!(places, [Place::Axml, Place::Id3]),
            Format::Mp3 { .. } => assert_eq!(places, [Place::Id3]),
            _ => assert_eq!(places, [Place::VorbisComment]),
        }
        assert!(codes.iter().all(|(_, code)| code == "AA6Q72600047"), "{format}: {codes:?}");
    }
    let left: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), formats().len(), "nothing else is left behind: {left:?}");
}

/// A red PNG of so many pixels.
fn png(pixels: u32) -> Vec<u8> {
    let frames = std::process::Command::new("ffmpeg")
        .args(["-v", "error", "-f", "lavfi", "-i", &format!("color=c=red:s={pixels}x{pixels}")])
        .args(["-frames:v", "1", "-pix_fmt", "rgb24", "-f", "image2pipe", "-c:v", "png", "-"])
        .output()
        .unwrap();
    assert!(frames.status.success(), "{}", String::from_utf8_lossy(&frames.stderr));
    frames.stdout
}

#[test]
fn a_cover_and_several_artists_are_read_by_others_and_take_the_place_of_earlier_ones() {
    let folder = tempfile::tempdir().unwrap();
    let [first, second] = [16, 24].map(|pixels| Cover::parse(png(pixels)).unwrap());
    assert!(second.remarks().iter().any(|remark| remark.contains("3000 x 3000")));
    for format in formats() {
        let path = folder.path().join(format!("{}.{}", format.id(), format.extension()));
        let performer = Some("Ada; Ben".to_owned());
        let with =
            |cover: &Cover| Tags { performer: performer.clone(), cover: Some(cover.clone()), ..every_tag() };
        encode_as(&path, &song(), &format, &with(&first)).unwrap();
        tags::write(&path, &with(&second)).unwrap();
        assert_eq!(tags::read(&path).unwrap().performer, performer, "{format}");
        let probe = Command::new("ffprobe")
            .args([
                "-v",
                "error",
                "-select_streams",
                "v",
                "-show_entries",
                "stream=codec_name,width",
                "-of",
                "csv=p=0",
            ])
            .arg(&path)
            .output()
            .unwrap();
        let seen = String::from_utf8(probe.stdout).unwrap();
        if matches!(format, Format::Wav(_)) {
            assert_eq!(seen.trim(), "", "{format}: a distributor's WAV has no picture");
        } else {
            assert_eq!(seen.trim(), "png,24", "{format}: one cover, the later one");
            assert_eq!(cover::of_file(&path).as_ref(), Some(&second), "{format}");
        }
        let asked = "import mutagen,sys; t=mutagen.File(sys.argv[1]).tags; print('|'.join(t.get('artist') or t['TPE1'].text))";
        let Some(python) = python() else { continue };
        let output = Command::new(python).args(["-c", asked]).arg(&path).output().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap().trim(), "Ada|Ben", "{format}");
    }
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
        Format::Opus { .. } => bits(lacquer_delivery::encode::opus::decode(Cursor::new(bytes)).unwrap()),
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
    assert!(tags::codes(&path).unwrap().contains(&(Place::InfoList, "A studio ok".into())));
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

/// A Python that has mutagen, if there is one: Debian's has Debian's packages, whatever comes first on the path.
fn python() -> Option<&'static str> {
    let has_mutagen = |python: &&str| {
        Command::new(python)
            .args(["-c", "import mutagen"])
            .output()
            .is_ok_and(|output| output.status.success())
    };
    ["python3", "/usr/bin/python3"].into_iter().find(has_mutagen)
}

/// Prints title, artist and code as mutagen reads them, a line each.
const MUTAGEN: &str = r#"
import mutagen, sys
from mutagen.wave import WAVE
file = mutagen.File(sys.argv[1])
tags = file.tags
if isinstance(file, WAVE) or hasattr(tags, "getall"):
    for frame in ("TIT2", "TPE1", "TALB", "TRCK", "TDRC", "TSRC"):
        print(str(tags[frame]))
    print(str(tags["TXXX:BARCODE"]))
else:
    for key in ("title", "artist", "album", "tracknumber", "date", "isrc", "barcode"):
        print(tags[key][0])
"#;

#[test]
fn mutagen_reads_the_same() {
    let Some(python) = python() else {
        eprintln!("no Python with mutagen: this test says nothing (install python3-mutagen)");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    for format in formats() {
        let path = folder.path().join(format!("{}.{}", format.id(), format.extension()));
        encode_as(&path, &song(), &format, &every_tag()).unwrap();
        let output = Command::new(python)
            .args(["-c", MUTAGEN])
            .arg(&path)
            .env("PYTHONIOENCODING", "utf-8")
            .output()
            .unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        let track = if matches!(format, Format::Wav(_) | Format::Mp3 { .. }) { "3/12" } else { "3" };
        assert_eq!(
            said.lines().collect::<Vec<_>>(),
            [
                "Müsli & <Märchen> \u{1F3B5}",
                "Ensemble \"Q\"",
                "Alles / Nichts",
                track,
                "2026",
                "AA6Q72600047",
                "4006381333931"
            ],
            "{format}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

#[test]
fn ffprobe_reads_the_same() {
    let folder = tempfile::tempdir().unwrap();
    for format in formats() {
        let path = folder.path().join(format!("{}.{}", format.id(), format.extension()));
        encode_as(&path, &song(), &format, &every_tag()).unwrap();
        let probe = Command::new("ffprobe")
            .args(["-v", "error", "-print_format", "json", "-show_format", "-show_streams"])
            .arg(&path)
            .output();
        let Ok(output) = probe else {
            eprintln!("no ffprobe: this test says nothing");
            return;
        };
        let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(output.stderr.is_empty(), "{format}: {}", String::from_utf8_lossy(&output.stderr));
        let mut found = serde_json::Map::new();
        for place in [&said["format"]["tags"], &said["streams"][0]["tags"]] {
            if let Some(tags) = place.as_object() {
                found.extend(tags.iter().map(|(key, value)| (key.to_lowercase(), value.clone())));
            }
        }
        let title = found.get("title").unwrap_or_else(|| panic!("{format}: {found:?}"));
        assert_eq!(title, "Müsli & <Märchen> \u{1F3B5}", "{format}");
        assert_eq!(found["artist"], "Ensemble \"Q\"", "{format}");
        // ffmpeg leaves an id3 chunk out where bext says anything; the reference there is the code.
        let code = ["isrc", "tsrc", "originator_reference"].iter().find_map(|key| found.get(*key));
        assert_eq!(code.unwrap(), "AA6Q72600047", "{format}: {found:?}");
        assert_eq!(said["streams"][0]["sample_rate"], "48000");
        let duration_s: f64 = said["streams"][0]["duration"].as_str().unwrap().parse().unwrap();
        // An MP3 frame of 1152 and a packet of Opus are the longest that a container may add or hide.
        assert!((duration_s - 96_001.0 / 48_000.0).abs() < 0.03, "{format}: {duration_s} s");
    }
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
            if tags::write(&path, &every_tag()).is_err() {
                prop_assert_eq!(std::fs::read(&path).unwrap(), bytes, "a refused file is as it was");
            }
        }
    }
}

/// Whether a tool of others is there; where all of it is tested it has to be.
fn has(tool: &str) -> bool {
    let found = Command::new("which").arg(tool).output().is_ok_and(|output| output.status.success());
    assert!(found || std::env::var_os("CI").is_none(), "{tool} is needed");
    found
}

#[test]
fn several_names_of_one_field_are_all_kept() {
    if !has("metaflac") {
        return println!("left out: metaflac is not there");
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.flac");
    encode_as(&path, &song(), &Format::Flac(16), &Tags::default()).unwrap();
    let set = |tags: &[&str]| {
        let made = Command::new("metaflac")
            .args(tags.iter().map(|tag| format!("--set-tag={tag}")))
            .arg(&path)
            .status();
        assert!(made.unwrap().success());
    };
    set(&["ARTIST=Eins", "ARTIST=Zwei", "COMPOSER=A", "COMPOSER=B", "COMPOSER=C", "DATE=2026-01-02"]);
    let read = tags::read(&path).unwrap();
    assert_eq!(read.performer.as_deref(), Some("Eins; Zwei"));
    assert_eq!((read.composer.as_deref(), read.year), (Some("A; B; C"), Some(2026)));
    // What is written back as it was read stays several.
    tags::write(&path, &Tags { title: Some("T".into()), ..read }).unwrap();
    let shown = Command::new("metaflac").args(["--show-tag=ARTIST"]).arg(&path).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&shown.stdout), "ARTIST=Eins\nARTIST=Zwei\n");
}

/// An ID3v2.4 tag with a title and a code.
fn id3_with_code() -> Vec<u8> {
    let frame = |id: &[u8; 4], text: &str| {
        let size = text.len() as u8 + 1;
        [&id[..], &[0, 0, 0, size, 0, 0, 3], text.as_bytes()].concat()
    };
    let frames = [frame(b"TIT2", "Titel"), frame(b"TSRC", "AA6Q72600047")].concat();
    [b"ID3\x04\0\0\0\0\0", &[frames.len() as u8][..], &frames].concat()
}

#[test]
fn a_code_before_flac_is_found_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.flac");
    encode_as(&path, &song(), &Format::Flac(16), &Tags::default()).unwrap();
    let plain = decode(&path, &|_| {}).unwrap();
    std::fs::write(&path, [id3_with_code(), std::fs::read(&path).unwrap()].concat()).unwrap();
    assert_eq!(tags::codes(&path).unwrap(), [(Place::Id3, "AA6Q72600047".to_owned())]);
    assert_eq!(tags::read(&path).unwrap().isrc, Some("AA6Q72600047".parse().unwrap()));
    tags::write(&path, &Tags { performer: Some("P".into()), ..Tags::default() }).unwrap();
    let read = tags::read(&path).unwrap();
    assert_eq!((read.performer.as_deref(), read.isrc), (Some("P"), Some("AA6Q72600047".parse().unwrap())));
    assert_eq!(decode(&path, &|_| {}).unwrap(), plain);
}

#[test]
fn what_was_not_found_and_what_is_not_there_are_two_answers() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.wav");
    encode_as(&path, &song(), &Format::Wav(WordLength::Bits16), &Tags::default()).unwrap();
    let plain = std::fs::read(&path).unwrap();
    assert_eq!(tags::unread(&path).unwrap(), [""; 0]);
    let chunk = |id: &[u8], said: u32, bytes: &[u8]| [id, &said.to_le_bytes(), bytes].concat();
    let id3 = id3_with_code();
    // An odd chunk without its pad byte before the one with the code.
    let odd = [&plain[..], &chunk(b"LIST", 5, b"INFO?"), &chunk(b"id3 ", id3.len() as u32, &id3)].concat();
    std::fs::write(&path, odd).unwrap();
    assert_eq!(tags::codes(&path).unwrap(), [(Place::Id3, "AA6Q72600047".to_owned())]);
    let large = chunk(b"id3 ", 65 << 20, &vec![0; 65 << 20]);
    for (bytes, says) in [
        ([&plain[..], &large].concat(), "has 65 MiB"),
        ([&plain[..], &chunk(b"id3 ", 9, b"ID3 rubbi")].concat(), "is damaged"),
        ([&plain[..], &chunk(b"axml", 900, b"<ebu")].concat(), "breaks off"),
        ([&plain[..], &[1; 33][..]].concat(), "its last 33 bytes are in no chunk"),
    ] {
        std::fs::write(&path, bytes).unwrap();
        let unread = tags::unread(&path).unwrap();
        assert!(unread.len() == 1 && unread[0].contains(says), "{says}: {unread:?}");
        assert_eq!(tags::codes(&path).unwrap(), []);
        let verify =
            Command::new(env!("CARGO_BIN_EXE_lacquer")).args(["isrc", "verify"]).arg(&path).output().unwrap();
        let said = String::from_utf8_lossy(&verify.stdout).into_owned();
        assert!(said.contains("no ISRC found, but not all of its tags can be read"), "{said}");
    }
}
