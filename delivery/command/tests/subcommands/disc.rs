//! `lacquer ddp`.

use lacquer_disc::ddp::{self, Options};
use lacquer_disc::{Disc, DiscTrack};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

fn track(title: &str, isrc: &str, pregap_frame: u32, start_frame: u32) -> DiscTrack {
    let (title, isrc) = (title.to_owned(), isrc.parse().ok());
    DiscTrack { title, isrc, pregap_frame, start_frame, ..DiscTrack::default() }
}

/// Three tracks: one with a second index and copies permitted, one after a gap, one joined to it.
fn disc() -> Disc {
    let mut tracks = vec![
        track("Track One", "AA6Q72000047", 0, 150),
        track("Track Two", "AA6Q72000048", 600, 750),
        track("Track Three", "AA6Q72000049", 1100, 1100),
    ];
    tracks[0].later_index_frames = vec![300];
    tracks[0].copy_permitted = true;
    for track in &mut tracks {
        track.performer = "Artist".into();
    }
    Disc {
        title: "Disc".into(),
        performer: "Artist".into(),
        upc: Some("4006381333931".into()),
        tracks,
        lead_out_frame: 1500,
    }
}

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
