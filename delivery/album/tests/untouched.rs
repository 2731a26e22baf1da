//! What needs nothing done comes out as it went in: words on the grid of the file that is made pass bit for bit.

// All of it is a test: what is not there ends it.
#![allow(clippy::unwrap_used)]

use lacquer_album::finish::{Finish, Part, final_settings, finish};
use lacquer_dsp::programme::piece;
use lacquer_dsp::{ChainSettings, ProcessSpec, Quality};
use lacquer_files::Audio;
use lacquer_files::decode::decode;
use lacquer_files::encode::{WordLength, encode};
use lacquer_files::spill::Scratch;
use lacquer_song::master::{Job, LimiterMode, Master, master};
use std::f32::consts::TAU;
use std::path::Path;

const RATE: u32 = 44_100;

/// Six seconds of a song in words of so many bits, at -6 dBFS at most: beats, a chord, a decay into silence.
fn song(bits: u32) -> Audio {
    let scale = (1u32 << (bits - 1)) as f32;
    let frames = (0..6 * RATE)
        .map(|n| {
            let t = n as f32 / RATE as f32;
            let level = 0.5 * (-(t * 2.0).fract() * 4.0).exp() * (5.0 - t).clamp(0.0, 1.0);
            let tone = |hz: f32| (TAU * hz * t).sin();
            [level * tone(110.0), level * 0.7 * (tone(220.0) + 0.4 * tone(3520.0))]
                .map(|x| (x * scale).round() / scale)
        })
        .collect();
    Audio { sample_rate: RATE, channels: 2, frames }
}

fn made(audio: &Audio, settings: &ChainSettings, word_length: WordLength) -> Master {
    let spec = ProcessSpec::stereo(f64::from(RATE));
    let job = Job {
        settings: settings.clone(),
        spec,
        target_lufs: None,
        trimmed_by: None,
        word_length,
        sample_rate: None,
        limiter: LimiterMode::default(),
        keeps_archive: false,
    };
    let scratch = Scratch::within(&std::env::temp_dir());
    master(Path::new("song.wav"), audio, &job, &scratch, &|_, _| {}).unwrap()
}

#[test]
fn a_master_that_needs_nothing_done_keeps_every_word() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("mix.wav"), folder.path().join("master.wav"));
    for (bits, word_length) in [
        (16, WordLength::Bits16),
        (16, WordLength::Bits20),
        (16, WordLength::Bits24),
        (24, WordLength::Bits24),
    ] {
        let mix = song(bits);
        encode(&from, &mix, if bits == 16 { WordLength::Bits16 } else { WordLength::Bits24 }).unwrap();
        let read = decode(&from, &|_| {}).unwrap();
        let master = made(&read, &ChainSettings::default(), word_length);
        encode(&to, &master.audio, word_length).unwrap();
        let again = decode(&to, &|_| {}).unwrap();
        let changed = mix.frames.iter().zip(&again.frames).filter(|(a, b)| a != b).count();
        assert_eq!(changed, 0, "of {} frames, {bits} bits to {word_length}", mix.frames.len());
        assert_eq!(again.frames.len(), mix.frames.len());
    }
    // As files, byte for byte.
    assert_eq!(std::fs::read(&from).unwrap(), std::fs::read(&to).unwrap());
}

#[test]
fn what_is_changed_is_dithered() {
    let mix = song(24);
    let master = made(&mix, &ChainSettings::default(), WordLength::Bits16);
    let lsb = 1.0 / 32_768.0;
    let frames = piece(&master.audio, 0..mix.frames.len()).unwrap();
    let changed = mix.frames.iter().zip(&frames).filter(|(a, b)| a != b).count();
    assert!(changed > mix.frames.len() / 2, "{changed}");
    assert!(frames.as_flattened().iter().all(|x| (x / lsb).fract() == 0.0), "words of 16 bits");
}

#[test]
fn an_albums_track_that_keeps_its_level_keeps_every_word() {
    let mix = song(16);
    let how = Finish {
        sample_rate: RATE,
        word_length: WordLength::Bits16,
        ceiling_dbtp: -1.0,
        quality: Quality::Standard,
        limiter: LimiterMode::default(),
    };
    let settings = final_settings(&ChainSettings::default(), &how);
    let run = |gain: f64| {
        let part = Part { start: 0, audio: &mix, gain, settings: settings.clone() };
        let scratch = Scratch::within(&std::env::temp_dir());
        let made = finish(&[part], mix.frames.len(), &how, &scratch).unwrap().audio;
        Audio::of(&made, 0..mix.frames.len()).unwrap().frames
    };
    assert!(run(1.0) == mix.frames, "bit for bit");
    assert!(run(0.9) != mix.frames);
}
