//! Filesets damaged at random, and bytes that never were one: what changed is reported, nothing panics.

use super::cases;
use super::damage::fileset;
use lacquer_disc::ddp::verify;
use proptest::prelude::*;
use std::fs;

proptest! {
    // Each case reads an image of 3.5 MB twice.
    #![proptest_config(cases(48))]

    #[test]
    fn random_damage_is_reported_and_never_panics(
        damages in proptest::collection::vec((0usize..4, any::<prop::sample::Index>(), any::<u8>(), 0usize..3), 1..12),
    ) {
        let (_folder, set) = fileset();
        let names = ["DDPID", "DDPMS", "CDTEXT.BIN", "PQDESCR"];
        let read = || names.map(|name| fs::read(set.join(name)).unwrap());
        let good = read();
        for (file, place, byte, kind) in damages {
            let path = set.join(names[file]);
            let mut bytes = fs::read(&path).unwrap();
            if bytes.is_empty() {
                continue;
            }
            let at = place.index(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => { bytes.remove(at); }
                _ => bytes.insert(at, byte),
            }
            fs::write(&path, bytes).unwrap();
        }
        let report = verify(&set).unwrap();
        prop_assert_eq!(report.consistent, read() == good);
        fs::remove_file(set.join("CHECKSUM.MD5")).unwrap();
        let report = verify(&set).unwrap();
        prop_assert!(report.findings.len() <= 1001);
    }

    #[test]
    fn any_bytes_at_all_never_panic(
        id in proptest::collection::vec(any::<u8>(), 0..300),
        map in proptest::collection::vec(prop_oneof![Just(b' '), Just(b'0'), any::<u8>()], 0..600),
        codes in proptest::collection::vec(prop_oneof![Just(b'0'), Just(b'1'), Just(b'A'), any::<u8>()], 0..1000),
        list in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in [("DDPID", &id), ("DDPMS", &map), ("PQDESCR", &codes), ("CHECKSUM.MD5", &list)] {
            fs::write(folder.path().join(name), bytes).unwrap();
        }
        prop_assert!(!verify(folder.path()).unwrap().consistent);
    }
}
