//! Old backups and wrong clocks: no code is given twice.

use crate::scene::*;
use lacquer_isrc::date::Date;
use lacquer_isrc::ledger::{Import, Ledger, LedgerError, Request};
use lacquer_isrc::{Isrc, anchor};

fn request(title: &str) -> Request {
    Request {
        prefix: Some("AA6Q7".into()),
        range: Some((0, 99)),
        title: title.into(),
        artist: "A".into(),
        ..Request::default()
    }
}

const DAY: Date = Date { year: 2026, month: 11, day: 28 };

#[test]
fn a_ledger_from_an_old_backup_gives_no_code_twice() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("codes.ledger");
    let mut ledger = Ledger::new(&path).on(DAY);
    let mut given = vec![ledger.allocate(&request("0")).unwrap()];
    let backup = std::fs::read(&path).unwrap();
    given.extend((1..4).map(|n| ledger.allocate(&request(&n.to_string())).unwrap()));
    let newer = std::fs::read(&path).unwrap();
    std::fs::write(&path, &backup).unwrap();
    let error = ledger.allocate(&request("5")).unwrap_err();
    assert!(matches!(error, LedgerError::Older { missing: 3, .. }), "{error}");
    assert!(
        error.to_string().contains("AA-6Q7-26-00003") && error.to_string().contains("--accept-damage"),
        "{error}"
    );
    // The codes can be taken in from where they are, one after the other.
    let import = |isrc: Isrc, title: &str| Import {
        isrc,
        title: title.into(),
        artist: "A".into(),
        sha256: None,
        source: "a tag".into(),
    };
    for (n, code) in given.iter().enumerate().skip(1) {
        assert!(ledger.allocate(&request("5")).is_err(), "code {n} is still missing");
        ledger.import(&[import(*code, &n.to_string())]).unwrap();
    }
    assert_eq!(ledger.allocate(&request("5")).unwrap().designation(), 4);
    // Or a person goes on after the last one.
    std::fs::write(&path, &backup).unwrap();
    ledger.accept_damage().unwrap();
    assert_eq!(ledger.allocate(&request("6")).unwrap().designation(), 5);
    // A newer backup than that is older still; a ledger without its anchor is believed.
    std::fs::write(&path, &newer).unwrap();
    std::fs::remove_file(anchor::path_of(&path)).unwrap();
    assert_eq!(ledger.allocate(&request("7")).unwrap().designation(), 4);
}

#[test]
fn the_command_says_that_a_ledger_is_old() {
    let scene = Scene::new();
    let new = [
        "isrc", "new", "--ledger", "a.ledger", "--artist", "A", "--prefix", "AA6Q7", "--year", "26",
        "--range", "0-9", "--title",
    ];
    let give = |title: &str, more: &[&str]| {
        [&new[..], &[title], more].concat().iter().map(|text| (*text).to_owned()).collect::<Vec<_>>()
    };
    let run = |line: Vec<String>| scene.done(&line.iter().map(String::as_str).collect::<Vec<_>>());
    run(give("One", &[]));
    let backup = std::fs::read(scene.path("album/a.ledger")).unwrap();
    run(give("Two", &[]));
    std::fs::write(scene.path("album/a.ledger"), backup).unwrap();
    let line = give("Three", &[]);
    let said = scene.refused(&line.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(said.contains("restored backup"), "{said}");
    assert!(scene.refused(&["isrc", "list", "--ledger", "a.ledger"]).contains("older than the codes"));
    assert_eq!(run(give("Three", &["--accept-damage"])), "AA-6Q7-26-00002\n");
}

#[test]
fn an_anchor_is_no_way_out_of_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("codes.ledger");
    let letter = folder.path().join("letter");
    std::fs::write(&letter, "Dear reader").unwrap();
    std::os::unix::fs::symlink(&letter, anchor::path_of(&path)).unwrap();
    let mut ledger = Ledger::new(&path).on(DAY);
    ledger.allocate(&request("0")).unwrap();
    assert_eq!(std::fs::read_to_string(&letter).unwrap(), "Dear reader");
    assert!(std::fs::symlink_metadata(anchor::path_of(&path)).unwrap().is_symlink());
    // A damaged one is none, and is written again.
    std::fs::remove_file(anchor::path_of(&path)).unwrap();
    std::fs::write(anchor::path_of(&path), b"\xff\0{").unwrap();
    assert_eq!(ledger.allocate(&request("1")).unwrap().designation(), 1);
    assert!(anchor::Anchor::read(&path).is_some());
}

#[test]
fn a_clock_that_cannot_be_right_gives_no_year() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("codes.ledger");
    let on = |year, month, day| Ledger::new(&path).on(Date { year, month, day });
    for (year, said) in
        [(1970, "1970-01-01"), (2025, "2025-01-01"), (2031, "2031-01-01"), (2106, "2106-01-01")]
    {
        let error = on(year, 1, 1).allocate(&request("T")).unwrap_err();
        assert!(matches!(error, LedgerError::Clock { .. }), "{error}");
        assert!(error.to_string().contains(said) && error.to_string().contains("--year"), "{error}");
    }
    assert!(!path.exists() || std::fs::read(&path).unwrap().is_empty(), "nothing was written");
    assert_eq!(on(2027, 3, 1).allocate(&request("T")).unwrap().year(), 27);
    // Later codes than today's.
    let error = on(2026, 12, 31).allocate(&request("T")).unwrap_err();
    assert!(error.to_string().contains("but the ledger has codes of 2027-03-01"), "{error}");
    // Whoever says the year is believed.
    let said = Request { year: Some(31), ..request("T") };
    assert_eq!(on(1970, 1, 1).allocate(&said).unwrap().year(), 31);
}
