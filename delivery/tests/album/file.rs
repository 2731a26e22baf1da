//! The album file and the command: what is refused, and with which words; names that stay in their folder.

use crate::scene::*;
use lacquer_delivery::album::{AlbumError, parse, read};
use proptest::prelude::*;
use std::path::Path;
use std::process::Command;

#[test]
fn titles_cannot_leave_the_folder() {
    let scene = Scene::new();
    scene.mix("a.wav", 44_100, &song(44_100, 1.0, 0.3, 110.0, 1));
    let titles =
        ["../../evil", "/etc/passwd", "..", "a\\u0000b\\n", "CON", "<script>alert(1)</script>", "\\u202Egpj"];
    let tracks: String =
        titles.iter().map(|title| format!("[[track]]\nfile = \"a.wav\"\ntitle = \"{title}\"\n")).collect();
    let report = scene.build(&format!("[album]\nloudness = {{ mode = \"as_is\" }}\n{tracks}"));
    for file in &report.files {
        let folder = if file.track.is_some() { "wav24/" } else { "report/" };
        assert!(file.path.starts_with(folder) && file.path.matches('/').count() == 1, "{}", file.path);
        assert!(scene.path("out").join(&file.path).is_file());
    }
    let outside: Vec<_> =
        std::fs::read_dir(scene.folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    // The mix, the album file, the release and what is kept for the next one.
    assert_eq!(outside.len(), 4, "{outside:?}");
}

#[test]
fn errors_name_file_line_and_key() {
    let path = Path::new("some/ALBUM.toml");
    let error = |text: &str| parse(path, text).unwrap_err().to_string();
    let track = "[[track]]\nfile = \"a.wav\"\n";
    for (text, parts) in [
        (format!("[album]\ntitel = \"x\"\n{track}"), vec!["line 2", "titel"]),
        ("[album]\n".to_owned(), vec!["at least one [[track]]"]),
        (format!("[album]\nupc = \"4006381333932\"\n{track}"), vec!["line 2", "upc", "give 1"]),
        (format!("[album]\noutputs = [\"wav48\"]\n{track}"), vec!["line 2", "wav48", "wav24, wav16"]),
        (format!("[album]\nloudness = {{ target = \"nowhere\" }}\n{track}"), vec!["line 2", "spotify"]),
        (format!("[album]\nloudness = {{ target = nan }}\n{track}"), vec!["line 2", "-40 and -4"]),
        (
            format!("[album]\nloudness = {{ target = \"cd\" }}\n{track}"),
            vec!["line 2", "no loudness", "ceiling = -0.3"],
        ),
        (format!("{track}\n{track}gap_s = -1\n"), vec!["line 6", "track 2, gap_s", "0 to 600"]),
        (format!("{track}{track}gap_s = 1\ncrossfade_s = 1\n"), vec!["line 6", "leave one"]),
        (format!("{track}isrc = \"AA6Q7\"\n"), vec!["line 3", "track 1, isrc", "AA-6Q7-20-00047"]),
        (format!("{track}preset = \"Nonesuch\"\n"), vec!["line 3", "preset", "Transparent"]),
        (format!("{track}settings = {{ glue_onn = true }}\n"), vec!["line 3", "glue_on", "lacquer params"]),
        (format!("{track}start_s = 3\nend_s = 2\n"), vec!["line 4", "end_s"]),
        (format!("{track}fade_in_curve = \"steep\"\n"), vec!["line 3", "smooth"]),
        // What only looks like a table or a key: within a text of several lines, in quotes, in the paper's own section.
        (
            format!("{track}title = \"\"\"\n[[track]]\ngap_s = 1\n\"\"\"\ngap_s = -1\n"),
            vec!["line 7", "track 1, gap_s"],
        ),
        (format!("{track}\"gap_s\" = -1\n"), vec!["line 3", "track 1, gap_s"]),
        (
            format!("{track}[track.settings]\nglue_on = true\n\"glue_onn\" = true\n"),
            vec!["line 5", "glue_on"],
        ),
        (
            format!("[album]\nloudness.mode = \"album\"\nloudness.ceiling = 3\n{track}"),
            vec!["line 3", "-12 to 0"],
        ),
        (
            format!("{track}[release]\nnotes = \"\"\"\ndate = 2\n\"\"\"\ndate = \"May\"\n"),
            vec!["line 7", "2026-11-28"],
        ),
    ] {
        let error = error(&text);
        assert_eq!(error.lines().count(), 1, "{error}");
        for part in std::iter::once("some/ALBUM.toml").chain(parts) {
            assert!(error.contains(part), "{error} lacks {part}");
        }
    }
    let good = parse(path, &format!("[album]\nupc = \"4006381333931\"\n{track}")).unwrap();
    assert_eq!(good.upc.as_deref(), Some("4006381333931"));
    assert_eq!(good.tracks[0].file, Path::new("some/a.wav"));
}

#[test]
fn what_is_missing_or_not_written_is_refused_before_work() {
    let scene = Scene::new();
    let album = read(&scene.album("[[track]]\nfile = \"gone.wav\"\n")).unwrap();
    let error = build(&album, &scene.path("out"), false, &|_, _| {}).unwrap_err().to_string();
    assert!(error.contains("track 1") && error.contains("gone.wav") && error.contains("relative"), "{error}");
    scene.mix("a.wav", 44_100, &song(44_100, 1.0, 0.3, 110.0, 1));
    let album = read(&scene.album("[[track]]\nfile = \"a.wav\"\nstart_s = 2\n")).unwrap();
    assert!(matches!(
        build(&album, &scene.path("out"), false, &|_, _| {}),
        Err(AlbumError::Track { track: 1, .. })
    ));
    let album = read(&scene.album("[[track]]\nfile = \"a.wav\"\nfade_in_s = 2\n")).unwrap();
    assert!(
        build(&album, &scene.path("out"), false, &|_, _| {})
            .unwrap_err()
            .to_string()
            .contains("shorter than its fades")
    );
}

#[test]
fn a_mix_is_never_replaced_by_its_master() {
    let scene = Scene::new();
    std::fs::create_dir_all(scene.path("out/wav24")).unwrap();
    scene.mix("out/wav24/01 a.wav", 44_100, &song(44_100, 1.0, 0.3, 110.0, 1));
    let before = std::fs::read(scene.path("out/wav24/01 a.wav")).unwrap();
    let album = read(&scene.album("[[track]]\nfile = \"out/wav24/01 a.wav\"\n")).unwrap();
    let error = build(&album, &scene.path("out"), false, &|_, _| {}).unwrap_err().to_string();
    assert!(error.contains("track 1") && error.contains("another folder"), "{error}");
    assert_eq!(std::fs::read(scene.path("out/wav24/01 a.wav")).unwrap(), before);
}

fn lacquer(arguments: &[&str], folder: &Path) -> std::process::Output {
    Command::new(env!("CARGO_BIN_EXE_lacquer"))
        .args(arguments)
        .env("LACQUER_CACHE", folder.join("cache"))
        .current_dir(folder)
        .output()
        .unwrap()
}

#[test]
fn the_command_writes_an_album_file_that_it_can_read_and_never_over_another() {
    let scene = Scene::new();
    scene.mix("01 One.wav", 44_100, &song(44_100, 2.0, 0.3, 110.0, 1));
    // Windows has no names with double quotes.
    let quoted = if cfg!(windows) { "'Two' ä" } else { "\"Two\" ä" };
    let second = format!("02 {quoted}.wav");
    scene.mix(&second, 44_100, &song(44_100, 2.0, 0.3, 147.0, 2));
    let folder = scene.folder.path();
    let init = ["album", "init", &second, "01 One.wav"];
    let made = lacquer(&init, folder);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let album = read(&scene.path("ALBUM.toml")).unwrap();
    let titles: Vec<&str> = album.tracks.iter().map(|track| track.title.as_str()).collect();
    assert_eq!(titles, [quoted, "One"], "in the order given");
    let again = lacquer(&init, folder);
    assert_eq!(again.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&again.stderr).contains("--force"));
    assert!(lacquer(&[&init[..], &["--force"]].concat(), folder).status.success());
    let built = lacquer(&["album", "ALBUM.toml", "-o", "release"], folder);
    let text = String::from_utf8_lossy(&built.stdout);
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    assert!(text.contains("LUFS") && text.contains("3 written"), "{text}");
    let json = lacquer(&["album", "ALBUM.toml", "-o", "release", "--json"], folder);
    let report: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(report["renders"]["chains"], 0);
    let bare = lacquer(&["album", "ALBUM.toml"], folder);
    assert!(!bare.status.success() && String::from_utf8_lossy(&bare.stderr).contains("--output"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_text_makes_the_album_file_panic(text in any::<String>()) {
        let _ = parse(Path::new("A.toml"), &text);
    }

    #[test]
    fn no_damage_to_an_album_file_makes_it_panic(place in 0usize..600, byte in any::<u8>(), cut in 0usize..600) {
        let good = "[album]\ntitle = \"T\"\nupc = \"4006381333931\"\nyear = 2026\nloudness = { mode = \"equal\", target = -14.0, ceiling = -1 }\ncharacter = 30\noutputs = [\"wav24\", \"ddp\"]\nmax_move_lu = 2\n[[track]]\nfile = \"a.wav\"\nisrc = \"AA6Q72000047\"\nsettings = { glue_on = true }\n[[track]]\nfile = \"b.wav\"\ncrossfade_s = 1e300\nstart_s = 1\nend_s = 9e9\nfade_in_s = -0\n";
        let mut bytes = good.as_bytes().to_vec();
        let length = bytes.len();
        bytes[place % length] = byte;
        bytes.truncate(length - cut % length.min(200));
        let _ = parse(Path::new("A.toml"), &String::from_utf8_lossy(&bytes));
    }
}
