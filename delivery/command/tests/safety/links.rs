//! Links and files of other people on every path that writes.

use crate::scene::*;
use lacquer_album::{Options, Output, build_with, read};
use lacquer_disc::ddp;
use std::os::unix::fs::symlink;

const ALL: &str = "upc = \"0012345678905\"\nsample_rate = 44100\noutputs = [\"wav24\", \"wav16\", \"flac\", \"opus128\", \"vorbis\", \"cue\", \"vinyl\", \"report\"]";
const BUILD: [&str; 4] = ["album", "ALBUM.toml", "-o", "release"];

fn forced() -> Vec<&'static str> {
    [&BUILD[..], &["--force"]].concat()
}

#[test]
fn no_link_in_a_release_is_followed() {
    let scene = Scene::new();
    scene.album("ALBUM.toml", ALL, "");
    let mut places: Vec<String> = Output::ALL.iter().map(|output| output.name().to_owned()).collect();
    places.extend([".lacquer".to_owned(), ".lacquer/lock".to_owned()]);
    for place in places {
        for target in ["other", "other/settings.json", "other/nothing"] {
            let link = scene.path("album/release").join(&place);
            let _ = std::fs::remove_dir_all(scene.path("album/release"));
            std::fs::create_dir_all(link.parent().unwrap()).unwrap();
            symlink(scene.path(target), &link).unwrap();
            let before = everything(&scene.path("other"));
            for arguments in [BUILD.to_vec(), forced()] {
                let said = scene.refused(&arguments);
                assert!(said.contains(&place) && said.contains("link"), "{place} -> {target}: {said}");
            }
            assert_eq!(everything(&scene.path("other")), before, "{place} -> {target}");
        }
    }
}

#[test]
fn links_in_the_place_of_files_are_replaced_by_force_and_never_written_through() {
    let scene = Scene::new();
    // A disc wants longer tracks, and has its own test.
    scene.album("ALBUM.toml", &ALL.replace("\"cue\", ", ""), "");
    scene.done(&BUILD);
    let names: Vec<_> = everything(&scene.path("album/release"))
        .into_iter()
        .filter(|(path, bytes)| bytes != b"a folder" && !path.to_string_lossy().contains(".lacquer"))
        .map(|(path, _)| path)
        .collect();
    assert!(names.len() > 12, "{names:?}");
    let before = everything(&scene.path("other"));
    // Somebody else's file, one without end, and one that is not there yet.
    let targets = [scene.path("other/letter.txt"), "/dev/zero".into(), scene.path("other/new")];
    for (path, target) in names.iter().zip(targets.iter().cycle()) {
        std::fs::remove_file(path).unwrap();
        symlink(target, path).unwrap();
        let said = scene.refused(&BUILD);
        assert!(said.contains("Lacquer did not write it"), "{}: {said}", path.display());
        scene.done(&forced());
        assert!(std::fs::symlink_metadata(path).unwrap().is_file(), "{}", path.display());
        assert_eq!(everything(&scene.path("other")), before);
    }
}

#[test]
fn what_lacquer_did_not_write_it_does_not_replace() {
    let scene = Scene::with_mixes(5.0);
    // What is encoded takes long, and is named as the others are.
    scene.album("ALBUM.toml", &ALL.replace("\"opus128\", \"vorbis\", ", ""), "");
    scene.done(&BUILD);
    let names: Vec<String> = everything(&scene.path("album/release"))
        .into_iter()
        .filter(|(path, bytes)| bytes != b"a folder" && !path.to_string_lossy().contains(".lacquer"))
        .map(|(path, _)| path.strip_prefix(scene.path("album/release")).unwrap().to_str().unwrap().to_owned())
        .collect();
    for name in names {
        std::fs::remove_dir_all(scene.path("album/release")).unwrap();
        let path = scene.path("album/release").join(&name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, "somebody's").unwrap();
        // A side's name is known only when the sides are divided; by then no other file of that folder is written.
        let said = scene.refused(&BUILD);
        assert!(said.contains(&name) && said.contains("--force"), "{name}: {said}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "somebody's");
    }
    let last = scene.path("album/release/wav24/02 Two.wav");
    scene.done(&forced());
    assert!(std::fs::read(last).unwrap().starts_with(b"RIFF"));
    // What is Lacquer's by now is replaced without force, whatever became of it.
    std::fs::write(scene.path("album/release/wav24/02 Two.wav"), "damaged").unwrap();
    scene.done(&BUILD);
}

#[test]
fn a_release_in_the_albums_own_folder_spares_what_lies_there() {
    let scene = Scene::new();
    scene.album("ALBUM.toml", "", "");
    for name in ["report.json", "SHA256SUMS"] {
        std::fs::write(scene.path("album").join(name), "mine").unwrap();
        let before = everything(&scene.path("album"));
        let said = scene.refused(&["album", "ALBUM.toml", "-o", "."]);
        assert!(said.contains(name), "{said}");
        assert_eq!(everything(&scene.path("album")), before, "nothing was touched");
        std::fs::remove_file(scene.path("album").join(name)).unwrap();
    }
    scene.done(&["album", "ALBUM.toml", "-o", "."]);
}

#[test]
fn no_mix_is_replaced_by_its_master_by_whatever_name() {
    let scene = Scene::new();
    // As an album's masters are called.
    std::fs::rename(scene.path("album/mixes/one.wav"), scene.path("album/mixes/01 One.wav")).unwrap();
    let text = std::fs::read_to_string(scene.album("ALBUM.toml", "", "")).unwrap();
    std::fs::write(scene.path("album/ALBUM.toml"), text.replace("mixes/one.wav", "mixes/01 One.wav"))
        .unwrap();
    let before = std::fs::read(scene.path("album/mixes/01 One.wav")).unwrap();
    std::fs::create_dir_all(scene.path("album/release/wav24")).unwrap();
    let place = scene.path("album/release/wav24");
    let same = place.join("01 One.wav");
    for arguments in [BUILD.to_vec(), forced()] {
        std::fs::remove_dir(&place).unwrap();
        symlink("../mixes", &place).unwrap();
        scene.refused(&arguments);
        std::fs::remove_file(&place).unwrap();
        std::fs::create_dir(&place).unwrap();
        symlink("../../mixes/01 One.wav", &same).unwrap();
        assert!(scene.refused(&arguments).contains("same file"));
        std::fs::remove_file(&same).unwrap();
        std::fs::hard_link(scene.path("album/mixes/01 One.wav"), &same).unwrap();
        assert!(scene.refused(&arguments).contains("same file"));
        std::fs::remove_file(&same).unwrap();
        assert_eq!(std::fs::read(scene.path("album/mixes/01 One.wav")).unwrap(), before);
    }
    // `master` and `codec --fix` as well.
    symlink("mixes/01 One.wav", scene.path("album/link.wav")).unwrap();
    for arguments in [
        vec!["master", "mixes/01 One.wav", "-o", "link.wav"],
        vec!["codec", "mixes/01 One.wav", "--fix", "-o", "link.wav"],
        vec!["check", "mixes", "--html", "link.wav"],
    ] {
        assert!(scene.refused(&arguments).contains("is the input"), "{arguments:?}");
    }
    assert_eq!(std::fs::read(scene.path("album/mixes/01 One.wav")).unwrap(), before);
}

#[test]
fn a_report_replaces_none_but_a_report() {
    let scene = Scene::new();
    let song = std::fs::read(scene.path("album/mixes/two.wav")).unwrap();
    let said = scene.refused(&["check", "mixes/one.wav", "--html", "mixes/two.wav"]);
    assert!(said.contains("no report of Lacquer's"), "{said}");
    assert_eq!(std::fs::read(scene.path("album/mixes/two.wav")).unwrap(), song);
    for _ in 0..2 {
        let output = scene.lacquer(&["check", "mixes/one.wav", "--html", "report.html"]);
        assert!(output.status.code() != Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn a_fileset_with_links_is_not_read_through_them() {
    // A disc's tracks have four seconds.
    let scene = Scene::with_mixes(5.0);
    scene.album("ALBUM.toml", "sample_rate = 44100\noutputs = [\"ddp\"]", "");
    scene.done(&BUILD);
    let folder = scene.path("album/release/ddp");
    assert!(ddp::verify(&folder).unwrap().consistent);
    for name in ddp::FILES {
        let path = folder.join(name);
        if !path.exists() {
            continue;
        }
        let away = scene.path("other").join(name);
        std::fs::rename(&path, &away).unwrap();
        symlink(&away, &path).unwrap();
        let report = ddp::verify(&folder).unwrap();
        assert!(!report.consistent, "{name}");
        let said = report.findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        assert!(said.contains(name) && said.contains("link"), "{name}: {said}");
        // Nor is it replaced.
        assert!(scene.refused(&BUILD).contains("ddp"), "{name}");
        std::fs::remove_file(&path).unwrap();
        std::fs::rename(&away, &path).unwrap();
    }
    // A fileset of somebody else's, such as the plant's, is no file of Lacquer's.
    let theirs = scene.path("album/theirs");
    std::fs::create_dir_all(theirs.join("ddp")).unwrap();
    std::fs::write(theirs.join("ddp/DDPID"), "theirs").unwrap();
    let said = scene.refused(&["album", "ALBUM.toml", "-o", "theirs"]);
    assert!(said.contains("DDPID") && said.contains("--force"), "{said}");
    assert_eq!(std::fs::read(theirs.join("ddp/DDPID")).unwrap(), b"theirs");
}

#[test]
fn a_second_album_takes_no_others_folder() {
    let scene = Scene::new();
    scene.album("first.toml", "title = \"First\"\nartist = \"A\"", "");
    scene.album("second.toml", "title = \"Second\"\nartist = \"A\"", "");
    scene.done(&["album", "first.toml", "-o", "release"]);
    let before = everything(&scene.path("album/release"));
    let said = scene.refused(&["album", "second.toml", "-o", "release"]);
    assert!(said.contains("\"First\" by A") && said.contains("--force"), "{said}");
    assert!(everything(&scene.path("album/release")) == before, "nothing was touched");
    // The same album under another title, and moved elsewhere under the same.
    scene.album("first.toml", "title = \"First, remixed\"\nartist = \"A\"", "");
    scene.done(&["album", "first.toml", "-o", "release"]);
    std::fs::rename(scene.path("album/first.toml"), scene.path("album/moved.toml")).unwrap();
    scene.done(&["album", "moved.toml", "-o", "release"]);
    // By force, and what is removed is listed.
    let text = std::fs::read_to_string(scene.path("album/second.toml")).unwrap();
    std::fs::write(scene.path("album/second.toml"), text.replace("title = \"Two\"", "title = \"Other\""))
        .unwrap();
    let album = read(&scene.path("album/second.toml")).unwrap();
    let out = scene.path("album/release");
    let report = build_with(
        &album,
        &out,
        &Options { force: true, cache: Some(scene.path("cache")), ..Options::default() },
        &|_, _| {},
    )
    .unwrap();
    assert_eq!(report.removed, ["wav24/02 Two.wav"]);
    assert!(!out.join("wav24/02 Two.wav").exists() && out.join("wav24/02 Other.wav").exists());
    let shown = std::fs::read_to_string(out.join("report.json")).unwrap();
    assert!(shown.contains("\"removed\": [\n    \"wav24/02 Two.wav\""), "{shown}");
}
