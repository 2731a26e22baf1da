//! A folder of mixes for a label: which are fit, which go back, and a table for whoever decides.

use crate::scene::*;

/// Nine files: fit ones, one that goes back, one that is no audio.
fn folder(scene: &Scene) {
    std::fs::create_dir_all(scene.path("in/more")).unwrap();
    for (n, title) in TITLES.iter().enumerate() {
        scene.mix(&format!("in/{title}.wav"), n, SESSIONS_LUFS[n], |_| {});
    }
    scene.mix("in/more/Offset.wav", 3, -24.0, |frames| {
        frames.iter_mut().for_each(|frame| *frame = frame.map(|x| x + 0.004));
    });
    scene.mix("in/more/Inverted.wav", 4, -22.0, |frames| {
        frames.iter_mut().for_each(|frame| frame[1] = -frame[0]);
    });
    std::fs::write(scene.path("in/more/broken.wav"), b"RIFF nothing").unwrap();
}

#[test]
fn every_input_is_in_the_json_with_its_status_and_the_exit_code_is_the_worst() {
    let Some(scene) = Scene::new() else { return };
    folder(&scene);
    let batch = scene.json(2, &["check", "in"]);
    let files = batch["files"].as_array().unwrap();
    let of = |name: &str| {
        files
            .iter()
            .find(|file| file["file"].as_str().unwrap().ends_with(name))
            .unwrap_or_else(|| panic!("{name}"))
    };
    assert_eq!(files.len(), 8, "every input");
    assert!(
        of("broken.wav")["status"] == "unreadable" && of("broken.wav")["reason"].as_str().unwrap().len() > 9
    );
    assert!(of("Inverted.wav")["verdict"] == "send_back", "{}", of("Inverted.wav"));
    // An offset alone is a note with its cure.
    let offset = of("Offset.wav");
    assert_ne!(offset["verdict"], "send_back");
    let found = offset["findings"].as_array().unwrap().iter().find(|of| of["check"] == "dc_offset").unwrap();
    assert!(found["severity"] == "note" && found["advice"].as_str().unwrap().contains("--fix dc"), "{found}");
    std::fs::remove_file(scene.path("in/more/broken.wav")).unwrap();
    let (code, out, said) = scene.said(&["check", "in"]);
    assert_eq!((code, said.as_str()), (1, ""));
    let summary = &out[out.rfind("7 files").unwrap()..];
    assert!(summary.contains("1  SEND BACK") && summary.contains("Inverted.wav: Polarity"), "{summary}");
    std::fs::remove_file(scene.path("in/more/Inverted.wav")).unwrap();
    let (code, csv, _) = scene.said(&["check", "in", "--csv"]);
    assert_eq!(code, 0);
    assert_eq!(csv.lines().count(), 7, "{csv}");
    assert!(csv.starts_with("file,status,verdict,reasons,"), "{csv}");
}

#[test]
fn folders_are_measured_and_tabulated() {
    let Some(scene) = Scene::new() else { return };
    folder(&scene);
    let (code, csv, said) = scene.said(&["measure", "in", "--csv"]);
    assert_eq!((code, csv.lines().count()), (2, 9), "{csv}");
    assert!(said.contains("broken.wav") && csv.contains("broken.wav,unreadable,"), "{csv}");
    let (code, json, _) = scene.said(&["measure", "in", "--json"]);
    assert_eq!((code, json.lines().count()), (2, 8));
    for line in json.lines() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(["measured", "unreadable"].contains(&value["status"].as_str().unwrap()), "{line}");
    }
    let (_, text, _) = scene.said(&["measure", "in"]);
    assert!(text.trim_end().lines().last().unwrap().starts_with("8 files, 1 of them not read"), "{text}");
}

#[test]
fn a_title_that_has_a_code_gets_no_second_one_unasked() {
    let Some(scene) = Scene::new() else { return };
    let new = [
        "isrc", "new", "--ledger", "l.ledger", "--prefix", "AA6Q7", "--range", "0-9", "--title", "One",
        "--artist", "A",
    ];
    assert_eq!(scene.said(&new).0, 0);
    let (code, out, said) = scene.said(&new);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(said.contains("\"One\" by A has AA-6Q7-") && said.contains("--again"), "{said}");
    let (code, out, _) = scene.said(&[&new[..], &["--again"]].concat());
    assert!(code == 0 && out.contains("00001"), "{out}");
}
