//! Masters end at their ceiling: neither over it nor needlessly below, and what is reported is in the file.

use lacquer_dsp::{ChainSettings, ProcessSpec};
use lacquer_files::Audio;
use lacquer_files::decode::decode;
use lacquer_files::encode::WordLength;
use lacquer_files::spill::Scratch;
use lacquer_song::master::{Job, LimiterMode, Master, master};
use lacquer_song::measure::true_peak;
use std::path::Path;

/// A master whose limiter has `drive_db` into `ceiling_dbtp`.
fn made(programme: &Audio, drive_db: f64, ceiling_dbtp: f64, word_length: WordLength) -> Master {
    let mut settings = ChainSettings::default();
    settings.limiter.drive_db = drive_db;
    settings.limiter.ceiling_dbtp = ceiling_dbtp;
    let spec = ProcessSpec::stereo(f64::from(programme.sample_rate));
    let job = Job {
        settings,
        spec,
        target_lufs: None,
        trimmed_by: None,
        word_length,
        sample_rate: None,
        limiter: LimiterMode::High,
        keeps_archive: false,
    };
    let scratch = Scratch::within(&std::env::temp_dir());
    master(Path::new("song.wav"), programme, &job, &scratch, &|_, _| {}).expect("a master")
}

#[test]
fn a_loud_sample_in_the_middle_of_a_file_lowers_no_master() {
    // 0.999 of full scale where one stretch of the search ended and its padding began: read as -0.14 dBTP, and lowered six times.
    let stretch = 1i64 << 18;
    let frames = (0..3 * stretch)
        .map(|n| {
            let t = (n - stretch - 128) as f64 / stretch as f64;
            [(0.999 * (std::f64::consts::TAU * 200.0 * t).cos()) as f32; 2]
        })
        .collect();
    let programme = Audio { sample_rate: 44_100, channels: 2, frames };
    let made = made(&programme, 0.0, -0.3, WordLength::Bits24);
    println!("{:.3} dBTP after {} retries", made.verified_peak_dbtp, made.retries);
    assert!(made.retries <= 1, "{} retries", made.retries);
    assert!((-0.35..=-0.3).contains(&made.verified_peak_dbtp), "{:.3} dBTP", made.verified_peak_dbtp);
}

/// Songs of Debian's frozen-bubble-data and lincity-ng-data.
const SONGS: [&str; 4] = [
    "/usr/share/games/frozen-bubble/snd/frozen-mainzik-1p.ogg",
    "/usr/share/games/frozen-bubble/snd/introzik.ogg",
    "/usr/share/games/lincity-ng/music/default/01 - pronobozo - lincity.ogg",
    "/usr/share/games/lincity-ng/music/default/03 - Robert van Herk - Architectural Contemplations.ogg",
];
/// Seconds of a song that are mastered, from this second on.
const SECONDS: usize = 6;
const FROM_S: usize = 40;

#[test]
fn masters_of_songs_end_at_their_ceiling() {
    for path in SONGS.map(Path::new) {
        if !lacquer_left_out::has_file(path) {
            continue;
        }
        let mut song = decode(path, &|_| {}).expect("a song");
        let rate = song.sample_rate as usize;
        let from = (FROM_S * rate).min(song.frames.len());
        song.frames.drain(..from);
        song.frames.truncate(SECONDS * rate);
        // So that the limiter works at any of these drives.
        let peak = song.frames.as_flattened().iter().fold(1e-9f32, |peak, x| peak.max(x.abs()));
        song.frames.iter_mut().for_each(|frame| *frame = frame.map(|x| x / peak));
        for (drive_db, ceiling_dbtp, word_length) in [
            (2.0, -0.3, WordLength::Bits24),
            (6.0, -1.0, WordLength::Bits16),
            (10.0, -1.0, WordLength::Float32),
        ] {
            let made = made(&song, drive_db, ceiling_dbtp, word_length);
            let (dbtp, retries) = (made.verified_peak_dbtp, made.retries);
            println!(
                "{}: {drive_db:+} dB into {ceiling_dbtp}: {dbtp:.3} dBTP, {retries} retries",
                path.display()
            );
            assert!(
                (ceiling_dbtp - 0.05..=ceiling_dbtp).contains(&dbtp),
                "{}: {dbtp:.3} dBTP",
                path.display()
            );
            assert!(retries <= 1, "{}: {retries} retries", path.display());
            // What is reported is in the file.
            let again_dbtp = 20.0 * true_peak(&made.audio).expect("its frames").log10();
            assert!((again_dbtp - dbtp).abs() < 1e-9, "{again_dbtp} reported as {dbtp}");
        }
    }
}
