//! ALAC and AAC, in M4A and CAF: lossless bit for bit, lossy as long as it was, damage said.

use crate::tools::{Read, Scene, are_there, by_ffmpeg, frames};
use lacquer_dsp::detect::StoredWords;

#[test]
fn alac_is_the_song_bit_for_bit() {
    if !are_there() {
        return;
    }
    let scene = Scene::new();
    for (name, line) in [
        ("a.m4a", "ffmpeg -v error -y -i song.wav -c:a alac a.m4a"),
        ("front.m4a", "ffmpeg -v error -y -i song.wav -c:a alac -movflags +faststart front.m4a"),
        ("a.mov", "ffmpeg -v error -y -i song.wav -c:a alac a.mov"),
        ("a.caf", "ffmpeg -v error -y -i song.wav -c:a alac a.caf"),
    ] {
        let read = scene.read(name, &scene.made(line, name));
        assert!(read.is_the_song(), "{name}: {}", read.said());
        assert_eq!(read.decoded().words, StoredWords::Integer(16), "{name}");
    }
    // Longer words, one channel, silence, a high rate.
    for (name, line) in [
        ("24", "sox -R -n -c 2 -b 24 a.wav synth 1 whitenoise vol 0.999"),
        ("mono", "sox -R -n -c 1 -b 24 a.wav synth 1 pinknoise vol 0.1"),
        ("silence", "sox -R -n -c 2 -b 16 a.wav trim 0 1"),
        ("96 kHz", "sox -R -n -r 96000 -c 2 -b 24 a.wav synth 1 sine 20000:40000"),
    ] {
        scene.run(line);
        for ending in ["m4a", "caf"] {
            scene.run(&format!("ffmpeg -v error -y -i a.wav -c:a alac a.{ending}"));
            let (wav, alac) = (Read::of(&scene.path("a.wav")), Read::of(&scene.path(&format!("a.{ending}"))));
            assert_eq!(alac.said(), "", "{name}, {ending}");
            assert!(wav.decoded().audio == alac.decoded().audio, "{name}, {ending}");
        }
    }
}

#[test]
fn aac_is_as_long_as_the_song_and_sounds_as_others_decode_it() {
    if !are_there() {
        return;
    }
    let scene = Scene::new();
    for (name, line) in [
        ("a.m4a", "ffmpeg -v error -y -i song.wav -c:a aac -b:a 256k a.m4a"),
        ("mono.m4a", "ffmpeg -v error -y -i song.wav -ac 1 -c:a aac -b:a 128k mono.m4a"),
    ] {
        let read = scene.read(name, &scene.made(line, name));
        assert_eq!(read.said(), "", "{name}");
        assert_eq!(read.decoded().words, StoredWords::Lossy, "{name}");
        // Priming and padding are left out as they are declared.
        assert_eq!(read.frames(), frames().len(), "{name}");
        // ffmpeg turns one channel down by 3 dB where it makes two of it.
        let gain = if name == "mono.m4a" { std::f32::consts::SQRT_2 } else { 1.0 };
        let theirs: Vec<[f32; 2]> =
            by_ffmpeg(&scene.path(name)).iter().map(|frame| frame.map(|x| gain * x)).collect();
        assert!(theirs.len() >= frames().len(), "{name}");
        // Decoders add noise of their own where a band is coded as noise; both are of the song.
        let length = frames().len();
        let error: f64 = read.decoded().audio.frames[..length]
            .iter()
            .zip(&theirs)
            .map(|(ours, theirs)| f64::from(ours[0] - theirs[0]).powi(2))
            .sum::<f64>();
        let power: f64 = theirs[..length].iter().map(|frame| f64::from(frame[0]).powi(2)).sum();
        let error_db = 10.0 * (error / power).log10();
        assert!(error_db < -40.0, "{name}: {error_db:.1} dB from ffmpeg");
    }
}

#[test]
fn damage_is_said_and_never_shortens_the_rest() {
    if !are_there() {
        return;
    }
    let scene = Scene::new();
    for (name, line) in [
        ("a.m4a", "ffmpeg -v error -y -i song.wav -c:a alac -movflags +faststart a.m4a"),
        ("aac.m4a", "ffmpeg -v error -y -i song.wav -c:a aac -b:a 256k -movflags +faststart aac.m4a"),
        ("a.caf", "ffmpeg -v error -y -i song.wav -c:a alac a.caf"),
    ] {
        let whole = scene.made(line, name);
        let mut zeros = whole.clone();
        let middle = whole.len() / 2;
        zeros[middle..middle + 9000].fill(0xff);
        let read = scene.read(name, &zeros);
        assert_eq!(read.frames(), frames().len(), "{name}: {}", read.said());
        assert!(read.is_sent_back() && read.said().contains("damaged"), "{name}: {}", read.said());
        let half = scene.read(name, &whole[..middle]);
        assert!(half.is_sent_back(), "{name}: {}", half.said());
        for length in [0, 4, 8, 30, 100, 300] {
            assert!(scene.read(name, &whole[..length.min(whole.len())]).is_named(), "{name}: {length} bytes");
        }
    }
    // The table at the end is lost with the end.
    let behind = scene.made("ffmpeg -v error -y -i song.wav -c:a alac b.m4a", "b.m4a");
    let read = scene.read("b.m4a", &behind[..behind.len() / 2]);
    assert!(read.said().contains("breaks off"), "{}", read.said());
}

#[test]
fn what_cannot_be_decoded_whole_is_refused_in_words() {
    if !are_there() {
        return;
    }
    let scene = Scene::new();
    for (name, line, says) in [
        (
            "fragments.m4a",
            "ffmpeg -v error -y -i song.wav -c:a alac -movflags frag_keyframe+empty_moov fragments.m4a",
            "fragments",
        ),
        ("ac3.m4a", "ffmpeg -v error -y -i song.wav -c:a ac3 ac3.m4a", "ac-3"),
        ("surround.m4a", "ffmpeg -v error -y -i song.wav -ac 6 -c:a alac surround.m4a", "Channels"),
    ] {
        let read = scene.read(name, &scene.made(line, name));
        let said = format!("{} {:?}", read.said(), read.outcome.as_ref().err());
        assert!(said.contains(says), "{name}: {said}");
    }
}
