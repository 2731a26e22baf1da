//! Memory does not grow with the song: what masters and albums of two minutes hold at their most is what those of hours hold.

#![cfg(target_os = "linux")]
// All of it is a test: what is not there ends it.
#![allow(clippy::unwrap_used)]

use hound::{SampleFormat, WavSpec, WavWriter};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Length of the programme, s: in memory, in the chain's precision, it takes 92 MB, and a master would hold it four times over.
const SECONDS: u32 = 120;
/// The most that is held, MB: 300 is the promise, and a piece of the clip takes 20 for each core.
const MOST_MB: u64 = 200;

/// Beats over a tone and a little noise, which the limiter holds at every beat.
fn programme(path: &Path) {
    let spec =
        WavSpec { channels: 2, sample_rate: 48_000, bits_per_sample: 16, sample_format: SampleFormat::Int };
    let mut noise = 1u32;
    let second: Vec<i16> = (0..48_000)
        .flat_map(|n| {
            let t = f64::from(n) / 48_000.0;
            let tone = |hz: f64| (std::f64::consts::TAU * hz * t).sin();
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let x = 0.9 * (-8.0 * (2.0 * t).fract()).exp() * tone(70.0)
                + 0.05 * tone(443.0)
                + 0.02 * (f64::from(noise) / f64::from(1u32 << 31) - 1.0);
            [30_000.0, 28_000.0].map(|level| (level * x) as i16)
        })
        .collect();
    let mut writer = WavWriter::create(path, spec).unwrap();
    for _ in 0..SECONDS {
        let mut words = writer.get_i16_writer(second.len() as u32);
        second.iter().for_each(|word| words.write_sample(*word));
        words.flush().unwrap();
    }
    writer.finalize().unwrap();
}

/// The most memory that the command holds, MB.
fn most_mb(folder: &Path, line: &[&str]) -> u64 {
    let mut child = Command::new(env!("CARGO_BIN_EXE_lacquer"))
        .args(line)
        .current_dir(folder)
        .env("LACQUER_CACHE", folder.join("cache"))
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut most_kb = 0;
    // The kernel keeps the highest value; what is missed is what grows in the last moment.
    let code = loop {
        let said = std::fs::read_to_string(&status).unwrap_or_default();
        let line = said.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kb = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<u64>().ok());
        most_kb = most_kb.max(kb.unwrap_or(0));
        if let Some(code) = child.try_wait().unwrap() {
            break code;
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    assert!(code.success(), "{line:?}: {code}");
    most_kb / 1024
}

#[test]
fn masters_and_albums_of_any_length_take_a_bounded_memory() {
    let folder = tempfile::tempdir().unwrap();
    programme(&folder.path().join("mix.wav"));
    let album = "[album]\ntitle = \"T\"\nartist = \"A\"\noutputs = [\"wav24\", \"flac\"]\nloudness = { mode = \"as_is\" }\n[[track]]\nfile = \"mix.wav\"\ntitle = \"One\"\n";
    std::fs::write(folder.path().join("ALBUM.toml"), album).unwrap();
    let lines: [&[&str]; 2] = [
        &["master", "mix.wav", "-o", "master.flac", "--anyway", "--html", "master.html"],
        &["album", "ALBUM.toml", "-o", "release", "--anyway"],
    ];
    std::thread::scope(|scope| {
        for line in lines {
            scope.spawn(|| {
                let most_mb = most_mb(folder.path(), line);
                println!("{}: {most_mb} MB", line[0]);
                assert!(most_mb <= MOST_MB, "{}: {most_mb} MB, at most {MOST_MB}", line[0]);
            });
        }
    });
}
