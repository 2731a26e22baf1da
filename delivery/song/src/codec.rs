//! What lossy encoding does to a master: the peaks that it adds, and the trim that clears them.
//!
//! ```text
//! track, from its own first sample -> encode -> decode -> align -> true peak, samples over 0 dBFS
//!          ^                                                          |
//!          +------------------------- trim ---------------------------+
//! ```
//!
//! Every track is encoded as a file of its own: a stretch of a continuous stream gives other peaks. Opus and Vorbis are measured with the
//! encoders that services use; there is no AAC encoder here whose licence is clean, so that for AAC the figures of the others are
//! indicative.

pub mod align;
pub mod overs;
pub mod trim;

pub use overs::{CodecReport, Over, overs};

use align::Aligned;
use lacquer_files::audio::{Programme, SpilledAudio};
use lacquer_files::decode::decode_own;
use lacquer_files::encode::finite::Finite;
use lacquer_files::encode::{self, EncodeError, Format, libopus, mp3, vorbis};
use lacquer_files::resample::converted;
use lacquer_files::spill::Scratch;
use std::fmt;
use std::io::BufReader;
use std::path::Path;
use std::str::FromStr;

/// A lossy encoding.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Codec {
    /// Ogg Vorbis.
    Vorbis {
        /// Quality, -1 to 10.
        quality: f32,
    },
    /// Opus.
    Opus {
        /// Bit rate, kbit/s, 16 to 510.
        kbps: u32,
    },
    /// MP3, in builds that have its encoder.
    Mp3 {
        /// Bit rate, kbit/s.
        kbps: u32,
    },
}

/// The encodings that are tried when none is asked for: what services and downloads use.
pub const USUAL: [Codec; 5] = [
    Codec::Vorbis { quality: 4.0 },
    Codec::Vorbis { quality: 8.0 },
    Codec::Opus { kbps: 96 },
    Codec::Opus { kbps: 128 },
    Codec::Opus { kbps: 192 },
];
/// The encodings that builds with LAME try as well.
pub const USUAL_MP3: [Codec; 2] = [Codec::Mp3 { kbps: 128 }, Codec::Mp3 { kbps: 320 }];

/// The encodings that this build tries when none is asked for.
pub fn usual() -> Vec<Codec> {
    let mp3s = if mp3::IS_BUILT { &USUAL_MP3[..] } else { &[] };
    USUAL.iter().chain(mp3s).copied().collect()
}

impl Codec {
    /// The format of a file of this encoding.
    pub fn format(self) -> Format {
        match self {
            Self::Vorbis { quality } => Format::Vorbis { quality },
            Self::Opus { kbps } => Format::Opus { kbps },
            Self::Mp3 { kbps } => Format::Mp3 { kbps },
        }
    }

    /// The rate at which a decoder gives a programme of `rate_hz` back.
    fn rate_hz(self, rate_hz: u32) -> u32 {
        match self {
            Self::Vorbis { .. } => rate_hz,
            Self::Opus { .. } => libopus::RATE_HZ,
            Self::Mp3 { .. } => mp3::rate_hz(rate_hz),
        }
    }
}

impl fmt::Display for Codec {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        self.format().fmt(f)
    }
}

impl FromStr for Codec {
    type Err = EncodeError;

    /// A name as [`Format`] reads it, of a lossy format.
    fn from_str(text: &str) -> Result<Self, EncodeError> {
        let format = text.parse().map_err(|error| match error {
            EncodeError::Format { text } => EncodeError::Lossy { text },
            error => error,
        })?;
        match format {
            Format::Vorbis { quality } => Ok(Self::Vorbis { quality }),
            Format::Opus { kbps } => Ok(Self::Opus { kbps }),
            Format::Mp3 { kbps } => Ok(Self::Mp3 { kbps }),
            Format::Wav(_) | Format::Flac(_) => Err(EncodeError::Lossless { text: text.to_owned() }),
        }
    }
}

/// The programme as a listener gets it: encoded from its first sample, decoded, in time with the original to the sample and as long. It has
/// the rate that the decoder gives: 48 kHz for Opus. What is worked on lies in `scratch`.
///
/// # Errors
/// [`EncodeError`], for instance [`EncodeError::NoMp3`].
pub fn round_trip(
    programme: &dyn Programme,
    codec: Codec,
    scratch: &Scratch,
) -> Result<Aligned, EncodeError> {
    codec.format().check()?;
    // What goes into the encoder: the measure of what is late in what comes out.
    let rate_hz = codec.rate_hz(programme.sample_rate());
    let mut original = SpilledAudio::new(rate_hz, programme.channels(), scratch);
    converted(&Finite(programme), rate_hz, |frames| Ok::<_, EncodeError>(original.frames.push(frames)?))?;
    let mut file = scratch.file()?;
    encode::write(Path::new("a file on trial"), &mut file, &original, &codec.format())?;
    let file = file.rewound()?;
    let decoded = match codec {
        Codec::Vorbis { .. } => vorbis::decode(BufReader::new(file), scratch)?,
        Codec::Opus { .. } => decode_own("Opus", file, scratch)?,
        Codec::Mp3 { .. } => decode_own("MP3", file, scratch)?,
    };
    Ok(align::aligned(&original, decoded)?)
}
