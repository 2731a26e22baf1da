//! The formats that are written, by name.

use super::{EncodeError, WordLength};
use std::fmt;
use std::str::FromStr;

/// A format with all that has to be decided about it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Format {
    /// WAV, at a word length.
    Wav(WordLength),
    /// FLAC, at 16 or 24 bits.
    Flac(u32),
    /// MP3 at a constant bit rate in kbit/s: one of [`MP3_KBPS`].
    Mp3 {
        /// Bit rate, kbit/s.
        kbps: u32,
    },
    /// Opus in Ogg, at a variable bit rate that is so much on average.
    Opus {
        /// Bit rate, kbit/s, 16 to 510.
        kbps: u32,
    },
    /// Ogg Vorbis.
    Vorbis {
        /// Quality, -1 to 10; 4 is about 128 kbit/s, 8 about 256.
        quality: f32,
    },
}

/// Bit rates of MPEG-1 layer III in kbit/s (ISO/IEC 11172-3, 2.4.2.3) that LAME takes by name.
pub const MP3_KBPS: [u32; 13] = [32, 40, 48, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];

impl Format {
    /// What file names of this format end in.
    pub fn extension(&self) -> &'static str {
        match self {
            Self::Wav(_) => "wav",
            Self::Flac(_) => "flac",
            Self::Mp3 { .. } => "mp3",
            Self::Opus { .. } => "opus",
            Self::Vorbis { .. } => "ogg",
        }
    }

    /// Refuses what no encoder takes, before any work is done.
    ///
    /// # Errors
    /// [`EncodeError::Range`] and [`EncodeError::NoMp3`].
    pub fn check(&self) -> Result<(), EncodeError> {
        let out = |format, what, value, range| Err(EncodeError::Range { format, what, value, range });
        match *self {
            Self::Flac(bits) if bits != 16 && bits != 24 => {
                out("FLAC", "word length", f64::from(bits), "16 or 24 bits")
            }
            Self::Opus { kbps } if !(16..=510).contains(&kbps) => {
                out("Opus", "bit rate", f64::from(kbps), "16 to 510 kbit/s")
            }
            Self::Vorbis { quality } if !(-1.0..=10.0).contains(&quality) => {
                out("Vorbis", "quality", f64::from(quality), "-1 to 10")
            }
            Self::Mp3 { kbps } if !MP3_KBPS.contains(&kbps) => {
                out("MP3", "bit rate", f64::from(kbps), "one of 32 to 320 kbit/s, for instance 320")
            }
            Self::Mp3 { .. } if !super::mp3::IS_BUILT => Err(EncodeError::NoMp3),
            _ => Ok(()),
        }
    }

    /// Its name, as it is read: `wav24`, `flac16`, `opus128`, `vorbis8`, `mp3-320`.
    pub fn id(&self) -> String {
        match self {
            Self::Wav(WordLength::Bits16) => "wav16".into(),
            Self::Wav(WordLength::Bits20) => "wav20".into(),
            Self::Wav(WordLength::Bits24) => "wav24".into(),
            Self::Wav(WordLength::Float32) => "wav32f".into(),
            Self::Flac(bits) => format!("flac{bits}"),
            Self::Mp3 { kbps } => format!("mp3-{kbps}"),
            Self::Opus { kbps } => format!("opus{kbps}"),
            Self::Vorbis { quality } => format!("vorbis{quality}"),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Wav(word_length) => write!(f, "WAV, {word_length}"),
            Self::Flac(bits) => write!(f, "FLAC, {bits} bit"),
            Self::Mp3 { kbps } => write!(f, "MP3, {kbps} kbit/s"),
            Self::Opus { kbps } => write!(f, "Opus, {kbps} kbit/s"),
            Self::Vorbis { quality } => write!(f, "Vorbis, quality {quality}"),
        }
    }
}

impl FromStr for Format {
    type Err = EncodeError;

    /// A name, with or without a hyphen before its figure, in either case. Without a figure: 24 bits, 128 kbit/s for Opus, quality 8
    /// for Vorbis, 320 kbit/s for MP3.
    fn from_str(text: &str) -> Result<Self, EncodeError> {
        let unknown = || EncodeError::Format { text: text.chars().take(40).collect() };
        let lower = text.trim().to_ascii_lowercase();
        let (name, figure) = ["wav", "flac", "mp3", "opus", "vorbis"]
            .iter()
            .find_map(|name| Some((*name, lower.strip_prefix(name)?)))
            .ok_or_else(unknown)?;
        let figure = match figure.strip_prefix('-') {
            // Vorbis has a quality of -1.
            Some(_) if name == "vorbis" && figure == "-1" => figure,
            Some(bare) => bare,
            None => figure,
        };
        let whole = |default: u32| {
            if figure.is_empty() { Ok(default) } else { figure.parse().map_err(|_| unknown()) }
        };
        let format = match name {
            "wav" if figure.is_empty() => Self::Wav(WordLength::Bits24),
            "wav" => Self::Wav(figure.parse().map_err(|_| unknown())?),
            "flac" => Self::Flac(whole(24)?),
            "mp3" => Self::Mp3 { kbps: whole(320)? },
            "opus" => Self::Opus { kbps: whole(128)? },
            _ => {
                let bare = figure.strip_prefix('q').unwrap_or(figure);
                Self::Vorbis {
                    quality: if bare.is_empty() { 8.0 } else { bare.parse().map_err(|_| unknown())? },
                }
            }
        };
        match format.check() {
            Err(error @ EncodeError::Range { .. }) => Err(error),
            _ => Ok(format),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_back_and_nonsense_is_refused() {
        for id in [
            "wav16", "wav20", "wav24", "wav32f", "flac16", "flac24", "mp3-320", "opus96", "vorbis-1",
            "vorbis8",
        ] {
            assert_eq!(id.parse::<Format>().unwrap().id(), id);
        }
        assert_eq!("Opus-128".parse::<Format>().unwrap(), Format::Opus { kbps: 128 });
        assert_eq!("vorbis-q4".parse::<Format>().unwrap(), Format::Vorbis { quality: 4.0 });
        for text in
            ["", "aac", "opus", "opus9", "vorbis11", "vorbisNaN", "flac20", "mp3-100", "wav12", "opus128k"]
        {
            assert_eq!(text.parse::<Format>().is_ok(), text == "opus", "{text}");
        }
    }
}
