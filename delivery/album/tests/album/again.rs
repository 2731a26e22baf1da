//! A second run.

use crate::scene::*;

#[test]
fn what_has_not_changed_is_not_rendered_again() {
    let scene = Scene::new();
    for n in 0..3 {
        scene.mix(
            &format!("{n}.wav"),
            44_100,
            &song(44_100, 3.0, 0.5, 110.0 + 20.0 * f64::from(n), n as u64),
        );
    }
    let text = |gain: &str| {
        format!(
            "[album]\nloudness = {{ mode = \"as_is\" }}\noutputs = [\"wav24\", \"wav16\"]\n[[track]]\nfile = \"0.wav\"\n[[track]]\nfile = \"1.wav\"\n{gain}[[track]]\nfile = \"2.wav\"\n"
        )
    };
    let first = scene.build(&text(""));
    assert_eq!((first.renders.chains, first.renders.finals), (3, 6));
    let again = scene.build(&text(""));
    assert_eq!((again.renders.chains, again.renders.finals, again.renders.trials), (0, 0, 0));
    assert!(again.files.iter().all(|file| !file.written));
    // Another gain is another end of the chain, of one track alone.
    let louder = scene.build(&text("gain_db = -1\n"));
    assert_eq!((louder.renders.chains, louder.renders.finals), (0, 2));
    let written: Vec<&str> =
        louder.files.iter().filter(|file| file.written).map(|file| file.path.as_str()).collect();
    assert_eq!(written, ["wav24/02 1.wav", "wav16/02 1.wav"]);
    // Another mix under the same name is one chain.
    scene.mix("2.wav", 44_100, &song(44_100, 3.0, 0.4, 130.0, 9));
    let remixed = scene.build(&text("gain_db = -1\n"));
    assert_eq!((remixed.renders.chains, remixed.renders.finals), (1, 2));
    // A file that was damaged is written again from what is kept.
    std::fs::write(scene.path("out/wav16/01 0.wav"), b"no audio").unwrap();
    let mended = scene.build(&text("gain_db = -1\n"));
    assert_eq!((mended.renders.chains, mended.renders.finals), (0, 0));
    assert_eq!(mended.files.iter().filter(|file| file.written).count(), 1);
    assert_eq!(
        mended.files.iter().map(|f| &f.sha256).collect::<Vec<_>>(),
        remixed.files.iter().map(|f| &f.sha256).collect::<Vec<_>>()
    );
}

#[test]
fn a_new_title_takes_the_old_file_away_but_not_a_strangers() {
    let scene = Scene::new();
    scene.mix("a.wav", 44_100, &song(44_100, 2.0, 0.3, 110.0, 1));
    let text = |title: &str| format!("[[track]]\nfile = \"a.wav\"\ntitle = \"{title}\"\n");
    scene.build(&text("Old"));
    std::fs::write(scene.path("out/wav24/notes.txt"), b"mine").unwrap();
    scene.build(&text("New"));
    let mut names: Vec<String> = std::fs::read_dir(scene.path("out/wav24"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["01 New.wav", "notes.txt"]);
}

/// Where capitals do not tell names apart (Windows, macOS), the file before is the file now; elsewhere it goes.
#[test]
fn a_title_that_changes_its_capitals_alone_keeps_its_files() {
    let scene = Scene::new();
    scene.mix("a.wav", 44_100, &song(44_100, 6.0, 0.3, 110.0, 1));
    let text = |title: &str| {
        format!(
            "[album]\ntitle = \"{title}\"\noutputs = [\"wav24\", \"cue\"]\n[[track]]\nfile = \"a.wav\"\ntitle = \"{title}\"\n"
        )
    };
    scene.build(&text("My Album"));
    let report = scene.build(&text("My album"));
    for file in &report.files {
        let found = lacquer_storage::hash::sha256_of_file(&scene.path("out").join(&file.path)).unwrap();
        assert_eq!(found, file.sha256, "{}", file.path);
    }
    let count = |folder: &str| std::fs::read_dir(scene.path("out").join(folder)).unwrap().count();
    assert_eq!((count("wav24"), count("cue")), (1, 3), "one file a name");
    // Nothing changed: nothing is lost by a third run either.
    assert!(scene.build(&text("My album")).removed.is_empty());
}

#[test]
fn checksums_are_those_of_the_files_and_nothing_else_lies_there() {
    let scene = Scene::new();
    scene.mix("a.wav", 44_100, &song(44_100, 2.0, 0.3, 110.0, 1));
    scene.build("[album]\noutputs = [\"wav24\", \"vinyl\"]\n[[track]]\nfile = \"a.wav\"\n");
    let sums = std::fs::read_to_string(scene.path("out/SHA256SUMS")).unwrap();
    let mut listed: Vec<&str> = sums.lines().map(|line| line.split_once("  ").unwrap().1).collect();
    for line in sums.lines() {
        let (sum, path) = line.split_once("  ").unwrap();
        let found = lacquer_storage::hash::sha256_of_file(&scene.path("out").join(path)).unwrap();
        assert_eq!(found, sum, "{path}");
    }
    listed.sort_unstable();
    assert_eq!(listed, ["report.json", "vinyl/Side A timing.txt", "vinyl/Side A.wav", "wav24/01 a.wav"]);
    let report: serde_json::Value =
        serde_json::from_slice(&std::fs::read(scene.path("out/report.json")).unwrap()).unwrap();
    assert_eq!(report["tracks"][0]["move"]["reason"], "target");
    assert!(report["sides"][0]["length_s"].as_f64().unwrap() > 1.9);
}
