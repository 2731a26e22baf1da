//! Kills: what stood there stands there, or what was to be written does, whole.

use crate::scene::*;
use crate::writers::*;
use lacquer_isrc::Isrc;
use lacquer_isrc::ledger::Ledger;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

#[test]
fn what_is_replaced_is_whole_whenever_it_is_killed() {
    for (name, kind) in KINDS {
        let scene = Scene::new();
        let path = prepared(&scene, kind, name);
        let mut told = BTreeSet::new();
        for n in 0..u64::from(times(30)) {
            let line = child(&path);
            let mut child = Command::new(&line[0])
                .args(&line[1..])
                .env("LACQUER_WRITES_TO", &path)
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            // However slow the machine is: it has begun, and is somewhere in its work.
            let mut told_by = BufReader::new(child.stdout.take().unwrap());
            let mut line = String::new();
            while !line.contains("begun") {
                line.clear();
                assert!(told_by.read_line(&mut line).unwrap() > 0);
            }
            std::thread::sleep(Duration::from_millis(7 * n % 60));
            child.kill().unwrap();
            let mut said = Vec::new();
            told_by.read_to_end(&mut said).unwrap();
            child.wait().unwrap();
            assert!(is_whole(kind, &path), "{name}, kill {n}");
            for code in String::from_utf8_lossy(&said).lines().filter_map(|line| line.parse::<Isrc>().ok()) {
                assert!(told.insert(code), "{code} was told twice");
            }
        }
        println!("{name}: {} kills", times(30));
        if matches!(kind, Kind::Ledger) {
            let history = Ledger::new(&path).read().unwrap();
            assert!(!told.is_empty() && told.iter().all(|code| history.find(*code).is_some()));
        }
        // Each run removes what the one before it left.
        let left = everything(&scene.path("album")).into_keys();
        let parts = left.filter(|path| path.extension().is_some_and(|end| end == "part"));
        assert!(parts.count() <= 1, "{name}");
    }
}

#[test]
fn a_killed_writer_leaves_the_old_file_or_the_new_one() {
    // Short ones: what matters is the writing.
    let scene = Scene::with_mixes(0.25);
    let mixes = everything(&scene.path("album/mixes"));
    for (name, line) in writers() {
        let path = scene.path("album").join(name);
        let _ = std::fs::remove_file(&path);
        let started = std::time::Instant::now();
        scene.lacquer(&line);
        let whole = started.elapsed();
        let new = std::fs::read(&path).unwrap();
        let old = old(&new, name);
        for n in 0..times(12) {
            std::fs::write(&path, &old).unwrap();
            let mut child = Command::new(env!("CARGO_BIN_EXE_lacquer"))
                .args(&line)
                .current_dir(scene.path("album"))
                .env("LACQUER_CACHE", scene.path("cache"))
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            std::thread::sleep(whole * (4 + n % 12) / 14);
            let _ = child.kill();
            child.wait().unwrap();
            let found = std::fs::read(&path).unwrap();
            // A report names no time: each run writes the same bytes.
            assert!(found == old || found == new, "{line:?}, kill {n}: {} bytes", found.len());
        }
        println!("{} {name}: {} kills", line[0], times(12));
        assert!(everything(&scene.path("album/mixes")) == mixes, "{line:?}");
        // What the kills left beside goes with the next run that comes through.
        scene.lacquer(&line);
        let parts = everything(&scene.path("album"))
            .into_keys()
            .filter(|path| path.extension().is_some_and(|end| end == "part"));
        assert_eq!(parts.count(), 0, "{line:?}");
    }
}

/// The command, running in `album/`; what it says is read when it is over.
fn begun(scene: &Scene, line: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_lacquer"))
        .args(line)
        .current_dir(scene.path("album"))
        .env("LACQUER_CACHE", scene.path("cache"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Empties a cache, but for the list of the names that are Lacquer's.
fn forget_renders(cache: &Path) {
    for (path, _) in everything(cache) {
        if path.is_file() && path.file_name().is_some_and(|name| name != "claims.json") {
            std::fs::remove_file(path).unwrap();
        }
    }
}

#[test]
fn an_album_that_is_killed_goes_on_where_it_was() {
    // Short ones: what matters is the writing. A fileset, whose tracks are longer, is killed above.
    let scene = Scene::with_mixes(0.5);
    let outputs = "title = \"T\"\nartist = \"A\"\nsample_rate = 44100\noutputs = [\"wav24\", \"wav16\", \"flac\", \"report\"]";
    scene.album("ALBUM.toml", outputs, "");
    let started = Instant::now();
    scene.done(&["album", "ALBUM.toml", "-o", "whole"]);
    let whole_time = started.elapsed();
    let whole = audio_of(&scene, "whole");
    let mixes = everything(&scene.path("album/mixes"));
    let kills = times(10);
    for n in 0..kills {
        // Every other time what was rendered is forgotten, so that every step of the work is met.
        if n % 2 == 0 {
            forget_renders(&scene.path("cache"));
        }
        let mut child = begun(&scene, &["album", "ALBUM.toml", "-o", "out"]);
        std::thread::sleep(whole_time * (1 + 3 * n % kills) / kills);
        let _ = child.kill();
        child.wait().unwrap();
        for (name, bytes) in audio_of(&scene, "out") {
            let is_part = name.iter().any(|part| part.to_string_lossy().ends_with(".part"));
            let is_whole = whole.iter().any(|(other, same)| *other == name && *same == bytes);
            assert!(is_part || is_whole, "kill {n}: {} is half a file", name.display());
        }
        assert!(everything(&scene.path("album/mixes")) == mixes, "kill {n}");
    }
    println!("album: {kills} kills");
    scene.done(&["album", "ALBUM.toml", "-o", "out"]);
    assert!(
        audio_of(&scene, "out") == whole,
        "what goes on ends as what was never killed, with nothing beside it"
    );
}

#[test]
fn a_killed_allocation_tells_no_code_twice() {
    let scene = Scene::new();
    let line = [
        "isrc", "new", "--ledger", "a.ledger", "--title", "T", "--artist", "A", "--prefix", "AA6Q7",
        "--year", "26", "--range", "0-9999", "--again",
    ];
    let started = Instant::now();
    scene.done(&line);
    let whole = started.elapsed();
    let (mut told, kills) = (BTreeSet::new(), times(40));
    for n in 0..kills {
        let mut child = begun(&scene, &line);
        std::thread::sleep(whole * (n % 20) / 16);
        let _ = child.kill();
        let output = child.wait_with_output().unwrap();
        if let Ok(code) = String::from_utf8_lossy(&output.stdout).trim().parse::<Isrc>() {
            assert!(told.insert(code), "{code} was told twice");
        }
    }
    println!("isrc new: {kills} kills, {} codes told", told.len());
    scene.done(&line);
    let history = Ledger::new(scene.path("album/a.ledger")).read().unwrap();
    assert!(told.iter().all(|code| history.find(*code).is_some()), "what was told is in the ledger");
    assert_eq!(history.open_damages().count(), 0);
}
