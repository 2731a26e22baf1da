//! What the command does with files that are not as they should be.

use crate::song::{Scene, are_there, fmt, wave};
use std::path::Path;
use std::process::{Command, Output};

fn lacquer(arguments: &[&str], path: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lacquer")).args(arguments).arg(path).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_damaged_file_is_sent_back_by_check_and_warned_of_by_measure_and_master() {
    if !are_there() {
        return;
    }
    let scene = Scene::new();
    let mut bytes = scene.made("flac -s -f song.wav -o a.flac", "a.flac");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x10;
    let path = scene.write("damaged.flac", &bytes);
    let check = lacquer(&["check"], &path);
    assert_eq!(check.status.code(), Some(1), "{}", text(&check.stderr));
    assert!(
        text(&check.stdout).contains("SEND BACK")
            && text(&check.stdout).contains("File: Sound is damaged in 1 place")
    );
    let json = lacquer(&["check", "--json"], &path);
    let report: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    let schema: serde_json::Value = serde_json::from_str(lacquer_song::check::json::SCHEMA).unwrap();
    let errors: Vec<String> = jsonschema::validator_for(&schema)
        .unwrap()
        .iter_errors(&report)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
    let finding = &report["files"][0]["findings"][0];
    assert_eq!((&finding["check"], &finding["severity"]), (&"file".into(), &"fail".into()));
    assert!(finding["places"][0]["start_s"].as_f64().is_some_and(|at_s| (1.0..2.0).contains(&at_s)));
    let page = scene.path("report.html");
    lacquer(&["check", "--html", page.to_str().unwrap()], &path);
    assert!(std::fs::read_to_string(&page).unwrap().contains("Sound is damaged in 1 place"));
    let measure = lacquer(&["measure"], &path);
    assert!(measure.status.success());
    assert!(
        text(&measure.stderr).contains("damaged.flac: Sound is damaged in 1 place"),
        "{}",
        text(&measure.stderr)
    );
    let out = scene.path("master.wav");
    // The check sends it back, so that nothing is made of it unasked.
    let master = lacquer(&["master", "-o", out.to_str().unwrap()], &path);
    assert_eq!(master.status.code(), Some(1), "{}", text(&master.stderr));
    assert!(!out.exists() && text(&master.stderr).contains("--anyway"));
    let master = lacquer(&["master", "--anyway", "-o", out.to_str().unwrap()], &path);
    assert!(
        master.status.success() && text(&master.stderr).contains("(at 0:01."),
        "{}",
        text(&master.stderr)
    );
}

#[test]
fn every_format_is_in_the_schema() {
    if !are_there() {
        return;
    }
    let scene = Scene::new();
    scene.run("opusenc --quiet song.wav a.opus");
    scene.run("sox song.wav a.au");
    scene.run("sox song.wav a.w64");
    let schema: serde_json::Value = serde_json::from_str(lacquer_song::check::json::SCHEMA).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for (name, format) in [("a.opus", "Opus"), ("a.au", "AU"), ("a.w64", "W64")] {
        let json = lacquer(&["check", "--json"], &scene.path(name));
        let report: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
        assert!(validator.is_valid(&report), "{name}");
        assert_eq!(report["files"][0]["format"], format);
    }
}

#[test]
fn samples_that_are_no_numbers_are_counted_and_refused() {
    let scene = Scene::new();
    let mut samples = vec![0.1f32; 2 * 44_100];
    samples[30_000] = f32::NAN;
    samples[30_001] = f32::INFINITY;
    let data: Vec<u8> = samples.iter().flat_map(|x| x.to_le_bytes()).collect();
    let path = scene.write("nan.wav", &wave(&fmt(3, 2, 44_100, 8, 32), &data));
    let out = scene.path("out.wav");
    for arguments in [&["measure"][..], &["master", "-o", out.to_str().unwrap()]] {
        let output = lacquer(arguments, &path);
        assert_eq!(output.status.code(), Some(2));
        let said = text(&output.stderr);
        assert!(said.contains("2 samples are no numbers") && said.contains("the first at 0.340 s"), "{said}");
    }
    assert!(!out.exists());
    let check = lacquer(&["check"], &path);
    assert_eq!(check.status.code(), Some(1));
    assert!(text(&check.stdout).contains("2 samples that are no numbers"), "{}", text(&check.stdout));
}

#[test]
fn what_has_no_end_is_refused_at_once_and_the_longest_file_can_be_said() {
    let scene = Scene::new();
    for device in ["/dev/zero", "/dev/null"] {
        let output = lacquer(&["measure"], Path::new(device));
        assert!(text(&output.stderr).contains("it is a device or a pipe"), "{}", text(&output.stderr));
    }
    let pipe = scene.path("pipe.wav");
    scene.run("mkfifo pipe.wav");
    assert!(text(&lacquer(&["check"], &pipe).stderr).contains("it is a device or a pipe"));
    let song = scene.path("song.wav");
    let output = lacquer(&["measure", "--longest", "0.0005"], &song);
    assert!(text(&output.stderr).contains("give --longest HOURS"), "{}", text(&output.stderr));
    assert!(lacquer(&["--longest", "0.001", "measure"], &song).status.success());
}

/// The most memory that the command holds meanwhile, bytes.
#[cfg(target_os = "linux")]
fn most_memory(arguments: &[&str], path: &Path) -> u64 {
    let mut child = Command::new(env!("CARGO_BIN_EXE_lacquer"))
        .args(arguments)
        .arg(path)
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut most = 0;
    while child.try_wait().unwrap().is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
        let kib: u64 = line.trim().trim_end_matches("kB").trim().parse().unwrap_or(0);
        most = most.max(kib * 1024);
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(child.wait().unwrap().success());
    most
}

/// Eight minutes are 184 MB of samples; a block of them, the meters and the program itself are some 15 MB.
#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_length() {
    let scene = Scene::new();
    let frames = 8 * 60 * 48_000u32;
    let head = wave(&fmt(1, 1, 48_000, 2, 16), &[]);
    let mut bytes = head[..40].to_vec();
    bytes.extend((2 * frames).to_le_bytes());
    let path = scene.write("long.wav", &bytes);
    // Holes are zeros.
    std::fs::File::options().write(true).open(&path).unwrap().set_len(44 + 2 * u64::from(frames)).unwrap();
    let most = most_memory(&["measure"], &path);
    assert!((1..64 << 20).contains(&most), "{most} bytes");
}

/// How others read what is written in one and two channels: which format tag, how many channels, and whether they are the samples.
#[test]
fn masters_of_one_channel_are_mono_to_everybody() {
    if !are_there() {
        return;
    }
    let scene = Scene::new();
    scene.run("sox song.wav mono.wav remix 1");
    for (bits, tag) in [("16", 1u16), ("24", 1), ("32f", 3)] {
        let out = scene.path("out.wav");
        let made = lacquer(
            &["master", "--force", "--word-length", bits, "-o", out.to_str().unwrap()],
            &scene.path("mono.wav"),
        );
        assert!(made.status.success(), "{}", text(&made.stderr));
        let bytes = std::fs::read(&out).unwrap();
        assert_eq!(u16::from_le_bytes([bytes[20], bytes[21]]), tag, "{bits}");
        assert_eq!(text(&bytes).contains("fact"), bits == "32f");
        let probe = Command::new("ffprobe")
            .args(["-v", "error", "-show_entries", "stream=channels,channel_layout", "-of", "csv=p=0"])
            .arg(&out)
            .output()
            .unwrap();
        let said = text(&probe.stdout);
        assert!(said.starts_with('1') && !said.contains("FL"), "{bits}: {said}");
        let info = Command::new("sndfile-info").arg(&out).output().unwrap();
        assert!(!text(&info.stdout).contains("EXTENSIBLE"), "{bits}");
    }
}

#[cfg(unix)]
#[test]
fn reports_go_into_pipes_and_through_links_and_leave_them_there() {
    use std::os::unix::fs::FileTypeExt;
    let scene = Scene::new();
    scene.run("mkfifo pipe");
    let pipe = scene.path("pipe");
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || std::fs::read(pipe).unwrap()
    });
    lacquer(&["check", "--html", pipe.to_str().unwrap()], &scene.path("song.wav"));
    assert!(reader.join().unwrap().starts_with(b"<!DOCTYPE html>"));
    assert!(std::fs::metadata(&pipe).unwrap().file_type().is_fifo());
    let link = scene.path("link.html");
    std::os::unix::fs::symlink("report.html", &link).unwrap();
    lacquer(&["check", "--html", link.to_str().unwrap()], &scene.path("song.wav"));
    assert!(link.is_symlink() && scene.path("report.html").is_file());
}

/// Killed while it writes, again and again, the command leaves nothing but what stood there.
#[cfg(target_os = "linux")]
#[test]
fn a_master_that_is_killed_leaves_nothing() {
    let scene = Scene::new();
    let out = scene.path("out.wav");
    std::fs::write(&out, b"what stood there").unwrap();
    for n in 0..24 {
        let mut child = Command::new(env!("CARGO_BIN_EXE_lacquer"))
            .args(["master", "--force", "-o", out.to_str().unwrap()])
            .arg(scene.path("song.wav"))
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(15 * n));
        child.kill().unwrap();
        child.wait().unwrap();
        let left: Vec<String> = std::fs::read_dir(scene.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .filter(|name| !["out.wav", "song.wav"].contains(&name.as_str()))
            .collect();
        assert!(left.is_empty(), "after {} ms: {left:?}", 15 * n);
    }
    let bytes = std::fs::read(&out).unwrap();
    assert!(bytes == b"what stood there" || bytes.starts_with(b"RIFF"));
}
