//! Loudness: what comes to the target, what keeps its distance, what another implementation says.

use crate::scene::*;
use lacquer_album::file::Album;
use lacquer_album::plan::Reason;
use lacquer_album::read;
use lacquer_song::master::LimiterMode;

#[test]
fn a_list_of_files_is_enough_and_comes_to_the_target_under_the_ceiling() {
    let scene = Scene::new();
    scene.mix("01 first_song.wav", 44_100, &song(44_100, 5.0, 0.5, 110.0, 1));
    scene.mix("02 - second.wav", 44_100, &song(44_100, 4.0, 0.25, 147.0, 2));
    let report =
        scene.build("[album]\nloudness = { mode = \"distances\" }\n[[track]]\nfile = \"01 first_song.wav\"\n[[track]]\nfile = \"02 - second.wav\"\n");
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
    // Two seconds of silence between them by default, which belong to a disc and to no file.
    assert_eq!(files[0].frames.len(), 5 * 44_100);
    assert_eq!(files[1].frames.len(), 4 * 44_100);
    assert_eq!(report.tracks[1].start_s, 7.0);
    // Without a word the mixes, 6 dB apart, share no level: the same loud parts are as loud.
    let album = scene.build_in(
        "[[track]]\nfile = \"01 first_song.wav\"\n[[track]]\nfile = \"02 - second.wav\"\n",
        "album",
    );
    let lufs: Vec<f64> = album.tracks.iter().map(|track| track.after.integrated_lufs.unwrap()).collect();
    assert!(lufs.iter().all(|lufs| (lufs + 14.0).abs() <= 0.2), "{lufs:?}");
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
    assert!(report.tracks[2].drive.sentence.contains("max_move_lu allows 3.0"));
    assert!(lufs(2) < -18.0);
    let missed: Vec<_> = report.findings.iter().map(|finding| (finding.track, finding.kind.id())).collect();
    assert_eq!(missed, [(Some(3), "loudness")]);
}

#[test]
fn the_limiter_of_an_album_is_the_one_that_was_asked_for_and_both_come_to_the_target() {
    let scene = Scene::new();
    scene.mix("a.wav", 48_000, &song(48_000, 4.0, 0.5, 110.0, 1));
    let text = "[album]\nloudness = { target = -7 }\noutputs = [\"wav24\"]\n[[track]]\nfile = \"a.wav\"\n";
    let made = [LimiterMode::Best, LimiterMode::High].map(|limiter| {
        let album = Album { limiter, ..read(&scene.album(text)).unwrap() };
        let out = format!("{limiter:?}");
        let report = build(&album, &scene.path(&out), false, &|_, _| {}).unwrap();
        let lufs = report.tracks[0].after.integrated_lufs.unwrap();
        assert!((lufs + 7.0).abs() <= 0.06, "{limiter:?}: {lufs}");
        scene.files(&report, &out, "wav24")[0].frames.clone()
    });
    assert!(made[0] != made[1], "two limiters, one sound");
}

#[test]
fn a_preset_meets_each_mix_at_its_own_level_and_the_album_keeps_its_distances() {
    let scene = Scene::new();
    for (n, peak) in [0.5, 0.2].into_iter().enumerate() {
        scene.mix(&format!("{n}.wav"), 48_000, &song(48_000, 4.0, peak, 110.0, 1));
    }
    let report = scene
        .build("[album]\npreset = \"Warm tape\"\nloudness = { mode = \"distances\" }\n[[track]]\nfile = \"0.wav\"\n[[track]]\nfile = \"1.wav\"\n");
    let before: Vec<f64> = report.tracks.iter().map(|track| track.before.integrated_lufs.unwrap()).collect();
    // The same song at two levels is the same to the glue and the tape.
    assert!((before[0] - before[1]).abs() < 0.05, "{before:?}");
    let after: Vec<f64> = report.tracks.iter().map(|track| track.after.integrated_lufs.unwrap()).collect();
    let distance_lu = after[0] - after[1];
    assert!((distance_lu - db(0.5 / 0.2)).abs() < 0.15, "{distance_lu:.2} LU");
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
