//! Album files of strangers: ledgers, presets, and what is asked of an album that cannot be meant so.

use crate::scene::*;
use lacquer_isrc::Isrc;
use lacquer_isrc::ledger::Ledger;
use std::os::unix::fs::symlink;
use std::process::Command;

const CODES: &str = "isrc_prefix = \"AA-6Q7\"\nisrc_range = [0, 9]\n";
const NEW: &str = "isrc = \"new\"";

#[test]
fn no_album_file_writes_a_code_outside_its_folder() {
    let scene = Scene::new();
    let home = scene.path("other");
    for ledger in [
        "../other/.bash_profile",
        "../other/codes.ledger",
        "mixes/../../other/codes.ledger",
        &format!("{}/codes.ledger", home.display()),
        ".bash_profile",
        "mixes/codes",
        ".ledger",
        "",
    ] {
        scene.album("ALBUM.toml", &format!("{CODES}ledger = \"{ledger}\""), NEW);
        let before = everything(scene.path("").as_path());
        let said = scene.refused(&["album", "ALBUM.toml", "-o", "release"]);
        assert!(said.contains("line 5: ledger") && said.contains("--ledger"), "{ledger:?}: {said}");
        assert_eq!(everything(scene.path("").as_path()), before, "{ledger:?}");
    }
    // Names that are right and lead elsewhere.
    symlink(home.join("new.ledger"), scene.path("album/isrc.ledger")).unwrap();
    symlink(&home, scene.path("album/codes")).unwrap();
    for ledger in ["isrc.ledger", "codes/isrc.ledger"] {
        scene.album("ALBUM.toml", &format!("{CODES}ledger = \"{ledger}\""), NEW);
        let before = everything(&home);
        let said = scene.refused(&["album", "ALBUM.toml", "-o", "release"]);
        assert!(said.contains("outside the album's folder"), "{said}");
        assert_eq!(everything(&home), before, "{ledger}");
        assert!(!scene.path("album/release").exists());
    }
    // A person may name any.
    scene.done(&["album", "ALBUM.toml", "-o", "release", "--ledger", "../other/mine.txt"]);
    assert_eq!(Ledger::new(home.join("mine.txt")).read().unwrap().entries.len(), 2);
}

#[test]
fn a_ledger_below_the_album_is_taken_and_nothing_to_a_shell() {
    let scene = Scene::new();
    let title = "title = \"x\\\"; $(touch a) `touch b`; touch c; touch d > e '\"";
    let text = std::fs::read_to_string(scene.album(
        "ALBUM.toml",
        &format!("{CODES}ledger = \"mixes/codes.ledger\""),
        NEW,
    ))
    .unwrap();
    std::fs::write(scene.path("album/ALBUM.toml"), text.replace("title = \"One\"", title)).unwrap();
    scene.done(&["album", "ALBUM.toml", "-o", "release"]);
    let ledger = scene.path("album/mixes/codes.ledger");
    let entries = Ledger::new(&ledger).read().unwrap().entries;
    assert_eq!(entries[0].title, "x\"; $(touch a) `touch b`; touch c; touch d > e '");
    for shell in ["sh", "bash"] {
        let folder = tempfile::tempdir().unwrap();
        // What it makes of the lines is of no interest: only that it does nothing.
        Command::new(shell).arg(&ledger).current_dir(folder.path()).output().unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "{shell}");
    }
}

#[test]
fn a_file_that_is_no_preset_is_not_shown() {
    let scene = Scene::new();
    let secret = scene.path("other/shadow");
    for content in ["root:$6$words:19000\n", "token = \"words\"\n", "name = 7\nwords = 1\n", "[words]\n"] {
        std::fs::write(&secret, content).unwrap();
        scene.album("ALBUM.toml", &format!("preset = \"{}\"", secret.display()), "");
        let said = scene.refused(&["album", "ALBUM.toml", "-o", "release"]);
        assert!(said.contains("shadow: not a preset: line 1") && !said.contains("words"), "{said}");
        let said =
            scene.refused(&["master", "mixes/one.wav", "-o", "x.wav", "--preset", secret.to_str().unwrap()]);
        assert!(said.contains("not a preset") && !said.contains("words"), "{said}");
    }
}

#[test]
fn what_has_no_end_is_refused_wherever_it_is_named() {
    let scene = Scene::new();
    symlink("/dev/zero", scene.path("album/zero.wav")).unwrap();
    symlink("/dev/zero", scene.path("album/zero.toml")).unwrap();
    symlink("/dev/zero", scene.path("album/zero.txt")).unwrap();
    symlink("/dev/zero", scene.path("album/zero.ledger")).unwrap();
    for name in ["pipe.wav", "pipe.toml", "pipe.txt", "pipe.ledger"] {
        assert!(Command::new("mkfifo").arg(scene.path("album").join(name)).status().unwrap().success());
    }
    let new = ["isrc", "new", "--title", "T", "--artist", "A", "--prefix", "AA6Q7", "--year", "26"];
    for kind in ["zero", "pipe"] {
        let [wave, toml, list, ledger] = ["wav", "toml", "txt", "ledger"].map(|end| format!("{kind}.{end}"));
        for line in [
            vec!["album", &toml, "-o", "release"],
            vec!["master", "mixes/one.wav", "-o", "x.wav", "--preset", &toml],
            vec!["isrc", "import", "--ledger", "codes.ledger", &list],
            vec!["isrc", "list", "--ledger", &ledger],
            vec!["isrc", "verify", "--ledger", &ledger, "mixes/one.wav"],
            [&new[..], &["--range", "0-9", "--ledger", &ledger]].concat(),
            [&new[..], &["--range", "0-9", "--ledger", "codes.ledger", "--file", &wave]].concat(),
        ] {
            let mut child = Command::new("timeout")
                .args(["-s", "KILL", "20", env!("CARGO_BIN_EXE_lacquer")])
                .args(&line)
                .current_dir(scene.path("album"))
                .env("LACQUER_CACHE", scene.path("cache"))
                .stdout(std::process::Stdio::null())
                .stderr(std::process::Stdio::null())
                .spawn()
                .unwrap();
            assert_eq!(child.wait().unwrap().code(), Some(2), "{line:?}");
        }
        scene.album("ALBUM.toml", "", "");
        let text = format!("[[track]]\nfile = \"{wave}\"\n");
        std::fs::write(scene.path("album/ALBUM.toml"), text).unwrap();
        assert!(scene.refused(&["album", "ALBUM.toml", "-o", "release"]).contains("track 1"));
    }
}

#[test]
fn what_cannot_be_meant_is_refused_before_work() {
    let scene = Scene::new();
    let refused = |album: &str, track: &str| {
        scene.album("ALBUM.toml", album, track);
        scene.refused(&["album", "ALBUM.toml", "-o", "release"])
    };
    assert!(refused("outputs = []", "").contains("line 3: outputs: is empty"));
    let said = refused("", "isrc = \"AA6Q72600007\"");
    assert!(said.contains("track 2, isrc") && said.contains("track 1 already"), "{said}");
    let said = refused("", "end_s = 1.5");
    assert!(said.contains("end_s = 1.5 lies past the file's end at 1.000 s"), "{said}");
    std::fs::copy(scene.path("album/mixes/one.wav"), scene.path("album/mixes/two.wav")).unwrap();
    let said = refused(CODES, NEW);
    assert!(said.contains("track 2") && said.contains("same bytes as the file of track 1"), "{said}");
    assert!(!scene.path("album/isrc.ledger").exists(), "no code was given");
    // Without codes it may be meant, and is said.
    scene.album("ALBUM.toml", "", "");
    let said = scene.done(&["album", "ALBUM.toml", "-o", "release"]);
    assert!(said.contains("Tracks 1 and 2 are made of the same part of the same file"), "{said}");
}

#[test]
fn a_code_that_the_ledger_gives_to_a_file_is_no_other_tracks() {
    let scene = Scene::new();
    let new =
        ["isrc", "new", "--ledger", "isrc.ledger", "--title", "Two", "--artist", "A", "--prefix", "AA6Q7"];
    let code = scene.done(&[&new[..], &["--range", "0-9", "--file", "mixes/two.wav"]].concat());
    let code: Isrc = code.trim().parse().unwrap();
    let text = std::fs::read_to_string(scene.album("ALBUM.toml", CODES, NEW)).unwrap();
    let named = format!("isrc = \"{code}\"");
    std::fs::write(scene.path("album/ALBUM.toml"), text.replacen(NEW, &named, 1)).unwrap();
    let said = scene.refused(&["album", "ALBUM.toml", "-o", "release"]);
    assert!(said.contains("track 2") && said.contains("the code of track 1"), "{said}");
}

#[test]
fn one_rate_that_is_asked_for_is_not_asked_for_again() {
    let scene = Scene::new();
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 48_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(scene.path("album/mixes/two.wav"), spec).unwrap();
    (0..48_000).for_each(|n| writer.write_sample((n % 97 * 100) as i16).unwrap());
    writer.finalize().unwrap();
    scene.album("ALBUM.toml", "", "");
    let said = scene.done(&["album", "ALBUM.toml", "-o", "release"]);
    assert!(
        said.contains("different sample rates (44100 and 48000 Hz): ask for one with sample_rate"),
        "{said}"
    );
    scene.album("ALBUM.toml", "sample_rate = 44100", "");
    let said = scene.done(&["album", "ALBUM.toml", "-o", "release"]);
    assert!(!said.contains("different sample rates"), "{said}");
}
