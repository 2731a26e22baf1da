//! The ledger: in order, never twice, never outside the range, whatever happens to the file.

// All of it is a test: what is not there ends it.
#![allow(clippy::unwrap_used)]

mod damage;
mod scene;

use lacquer_isrc::Isrc;
use lacquer_isrc::ledger::{Import, Ledger, LedgerError};
use lacquer_storage::hash::sha256;
use scene::{crashed, folder_with_name, ledger_of, request};

#[test]
fn a_record_torn_off_at_any_byte_is_repaired_by_the_next() {
    let (_folder, path) = folder_with_name();
    let whole = ledger_of(&path, 3);
    let last = whole[..whole.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
    for cut in last..whole.len() {
        crashed(&path, &whole[..cut]);
        let before = Ledger::new(&path).read().unwrap();
        let given = Ledger::new(&path).allocate(&request("After")).unwrap();
        assert!(before.find(given).is_none(), "cut at {cut}: {given} stood in the file");
        let torn = String::from_utf8_lossy(&whole[last..cut]).into_owned();
        assert!(!Isrc::find_all(&torn).contains(&given), "cut at {cut}: {given} can still be read");
        // The repair may be torn off in turn, at any byte of it.
        let repaired = std::fs::read(&path).unwrap();
        for again in (cut..repaired.len()).step_by(41).chain([repaired.len() - 1]) {
            crashed(&path, &repaired[..again]);
            let second = Ledger::new(&path).allocate(&request("Once more")).unwrap();
            let third = Ledger::new(&path).allocate(&request("And again")).unwrap();
            let history = Ledger::new(&path).read().unwrap();
            assert!(
                second.designation() > 1 && third > second,
                "cut at {cut}, then {again}: {second}, {third}"
            );
            assert_eq!(history.open_damages().count(), 0, "cut at {cut}, then {again}");
            assert!(history.contradictions.is_empty());
        }
    }
}

#[test]
fn a_ledger_torn_off_while_it_was_begun_is_begun_again() {
    let (_folder, path) = folder_with_name();
    let whole = ledger_of(&path, 1);
    for cut in 0..whole.len() {
        crashed(&path, &whole[..cut]);
        let given = Ledger::new(&path).allocate(&request("After"));
        let given = given.unwrap_or_else(|error| panic!("cut at {cut}: {error}"));
        assert_eq!(Ledger::new(&path).read().unwrap().find(given).unwrap().title, "After");
    }
}

#[test]
fn imports_are_checked_against_each_other() {
    let (_folder, path) = folder_with_name();
    let import = |code: &str, title: &str, hash: &[u8]| Import {
        isrc: code.parse().unwrap(),
        title: title.into(),
        artist: String::new(),
        sha256: Some(sha256(hash)),
        source: title.into(),
    };
    let mut ledger = Ledger::new(&path);
    let error = ledger.import(&[import("AA6Q72600001", "A", b"1"), import("AA6Q72600002", "B", b"1")]);
    assert!(matches!(error, Err(LedgerError::Conflict { .. })));
    assert!(ledger.read().unwrap().entries.is_empty());
}
