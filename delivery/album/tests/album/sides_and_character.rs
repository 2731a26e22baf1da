//! Sides of a record, and tracks that are brought nearer to each other.

use crate::scene::*;
use std::f64::consts::TAU;

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
