//! `lacquer ddp`.

use crate::some_disc::disc;
use lacquer_disc::ddp::{self, Options};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// A valid fileset in a new folder.
fn fileset() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let set = folder.path().join("set");
    let disc = disc();
    // A ramp: no two places nearby are alike.
    let samples = (0..disc.lead_out_frame as usize * 588).map(|n| [n as i16, (n >> 8) as i16]);
    ddp::write(&set, &disc, samples, &Options::default()).unwrap();
    (folder, set)
}

#[test]
fn the_command_tells_good_inconsistent_and_unreadable_apart() {
    let (folder, set) = fileset();
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_lacquer"))
            .args(["ddp", "verify"])
            .args(arguments)
            .output()
            .unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    let set_name = set.to_str().unwrap();
    let (code, text, errors) = run(&[set_name]);
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    for part in
        ["02", "00:10:00", "00:04:50", "AA-6Q7-20-00048", "Track Two", "4006381333931", "\nconsistent\n"]
    {
        assert!(text.contains(part), "{part}:\n{text}");
    }
    let mut image = fs::read(set.join("IMAGE.DAT")).unwrap();
    image[12345] ^= 1;
    fs::write(set.join("IMAGE.DAT"), image).unwrap();
    let (code, text, _) = run(&[set_name]);
    assert_eq!(code, Some(1));
    assert!(text.contains("error: CHECKSUM.MD5, line 5: ") && text.contains("inconsistent"), "{text}");
    let (code, json, _) = run(&[set_name, "--json"]);
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((code, &report["consistent"]), (Some(1), &serde_json::Value::Bool(false)));
    assert_eq!(report["tracks"][2]["isrc"], "AA-6Q7-20-00049");
    assert_eq!(report["findings"][0]["severity"], "error");
    for missing in [folder.path(), &folder.path().join("none")] {
        let (code, text, errors) = run(&[missing.to_str().unwrap()]);
        assert_eq!((code, text.as_str()), (Some(2), ""));
        assert_eq!(errors.lines().count(), 1, "{errors}");
    }
}
