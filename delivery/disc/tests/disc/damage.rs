//! Filesets damaged byte by byte, field by field and file by file: everything is reported.

use super::{disc, write};
use lacquer_disc::ddp::checksum::hexadecimal;
use lacquer_disc::ddp::{DdpReport, Severity, verify};
use md5::{Digest, Md5};
use std::fs;
use std::path::{Path, PathBuf};

/// A valid fileset in a new folder.
pub fn fileset() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let set = folder.path().join("set");
    write(&set, &disc());
    (folder, set)
}

/// Writes a good CHECKSUM.MD5 over what stands there, so that only the damage itself is left to be found.
fn digest_again(set: &Path) {
    let names = ["DDPID", "DDPMS", "CDTEXT.BIN", "PQDESCR", "IMAGE.DAT"];
    let line = |name: &&str| {
        let bytes = fs::read(set.join(name)).ok()?;
        Some(format!("{} *{name}\n", hexadecimal(&Md5::digest(bytes))))
    };
    fs::write(set.join("CHECKSUM.MD5"), names.iter().filter_map(line).collect::<String>()).unwrap();
}

fn says(report: &DdpReport, severity: Severity, file: &str, part: &str) -> bool {
    report.findings.iter().any(|finding| {
        finding.severity == severity && finding.file == file && finding.to_string().contains(part)
    })
}

#[track_caller]
fn expect(report: &DdpReport, severity: Severity, file: &str, part: &str) {
    let lines: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
    assert!(says(report, severity, file, part), "{severity:?} in {file}: {part}\n{}", lines.join("\n"));
    assert_eq!(
        report.consistent,
        report.findings.iter().all(|finding| finding.severity == Severity::Warning)
    );
}

#[test]
fn a_good_fileset_has_no_findings() {
    let (_folder, set) = fileset();
    let report = verify(&set).unwrap();
    assert!(report.consistent && report.findings.is_empty(), "{:?}", report.findings);
    assert_eq!(report.disc, disc());
    assert_eq!((report.image_frames, report.lead_out.as_str()), (1500, "00:20:00"));
}

/// Every field of every packet: file, byte, what is put there, which file is named, what is said of it.
const DAMAGES: &[(&str, usize, &str, &str, &str)] = &[
    ("DDPID", 4, "1", "DDPID", "byte 0, DDPID"),
    ("DDPID", 20, "2", "DDPID", "check digit is 2"),
    ("DDPID", 8, "0", "DDPID", "byte 8, UPC"),
    ("DDPID", 40, "\x07", "DDPID", "byte 38, MID"),
    ("DDPID", 87, "CR", "DDPID", "byte 87, TYPE"),
    ("DDPMS", 0, "X", "DDPMS", "packet 1 (byte 0), MPV"),
    ("DDPMS", 132, "Q0", "DDPMS", "packet 2 (byte 132), DST"),
    ("DDPMS", 14, "00000181", "DDPMS", "181 bytes; should be: 180"),
    ("DDPMS", 142, "0000057X", "DDPMS", "packet 2 (byte 142), DSL"),
    ("DDPMS", 270, "00001501", "DDPMS", "1501 sectors"),
    ("DDPMS", 278, "00000001", "DDPMS", "DSS"),
    ("DDPMS", 158, "PQ DESCX", "DDPMS", "packet 2 (byte 158), SUB"),
    ("DDPMS", 294, "DX", "DDPMS", "CDM"),
    ("DDPMS", 296, "8", "DDPMS", "SSM"),
    ("DDPMS", 297, "1", "DDPMS", "SCR"),
    ("DDPMS", 302, "0151", "DDPMS", "PRE2: 151; should be: 150"),
    ("DDPMS", 71, "016", "DDPMS", "packet 1 (byte 71), SIZ"),
    ("DDPMS", 74, "CDTEXT.BIM", "DDPMS", "it is missing"),
    ("DDPMS", 74, "PQDESCR   ", "DDPMS", "no other packet names"),
    ("DDPMS", 74, "../DDPID  ", "DDPMS", "it is missing"),
    ("PQDESCR", 0, "X", "PQDESCR", "packet 1 (byte 0), SPV"),
    ("PQDESCR", 4, "01", "PQDESCR", "the lead-in"),
    ("PQDESCR", 68, "02", "PQDESCR", "track 02 index 00"),
    ("PQDESCR", 68, "0X", "PQDESCR", "packet 2 (byte 68), TRK"),
    ("PQDESCR", 70, "0X", "PQDESCR", "packet 2 (byte 70), IDX"),
    ("PQDESCR", 198, "03", "PQDESCR", "should be: track 01 index 02"),
    ("PQDESCR", 15, "1", "PQDESCR", "packet 1 (byte 8), TIME"),
    ("PQDESCR", 79, "1", "PQDESCR", "the first pregap begins at 00:00:00"),
    ("PQDESCR", 141, "1", "PQDESCR", "track 1 at 00:01:00: the first track begins"),
    ("PQDESCR", 142, "75", "PQDESCR", "packet 3 (byte 136), TIME"),
    ("PQDESCR", 268, "00", "PQDESCR", "or later"),
    ("PQDESCR", 333, "1", "PQDESCR", "lasts 00:03:50"),
    ("PQDESCR", 336, "21", "PQDESCR", "as the track's packet before"),
    ("PQDESCR", 456, "  002001", "DDPMS", "1500 sectors"),
    ("PQDESCR", 526, "01", "PQDESCR", "as in the first AA"),
    ("PQDESCR", 144, "01", "PQDESCR", "as the track's packet before"),
    ("PQDESCR", 144, "a1", "PQDESCR", "hexadecimal digit"),
    ("PQDESCR", 272, "41", "PQDESCR", "data track"),
    ("PQDESCR", 273, "7", "PQDESCR", "1 or S"),
    ("PQDESCR", 84, "AA6Q7200004X", "PQDESCR", "is no ISRC"),
    ("PQDESCR", 84, "aa6Q72000047", "PQDESCR", "should be: AA6Q72000047"),
    ("PQDESCR", 84, "AA6Q72000048", "PQDESCR", "track 2: has the ISRC AA-6Q7-20-00048 of track 1"),
    ("PQDESCR", 148, "AA6Q72000050", "PQDESCR", "as the track's first packet"),
    ("PQDESCR", 20, "AA6Q72000050", "PQDESCR", "only tracks have an ISRC"),
    ("PQDESCR", 44, "2", "PQDESCR", "check digit is 2"),
    ("PQDESCR", 32, "0036000291452", "PQDESCR", "as DDPID says"),
    ("PQDESCR", 96, "4006381333931", "PQDESCR", "the UPC stands in the lead-in"),
    ("CDTEXT.BIN", 0, "\x7f", "CDTEXT.BIN", "type 7F"),
    ("CDTEXT.BIN", 20, "\x05", "CDTEXT.BIN", "sequence number 5; should be: 1"),
    ("CDTEXT.BIN", 19, "\x02", "CDTEXT.BIN", "pack 2 (byte 18): track 2, position 7; should be: track 1"),
    ("CDTEXT.BIN", 21, "\x17", "CDTEXT.BIN", "pack 2 (byte 18): block 1; should be: block 0"),
    ("CDTEXT.BIN", 5, "j", "CDTEXT.BIN", "pack 1 (byte 0): CRC"),
    ("CDTEXT.BIN", 132, "\x04", "CDTEXT.BIN", "tracks 1 to 4; should be: 1 to 3, as PQDESCR has"),
    ("CDTEXT.BIN", 134, "\x05", "CDTEXT.BIN", "5 packs of type 80 said; should be: 4"),
    ("CDTEXT.BIN", 156, "\x0a", "CDTEXT.BIN", "last sequence number 10 said; should be: 9"),
];

#[test]
fn every_damaged_field_is_named() {
    let (_folder, set) = fileset();
    for (name, byte, put, file, part) in DAMAGES {
        let path = set.join(name);
        let good = fs::read(&path).unwrap();
        let mut bad = good.clone();
        for (place, byte) in bad[*byte..].iter_mut().zip(put.bytes()) {
            *place = byte;
        }
        assert_ne!(good, bad, "{name} {byte}");
        fs::write(&path, bad).unwrap();
        // With the old digests the file is named as well.
        expect(&verify(&set).unwrap(), Severity::Error, "CHECKSUM.MD5", &format!("for {name:?}"));
        digest_again(&set);
        let report = verify(&set).unwrap();
        expect(&report, Severity::Error, file, part);
        assert!(!says(&report, Severity::Error, "CHECKSUM.MD5", ""), "{part}");
        fs::write(&path, good).unwrap();
        digest_again(&set);
    }
    assert!(verify(&set).unwrap().findings.is_empty());
}

#[test]
fn no_changed_byte_of_any_packet_goes_unseen() {
    let (_folder, set) = fileset();
    // Without digests, whose absence is the only finding: every other has to come from what the packets say.
    fs::remove_file(set.join("CHECKSUM.MD5")).unwrap();
    assert_eq!(verify(&set).unwrap().findings.len(), 1);
    let mut unseen = Vec::new();
    for name in ["DDPID", "DDPMS", "CDTEXT.BIN", "PQDESCR"] {
        let good = fs::read(set.join(name)).unwrap();
        for byte in 0..good.len() {
            for put in [b'x', b'7', b'0', b' ', 0, 0xff] {
                // What makes another good fileset: ASCII in the master's name and the user's text, a file's name in another case, a
                // lead-in of its own control, another code, another time.
                let field = byte % 64;
                let lawful = match name {
                    "DDPID" => (38..86).contains(&byte) && matches!(put, b' '..=b'~'),
                    "DDPMS" => put.eq_ignore_ascii_case(&good[byte]),
                    "PQDESCR" if put.is_ascii_digit() => matches!(field, 10..16 | 20..32) || byte == 16,
                    _ => false,
                };
                let text = name == "PQDESCR" && field >= 45 && matches!(put, b' '..=b'~');
                if put == good[byte] || lawful || text {
                    continue;
                }
                let mut bad = good.clone();
                bad[byte] = put;
                fs::write(set.join(name), &bad).unwrap();
                if verify(&set).unwrap().findings.len() < 2 {
                    unseen.push(format!("{name} {byte} {}", put.escape_ascii()));
                }
            }
        }
        fs::write(set.join(name), good).unwrap();
    }
    assert_eq!(unseen, [""; 0]);
}

#[test]
fn what_is_blank_and_should_be_is_watched() {
    let (_folder, set) = fileset();
    for (name, byte) in
        [("DDPID", 22), ("DDPID", 95), ("DDPMS", 6), ("DDPMS", 120), ("DDPMS", 286), ("PQDESCR", 18)]
    {
        let good = fs::read(set.join(name)).unwrap();
        let mut bad = good.clone();
        bad[byte] = b'x';
        fs::write(set.join(name), bad).unwrap();
        digest_again(&set);
        expect(&verify(&set).unwrap(), Severity::Warning, name, "x");
        fs::write(set.join(name), good).unwrap();
    }
}

#[test]
fn missing_extra_short_and_long_files_are_named() {
    let names = ["DDPID", "DDPMS", "CDTEXT.BIN", "PQDESCR", "IMAGE.DAT", "CHECKSUM.MD5"];
    let (_folder, set) = fileset();
    for name in names {
        let path = set.join(name);
        let good = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        let report = verify(&set).unwrap();
        let missing = report.findings.iter().any(|finding| finding.to_string().contains("missing"));
        assert!(missing, "{name}: {:?}", report.findings);
        assert_eq!(report.consistent, name == "CHECKSUM.MD5");
        fs::create_dir(&path).unwrap();
        assert!(!verify(&set).unwrap().findings.is_empty(), "{name} is a folder");
        fs::remove_dir(&path).unwrap();
        for length in [0, 1, good.len() / 2, good.len() - 1, good.len() + 1] {
            let mut bad = good.clone();
            bad.resize(length, b' ');
            fs::write(&path, bad).unwrap();
            if name != "CHECKSUM.MD5" {
                digest_again(&set);
                let report = verify(&set).unwrap();
                assert!(!report.consistent, "{name} of {length} bytes: {:?}", report.findings);
            }
        }
        fs::write(&path, good).unwrap();
        digest_again(&set);
    }
    let map = fs::read(set.join("DDPMS")).unwrap();
    fs::write(set.join("DDPMS"), &map[128..]).unwrap();
    digest_again(&set);
    expect(&verify(&set).unwrap(), Severity::Warning, "CDTEXT.BIN", "it is lost");
    fs::write(set.join("DDPMS"), map).unwrap();
    digest_again(&set);
    fs::write(set.join("notes.txt"), "x").unwrap();
    expect(&verify(&set).unwrap(), Severity::Warning, "notes.txt", "an extra file");
    // Where capitals do not tell names apart there is no second file.
    if !set.join("ddpid").exists() {
        fs::write(set.join("ddpid"), "x").unwrap();
        expect(&verify(&set).unwrap(), Severity::Error, "ddpid", "DDPID and ddpid");
    }
}

#[test]
fn packets_left_out_doubled_or_swapped_are_named() {
    let (_folder, set) = fileset();
    let path = set.join("PQDESCR");
    let good = fs::read(&path).unwrap();
    let packets: Vec<&[u8]> = good.chunks(64).collect();
    for n in 0..packets.len() {
        let mut without = packets.clone();
        without.remove(n);
        let mut twice = packets.clone();
        twice.insert(n, packets[n]);
        let mut swapped = packets.clone();
        swapped.swap(n, (n + 1) % packets.len());
        for (kind, packets) in [("without", without), ("twice", twice), ("swapped", swapped)] {
            // The two lead-outs are the same, and swapping them changes nothing.
            if kind == "swapped" && n == packets.len() - 2 {
                continue;
            }
            fs::write(&path, packets.concat()).unwrap();
            digest_again(&set);
            let report = verify(&set).unwrap();
            // Without its second index or a pregap a track is a track still, and two make a disc: only the map's length tells.
            let file = if kind == "without" && matches!(n, 3 | 4 | 6) { "DDPMS" } else { "PQDESCR" };
            assert!(says(&report, Severity::Error, file, ""), "{kind} {n}: {:?}", report.findings);
        }
    }
}

#[test]
fn names_in_any_case_and_other_spellings_of_digests_are_taken() {
    let (_folder, set) = fileset();
    for name in ["DDPID", "DDPMS", "CDTEXT.BIN", "PQDESCR", "IMAGE.DAT"] {
        fs::rename(set.join(name), set.join(name.to_lowercase())).unwrap();
    }
    assert!(verify(&set).unwrap().findings.is_empty(), "lower case");
    let list = fs::read_to_string(set.join("CHECKSUM.MD5")).unwrap();
    fs::remove_file(set.join("CHECKSUM.MD5")).unwrap();
    fs::write(set.join("album.md5"), list.to_uppercase().replace(" *", "  ").replace('\n', "\r\n")).unwrap();
    let report = verify(&set).unwrap();
    assert!(report.findings.is_empty(), "{:?}", report.findings);
}

#[test]
fn what_other_writers_do_is_taken() {
    let (_folder, set) = fileset();
    // No CD-Text, the image under another name, subcode that repeats the audio's fields, hours as zeros, serial copy management, a UPC
    // nowhere, zeros where nothing is.
    fs::remove_file(set.join("CDTEXT.BIN")).unwrap();
    fs::rename(set.join("IMAGE.DAT"), set.join("Audio 1.img")).unwrap();
    let mut map = fs::read(set.join("DDPMS")).unwrap().split_off(128);
    map[22..30].copy_from_slice(b"00000000");
    map[38..42].copy_from_slice(b"DA70");
    map[128 + 42..128 + 46].copy_from_slice(b"0000");
    map[128 + 50..128 + 54].copy_from_slice(b"0000");
    map[128 + 74..128 + 91].copy_from_slice(b"AUDIO 1.IMG      ");
    fs::write(set.join("DDPMS"), map).unwrap();
    let mut id = fs::read(set.join("DDPID")).unwrap();
    id[8..21].fill(b' ');
    fs::write(set.join("DDPID"), id).unwrap();
    let mut codes = fs::read(set.join("PQDESCR")).unwrap();
    codes[32..45].fill(b' ');
    for packet in codes.chunks_mut(64) {
        packet[8..10].copy_from_slice(b"00");
        packet[16..18].copy_from_slice(b"0S");
    }
    fs::write(set.join("PQDESCR"), codes).unwrap();
    fs::remove_file(set.join("CHECKSUM.MD5")).unwrap();
    let report = verify(&set).unwrap();
    assert!(report.consistent, "{:?}", report.findings);
    // The digests alone are missed.
    assert_eq!(report.findings.len(), 1, "{:?}", report.findings);
    assert_eq!((report.upc, report.tracks.len(), report.image_frames), (None, 3, 1500));
}

#[test]
fn texts_that_would_control_a_terminal_or_a_page_are_tamed() {
    let (_folder, set) = fileset();
    let mut packs = fs::read(set.join("CDTEXT.BIN")).unwrap();
    packs[4..8].copy_from_slice(b"\x1b[2J");
    fs::write(set.join("CDTEXT.BIN"), packs).unwrap();
    let report = verify(&set).unwrap();
    assert_eq!(report.disc.title, "[2J");
    expect(&report, Severity::Error, "CDTEXT.BIN", "control character 1B");
    // Windows has no such names.
    if cfg!(windows) {
        return;
    }
    fs::write(set.join("a\u{1b}[31m.txt"), "x").unwrap();
    let report = verify(&set).unwrap();
    assert!(report.findings.iter().all(|finding| !finding.to_string().contains('\u{1b}')));
}
