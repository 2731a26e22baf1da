//! `lacquer codec`.

use crate::lacquer;
use crate::programme::song;
use lacquer_files::encode::{Format, WordLength, encode_as};
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
        (vec!["codec", text(&loud), "--codec", "aac"], "is no format"),
        (vec!["codec", text(&loud), "--codec", "flac16"], "loses nothing"),
        (vec!["codec", text(&loud), "--ceiling", "3"], "-12 and 0 dBTP"),
        (vec!["codec", text(&loud), "--fix"], "--output"),
    ] {
        let output = lacquer(&arguments);
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && error.contains(words), "{arguments:?}: {error}");
    }
}
