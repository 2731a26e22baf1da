//! The factory presets on real songs: as loud as they say, no peak over their ceiling, the mix's balance kept.

use lacquer_delivery::Audio;
use lacquer_delivery::decode::decode;
use lacquer_delivery::encode::WordLength;
use lacquer_delivery::master::{Job, LimiterMode, master};
use lacquer_delivery::measure::{measure, true_peak};
use lacquer_dsp::ProcessSpec;
use lacquer_params::{Preset, Tree};
use lacquer_tests::spectrum::third_octaves_db;
use std::path::Path;

/// Songs from Debian's frozen-bubble-data and lincity-ng-data, and the second at which their half minutes begin.
const SONGS: [(&str, usize); 3] = [
    ("/usr/share/games/frozen-bubble/snd/frozen-mainzik-1p.ogg", 10),
    ("/usr/share/games/lincity-ng/music/default/02 - Robert van Herk - City Blues.ogg", 10),
    ("/usr/share/games/frozen-bubble/snd/introzik.ogg", 5),
];
const LENGTH_S: usize = 30;
/// Loudness that the mixes are brought to, LUFS: what a mix that leaves room arrives at.
const MIX_LUFS: f64 = -18.0;

/// Preset, loudness that it makes of such a mix in LUFS, and the most that a third of an octave may move against the whole, dB.
const EXPECTED: [(&str, f64, f64); 10] = [
    ("Transparent", -16.0, 0.5),
    ("Streaming", -14.0, 2.0),
    ("Loud", -9.7, 4.0),
    ("Warm tape", -13.9, 2.5),
    ("Punch", -13.0, 2.5),
    ("Acoustic", -16.1, 2.2),
    ("Club", -9.8, 4.0),
    ("Vinyl pre-master", -18.2, 2.5),
    ("Mono-safe", -14.1, 1.0),
    ("Small speakers", -12.0, 6.0),
];
/// How far a song may fall from that: a dense one gives way earlier.
const LOUDNESS_TOLERANCE_LU: f64 = 1.0;

/// How far below the loudest third of an octave another still counts, dB: below it, the harmonics of the rest are all there is.
const HEARD_DB: f64 = 40.0;

/// What the test leaves out, and why; a failure where nothing may be left out.
fn left_out(why: &str) {
    assert!(std::env::var_os("CI").is_none(), "{why}");
    println!("left out: {why}");
}

fn mix(path: &Path, start_s: usize) -> Audio {
    let song = decode(path, &|_| {}).unwrap_or_else(|error| panic!("{error}"));
    let rate = song.sample_rate as usize;
    let frames = song.frames[start_s * rate..].iter().copied().take(LENGTH_S * rate).collect();
    let mut mix = Audio { frames, ..song };
    let gain = 10f64.powf((MIX_LUFS - measure(&mix).integrated_lufs) / 20.0) as f32;
    mix.frames.iter_mut().flatten().for_each(|x| *x *= gain);
    mix
}

#[test]
fn presets_do_what_they_say_on_real_songs() {
    for (path, start_s) in SONGS {
        let path = Path::new(path);
        if !path.exists() {
            left_out(&format!("{} is not installed", path.display()));
            continue;
        }
        let mix = mix(path, start_s);
        let before = measure(&mix);
        let rate = f64::from(mix.sample_rate);
        let mix_bands = third_octaves_db(&mix.frames, rate);
        let loudest_db = mix_bands.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        println!("{}", path.display());
        for (name, lufs, most_tone_db) in EXPECTED {
            let tree = Tree::new();
            Preset::find(name)
                .and_then(|preset| preset.apply(&tree))
                .unwrap_or_else(|error| panic!("{error}"));
            let job = Job {
                settings: tree.to_settings(),
                spec: tree.to_spec(ProcessSpec::stereo(rate)),
                target_lufs: None,
                word_length: WordLength::Float32,
                limiter: LimiterMode::Plugin,
            };
            let made = master(path, &mix, &job, &|_, _| {}).unwrap_or_else(|error| panic!("{name}: {error}"));
            let after = made.after;
            let gain_db = after.integrated_lufs - before.integrated_lufs;
            let tone_db = mix_bands
                .iter()
                .zip(third_octaves_db(&made.audio.frames, rate))
                .filter(|(mix, _)| **mix > loudest_db - HEARD_DB)
                .map(|(mix, master)| (master - mix - gain_db).abs())
                .fold(0.0, f64::max);
            let peak_dbtp = 20.0 * true_peak(&made.audio.frames).log10();
            println!(
                "  {name:17} {:6.1} LUFS, PLR {:4.1} dB, {peak_dbtp:6.2} dBTP, tone {tone_db:.1} dB",
                after.integrated_lufs, after.plr_db
            );
            assert!(
                (after.integrated_lufs - lufs).abs() < LOUDNESS_TOLERANCE_LU,
                "{name}: {:.1} LUFS",
                after.integrated_lufs
            );
            assert!(peak_dbtp <= -1.0, "{name}: {peak_dbtp:.3} dBTP");
            assert!(tone_db <= most_tone_db, "{name}: a third of an octave moves by {tone_db:.1} dB");
        }
    }
}
