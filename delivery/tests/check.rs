//! `lacquer check` as a user meets it: verdicts, exit codes, JSON that keeps to its schema, and a report that a browser opens.

// All of it is a test: what is not there ends it.
#![allow(clippy::unwrap_used)]

use hound::{SampleFormat, WavSpec, WavWriter};
use lacquer_delivery::check::batch::check_all;
use lacquer_delivery::check::page::report_page;
use lacquer_delivery::check::{CheckError, Wishes};
use serde_json::Value;
use std::f64::consts::TAU;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn lacquer(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lacquer")).arg("check").args(arguments).output().unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

/// The object that `--json` prints, and the exit code.
fn checked(arguments: &[&str]) -> (Value, i32) {
    let output = lacquer(&[&["--json"], arguments].concat());
    let stderr = String::from_utf8_lossy(&output.stderr);
    (
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {stderr}")),
        code(&output),
    )
}

/// Eight seconds of music of a kind: a beat, a bass, two chords left and right of the middle, and noise up to the top, faded in and
/// out. Peaks lie near -6 dBFS, so that nothing about its level is to be remarked.
fn music(rate: u32) -> Vec<[f64; 2]> {
    const SECONDS: f64 = 8.0;
    let mut seed = 1u64;
    let mut noise = move || {
        // Knuth's linear congruential generator: any fixed noise does.
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 11) as f64 / (1u64 << 53) as f64 - 0.5
    };
    (0..(SECONDS * f64::from(rate)) as usize)
        .map(|n| {
            let t = n as f64 / f64::from(rate);
            let fade = (t / 0.3).min((SECONDS - t) / 0.6).clamp(0.0, 1.0);
            let beat = (-(t * 2.0).fract() * 7.0).exp();
            let tone = |hz: f64| (TAU * hz * t).sin();
            let bass = 0.12 * (tone(82.4) + 0.4 * tone(164.8) + 0.2 * tone(247.2));
            let drum = 0.15 * beat * (tone(160.0) + noise());
            let chord = |root: f64| 0.04 * (tone(root) + tone(1.26 * root) + tone(1.5 * root));
            let (left, right) = (chord(329.6) + 0.02 * noise(), chord(415.3) + 0.02 * noise());
            let middle = bass + drum + 0.05 * tone(987.0) * (0.6 + 0.4 * tone(0.7));
            [fade * (middle + left), fade * (middle + right)]
        })
        .collect()
}

fn spec(bits_per_sample: u16, sample_format: SampleFormat, channels: u16) -> WavSpec {
    WavSpec { channels, sample_rate: 44_100, bits_per_sample, sample_format }
}

/// Writes what `damage` makes of the music.
fn write(path: &Path, spec: WavSpec, damage: impl Fn([f64; 2]) -> [f64; 2]) {
    let mut writer = WavWriter::create(path, spec).unwrap();
    let scale = 2f64.powi(i32::from(spec.bits_per_sample) - 1);
    for frame in music(spec.sample_rate) {
        for x in &damage(frame)[..usize::from(spec.channels)] {
            match spec.sample_format {
                SampleFormat::Float => writer.write_sample(*x as f32).unwrap(),
                SampleFormat::Int => {
                    writer.write_sample((x * scale).round().clamp(-scale, scale - 1.0) as i32).unwrap();
                }
            }
        }
    }
    writer.finalize().unwrap();
}

const INT16: fn(u16) -> WavSpec = |channels| spec(16, SampleFormat::Int, channels);
const INT24: fn(u16) -> WavSpec = |channels| spec(24, SampleFormat::Int, channels);

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
    assert!(names.len() == 2 && names[0].ends_with("a.wav") && names[1].ends_with("z.wav"), "{names:?}");
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
    let (json, _) = checked(&["--target", "Spotify", "--target", "-16", text(&path)]);
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
fn json_keeps_to_the_schema_that_is_printed() {
    let printed = lacquer(&["--schema"]);
    assert_eq!(code(&printed), 0);
    assert_eq!(
        String::from_utf8(printed.stdout.clone()).unwrap(),
        include_str!("../../docs/check.schema.json")
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
    assert!(json["files"].as_array().unwrap().len() >= 5);

    // A schema that lets everything pass would prove nothing.
    for (pointer, value) in
        [("/files/0/verdict", "good".into()), ("/files/0/channels", 3.into()), ("/form", 2.into())]
    {
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
    let whole = std::fs::read(&path).unwrap();
    let wishes = Wishes::new(Vec::new(), true);
    let mut seed = 7u64;
    let mut random = move |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    let mut read = 0;
    for n in 0..200 {
        let mut bytes = whole.clone();
        // The head holds every length and format; the rest is samples, where anything goes.
        for _ in 0..1 + n % 4 {
            bytes[random(64)] = random(256) as u8;
        }
        if n % 5 == 0 {
            bytes.truncate(random(whole.len()));
        }
        if n % 7 == 0 {
            bytes[..4].copy_from_slice(b"RF64");
        }
        std::fs::write(&path, &bytes).unwrap();
        let reports = check_all(vec![Ok(path.clone())], &wishes, &mut |_| {});
        match &reports[0] {
            Ok(report) => {
                read += 1;
                assert!(report.duration_s() > 0.0 && report.frames <= whole.len() as u64);
                assert!(!report_page(&reports, &wishes).contains("NaN"));
            }
            Err(CheckError::BrokenOff { .. }) => panic!("damage {n} broke the check: {bytes:02x?}"),
            Err(error) => assert_eq!(error.to_string().lines().count(), 1, "{error}"),
        }
    }
    assert!((1..200).contains(&read), "{read} of 200 were read: the damage is too heavy or none");
}

/// A folder with a clipped and a clean mix whose names would be markup if they were not escaped, and their report.
fn report(folder: &Path) -> (PathBuf, String) {
    let mixes = folder.join("mixes");
    std::fs::create_dir_all(&mixes).unwrap();
    let clipped = "1 <script>document.title='run'<&\"\u{7}.wav";
    write(&mixes.join(clipped), INT16(2), |frame| frame.map(|x| 8.0 * x));
    write(&mixes.join("2 <img src=x onerror=alert(1)>.wav"), INT24(2), |frame| frame);
    write(&mixes.join("3 mono.wav"), INT24(1), |frame| frame);
    let path = folder.join("report.html");
    let output = lacquer(&[text(&mixes), "--html", text(&path)]);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!output.stdout.contains(&7), "a name rings the terminal's bell");
    let html = std::fs::read_to_string(&path).unwrap();
    (path, html)
}

#[test]
fn the_report_is_one_file_that_asks_for_nothing_and_runs_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (path, html) = report(folder.path());
    for never in ["<script", "<img", "http:", "https:", "url(", "@import", "\u{7}", "NaN", "<link", "<iframe"]
    {
        assert!(!html.contains(never), "{never}");
    }
    assert!(html.contains("1 &lt;script&gt;document.title=&#39;run&#39;&lt;&amp;&quot;\u{2407}.wav"));
    assert_eq!(html.matches("<section class=\"file\"").count(), 3);
    // Of a stereo file waveform, loudness, correlation, spectrum and loss in mono; of a mono file three of them.
    assert_eq!(html.matches("<svg ").count(), 5 + 5 + 3);
    assert!(html.contains("SEND BACK") && html.contains("Fit to master"));
    let left: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "nothing but the mixes and the report: {left:?}");
    // The same files give the same bytes, however the threads ran.
    let (_, again) = report(folder.path());
    assert!(html == again, "{} differs from its twin", path.display());
}

#[test]
fn a_report_never_takes_the_place_of_a_mix() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mix.wav");
    write(&path, INT16(2), |frame| frame);
    let before = std::fs::read(&path).unwrap();
    let absent = folder.path().join("no/report.html");
    for html in [&path, &absent, folder.path()] {
        let output = lacquer(&[text(&path), "--html", text(html)]);
        assert_eq!(code(&output), 2, "{}", html.display());
        let line = String::from_utf8(output.stderr).unwrap();
        assert!(line.lines().count() == 1 && line.starts_with("lacquer: "), "{line}");
    }
    assert!(std::fs::read(&path).unwrap() == before);
}

/// A Chromium, under any of its names.
fn browser() -> Option<&'static str> {
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
        .into_iter()
        .find(|name| Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success()))
}

#[test]
fn a_browser_opens_the_report_and_nothing_in_it_runs() {
    let Some(browser) = browser() else {
        eprintln!("no Chromium here: the report was not opened");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = report(folder.path());
    let profile = folder.path().join("profile");
    let output = Command::new(browser)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-sync",
        ])
        .args(["--disable-background-networking", "--disable-component-update", "--dump-dom"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(format!("file://{}", path.display()))
        .output()
        .unwrap();
    let dom = String::from_utf8_lossy(&output.stdout);
    assert!(
        dom.contains("<title>3 files – quality control</title>"),
        "a script changed the title:\n{dom:.2000}"
    );
    assert_eq!(dom.matches("<svg ").count(), 13);
    assert_eq!(dom.matches("<script").count() + dom.matches("<img").count(), 0);
    // Parsed as meant: every section is closed where it should be, so that main holds all three and ends the body.
    assert_eq!(dom.matches("<section class=\"file\" id=\"file-").count(), 3);
    assert!(dom.contains("</section>\n<p class=\"foot\">"), "sections do not nest");
}
