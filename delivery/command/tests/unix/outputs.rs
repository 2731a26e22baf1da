//! What a run of `master` writes: no two outputs in one file, nothing of an earlier run taken for a mix, and a line for every mix.

use crate::scene::Scene;
use serde_json::Value;

#[test]
fn archives_are_no_masters_of_a_folder() {
    let scene = Scene::new();
    for n in 1..3 {
        scene.song(&format!("mixes/{n}.wav"), 0.4, 110.0);
    }
    let made = scene.run(&["master", "mixes", "-o", "masters/", "--flac", "--archive", "--anyway"]);
    assert_eq!(made.code, 0, "{}", made.err);
    assert_eq!(scene.names("masters"), ["1.archive.wav", "1.flac", "2.archive.wav", "2.flac"]);
    let tagged = scene.run(&["replay-gain", "--album", "masters", "--json"]);
    assert_eq!((tagged.code, tagged.text().lines().count()), (0, 2), "{}", tagged.err);
    assert!(tagged.err.contains("1.archive.wav and 1 more"), "it is said: {}", tagged.err);
    let checked = scene.run(&["check", "--master", "masters", "--json"]);
    let report: Value = serde_json::from_slice(&checked.out).unwrap();
    assert_eq!(report["files"].as_array().unwrap().len(), 2);
    for arguments in [&["masters"][..], &["masters/1.flac", "masters"]] {
        let measured = scene.run(&[&["measure", "--json"], arguments].concat());
        assert!(!measured.text().contains("archive"), "{}", measured.text());
    }
    // One that is named is meant, and so is one whose master is elsewhere.
    let named = scene.run(&["measure", "--json", "masters/1.archive.wav"]);
    assert_eq!((named.code, named.text().lines().count()), (0, 1), "{}", named.err);
    std::fs::remove_file(scene.path("masters/1.flac")).unwrap();
    assert_eq!(scene.run(&["measure", "--json", "masters"]).text().lines().count(), 2);
}
