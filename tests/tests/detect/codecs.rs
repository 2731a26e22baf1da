//! What lossy encoders leave, by the encoders that others wrote: on their grid, and of clipping that was there before.

use super::*;
use lacquer_files::audio::Audio;
use lacquer_files::encode::{WordLength, encode};
use lacquer_tests::damage;
use lacquer_tests::material::quantized;
use std::path::Path;
use std::process::Command;

/// Name, ffmpeg's arguments, the kind of file and the rate that it decodes to if that is another.
type Codec = (&'static str, &'static [&'static str], &'static str, Option<f64>);

/// Rates that leave no wall below 19 kHz.
const CODECS: [Codec; 6] = [
    ("MP3, 256 kbit/s", &["-c:a", "libmp3lame", "-b:a", "256k"], "mp3", None),
    ("MP3, V0", &["-c:a", "libmp3lame", "-q:a", "0"], "mp3", None),
    ("AAC, 256 kbit/s", &["-c:a", "aac", "-b:a", "256k"], "m4a", None),
    ("Vorbis, quality 6", &["-c:a", "libvorbis", "-q:a", "6"], "ogg", None),
    ("Vorbis, quality 9", &["-c:a", "libvorbis", "-q:a", "9"], "ogg", None),
    ("Opus, 192 kbit/s", &["-c:a", "libopus", "-b:a", "192k"], "opus", Some(48_000.0)),
];

fn ffmpeg(arguments: &[&str], path: Option<&Path>) -> Vec<u8> {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-y"]).args(arguments);
    if let Some(path) = path {
        command.arg(path);
    }
    let done = command.output().expect("ffmpeg, which `cargo xtask install` brings");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    done.stdout
}

/// Encoded and decoded, from the middle of a block on; with its rate.
fn coded(frames: &[Frame], rate_hz: f64, (_, arguments, kind, other_hz): Codec) -> (Vec<Frame>, f64) {
    let folder = tempfile::tempdir().expect("a folder");
    let (wave, file) = (folder.path().join("a.wav"), folder.path().join(format!("b.{kind}")));
    let narrow = frames.iter().map(|frame| frame.map(|x| x as f32)).collect();
    let audio = Audio { sample_rate: rate_hz as u32, channels: 2, frames: narrow };
    encode(&wave, &audio, WordLength::Bits24).expect("a file");
    let input = wave.to_str().expect("a name");
    ffmpeg(&[&["-i", input], arguments].concat(), Some(&file));
    let file = file.to_str().expect("a name");
    let bytes = ffmpeg(&["-i", file, "-f", "f32le", "-ac", "2", "-"], None);
    let samples: Vec<f64> = bytes
        .chunks_exact(4)
        .map(|bytes| f64::from(f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])))
        .collect();
    let frames = samples.chunks_exact(2).skip(1237).map(|frame| [frame[0], frame[1]]).collect();
    (frames, other_hz.unwrap_or(rate_hz))
}

#[test]
fn high_rates_of_every_encoder_are_found_on_their_grid() {
    let mut recall = Recall::default();
    for programme in programmes().iter().filter(|programme| programme.rate_hz == 44_100.0) {
        for codec in CODECS {
            let (frames, rate_hz) = coded(&programme.frames, programme.rate_hz, codec);
            // In 16 bits the dither lies over what is tiny, unless the highs are loud.
            let lengths: &[u32] = if programme.style == Style::Band { &[16, 24] } else { &[24] };
            for bits in lengths {
                let inspection =
                    inspected(rate_hz, StoredWords::Integer(*bits), &quantized(&frames, *bits, 9));
                let is_found = alarms(&inspection, Check::LossyTrace);
                recall.note(is_found, || format!("{}, {bits} bits, {:?}", codec.0, programme.style));
            }
        }
    }
    // Eleven seconds of soft highs have few stretches between strokes, where encoders leave their long blocks.
    recall.is_at_least(80);
}

#[test]
fn a_higher_rate_by_ffmpegs_converter_is_found_and_named() {
    const RAISED: Codec = ("raised", &["-ar", "96000", "-c:a", "pcm_s24le"], "wav", Some(96_000.0));
    let mut recall = Recall::default();
    for style in Style::ALL {
        for seed in [61, 62, 63] {
            let frames = song(style, seed, 44_100.0, 8.0);
            let (raised, rate_hz) = coded(&frames, 44_100.0, RAISED);
            let inspection = inspected(rate_hz, WORDS, &quantized(&raised, 24, 1));
            let is_found =
                finding(&inspection, Check::UpSampling).is_some_and(|found| found.fact.contains("44.1 kHz"));
            recall.note(is_found, || format!("{style:?} {seed}: {:?}", facts(&inspection)));
            let own = inspected(rate_hz, WORDS, &quantized(&song(style, seed, 96_000.0, 8.0), 24, 1));
            assert!(finding(&own, Check::UpSampling).is_none(), "{style:?}: {:?}", facts(&own));
        }
    }
    recall.is_at_least(90);
}

/// Converted to the other of the two usual rates.
fn converted(rate_hz: f64) -> Codec {
    if rate_hz == 44_100.0 {
        ("converted", &["-ar", "48000", "-c:a", "pcm_s24le"], "wav", Some(48_000.0))
    } else {
        ("converted", &["-ar", "44100", "-c:a", "pcm_s24le"], "wav", Some(44_100.0))
    }
}

/// Encoders of which each blurs tops in its own way; of the rates that mixes are sent at.
const BLURS: [Codec; 4] = [
    CODECS[0],
    CODECS[2],
    CODECS[3],
    ("Opus, 128 kbit/s", &["-c:a", "libopus", "-b:a", "128k"], "opus", Some(48_000.0)),
];

#[test]
fn clipping_is_found_after_a_converter_or_encoder_and_neither_is_clipping() {
    let (mut after_converters, mut after_encoders) = (Recall::default(), Recall::default());
    for programme in programmes().iter().filter(|programme| programme.style != Style::Quiet) {
        let clipped = damage::mapped(&damage::clipped(&programme.frames, 3.0, 1.0), |x| 0.7 * x);
        let hidden = |frames: &[Frame], codec| {
            let (frames, rate_hz) = coded(frames, programme.rate_hz, codec);
            let inspection = inspected(rate_hz, WORDS, &quantized(&frames, 24, 9));
            finding(&inspection, Check::HiddenClipping)
                .filter(|finding| finding.severity >= Severity::Warn)
                .map(|finding| finding.fact.clone())
        };
        let case = |codec: Codec| format!("{}, {:?} at {} Hz", codec.0, programme.style, programme.rate_hz);
        let converter = converted(programme.rate_hz);
        after_converters.note(hidden(&clipped, converter).is_some(), || case(converter));
        assert_eq!(hidden(&programme.frames, converter), None, "{}", case(converter));
        for codec in BLURS {
            after_encoders.note(hidden(&clipped, codec).is_some(), || case(codec));
            assert_eq!(hidden(&programme.frames, codec), None, "{}", case(codec));
        }
    }
    // Three of these four; on other bases 18 of 20.
    after_converters.is_at_least(75);
    // Of 16 fourteen: clipped drums that are over at once are blurred by MP3 and Vorbis.
    after_encoders.is_at_least(80);
}
