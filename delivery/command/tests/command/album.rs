//! `lacquer album`.

use crate::mixes::{Scene, song};
use hound::WavReader;
use lacquer_album::read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

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

/// Every WAV under a final name is whole, whatever happened.
fn assert_whole(folder: &Path) {
    for file in
        ["wav24", "wav16"].iter().flat_map(|name| std::fs::read_dir(folder.join(name)).into_iter().flatten())
    {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "wav") {
            let reader = WavReader::open(&path).unwrap();
            let promised = reader.len();
            assert_eq!(
                reader.into_samples::<i32>().filter(|x| x.is_ok()).count() as u32,
                promised,
                "{path:?}"
            );
        }
    }
}

#[test]
fn killed_at_any_time_the_next_run_completes_with_the_same_bytes() {
    let scene = Scene::new();
    for n in 0..3 {
        scene.mix(
            &format!("{n}.wav"),
            44_100,
            &song(44_100, 6.0, 0.8, 110.0 + 20.0 * f64::from(n), n as u64),
        );
    }
    let tracks: String = (0..3).map(|n| format!("[[track]]\nfile = \"{n}.wav\"\n")).collect();
    let text = format!("[album]\nloudness = {{ target = -10 }}\noutputs = [\"wav24\", \"wav16\"]\n{tracks}");
    let wanted = scene.build_in(&text, "undisturbed");
    let out = scene.path("killed");
    // From before the first file is read until well into the writing.
    for wait_ms in [5, 40, 120, 300, 500, 800, 1200, 1700] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_lacquer"))
            .args(["album", "ALBUM.toml", "-o", "killed", "--anyway"])
            .env("LACQUER_CACHE", scene.path("cache"))
            .current_dir(scene.folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(wait_ms));
        let _ = child.kill();
        child.wait().unwrap();
        assert_whole(&out);
    }
    std::fs::create_dir_all(out.join("wav24")).unwrap();
    std::fs::write(out.join("wav24/.lacquer-abc.part"), b"half").unwrap();
    let report = scene.build_in(&text, "killed");
    assert_eq!(
        report.files.iter().map(|file| (&file.path, &file.sha256)).collect::<Vec<_>>(),
        wanted.files.iter().map(|file| (&file.path, &file.sha256)).collect::<Vec<_>>()
    );
    assert!(!out.join("wav24/.lacquer-abc.part").exists());
    assert_whole(&out);
}
