//! Discs as plants and other programs meet them: byte for byte, sample by sample, through other people's readers, and damaged.

// All of it is a test: what is not there ends it.
#![allow(clippy::unwrap_used)]

#[path = "disc/damage.rs"]
mod damage;
#[path = "disc/random.rs"]
mod random;
#[path = "disc/scene.rs"]
mod scene;
#[path = "disc/sheets.rs"]
mod sheets;

use lacquer_disc::ddp::{self, DdpError, Options};
use lacquer_disc::layout::{Layout, Piece, TrackSpan};
use lacquer_disc::{Disc, DiscTrack, cd_text, pq_sheet};
use proptest::prelude::ProptestConfig;
use proptest::test_runner::RngSeed;
use scene::disc;
use std::fs;
use std::path::Path;

/// So many cases of a property, the same in every run. A failure prints its case; no file of them is kept.
fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::default()
    }
}

/// A sample for each place that no other place nearby has.
fn sample(n: usize) -> [i16; 2] {
    [
        (n as u32).wrapping_mul(0x9e37_79b1) as u16 as i16,
        ((n as u32).wrapping_mul(0x85eb_ca6b) >> 13) as u16 as i16,
    ]
}

/// Samples of a disc's image, the last CD frame not full.
fn image(disc: &Disc) -> impl Iterator<Item = [i16; 2]> + use<> {
    (0..disc.lead_out_frame as usize * 588 - 100).map(sample)
}

fn write(folder: &Path, disc: &Disc) -> ddp::Written {
    ddp::write(folder, disc, image(disc), &Options::default()).unwrap()
}

/// Base64 without a crate for it: the golden vector's spelling.
fn base64(text: &str) -> Vec<u8> {
    const SIGNS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: Vec<usize> = text.chars().filter_map(|sign| SIGNS.find(sign)).collect();
    let bytes = bits.chunks(4).flat_map(|four| {
        let word = four.iter().fold(0, |word, six| word << 6 | six);
        [(word >> 16) as u8, (word >> 8) as u8, word as u8]
    });
    bytes.collect()
}

#[test]
fn cd_text_is_the_golden_vector() {
    let golden = base64(
        "gAAAAERpc2MAVHJhY2sgT0gEgAEBB25lAFRyYWNrIFR3b1XJgAICCQBUcmFjayBUaHJlZeZvgAMDCwAAAAAAAAAAAAAAAF33gQAEAEFydGlzdABBcnRpc/\
         0igQEFBXQAQXJ0aXN0AEFydIwlgQMGA2lzdAAAAAAAAAAAAGKsjwAHAAABAwAEAwAAAAAAAED7jwEIAAAAAAAAAAADCQAAANamjwIJAAAAAAAJAAAAAAAAAApO",
    );
    assert_eq!(golden.len(), 10 * 18);
    assert_eq!(cd_text::encode(&disc()).unwrap(), golden);
    let decoded = cd_text::decode(&golden);
    assert_eq!(decoded.faults, []);
    assert_eq!(decoded.texts(cd_text::Kind::Title), ["Disc", "Track One", "Track Two", "Track Three"]);
    assert_eq!(decoded.texts(cd_text::Kind::Performer), ["Artist"; 4]);
}

#[test]
fn every_packet_is_as_written_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    let set = folder.path().join("set");
    write(&set, &disc());
    let read = |name: &str| String::from_utf8(fs::read(set.join(name)).unwrap()).unwrap();
    let blank = |count: usize| " ".repeat(count);
    // 8 level, 13 UPC, 8 + 8 + 1 blank, 48 master's name, 1 blank, 2 type, 4 + 35 blank.
    let id = format!("DDP 2.004006381333931{}Disc{}CD{}", blank(17), blank(44 + 1), blank(39));
    assert_eq!(id.len(), 128);
    assert_eq!(read("DDPID"), id);
    let subcode = |length: &str, kind: &str, file: &str| {
        format!("VVVMS0{}{length}{}{kind}{}017{file}{}", blank(8), blank(8), blank(33), blank(37))
    };
    let audio =
        format!("VVVMD0{}00001500{}", blank(8), "00000000") + &format!("{}DA70{}0150", blank(8), blank(4));
    let audio = audio + &format!("{}017IMAGE.DAT        {}", blank(21), blank(37));
    let map = [
        subcode("00000180", "CDTEXT  ", "CDTEXT.BIN       "),
        // Lead-in, three indexes, two, one, and twice the lead-out.
        subcode("00000576", "PQ DESCR", "PQDESCR          "),
        audio,
    ];
    assert!(map.iter().all(|packet| packet.len() == 128));
    assert_eq!(read("DDPMS"), map.concat());
    let packet = |head: &str, isrc: &str, upc: &str| format!("VVVS{head}  {isrc:12}{upc:13}{}", blank(19));
    let codes = [
        packet("0000  00000021", "", "4006381333931"),
        packet("0100  00000021", "AA6Q72000047", ""),
        packet("0101  00020021", "", ""),
        packet("0102  00040021", "", ""),
        packet("0200  00080001", "AA6Q72000048", ""),
        packet("0201  00100001", "", ""),
        packet("0301  00145001", "AA6Q72000049", ""),
        packet("AA01  00200001", "", ""),
        packet("AA01  00200001", "", ""),
    ];
    assert_eq!(read("PQDESCR"), codes.concat());
}

#[test]
fn the_image_is_the_source_sample_by_sample_and_its_last_frame_is_filled() {
    let folder = tempfile::tempdir().unwrap();
    let set = folder.path().join("set");
    let disc = disc();
    let written = write(&set, &disc);
    let bytes = fs::read(set.join("IMAGE.DAT")).unwrap();
    assert_eq!(bytes.len(), 1500 * 2352);
    let source: Vec<[i16; 2]> = image(&disc).collect();
    for (n, bytes) in bytes.chunks_exact(4).enumerate() {
        let stored = [i16::from_le_bytes([bytes[0], bytes[1]]), i16::from_le_bytes([bytes[2], bytes[3]])];
        assert_eq!(stored, source.get(n).copied().unwrap_or_default(), "sample {n}");
    }
    // Digests by another program, where there is one.
    if lacquer_left_out::has_program("md5sum") {
        let mut check = std::process::Command::new("md5sum");
        let output = check.args(["--check", "--strict", "CHECKSUM.MD5"]).current_dir(&set).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(
            String::from_utf8_lossy(&output.stdout).lines().filter(|line| line.ends_with(": OK")).count(),
            5
        );
    }
    assert_eq!(written.digests.len(), 5);
    assert!(written.warnings.is_empty() && written.replaced.is_empty());
}

#[test]
fn a_layout_puts_audio_where_the_pq_codes_say() {
    let spans = [(300_001, 0), (200_000, 88_200), (250_123, 0), (400_000, 1000)];
    let spans = spans.map(|(samples, gap_before_samples)| TrackSpan { samples, gap_before_samples });
    let layout = Layout::new(&spans);
    let mut disc = Disc { tracks: vec![DiscTrack::default(); 4], ..Disc::default() };
    layout.place(&mut disc);
    // Each track is a constant of its own.
    let audio = layout.pieces().flat_map(|piece| match piece {
        Piece::Silence { samples } => std::iter::repeat_n([0, 0], samples as usize),
        Piece::Track { index, samples } => std::iter::repeat_n([index as i16 + 1; 2], samples as usize),
    });
    let folder = tempfile::tempdir().unwrap();
    let set = folder.path().join("set");
    ddp::write(&set, &disc, audio, &Options::default()).unwrap();
    let report = ddp::verify(&set).unwrap();
    assert!(report.findings.is_empty(), "{:?}", report.findings);

    // Times and lead-out again, from the bytes alone.
    let codes = fs::read(set.join("PQDESCR")).unwrap();
    let image = fs::read(set.join("IMAGE.DAT")).unwrap();
    let at = |packet: &[u8]| {
        let part =
            |from: usize| std::str::from_utf8(&packet[from..from + 2]).unwrap().parse::<usize>().unwrap();
        (part(10) * 60 + part(12)) * 75 + part(14)
    };
    let value = |sample: usize| i16::from_le_bytes([image[4 * sample], image[4 * sample + 1]]);
    let mut starts = 0;
    for packet in codes.chunks(64) {
        match &packet[4..8] {
            b"AA01" => assert_eq!(at(packet) * 2352, image.len()),
            [tens, ones, b'0', b'1'] => {
                starts += 1;
                let (track, sample) = (i16::from(10 * (tens - b'0') + ones - b'0'), at(packet) * 588);
                // A joined track's index is half a frame from its audio at most.
                let joined = track == 3;
                assert_eq!(value(sample + if joined { 294 } else { 0 }), track);
                assert_eq!(value(sample - if joined { 294 } else { 1 }), if joined { track - 1 } else { 0 });
            }
            _ => {}
        }
    }
    assert_eq!(starts, 4);
    let count = |wanted: i16| (0..image.len() / 4).filter(|sample| value(*sample) == wanted).count() as u64;
    for (span, track) in spans.iter().zip(1..) {
        assert_eq!(count(track), span.samples);
    }
}

#[test]
fn a_fileset_is_replaced_as_a_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let set = folder.path().join("set");
    let first = disc();
    write(&set, &first);
    let before = fs::read(set.join("DDPMS")).unwrap();

    // The audio breaks off, is too short, is too long: the one before stays, and nothing is left beside it.
    let breaks = image(&first).take(70_000).map(Ok).chain([Err(std::io::Error::other("no more"))]);
    let error = ddp::write_fallible(&set, &first, breaks, &Options::default()).unwrap_err();
    assert!(
        matches!(error, DdpError::Audio { at_s, .. } if (at_s - 70_000.0 / 44_100.0).abs() < 1e-9),
        "{error}"
    );
    let least = 1499 * 588 + 1;
    let error = ddp::write(&set, &first, (0..least - 1).map(sample), &Options::default()).unwrap_err();
    assert!(matches!(error, DdpError::Length { found, .. } if found == least as u64 - 1), "{error}");
    let error = ddp::write(&set, &first, (0..).map(sample), &Options::default()).unwrap_err();
    assert!(matches!(error, DdpError::Length { found, .. } if found == 1500 * 588 + 1), "{error}");
    assert_eq!(fs::read(set.join("DDPMS")).unwrap(), before);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);

    let mut second = first.clone();
    second.lead_out_frame = 1600;
    second.title = String::new();
    second.performer = String::new();
    second.tracks.iter_mut().for_each(|track| (track.title, track.performer) = Default::default());
    write(&set, &second);
    assert!(!set.join("CDTEXT.BIN").exists(), "a disc without text has no CD-Text");
    assert!(ddp::verify(&set).unwrap().findings.is_empty());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);

    fs::write(set.join("notes.txt"), "mine").unwrap();
    let error = ddp::write(&set, &first, image(&first), &Options::default()).unwrap_err();
    assert!(error.to_string().contains("notes.txt"), "{error}");
    assert!(set.join("notes.txt").exists());
    let error = ddp::write(&set.join("DDPID"), &first, image(&first), &Options::default()).unwrap_err();
    assert!(error.to_string().contains("no folder"), "{error}");
}

#[test]
fn a_disc_that_breaks_rules_is_refused_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let set = folder.path().join("set");
    let mut short = disc();
    short.tracks[1].start_frame = 801;
    short.tracks[2].isrc = short.tracks[0].isrc;
    let error = ddp::write(&set, &short, image(&short), &Options::default()).unwrap_err().to_string();
    assert!(error.contains("track 2 at 00:10:51: lasts 00:03:74"), "{error}");
    assert!(error.contains("track 3: has the ISRC AA-6Q7-20-00047 of track 1"), "{error}");
    let mut wordy = disc();
    wordy.title = "x".repeat(4000);
    assert!(matches!(
        ddp::write(&set, &wordy, image(&wordy), &Options::default()),
        Err(DdpError::CdText(cd_text::CdTextError::TooLong { .. }))
    ));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn texts_that_latin_1_has_not_are_replaced_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let mut foreign = disc();
    foreign.tracks[1].title = "Größe – Łódź".into();
    let written = write(&folder.path().join("set"), &foreign);
    let said: Vec<String> = written.replaced.iter().map(ToString::to_string).collect();
    assert_eq!(said.len(), 3, "{said:?}");
    assert!(said.iter().all(|line| line.starts_with("track 2: title: ")), "{said:?}");
    let report = ddp::verify(&folder.path().join("set")).unwrap();
    assert_eq!(report.tracks[1].title, "Größe - Lódz");
    assert!(report.findings.is_empty(), "{:?}", report.findings);
}

#[test]
fn the_pq_sheet_says_every_index_with_its_length() {
    let disc = disc();
    let rows = pq_sheet::rows(&disc);
    let short: Vec<(u32, u32, &str, &str)> =
        rows.iter().map(|row| (row.track, row.index, row.start.as_str(), row.length.as_str())).collect();
    assert_eq!(
        short,
        [
            (1, 0, "00:00:00", "00:02:00"),
            (1, 1, "00:02:00", "00:02:00"),
            (1, 2, "00:04:00", "00:04:00"),
            (2, 0, "00:08:00", "00:02:00"),
            (2, 1, "00:10:00", "00:04:50"),
            (3, 1, "00:14:50", "00:05:25"),
        ]
    );
    assert_eq!((rows[0].disc_start.as_str(), rows[1].disc_start.as_str()), ("-00:02:00", "00:00:00"));
    let folder = tempfile::tempdir().unwrap();
    let text = pq_sheet::text(&disc, &write(&folder.path().join("set"), &disc).digests);
    for part in [
        "4006381333931",
        "AA-6Q7-20-00047",
        "DCP",
        "AA 01  00:20:00",
        "Total      00:18:00",
        "  IMAGE.DAT",
        "Track Three",
    ] {
        assert!(text.contains(part), "{part}:\n{text}");
    }
    assert!(rows.iter().all(|row| row.isrc.is_some() == (row.index == 1)));
}
