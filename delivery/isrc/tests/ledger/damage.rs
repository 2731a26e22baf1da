//! Damaged ledgers and lists: never a panic, never a code twice.

use super::{folder_with_name, ledger_of, request};
use lacquer_isrc::Isrc;
use lacquer_isrc::ledger::{Ledger, LedgerError};
use proptest::prelude::*;
use std::collections::HashSet;

/// A change of a file's bytes: at a place of so many thousandths, something is written over, cut out or put in.
fn damage(bytes: &[u8], changes: &[(u16, u8, Vec<u8>)]) -> Vec<u8> {
    let mut damaged = bytes.to_vec();
    for (place, kind, new) in changes {
        let at = damaged.len() * usize::from(*place) / 1000;
        let end = (at + new.len()).min(damaged.len());
        match kind % 4 {
            0 => damaged[at..end].copy_from_slice(&new[..end - at]),
            1 => drop(damaged.drain(at..end)),
            2 => drop(damaged.splice(at..at, new.iter().copied())),
            _ => damaged.truncate(at),
        }
    }
    damaged
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_ledger_never_panics_nor_gives_a_code_that_can_be_read_in_it(
        changes in prop::collection::vec((0u16..1000, any::<u8>(), prop::collection::vec(any::<u8>(), 1..40)), 1..4),
    ) {
        let (_folder, path) = folder_with_name();
        let damaged = damage(&ledger_of(&path, 4), &changes);
        std::fs::write(&path, &damaged).unwrap();
        let readable: HashSet<Isrc> = Isrc::find_all(&String::from_utf8_lossy(&damaged)).into_iter().collect();
        let mut ledger = Ledger::new(&path);
        for _ in 0..3 {
            match ledger.allocate(&request("After")) {
                Ok(code) => prop_assert!(!readable.contains(&code), "{} was given again", code),
                Err(LedgerError::Damaged { .. } | LedgerError::Older { .. }) => { ledger.accept_damage().unwrap(); }
                Err(LedgerError::NotLedger { .. }) => prop_assert_eq!(std::fs::read(&path).unwrap(), damaged.clone()),
                Err(error) => prop_assert!(false, "{}", error),
            }
        }
    }

    #[test]
    fn any_text_is_a_list_or_refused(text in "\\PC{0,200}") {
        let _ = lacquer_isrc::list::read(&text);
    }
}
