//! An EP of five mixes from different sessions, exported at five levels.

use crate::scene::*;
use lacquer_disc::ddp;
use lacquer_files::tags;
use serde_json::Value;

const BUILD: [&str; 4] = ["album", "ALBUM.toml", "-o", "release"];

fn numbers(report: &Value, of: impl Fn(&Value) -> f64) -> Vec<f64> {
    report["tracks"].as_array().unwrap().iter().map(of).collect()
}

/// Loudness of each master, LUFS.
fn lufs(report: &Value) -> Vec<f64> {
    numbers(report, |track| track["after"]["integrated_lufs"].as_f64().unwrap())
}

#[test]
fn equal_is_equal_and_the_files_are_what_the_papers_say() {
    let Some(scene) = Scene::new() else { return };
    scene.sessions([0.0; 5]);
    scene.album(
        "loudness = { mode = \"equal\", target = -14, ceiling = -1 }\noutputs = [\"wav24\", \"flac\", \"opus128\", \"aac\", \"ddp\", \"report\"]",
    );
    // AAC cannot be made here, which needs a person and stops nothing.
    let report = scene.json(1, &BUILD);
    let findings = report["findings"].as_array().unwrap();
    assert!(findings.len() == 1 && findings[0]["kind"] == "output", "{findings:?}");
    println!("equal: {:.2?}", lufs(&report));
    for (n, title) in TITLES.iter().enumerate() {
        let mut frames = Vec::new();
        for (folder, ending) in [("wav24", "wav"), ("flac", "flac"), ("opus128", "opus")] {
            let path = scene.path(&format!("release/{folder}/{:02} {title}.{ending}", n + 1));
            let (found, length) = oracle(&path);
            // Opus takes some hundredths of the highs with it.
            assert!(
                (found + 14.0).abs() <= if folder == "opus128" { 0.3 } else { 0.2 },
                "{folder} {title}: {found:.2}"
            );
            let tags = tags::read(&path).unwrap();
            assert_eq!(tags.performer.as_deref(), Some("Ada; Ben"), "{folder}");
            assert!(tags.isrc.is_some());
            frames.push(length);
        }
        // The song's own length, without the gap of a disc.
        assert_eq!(frames[..2], [(SECONDS * 44_100.0) as usize; 2], "{title}");
        assert_eq!(report["tracks"][n]["length_s"].as_f64().unwrap(), SECONDS, "label copy");
    }
    let disc = ddp::verify(&scene.path("release/ddp")).unwrap();
    assert!(disc.consistent, "{:?}", disc.findings);
    let starts: Vec<f64> = numbers(&report, |track| track["start_s"].as_f64().unwrap());
    assert!((starts[1] - SECONDS - 2.0).abs() < 0.014, "the disc's programme has its gaps: {starts:?}");
    let below = names_below(&scene.path("release"));
    assert!(below.iter().all(|name| !name.ends_with(".audio")), "no renders are sent out: {below:?}");
    let cleaned = scene.said(&["album", "clean", "-o", "release"]);
    assert!(cleaned.0 == 0 && cleaned.1.contains("MB removed"), "{cleaned:?}");
}

#[test]
fn an_album_does_not_depend_on_what_its_mixes_were_exported_at() {
    let Some(scene) = Scene::new() else { return };
    scene.album("loudness = { mode = \"album\", target = -14, ceiling = -1 }\noutputs = [\"wav24\"]");
    let mut made = Vec::new();
    for shifts_db in [[0.0; 5], [-9.0, -2.0, -11.0, 3.0, 0.0]] {
        scene.sessions(shifts_db);
        let report = scene.json(0, &BUILD);
        assert!(report["levels"].as_str().unwrap().contains("share no level"), "{}", report["levels"]);
        println!("album: {:.2?}", lufs(&report));
        made.push(lufs(&report));
    }
    let loudest = made[0].iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let softest = made[0].iter().copied().fold(f64::INFINITY, f64::min);
    assert!((loudest + 14.0).abs() <= 0.2, "nothing is driven over the target: {:?}", made[0]);
    // A quiet song is 4 LU below in its loud parts, and has soft ones beside.
    assert!(softest >= -21.0, "{:?}", made[0]);
    for (one, other) in made[0].iter().zip(&made[1]) {
        assert!((one - other).abs() <= 0.2, "{made:?}");
    }
}

#[test]
fn a_cap_that_keeps_equal_tracks_apart_is_a_finding() {
    let Some(scene) = Scene::new() else { return };
    scene.sessions([0.0; 5]);
    scene.album("loudness = { mode = \"equal\", target = -14 }\nmax_move_lu = 2\noutputs = [\"wav24\"]");
    let (code, out, _) = scene.said(&BUILD);
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("Needs you   Track") && out.contains("max_move_lu allows 2.0"), "{out}");
    scene.album(
        "loudness = { mode = \"equal\", target = -14 }\nmax_move_lu = 2\noutputs = [\"wav24\"]\naccept = [\"loudness\", \"lossy trace\"]",
    );
    let (code, out, said) = scene.said(&BUILD);
    assert!(code == 0 && out.contains("Accepted    Track"), "{said}\n{out}");
}

#[test]
fn a_mix_that_is_sent_back_becomes_no_release_unless_it_is_accepted() {
    let Some(scene) = Scene::new() else { return };
    scene.sessions([0.0; 5]);
    // One channel 2 ms late, as a plugin without its delay compensated leaves it.
    scene.mix("Blues.wav", 3, SESSIONS_LUFS[3], |frames| {
        for n in (96..frames.len()).rev() {
            frames[n][1] = frames[n - 96][0];
        }
    });
    let lines = "loudness = { mode = \"equal\", target = -16 }\noutputs = [\"wav24\", \"report\"]";
    scene.album(lines);
    let (code, out, said) = scene.said(&BUILD);
    assert_eq!((code, out.as_str()), (1, ""), "{said}");
    assert!(said.contains("track 4") && said.contains("channel_delay"), "{said}");
    assert!(!scene.path("release/wav24").exists() && !scene.path("isrc.ledger").exists());
    let text = std::fs::read_to_string(scene.path("ALBUM.toml")).unwrap();
    std::fs::write(
        scene.path("ALBUM.toml"),
        text.replace("[\"lossy_trace\"]", "[\"lossy_trace\", \"delay\"]"),
    )
    .unwrap();
    let report = scene.json(0, &BUILD);
    let check = &report["tracks"][3]["check"];
    assert!(check["verdict"] == "send_back" && check["is_accepted"] == true, "{check}");
    let page = std::fs::read_to_string(scene.path("release/report/album.html")).unwrap();
    assert!(page.contains("Accepted") && page.contains("Delay between channels"));
}

#[test]
fn a_plan_says_in_seconds_what_the_release_would_be() {
    let Some(scene) = Scene::new() else { return };
    scene.sessions([0.0; 5]);
    let files: Vec<String> = TITLES.iter().map(|title| format!("{title}.wav")).collect();
    let mut init = vec!["album", "init"];
    init.extend(files.iter().map(String::as_str));
    assert_eq!(scene.said(&init).0, 0);
    let text = std::fs::read_to_string(scene.path("ALBUM.toml")).unwrap();
    assert!(text.contains("lie 13.0 LU apart, which no session's do"), "{text}");
    for lufs in SESSIONS_LUFS {
        assert!(text.contains(&format!("# The mix: {lufs:.1} LUFS")), "{lufs}: {text}");
    }
    let plan = scene.json(0, &["album", "ALBUM.toml", "--plan"]);
    assert!(names_below(&scene.path("")).iter().all(|name| !name.contains("release")));
    let wanted = numbers(&plan, |track| track["wanted_lufs"].as_f64().unwrap());
    assert!(wanted.iter().all(|lufs| (-22.0..=-13.99).contains(lufs)), "{wanted:?}");
    let bytes = plan["outputs"][0]["about_bytes"].as_f64().unwrap();
    assert!((bytes / (5.0 * SECONDS * 44_100.0 * 6.0) - 1.0).abs() < 0.01, "{bytes}");
    let (_, shown, _) = scene.said(&["album", "ALBUM.toml", "--plan"]);
    assert!(shown.contains("wav24/01 Intro.wav") && shown.contains("nothing is made"), "{shown}");
}
