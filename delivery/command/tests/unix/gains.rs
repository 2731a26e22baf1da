//! ReplayGain and R128 tags, as ffprobe and mutagen's conventions have them, against another implementation of the loudness.

use crate::scene::{Scene, decoded};
use lacquer_files::encode::{Format, encode_as};
use lacquer_files::tags::Tags;
use std::collections::BTreeMap;
use std::process::Command;

/// The tags of a file by ffprobe, names in capitals; none where it is not installed.
fn probed(path: &std::path::Path) -> Option<BTreeMap<String, String>> {
    let arguments = ["-v", "error", "-show_entries", "format_tags:stream_tags", "-of", "json"];
    if !lacquer_left_out::has_program("ffprobe") {
        return None;
    }
    let output = Command::new("ffprobe").args(arguments).arg(path).output().unwrap();
    let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut tags = BTreeMap::new();
    for holder in [&value["format"], &value["streams"][0]] {
        for (name, text) in holder["tags"].as_object().into_iter().flatten() {
            tags.insert(name.to_uppercase(), text.as_str().unwrap_or_default().to_owned());
        }
    }
    Some(tags)
}

/// Integrated loudness by ebur128 of several files, gated as one programme, and the highest sample peak.
fn oracle(paths: &[std::path::PathBuf]) -> (f64, f64) {
    let meters: Vec<ebur128::EbuR128> = paths
        .iter()
        .map(|path| {
            let audio = decoded(path);
            let mode = ebur128::Mode::I | ebur128::Mode::TRUE_PEAK;
            let mut meter = ebur128::EbuR128::new(2, audio.sample_rate, mode).unwrap();
            meter.add_frames_f32(audio.frames.as_flattened()).unwrap();
            meter
        })
        .collect();
    let peak =
        meters.iter().flat_map(|meter| [0, 1].map(|c| meter.true_peak(c).unwrap())).fold(0.0, f64::max);
    (ebur128::EbuR128::loudness_global_multiple(meters.iter()).unwrap(), peak)
}

fn number(text: Option<&String>) -> f64 {
    text.unwrap().trim_end_matches(" dB").parse().unwrap()
}

#[test]
fn gains_bring_each_song_and_the_album_to_the_reference() {
    let scene = Scene::new();
    let songs = [scene.song("1.wav", 0.8, 110.0), scene.song("2.wav", 0.1, 150.0)];
    let mut files = Vec::new();
    for (n, song) in songs.iter().enumerate() {
        let audio = decoded(song);
        for (ending, format) in [
            ("flac", Format::Flac(24)),
            ("ogg", Format::Vorbis { quality: 8.0 }),
            ("opus", Format::Opus { kbps: 192 }),
        ] {
            let path = scene.path(&format!("{ending}/{n}.{ending}"));
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            let tags = Tags { title: Some(format!("Song {n}")), ..Tags::default() };
            encode_as(&path, &audio, &format, &tags).unwrap();
            files.push(path);
        }
    }
    for ending in ["flac", "ogg", "opus"] {
        let said = scene.run(&["replay-gain", "--album", ending]);
        assert_eq!(said.code, 0, "{}", said.err);
        let own: Vec<_> = [0, 1].map(|n| scene.path(&format!("{ending}/{n}.{ending}"))).to_vec();
        let (album_lufs, album_peak) = oracle(&own);
        for path in &own {
            let Some(tags) = probed(path) else { return };
            let (lufs, peak) = oracle(std::slice::from_ref(path));
            assert!(tags["TITLE"].starts_with("Song"), "what was there stays: {tags:?}");
            if ending == "opus" {
                // 256ths of a dB below -23 LUFS; both meters agree within a few hundredths.
                for (name, lufs) in [("R128_TRACK_GAIN", lufs), ("R128_ALBUM_GAIN", album_lufs)] {
                    let miss_db = number(tags.get(name)) / 256.0 - (-23.0 - lufs);
                    assert!(miss_db.abs() < 0.1, "{name}: {miss_db} dB");
                }
                assert!(!tags.keys().any(|name| name.starts_with("REPLAYGAIN")), "{tags:?}");
                continue;
            }
            for (name, lufs, peak) in [("TRACK", lufs, peak), ("ALBUM", album_lufs, album_peak)] {
                let miss_db = number(tags.get(&format!("REPLAYGAIN_{name}_GAIN"))) - (-18.0 - lufs);
                assert!(miss_db.abs() < 0.1, "{ending}, {name}: {miss_db} dB");
                let peak_db = 20.0 * (number(tags.get(&format!("REPLAYGAIN_{name}_PEAK"))) / peak).log10();
                // The oracle looks at four points a sample, which misses up to 0.6 dB of a peak.
                assert!((-0.1..0.6).contains(&peak_db), "{ending}, {name}: {peak_db} dB");
            }
        }
    }
}

#[test]
fn tags_alone_change_and_an_album_of_which_one_is_lost_has_no_level() {
    let scene = Scene::new();
    scene.song("a.flac", 0.5, 110.0);
    let sound = decoded(&scene.path("a.flac"));
    let before = std::fs::read(scene.path("a.flac")).unwrap();
    let dry = scene.run(&["replay-gain", "a.flac", "--dry-run", "--json"]).json();
    assert!(dry["track_gain_db"].is_number() && dry["album_gain_db"].is_null(), "{dry}");
    assert!(std::fs::read(scene.path("a.flac")).unwrap() == before, "a dry run writes nothing");
    let lost = scene.run(&["replay-gain", "--album", "a.flac", "gone.flac"]);
    assert!(lost.code == 2 && lost.err.contains("gone.flac"), "{}", lost.err);
    assert!(decoded(&scene.path("a.flac")) == sound);
    if let Some(tags) = probed(&scene.path("a.flac")) {
        assert!(tags.contains_key("REPLAYGAIN_TRACK_GAIN") && !tags.contains_key("REPLAYGAIN_ALBUM_GAIN"));
    }
}

#[test]
fn masters_of_a_folder_are_tagged_as_an_album() {
    let scene = Scene::new();
    scene.song("mixes/1.wav", 0.6, 110.0);
    scene.song("mixes/2.wav", 0.2, 150.0);
    let made = scene.run(&["master", "mixes", "-o", "masters/", "--flac", "--replay-gain", "--anyway"]);
    assert_eq!(made.code, 0, "{}", made.err);
    let masters = [scene.path("masters/1.flac"), scene.path("masters/2.flac")];
    let (album_lufs, _) = oracle(&masters);
    for master in &masters {
        let Some(tags) = probed(master) else { return };
        let miss_db = number(tags.get("REPLAYGAIN_ALBUM_GAIN")) - (-18.0 - album_lufs);
        assert!(miss_db.abs() < 0.1, "{miss_db} dB");
    }
}

/// A dry run says what would be written, and refuses what would be refused.
#[test]
fn a_dry_run_says_what_the_real_one_does() {
    let scene = Scene::new();
    scene.song("a.wav", 0.4, 110.0);
    if !lacquer_left_out::has_program("ffmpeg") {
        return;
    }
    for ending in ["m4a", "aiff", "caf", "au", "w64", "opus", "ogg", "flac", "mp3"] {
        let coding = if ending == "ogg" { "-c:a libvorbis" } else { "" };
        let name = format!("all/a.{ending}");
        assert_eq!(
            scene.shell(&format!("mkdir -p all && ffmpeg -v error -y -i a.wav {coding} {name}")).code,
            0
        );
        let dry = scene.run(&["replay-gain", &name, "--dry-run", "--json"]);
        let real = scene.run(&["replay-gain", &name, "--json"]);
        assert_eq!((dry.code, dry.text(), &dry.err), (real.code, real.text(), &real.err), "{ending}");
        let is_refused = matches!(ending, "m4a" | "aiff" | "caf" | "au" | "w64");
        assert_eq!(dry.code, if is_refused { 2 } else { 0 }, "{ending}: {}", dry.err);
        if is_refused {
            continue;
        }
        let Some(tags) = probed(&scene.path(&name)) else { return };
        let said = dry.json();
        let written_db = match ending {
            "opus" => number(tags.get("R128_TRACK_GAIN")) / 256.0,
            _ => number(tags.get("REPLAYGAIN_TRACK_GAIN")),
        };
        // What is written has two decimals, or 256ths.
        let apart_db = (said["track_gain_db"].as_f64().unwrap() - written_db).abs();
        assert!(apart_db < 0.0051, "{ending}: {said} beside {written_db} dB");
        assert_eq!(said["tags"], if ending == "opus" { "R128" } else { "ReplayGain" });
        assert_eq!(said["track_peak"].is_null(), ending == "opus", "R128 tags have no peak: {said}");
    }
    let folder = scene.run(&["replay-gain", "all", "--dry-run"]);
    assert_eq!((folder.code, folder.err.lines().count()), (2, 5), "{}", folder.err);
}
