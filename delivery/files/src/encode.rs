//! Programmes to files: written beside the final name, then renamed, so that no half file ever stands under it.
//!
//! ```text
//! Programme -> wave | flac | vorbis | rate -> opus | rate -> mp3 -> tags -> rename
//! ```

pub mod error;
pub mod finite;
pub mod flac;
pub mod format;
pub mod libopus;
pub mod mp3;
pub mod opus;
pub mod vorbis;
pub mod wave;

pub use error::EncodeError;
pub use format::Format;

use crate::audio::Programme;
use crate::error::Error;
use crate::tags::{self, Tags};
use lacquer_dsp::chain::dither::WordLength as DitherLength;
use lacquer_storage::atomic_file::{Part, folder_of};
use std::io::{BufWriter, Seek, Write};
use std::path::Path;
use std::str::FromStr;

/// Bytes that are gathered before they are written.
const BUFFER_BYTES: usize = 1 << 20;

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

/// Refuses names of WAV files that could not be written, before any work is done; what is there is replaced where that is forced.
pub fn check_output(input: &Path, output: &Path, is_forced: bool) -> Result<(), Error> {
    if !output.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("wav")) {
        return Err(Error::OutputKind { path: output.to_owned() });
    }
    if output.is_file() && !is_forced && input.canonicalize().ok() != output.canonicalize().ok() {
        return Err(Error::Exists { path: output.to_owned() });
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
pub fn encode(path: &Path, programme: &dyn Programme, word_length: WordLength) -> Result<(), Error> {
    let failed = |error: std::io::Error| Error::Write { path: path.to_owned(), reason: error.to_string() };
    let mut part = Part::beside(path).map_err(failed)?;
    wave::write(path, part.file(), programme, word_length)?;
    part.finish().map_err(failed)
}

/// Writes a file of any format with tags. Nothing stands under `path` but the whole file.
///
/// # Errors
/// [`EncodeError`]; whatever had the name before is still there.
pub fn encode_as(
    path: &Path,
    programme: &dyn Programme,
    format: &Format,
    tags: &Tags,
) -> Result<(), EncodeError> {
    encode_into(Part::beside, path, programme, format, tags)
}

/// Writes a file of any format with tags to standard output, once it is whole.
///
/// # Errors
/// [`EncodeError`].
pub fn encode_out(programme: &dyn Programme, format: &Format, tags: &Tags) -> Result<(), EncodeError> {
    encode_into(|_| Part::standard_output(), Path::new("standard output"), programme, format, tags)
}

/// [`encode_as`], in a folder which is Lacquer's own ([`Part::owned`]).
///
/// # Errors
/// As [`encode_as`].
pub fn encode_owned(
    path: &Path,
    programme: &dyn Programme,
    format: &Format,
    tags: &Tags,
) -> Result<(), EncodeError> {
    encode_into(Part::owned, path, programme, format, tags)
}

fn encode_into(
    begin: fn(&Path) -> std::io::Result<Part>,
    path: &Path,
    programme: &dyn Programme,
    format: &Format,
    tags: &Tags,
) -> Result<(), EncodeError> {
    format.check()?;
    let writing = EncodeError::writing(path);
    let mut part = begin(path).map_err(&writing)?;
    write(path, part.file(), programme, format)?;
    if tags.is_empty() {
        return part.finish().map_err(writing);
    }
    let mut tagged = begin(path).map_err(&writing)?;
    tags::copy_with(path, part.file(), tagged.file(), tags)?;
    tagged.finish().map_err(writing)
}

/// Writes a file of any format, without tags, to the start of `file`. `path` is what errors name.
///
/// # Errors
/// [`EncodeError`].
pub fn write(
    path: &Path,
    file: &mut (impl Write + Seek),
    programme: &dyn Programme,
    format: &Format,
) -> Result<(), EncodeError> {
    match format {
        Format::Wav(word_length) => wave::write(path, file, programme, *word_length)?,
        Format::Flac(bits) => flac::write(path, file, programme, *bits)?,
        Format::Vorbis { quality } => {
            vorbis::encode(programme, *quality, BufWriter::with_capacity(BUFFER_BYTES, file))?;
        }
        Format::Opus { kbps } => {
            opus::encode(programme, *kbps, BufWriter::with_capacity(BUFFER_BYTES, file))?
        }
        Format::Mp3 { kbps } => mp3::write(path, file, programme, *kbps)?,
    }
    Ok(())
}

/// A sample as an integer of so many bits, rounded and held within the range.
fn word(sample: f32, bits: u32) -> i32 {
    let full_scale = f64::from(1u32 << (bits - 1).min(31));
    (f64::from(sample) * full_scale).round().clamp(-full_scale, full_scale - 1.0) as i32
}
