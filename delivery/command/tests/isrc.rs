//! `lacquer isrc`: codes in order, never twice, never outside the range, whatever happens to the process or the file.

// All of it is a test: what is not there ends it.
#![allow(clippy::unwrap_used)]

#[path = "../../isrc/tests/ledger/scene.rs"]
mod scene;

use lacquer_files::Audio;
use lacquer_files::encode::{Format, WordLength, encode_as};
use lacquer_files::tags::Tags;
use lacquer_isrc::Isrc;
use lacquer_isrc::ledger::{Ledger, LedgerError};
use lacquer_storage::hash::sha256;
use scene::{crashed, folder_with_name, ledger_of, request};
use std::collections::HashSet;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn lacquer(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lacquer")).args(arguments).output().unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Standard output and standard error of a command that succeeds.
fn done(arguments: &[&str]) -> (String, String) {
    let output = lacquer(arguments);
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{arguments:?}: {error}");
    (String::from_utf8(output.stdout).unwrap(), error)
}

/// The last line that a command which fails writes to standard error.
fn refused(arguments: &[&str]) -> String {
    let output = lacquer(arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap().trim_end().lines().last().unwrap().to_owned()
}

#[test]
fn codes_come_in_order_and_end_with_the_range() {
    let (_folder, path) = folder_with_name();
    let ledger = text(&path);
    let first = ["isrc", "new", "--ledger", ledger, "--prefix", "aa-6q7", "--year", "26", "--range", "5-7"];
    let more = ["isrc", "new", "--ledger", ledger, "--year", "26"];
    let named = |arguments: &[&'_ str], title: &str| -> Vec<String> {
        let all = [arguments, &["--title", title, "--artist", "Me"]].concat();
        all.into_iter().map(str::to_owned).collect()
    };
    let done = |arguments: Vec<String>| done(&arguments.iter().map(String::as_str).collect::<Vec<_>>()).0;
    let refused = |arguments: Vec<String>, more: &[&str]| {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).chain(more.iter().copied()).collect();
        refused(&arguments)
    };
    assert_eq!(done(named(&first, "One")), "AA-6Q7-26-00005\n");
    assert_eq!(done(named(&more, "Two")), "AA-6Q7-26-00006\n");
    let both = refused(named(&more, "Three"), &["--count", "2"]);
    assert!(both.contains("2 code(s) wanted, 1 left in 5-7 of prefix AA6Q7, year 26"), "{both}");
    assert_eq!(done(named(&more, "Three")), "AA-6Q7-26-00007\n");
    let spent = refused(named(&more, "Four"), &[]);
    assert!(spent.contains("1 code(s) wanted, 0 left"), "{spent}");
    let other = refused(named(&more, "Four"), &["--range", "0-99"]);
    assert!(other.contains("the range of AA6Q7 26 is 5-7 and stays so"), "{other}");
    let year = refused(named(&more[..4], "Four"), &["--year", "27"]);
    assert!(year.contains("no range is declared for prefix AA6Q7 and year 27"), "{year}");
    let codes = Ledger::new(&path).read().unwrap().entries;
    assert_eq!(codes.iter().map(|entry| entry.isrc.designation()).collect::<Vec<_>>(), [5, 6, 7]);
}

#[test]
fn wrong_prefixes_ranges_and_files_are_refused_with_words() {
    let (folder, path) = folder_with_name();
    let new = |more: &[&str]| {
        let base = ["isrc", "new", "--ledger", text(&path), "--title", "T", "--artist", "A", "--year", "26"];
        refused(&[&base[..], more].concat())
    };
    assert!(new(&[]).contains("the ledger has no prefix; say which with --prefix"));
    assert!(new(&["--prefix", "A16Q7", "--range", "0-9"]).contains("the first two signs are letters"));
    assert!(new(&["--prefix", "AA6Q", "--range", "0-9"]).contains("shorter than 12 signs"));
    assert!(new(&["--prefix", "AA6Q7", "--range", "9-0"]).contains("--range 9-0: give two numbers"));
    assert!(new(&["--prefix", "AA6Q7", "--range", "0-100000"]).contains("0 to 99999"));
    assert!(
        new(&["--prefix", "AA6Q7"])
            .contains("declare it once with --prefix AA6Q7 --year 26 --range FIRST-LAST")
    );
    let wave = folder.path().join("a.wav");
    std::fs::write(&wave, b"RIFF\x04\0\0\0WAVE").unwrap();
    let mut wrong = Ledger::new(&wave);
    assert!(matches!(wrong.allocate(&request("T")), Err(LedgerError::NotLedger { .. })));
    assert_eq!(
        std::fs::read(&wave).unwrap(),
        b"RIFF\x04\0\0\0WAVE",
        "a file that is no ledger is left alone"
    );
    assert!(
        refused(&["isrc", "list", "--ledger", text(&folder.path().join("none"))])
            .contains("there is no ledger")
    );
}

#[test]
fn eight_processes_at_once_never_give_a_code_twice() {
    let (_folder, path) = folder_with_name();
    let codes: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|process| {
                let path = &path;
                scope.spawn(move || {
                    (0..6)
                        .map(|n| {
                            let title = format!("Song {process}.{n}");
                            let fixed =
                                ["isrc", "new", "--ledger", text(path), "--prefix", "AA6Q7", "--year", "26"];
                            let own = ["--range", "0-99", "--artist", "Me", "--title", &title];
                            done(&[&fixed[..], &own].concat()).0.trim().to_owned()
                        })
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let distinct: HashSet<&String> = codes.iter().collect();
    assert_eq!((codes.len(), distinct.len()), (48, 48));
    let history = Ledger::new(&path).read().unwrap();
    let recorded: Vec<u32> = history.entries.iter().map(|entry| entry.isrc.designation()).collect();
    assert_eq!(recorded, (0..48).collect::<Vec<_>>(), "in order and without holes");
    assert!(history.damages.is_empty() && history.contradictions.is_empty());
}

#[test]
fn a_killed_process_leaves_a_ledger_that_goes_on() {
    let (_folder, path) = folder_with_name();
    ledger_of(&path, 1);
    for delay_ms in 0..12 {
        let mut child = Command::new(env!("CARGO_BIN_EXE_lacquer"))
            .args([
                "isrc",
                "new",
                "--ledger",
                text(&path),
                "--year",
                "26",
                "--title",
                "T",
                "--artist",
                "A",
                "--count",
                "20",
                "--again",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(delay_ms));
        child.kill().unwrap();
        let printed = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
        let history = Ledger::new(&path).read().unwrap();
        for line in printed.lines() {
            let code: Isrc = line.parse().unwrap();
            assert!(history.find(code).is_some(), "{line} was told and is not on the disk");
        }
        assert!(Ledger::new(&path).allocate(&request("After")).is_ok());
    }
}

#[test]
fn a_damaged_line_in_the_middle_stops_the_ledger_until_it_is_accepted() {
    let (_folder, path) = folder_with_name();
    let whole = ledger_of(&path, 3);
    // Line 5 has the third code; in line 4 a byte of the title changes, and its code can still be read.
    let at = String::from_utf8_lossy(&whole).find("Song 1").unwrap();
    let mut damaged = whole.clone();
    damaged[at] = b'Z';
    std::fs::write(&path, &damaged).unwrap();
    let new = ["isrc", "new", "--ledger", text(&path), "--year", "26", "--title", "T", "--artist", "A"];
    let error = refused(&new);
    assert!(error.contains("line 4 is damaged (its checksum does not fit)"), "{error}");
    assert!(refused(&["isrc", "list", "--ledger", text(&path)]).contains("line 4 is damaged"));
    assert_eq!(done(&[&new[..], &["--accept-damage"]].concat()).0, "AA-6Q7-26-00003\n");
    assert_eq!(done(&[&new[..], &["--again"]].concat()).0, "AA-6Q7-26-00004\n");

    // The last code's line is beyond reading: it may have been given, so that one code is left out for it.
    let start = whole[..whole.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
    let mut lost = whole[..start].to_vec();
    lost.extend(b"?????????????\n");
    crashed(&path, &lost);
    assert!(refused(&new).contains("line 5 is damaged"));
    assert_eq!(done(&[&new[..], &["--accept-damage"]].concat()).0, "AA-6Q7-26-00003\n");
}

#[test]
fn a_file_gets_no_second_code_and_a_remaster_is_pointed_out() {
    let (folder, path) = folder_with_name();
    let song = folder.path().join("song.wav");
    std::fs::write(&song, b"any bytes").unwrap();
    let base =
        ["isrc", "new", "--ledger", text(&path), "--prefix", "AA6Q7", "--year", "26", "--range", "0-99"];
    let of_file = ["--title", "Song", "--artist", "Me", "--file", text(&song)];
    let first = done(&[&base[..], &of_file].concat());
    assert_eq!(first, ("AA-6Q7-26-00000\n".into(), String::new()));
    let second = done(&[&base[..], &of_file].concat());
    assert_eq!(second.0, "AA-6Q7-26-00000\n");
    assert!(second.1.contains("the file has AA-6Q7-26-00000 already"), "{}", second.1);
    let again = done(&[&base[..], &of_file, &["--again"]].concat());
    assert_eq!(again.0, "AA-6Q7-26-00001\n");
    // A second code for a title is spent only where somebody says so.
    let titled = [&base[..], &["--title", "song ", "--artist", "ME"]].concat();
    let asked = lacquer(&titled);
    let said = String::from_utf8(asked.stderr).unwrap();
    assert_eq!((asked.status.code(), asked.stdout.len()), (Some(1), 0), "{said}");
    assert!(said.contains("\"Song\" by Me has AA-6Q7-26-0000") && said.contains("--again"), "{said}");
    let remaster = done(&[&titled[..], &["--again"]].concat());
    assert_eq!(remaster.0, "AA-6Q7-26-00002\n");
    assert!(remaster.1.contains("a remaster is yours to decide"), "{}", remaster.1);
    let found = Ledger::new(&path).find_by_hash(&sha256(b"any bytes")).unwrap().unwrap();
    assert_eq!(found.isrc.designation(), 1, "the later code of a file counts");
    let listed: serde_json::Value =
        serde_json::from_str(&done(&["isrc", "list", "--json", "--ledger", text(&path)]).0).unwrap();
    assert_eq!(listed["codes"].as_array().unwrap().len(), 3);
    assert_eq!(listed["ranges"][0]["next"], "AA6Q72600003");
}

/// A second of silence with a code and a title.
fn tagged(path: &Path, format: &Format, code: &str, title: &str) {
    let audio = Audio { sample_rate: 48_000, channels: 2, frames: vec![[0.0; 2]; 48_000] };
    let tags = Tags {
        title: Some(title.into()),
        performer: Some("Me".into()),
        isrc: Some(code.parse().unwrap()),
        ..Tags::default()
    };
    encode_as(path, &audio, format, &tags).unwrap();
}

#[test]
fn codes_are_imported_from_files_and_lists_and_verified() {
    let (folder, path) = folder_with_name();
    let [wave, flac, list] = ["a.wav", "a.flac", "list.csv"].map(|name| folder.path().join(name));
    tagged(&wave, &Format::Wav(WordLength::Bits24), "AA6Q72600001", "One");
    tagged(&flac, &Format::Flac(16), "AA6Q72600001", "One");
    std::fs::write(&list, "ISRC,Title,Artist\nAA-6Q7-26-00002,Two,Me\nAA-6Q7-26-00000,\"Zero, again\",Me\n")
        .unwrap();
    let import = ["isrc", "import", "--ledger", text(&path), text(&wave), text(&flac), text(&list)];
    assert_eq!(done(&import).0, "3 code(s) added, 1 file(s) linked to codes, 0 known already\n");
    assert_eq!(done(&import).0, "0 code(s) added, 0 file(s) linked to codes, 4 known already\n");
    let issued = Ledger::new(&path).allocate(&request("Three")).unwrap();
    assert_eq!(issued.designation(), 3, "imported codes are never given");

    let verify = ["isrc", "verify", "--ledger", text(&path), text(&wave), text(&flac)];
    let verified = done(&verify).0;
    assert!(verified.contains("a.wav: AA-6Q7-26-00001 (axml, ID3 TSRC, line 2 of the ledger)"), "{verified}");

    // Another title under the same code is a conflict, and nothing of the import stays.
    let before = std::fs::read(&path).unwrap();
    let [other, fourth] = ["b.flac", "c.flac"].map(|name| folder.path().join(name));
    tagged(&fourth, &Format::Flac(16), "AA6Q72600004", "Four");
    tagged(&other, &Format::Flac(16), "AA6Q72600001", "Another");
    let error = refused(&["isrc", "import", "--ledger", text(&path), text(&fourth), text(&other)]);
    assert!(error.contains("has the title \"One\" in line 2 of the ledger, not \"Another\""), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
    let output = lacquer(&["isrc", "verify", "--ledger", text(&path), text(&other), text(&fourth)]);
    // It was done, and a person has to look.
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        said.contains("has the title \"One\" in line 2") && said.contains("is not in the ledger"),
        "{said}"
    );
}

#[test]
fn contradicting_codes_in_one_file_are_found() {
    let (folder, _path) = folder_with_name();
    let wave = folder.path().join("a.wav");
    tagged(&wave, &Format::Wav(WordLength::Bits16), "AA6Q72600001", "One");
    let mut bytes = std::fs::read(&wave).unwrap();
    let at = bytes.windows(17).position(|window| window == b"ISRC:AA6Q72600001").unwrap();
    bytes[at + 16] = b'2';
    std::fs::write(&wave, &bytes).unwrap();
    let output = lacquer(&["isrc", "verify", text(&wave)]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("different codes: AA-6Q7-26-00001, AA-6Q7-26-00002"), "{said}");
    bytes[at + 10] = b'X';
    std::fs::write(&wave, &bytes).unwrap();
    let said = String::from_utf8(lacquer(&["isrc", "verify", text(&wave)]).stdout).unwrap();
    assert!(said.contains("axml has \"AA6Q7X600002\", which is no ISRC"), "{said}");
}
