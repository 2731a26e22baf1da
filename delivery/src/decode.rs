//! Files to [`Audio`].
//!
//! Symphonia reads WAV, AIFF, FLAC, Ogg Vorbis and MP3; RF64 and BW64, which it does not know, are read by bwavfile, and Opus by
//! libopus.

use crate::audio::Audio;
use crate::encode::opus;
use crate::error::{Error, SAMPLE_RATES};
use bwavfile::{CommonFormat, WaveReader};
use lacquer_dsp::detect::StoredWords;
use std::fs::File;
use std::io::{BufReader, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use symphonia::core::audio::{Audio as _, GenericAudioBufferRef};
use symphonia::core::codecs::audio::well_known::{
    CODEC_ID_MP1, CODEC_ID_MP2, CODEC_ID_MP3, CODEC_ID_PCM_ALAW, CODEC_ID_PCM_MULAW, CODEC_ID_VORBIS,
};
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoderOptions};
use symphonia::core::errors::Error as DecodeError;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, TrackType};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;

/// A file's audio and how the file stores it.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoded {
    /// The programme.
    pub audio: Audio,
    /// The words that its samples are stored in.
    pub words: StoredWords,
    /// Bits that words of more than 24 truly need, which [`Audio`]'s samples cannot tell; none for shorter words.
    pub long_bits: Option<u32>,
    /// The file's format as people call it, for instance "WAV".
    pub format: &'static str,
}

/// Reads a whole file. Reports how much of it is read, 0 to 1, where its length is known.
pub fn decode(path: &Path, progress: &dyn Fn(f64)) -> Result<Audio, Error> {
    decode_with_words(path, progress).map(|decoded| decoded.audio)
}

/// As [`decode`], with what the file says of its words.
pub fn decode_with_words(path: &Path, progress: &dyn Fn(f64)) -> Result<Decoded, Error> {
    let unreadable = |source| Error::Read { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(unreadable)?;
    let about = file.metadata().map_err(unreadable)?;
    if about.is_dir() {
        return Err(unreadable(std::io::Error::other("it is a folder")));
    }
    if about.len() == 0 {
        return Err(Error::Empty { path: path.to_owned() });
    }
    let mut head = [0; HEAD_BYTES];
    let known = file.read(&mut head).map_err(unreadable)?;
    drop(file);
    // Decoders are others' code on anybody's bytes. Symphonia 0.6.1 overflows on a WAV header with 39 938 channels, for one.
    let decoded = catch_unwind(AssertUnwindSafe(|| decode_known(path, &head[..known], progress)))
        .unwrap_or_else(|_| {
            let reason = "its decoder gives up on damaged data".to_owned();
            Err(Error::NotAudio { path: path.to_owned(), reason })
        })?;
    if decoded.audio.frames.is_empty() {
        return Err(Error::NoSamples { path: path.to_owned() });
    }
    Ok(decoded)
}

/// Bytes by which formats are told apart: an Ogg page's header and the name of what is in it.
const HEAD_BYTES: usize = 36;

/// Reads a file that begins with `head`.
fn decode_known(path: &Path, head: &[u8], progress: &dyn Fn(f64)) -> Result<Decoded, Error> {
    match head.get(..4).unwrap_or(head) {
        b"RF64" | b"BW64" => decode_rf64(path),
        b"OggS" if head.ends_with(b"OpusHead") => decode_opus(path),
        head => {
            let (audio, words, long_bits) = decode_any(path, progress)?;
            let format = match (head, words) {
                (b"RIFF", _) => "WAV",
                (b"FORM", _) => "AIFF",
                (b"fLaC", _) => "FLAC",
                (b"OggS", StoredWords::Lossy) => "Ogg Vorbis",
                (b"OggS", _) => "Ogg FLAC",
                (_, StoredWords::Lossy) => "MP3",
                _ => "PCM",
            };
            Ok(Decoded { audio, words, long_bits, format })
        }
    }
}

fn decode_opus(path: &Path) -> Result<Decoded, Error> {
    let file = File::open(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    let audio = opus::decode(BufReader::new(file))
        .map_err(|error| Error::NotAudio { path: path.to_owned(), reason: error.to_string() })?;
    Ok(Decoded { audio, words: StoredWords::Lossy, long_bits: None, format: "Opus" })
}

/// Bits of the longest word that a sample of [`Audio`] holds exactly.
const EXACT_BITS: u32 = 24;

/// What a decoder's buffer and parameters say of the words in the file.
fn words_of(parameters: &AudioCodecParameters, buffer: &GenericAudioBufferRef) -> StoredWords {
    let is_lossy =
        [CODEC_ID_VORBIS, CODEC_ID_MP1, CODEC_ID_MP2, CODEC_ID_MP3, CODEC_ID_PCM_ALAW, CODEC_ID_PCM_MULAW]
            .contains(&parameters.codec);
    if is_lossy {
        return StoredWords::Lossy;
    }
    let decoded_bits = match buffer {
        GenericAudioBufferRef::F32(_) => return StoredWords::Float(32),
        GenericAudioBufferRef::F64(_) => return StoredWords::Float(64),
        GenericAudioBufferRef::U8(_) | GenericAudioBufferRef::S8(_) => 8,
        GenericAudioBufferRef::U16(_) | GenericAudioBufferRef::S16(_) => 16,
        GenericAudioBufferRef::U24(_) | GenericAudioBufferRef::S24(_) => 24,
        GenericAudioBufferRef::U32(_) | GenericAudioBufferRef::S32(_) => 32,
    };
    let stored_bits = parameters.bits_per_coded_sample.or(parameters.bits_per_sample);
    StoredWords::Integer(stored_bits.filter(|bits| (1..=32).contains(bits)).unwrap_or(decoded_bits))
}

/// Adds a buffer's words to the OR of all before it, where they are integers longer than [`EXACT_BITS`].
fn gather_words(buffer: &GenericAudioBufferRef, words: StoredWords, gathered: &mut u32) {
    if let (GenericAudioBufferRef::S32(buffer), StoredWords::Integer(bits)) = (buffer, words)
        && bits > EXACT_BITS
    {
        *gathered = buffer.iter_planes().flatten().fold(*gathered, |bits, word| bits | *word as u32);
    }
}

/// Bits that words need whose OR, in words of 32 bits, is this; none where nothing was gathered.
fn bits_of(gathered: u32) -> Option<u32> {
    (gathered != 0).then(|| u32::BITS - gathered.trailing_zeros())
}

/// A file's samples as they come, with the checks that hold for every format.
struct Collector<'a> {
    path: &'a Path,
    audio: Audio,
}

impl<'a> Collector<'a> {
    fn new(path: &'a Path, sample_rate: u32, channels: usize) -> Result<Self, Error> {
        if !(1..=2).contains(&channels) {
            return Err(Error::Channels { path: path.to_owned(), channels });
        }
        if !SAMPLE_RATES.contains(&sample_rate) {
            return Err(Error::SampleRate { path: path.to_owned(), sample_rate });
        }
        Ok(Self { path, audio: Audio { sample_rate, channels, frames: Vec::new() } })
    }

    /// Takes interleaved samples.
    fn push(&mut self, samples: &[f32]) {
        if self.audio.channels == 1 {
            self.audio.frames.extend(samples.iter().map(|x| [*x; 2]));
        } else {
            self.audio.frames.extend(samples.as_chunks::<2>().0);
        }
    }

    fn truncated(&self, reason: impl Into<String>) -> Error {
        Error::Truncated {
            path: self.path.to_owned(),
            found_s: self.audio.duration_s(),
            reason: reason.into(),
        }
    }

    /// The audio, if it is as long as the file says.
    fn finish(self, promised: Option<u64>) -> Result<Audio, Error> {
        let found = self.audio.frames.len() as u64;
        match promised {
            Some(promised) if found < promised => {
                Err(self.truncated(format!("its header promises {promised} frames, {found} are there")))
            }
            _ => Ok(self.audio),
        }
    }
}

fn decode_any(path: &Path, progress: &dyn Fn(f64)) -> Result<(Audio, StoredWords, Option<u32>), Error> {
    let not_audio = |error: DecodeError| Error::NotAudio { path: path.to_owned(), reason: error.to_string() };
    let unknown = |reason: &str| Error::NotAudio { path: path.to_owned(), reason: reason.into() };
    let file = File::open(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    let stream = MediaSourceStream::new(Box::new(file), Default::default());
    let mut hint = Hint::new();
    if let Some(extension) = path.extension().and_then(|extension| extension.to_str()) {
        hint.with_extension(extension);
    }
    let mut format = symphonia::default::get_probe()
        .probe(&hint, stream, FormatOptions::default(), MetadataOptions::default())
        .map_err(not_audio)?;
    let track = format.default_track(TrackType::Audio).ok_or_else(|| unknown("it has no audio track"))?;
    let (id, promised) = (track.id, track.num_frames);
    let parameters = track
        .codec_params
        .as_ref()
        .and_then(|parameters| parameters.audio())
        .ok_or_else(|| unknown("its codec is not known"))?;
    let lossless_length = promised.filter(|_| parameters.bits_per_sample.is_some());
    let mut decoder = symphonia::default::get_codecs()
        .make_audio_decoder(parameters, &AudioDecoderOptions::default())
        .map_err(not_audio)?;
    let parameters = parameters.clone();
    let mut collector: Option<Collector> = None;
    let (mut words, mut gathered) = (StoredWords::Lossy, 0);
    let mut samples: Vec<f32> = Vec::new();
    loop {
        let packet = match format.next_packet() {
            Ok(Some(packet)) => packet,
            Ok(None) => break,
            Err(DecodeError::IoError(error)) if error.kind() == std::io::ErrorKind::UnexpectedEof => break,
            Err(error) => match &collector {
                Some(collector) => return Err(collector.truncated(error.to_string())),
                None => return Err(not_audio(error)),
            },
        };
        if packet.track_id != id {
            continue;
        }
        let buffer = match decoder.decode(&packet) {
            Ok(buffer) => buffer,
            Err(error) => match &collector {
                Some(collector) => return Err(collector.truncated(error.to_string())),
                None => return Err(not_audio(error)),
            },
        };
        let (rate, channels) = (buffer.spec().rate(), buffer.spec().channels().count());
        let into = match &mut collector {
            Some(collector) => collector,
            None => {
                words = words_of(&parameters, &buffer);
                collector.insert(Collector::new(path, rate, channels)?)
            }
        };
        if (into.audio.sample_rate, into.audio.channels) != (rate, channels) {
            return Err(into.truncated("its format changes in the middle"));
        }
        gather_words(&buffer, words, &mut gathered);
        buffer.copy_to_vec_interleaved(&mut samples);
        into.push(&samples);
        if let Some(promised) = promised.filter(|promised| *promised > 0) {
            progress(into.audio.frames.len() as f64 / promised as f64);
        }
    }
    let collector = collector.ok_or_else(|| Error::NoSamples { path: path.to_owned() })?;
    Ok((collector.finish(lossless_length)?, words, bits_of(gathered)))
}

/// Frames that are read from an RF64 file at a time.
const RF64_FRAMES: usize = 65_536;

fn decode_rf64(path: &Path) -> Result<Decoded, Error> {
    let not_audio = |reason: &dyn std::fmt::Debug| Error::NotAudio {
        path: path.to_owned(),
        reason: format!("{reason:?}"),
    };
    let mut reader = WaveReader::open(path).map_err(|error| not_audio(&error))?;
    let format = reader.format().map_err(|error| not_audio(&error))?;
    let promised = reader.frame_length().map_err(|error| not_audio(&error))?;
    let channels = usize::from(format.channel_count);
    let mut collector = Collector::new(path, format.sample_rate, channels)?;
    let is_read = matches!(
        (format.common_format(), format.bits_per_sample),
        (CommonFormat::IntegerPCM, 8 | 16 | 24 | 32) | (CommonFormat::IeeeFloatPCM, 32)
    );
    if !is_read || usize::from(format.block_alignment) != channels * usize::from(format.bits_per_sample) / 8 {
        return Err(Error::NotAudio {
            path: path.to_owned(),
            reason: format!("{} bits of {:?} in RF64", format.bits_per_sample, format.common_format()),
        });
    }
    let mut frames = reader.audio_frame_reader().map_err(|error| not_audio(&error))?;
    let mut samples = vec![0f32; RF64_FRAMES * channels];
    loop {
        match frames.read_frames(&mut samples) {
            Ok(0) => break,
            Ok(read) => collector.push(&samples[..read as usize * channels]),
            Err(error) => return Err(collector.truncated(format!("{error:?}"))),
        }
    }
    let bits = u32::from(format.bits_per_sample);
    let words = match format.common_format() {
        CommonFormat::IntegerPCM => StoredWords::Integer(bits),
        _ => StoredWords::Float(bits),
    };
    Ok(Decoded { audio: collector.finish(Some(promised))?, words, long_bits: None, format: "RF64" })
}
