//! Joins: gapless, faded, crossfaded.

use crate::scene::*;
use std::f64::consts::TAU;

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
            "[album]\nloudness = {{ mode = \"as_is\" }}\nsettings = {{ equalizer_on = true, equalizer_band_on_1 = true, equalizer_shape_1 = \"high-pass\", equalizer_frequency_1 = 150, equalizer_slope_1 = \"24 dB/oct\" }}\n[[track]]\nfile = \"a.wav\"\n[[track]]\nfile = \"b.wav\"\ngap_s = 0\n{settings}"
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
    // The second and third text have another setting in the second track: two segments, each processed for itself, the first ringing
    // into the second. Without that the filter's answer to the sudden start would stand alone: a click 340 times as steep. Where
    // the filters differ, the sound does, and moves from one to the other within a period of theirs.
    for (settings, most) in [
        ("", 1.01),
        ("settings = { limiter_release = 60 }\n", 1.01),
        ("settings = { input_trim_dc_filter = true }\n", 1.25),
    ] {
        let report = scene.build(&join(settings));
        let frames = end_to_end(&scene.files(&report, "out", "wav24"));
        assert_eq!(frames.len(), sine.len());
        let (at_join, clean) = (curvature(&frames, 99_000..101_000), curvature(&frames, 60_000..62_000));
        // A hundredth: dither makes four LSB of it, 5e-7, against 9.4e-4.
        assert!(at_join < most * clean, "{settings:?}: {at_join:e}, a sine has {clean:e}");
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

#[test]
fn limiters_that_differ_across_a_join_hold_the_ceiling_and_do_not_click() {
    let scene = Scene::new();
    let rate = 44_100;
    let whole = song(rate, 6.0, 0.8, 98.0, 4);
    scene.mix("a.wav", rate, &whole[..3 * rate as usize]);
    scene.mix("b.wav", rate, &whole[3 * rate as usize..]);
    let text = |style: &str| {
        format!(
            "[album]\nloudness = {{ target = -9, ceiling = -2 }}\nsettings = {{ limiter_style = \"transparent\" }}\n[[track]]\nfile = \"a.wav\"\n[[track]]\nfile = \"b.wav\"\ngap_s = 0\nsettings = {{ limiter_style = \"{style}\" }}\n"
        )
    };
    let steepest = |frames: &[[f32; 2]]| {
        let join = 3 * rate as usize;
        frames[join - 500..join + 1500]
            .windows(2)
            .map(|pair| (pair[1][0] - pair[0][0]).abs())
            .fold(0.0f32, f32::max)
    };
    let same = scene.build_in(&text("transparent"), "same");
    let differ = scene.build_in(&text("punch"), "differ");
    for report in [&same, &differ] {
        assert!(
            report.variants[0].verified_peaks_dbtp.iter().all(|peak| peak.unwrap() <= -2.0),
            "{:?}",
            report.variants
        );
        assert_eq!(report.variants[0].verified_peaks_dbtp.len(), 1, "one passage through the limiter");
        // No gap: no step in the drive either.
        assert_eq!(report.tracks[0].drive.gain_db, report.tracks[1].drive.gain_db);
    }
    let [same, differ] = [(&same, "same"), (&differ, "differ")]
        .map(|(report, out)| end_to_end(&scene.files(report, out, "wav24")));
    let first = 3 * rate as usize - 1000;
    assert_eq!(same[..first].len(), differ[..first].len());
    assert!(same[4 * rate as usize..] != differ[4 * rate as usize..], "the second has its own limiter");
    // Noise and beats move by as much from frame to frame with one limiter as with two.
    assert!(steepest(&differ) < 1.3 * steepest(&same), "{} against {}", steepest(&differ), steepest(&same));
}
