//! `lacquer codec`.

use crate::lacquer;
use lacquer_files::Audio;
use lacquer_files::encode::{Format, WordLength, encode_as};
use lacquer_files::tags::Tags;
use std::path::Path;

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A generator of noise with a fixed seed, -1 to 1.
fn noise() -> impl FnMut() -> f64 {
    let mut state = 42u64;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / f64::from(1u32 << 30) - 1.0
    }
}

/// Something like music: beats, tones and a little noise, at most `peak`; clipped there if it is loud.
fn song(rate_hz: u32, seconds: f64, gain: f64, peak: f64) -> Audio {
    let mut noise = noise();
    let frames = (0..(seconds * f64::from(rate_hz)) as usize).map(|n| {
        let t = n as f64 / f64::from(rate_hz);
        let beat = (-(t * 2.0).fract() * 8.0).exp();
        let tone = |hz: f64| (std::f64::consts::TAU * hz * t).sin();
        let both = 0.4 * beat * tone(70.0) + 0.2 * beat * noise();
        let [left, right] =
            [both + 0.3 * tone(440.0) + 0.1 * noise(), both + 0.3 * tone(554.4) + 0.1 * noise()];
        [left, right].map(|x| (gain * x).clamp(-peak, peak) as f32)
    });
    Audio { sample_rate: rate_hz, channels: 2, frames: frames.collect() }
}

#[test]
fn the_command_tells_and_fixes() {
    let folder = tempfile::tempdir().unwrap();
    let [loud, fixed] = ["loud.wav", "fixed.wav"].map(|name| folder.path().join(name));
    let tags =
        Tags { title: Some("Loud".into()), isrc: Some("AA6Q72600001".parse().unwrap()), ..Tags::default() };
    encode_as(&loud, &song(48_000, 3.0, 4.0, 1.0), &Format::Wav(WordLength::Bits24), &tags).unwrap();
    let run = |arguments: &[&str]| -> serde_json::Value {
        let output = lacquer(arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let names = ["--codec", "opus128,vorbis8", "--ceiling", "-0.3", "--json"];
    let report = run(&[&["codec", text(&loud), "--fix", "-o", text(&fixed)], &names[..]].concat());
    assert_eq!(report["codecs"].as_array().unwrap().len(), 2);
    assert!(report["trim_db"].as_f64().unwrap() < 0.0);
    assert_eq!(report["fixed"]["is_cleared"], true);
    let after = run(&[&["codec", text(&fixed)], &names[..]].concat());
    assert_eq!(after["trim_db"], 0.0, "{after}");
    assert_eq!(lacquer_files::tags::read(&fixed).unwrap(), tags, "the tags went along");
    let printed = String::from_utf8(lacquer(&["codec", text(&loud), "--codec", "opus96"]).stdout).unwrap();
    assert!(printed.contains("opus96") && printed.contains("AAC is not measured"), "{printed}");
    for (arguments, words) in [
        (vec!["codec", text(&loud), "--codec", "aac"], "is no format"),
        (vec!["codec", text(&loud), "--codec", "flac16"], "loses nothing"),
        (vec!["codec", text(&loud), "--ceiling", "3"], "-12 and 0 dBTP"),
        (vec!["codec", text(&loud), "--fix"], "--output"),
    ] {
        let output = lacquer(&arguments);
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && error.contains(words), "{arguments:?}: {error}");
    }
}
