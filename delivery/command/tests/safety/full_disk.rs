//! Full disks: what stood there stands there, and nothing is told that is not written.

use crate::scene::*;
use crate::writers::*;
use lacquer_isrc::Isrc;
use lacquer_isrc::ledger::Ledger;
use lacquer_left_out::not_permitted;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

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

/// Runs the command with no file allowed to grow beyond so many blocks of 512 bytes: each write beyond fails, as on a full disk.
fn on_a_full_disk(scene: &Scene, blocks: u32, line: &[&str]) -> std::process::Output {
    Command::new("sh")
        .args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\""), "sh"])
        .arg(env!("CARGO_BIN_EXE_lacquer"))
        .args(line)
        .current_dir(scene.path("album"))
        .env("LACQUER_CACHE", scene.path("cache"))
        .output()
        .unwrap()
}

/// Whether it is said what cannot be written: the file, or what is worked on beside it, which may find the disk full before.
fn is_told(said: &str, name: &str) -> bool {
    let is_named = said.contains(name) || said.contains("a temporary file");
    is_named && said.contains("cannot be written")
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
            assert!(is_told(&said, name), "{said}");
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
    let audio = |out: &str| audio_of(&scene, out);
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
        "--year", "26", "--range", "0-9999", "--again",
    ];
    let mut given = BTreeSet::new();
    for n in 0..times(120) {
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

/// Runs a line on a disk of memory of its own, `room` bytes larger than the folder `disk`, whose files it begins with and which it replaces.
/// None where a system gives its users no mounts of their own.
fn on_a_small_disk(disk: &Path, room: u64, folder: &Path, line: &[&str]) -> Option<std::process::Output> {
    // A page for each file; what a disk of memory keeps of names is not counted in its size.
    let page = 4096;
    let used: u64 = everything(disk).values().map(|bytes| (bytes.len() as u64).div_ceil(page) * page).sum();
    let script = "set -e; mkdir \"$1.was\"; cp -a \"$1/.\" \"$1.was/\"; mount -t tmpfs -o size=$2 none \"$1\"; cp -a \"$1.was/.\" \"$1/\"; rm -r \"$1.was\"; \
        set +e; disk=$1; shift 2; \"$@\"; code=$?; cp -a \"$disk\" \"$disk.now\"; exit $code";
    let run = |user: &str| {
        let mut command = Command::new("unshare");
        command.args([user, "sh", "-c", script, "sh"]).arg(disk).arg((used + room).max(page).to_string());
        command.arg(env!("CARGO_BIN_EXE_lacquer")).args(line).current_dir(folder);
        command.env("LACQUER_CACHE", folder.with_file_name("cache"));
        command
    };
    let may = |user: &str| {
        let line = "mount -t tmpfs none /mnt";
        Command::new("unshare")
            .args([user, "sh", "-c", line])
            .output()
            .is_ok_and(|said| said.status.success())
    };
    let user = ["-m", "-rm"].into_iter().find(|user| may(user))?;
    let output = run(user).output().unwrap();
    // What it left is where it began.
    let now = disk.with_extension("now");
    std::fs::remove_dir_all(disk).unwrap();
    std::fs::rename(now, disk).unwrap();
    Some(output)
}

#[test]
fn a_disk_that_is_really_full_leaves_the_old_file_and_nothing_beside_it() {
    let scene = Scene::with_mixes(0.25);
    let disk = scene.path("album/disk");
    let mut tried = 0;
    for (name, line) in writers() {
        let _ = std::fs::remove_dir_all(&disk);
        std::fs::create_dir(&disk).unwrap();
        let place = format!("disk/{name}");
        let line: Vec<&str> = line.iter().map(|word| if *word == name { &*place } else { word }).collect();
        scene.lacquer(&line);
        let new = std::fs::read(disk.join(name)).unwrap();
        std::fs::write(disk.join(name), old(&new, name)).unwrap();
        let before = everything(&disk);
        let pages = (new.len() as u64).div_ceil(4096);
        let rooms: BTreeSet<u64> = [0, pages / 2, pages - 1].into_iter().map(|pages| pages * 4096).collect();
        for room in rooms {
            let Some(output) = on_a_small_disk(&disk, room, &scene.path("album"), &line) else {
                return not_permitted("no disks of memory may be mounted here");
            };
            tried += 1;
            let said = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(2), "{line:?}, {room} bytes free: {said}");
            assert!(is_told(&said, name), "{said}");
            assert!(everything(&disk) == before, "{line:?}, {room} bytes free");
        }
    }
    println!("commands on full disks: {tried}");
}

#[test]
fn an_album_on_a_disk_that_is_really_full_leaves_no_half_file() {
    let scene = Scene::with_mixes(0.5);
    let outputs = "title = \"T\"\nartist = \"A\"\nsample_rate = 44100\noutputs = [\"wav24\", \"wav16\", \"flac\", \"report\"]";
    scene.album("ALBUM.toml", outputs, "");
    scene.done(&["album", "ALBUM.toml", "-o", "whole"]);
    let whole = audio_of(&scene, "whole");
    let size: usize = everything(&scene.path("album/whole")).values().map(Vec::len).sum();
    let mixes = everything(&scene.path("album/mixes"));
    let disk = scene.path("album/out");
    std::fs::create_dir(&disk).unwrap();
    let rooms = times(5);
    for n in 0..rooms {
        let room = size as u64 * u64::from(n) / u64::from(rooms);
        let line = ["album", "ALBUM.toml", "-o", "out"];
        let Some(output) = on_a_small_disk(&disk, room, &scene.path("album"), &line) else {
            return not_permitted("no disks of memory may be mounted here");
        };
        let said = String::from_utf8(output.stderr).unwrap();
        // What is there already takes no room again: the last may come through.
        assert!(output.status.success() || said.lines().count() == 1, "{room} bytes free: {said}");
        assert!(!output.status.success() || n > 1, "{room} bytes free: it came through");
        for (name, bytes) in audio_of(&scene, "out") {
            let is_whole = whole.iter().any(|(other, same)| *other == name && *same == bytes);
            assert!(is_whole, "{room} bytes free: {} is half a file", name.display());
        }
    }
    println!("albums on full disks: {rooms}");
    scene.done(&["album", "ALBUM.toml", "-o", "out"]);
    assert!(audio_of(&scene, "out") == whole && everything(&scene.path("album/mixes")) == mixes);
}
