//! Every output of an album: read back by what others wrote, or by the readers of this crate that have their own proofs.

use crate::scene::*;
use lacquer_album::{Report, read};
use lacquer_disc::{cue, ddp};
use lacquer_files::decode::decode;
use lacquer_files::tags;
use lacquer_isrc::Isrc;
use lacquer_isrc::ledger::Ledger;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

const ALBUM: &str = r#"[album]
title = "Two: <Songs>/"
artist = "Somebody & \"Others\""
upc = "0012345678905"
year = 2026
genre = "Electronic"
label = "Own"
isrc_prefix = "AA-6Q7"
isrc_range = [40, 41]
loudness = { mode = "album", target = -14.0, ceiling = -1.0 }
outputs = ["wav24", "wav16", "flac", "opus128", "vorbis", "cue", "ddp", "report"]

[[track]]
file = "first.wav"
title = "Überfahrt"
composer = "Ada"
isrc = "new"

[[track]]
file = "second.wav"
title = "<script>alert(1)</script>"
isrc = "new"
gap_s = 0
"#;

/// Two songs of five seconds, joined without a gap, one of them not a whole number of CD frames long.
fn scene() -> Scene {
    let scene = Scene::new();
    scene.mix("first.wav", 44_100, &song(44_100, 5.0013, 0.5, 110.0, 1));
    scene.mix("second.wav", 44_100, &song(44_100, 5.2, 0.4, 146.0, 2));
    scene
}

fn codes(report: &Report) -> Vec<String> {
    report.tracks.iter().map(|track| track.isrc.clone().unwrap()).collect()
}

/// Every file below a folder but the cache's, with its bytes.
fn everything(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if name == ".lacquer" {
            continue;
        }
        if path.is_dir() {
            found.extend(
                everything(&path).into_iter().map(|(below, bytes)| (format!("{name}/{below}"), bytes)),
            );
        } else {
            found.push((name, std::fs::read(&path).unwrap()));
        }
    }
    found.sort();
    found
}

#[test]
fn every_output_is_written_tagged_and_read_back() {
    let scene = scene();
    let report = scene.build(ALBUM);
    assert_eq!(
        codes(&report),
        ["AA-6Q7-26-00040", "AA-6Q7-26-00041"].map(|code| {
            // The year of assignment is this year's.
            let year = codes(&report)[0][7..9].to_owned();
            code.replace("-26-", &format!("-{year}-"))
        })
    );
    for (output, endings) in
        [("wav24", "wav"), ("wav16", "wav"), ("flac", "flac"), ("opus128", "opus"), ("vorbis", "ogg")]
    {
        let files: Vec<_> =
            report.files.iter().filter(|file| file.path.starts_with(&format!("{output}/"))).collect();
        assert_eq!(files.len(), 2, "{output}");
        for (n, file) in files.iter().enumerate() {
            let path = scene.path("out").join(&file.path);
            assert!(file.path.ends_with(endings) && file.track == Some(n + 1));
            let found = tags::read(&path).unwrap();
            assert_eq!(
                found.title.as_deref(),
                Some(["Überfahrt", "<script>alert(1)</script>"][n]),
                "{output}"
            );
            assert_eq!(found.album.as_deref(), Some("Two: <Songs>/"));
            assert_eq!(found.isrc.map(|code| code.to_string()), Some(codes(&report)[n].clone()), "{output}");
            assert_eq!(found.track, Some((n as u32 + 1, 2)), "{output}");
            assert_eq!(found.composer.as_deref(), [Some("Ada"), None][n], "{output}");
        }
    }
    // What loses nothing holds the same samples.
    let [wav, flac] = ["wav24", "flac"].map(|output| end_to_end(&scene.files(&report, "out", output)));
    assert!(wav == flac && wav.len() > 400_000);
    let loudness = tags::read(&scene.path("out/wav24/01 Überfahrt.wav")).unwrap().loudness.unwrap();
    let measured = report.tracks[0].after.integrated_lufs.unwrap();
    // `bext` has hundredths.
    assert!((loudness.integrated_lufs - measured).abs() <= 0.005 + 1e-9, "{loudness:?}");
}

#[test]
fn the_disc_is_the_programme_and_its_fileset_is_consistent() {
    let scene = scene();
    let report = scene.build(ALBUM);
    let found = ddp::verify(&scene.path("out/ddp")).unwrap();
    assert!(found.consistent, "{:?}", found.findings);
    assert_eq!(found.upc.as_deref(), Some("0012345678905"));
    let disc_codes: Vec<_> = found.disc.tracks.iter().map(|track| track.isrc.unwrap().to_string()).collect();
    assert_eq!(disc_codes, codes(&report));
    let programme = end_to_end(&scene.files(&report, "out", "wav16"));
    let image = std::fs::read(scene.path("out/ddp/IMAGE.DAT")).unwrap();
    let words: Vec<[i16; 2]> = image
        .as_chunks::<4>()
        .0
        .iter()
        .map(|b| [i16::from_le_bytes([b[0], b[1]]), i16::from_le_bytes([b[2], b[3]])])
        .collect();
    let (pregap, rest) = words.split_at(150 * 588);
    assert!(pregap.iter().all(|frame| *frame == [0, 0]));
    let expected: Vec<[i16; 2]> =
        programme.iter().map(|frame| frame.map(|x| (x * 32_768.0).round() as i16)).collect();
    assert_eq!(rest[..expected.len()], expected, "the image is the files set end to end");
    assert!(rest.len() - expected.len() < 588 && rest[expected.len()..].iter().all(|frame| *frame == [0, 0]));
    // The image of the cue sheet holds the same, without the pregap that every burner writes.
    let sheet = std::fs::read_to_string(scene.path("out/cue/Two - Songs.cue"))
        .or_else(|_| {
            let name = report.files.iter().find(|file| file.path.ends_with(".cue")).unwrap();
            std::fs::read_to_string(scene.path("out").join(&name.path))
        })
        .unwrap();
    let parsed = cue::parse(&sheet).unwrap();
    assert!(parsed.text().contains("CATALOG 0012345678905"), "{sheet}");
    let wave = report
        .files
        .iter()
        .find(|file| file.path.starts_with("cue/") && file.path.ends_with(".wav"))
        .unwrap();
    let audio = decode(&scene.path("out").join(&wave.path), &|_| {}).unwrap();
    assert_eq!(audio.frames.len(), rest.len());
    assert!(audio.frames.iter().zip(rest).all(|(a, b)| a.map(|x| (x * 32_768.0).round() as i16) == *b));
    let toc = report.files.iter().find(|file| file.path.ends_with(".toc")).unwrap();
    if lacquer_left_out::has_program("cdrdao") {
        let mut cdrdao = Command::new("cdrdao");
        let line = ["read-test", &toc.path["cue/".len()..]];
        let done = cdrdao.args(line).current_dir(scene.path("out/cue")).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
    let pq = std::fs::read_to_string(scene.path("out/report/PQ sheet.txt")).unwrap();
    assert!(codes(&report).iter().all(|code| pq.contains(code)), "{pq}");
    assert_eq!(report.pq.iter().filter(|row| row.index == 1).count(), 2);
}

#[test]
fn a_second_run_writes_nothing_and_gives_no_code_again() {
    let scene = scene();
    let first = scene.build(ALBUM);
    let files = everything(&scene.path("out"));
    let second = scene.build(ALBUM);
    assert_eq!(codes(&first), codes(&second));
    let written: Vec<_> = second.files.iter().filter(|file| file.written).map(|file| &file.path).collect();
    assert!(written.is_empty(), "{written:?}");
    assert_eq!((second.renders.chains, second.renders.finals, second.renders.trials), (0, 0, 0));
    let audio = |files: Vec<(String, Vec<u8>)>| {
        files
            .into_iter()
            .filter(|(name, _)| !name.starts_with("report") && name != "SHA256SUMS")
            .collect::<Vec<_>>()
    };
    assert!(audio(files) == audio(everything(&scene.path("out"))));
    let given: BTreeSet<Isrc> = Ledger::new(scene.path("isrc.ledger"))
        .read()
        .unwrap()
        .entries
        .iter()
        .map(|entry| entry.isrc)
        .collect();
    assert_eq!(given.len(), 2);
}

#[test]
fn the_range_of_codes_is_never_left() {
    let scene = scene();
    let text = ALBUM.replace("isrc_range = [40, 41]", "isrc_range = [7, 7]");
    let album = read(&scene.album(&text)).unwrap();
    let error = build(&album, &scene.path("out"), false, &|_, _| {}).unwrap_err().to_string();
    assert!(error.contains('7') && error.lines().count() == 1, "{error}");
}

#[test]
fn a_disc_that_cannot_be_is_refused_before_any_work() {
    let scene = scene();
    let text = format!("{ALBUM}end_s = 2.0\n");
    let album = read(&scene.album(&text)).unwrap();
    let error = build(&album, &scene.path("out"), false, &|_, _| {}).unwrap_err().to_string();
    assert!(error.contains("track 2") && error.lines().count() == 1, "{error}");
    assert!(!scene.path("isrc.ledger").exists(), "no code was spent");
    assert!(!scene.path("out/wav24").exists());
}

#[test]
fn lossy_overs_are_told_and_cleared_on_demand() {
    let scene = Scene::new();
    // Noise into a ceiling of 0 dBTP: an encoder's peaks go above it.
    let mut noise = Noise(9);
    let frames: Vec<[f64; 2]> = (0..6 * 48_000).map(|_| [0.9 * noise.next(), 0.9 * noise.next()]).collect();
    scene.mix("noise.wav", 48_000, &frames);
    let text = "[album]\nloudness = { mode = \"album\", target = -4.0, ceiling = 0.0 }\noutputs = [\"wav24\", \"opus128\"]\n[[track]]\nfile = \"noise.wav\"\n";
    let album = read(&scene.album(text)).unwrap();
    let plain = build(&album, &scene.path("plain"), false, &|_, _| {}).unwrap();
    let codec = &plain.codecs[0];
    assert!(
        codec.tracks[0].true_peak_after_dbtp.unwrap() > 0.0 && codec.tracks[0].over_count > 0,
        "{codec:?}"
    );
    assert!(!codec.is_cleared && codec.applied_db == 0.0);
    assert!(plain.findings.iter().any(|finding| finding.text.contains("--fix")), "{:?}", plain.findings);
    let fixed = build(&album, &scene.path("fixed"), true, &|_, _| {}).unwrap();
    let codec = &fixed.codecs[0];
    assert!(codec.is_cleared && codec.applied_db < 0.0 && codec.applied_db > -6.0, "{codec:?}");
    let file = fixed.files.iter().find(|file| file.path.ends_with(".opus")).unwrap();
    let decoded = decode(&scene.path("fixed").join(&file.path), &|_| {}).unwrap();
    let highest = decoded.frames.as_flattened().iter().fold(0.0f32, |peak, x| peak.max(x.abs()));
    assert!(highest <= 1.0, "{highest}");
    // What loses nothing is left as it was.
    let wav = |out: &str| std::fs::read(scene.path(out).join("wav24/01 noise.wav")).unwrap();
    assert!(wav("plain") == wav("fixed"));
}
