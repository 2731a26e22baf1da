//! What kind of file it is, by its first bytes: names lie.

use crate::decode::id3_bytes;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

/// Kinds of files by the way they carry tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// RIFF, RF64 or BW64 with WAVE in it.
    Wave,
    /// FLAC.
    Flac,
    /// Ogg with Vorbis.
    Vorbis,
    /// Ogg with Opus.
    Opus,
    /// MPEG audio, with or without an ID3v2 tag before it.
    Mp3,
    /// Something else.
    Other,
}

/// Where a file begins behind its ID3v2 tags. The file is anywhere afterwards.
pub(super) fn start(file: &mut File) -> io::Result<u64> {
    let mut offset = 0;
    loop {
        match id3_bytes(&head_at(file, offset)?) {
            Some(bytes) => offset += bytes,
            None => return Ok(offset),
        }
    }
}

/// The 64 bytes at a place, or what there is of them.
fn head_at(file: &mut File, offset: u64) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(64);
    file.seek(SeekFrom::Start(offset))?;
    file.by_ref().take(64).read_to_end(&mut head)?;
    Ok(head)
}

impl Container {
    /// The kind of an open file, which is at its start afterwards.
    pub fn of(file: &mut File) -> io::Result<Self> {
        let mut head = head_at(file, 0)?;
        // ID3v2 may stand before anything; before FLAC it often does.
        if head.starts_with(b"ID3") {
            let behind = start(file)?;
            let next = head_at(file, behind)?;
            if next.starts_with(b"fLaC") {
                head = next;
            }
        }
        file.rewind()?;
        Ok(Self::of_head(&head))
    }

    /// The kind by the first 64 bytes.
    fn of_head(head: &[u8]) -> Self {
        match head {
            [b'R', b'I' | b'F', b'F' | b'6', b'F' | b'4', _, _, _, _, b'W', b'A', b'V', b'E', ..]
            | [b'B', b'W', b'6', b'4', _, _, _, _, b'W', b'A', b'V', b'E', ..] => Self::Wave,
            [b'f', b'L', b'a', b'C', ..] => Self::Flac,
            [b'O', b'g', b'g', b'S', ..] => {
                // The first packet of a first page begins after a header of 28 bytes.
                match head.get(28..) {
                    Some(packet) if packet.starts_with(b"OpusHead") => Self::Opus,
                    Some(packet) if packet.starts_with(b"\x01vorbis") => Self::Vorbis,
                    _ => Self::Other,
                }
            }
            [b'I', b'D', b'3', ..] => Self::Mp3,
            // A frame's sync word of eleven bits, layer III.
            [0xff, second, ..] if second & 0xe6 == 0xe2 => Self::Mp3,
            _ => Self::Other,
        }
    }
}
