//! `lacquer check` as a user meets it: verdicts, exit codes, JSON that keeps to its schema, and a report that a browser opens.

// All of it is a test: what is not there ends it.
#![allow(clippy::unwrap_used)]

mod material;
mod report;

use hound::{SampleFormat, WavSpec, WavWriter};
use lacquer_song::check::batch::check_all;
use lacquer_song::check::page::report_page;
use lacquer_song::check::{CheckError, CheckOptions};
use material::{INT16, INT24, checked, code, lacquer, music, spec, text, write};
use serde_json::Value;
use std::path::Path;

fn findings<'a>(file: &'a Value, check: &str) -> Vec<&'a Value> {
    file["findings"].as_array().unwrap().iter().filter(|finding| finding["check"] == check).collect()
}

#[test]
fn a_clean_mix_is_not_sent_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mix.wav");
    write(&path, INT24(2), |frame| frame);
    let output = lacquer(&[text(&path)]);
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(told.starts_with("Fit to master"), "{told}");
    assert!(output.stderr.is_empty());
    for part in ["WAV, 44100 Hz, 24 bit, stereo, 0:08.000", "Integrated loudness", "Spotify"] {
        assert!(told.contains(part), "{part} is not in\n{told}");
    }
}

#[test]
fn a_mix_clipped_by_12_db_goes_back_with_places_and_advice() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("loud.wav");
    write(&path, INT24(2), |frame| frame.map(|x| (8.0 * x).clamp(-1.0, 1.0)));
    let output = lacquer(&[text(&path)]);
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.starts_with("SEND BACK"), "{told}");
    assert!(told.contains("  1. ") && told.contains("FAIL"), "{told}");
    let (json, _) = checked(&[text(&path)]);
    let file = &json["files"][0];
    assert_eq!((&json["verdict"], &file["verdict"]), (&"send_back".into(), &"send_back".into()));
    assert!(!file["reasons"].as_array().unwrap().is_empty());
    let clipping = findings(file, "clipping");
    assert_eq!(clipping[0]["severity"], "fail", "{clipping:?}");
    let place = &clipping[0]["places"][0];
    assert!(place["start_s"].as_f64().unwrap() < 8.0, "{place}");
    assert!(
        clipping[0]["place_count"].as_u64().unwrap()
            >= clipping[0]["places"].as_array().unwrap().len() as u64
    );
}

#[test]
fn an_inverted_channel_goes_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inverted.wav");
    write(&path, INT24(2), |[left, right]| [left, -right]);
    let (json, code) = checked(&[text(&path)]);
    assert_eq!(code, 1);
    assert_eq!(findings(&json["files"][0], "polarity")[0]["severity"], "fail");
}

#[test]
fn one_unreadable_file_keeps_no_other_from_being_checked() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    std::fs::create_dir(root.join("b")).unwrap();
    for name in ["z.wav", "b/a.wav"] {
        write(&root.join(name), INT16(2), |frame| frame);
    }
    std::fs::write(root.join("c.wav"), b"RIFF nothing of a wave").unwrap();
    std::fs::write(root.join("notes.txt"), b"not audio, not asked").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(root, root.join("b/loop")).unwrap();
    let output = lacquer(&["--json", text(root)]);
    assert_eq!(output.status.code(), Some(2));
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    let names: Vec<&str> =
        json["files"].as_array().unwrap().iter().map(|file| file["file"].as_str().unwrap()).collect();
    // Every input in its place, with what became of it.
    assert!(names.len() == 3 && names[0].ends_with("a.wav") && names[2].ends_with("z.wav"), "{names:?}");
    let broken = &json["files"][1];
    assert!(names[1].ends_with("c.wav") && broken["status"] == "unreadable", "{broken}");
    assert_eq!(
        (&json["files"][0]["status"], &broken["reason"]),
        (&"checked".into(), &json["unreadable"][0]["reason"])
    );
    assert_eq!(json["unreadable"].as_array().unwrap().len(), 1);
    assert!(json["unreadable"][0]["file"].as_str().unwrap().ends_with("c.wav"));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.lines().count() == 1 && stderr.contains("c.wav"), "{stderr}");
}

#[test]
fn words_are_told_as_they_are_stored_and_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let told = |name: &str, spec: WavSpec, step: f64| {
        let path = folder.path().join(name);
        write(&path, spec, |frame| frame.map(|x| (x * step).round() / step));
        let (json, _) = checked(&[text(&path)]);
        let file = &json["files"][0];
        (file["words"].clone(), file["true_bits"].as_u64())
    };
    let words = |kind: &str, bits: u32| serde_json::json!({ "kind": kind, "bits": bits });
    assert_eq!(told("24.wav", INT24(2), 8_388_608.0), (words("integer", 24), Some(24)));
    assert_eq!(told("padded.wav", INT24(2), 32_768.0), (words("integer", 24), Some(16)));
    // Words longer than a sample of f32 holds are counted where they are decoded.
    let long = spec(32, SampleFormat::Int, 2);
    assert_eq!(told("32.wav", long, 2_147_483_648.0), (words("integer", 32), Some(32)));
    assert_eq!(told("24-in-32.wav", long, 8_388_608.0), (words("integer", 32), Some(24)));
    assert_eq!(told("float.wav", spec(32, SampleFormat::Float, 2), 1e300).0, words("float", 32));
}

#[test]
fn a_named_target_judges_and_an_unknown_one_is_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("loud.wav");
    // The peak is then near -0.1 dBFS, above what any platform asks for.
    let peak = music(44_100).as_flattened().iter().fold(0.0f64, |peak, x| peak.max(x.abs()));
    write(&path, INT24(2), |frame| frame.map(|x| 0.99 / peak * x));
    // The same is no fault of a mix.
    let (json, exit) = checked(&["--target", "Spotify", text(&path)]);
    assert_eq!((exit, &findings(&json["files"][0], "platform")[0]["severity"]), (0, &"note".into()));
    let (json, exit) = checked(&["--master", "--target", "Spotify", "--target", "-16", text(&path)]);
    assert_eq!(exit, 1);
    let file = &json["files"][0];
    assert_eq!(file["platforms"].as_array().unwrap().len(), 2);
    let platform = findings(file, "platform");
    assert_eq!((platform.len(), &platform[0]["severity"]), (2, &"warn".into()), "{platform:?}");
    assert!(platform[0]["advice"].as_str().unwrap().contains("dBTP"));
    let outcome = &file["platforms"][0];
    let (gain_db, plays_at) =
        (outcome["gain_db"].as_f64().unwrap(), outcome["plays_at_lufs"].as_f64().unwrap());
    let integrated = file["readings"]["integrated_lufs"].as_f64().unwrap();
    // Three figures, each rounded to a thousandth.
    assert!((integrated + gain_db - plays_at).abs() < 0.002, "{integrated} {gain_db} {plays_at}");

    let refused = lacquer(&["--target", "nowhere", "absent.wav"]);
    assert_eq!(code(&refused), 2);
    let line = String::from_utf8(refused.stderr).unwrap();
    assert!(line.lines().count() == 1 && line.contains("nowhere") && line.contains("spotify"), "{line}");
}

#[test]
fn a_master_beside_its_target_is_told_wherever_many_are_summed_up() {
    let folder = tempfile::tempdir().unwrap();
    for (name, gain) in [("loud.wav", 3.9), ("soft.wav", 0.5)] {
        write(&folder.path().join(name), INT24(2), |frame| frame.map(|x| gain * x));
    }
    let asked = ["--master", "--target", "spotify", "--only", "platform", text(folder.path())];
    let output = lacquer(&asked);
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    let summary = &told[told.find("2 files").expect("a summary")..];
    assert!(
        summary.contains("   1  MISSES ITS TARGET\n") && summary.contains("   1  Fit to deliver\n"),
        "{told}"
    );
    let (json, _) = checked(&asked);
    let misses: Vec<&Value> =
        json["files"].as_array().unwrap().iter().map(|file| &file["misses_target"]).collect();
    assert_eq!(misses, [true, false]);
    let csv = String::from_utf8(lacquer(&[&asked[..], &["--csv"]].concat()).stdout).unwrap();
    let last: Vec<&str> = csv.lines().filter_map(|line| line.rsplit(',').next()).collect();
    assert_eq!(last, ["misses_target", "true", "false"], "{csv}");
}

#[test]
fn json_keeps_to_the_schema_that_is_printed() {
    let printed = lacquer(&["--schema"]);
    assert_eq!(code(&printed), 0);
    assert_eq!(
        String::from_utf8(printed.stdout.clone()).unwrap(),
        include_str!("../../../../docs/check.schema.json")
    );
    let schema: Value = serde_json::from_slice(&printed.stdout).unwrap();
    assert!(jsonschema::meta::is_valid(&schema));
    let validator = jsonschema::validator_for(&schema).unwrap();

    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(&root.join("clean.wav"), INT24(2), |frame| frame);
    write(&root.join("clipped.wav"), INT16(2), |frame| frame.map(|x| 8.0 * x));
    write(&root.join("mono.wav"), INT16(1), |frame| frame);
    write(&root.join("silent.wav"), INT16(2), |_| [0.0; 2]);
    let float = spec(32, SampleFormat::Float, 2);
    write(&root.join("over.wav"), float, |frame| frame.map(|x| 4.0 * x));
    write(&root.join("odd.wav"), float, |[left, _]| {
        [if left > 0.3 { f64::NAN } else { left }, f64::INFINITY]
    });
    std::fs::write(root.join("broken.flac"), b"fLaC").unwrap();
    let (json, code) = checked(&[text(root)]);
    assert_eq!(code, 2);
    let wrong: Vec<String> =
        validator.iter_errors(&json).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(json["files"].as_array().unwrap().len() == 7);

    // A schema that lets everything pass would prove nothing.
    for (pointer, value) in [
        ("/files/0/status", "checked".into()),
        ("/files/1/verdict", "good".into()),
        ("/files/1/channels", 3.into()),
        ("/form", 1.into()),
    ] {
        let mut changed = json.clone();
        *changed.pointer_mut(pointer).unwrap() = value;
        assert!(!validator.is_valid(&changed), "{pointer}");
    }
}

#[test]
fn damaged_files_are_read_or_refused_and_break_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("song.wav");
    // A fifth of a second is enough to be damaged.
    let mut writer = WavWriter::create(&path, INT16(2)).unwrap();
    music(44_100).as_flattened()[40_000..58_000].iter().for_each(|x| {
        writer.write_sample((x * 30_000.0) as i16).unwrap();
    });
    writer.finalize().unwrap();
    let mut songs = vec![(path, 64, 1)];
    // A lossy one has its lengths all over the file, and checksums that may refuse every damage.
    let ogg = Path::new("/usr/share/games/frozen-bubble/snd/rebound.ogg");
    if lacquer_left_out::has_file(ogg) {
        let path = folder.path().join("song.ogg");
        std::fs::copy(ogg, &path).unwrap();
        songs.push((path, 4096, 0));
    }
    for (path, reach, at_least) in songs {
        let read = damage(&path, reach);
        assert!((at_least..200).contains(&read), "{read} of 200 were read: the damage is too heavy or none");
    }
}

/// Damages the first `reach` bytes of a song 200 times, and counts how often it is read all the same.
fn damage(path: &Path, reach: usize) -> usize {
    let whole = std::fs::read(path).unwrap();
    let wishes = CheckOptions::new(Vec::new(), true);
    let mut seed = 7u64;
    let mut random = move |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    let mut read = 0;
    for n in 0..200 {
        let mut bytes = whole.clone();
        // A WAV's head holds every length and format; the rest is samples, where anything goes.
        for _ in 0..1 + n % 4 {
            bytes[random(reach)] = random(256) as u8;
        }
        if n % 5 == 0 {
            bytes.truncate(random(whole.len()));
        }
        if n % 7 == 0 {
            bytes[..4].copy_from_slice(b"RF64");
        }
        std::fs::write(path, &bytes).unwrap();
        let reports = check_all(vec![Ok(path.to_owned())], &wishes, &mut |_| {});
        match &reports[0] {
            Ok(report) => {
                read += 1;
                assert!(report.frames > 0 && report.frames < 1_000_000);
                assert!(!report_page(&reports, &wishes).into_string().contains("NaN"));
            }
            Err(CheckError::BrokenOff { .. }) => {
                panic!("damage {n} broke the check: {:02x?}", &bytes[..bytes.len().min(64)])
            }
            Err(error) => assert_eq!(error.to_string().lines().count(), 1, "{error}"),
        }
    }
    read
}
