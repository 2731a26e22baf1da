//! The `lacquer` command as a user meets it: formats in, masters out, and one clear line for everything that cannot be done.

// All of it is a test: what is not there ends it.
#![allow(clippy::unwrap_used)]

mod album;

#[path = "../../../album/tests/album/mixes.rs"]
mod mixes;

use hound::{SampleFormat, WavReader, WavSpec, WavWriter};
use std::f64::consts::TAU;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn lacquer(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lacquer")).args(arguments).output().unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Readings of one file.
fn measured(path: &Path) -> serde_json::Value {
    let output = lacquer(&["measure", "--json", text(path)]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The error of a command that fails: one line, exit code 2, and nothing on standard output.
fn refused(arguments: &[&str]) -> String {
    let output = lacquer(arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    let line = String::from_utf8(output.stderr).unwrap();
    assert_eq!(line.trim_end().lines().count(), 1, "{line}");
    assert!(output.stdout.is_empty());
    line
}

/// Six seconds of a tone with a beat, at most `peak`, different on each side.
fn song(rate: u32, peak: f64) -> Vec<[f64; 2]> {
    (0..6 * rate)
        .map(|n| {
            let t = f64::from(n) / f64::from(rate);
            let beat = (-(t * 2.0).fract() * 6.0).exp();
            let tone = |hz: f64| (TAU * hz * t).sin();
            [
                peak * (0.5 * beat * tone(110.0) + 0.5 * tone(440.0)),
                peak * (0.5 * beat * tone(110.0) + 0.5 * tone(554.0)),
            ]
        })
        .collect()
}

fn write(path: &Path, spec: WavSpec, frames: &[[f64; 2]]) {
    let mut writer = WavWriter::create(path, spec).unwrap();
    let scale = 2f64.powi(i32::from(spec.bits_per_sample) - 1) - 1.0;
    for frame in frames {
        for x in &frame[..usize::from(spec.channels.min(2))] {
            match spec.sample_format {
                SampleFormat::Float => writer.write_sample(*x as f32).unwrap(),
                SampleFormat::Int => writer.write_sample((x * scale).round() as i32).unwrap(),
            }
        }
        for _ in 2..spec.channels {
            writer.write_sample(0i32).unwrap();
        }
    }
    writer.finalize().unwrap();
}

fn spec(bits_per_sample: u16, sample_format: SampleFormat, sample_rate: u32, channels: u16) -> WavSpec {
    WavSpec { channels, sample_rate, bits_per_sample, sample_format }
}

/// A song of 24 bits at 48 kHz in a new folder.
fn folder_with_song() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("song.wav");
    write(&path, spec(24, SampleFormat::Int, 48_000, 2), &song(48_000, 0.3));
    (folder, path)
}

/// RF64 with float samples, which hound does not write.
fn write_rf64(path: &Path, frames: &[[f64; 2]]) {
    let data: Vec<u8> = frames.as_flattened().iter().flat_map(|x| (*x as f32).to_le_bytes()).collect();
    let mut bytes = b"RF64\xff\xff\xff\xffWAVEds64".to_vec();
    bytes.extend(28u32.to_le_bytes());
    bytes.extend((data.len() as u64 + 72).to_le_bytes());
    bytes.extend((data.len() as u64).to_le_bytes());
    bytes.extend((frames.len() as u64).to_le_bytes());
    bytes.extend(0u32.to_le_bytes());
    bytes.extend(b"fmt ");
    bytes.extend(16u32.to_le_bytes());
    for word in [3u16, 2] {
        bytes.extend(word.to_le_bytes());
    }
    bytes.extend(48_000u32.to_le_bytes());
    bytes.extend((48_000u32 * 8).to_le_bytes());
    for word in [8u16, 32] {
        bytes.extend(word.to_le_bytes());
    }
    bytes.extend(b"data\xff\xff\xff\xff");
    bytes.extend(data);
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn every_word_length_measures_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let frames = song(48_000, 0.3);
    let mut loudnesses = Vec::new();
    for (bits, format) in
        [(16, SampleFormat::Int), (24, SampleFormat::Int), (32, SampleFormat::Int), (32, SampleFormat::Float)]
    {
        let path = folder.path().join(format!("{bits}{format:?}.wav"));
        write(&path, spec(bits, format, 48_000, 2), &frames);
        loudnesses.push(measured(&path)["integrated_lufs"].as_f64().unwrap());
    }
    let path = folder.path().join("rf64.wav");
    write_rf64(&path, &frames);
    loudnesses.push(measured(&path)["integrated_lufs"].as_f64().unwrap());
    // 16 bits are 96 dB below full scale.
    assert!(loudnesses.iter().all(|lufs| (lufs - loudnesses[1]).abs() < 0.002), "{loudnesses:?}");
}

#[test]
fn other_formats_are_read() {
    if !lacquer_left_out::has_program("ffmpeg") {
        return;
    }
    let (folder, path) = folder_with_song();
    let expected = measured(&path);
    for (name, arguments) in [
        ("a.flac", &["-c:a", "flac"][..]),
        ("a.aiff", &[]),
        ("a.ogg", &["-c:a", "libvorbis", "-q:a", "8"]),
        ("a.mp3", &["-b:a", "320k"]),
        ("f64.wav", &["-c:a", "pcm_f64le"]),
    ] {
        let other = folder.path().join(name);
        let made = Command::new("ffmpeg")
            .args(["-v", "error", "-y", "-i"])
            .arg(&path)
            .args(arguments)
            .arg(&other)
            .status();
        assert!(made.unwrap().success(), "{name}");
        let found = measured(&other);
        for key in ["integrated_lufs", "loudness_range_lu", "correlation"] {
            let difference = found[key].as_f64().unwrap() - expected[key].as_f64().unwrap();
            // The lossy ones change the level by some hundredths.
            assert!(difference.abs() < 0.1, "{name}: {key} is off by {difference}");
        }
    }
}

#[test]
fn a_target_is_met_and_the_ceiling_held() {
    let (folder, path) = folder_with_song();
    let output = folder.path().join("master.wav");
    for (target, lufs, word_length) in
        [("-14", -14.0, "24"), ("spotify_loud", -11.0, "16"), ("ebu_r128", -23.0, "32f")]
    {
        let made = lacquer(&[
            "master",
            text(&path),
            "-o",
            text(&output),
            "--force",
            "--target",
            target,
            "--word-length",
            word_length,
            "--json",
        ]);
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let report: serde_json::Value = serde_json::from_slice(&made.stdout).unwrap();
        let found = measured(&output);
        let loudness = found["integrated_lufs"].as_f64().unwrap();
        assert!((loudness - lufs).abs() <= 0.1, "{target}: {loudness} LUFS");
        assert!(report["verified_true_peak_dbtp"].as_f64().unwrap() <= -1.0, "{report}");
        let written = WavReader::open(&output).unwrap();
        assert_eq!(written.duration(), 6 * 48_000, "as long as the mix");
        assert_eq!(written.spec().bits_per_sample, word_length.trim_end_matches('f').parse::<u16>().unwrap());
    }
}

#[test]
fn a_neutral_master_is_the_mix_itself() {
    let (folder, path) = folder_with_song();
    let output = folder.path().join("master.wav");
    let made = lacquer(&["master", text(&path), "-o", text(&output), "--word-length", "32f"]);
    assert!(made.status.success());
    let mix: Vec<i32> = WavReader::open(&path).unwrap().samples::<i32>().map(Result::unwrap).collect();
    let master: Vec<f32> = WavReader::open(&output).unwrap().samples::<f32>().map(Result::unwrap).collect();
    assert_eq!(mix.len(), master.len());
    for (n, (x, y)) in mix.iter().zip(&master).enumerate() {
        assert_eq!(*x as f32 / 8_388_608.0, *y, "sample {n}");
    }
}

#[test]
fn what_cannot_be_done_is_said_in_one_line_and_leaves_nothing() {
    let (folder, path) = folder_with_song();
    let inside = |name: &str| folder.path().join(name);
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(inside("empty.wav"), b"").unwrap();
    std::fs::write(inside("text.wav"), b"this is not audio, whatever its name says").unwrap();
    std::fs::write(inside("truncated.wav"), &whole[..whole.len() / 2]).unwrap();
    std::fs::write(inside("header.wav"), &whole[..20]).unwrap();
    write(&inside("surround.wav"), spec(16, SampleFormat::Int, 48_000, 6), &song(48_000, 0.3)[..100]);
    write(&inside("odd.wav"), spec(16, SampleFormat::Int, 47_123, 2), &song(48_000, 0.3)[..100]);
    write(&inside("silent.wav"), spec(16, SampleFormat::Int, 48_000, 2), &[[0.0; 2]; 48_000]);
    let output = inside("out.wav");
    let master = |input: &str, more: &[&str]| {
        let input = inside(input);
        let mut arguments = vec!["master", text(&input), "-o", text(&output)];
        arguments.extend(more);
        refused(&arguments)
    };
    // In the words of the system: Windows' are in its user's language, Wine's are others.
    let missing = std::fs::read(inside("missing.wav")).unwrap_err().to_string();
    for (input, says) in [
        ("missing.wav", &*missing),
        ("empty.wav", "empty"),
        ("text.wav", "not audio"),
        ("truncated.wav", "breaks off after 3"),
        ("header.wav", "header.wav"),
        ("surround.wav", "6 channels"),
        ("odd.wav", "47123 Hz"),
    ] {
        let line = master(input, &[]);
        assert!(line.contains(says) && line.contains(input), "{line}");
    }
    for (more, says) in [
        (&["--set", "limiter_drvie=3"][..], "limiter_drive"),
        (&["--set", "limiter_drive=99"], "-24 to 24 dB"),
        (&["--set", "limiter_drive"], "id=value"),
        (&["--preset", "shiny"], "Warm tape"),
        (&["--target", "myspace"], "spotify"),
        (&["--target", "-4", "--ceiling", "-12"], "cannot be reached"),
        (&["--ceiling", "3"], "-12 and 0"),
    ] {
        let line = master("song.wav", more);
        assert!(line.contains(says), "{line}");
    }
    let no_target = master("silent.wav", &["--target", "-14", "--anyway"]);
    assert!(no_target.contains("no loudness") && no_target.contains("leave --target out"), "{no_target}");
    assert!(refused(&["master", text(&path), "-o", text(&path)]).contains("input"));
    assert!(refused(&["master", text(&path), "-o", "/nowhere/at/all.wav"]).contains("/nowhere/at"));
    assert!(refused(&["measure", text(&inside("text.wav"))]).contains("text.wav"));
    assert!(!output.exists(), "no file is left under the final name");
    let left: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().ends_with(".part")), "{left:?}");
}

/// A device that is always full stands in for a full disk.
#[cfg(target_os = "linux")]
#[test]
fn a_disk_without_room_is_an_error() {
    let (_folder, path) = folder_with_song();
    // A folder in which nothing can be made.
    let line = refused(&["master", text(&path), "-o", "/proc/out.wav"]);
    assert!(
        line.contains("/proc: a temporary file cannot be made"),
        "what is worked on lies beside it: {line}"
    );
}

#[test]
fn params_lists_every_parameter() {
    let output = lacquer(&["params", "--json"]);
    let list: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let list = list.as_array().unwrap();
    assert!(list.len() > 200, "{}", list.len());
    for key in ["id", "name", "unit", "minimum", "maximum", "default"] {
        assert!(list.iter().all(|parameter| !parameter[key].is_null()), "{key}");
    }
    let table = String::from_utf8(lacquer(&["params"]).stdout).unwrap();
    assert!(table.contains("limiter_ceiling"));
}

#[test]
fn shells_and_man_know_every_subcommand() {
    let folder = tempfile::tempdir().unwrap();
    assert!(lacquer(&["manual", text(folder.path())]).status.success());
    let help = String::from_utf8(lacquer(&["--help"]).stdout).unwrap();
    let subcommands: Vec<&str> = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(subcommands.contains(&"master"), "{help}");
    for shell in ["bash", "fish", "zsh"] {
        let output = lacquer(&["completions", shell]);
        assert!(output.status.success());
        let script = String::from_utf8(output.stdout).unwrap();
        assert!(script.contains("spotify_loud") && script.contains("noise_floor"), "{shell} offers names");
        for subcommand in &subcommands {
            assert!(script.contains(subcommand), "{shell}: {subcommand}");
            // clap shows `help`; what it says is on the other pages.
            let page = folder.path().join(format!("lacquer-{subcommand}.1"));
            assert!(*subcommand == "help" || page.is_file(), "{}", page.display());
        }
    }
}
