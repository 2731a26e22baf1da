//! One song for its targets: each says loudness, ceiling, rate, words; a mix is judged as a mix, a master as a master.

use crate::scene::*;
use hound::WavReader;

/// A mix of 48 kHz, so that a disc's rate is another one.
fn mix(scene: &Scene) {
    scene.mix("cd.wav", 0, -20.0, |_| {});
    let audio = lacquer_files::decode::decode(&scene.path("cd.wav"), &|_| {}).unwrap();
    let wide: Vec<[f64; 2]> = audio.frames.iter().map(|frame| frame.map(f64::from)).collect();
    let wide = lacquer_files::resample::resample(&wide, 44_100, 48_000).unwrap();
    let frames: Vec<[f32; 2]> = wide.iter().map(|frame| frame.map(|x| x as f32)).collect();
    write(&scene.path("mix.wav"), 48_000, &frames);
}

#[test]
fn a_target_says_everything_and_what_it_leaves() {
    let Some(scene) = Scene::new() else { return };
    mix(&scene);
    for (target, rate, bits, lufs, says) in [
        (
            "cd",
            44_100,
            16,
            None,
            "Compact disc: loudness as it is, with the drive of +0.0 dB, -0.3 dBTP, 44100 Hz, 16 bit",
        ),
        ("vinyl", 48_000, 24, None, "Vinyl pre-master: loudness as it is"),
        ("soundcloud", 48_000, 24, None, "loudness as it is"),
        (
            "distributor",
            48_000,
            24,
            None,
            "Distributor: loudness as it is, with the drive of +0.0 dB, -1.0 dBTP, the mix's rate up to 96000 Hz, 24 bit",
        ),
        ("ebu_r128", 48_000, 24, Some(-23.0), "EBU R 128: -23.0 LUFS"),
        ("spotify", 48_000, 24, Some(-14.0), "Spotify: -14.0 LUFS, -1.0 dBTP"),
    ] {
        let out = format!("{target}.wav");
        let report = scene.json(0, &["master", "mix.wav", "-o", &out, "--force", "--target", target]);
        assert!(
            report["target_says"].as_str().unwrap().contains(says),
            "{target}: {}",
            report["target_says"]
        );
        let spec = WavReader::open(scene.path(&out)).unwrap().spec();
        assert_eq!((spec.sample_rate, spec.bits_per_sample), (rate, bits), "{target}");
        let found = report["after"]["integrated_lufs"].as_f64().unwrap();
        let wanted = lufs.unwrap_or(-20.0);
        assert!((found - wanted).abs() < 0.15, "{target}: {found}");
        let (code, said, _) = scene.said(&["check", "--master", &out, "--target", target]);
        assert_eq!(code, 0, "{target}: what was made for it is taken by it: {said}");
        assert!(said.starts_with("Fit to deliver"), "{target}: {said}");
    }
    let report = scene.json(
        0,
        &["master", "mix.wav", "-o", "own.wav", "--target", "cd", "--rate", "96000", "--word-length", "24"],
    );
    assert_eq!(
        (report["sample_rate_hz"].as_u64(), report["word_length"].as_str()),
        (Some(96_000), Some("24 bit"))
    );
    let (code, _, said) = scene.said(&["master", "mix.wav", "-o", "own.wav", "--rate", "12345"]);
    assert!(code == 2 && said.contains("--rate 12345"), "{said}");
}

#[test]
fn a_mix_is_judged_as_a_mix_and_a_master_as_a_delivery() {
    let Some(scene) = Scene::new() else { return };
    mix(&scene);
    let mixed = scene.json(0, &["check", "mix.wav", "--target", "spotify_loud", "--target", "cd"]);
    let severities: Vec<&str> = mixed["files"][0]["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["check"] == "platform")
        .map(|finding| finding["severity"].as_str().unwrap())
        .collect();
    assert_eq!(severities, ["note", "note"]);
    // As a master for a disc it misses its form, and the exit code says so.
    let (code, said, _) = scene.said(&["check", "--master", "mix.wav", "--target", "cd"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("Compact disc takes 44100 Hz, 16 bit; this file is 48000 Hz, 24 bit"), "{said}");
}

#[test]
fn a_mix_that_goes_back_is_not_mastered_unless_somebody_says_so_and_an_offset_is_mended() {
    let Some(scene) = Scene::new() else { return };
    scene.mix("late.wav", 3, -24.0, |frames| {
        for n in (96..frames.len()).rev() {
            frames[n][1] = frames[n - 96][0];
        }
    });
    let master = ["master", "late.wav", "-o", "m.wav", "--target", "-16"];
    let (code, out, said) = scene.said(&master);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(said.contains("Delay between channels") && said.contains("--anyway"), "{said}");
    assert!(!scene.path("m.wav").exists());
    let report = scene.json(0, &[&master[..], &["--anyway"]].concat());
    assert!(report["check"]["is_accepted"] == true);
    scene.mix("offset.wav", 4, -24.0, |frames| {
        frames.iter_mut().for_each(|frame| *frame = frame.map(|x| x + 0.01));
    });
    scene.json(0, &["master", "offset.wav", "-o", "clean.wav", "--fix", "dc", "--set", "limiter_on=off"]);
    let mean = |name: &str| {
        let frames = lacquer_files::decode::decode(&scene.path(name), &|_| {}).unwrap().frames;
        frames.iter().map(|frame| f64::from(frame[0])).sum::<f64>() / frames.len() as f64
    };
    // The song has an offset of its own.
    let means = (mean("offset.wav"), mean("clean.wav"));
    assert!(means.0 > 0.008 && means.1.abs() < 0.0005, "{means:?}");
}

#[test]
fn a_preset_that_was_saved_is_found_by_its_name() {
    let Some(scene) = Scene::new() else { return };
    scene.mix("mix.wav", 2, -20.0, |_| {});
    let save = [
        "preset",
        "save",
        "My Glue",
        "--preset",
        "streaming",
        "--set",
        "glue_on=on",
        "--description",
        "Mine",
    ];
    assert_eq!(scene.said(&save).0, 0);
    assert_eq!(scene.said(&save).0, 2, "not twice without --replace");
    let (_, listed, _) = scene.said(&["preset", "list"]);
    assert!(listed.contains("My Glue") && listed.contains("Streaming"), "{listed}");
    let (_, shown, _) = scene.said(&["preset", "show", "my-glue"]);
    assert!(shown.contains("name = \"My Glue\"") && shown.contains("glue_on = true"), "{shown}");
    let report = scene.json(0, &["master", "mix.wav", "-o", "m.wav", "--preset", "my glue"]);
    assert_eq!(report["preset"], "My Glue");
    assert!(
        (report["after"]["integrated_lufs"].as_f64().unwrap() + 14.0).abs() < 0.15,
        "what Streaming promises"
    );
}

#[test]
fn a_masters_report_shows_before_and_after_and_lets_both_be_heard() {
    let Some(scene) = Scene::new() else { return };
    scene.mix("mix.wav", 2, -20.0, |_| {});
    let report = scene.json(
        0,
        &["master", "mix.wav", "-o", "m.wav", "--preset", "punch", "--target", "-9", "--html", "m.html"],
    );
    assert!(report["after"]["loudness_range_lu"].is_number());
    let page = std::fs::read_to_string(scene.path("m.html")).unwrap();
    for part in ["Before and after", "Stages", "Glue", "Listen", "Loudness", "Spectrum", "Peaks"] {
        assert!(page.contains(part), "{part}");
    }
    assert!(page.contains("media-src data:") && page.matches("<audio controls").count() == 2);
    // Both decode, to one loudness.
    let heard: Vec<f64> = page
        .split("base64,")
        .skip(1)
        .map(|rest| {
            let file = scene.path("heard.opus");
            std::fs::write(&file, base64(rest.split('"').next().unwrap())).unwrap();
            oracle(&file).0
        })
        .collect();
    assert!((heard[0] - heard[1]).abs() < 0.3, "{heard:?}");
    // It is replaced by the next one.
    scene.json(0, &["master", "mix.wav", "-o", "m.wav", "--force", "--target", "-14", "--html", "m.html"]);
}

fn base64(text: &str) -> Vec<u8> {
    let sign = |c: u8| match c {
        b'A'..=b'Z' => c - b'A',
        b'a'..=b'z' => c - b'a' + 26,
        b'0'..=b'9' => c - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let mut bytes = Vec::new();
    for four in text.trim_end_matches('=').as_bytes().chunks(4) {
        let word =
            four.iter().fold(0u32, |word, c| word << 6 | u32::from(sign(*c))) << (6 * (4 - four.len()));
        bytes.extend(word.to_be_bytes()[1..four.len()].iter());
    }
    bytes
}
