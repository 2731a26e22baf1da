//! What others wrote: several names, tags in unusual places, and what cannot be read.

use super::*;
use lacquer_files::tags::verify::verify;

#[test]
fn several_names_of_one_field_are_all_kept() {
    if !lacquer_left_out::has_program("metaflac") {
        return;
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
    assert_eq!(tags::codes(&path).unwrap(), [(Field::Id3, "AA6Q72600047".to_owned())]);
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
    assert_eq!(tags::codes(&path).unwrap(), [(Field::Id3, "AA6Q72600047".to_owned())]);
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
        let mut verified = verify(Vec::new(), &Tags::default(), "", None);
        verified.add_unread(&unread);
        let [problem] = &verified.problems[..] else { panic!("{verified:?}") };
        assert!(problem.contains("no ISRC found, but not all of its tags can be read"), "{problem}");
    }
}
