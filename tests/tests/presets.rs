//! The factory presets on real songs: as loud as they say whatever the mix comes at, no peak over their ceiling, the mix's balance kept,
//! and no stage on that does nothing.

use lacquer_dsp::chain::StageId;
use lacquer_dsp::programme::{Tape, piece};
use lacquer_dsp::{ChainSettings, Frame, ProcessSpec};
use lacquer_files::Audio;
use lacquer_files::audio::Widened;
use lacquer_files::decode::decode;
use lacquer_files::encode::WordLength;
use lacquer_files::spill::Scratch;
use lacquer_params::{Preset, Tree};
use lacquer_song::master::{Job, LimiterMode, master};
use lacquer_song::measure::{measure, true_peak};
use lacquer_song::render::render;
use lacquer_tests::spectrum::third_octaves_db;
use std::path::Path;

/// Songs from Debian's frozen-bubble-data and lincity-ng-data, the second at which their parts begin, and the loudness that the mix is
/// brought to, LUFS: what mixes come at, from one that leaves much room to one that was mastered.
const SONGS: [(&str, usize, f64); 3] = [
    ("/usr/share/games/frozen-bubble/snd/frozen-mainzik-1p.ogg", 10, -24.0),
    ("/usr/share/games/lincity-ng/music/default/02 - Robert van Herk - City Blues.ogg", 10, -18.0),
    ("/usr/share/games/frozen-bubble/snd/introzik.ogg", 5, -10.0),
];
const LENGTH_S: usize = 20;

/// How far from its promise a preset may come out, LU.
const LOUDNESS_TOLERANCE_LU: f64 = 0.5;
/// Preset, and the most that a third of an octave may move against the whole, dB.
const TONES_DB: [(&str, f64); 10] = [
    ("Transparent", 0.5),
    ("Streaming", 1.0),
    ("Loud", 4.0),
    ("Warm tape", 2.5),
    ("Punch", 2.5),
    ("Acoustic", 2.2),
    ("Club", 4.0),
    ("Vinyl pre-master", 2.5),
    ("Mono-safe", 1.0),
    ("Small speakers", 6.0),
];
/// Least that a stage that is on has to change, as an amplitude: -80 dBFS.
const LEAST_CHANGE: f64 = 1e-4;

/// How far below the loudest third of an octave another still counts, dB: below it, the harmonics of the rest are all there is.
const HEARD_DB: f64 = 40.0;

fn mix(path: &Path, start_s: usize, lufs: f64) -> Audio {
    let song = decode(path, &|_| {}).unwrap_or_else(|error| panic!("{error}"));
    let rate = song.sample_rate as usize;
    let frames = song.frames[start_s * rate..].iter().copied().take(LENGTH_S * rate).collect();
    let mut mix = Audio { frames, ..song };
    let gain = 10f64.powf((lufs - measure(&mix).integrated_lufs) / 20.0) as f32;
    mix.frames.iter_mut().flatten().for_each(|x| *x *= gain);
    mix
}

/// The songs as mixes, with their loudness.
fn mixes() -> impl Iterator<Item = (Audio, f64)> {
    SONGS.into_iter().filter_map(|(path, start_s, lufs)| {
        let path = Path::new(path);
        if !lacquer_left_out::has_file(path) {
            return None;
        }
        Some((mix(path, start_s, lufs), lufs))
    })
}

/// What `lacquer master` does for a preset, with the limiter that plays.
fn job(preset: &Preset, rate: f64) -> Job {
    let tree = Tree::new();
    preset.apply(&tree).expect("a factory preset");
    Job {
        settings: tree.to_settings(),
        spec: tree.to_spec(ProcessSpec::stereo(rate)),
        target_lufs: preset.loudness_lufs,
        trimmed_by: Some(preset.clone()),
        word_length: WordLength::Float32,
        sample_rate: None,
        limiter: LimiterMode::High,
        keeps_archive: false,
    }
}

#[test]
fn presets_do_what_they_say_on_real_songs_at_any_level() {
    for (mix, lufs) in mixes() {
        let rate = f64::from(mix.sample_rate);
        let mix_bands = third_octaves_db(&mix.frames, rate);
        let loudest_db = mix_bands.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let scratch = Scratch::within(&std::env::temp_dir());
        println!("mix at {lufs} LUFS");
        for (name, most_tone_db) in TONES_DB {
            let preset = Preset::find(name).unwrap_or_else(|error| panic!("{error}"));
            let made = master(Path::new("mix"), &mix, &job(&preset, rate), &scratch, &|_, _| {})
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            let after = made.after;
            let gain_db = after.integrated_lufs - lufs;
            let frames = piece(&made.audio, 0..mix.frames.len()).expect("it is in memory");
            let tone_db = mix_bands
                .iter()
                .zip(third_octaves_db(&frames, rate))
                .filter(|(mix, _)| **mix > loudest_db - HEARD_DB)
                .map(|(mix, master)| (master - mix - gain_db).abs())
                .fold(0.0, f64::max);
            let peak_dbtp = 20.0 * true_peak(&made.audio).expect("it is in memory").log10();
            println!(
                "  {name:17} {:6.1} LUFS, drive {:+5.1} dB, PLR {:4.1} dB, {peak_dbtp:6.2} dBTP, tone {tone_db:.1} dB",
                after.integrated_lufs, made.settings.limiter.drive_db, after.plr_db
            );
            if let Some(promised_lufs) = preset.loudness_lufs {
                let miss_lu = after.integrated_lufs - promised_lufs;
                assert!(miss_lu.abs() <= LOUDNESS_TOLERANCE_LU, "{name}: {miss_lu:+.2} LU from {lufs}");
            }
            assert!(peak_dbtp <= -1.0, "{name}: {peak_dbtp:.3} dBTP");
            assert!(tone_db <= most_tone_db, "{name}: a third of an octave moves by {tone_db:.1} dB");
        }
    }
}

#[test]
fn every_stage_that_a_preset_switches_on_changes_something() {
    for (mix, lufs) in mixes() {
        let spec = ProcessSpec::stereo(f64::from(mix.sample_rate));
        let made = |settings: &ChainSettings| {
            let mut made: Vec<Frame> = Vec::new();
            let keep = |frames: &[Frame]| Tape::push(&mut made, frames);
            render(&spec, settings, &Widened(&mix), keep, &|_| {}).expect("it is in memory");
            made
        };
        for preset in Preset::factory() {
            let tree = Tree::new();
            for (id, plain) in preset.values_for(&tree, lufs).expect("a factory preset") {
                tree.set_plain(&id, plain).expect("a value");
            }
            let whole = made(&tree.to_settings());
            for stage in StageId::ALL {
                let switch = format!("{}_on", stage.stem());
                // The trim may be all gain, the dither is below what is asked for here, and where no loudness is promised the limiter
                // stands by for peaks that a quiet mix has not.
                let counts = match stage {
                    StageId::InputTrim | StageId::Dither => false,
                    StageId::Limiter => preset.loudness_lufs.is_some(),
                    _ => true,
                };
                if !counts || tree.plain(&switch) != Ok(1.0) {
                    continue;
                }
                tree.set_plain(&switch, 0.0).expect("a switch");
                let without = made(&tree.to_settings());
                tree.set_plain(&switch, 1.0).expect("a switch");
                let change = whole
                    .iter()
                    .flatten()
                    .zip(without.iter().flatten())
                    .map(|(a, b)| (a - b).abs())
                    .fold(0.0, f64::max);
                assert!(change >= LEAST_CHANGE, "{}: {stage:?} does nothing at {lufs} LUFS", preset.name);
            }
        }
    }
}
