//! Many mixes into a folder of masters: names, tags, formats, archives, and nothing that is lost.

use crate::scene::{Scene, decoded};
use lacquer_files::tags::{self, Tags};
use std::path::Path;

#[test]
fn masters_keep_the_names_places_and_tags_of_their_mixes() {
    let scene = Scene::new();
    let tags = Tags {
        title: Some("One".into()),
        performer: Some("Ada; Ben".into()),
        isrc: "AA6Q72000047".parse().ok(),
        ..Tags::default()
    };
    scene.tagged("mixes/Track 2.flac", 0.4, 110.0, &tags);
    scene.song("mixes/Track 10.wav", 0.3, 120.0);
    scene.song("mixes/side b/Track 1.wav", 0.3, 130.0);
    scene.song("single.wav", 0.3, 140.0);
    let arguments =
        ["master", "mixes", "single.wav", "-o", "masters/", "--flac", "--suffix", " (master)", "--anyway"];
    let made = scene.run(&arguments);
    assert_eq!(made.code, 0, "{}", made.err);
    let names = [
        "Track 10 (master).flac",
        "Track 2 (master).flac",
        "side b/Track 1 (master).flac",
        "single (master).flac",
    ];
    assert_eq!(scene.names("masters"), names);
    let table = made.text();
    let at = |name: &str| table.find(name).unwrap_or_else(|| panic!("{name}: {table}"));
    assert!(at("Track 2 ") < at("Track 10 "), "in the order in which people number things: {table}");
    assert!(table.ends_with("4 of 4 mastered\n"), "{table}");
    let carried = tags::read(&scene.path("masters/Track 2 (master).flac")).unwrap();
    assert_eq!((&carried.title, &carried.performer, carried.isrc), (&tags.title, &tags.performer, tags.isrc));
    // Again: nothing is replaced unless that is asked for.
    let before = std::fs::read(scene.path("masters/single (master).flac")).unwrap();
    let again = scene.run(&[&arguments[..], &["--target", "-10"]].concat());
    assert!(again.code == 2 && again.err.contains("is there already"), "{}", again.err);
    assert!(std::fs::read(scene.path("masters/single (master).flac")).unwrap() == before);
    let forced = scene.run(&[&arguments[..], &["--target", "-10", "--force", "--json"]].concat());
    assert_eq!(forced.code, 0, "{}", forced.err);
    assert_eq!(forced.text().lines().count(), 4, "an object in a line for each");
    assert!(std::fs::read(scene.path("masters/single (master).flac")).unwrap() != before);
}

#[test]
fn one_that_cannot_be_made_keeps_no_other_from_being_made() {
    let scene = Scene::new();
    scene.song("mixes/a.wav", 0.4, 110.0);
    scene.song("mixes/c.wav", 0.4, 130.0);
    std::fs::write(scene.path("mixes/b.wav"), b"RIFF nothing").unwrap();
    let made = scene.run(&["master", "mixes", "-o", "masters", "--anyway"]);
    assert_eq!(made.code, 2, "{}", made.err);
    assert!(made.err.contains("b.wav") && made.text().contains("2 of 3 mastered"), "{}", made.text());
    assert_eq!(scene.names("masters"), ["a.wav", "c.wav"]);
    let nothing = scene.run(&["master", "masters", "gone.wav", "-o", "again/", "--anyway"]);
    assert!(nothing.code == 2 && nothing.err.contains("gone.wav"), "{}", nothing.err);
    assert_eq!(scene.names("again"), ["a.wav", "c.wav"]);
}

#[test]
fn masters_among_the_mixes_are_not_mastered_again_and_no_mix_is_replaced() {
    let scene = Scene::new();
    scene.song("mixes/a.wav", 0.4, 110.0);
    let before = std::fs::read(scene.path("mixes/a.wav")).unwrap();
    for _ in 0..2 {
        let made = scene.run(&["master", "mixes", "-o", "mixes/masters", "--anyway", "--force"]);
        assert_eq!(made.code, 0, "{}", made.err);
        assert_eq!(scene.names("mixes"), ["a.wav", "masters/a.wav"]);
    }
    for arguments in [
        &["master", "mixes/a.wav", "-o", "mixes", "--anyway", "--force"][..],
        &["master", "mixes/a.wav", "-o", "mixes/a.wav", "--force"],
    ] {
        let said = scene.run(arguments);
        assert!(said.code == 2 && said.err.contains("is the input"), "{}", said.err);
    }
    assert!(std::fs::read(scene.path("mixes/a.wav")).unwrap() == before);
}

#[test]
fn what_cannot_be_named_is_refused_before_any_work() {
    let scene = Scene::new();
    scene.song("a/x.wav", 0.4, 110.0);
    scene.song("b/x.wav", 0.4, 110.0);
    scene.song("b/x.flac", 0.4, 110.0);
    for (arguments, says) in [
        (&["a/x.wav", "b/x.flac", "-o", "a/x.wav"][..], "need a folder"),
        (&["a", "-", "-o", "out/"], "no name of its own"),
        (&["a", "-o", "out/", "--suffix", "/../x"], "leads into no folder"),
        (&["a", "-o", "out/", "--html", "x.html"], "one mix at a time"),
        (&["a", "-o", "out/", "--flac", "--word-length", "32f"], "no floating point"),
        (&["a/x.wav", "-o", "x.flac", "--word-length", "32f"], "no floating point"),
        (&["a/x.wav", "-o", "x.mp3"], "WAV and FLAC"),
        (&["a/x.wav", "-o", "nowhere/x.wav"], "does not exist"),
    ] {
        let said = scene.run(&[&["master"], arguments].concat());
        assert!(said.code == 2 && said.err.contains(says), "{arguments:?}: {}", said.err);
        assert_eq!(said.err.trim_end().lines().count(), 1, "{}", said.err);
        assert!(!scene.path("out").exists(), "{arguments:?}");
    }
    // Nobody said which of two is meant: neither is made.
    for arguments in [&["a/x.wav", "b/x.wav", "-o", "out/"][..], &["b", "-o", "out/"]] {
        let said = scene.run(&[&["master"], arguments].concat());
        let clashes = said.err.lines().filter(|line| line.contains("master of both")).count();
        assert_eq!((said.code, clashes), (2, 2), "{arguments:?}: {}", said.err);
        assert!(!scene.path("out").exists(), "{arguments:?}");
    }
}

/// The archive is the master before its dither: what differs is the dither alone, at 16 bits a few steps of 2^-15.
#[test]
fn an_archive_is_the_master_before_its_dither() {
    let scene = Scene::new();
    scene.song("a.wav", 0.4, 110.0);
    for limiter in ["best", "high"] {
        for (length, step) in [("16", 32_768f32), ("32f", f32::INFINITY)] {
            let arguments = [
                "master",
                "a.wav",
                "-o",
                "m.wav",
                "--force",
                "--anyway",
                "--archive",
                "--target",
                "-14",
                "--limiter",
                limiter,
                "--word-length",
                length,
                "--json",
            ];
            let report = scene.run(&arguments).json();
            assert_eq!(report["archive"], "m.archive.wav");
            let (master, archive) = (decoded(&scene.path("m.wav")), decoded(&scene.path("m.archive.wav")));
            assert_eq!(master.frames.len(), archive.frames.len());
            let apart = master
                .frames
                .as_flattened()
                .iter()
                .zip(archive.frames.as_flattened())
                .map(|(one, other)| (one - other).abs())
                .fold(0.0f32, f32::max);
            // Triangular dither and the shaping's error: eight steps hold it; without dither they are one.
            assert!(apart <= 8.0 / step, "{limiter}, {length}: {apart}");
            assert_eq!(apart > 0.0, length == "16", "{limiter}, {length}: {apart}");
        }
    }
    let bits = hound::WavReader::open(scene.path("m.archive.wav")).unwrap().spec();
    assert_eq!((bits.bits_per_sample, bits.sample_format), (32, hound::SampleFormat::Float));
    let again = scene.run(&["master", "a.wav", "-o", "n.wav", "--archive", "--anyway"]);
    assert_eq!(again.code, 0, "{}", again.err);
    std::fs::remove_file(scene.path("n.wav")).unwrap();
    let kept = scene.run(&["master", "a.wav", "-o", "n.wav", "--archive", "--anyway"]);
    assert!(kept.code == 2 && kept.err.contains("n.archive.wav"), "an archive is not replaced: {}", kept.err);
    assert!(!Path::new(&scene.path("n.wav")).exists());
}
