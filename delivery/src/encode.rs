//! [`Audio`] to files: written beside the final name, then renamed, so that no half file ever stands under it.
//!
//! ```text
//! Audio -> wave | flac | vorbis | rate -> opus | rate -> mp3 -> tags -> rename
//! ```

pub mod error;
pub mod flac;
pub mod format;
pub mod libopus;
pub mod mp3;
pub mod opus;
pub mod sane;
pub mod vorbis;

pub use error::EncodeError;
pub use format::Format;

use crate::atomic_file::{Part, folder_of};
use crate::audio::Audio;
use crate::error::Error;
use crate::tags::{self, Tags};
use hound::{SampleFormat, WavSpec, WavWriter};
use lacquer_dsp::chain::dither::WordLength as DitherLength;
use std::fs::File;
use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::path::Path;
use std::str::FromStr;

/// Word length of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordLength {
    /// 16 bits.
    Bits16,
    /// 20 bits, in words of 24 whose last four are 0.
    Bits20,
    /// 24 bits.
    Bits24,
    /// 32 bits of floating point, without dither.
    Float32,
}

impl FromStr for WordLength {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "16" => Ok(Self::Bits16),
            "20" => Ok(Self::Bits20),
            "24" => Ok(Self::Bits24),
            "32f" | "32" => Ok(Self::Float32),
            _ => Err("give 16, 20, 24 or 32f".into()),
        }
    }
}

impl WordLength {
    /// What the chain's dither is to be set to; none for floating point.
    pub fn dither(self) -> Option<DitherLength> {
        match self {
            Self::Bits16 => Some(DitherLength::Bits16),
            Self::Bits20 => Some(DitherLength::Bits20),
            Self::Bits24 => Some(DitherLength::Bits24),
            Self::Float32 => None,
        }
    }

    /// Bits of a sample in the file.
    fn stored_bits(self) -> u16 {
        match self {
            Self::Bits16 => 16,
            Self::Bits20 | Self::Bits24 => 24,
            Self::Float32 => 32,
        }
    }
}

impl std::fmt::Display for WordLength {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(match self {
            Self::Bits16 => "16 bit",
            Self::Bits20 => "20 bit",
            Self::Bits24 => "24 bit",
            Self::Float32 => "32 bit float",
        })
    }
}

/// Refuses names that could not be written, before any work is done.
pub fn check_output(input: &Path, output: &Path) -> Result<(), Error> {
    if !output.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("wav")) {
        return Err(Error::OutputKind { path: output.to_owned() });
    }
    let same = match (input.canonicalize(), output.canonicalize()) {
        (Ok(input), Ok(output)) => input == output,
        _ => false,
    };
    if same {
        return Err(Error::OutputIsInput { path: output.to_owned() });
    }
    let folder = folder_of(output);
    if !folder.is_dir() {
        let reason = format!("the folder {} does not exist; make it first", folder.display());
        return Err(Error::Write { path: output.to_owned(), reason });
    }
    Ok(())
}

/// Writes a WAV file. Samples are multiples of the word's last bit already (the dither's work) and are only stored.
pub fn encode(path: &Path, audio: &Audio, word_length: WordLength) -> Result<(), Error> {
    let failed = |error: std::io::Error| Error::Write { path: path.to_owned(), reason: error.to_string() };
    let mut part = Part::beside(path).map_err(failed)?;
    wave(path, part.file(), audio, word_length)?;
    part.finish().map_err(failed)
}

/// Writes a file of any format with tags. Nothing stands under `path` but the whole file.
///
/// # Errors
/// [`EncodeError`]; whatever had the name before is still there.
pub fn encode_as(path: &Path, audio: &Audio, format: &Format, tags: &Tags) -> Result<(), EncodeError> {
    format.check()?;
    let writing = EncodeError::writing(path);
    let mut part = Part::beside(path).map_err(&writing)?;
    {
        let file = part.file();
        let buffered = |file| BufWriter::with_capacity(1 << 20, file);
        match format {
            Format::Wav(word_length) => wave(path, file, audio, *word_length)?,
            Format::Flac(bits) => file.write_all(&flac::encode(audio, *bits)?).map_err(&writing)?,
            Format::Vorbis { quality } => vorbis::encode(audio, *quality, buffered(file))?,
            Format::Opus { kbps } => opus::encode(audio, *kbps, buffered(file))?,
            Format::Mp3 { kbps } => file.write_all(&mp3::encode(audio, *kbps)?).map_err(&writing)?,
        }
    }
    if tags.is_empty() {
        return part.finish().map_err(writing);
    }
    let mut tagged = Part::beside(path).map_err(&writing)?;
    tags::copy_with(path, part.file(), tagged.file(), tags)?;
    tagged.finish().map_err(writing)
}

/// Writes a WAV file's header and samples.
fn wave(path: &Path, file: &mut File, audio: &Audio, word_length: WordLength) -> Result<(), Error> {
    let failed = |error: hound::Error| Error::Write { path: path.to_owned(), reason: error.to_string() };
    let bits = word_length.stored_bits();
    let bytes = audio.frames.len() as u64 * audio.channels as u64 * u64::from(bits / 8);
    if bytes > u64::from(u32::MAX) - 1024 {
        return Err(Error::TooLong { path: path.to_owned() });
    }
    let spec = WavSpec {
        channels: audio.channels as u16,
        sample_rate: audio.sample_rate,
        bits_per_sample: bits,
        sample_format: if word_length == WordLength::Float32 {
            SampleFormat::Float
        } else {
            SampleFormat::Int
        },
    };
    let mut writer = WavWriter::new(BufWriter::with_capacity(1 << 20, &mut *file), spec).map_err(failed)?;
    for frame in &audio.frames {
        for sample in &frame[..audio.channels] {
            if word_length == WordLength::Float32 {
                writer.write_sample(*sample).map_err(failed)?;
            } else {
                writer.write_sample(word(*sample, u32::from(bits))).map_err(failed)?;
            }
        }
    }
    writer.finalize().map_err(failed)?;
    if bytes % 2 == 1 {
        pad(file).map_err(hound::Error::IoError).map_err(failed)?;
    }
    Ok(())
}

/// A chunk of odd length is followed by a byte that only the file's size counts; hound leaves it out.
fn pad(file: &mut File) -> std::io::Result<()> {
    let end = file.seek(SeekFrom::End(0))?;
    file.write_all(&[0])?;
    file.seek(SeekFrom::Start(4))?;
    file.write_all(&((end + 1 - 8) as u32).to_le_bytes())
}

/// A sample as an integer of so many bits, rounded and held within the range.
fn word(sample: f32, bits: u32) -> i32 {
    let full_scale = f64::from(1u32 << (bits - 1).min(31));
    (f64::from(sample) * full_scale).round().clamp(-full_scale, full_scale - 1.0) as i32
}
