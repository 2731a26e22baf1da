//! Albums: what the files of a release promise together. Levels, joins, the cache, names, and an interrupted run.

// All of it is a test: what is not there ends it.
#![allow(clippy::unwrap_used)]

use hound::{SampleFormat, WavReader, WavSpec, WavWriter};
use lacquer_delivery::Audio;
use lacquer_delivery::album::plan::Reason;
use lacquer_delivery::album::{AlbumError, Report, build, parse, read};
use lacquer_delivery::decode::decode;
use proptest::prelude::*;
use std::f64::consts::TAU;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// Noise of a fixed seed, -1 to 1.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as f64 / f64::from(1u32 << 30) - 1.0
    }
}

/// Beats and chords with some noise, different on each side.
fn song(rate: u32, seconds: f64, peak: f64, root_hz: f64, seed: u64) -> Vec<[f64; 2]> {
    let mut noise = Noise(seed);
    (0..(seconds * f64::from(rate)) as usize)
        .map(|n| {
            let t = n as f64 / f64::from(rate);
            let beat = (-(t * 2.0).fract() * 6.0).exp();
            let tone = |hz: f64| (TAU * hz * t).sin();
            let both = 0.4 * beat * tone(root_hz * 0.5) + 0.05 * noise.next();
            [
                peak * (both + 0.3 * tone(root_hz * 2.0) + 0.1 * beat * noise.next()),
                peak * (both + 0.3 * tone(root_hz * 2.5) + 0.1 * beat * noise.next()),
            ]
        })
        .collect()
}

fn write(path: &Path, rate: u32, frames: &[[f64; 2]]) {
    let spec =
        WavSpec { channels: 2, sample_rate: rate, bits_per_sample: 24, sample_format: SampleFormat::Int };
    let mut writer = WavWriter::create(path, spec).unwrap();
    for x in frames.as_flattened() {
        writer.write_sample((x * 8_388_607.0).round() as i32).unwrap();
    }
    writer.finalize().unwrap();
}

/// A folder with mixes and an album file over them.
struct Scene {
    folder: tempfile::TempDir,
}

impl Scene {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn mix(&self, name: &str, rate: u32, frames: &[[f64; 2]]) {
        write(&self.path(name), rate, frames);
    }

    fn album(&self, text: &str) -> PathBuf {
        let path = self.path("ALBUM.toml");
        std::fs::write(&path, text).unwrap();
        path
    }

    fn build_in(&self, text: &str, out: &str) -> Report {
        build(&read(&self.album(text)).unwrap(), &self.path(out), &|_, _| {}).unwrap()
    }

    fn build(&self, text: &str) -> Report {
        self.build_in(text, "out")
    }

    fn files(&self, report: &Report, out: &str, output: &str) -> Vec<Audio> {
        let paths = report.files.iter().filter(|file| file.path.starts_with(output));
        paths.map(|file| decode(&self.path(out).join(&file.path), &|_| {}).unwrap()).collect()
    }
}

fn end_to_end(files: &[Audio]) -> Vec<[f32; 2]> {
    files.iter().flat_map(|audio| audio.frames.iter().copied()).collect()
}

fn db(ratio: f64) -> f64 {
    20.0 * ratio.log10()
}

#[test]
fn a_list_of_files_is_enough_and_comes_to_the_target_under_the_ceiling() {
    let scene = Scene::new();
    scene.mix("01 first_song.wav", 44_100, &song(44_100, 5.0, 0.5, 110.0, 1));
    scene.mix("02 - second.wav", 44_100, &song(44_100, 4.0, 0.25, 147.0, 2));
    let report =
        scene.build("[[track]]\nfile = \"01 first_song.wav\"\n[[track]]\nfile = \"02 - second.wav\"\n");
    let titles: Vec<&str> = report.tracks.iter().map(|track| track.title.as_str()).collect();
    assert_eq!(titles, ["first song", "second"]);
    let loudness: Vec<f64> = report.tracks.iter().map(|track| track.after.integrated_lufs.unwrap()).collect();
    // Half of what a target's tolerance is: the search's own.
    assert!((loudness[0] + 14.0).abs() <= 0.06, "{loudness:?}");
    let before: Vec<f64> = report.tracks.iter().map(|track| track.before.integrated_lufs.unwrap()).collect();
    let distance = (before[0] - before[1], loudness[0] - loudness[1]);
    assert!((distance.0 - distance.1).abs() <= 0.12, "the distance between the tracks is kept: {distance:?}");
    assert_eq!(report.tracks[0].drive.reason, Reason::Target);
    assert_eq!(report.tracks[1].drive.reason, Reason::Neighbour);
    for track in &report.tracks {
        // The last look is at 32 points a frame; the meter reads up to 0.01 dB more at its own.
        assert!(track.after.true_peak_dbtp.unwrap() <= -1.0 + 0.01, "{:?}", track.after);
    }
    let files = scene.files(&report, "out", "wav24");
    // Two seconds of silence by default, at the end of the first file.
    assert_eq!(files[0].frames.len(), 7 * 44_100);
    assert_eq!(files[1].frames.len(), 4 * 44_100);
    assert!(files[0].frames[6 * 44_100..].iter().all(|frame| *frame == [0.0; 2]));
}

#[test]
fn equal_tracks_come_to_the_target_and_the_cap_holds_the_rest() {
    let scene = Scene::new();
    for (n, peak) in [0.4, 0.36, 0.03].into_iter().enumerate() {
        scene.mix(&format!("{n}.wav"), 48_000, &song(48_000, 4.0, peak, 110.0, n as u64));
    }
    let report = scene.build(
        "[album]\nloudness = { mode = \"equal\", target = -16, ceiling = -1.5 }\nmax_move_lu = 3\n[[track]]\nfile = \"0.wav\"\n[[track]]\nfile = \"1.wav\"\n[[track]]\nfile = \"2.wav\"\n",
    );
    let lufs = |n: usize| report.tracks[n].after.integrated_lufs.unwrap();
    assert!((lufs(0) + 16.0).abs() <= 0.06 && (lufs(1) + 16.0).abs() <= 0.06, "{} {}", lufs(0), lufs(1));
    assert_eq!(report.tracks[2].drive.reason, Reason::Cap);
    assert!((report.tracks[2].drive.against_others_db - 3.0).abs() < 1e-9);
    assert!(report.tracks[2].drive.sentence.contains("3.0 LU are allowed"));
    assert!(lufs(2) < -18.0);
}

#[test]
fn as_is_with_nothing_to_limit_passes_the_mix() {
    let scene = Scene::new();
    let mix = song(44_100, 3.0, 0.3, 110.0, 5);
    scene.mix("a.wav", 44_100, &mix);
    let report = scene.build("[album]\nloudness = { mode = \"as_is\" }\n[[track]]\nfile = \"a.wav\"\n");
    assert_eq!(report.tracks[0].drive.reason, Reason::AsIs);
    let made = &scene.files(&report, "out", "wav24")[0];
    // Dither of 24 bits: two LSB at most, and half of one for the mix's own rounding.
    let worst = made.frames.iter().zip(&mix).map(|(a, b)| (f64::from(a[0]) - b[0]).abs()).fold(0.0, f64::max);
    assert!(worst < 3.0 / 8_388_608.0, "{worst}");
}

#[test]
fn gapless_tracks_are_the_continuous_programme_bit_for_bit() {
    let scene = Scene::new();
    let rate = 44_100;
    let whole = song(rate, 6.0, 0.7, 98.0, 3);
    // Frames that divide by nothing: no block, period or CD frame ends there.
    let cuts = [0, 88_201, 150_007, whole.len()];
    scene.mix("whole.wav", rate, &whole);
    for n in 0..3 {
        scene.mix(&format!("part{n}.wav"), rate, &whole[cuts[n]..cuts[n + 1]]);
    }
    // Every kind of memory: filters, envelopes, oversampling, look-ahead.
    let album = "[album]\nloudness = { mode = \"as_is\" }\noutputs = [\"wav24\", \"wav16\"]\nsettings = { equalizer_on = true, equalizer_band_on_1 = true, equalizer_shape_1 = \"high-pass\", glue_on = true, saturator_on = true, limiter_drive = 6 }\n";
    for rates in ["", "sample_rate = 48000\n"] {
        let one = scene.build_in(&format!("{album}{rates}[[track]]\nfile = \"whole.wav\"\n"), "one");
        let parts: String =
            (0..3).map(|n| format!("[[track]]\nfile = \"part{n}.wav\"\ngap_s = 0\n")).collect();
        let many = scene.build_in(&format!("{album}{rates}{parts}"), "many");
        for output in ["wav24", "wav16"] {
            let [one, many] =
                [(&one, "one"), (&many, "many")].map(|(report, out)| scene.files(report, out, output));
            assert_eq!(many.len(), 3);
            assert!(end_to_end(&one) == end_to_end(&many), "{output} {rates}");
            let expected = cuts[1] * many[0].sample_rate as usize;
            assert_eq!(many[0].frames.len(), (expected as f64 / f64::from(rate)).round() as usize);
        }
    }
}

#[test]
fn a_sine_through_a_gapless_join_has_no_click() {
    let scene = Scene::new();
    let (rate, hz) = (48_000, 331.7);
    let sine: Vec<[f64; 2]> =
        (0..4 * 48_000).map(|n| [0.5 * (TAU * hz * f64::from(n) / f64::from(rate)).sin(); 2]).collect();
    scene.mix("a.wav", rate, &sine[..100_003]);
    scene.mix("b.wav", rate, &sine[100_003..]);
    let join = |settings: &str| {
        format!(
            "[album]\nloudness = {{ mode = \"as_is\" }}\n[[track]]\nfile = \"a.wav\"\n[[track]]\nfile = \"b.wav\"\ngap_s = 0\n{settings}"
        )
    };
    // What a second difference leaves of a sine, and no more at the join than elsewhere.
    let curvature = |frames: &[[f32; 2]], range: std::ops::Range<usize>| {
        range
            .map(|n| {
                (f64::from(frames[n - 1][0]) - 2.0 * f64::from(frames[n][0]) + f64::from(frames[n + 1][0]))
                    .abs()
            })
            .fold(0.0, f64::max)
    };
    let clean = 0.5 * (TAU * hz / f64::from(rate)).powi(2);
    // The second text has another setting in the second track: two units, each processed for itself, one ringing into the other.
    for settings in ["", "settings = { input_trim_dc_filter = true }\n"] {
        let report = scene.build(&join(settings));
        let frames = end_to_end(&scene.files(&report, "out", "wav24"));
        assert_eq!(frames.len(), sine.len());
        let at_join = curvature(&frames, 99_000..101_000);
        // Dither makes four LSB of it, 5e-7, against 9.4e-4.
        assert!(at_join < 1.05 * clean, "{settings}: {at_join:e}, a sine has {clean:e}");
        assert_eq!(report.warnings.len(), usize::from(!settings.is_empty()), "{:?}", report.warnings);
    }
}

#[test]
fn a_crossfade_keeps_the_power_of_noise() {
    let scene = Scene::new();
    let rate = 44_100;
    for (name, seed) in [("a.wav", 11), ("b.wav", 12)] {
        let mut noise = Noise(seed);
        let frames: Vec<[f64; 2]> = (0..8 * rate).map(|_| [0.2 * noise.next(), 0.2 * noise.next()]).collect();
        scene.mix(name, rate as u32, &frames);
    }
    let report = scene.build(
        "[album]\nloudness = { mode = \"as_is\" }\n[[track]]\nfile = \"a.wav\"\n[[track]]\nfile = \"b.wav\"\ncrossfade_s = 6\n",
    );
    let frames = end_to_end(&scene.files(&report, "out", "wav24"));
    assert_eq!(frames.len(), 10 * rate);
    let power = |from: usize, to: usize| {
        let sum: f64 = frames[from..to].as_flattened().iter().map(|x| f64::from(*x).powi(2)).sum();
        10.0 * (sum / (2 * (to - from)) as f64).log10()
    };
    let before = power(0, 2 * rate);
    for n in 0..6 {
        let inside = power((2 + n) * rate, (3 + n) * rate);
        // A second of noise in two channels: 88 200 values, a standard deviation of 0.02 dB.
        assert!((inside - before).abs() < 0.1, "second {n}: {:+.3} dB", inside - before);
    }
}

#[test]
fn fades_begin_and_end_in_silence_before_the_limiter() {
    let scene = Scene::new();
    scene.mix("a.wav", 44_100, &song(44_100, 4.0, 0.9, 110.0, 7));
    let report = scene.build(
        "[album]\nloudness = { mode = \"album\", target = -10 }\n[[track]]\nfile = \"a.wav\"\nfade_in_s = 0.5\nfade_out_s = 1.0\nfade_out_curve = \"linear\"\nstart_s = 0.25\nend_s = 3.75\n",
    );
    let frames = &scene.files(&report, "out", "wav24")[0].frames;
    assert_eq!(frames.len(), (3.5 * 44_100.0) as usize);
    let peak = |range: std::ops::Range<usize>| {
        frames[range].as_flattened().iter().fold(0.0f32, |a, b| a.max(b.abs()))
    };
    assert!(peak(0..100) < 1e-3 && peak(frames.len() - 20..frames.len()) < 1e-3);
    assert!(peak(44_100..88_200) > 0.5);
}

/// The album's loudness by the ebur128 crate, over the files set end to end.
fn oracle_lufs(frames: &[[f32; 2]], rate: u32) -> f64 {
    let mut oracle = ebur128::EbuR128::new(2, rate, ebur128::Mode::I).unwrap();
    oracle.add_frames_f32(frames.as_flattened()).unwrap();
    oracle.loudness_global().unwrap()
}

#[test]
fn the_albums_loudness_is_that_of_another_implementation() {
    let scene = Scene::new();
    scene.mix("a.wav", 44_100, &song(44_100, 7.3, 0.6, 110.0, 21));
    scene.mix("b.wav", 44_100, &song(44_100, 5.1, 0.05, 147.0, 22));
    scene.mix("c.wav", 44_100, &song(44_100, 6.7, 0.2, 98.0, 23));
    let report = scene.build(
        "[[track]]\nfile = \"a.wav\"\n[[track]]\nfile = \"b.wav\"\ngap_s = 3.1\n[[track]]\nfile = \"c.wav\"\ngap_s = 0\n",
    );
    let frames = end_to_end(&scene.files(&report, "out", "wav24"));
    let (own, oracle) = (report.album.integrated_lufs.unwrap(), oracle_lufs(&frames, 44_100));
    assert!((own - oracle).abs() <= 0.02, "{own} LUFS, ebur128 says {oracle}");
}

#[test]
fn what_has_not_changed_is_not_rendered_again() {
    let scene = Scene::new();
    for n in 0..3 {
        scene.mix(
            &format!("{n}.wav"),
            44_100,
            &song(44_100, 3.0, 0.5, 110.0 + 20.0 * f64::from(n), n as u64),
        );
    }
    let text = |gain: &str| {
        format!(
            "[album]\nloudness = {{ mode = \"as_is\" }}\noutputs = [\"wav24\", \"wav16\"]\n[[track]]\nfile = \"0.wav\"\n[[track]]\nfile = \"1.wav\"\n{gain}[[track]]\nfile = \"2.wav\"\n"
        )
    };
    let first = scene.build(&text(""));
    assert_eq!((first.renders.chains, first.renders.finals), (3, 6));
    let again = scene.build(&text(""));
    assert_eq!((again.renders.chains, again.renders.finals, again.renders.trials), (0, 0, 0));
    assert!(again.files.iter().all(|file| !file.written));
    // Another gain is another end of the chain, of one track alone.
    let louder = scene.build(&text("gain_db = -1\n"));
    assert_eq!((louder.renders.chains, louder.renders.finals), (0, 2));
    let written: Vec<&str> =
        louder.files.iter().filter(|file| file.written).map(|file| file.path.as_str()).collect();
    assert_eq!(written, ["wav24/02 1.wav", "wav16/02 1.wav"]);
    // Another mix under the same name is one chain.
    scene.mix("2.wav", 44_100, &song(44_100, 3.0, 0.4, 130.0, 9));
    let remixed = scene.build(&text("gain_db = -1\n"));
    assert_eq!((remixed.renders.chains, remixed.renders.finals), (1, 2));
    // A file that was damaged is written again from what is kept.
    std::fs::write(scene.path("out/wav16/01 0.wav"), b"no audio").unwrap();
    let mended = scene.build(&text("gain_db = -1\n"));
    assert_eq!((mended.renders.chains, mended.renders.finals), (0, 0));
    assert_eq!(mended.files.iter().filter(|file| file.written).count(), 1);
    assert_eq!(
        mended.files.iter().map(|f| &f.sha256).collect::<Vec<_>>(),
        remixed.files.iter().map(|f| &f.sha256).collect::<Vec<_>>()
    );
}

#[test]
fn a_new_title_takes_the_old_file_away_but_not_a_strangers() {
    let scene = Scene::new();
    scene.mix("a.wav", 44_100, &song(44_100, 2.0, 0.3, 110.0, 1));
    let text = |title: &str| format!("[[track]]\nfile = \"a.wav\"\ntitle = \"{title}\"\n");
    scene.build(&text("Old"));
    std::fs::write(scene.path("out/wav24/notes.txt"), b"mine").unwrap();
    scene.build(&text("New"));
    let mut names: Vec<String> = std::fs::read_dir(scene.path("out/wav24"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["01 New.wav", "notes.txt"]);
}

#[test]
fn checksums_are_those_of_the_files_and_nothing_else_lies_there() {
    let scene = Scene::new();
    scene.mix("a.wav", 44_100, &song(44_100, 2.0, 0.3, 110.0, 1));
    scene.build("[album]\noutputs = [\"wav24\", \"vinyl\"]\n[[track]]\nfile = \"a.wav\"\n");
    let sums = std::fs::read_to_string(scene.path("out/SHA256SUMS")).unwrap();
    let mut listed: Vec<&str> = sums.lines().map(|line| line.split_once("  ").unwrap().1).collect();
    for line in sums.lines() {
        let (sum, path) = line.split_once("  ").unwrap();
        let found = lacquer_delivery::album::cache::hash_file(&scene.path("out").join(path)).unwrap();
        assert_eq!(found, sum, "{path}");
    }
    listed.sort_unstable();
    assert_eq!(listed, ["report.json", "vinyl/Side A.wav", "wav24/01 a.wav"]);
    let report: serde_json::Value =
        serde_json::from_slice(&std::fs::read(scene.path("out/report.json")).unwrap()).unwrap();
    assert_eq!(report["tracks"][0]["move"]["reason"], "target");
    assert!(report["sides"][0]["length_s"].as_f64().unwrap() > 1.9);
}

#[test]
fn a_vinyl_side_has_mono_lows_and_room_above() {
    let scene = Scene::new();
    let wide: Vec<[f64; 2]> = (0..4 * 44_100)
        .map(|n| {
            let t = f64::from(n) / 44_100.0;
            let (low, mid) = (0.3 * (TAU * 60.0 * t).sin(), 0.3 * (TAU * 700.0 * t).sin());
            [mid + low, mid - low]
        })
        .collect();
    scene.mix("a.wav", 44_100, &wide);
    let report = scene.build("[album]\noutputs = [\"vinyl\"]\n[[track]]\nfile = \"a.wav\"\n");
    let side = &scene.files(&report, "out", "vinyl")[0];
    let rms = |f: &dyn Fn(&[f32; 2]) -> f64| {
        let steady = &side.frames[44_100..3 * 44_100];
        db((steady.iter().map(|frame| f(frame).powi(2)).sum::<f64>() / steady.len() as f64).sqrt())
    };
    let difference = rms(&|f| f64::from(f[0] - f[1]));
    let sum = rms(&|f| f64::from(f[0] + f[1]));
    // A fourth-order fold at 150 Hz takes 32 dB from a difference at 60 Hz.
    assert!(difference < sum - 25.0, "{difference:.1} dB against {sum:.1} dB");
    let peak = side.frames.as_flattened().iter().fold(0.0f32, |a, b| a.max(b.abs()));
    assert!((-6.0..=-3.0).contains(&db(f64::from(peak))), "{}", db(f64::from(peak)));
}

#[test]
fn mixes_of_different_rates_become_one_release() {
    let scene = Scene::new();
    scene.mix("a.wav", 44_100, &song(44_100, 3.0, 0.5, 110.0, 1));
    scene.mix("b.wav", 96_000, &song(96_000, 3.0, 0.5, 147.0, 2));
    let report = scene.build("[[track]]\nfile = \"a.wav\"\n[[track]]\nfile = \"b.wav\"\n");
    let files = scene.files(&report, "out", "wav24");
    assert_eq!(files.iter().map(|audio| audio.sample_rate).collect::<Vec<_>>(), [44_100; 2]);
    assert_eq!(files[1].frames.len(), 3 * 44_100);
    assert!(report.warnings.iter().any(|warning| warning.contains("different sample rates")));
    for track in &report.tracks {
        assert!(track.after.true_peak_dbtp.unwrap() <= -0.99, "held after the conversion: {:?}", track.after);
    }
}

#[test]
fn a_correction_brings_the_odd_one_nearer() {
    let scene = Scene::new();
    let plain = |seed| song(44_100, 6.0, 0.3, 110.0, seed);
    scene.mix("a.wav", 44_100, &plain(1));
    scene.mix("b.wav", 44_100, &plain(2));
    let mut state = [0.0; 2];
    let dull: Vec<[f64; 2]> = plain(3)
        .iter()
        .map(|frame| {
            for c in 0..2 {
                state[c] += 0.25 * (frame[c] - state[c]);
            }
            state
        })
        .collect();
    scene.mix("c.wav", 44_100, &dull);
    let tracks = "[[track]]\nfile = \"a.wav\"\n[[track]]\nfile = \"b.wav\"\n[[track]]\nfile = \"c.wav\"\n";
    for phase in ["minimum", "linear"] {
        let album =
            format!("[album]\ncharacter = 40\nsettings = {{ equalizer_phase = \"{phase}\" }}\n{tracks}");
        let report = scene.build(&album);
        for track in &report.tracks {
            let character = &track.character;
            if let Some(after) = &character.after {
                assert!(after.tone_db < character.before.tone_db, "{}: {}", track.title, character.sentence);
            }
        }
        let odd = &report.tracks[2].character;
        let after = odd.after.as_ref().unwrap();
        assert!(odd.before.tone_db > 3.0 && after.tone_db < 0.9 * odd.before.tone_db, "{}", odd.sentence);
        assert!(odd.bands.iter().all(|(_, gain_db)| gain_db.abs() <= 2.0));
    }
    let untouched = scene.build(&format!("[album]\n{tracks}"));
    assert!(untouched.tracks.iter().all(|track| track.character.bands.is_empty()));
}

#[test]
fn titles_cannot_leave_the_folder() {
    let scene = Scene::new();
    scene.mix("a.wav", 44_100, &song(44_100, 1.0, 0.3, 110.0, 1));
    let titles =
        ["../../evil", "/etc/passwd", "..", "a\\u0000b\\n", "CON", "<script>alert(1)</script>", "\\u202Egpj"];
    let tracks: String =
        titles.iter().map(|title| format!("[[track]]\nfile = \"a.wav\"\ntitle = \"{title}\"\n")).collect();
    let report = scene.build(&format!("[album]\nloudness = {{ mode = \"as_is\" }}\n{tracks}"));
    for file in &report.files {
        assert!(file.path.starts_with("wav24/") && file.path.matches('/').count() == 1, "{}", file.path);
        assert!(scene.path("out").join(&file.path).is_file());
    }
    let outside: Vec<_> =
        std::fs::read_dir(scene.folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(outside.len(), 3, "{outside:?}");
}

#[test]
fn errors_name_file_line_and_key() {
    let path = Path::new("some/ALBUM.toml");
    let error = |text: &str| parse(path, text).unwrap_err().to_string();
    let track = "[[track]]\nfile = \"a.wav\"\n";
    for (text, parts) in [
        (format!("[album]\ntitel = \"x\"\n{track}"), vec!["line 2", "titel"]),
        ("[album]\n".to_owned(), vec!["at least one [[track]]"]),
        (format!("[album]\nupc = \"4006381333932\"\n{track}"), vec!["line 2", "upc", "ask for 1"]),
        (format!("[album]\noutputs = [\"wav48\"]\n{track}"), vec!["line 2", "wav48", "wav24, wav16"]),
        (format!("[album]\nloudness = {{ target = \"nowhere\" }}\n{track}"), vec!["line 2", "spotify"]),
        (format!("[album]\nloudness = {{ target = nan }}\n{track}"), vec!["line 2", "-40 and -4"]),
        (format!("{track}\n{track}gap_s = -1\n"), vec!["line 6", "track 2, gap_s", "0 to 600"]),
        (format!("{track}{track}gap_s = 1\ncrossfade_s = 1\n"), vec!["line 6", "leave one"]),
        (format!("{track}isrc = \"AA6Q7\"\n"), vec!["line 3", "track 1, isrc", "AA-6Q7-20-00047"]),
        (format!("{track}preset = \"Nonesuch\"\n"), vec!["line 3", "preset", "Transparent"]),
        (format!("{track}settings = {{ glue_onn = true }}\n"), vec!["line 3", "glue_on", "lacquer params"]),
        (format!("{track}start_s = 3\nend_s = 2\n"), vec!["line 4", "end_s"]),
        (format!("{track}fade_in_curve = \"steep\"\n"), vec!["line 3", "smooth"]),
    ] {
        let error = error(&text);
        assert_eq!(error.lines().count(), 1, "{error}");
        for part in std::iter::once("some/ALBUM.toml").chain(parts) {
            assert!(error.contains(part), "{error} lacks {part}");
        }
    }
    let good = parse(path, &format!("[album]\nupc = \"4006381333931\"\n{track}")).unwrap();
    assert_eq!(good.upc.as_deref(), Some("4006381333931"));
    assert_eq!(good.tracks[0].file, Path::new("some/a.wav"));
}

#[test]
fn what_is_missing_or_not_written_is_refused_before_work() {
    let scene = Scene::new();
    let album = read(&scene.album("[[track]]\nfile = \"gone.wav\"\n")).unwrap();
    let error = build(&album, &scene.path("out"), &|_, _| {}).unwrap_err().to_string();
    assert!(error.contains("track 1") && error.contains("gone.wav") && error.contains("relative"), "{error}");
    scene.mix("a.wav", 44_100, &song(44_100, 1.0, 0.3, 110.0, 1));
    let album = read(&scene.album("[[track]]\nfile = \"a.wav\"\nstart_s = 2\n")).unwrap();
    assert!(matches!(build(&album, &scene.path("out"), &|_, _| {}), Err(AlbumError::Track { track: 1, .. })));
    let album = read(&scene.album("[[track]]\nfile = \"a.wav\"\nfade_in_s = 2\n")).unwrap();
    assert!(
        build(&album, &scene.path("out"), &|_, _| {})
            .unwrap_err()
            .to_string()
            .contains("shorter than its fades")
    );
}

fn lacquer(arguments: &[&str], folder: &Path) -> std::process::Output {
    Command::new(env!("CARGO_BIN_EXE_lacquer")).args(arguments).current_dir(folder).output().unwrap()
}

#[test]
fn the_command_writes_an_album_file_that_it_can_read_and_never_over_another() {
    let scene = Scene::new();
    scene.mix("01 One.wav", 44_100, &song(44_100, 2.0, 0.3, 110.0, 1));
    scene.mix("02 \"Two\" ä.wav", 44_100, &song(44_100, 2.0, 0.3, 147.0, 2));
    let folder = scene.folder.path();
    let init = ["album", "init", "02 \"Two\" ä.wav", "01 One.wav"];
    let made = lacquer(&init, folder);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let album = read(&scene.path("ALBUM.toml")).unwrap();
    let titles: Vec<&str> = album.tracks.iter().map(|track| track.title.as_str()).collect();
    assert_eq!(titles, ["\"Two\" ä", "One"], "in the order given");
    let again = lacquer(&init, folder);
    assert_eq!(again.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&again.stderr).contains("--force"));
    assert!(lacquer(&[&init[..], &["--force"]].concat(), folder).status.success());
    let built = lacquer(&["album", "ALBUM.toml", "-o", "release"], folder);
    let text = String::from_utf8_lossy(&built.stdout);
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    assert!(text.contains("LUFS") && text.contains("2 written"), "{text}");
    let json = lacquer(&["album", "ALBUM.toml", "-o", "release", "--json"], folder);
    let report: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(report["renders"]["chains"], 0);
    let bare = lacquer(&["album", "ALBUM.toml"], folder);
    assert!(!bare.status.success() && String::from_utf8_lossy(&bare.stderr).contains("--output"));
}

/// Every WAV under a final name is whole, whatever happened.
fn assert_whole(folder: &Path) {
    for file in
        ["wav24", "wav16"].iter().flat_map(|name| std::fs::read_dir(folder.join(name)).into_iter().flatten())
    {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "wav") {
            let reader = WavReader::open(&path).unwrap();
            let promised = reader.len();
            assert_eq!(
                reader.into_samples::<i32>().filter(|x| x.is_ok()).count() as u32,
                promised,
                "{path:?}"
            );
        }
    }
}

#[test]
fn killed_at_any_time_the_next_run_completes_with_the_same_bytes() {
    let scene = Scene::new();
    for n in 0..3 {
        scene.mix(
            &format!("{n}.wav"),
            44_100,
            &song(44_100, 6.0, 0.8, 110.0 + 20.0 * f64::from(n), n as u64),
        );
    }
    let tracks: String = (0..3).map(|n| format!("[[track]]\nfile = \"{n}.wav\"\n")).collect();
    let text = format!("[album]\nloudness = {{ target = -10 }}\noutputs = [\"wav24\", \"wav16\"]\n{tracks}");
    let wanted = scene.build_in(&text, "undisturbed");
    let out = scene.path("killed");
    // From before the first file is read until well into the writing.
    for wait_ms in [5, 40, 120, 300, 500, 800, 1200, 1700] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_lacquer"))
            .args(["album", "ALBUM.toml", "-o", "killed"])
            .current_dir(scene.folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(wait_ms));
        let _ = child.kill();
        child.wait().unwrap();
        assert_whole(&out);
    }
    std::fs::create_dir_all(out.join("wav24")).unwrap();
    std::fs::write(out.join("wav24/.lacquer-abc.part"), b"half").unwrap();
    let report = scene.build_in(&text, "killed");
    assert_eq!(
        report.files.iter().map(|file| (&file.path, &file.sha256)).collect::<Vec<_>>(),
        wanted.files.iter().map(|file| (&file.path, &file.sha256)).collect::<Vec<_>>()
    );
    assert!(!out.join("wav24/.lacquer-abc.part").exists());
    assert_whole(&out);
}

/// Real songs of two games, as Debian has them.
fn real_songs() -> Vec<PathBuf> {
    let mut songs: Vec<PathBuf> = ["introzik", "frozen-mainzik-1p", "frozen-mainzik-2p"]
        .iter()
        .map(|name| PathBuf::from(format!("/usr/share/games/frozen-bubble/snd/{name}.ogg")))
        .collect();
    let lincity = Path::new("/usr/share/games/lincity-ng/music/default");
    let mut found: Vec<PathBuf> =
        std::fs::read_dir(lincity).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    found.sort();
    songs.extend(
        found.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "ogg")).take(1),
    );
    songs.retain(|path| path.is_file());
    songs
}

#[test]
fn an_album_of_real_songs_is_built_end_to_end() {
    let songs = real_songs();
    if songs.len() < 3 {
        eprintln!("skipped: install frozen-bubble-data and lincity-ng-data for real songs");
        return;
    }
    let scene = Scene::new();
    let joins = ["", "gap_s = 1.5\n", "crossfade_s = 2\n", "gap_s = 0\n"];
    let tracks: String = songs
        .iter()
        .zip(joins)
        .map(|(path, join)| {
            let file = toml::Value::String(path.to_str().unwrap().to_owned());
            format!("[[track]]\nfile = {file}\nstart_s = 20\nend_s = 29\nfade_out_s = 0.5\npreset = \"Streaming\"\n{join}")
        })
        .collect();
    let report = scene.build(&format!(
        "[album]\ntitle = \"Games\"\nloudness = {{ mode = \"album\", target = -12, ceiling = -1 }}\ncharacter = 40\noutputs = [\"wav24\", \"wav16\", \"vinyl\", \"report\"]\nsample_rate = 44100\n{tracks}"
    ));
    let loudest =
        report.tracks.iter().filter_map(|track| track.after.integrated_lufs).fold(f64::MIN, f64::max);
    assert!((loudest + 12.0).abs() <= 0.2, "{loudest}: a crossfade adds what the neighbour still sounds");
    let frames = end_to_end(&scene.files(&report, "out", "wav24"));
    let (own, oracle) = (report.album.integrated_lufs.unwrap(), oracle_lufs(&frames, 44_100));
    assert!((own - oracle).abs() <= 0.02, "{own} LUFS, ebur128 says {oracle}");
    for track in &report.tracks {
        assert!(track.after.true_peak_dbtp.unwrap() <= -0.99, "{:?}", track.after);
        assert!(track.drive.against_others_db.abs() <= 2.0 + 1e-9);
        let character = &track.character;
        assert!(character.after.as_ref().is_none_or(|after| after.tone_db < character.before.tone_db));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_text_makes_the_album_file_panic(text in any::<String>()) {
        let _ = parse(Path::new("A.toml"), &text);
    }

    #[test]
    fn no_damage_to_an_album_file_makes_it_panic(place in 0usize..600, byte in any::<u8>(), cut in 0usize..600) {
        let good = "[album]\ntitle = \"T\"\nupc = \"4006381333931\"\nyear = 2026\nloudness = { mode = \"equal\", target = -14.0, ceiling = -1 }\ncharacter = 30\noutputs = [\"wav24\", \"ddp\"]\nmax_move_lu = 2\n[[track]]\nfile = \"a.wav\"\nisrc = \"AA6Q72000047\"\nsettings = { glue_on = true }\n[[track]]\nfile = \"b.wav\"\ncrossfade_s = 1e300\nstart_s = 1\nend_s = 9e9\nfade_in_s = -0\n";
        let mut bytes = good.as_bytes().to_vec();
        let length = bytes.len();
        bytes[place % length] = byte;
        bytes.truncate(length - cut % length.min(200));
        let _ = parse(Path::new("A.toml"), &String::from_utf8_lossy(&bytes));
    }
}
