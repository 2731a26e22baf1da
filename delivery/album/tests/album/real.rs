//! Real music, end to end.

use crate::scene::*;
use lacquer_left_out::left_out;
use std::path::{Path, PathBuf};

/// Real songs of two games, as Debian has them; fewer than three where they are not installed.
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
    if songs.len() < 3 {
        left_out("frozen-bubble-data and lincity-ng-data are not installed");
    }
    songs
}

#[test]
fn an_album_of_real_songs_is_built_end_to_end() {
    let songs = real_songs();
    if songs.len() < 3 {
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
        "[album]\ntitle = \"Games\"\nloudness = {{ mode = \"distances\", target = -12, ceiling = -1 }}\nmax_move_lu = 2\ncharacter = 40\noutputs = [\"wav24\", \"wav16\", \"flac\", \"opus128\", \"vorbis\", \"cue\", \"ddp\", \"vinyl\", \"report\"]\nsample_rate = 44100\n{tracks}"
    ));
    let loudest =
        report.tracks.iter().filter_map(|track| track.after.integrated_lufs).fold(f64::MIN, f64::max);
    assert!((loudest + 12.0).abs() <= 0.2, "{loudest}: a crossfade adds what the neighbour still sounds");
    let frames = end_to_end(&scene.files(&report, "out", "wav24"));
    let (own, oracle) = (report.album.integrated_lufs.unwrap(), oracle_lufs(&frames, 44_100));
    assert!((own - oracle).abs() <= 0.02, "{own} LUFS, ebur128 says {oracle}");
    let disc = lacquer_disc::ddp::verify(&scene.path("out/ddp")).unwrap();
    assert!(disc.consistent, "{:?}", disc.findings);
    assert_eq!(report.codecs.len(), 2);
    for track in &report.tracks {
        assert!(track.after.true_peak_dbtp.unwrap() <= -0.99, "{:?}", track.after);
        assert!(track.drive.against_others_db.abs() <= 2.0 + 1e-9);
        let character = &track.character;
        assert!(character.after.as_ref().is_none_or(|after| after.tone_db < character.before.tone_db));
    }
}

#[test]
fn an_ep_of_two_whole_songs_is_a_list_of_files() {
    let mut songs = real_songs();
    if songs.len() < 3 {
        return;
    }
    // The shortest two, whole.
    songs.sort_by_key(|path| std::fs::metadata(path).unwrap().len());
    let scene = Scene::new();
    let tracks: String = songs
        .iter()
        .take(2)
        .map(|path| format!("[[track]]\nfile = {}\n", toml::Value::String(path.to_str().unwrap().to_owned())))
        .collect();
    let report = scene.build(&tracks);
    let frames = end_to_end(&scene.files(&report, "out", "wav24"));
    let (own, oracle) = (report.album.integrated_lufs.unwrap(), oracle_lufs(&frames, 44_100));
    assert!((own - oracle).abs() <= 0.02, "{own} LUFS, ebur128 says {oracle}");
    assert!(report.tracks.iter().all(|track| track.after.true_peak_dbtp.unwrap() <= -0.99));
}
