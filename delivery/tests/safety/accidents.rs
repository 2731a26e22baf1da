//! Kills, full disks, old backups and wrong clocks: nothing is lost that was there, and nothing is given twice.

use crate::scene::*;
use lacquer_delivery::decode::decode;
use lacquer_delivery::disc::{Disc, DiscTrack, ddp};
use lacquer_delivery::isrc::Isrc;
use lacquer_delivery::isrc::anchor;
use lacquer_delivery::isrc::date::Date;
use lacquer_delivery::isrc::ledger::{Import, Ledger, LedgerError, Request};
use lacquer_delivery::tags::{self, Tags};
use lacquer_params::{Library, Preset, Tree};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

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

fn disc() -> Disc {
    let start_frame = 150;
    let track = |n: u32| {
        let start_frame = start_frame + n * 300;
        DiscTrack { start_frame, pregap_frame: if n == 0 { 0 } else { start_frame }, ..DiscTrack::default() }
    };
    Disc { tracks: vec![track(0), track(1)], lead_out_frame: start_frame + 600, ..Disc::default() }
}

/// What writers of the library that no command has write over and over, and whether what stands there is whole.
#[derive(Clone, Copy)]
enum Kind {
    Fileset,
    Tags,
    Preset,
    Ledger,
}

const KINDS: [(&str, Kind); 4] =
    [("ddp", Kind::Fileset), ("tags.wav", Kind::Tags), ("presets", Kind::Preset), ("a.ledger", Kind::Ledger)];

fn write_once(kind: Kind, path: &Path, n: i16) {
    match kind {
        Kind::Fileset => {
            let samples = std::iter::repeat_n([n, -n], 750 * 588);
            drop(ddp::write(path, &disc(), samples, &ddp::Options::default()).unwrap());
        }
        Kind::Tags => {
            let tags = Tags { title: Some(format!("Title {n}")), ..Tags::default() };
            tags::write(path, &tags).unwrap();
        }
        Kind::Preset => {
            let preset = Preset::of(&Tree::new(), "Mine", &format!("Take {n}"));
            Library::at(path).save(&preset, true).unwrap();
        }
        Kind::Ledger => {
            let code = Ledger::new(path)
                .on(DAY)
                .allocate(&Request { range: Some((0, 99_999)), ..request("T") })
                .unwrap();
            println!("{code}");
        }
    }
}

fn is_whole(kind: Kind, path: &Path) -> bool {
    match kind {
        Kind::Fileset => ddp::verify(path).is_ok_and(|report| report.consistent),
        Kind::Tags => {
            let audio = decode(path, &|_| {}).unwrap();
            audio.frames.len() == 44_100
                && tags::read(path)
                    .is_ok_and(|tags| tags.title.is_some_and(|title| title.starts_with("Title ")))
        }
        Kind::Preset => {
            let (presets, problems) = Library::at(path).read();
            presets.len() == 1 && problems.is_empty() && presets[0].preset.description.starts_with("Take ")
        }
        Kind::Ledger => Ledger::new(path).read().is_ok_and(|history| history.open_damages().count() == 0),
    }
}

/// Not a test of its own: what those below kill, and let run into a full disk.
#[test]
fn writes_until_it_is_killed() {
    let Some(path) = std::env::var_os("LACQUER_WRITES_TO") else { return };
    let path = Path::new(&path);
    let kind = KINDS.iter().find(|(name, _)| path.ends_with(name)).unwrap().1;
    println!("begun");
    (1..i16::MAX).for_each(|n| write_once(kind, path, n));
}

/// This test's program, as [`writes_until_it_is_killed`] alone.
fn child(path: &Path) -> Vec<String> {
    let program = std::env::current_exe().unwrap().to_str().unwrap().to_owned();
    assert!(path.is_absolute());
    [&program, "--exact", "accidents::writes_until_it_is_killed", "--nocapture"].map(str::to_owned).to_vec()
}

fn prepared(scene: &Scene, kind: Kind, name: &str) -> std::path::PathBuf {
    let path = scene.path("album").join(name);
    if matches!(kind, Kind::Tags) {
        std::fs::copy(scene.path("album/mixes/one.wav"), &path).unwrap();
    }
    write_once(kind, &path, 0);
    path
}

#[test]
fn what_is_replaced_is_whole_whenever_it_is_killed() {
    for (name, kind) in KINDS {
        let scene = Scene::new();
        let path = prepared(&scene, kind, name);
        let mut told = BTreeSet::new();
        for n in 0..30u64 {
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
fn what_is_replaced_stays_whole_on_a_full_disk() {
    for (name, kind) in KINDS {
        let scene = Scene::new();
        let path = prepared(&scene, kind, name);
        // As many blocks as the file outgrows.
        let limits: &[u32] = match kind {
            Kind::Preset => &[0],
            Kind::Ledger => &[0, 1, 8],
            Kind::Fileset | Kind::Tags => &[0, 1, 8, 200],
        };
        for blocks in limits {
            let output = Command::new("sh")
                .args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec timeout 20 \"$@\""), "sh"])
                .args(child(&path))
                .env("LACQUER_WRITES_TO", &path)
                .output()
                .unwrap();
            assert!(!output.status.success(), "{name}, {blocks} blocks");
            assert!(is_whole(kind, &path), "{name}, {blocks} blocks");
        }
    }
}

/// The lines of commands that write one file, with its name.
fn writers() -> Vec<(&'static str, Vec<&'static str>)> {
    vec![
        ("out.wav", vec!["master", "mixes/one.wav", "-o", "out.wav"]),
        ("out.wav", vec!["codec", "mixes/one.wav", "--codec", "opus128", "--fix", "-o", "out.wav"]),
        ("out.html", vec!["check", "mixes/one.wav", "--html", "out.html"]),
        ("out.toml", vec!["album", "init", "mixes/one.wav", "mixes/two.wav", "-o", "out.toml", "--force"]),
    ]
}

/// What stands where a command writes: a report is replaced only by another.
fn old(new: &[u8], name: &str) -> Vec<u8> {
    if name.ends_with("html") { new[..new.len() / 2].to_vec() } else { b"old".to_vec() }
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
        for n in 0..12u32 {
            std::fs::write(&path, &old).unwrap();
            let mut child = Command::new(env!("CARGO_BIN_EXE_lacquer"))
                .args(&line)
                .current_dir(scene.path("album"))
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            std::thread::sleep(whole * (4 + n) / 14);
            let _ = child.kill();
            child.wait().unwrap();
            let found = std::fs::read(&path).unwrap();
            // A report names no time: each run writes the same bytes.
            assert!(found == old || found == new, "{line:?}, kill {n}: {} bytes", found.len());
        }
        assert!(everything(&scene.path("album/mixes")) == mixes, "{line:?}");
        // What the kills left beside goes with the next run that comes through.
        scene.lacquer(&line);
        let parts = everything(&scene.path("album"))
            .into_keys()
            .filter(|path| path.extension().is_some_and(|end| end == "part"));
        assert_eq!(parts.count(), 0, "{line:?}");
    }
}

/// Runs the command with no file allowed to grow beyond so many blocks of 512 bytes: each write beyond fails, as on a full disk.
fn on_a_full_disk(scene: &Scene, blocks: u32, line: &[&str]) -> std::process::Output {
    Command::new("sh")
        .args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\""), "sh"])
        .arg(env!("CARGO_BIN_EXE_lacquer"))
        .args(line)
        .current_dir(scene.path("album"))
        .output()
        .unwrap()
}

#[test]
fn a_full_disk_leaves_the_old_file_and_nothing_beside_it() {
    let scene = Scene::with_mixes(0.25);
    for (name, line) in writers() {
        let path = scene.path("album").join(name);
        scene.lacquer(&line);
        let whole = std::fs::metadata(&path).unwrap().len().div_ceil(512) as u32;
        std::fs::write(&path, old(&std::fs::read(&path).unwrap(), name)).unwrap();
        let before = everything(&scene.path("album"));
        for blocks in [0, 1, whole / 2, whole - 1] {
            let output = on_a_full_disk(&scene, blocks, &line);
            let said = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(2), "{line:?}, {blocks} blocks: {said}");
            assert!(said.contains(name) && said.contains("cannot be written"), "{said}");
            assert!(everything(&scene.path("album")) == before, "{line:?}, {blocks} blocks");
        }
    }
}

#[test]
fn an_album_on_a_full_disk_goes_on_when_there_is_room() {
    let scene = Scene::new();
    let outputs = "title = \"T\"\nartist = \"A\"\nsample_rate = 44100\noutputs = [\"wav24\", \"flac\", \"opus128\", \"vorbis\", \"report\"]";
    scene.album("ALBUM.toml", outputs, "");
    scene.done(&["album", "ALBUM.toml", "-o", "whole"]);
    let audio = |out: &str| -> Vec<_> {
        let folder = scene.path("album").join(out);
        let files = everything(&folder).into_iter().filter(|(path, _)| {
            let path = path.to_string_lossy();
            !path.contains(".lacquer-cache") && !path.contains("/report") && !path.contains("SHA256SUMS")
        });
        files.map(|(path, bytes)| (path.strip_prefix(&folder).unwrap().to_owned(), bytes)).collect()
    };
    let mixes = everything(&scene.path("album/mixes"));
    for blocks in [0, 2, 200, 500] {
        let output = on_a_full_disk(&scene, blocks, &["album", "ALBUM.toml", "-o", "full"]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), said.lines().count()), (Some(2), 1), "{blocks} blocks: {said}");
        let whole = audio("whole");
        for (name, bytes) in audio("full") {
            assert!(
                whole.contains(&(name.clone(), bytes)),
                "{blocks} blocks: {} is half a file",
                name.display()
            );
        }
    }
    scene.done(&["album", "ALBUM.toml", "-o", "full"]);
    assert!(audio("full") == audio("whole"));
    assert!(everything(&scene.path("album/mixes")) == mixes);
}

#[test]
fn no_code_is_told_that_is_not_on_the_disk() {
    let scene = Scene::new();
    let line = [
        "isrc", "new", "--ledger", "a.ledger", "--title", "T", "--artist", "A", "--prefix", "AA6Q7",
        "--year", "26", "--range", "0-999",
    ];
    let mut given = BTreeSet::new();
    for n in 0..120 {
        // Around the ledger's own length, where lines are torn.
        let length = std::fs::metadata(scene.path("album/a.ledger")).map_or(0, |about| about.len()) as u32;
        let blocks = (length / 512 + n % 4).saturating_sub(1);
        let output = on_a_full_disk(&scene, blocks, &line);
        if output.status.success() {
            let code: Isrc = String::from_utf8(output.stdout).unwrap().trim().parse().unwrap();
            assert!(given.insert(code), "{code} was given twice");
            let history = Ledger::new(scene.path("album/a.ledger")).read().unwrap();
            assert!(history.find(code).is_some(), "{code} was told and is not in the ledger");
        }
    }
    assert!(given.len() > 20, "{}", given.len());
}
