//! Encoders give back what they were given, and codec overs are found, told and cleared.

// All of it is a test: what is not there ends it.
#![allow(clippy::unwrap_used)]

mod scene;

use lacquer_dsp::programme::Source;
use lacquer_files::Audio;
use lacquer_files::decode::decode;
use lacquer_files::encode::libopus::{Decoder, Encoder};
use lacquer_files::encode::{EncodeError, Format, WordLength, encode, encode_as, mp3, opus};
use lacquer_files::resample::convert;
use lacquer_files::spill::Scratch;
use lacquer_files::tags::Tags;
use lacquer_song::codec::align::lag;
use lacquer_song::codec::trim::trimmed;
use lacquer_song::codec::{Codec, overs, round_trip};
use lacquer_song::measure::true_peak;
use proptest::prelude::*;
use scene::song;
use std::process::Command;

/// The programme on the grid of so many bits.
fn on_grid(audio: &Audio, bits: u32) -> Audio {
    let steps = f64::from(1u32 << (bits - 1));
    let grid = |x: f32| ((f64::from(x) * steps).round().clamp(-steps, steps - 1.0) / steps) as f32;
    Audio { frames: audio.frames.iter().map(|frame| frame.map(grid)).collect(), ..audio.clone() }
}

fn scratch() -> Scratch {
    Scratch::within(&std::env::temp_dir())
}

/// What a listener gets of a programme.
fn heard(audio: &Audio, codec: Codec) -> Audio {
    let back = round_trip(audio, codec, &scratch()).unwrap();
    Audio::of(&back, 0..back.length()).unwrap()
}

/// What a file of these bytes holds.
fn decoded(bytes: &[u8]) -> Result<Audio, lacquer_files::Error> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    std::fs::write(&path, bytes).unwrap();
    decode(&path, &|_| {})
}

fn codecs() -> Vec<Codec> {
    let rates = [Codec::Mp3 { kbps: 128 }, Codec::Mp3 { kbps: 320 }];
    let mp3: &[Codec] = if mp3::IS_BUILT { &rates } else { &[] };
    [
        Codec::Vorbis { quality: 4.0 },
        Codec::Vorbis { quality: 8.0 },
        Codec::Opus { kbps: 96 },
        Codec::Opus { kbps: 128 },
        Codec::Opus { kbps: 192 },
    ]
    .into_iter()
    .chain(mp3.iter().copied())
    .collect()
}

#[test]
fn flac_gives_every_bit_back_at_every_length() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.flac");
    // Around the shortest block of the format (16), of the encoder (32) and its usual one (4096).
    let lengths = [1, 2, 15, 16, 17, 31, 32, 33, 4095, 4096, 4097, 8192, 8193, 20_000];
    for bits in [16, 24] {
        let loud = on_grid(&song(44_100, 0.5, 3.0, 1.0), bits);
        for (channels, length) in lengths.iter().flat_map(|length| [(1, *length), (2, *length)]) {
            let mut frames = loud.frames[..length].to_vec();
            if channels == 1 {
                frames.iter_mut().for_each(|frame| frame[1] = frame[0]);
            }
            let audio = Audio { channels, frames, ..loud.clone() };
            encode_as(&path, &audio, &Format::Flac(bits), &Tags::default()).unwrap();
            let read = decode(&path, &|_| {});
            assert_eq!(read.unwrap(), audio, "{bits} bits, {channels} channel(s), {length} frames");
        }
    }
}

#[test]
fn every_wave_length_gives_every_bit_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.wav");
    for (word_length, bits) in [
        (WordLength::Bits16, 16),
        (WordLength::Bits20, 20),
        (WordLength::Bits24, 24),
        (WordLength::Float32, 24),
    ] {
        let audio = on_grid(&song(96_000, 0.1, 3.0, 1.0), bits);
        encode_as(&path, &audio, &Format::Wav(word_length), &Tags::default()).unwrap();
        assert_eq!(decode(&path, &|_| {}).unwrap(), audio);
    }
}

#[test]
fn what_is_decoded_is_in_time_and_as_long() {
    for rate_hz in [44_100, 48_000, 96_000] {
        let audio = song(rate_hz, 3.0, 0.4, 1.0);
        for codec in codecs() {
            let back = heard(&audio, codec);
            let original = convert(&audio, back.sample_rate).unwrap();
            assert_eq!(back.frames.len(), original.frames.len(), "{codec} at {rate_hz}");
            assert_eq!(lag(&*original, &back).unwrap(), 0, "{codec} at {rate_hz}");
            let error: f64 = difference(&original, &back);
            // A tonal programme with noise at -25 dB, which codecs shape: a frame's shift would leave an error above the signal.
            assert!(error < -8.0, "{codec} at {rate_hz}: {error:.1} dB");
        }
    }
}

/// Power of the difference over the power of `a`, dB.
fn difference(a: &Audio, b: &Audio) -> f64 {
    let power = |x: f32| f64::from(x) * f64::from(x);
    let pairs = || a.frames.as_flattened().iter().zip(b.frames.as_flattened());
    let noise: f64 = pairs().map(|(a, b)| power(a - b)).sum();
    10.0 * (noise / pairs().map(|(a, _)| power(*a)).sum::<f64>()).log10()
}

#[test]
fn opus_without_alignment_has_the_very_length_and_delay() {
    for (rate_hz, frames) in [(48_000, 1), (48_000, 959), (48_000, 960), (48_000, 48_001), (44_100, 44_100)] {
        for channels in [1, 2] {
            let mut audio = song(rate_hz, 1.1, 0.4, 1.0);
            audio.frames.truncate(frames);
            audio.channels = channels;
            if channels == 1 {
                audio.frames.iter_mut().for_each(|frame| frame[1] = frame[0]);
            }
            let mut bytes = Vec::new();
            opus::encode(&audio, 160, &mut bytes).unwrap();
            let back = decoded(&bytes).unwrap();
            let original = convert(&audio, 48_000).unwrap();
            assert_eq!((back.channels, back.frames.len()), (channels, original.frames.len()));
            if frames > 40_000 {
                assert_eq!(lag(&*original, &back).unwrap(), 0);
            }
        }
    }
}

#[test]
fn ffmpeg_decodes_opus_to_the_same() {
    if !lacquer_left_out::has_program("ffmpeg") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.opus");
    let audio = song(44_100, 2.0, 0.4, 1.0);
    encode_as(
        &path,
        &audio,
        &Format::Opus { kbps: 128 },
        &Tags { title: Some("T".into()), ..Tags::default() },
    )
    .unwrap();
    let ours = decode(&path, &|_| {}).unwrap();
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(&path)
        .args(["-f", "f32le", "-acodec", "pcm_f32le", "-"])
        .output()
        .unwrap();
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    let samples: Vec<f32> =
        output.stdout.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    let theirs = Audio { frames: samples.as_chunks::<2>().0.to_vec(), ..ours.clone() };
    assert_eq!(theirs.frames.len(), ours.frames.len());
    // Two decoders of one standard: rounding, and ffmpeg's own arithmetic.
    let error = difference(&ours, &theirs);
    assert!(error < -60.0, "{error:.1} dB");
}

#[test]
fn conversion_of_the_rate_keeps_time_level_and_band() {
    for (from, to) in [(44_100u32, 48_000u32), (96_000, 48_000), (88_200, 44_100), (192_000, 48_000)] {
        for hz in [100.0, 1000.0, 10_000.0, 18_000.0] {
            let tone = |rate: u32, n: usize| (std::f64::consts::TAU * hz * n as f64 / f64::from(rate)).sin();
            let frames = (0..from as usize).map(|n| [(0.5 * tone(from, n)) as f32; 2]).collect();
            let audio = Audio { sample_rate: from, channels: 2, frames };
            let converted = convert(&audio, to).unwrap();
            assert_eq!(converted.frames.len(), to as usize);
            // Away from the ends, where a tone begins out of nothing.
            let edge = to as usize / 4;
            let error = (edge..3 * edge)
                .map(|n| (f64::from(converted.frames[n][0]) - 0.5 * tone(to, n)).abs())
                .fold(0.0, f64::max);
            // A thousandth of a decibel, or of the phase of 18 kHz: what f32 and the filter's ripple leave is far below.
            assert!(error < 1e-4, "{from} to {to}, {hz} Hz: {error:e}");
        }
    }
}

#[test]
fn overs_of_a_loud_master_are_told_and_cleared() {
    // Clipped at full scale: no sample of the master is over, and every codec puts some over.
    let loud = song(44_100, 4.0, 4.0, 1.0);
    for codec in codecs() {
        let report = overs(&loud, codec, -0.5, &scratch()).unwrap();
        let [before, after] = [report.true_peak_before_dbtp.unwrap(), report.true_peak_after_dbtp.unwrap()];
        assert!(report.over_samples > 0 && after > 0.0, "{codec}: {before} to {after} dBTP");
        assert_eq!(report.overs.iter().map(|over| over.samples).sum::<usize>(), report.over_samples);
        assert!(report.overs.iter().all(|over| over.peak_dbfs > 0.0 && over.time_s < 4.0));
        assert!(report.is_cleared && report.trim_db < 0.0, "{codec}: {report:?}");
        // Told is what a second look finds.
        let gain = 10f64.powf(report.trim_db / 20.0) as f32;
        let trimmed =
            Audio { frames: loud.frames.iter().map(|f| f.map(|x| x * gain)).collect(), ..loud.clone() };
        let peak_dbtp = 20.0 * true_peak(&heard(&trimmed, codec)).unwrap().log10();
        // The gain is applied in f32 here and in f64 there.
        assert!(peak_dbtp <= -0.5 + 0.005, "{codec}: {peak_dbtp:.3} dBTP with {:.2} dB", report.trim_db);
        println!(
            "{codec}: {before:.2} -> {after:.2} dBTP, {} over, trim {:.2} dB",
            report.over_samples, report.trim_db
        );
    }
}

#[test]
fn a_trim_is_one_gain_to_the_dither() {
    // At full scale, where a limiter of usual settings has its ceiling far below.
    let loud = song(44_100, 3.0, 4.0, 1.0);
    for gain_db in [0.0, -0.2, -3.0] {
        let gain = 10f64.powf(gain_db / 20.0);
        for (word_length, lsb) in [
            (WordLength::Bits16, 2f64.powi(-15)),
            (WordLength::Bits24, 2f64.powi(-23)),
            (WordLength::Float32, 2f64.powi(-23)),
        ] {
            let made = trimmed(&loud, gain_db, word_length, &scratch()).unwrap();
            let made = Audio::of(&made, 0..made.length()).unwrap();
            let pairs = made.frames.as_flattened().iter().zip(loud.frames.as_flattened());
            let worst =
                pairs.fold(0.0f64, |worst, (y, x)| worst.max((f64::from(*y) - gain * f64::from(*x)).abs()));
            // The shaped dither of 44.1 kHz reaches some twelve steps; what clips at the top of the words is a step more.
            assert!(worst < 16.0 * lsb, "{gain_db} dB, {word_length}: off by {:.1} steps", worst / lsb);
        }
    }
}

#[test]
fn a_quiet_master_and_silence_need_no_trim() {
    for audio in
        [song(48_000, 2.0, 0.2, 1.0), Audio { frames: vec![[0.0; 2]; 5000], ..song(48_000, 0.1, 0.1, 1.0) }]
    {
        for codec in codecs() {
            let report = overs(&audio, codec, -1.0, &scratch()).unwrap();
            assert_eq!((report.over_samples, report.trim_db, report.is_cleared), (0, 0.0, true), "{codec}");
        }
    }
}

#[test]
fn without_lame_mp3_says_how_to_get_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.mp3");
    let result = encode_as(&path, &song(48_000, 0.5, 0.3, 1.0), &Format::Mp3 { kbps: 320 }, &Tags::default());
    if mp3::IS_BUILT {
        result.unwrap();
        // LAME's tag says what is to be cut: exactly the programme is left.
        assert_eq!(decode(&path, &|_| {}).unwrap().frames.len(), 24_000);
    } else {
        let error = result.unwrap_err();
        assert!(matches!(error, EncodeError::NoMp3) && error.to_string().contains("--features mp3"));
        assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none(), "nothing is left behind");
    }
}

#[test]
fn a_file_that_cannot_be_written_leaves_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.ogg");
    std::fs::write(&path, "before").unwrap();
    // libvorbis has no mode for 384 kHz.
    let audio = Audio { sample_rate: 384_000, ..song(48_000, 0.1, 0.3, 1.0) };
    assert!(encode_as(&path, &audio, &Format::Vorbis { quality: 8.0 }, &Tags::default()).is_err());
    assert_eq!(std::fs::read(&path).unwrap(), b"before");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    encode(&folder.path().join("b.wav"), &audio, WordLength::Bits16).unwrap();
}

#[test]
fn nothing_at_all_and_no_numbers_do_no_harm() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    let mut odd = song(44_100, 0.3, 0.3, 1.0);
    for (n, x) in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, 1e-42].into_iter().enumerate() {
        odd.frames[1000 * (n + 1)] = [x, -x];
    }
    let empty = Audio { frames: Vec::new(), ..odd.clone() };
    let lossless = [Format::Wav(WordLength::Bits16), Format::Flac(24)];
    for format in codecs().iter().map(|codec| codec.format()).chain(lossless) {
        encode_as(&path, &odd, &format, &Tags::default()).unwrap_or_else(|error| panic!("{format}: {error}"));
        // Whether a file without a sample is one is for each format to say.
        let _ = encode_as(&path, &empty, &format, &Tags::default());
    }
    for codec in codecs() {
        let back = heard(&odd, codec);
        assert!(back.frames.as_flattened().iter().all(|x| x.is_finite()), "{codec}");
        let _ = round_trip(&empty, codec, &scratch());
        assert!(overs(&odd, codec, 0.0, &scratch()).is_ok());
    }
}

#[test]
fn mono_stays_mono() {
    let mut audio = song(44_100, 1.0, 0.4, 1.0);
    audio.channels = 1;
    audio.frames.iter_mut().for_each(|frame| frame[1] = frame[0]);
    for codec in codecs() {
        let back = heard(&audio, codec);
        assert!(back.channels == 1 && back.frames.iter().all(|frame| frame[0] == frame[1]), "{codec}");
    }
}

#[test]
fn the_same_master_has_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let tags = Tags { title: Some("T".into()), year: Some(2026), ..Tags::default() };
    for format in [
        Format::Wav(WordLength::Bits24),
        Format::Flac(24),
        Format::Opus { kbps: 128 },
        Format::Vorbis { quality: 4.0 },
    ] {
        let [a, b] = ["a", "b"].map(|name| folder.path().join(name));
        for path in [&a, &b] {
            encode_as(path, &song(44_100, 0.5, 0.3, 1.0), &format, &tags).unwrap();
        }
        assert!(std::fs::read(a).unwrap() == std::fs::read(b).unwrap(), "{format}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_opus_is_refused_or_decoded_and_never_panics(
        changes in prop::collection::vec((0usize..20_000, any::<u8>()), 1..10),
        cut in 0usize..40_000,
    ) {
        let mut bytes = Vec::new();
        opus::encode(&song(48_000, 0.3, 0.3, 1.0), 128, &mut bytes).unwrap();
        for (at, byte) in changes {
            let at = at % bytes.len();
            bytes[at] = byte;
        }
        bytes.truncate(cut.max(30));
        let _ = decoded(&bytes);
    }

    // Ogg's checksums keep damage from the decoder itself.
    #[test]
    fn damaged_packets_are_refused_or_decoded_and_never_panic(
        packets in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..1500), 1..8),
        changes in prop::collection::vec((any::<u16>(), any::<u8>()), 1..20),
    ) {
        let mut decoder = Decoder::new(2).unwrap();
        for packet in &packets {
            let _ = decoder.decode(packet);
        }
        let mut encoder = Encoder::new(2, 96).unwrap();
        for (at, byte) in changes {
            let audio = song(48_000, 0.02, 0.5, 1.0);
            let mut packet = encoder.encode(audio.frames.as_flattened()).unwrap().to_vec();
            let at = usize::from(at) % packet.len();
            packet[at] = byte;
            if let Ok(samples) = decoder.decode(&packet) {
                prop_assert!(samples.len() <= 2 * 5760);
            }
        }
    }
}
