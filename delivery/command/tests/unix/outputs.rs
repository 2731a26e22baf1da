//! What a run of `master` writes: no two outputs in one file, nothing of an earlier run taken for a mix, and a line for every mix.

use crate::scene::{Said, Scene};
use serde_json::Value;

fn lines(said: &Said) -> Vec<Value> {
    said.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Every line is as the published schema says.
fn keeps_to_the_schema(lines: &[Value]) {
    let schema: Value = serde_json::from_str(include_str!("../../../../docs/master.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    for line in lines {
        let errors: Vec<String> = schema.iter_errors(line).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}: {line}");
    }
}

#[cfg(unix)]
#[test]
fn two_outputs_of_a_run_are_never_one_file() {
    use std::os::unix::fs::symlink;
    let scene = Scene::new();
    scene.song("in/a.wav", 0.4, 110.0);
    scene.song("in/b.archive.wav", 0.4, 110.0);
    scene.song("in/b.wav", 0.4, 110.0);
    std::fs::create_dir(scene.path("deep")).unwrap();
    symlink("h.wav", scene.path("link.html")).unwrap();
    symlink(".", scene.path("here")).unwrap();
    let before = scene.names(".");
    for (arguments, says) in [
        ("in/a.wav -o h.wav --html h.wav", "the master of in/a.wav and the page"),
        ("in/a.wav -o h.wav --html ./h.wav", "the master of in/a.wav and the page"),
        ("in/a.wav -o deep/../h.wav --html h.wav", "the master of in/a.wav and the page"),
        ("in/a.wav -o here/h.wav --html h.wav", "the master of in/a.wav and the page"),
        ("in/a.wav -o h.wav --html link.html", "the master of in/a.wav and the page"),
        ("in/a.wav -o r.wav --archive --html r.archive.wav", "the archive of in/a.wav and the page"),
        ("in/b.wav in/b.archive.wav -o out/ --archive", "the archive of in/b.wav and the master"),
    ] {
        let said = scene.shell(&format!("lacquer master {arguments} --anyway"));
        assert!(said.code == 2 && said.err.contains(says), "{arguments}: {} {}", said.code, said.err);
        assert_eq!(scene.names("."), before, "{arguments}");
    }
    // What the shell leads into the master.
    let said = scene.shell("lacquer master in/a.wav -o m.wav --json --force --anyway > m.wav");
    assert!(said.code == 2 && said.err.contains("standard output"), "{}", said.err);
    let page = scene.run(&["check", "in/a.wav", "--html", "-"]);
    assert!(page.code == 2 && page.err.contains("--html -"), "{}", page.err);
    let page = scene.run(&["master", "in/a.wav", "-o", "m2.wav", "--html", "-", "--anyway"]);
    assert!(page.code == 2 && page.err.contains("--html -"), "{}", page.err);
    assert!(!scene.path("-").exists() && !scene.path("m2.wav").exists());
}

#[test]
fn a_master_that_is_there_and_a_clash_keep_no_other_from_being_made() {
    let scene = Scene::new();
    for name in ["1.wav", "2.wav"] {
        scene.song(&format!("inc/{name}"), 0.4, 110.0);
    }
    assert_eq!(scene.run(&["master", "inc", "-o", "out", "--anyway"]).code, 0);
    for name in ["3.wav", "x.wav", "x.flac", "y.wav", "y.flac"] {
        scene.song(&format!("inc/{name}"), 0.4, 120.0);
    }
    let made = scene.run(&["master", "inc", "-o", "out", "--anyway", "--json"]);
    assert_eq!(made.code, 2, "{}", made.err);
    assert_eq!(scene.names("out"), ["1.wav", "2.wav", "3.wav"]);
    for says in ["out/1.wav: is there already", "out/2.wav: is there already", "inc/x.flac", "inc/y.flac"] {
        assert!(made.err.contains(says), "{says}: {}", made.err);
    }
    let lines = lines(&made);
    let status: Vec<_> = lines.iter().map(|line| line["status"].as_str().unwrap()).collect();
    assert_eq!(status, ["refused", "refused", "mastered", "refused", "refused", "refused", "refused"]);
    keeps_to_the_schema(&lines);
    // One mix by two ways is one mix.
    let once = scene.run(&["master", "inc/3.wav", "./inc/3.wav", "-o", "once/", "--anyway"]);
    assert!(once.code == 0 && once.text().contains("1 of 1 mastered"), "{}: {}", once.err, once.text());
}

#[test]
fn every_mix_has_its_line_of_json() {
    let scene = Scene::new();
    scene.song("good.wav", 0.4, 110.0);
    std::fs::write(scene.path("bad.wav"), b"RIFF nothing").unwrap();
    scene.silence("silent.wav");
    let arguments = ["master", "bad.wav", "good.wav", "silent.wav", "gone.wav", "-o", "d/", "--json"];
    let skip = ["--skip", "lossy_trace"];
    let made = scene.run(&[&arguments[..], &skip].concat());
    let lines = lines(&made);
    let told: Vec<_> = lines
        .iter()
        .map(|line| (line["input"].as_str().unwrap(), line["status"].as_str().unwrap()))
        .collect();
    let expected = [
        ("bad.wav", "unreadable"),
        ("good.wav", "mastered"),
        ("silent.wav", "sent_back"),
        ("gone.wav", "unreadable"),
    ];
    assert_eq!(told, expected, "{}", made.err);
    assert_eq!(made.code, 2);
    keeps_to_the_schema(&lines);
    for (name, status) in [("silent.wav", "sent_back"), ("gone.wav", "unreadable")] {
        let one = scene.run(&["master", name, "-o", "one.wav", "--json"]);
        let object: Value = serde_json::from_slice(&one.out).unwrap_or_default();
        assert_eq!(object["status"], status, "{name}: {}", one.err);
        keeps_to_the_schema(&[object]);
    }
}

#[test]
fn a_mix_that_goes_back_goes_back_whatever_was_asked_for() {
    let scene = Scene::new();
    scene.silence("silent.wav");
    for asked in [&[][..], &["--target", "-14"], &["--preset", "loud"], &["--target", "spotify"]] {
        let said = scene.run(&[&["master", "silent.wav", "-o", "m.wav"], asked].concat());
        assert!(said.code == 1 && said.err.contains("sent back"), "{asked:?}: {} {}", said.code, said.err);
    }
    let anyway = |asked: &[&str]| {
        let said = scene.run(&[&["master", "silent.wav", "-o", "m.wav", "--anyway"], asked].concat());
        assert_eq!(said.code, 2, "{asked:?}: {}", said.err);
        said.err
    };
    let preset = anyway(&["--preset", "loud"]);
    assert!(preset.contains("--set limiter_drive=") && !preset.contains("--target"), "{preset}");
    assert!(anyway(&["--target", "-14"]).contains("leave --target out"));
    let driven = scene.run(&[
        "master",
        "silent.wav",
        "-o",
        "m.wav",
        "--anyway",
        "--preset",
        "loud",
        "--set",
        "limiter_drive=0",
    ]);
    assert_eq!(driven.code, 0, "what is advised works: {}", driven.err);
}

#[test]
fn masters_go_beside_their_mixes_and_are_not_mastered_again() {
    let scene = Scene::new();
    scene.song("inc/a.wav", 0.4, 110.0);
    scene.song("inc/side/b.wav", 0.4, 110.0);
    let beside = ["master", "inc", "-o", "inc", "--suffix", "_m", "--archive", "--anyway"];
    let made = scene.run(&beside);
    assert_eq!(made.code, 0, "{}", made.err);
    let all = ["a.wav", "a_m.archive.wav", "a_m.wav", "side/b.wav", "side/b_m.archive.wav", "side/b_m.wav"];
    assert_eq!(scene.names("inc"), all);
    scene.song("inc/c.wav", 0.4, 110.0);
    let again = scene.run(&beside);
    assert!(again.code == 2 && again.text().contains("1 of 3 mastered"), "{}: {}", again.err, again.text());
    assert!(
        again.err.contains("inc/a_m.wav: taken for the master of inc/a.wav"),
        "it is said: {}",
        again.err
    );
    assert_eq!(scene.names("inc").len(), all.len() + 3);
    // In another format neither.
    let flac = scene.run(&[&beside[..], &["--flac"]].concat());
    assert!(!scene.names("inc").iter().any(|name| name.contains("_m_m")), "{}", flac.err);
    // A name alone does not say that something is no mix: --force replaces none of them.
    let mix = std::fs::read(scene.path("inc/b.wav").with_file_name("a_m.wav")).unwrap();
    let forced = scene.run(&[&beside[..], &["--force"]].concat());
    assert!(forced.code == 2 && forced.err.contains("it may be a mix"), "{}", forced.err);
    assert!(std::fs::read(scene.path("inc/a_m.wav")).unwrap() == mix);
    // A shell's list of names is no other matter.
    let listed = scene.shell("cd inc; lacquer master *.wav -o . --suffix _m --force --anyway");
    assert!(!scene.path("inc/a_m_m.wav").exists(), "{}", listed.err);
    // Here, and in another format.
    scene.song("here/a.wav", 0.4, 110.0);
    for _ in 0..2 {
        let here = scene.shell("cd here; lacquer master . -o . --flac --anyway --force");
        assert_eq!(scene.names("here"), ["a.flac", "a.wav"], "{}", here.err);
    }
    // Without a suffix nothing tells it from a mix, which is never replaced.
    scene.song("two/a.wav", 0.4, 110.0);
    let mix = scene.song("two/a.flac", 0.4, 110.0);
    let before = std::fs::read(&mix).unwrap();
    let two = scene.run(&["master", "two", "-o", "two", "--flac", "--force", "--anyway"]);
    assert!(two.code == 2 && two.err.contains("--suffix"), "{}", two.err);
    let same = scene.run(&["master", "two/a.wav", "two", "-o", "two", "--force", "--anyway"]);
    assert!(same.code == 2 && same.err.contains("among the mixes"), "{}", same.err);
    assert!(std::fs::read(&mix).unwrap() == before);
}

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

#[cfg(target_os = "linux")]
#[test]
fn names_are_kept_to_the_byte() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let scene = Scene::new();
    let song = scene.song("song.wav", 0.4, 110.0);
    std::fs::create_dir(scene.path("mixes")).unwrap();
    let names = [&b"caf\xe8"[..], b"caf\xe9"];
    for name in names {
        let name = [name, b".wav"].concat();
        std::fs::copy(&song, scene.path("mixes").join(OsStr::from_bytes(&name))).unwrap();
    }
    let made = scene.run(&["master", "mixes", "-o", "out", "--suffix", "_m", "--archive", "--anyway"]);
    assert_eq!(made.code, 0, "{}", made.err);
    for name in names {
        for ending in [&b"_m.wav"[..], b"_m.archive.wav"] {
            let name = [name, ending].concat();
            assert!(scene.path("out").join(OsStr::from_bytes(&name)).is_file(), "{name:?}");
        }
    }
    assert_eq!(std::fs::read_dir(scene.path("out")).unwrap().count(), 4);
}
