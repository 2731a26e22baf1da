//! `lacquer codec`.

use crate::lacquer;
use crate::programme::song;
use lacquer_files::encode::{Format, WordLength, encode_as, mp3};
use lacquer_files::tags::Tags;
use std::path::Path;

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn the_command_tells_and_fixes() {
    let folder = tempfile::tempdir().unwrap();
    let [loud, fixed] = ["loud.wav", "fixed.wav"].map(|name| folder.path().join(name));
    let tags =
        Tags { title: Some("Loud".into()), isrc: Some("AA6Q72600001".parse().unwrap()), ..Tags::default() };
    encode_as(&loud, &song(48_000, 3.0, 4.0, 1.0), &Format::Wav(WordLength::Bits24), &tags).unwrap();
    let run = |arguments: &[&str]| -> serde_json::Value {
        let output = lacquer(arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let names = ["--codec", "opus128,vorbis8", "--ceiling", "-0.3", "--json"];
    let report = run(&[&["codec", text(&loud), "--fix", "-o", text(&fixed)], &names[..]].concat());
    assert_eq!(report["codecs"].as_array().unwrap().len(), 2);
    assert!(report["trim_db"].as_f64().unwrap() < 0.0);
    assert_eq!(report["fixed"]["is_cleared"], true);
    let after = run(&[&["codec", text(&fixed)], &names[..]].concat());
    assert_eq!(after["trim_db"], 0.0, "{after}");
    assert_eq!(lacquer_files::tags::read(&fixed).unwrap(), tags, "the tags went along");
    let printed = String::from_utf8(lacquer(&["codec", text(&loud), "--codec", "opus96"]).stdout).unwrap();
    assert!(printed.contains("opus96") && printed.contains("AAC is not measured"), "{printed}");
    for (arguments, words) in [
        (vec!["codec", text(&loud), "--codec", "aac"], "is no lossy format"),
        (vec!["codec", text(&loud), "--codec", "flac16"], "loses nothing"),
        (vec!["codec", text(&loud), "--ceiling", "3"], "-12 and 0 dBTP"),
        (vec!["codec", text(&loud), "--fix"], "--output"),
    ] {
        let output = lacquer(&arguments);
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && error.contains(words), "{arguments:?}: {error}");
    }
}

#[test]
fn what_can_be_measured_is_measured_and_what_cannot_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let [quiet, bad, out] = ["quiet.wav", "bad.wav", "out"].map(|name| folder.path().join(name));
    let tags = Tags::default();
    encode_as(&quiet, &song(48_000, 2.0, 0.3, 1.0), &Format::Wav(WordLength::Bits24), &tags).unwrap();
    std::fs::write(&bad, b"RIFF nothing").unwrap();
    let lines = |output: &std::process::Output| -> Vec<serde_json::Value> {
        let text = String::from_utf8(output.stdout.clone()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let files = lacquer(&["codec", text(&bad), text(&quiet), "--codec", "vorbis8", "--json"]);
    let found = lines(&files);
    assert_eq!(files.status.code(), Some(2));
    assert_eq!(found.len(), 2, "a line for each file: {found:?}");
    assert_eq!((&found[0]["status"], &found[1]["status"]), (&"unreadable".into(), &"measured".into()));
    // In builds that have LAME there is nothing that could not be measured.
    if !mp3::IS_BUILT {
        let some = lacquer(&["codec", text(&quiet), "--codec", "opus128,mp3-320,vorbis8", "--json"]);
        let found = lines(&some);
        assert_eq!(some.status.code(), Some(2));
        assert_eq!(found[0]["codecs"].as_array().unwrap().len(), 2, "{found:?}");
        assert_eq!(found[0]["not_measured"][0]["codec"], "mp3-320");
        let error = String::from_utf8(some.stderr).unwrap();
        assert!(error.contains("MP3: this build has no encoder"), "{error}");
        let fixed = out.with_extension("wav");
        let fix =
            lacquer(&["codec", text(&quiet), "--codec", "opus128,mp3-320", "--fix", "-o", text(&fixed)]);
        assert!(fix.status.code() == Some(2) && !fixed.exists(), "no trim clears what is not measured");
    }
    let flac = out.with_extension("flac");
    for (arguments, words) in [
        (vec!["--fix", "-o", text(&flac)], "is a WAV file"),
        (vec!["--fix", "-o", "-"], "needs a name"),
        (vec!["--codec", "aac"], "give opus128"),
    ] {
        let output = lacquer(&[&["codec", text(&quiet)], &arguments[..]].concat());
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && error.contains(words), "{arguments:?}: {error}");
        assert!(!error.contains("wav16") && !error.contains("WAV and FLAC are written"), "{error}");
        assert!(mp3::IS_BUILT || !error.contains("mp3"), "what is offered is had: {error}");
    }
    // The help's own example works.
    let help = String::from_utf8(lacquer(&["codec", "--help"]).stdout).unwrap();
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    let example = help.split("for instance ").nth(1).and_then(|rest| rest.split([' ', ';']).next()).unwrap();
    let output = lacquer(&["codec", text(&quiet), "--codec", example]);
    assert_eq!(output.status.code(), Some(0), "{example}: {}", String::from_utf8_lossy(&output.stderr));
}
