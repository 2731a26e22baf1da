//! WAV files that everything plays: plain PCM and plain floating point, never WAVE_FORMAT_EXTENSIBLE.
//!
//! One and two channels of up to 24 bits need no channel mask; where there is one, players take a mono file for the left side of a
//! stereo one, and many players and recorders of DJs refuse the format altogether. Floating point has the size of its (empty) extension
//! and a `fact` chunk, as every format but PCM must (IBM and Microsoft, New Multimedia Data Types, 1994). What is longer than RIFF's sizes can say is
//! RF64, and nothing else is: many players know only RIFF.

use super::{WordLength, word};
use crate::audio::Programme;
use crate::error::Error;
use lacquer_dsp::programme::visit;
use std::io::{BufWriter, Write};
use std::path::Path;

/// Format tags.
const PCM: u16 = 1;
const IEEE_FLOAT: u16 = 3;
/// Bytes of samples from which on a file is RF64: what is left of the 4 GiB that RIFF's sizes can say is room for tags with pictures.
const MOST_RIFF_BYTES: u64 = u32::MAX as u64 - (16 << 20);
/// What stands for a size that `ds64` has, and that chunk's bytes.
const ELSEWHERE: u32 = u32::MAX;
const SIZES_BYTES: u32 = 28;

/// Writes a WAV file's header and samples: RIFF, and past its 4 GiB RF64 (EBU Tech 3306). `path` is what errors name.
///
/// # Errors
/// [`Error::Write`].
pub fn write(
    path: &Path,
    file: impl Write,
    programme: &dyn Programme,
    word_length: WordLength,
) -> Result<(), Error> {
    let bits = word_length.stored_bits();
    let shape = Shape {
        channels: programme.channels(),
        sample_rate: programme.sample_rate(),
        frames: programme.length() as u64,
    };
    let mut out = BufWriter::with_capacity(1 << 20, file);
    let mut written = || -> std::io::Result<()> {
        out.write_all(&header(shape, word_length))?;
        visit(programme, 0..programme.length(), |frames| -> std::io::Result<()> {
            for sample in frames.iter().flat_map(|frame| &frame[..shape.channels]) {
                if word_length == WordLength::Float32 {
                    out.write_all(&sample.to_le_bytes())?;
                } else {
                    let bytes = word(*sample, u32::from(bits)).to_le_bytes();
                    out.write_all(&bytes[..usize::from(bits / 8)])?;
                }
            }
            Ok(())
        })?;
        // A chunk of odd length is followed by a byte that only the file's size counts.
        out.write_all(&[0][..(shape.data_bytes(word_length) % 2) as usize])?;
        out.flush()
    };
    written().map_err(|error| Error::Write { path: path.to_owned(), reason: error.to_string() })
}

/// What a header says of the sound.
#[derive(Debug, Clone, Copy)]
struct Shape {
    channels: usize,
    sample_rate: u32,
    frames: u64,
}

impl Shape {
    fn data_bytes(self, word_length: WordLength) -> u64 {
        self.frames * self.channels as u64 * u64::from(word_length.stored_bits() / 8)
    }
}

/// Everything before the samples.
fn header(shape: Shape, word_length: WordLength) -> Vec<u8> {
    let is_float = word_length == WordLength::Float32;
    let bits = word_length.stored_bits();
    let align = shape.channels as u16 * (bits / 8);
    let data_bytes = shape.data_bytes(word_length);
    let is_long = data_bytes > MOST_RIFF_BYTES;
    let mut sound = Vec::new();
    let mut push = |bytes: &[u8]| sound.extend_from_slice(bytes);
    push(b"fmt ");
    push(&if is_float { 18u32 } else { 16 }.to_le_bytes());
    push(&if is_float { IEEE_FLOAT } else { PCM }.to_le_bytes());
    push(&(shape.channels as u16).to_le_bytes());
    push(&shape.sample_rate.to_le_bytes());
    push(&(shape.sample_rate * u32::from(align)).to_le_bytes());
    push(&align.to_le_bytes());
    push(&bits.to_le_bytes());
    if is_float {
        push(&0u16.to_le_bytes());
        push(b"fact");
        push(&4u32.to_le_bytes());
        push(&u32::try_from(shape.frames).unwrap_or(ELSEWHERE).to_le_bytes());
    }
    push(b"data");
    push(&if is_long { ELSEWHERE } else { data_bytes as u32 }.to_le_bytes());
    let sizes_bytes = if is_long { 8 + u64::from(SIZES_BYTES) } else { 0 };
    let size = 4 + sizes_bytes + sound.len() as u64 + data_bytes + data_bytes % 2;
    if !is_long {
        return [b"RIFF", &(size as u32).to_le_bytes()[..], b"WAVE", &sound].concat();
    }
    // No chunk but `data` is so long that a table of more sizes would be needed.
    let sizes = [size, data_bytes, shape.frames].map(u64::to_le_bytes).concat();
    let start =
        [b"RF64", &ELSEWHERE.to_le_bytes()[..], b"WAVE", b"ds64", &SIZES_BYTES.to_le_bytes()].concat();
    [start, sizes, 0u32.to_le_bytes().to_vec(), sound].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::Audio;

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

    #[test]
    fn what_riff_cannot_say_is_rf64_and_read_back_whole() {
        use crate::decode::{Limits, Reader};
        use crate::tags::{self, Tags};
        let folder = tempfile::tempdir().unwrap();
        for (word_length, frames) in [
            (WordLength::Bits24, 800_000_000u64),
            (WordLength::Float32, 600_000_000),
            (WordLength::Bits16, 1000),
        ] {
            let shape = Shape { channels: 2, sample_rate: 96_000, frames };
            let head = header(shape, word_length);
            let is_long = frames > 1000;
            assert_eq!(&head[..4], if is_long { b"RF64" } else { b"RIFF" });
            // A file whose samples are a hole: nothing of its 4.8 GB is on the disk.
            let path = folder.path().join(format!("{frames}.wav"));
            let mut file = std::fs::File::create(&path).unwrap();
            file.write_all(&head).unwrap();
            file.set_len(head.len() as u64 + shape.data_bytes(word_length)).unwrap();
            let reader = Reader::open(&path, &Limits::default()).unwrap();
            assert_eq!(
                (reader.promised_frames(), reader.sample_rate()),
                (Some(frames), 96_000),
                "{word_length}"
            );
            // And by others, where they are installed: 127 is what a machine that qemu plays says of a program that is not there.
            if let Ok(info) = std::process::Command::new("sndfile-info").arg(&path).output()
                && info.status.code() != Some(127)
            {
                let said = String::from_utf8_lossy(&info.stdout).replace(' ', "");
                assert!(said.contains(&format!("Frames:{frames}\n")), "{word_length}: {said}");
            }
            assert_eq!(tags::read(&path).unwrap(), Tags::default(), "{word_length}");
        }
    }
}
