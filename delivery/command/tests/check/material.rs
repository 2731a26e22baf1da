//! What the tests of `lacquer check` are made of: the command, and music with damage.

use hound::{SampleFormat, WavSpec, WavWriter};
use serde_json::Value;
use std::f64::consts::TAU;
use std::path::Path;
use std::process::{Command, Output};

pub fn lacquer(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lacquer")).arg("check").args(arguments).output().unwrap()
}

pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

pub fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

/// The object that `--json` prints, and the exit code.
pub fn checked(arguments: &[&str]) -> (Value, i32) {
    let output = lacquer(&[&["--json"], arguments].concat());
    let stderr = String::from_utf8_lossy(&output.stderr);
    (
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {stderr}")),
        code(&output),
    )
}

/// Eight seconds of music of a kind: a beat, a bass, two chords left and right of the middle, and noise up to the top, faded in and
/// out. Peaks lie near -6 dBFS, so that nothing about its level is to be remarked.
pub fn music(rate: u32) -> Vec<[f64; 2]> {
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

pub fn spec(bits_per_sample: u16, sample_format: SampleFormat, channels: u16) -> WavSpec {
    WavSpec { channels, sample_rate: 44_100, bits_per_sample, sample_format }
}

/// Writes what `damage` makes of the music.
pub fn write(path: &Path, spec: WavSpec, damage: impl Fn([f64; 2]) -> [f64; 2]) {
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

pub const INT16: fn(u16) -> WavSpec = |channels| spec(16, SampleFormat::Int, channels);
pub const INT24: fn(u16) -> WavSpec = |channels| spec(24, SampleFormat::Int, channels);
