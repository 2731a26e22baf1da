//! WAV files that everything plays: plain PCM and plain floating point, never WAVE_FORMAT_EXTENSIBLE.
//!
//! One and two channels of up to 24 bits need no channel mask; where there is one, players take a mono file for the left side of a
//! stereo one, and many players and recorders of DJs refuse the format altogether. Floating point has the size of its (empty) extension
//! and a `fact` chunk, as every format but PCM must (IBM and Microsoft, New Multimedia Data Types, 1994).

use super::{WordLength, word};
use crate::audio::Audio;
use crate::error::Error;
use std::io::{BufWriter, Write};
use std::path::Path;

/// Format tags.
const PCM: u16 = 1;
const IEEE_FLOAT: u16 = 3;
/// Room for everything but the samples, tags among it, in the 4 GiB that a file's size can say.
const MOST_BYTES: u64 = u32::MAX as u64 - 1024;

/// Writes a WAV file's header and samples. `path` is what errors name.
///
/// # Errors
/// [`Error::TooLong`] and [`Error::Write`].
pub fn write(path: &Path, file: impl Write, audio: &Audio, word_length: WordLength) -> Result<(), Error> {
    let bits = word_length.stored_bits();
    let data_bytes = audio.frames.len() as u64 * audio.channels as u64 * u64::from(bits / 8);
    if data_bytes > MOST_BYTES {
        return Err(Error::TooLong { path: path.to_owned() });
    }
    let mut out = BufWriter::with_capacity(1 << 20, file);
    let mut written = || -> std::io::Result<()> {
        out.write_all(&header(audio, word_length, data_bytes as u32))?;
        for frame in &audio.frames {
            for sample in &frame[..audio.channels] {
                if word_length == WordLength::Float32 {
                    out.write_all(&sample.to_le_bytes())?;
                } else {
                    let bytes = word(*sample, u32::from(bits)).to_le_bytes();
                    out.write_all(&bytes[..usize::from(bits / 8)])?;
                }
            }
        }
        // A chunk of odd length is followed by a byte that only the file's size counts.
        out.write_all(&[0][..(data_bytes % 2) as usize])?;
        out.flush()
    };
    written().map_err(|error| Error::Write { path: path.to_owned(), reason: error.to_string() })
}

/// Everything before the samples.
fn header(audio: &Audio, word_length: WordLength, data_bytes: u32) -> Vec<u8> {
    let is_float = word_length == WordLength::Float32;
    let bits = word_length.stored_bits();
    let align = audio.channels as u16 * (bits / 8);
    let mut chunks = b"WAVE".to_vec();
    let mut push = |bytes: &[u8]| chunks.extend_from_slice(bytes);
    push(b"fmt ");
    push(&if is_float { 18u32 } else { 16 }.to_le_bytes());
    push(&if is_float { IEEE_FLOAT } else { PCM }.to_le_bytes());
    push(&(audio.channels as u16).to_le_bytes());
    push(&audio.sample_rate.to_le_bytes());
    push(&(audio.sample_rate * u32::from(align)).to_le_bytes());
    push(&align.to_le_bytes());
    push(&bits.to_le_bytes());
    if is_float {
        push(&0u16.to_le_bytes());
        push(b"fact");
        push(&4u32.to_le_bytes());
        push(&(audio.frames.len() as u32).to_le_bytes());
    }
    push(b"data");
    push(&data_bytes.to_le_bytes());
    let size = chunks.len() as u32 + data_bytes + data_bytes % 2;
    [b"RIFF", &size.to_le_bytes()[..], &chunks].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_and_two_channels_are_plain_and_masked_by_nothing() {
        for (word_length, tag, fmt_bytes) in [
            (WordLength::Bits16, 1, 16),
            (WordLength::Bits20, 1, 16),
            (WordLength::Bits24, 1, 16),
            (WordLength::Float32, 3, 18),
        ] {
            for channels in [1, 2] {
                let audio = Audio { sample_rate: 48_000, channels, frames: vec![[0.5, -0.25]; 3] };
                let mut bytes = Vec::new();
                write(Path::new("a.wav"), &mut bytes, &audio, word_length).unwrap();
                assert_eq!(
                    (bytes[16], bytes[20], bytes[21]),
                    (fmt_bytes, tag, 0),
                    "{word_length}, {channels}"
                );
                let said = u32::from_le_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]);
                assert_eq!(said as usize + 8, bytes.len(), "{word_length}, {channels}");
                assert_eq!(bytes.len() % 2, 0);
            }
        }
    }
}
