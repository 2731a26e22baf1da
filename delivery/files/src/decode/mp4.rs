//! M4A: the first track of sound of an ISO base media file (ISO/IEC 14496-12, 14496-14; Apple, QuickTime File Format).
//!
//! ```text
//! moov -> trak -> mdia (mdhd, minf -> stbl: stsd, stts, stsz, stsc, stco | co64)
//!             +-> edts -> elst;  udta -> meta -> ilst: iTunSMPB
//! ```
//!
//! What an encoder put before the sound and behind it is left out as the edit list declares, or, where there is none, iTunes' own tag.

mod table;

pub(super) use table::specific;

use super::packets::{Packets, Table};
use super::stream::{Refusal, Source};
use std::io::{self, BufReader, Read, Seek, SeekFrom};

/// Boxes beside each other; a good file has ten.
const MOST_BOXES: usize = 4096;
/// Longest `moov` that is read, bytes: a table of six hours of AAC has four million.
const MOST_MOOV_BYTES: u64 = 256 << 20;

/// A box's name and contents.
#[derive(Debug, Clone, Copy)]
struct Boxed<'a> {
    name: [u8; 4],
    bytes: &'a [u8],
}

/// The boxes that stand beside each other in `bytes`.
fn boxes(bytes: &[u8]) -> impl Iterator<Item = Boxed<'_>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (head, length) = head(rest)?;
        let whole = usize::try_from(length).unwrap_or(usize::MAX).min(rest.len());
        let found = Boxed { name: [rest[4], rest[5], rest[6], rest[7]], bytes: rest.get(head..whole)? };
        rest = &rest[whole..];
        Some(found)
    })
    .take(MOST_BOXES)
}

/// Bytes of a box's head and of all of it; a size of 0 goes on to the end.
fn head(bytes: &[u8]) -> Option<(usize, u64)> {
    let &[a, b, c, d, _, _, _, _, ref rest @ ..] = bytes else { return None };
    match (u32::from_be_bytes([a, b, c, d]), rest.first_chunk::<8>()) {
        (0, _) => Some((8, u64::MAX)),
        (1, Some(size)) => Some((16, u64::from_be_bytes(*size))).filter(|(_, size)| *size >= 16),
        (size, _) => Some((8, u64::from(size))).filter(|(_, size)| *size >= 8),
    }
}

/// The contents of the first box that a path of names leads to.
fn find<'a>(bytes: &'a [u8], path: &[&[u8; 4]]) -> Option<&'a [u8]> {
    path.iter().try_fold(bytes, |bytes, name| {
        boxes(bytes).find(|found| found.name == **name).map(|found| found.bytes)
    })
}

/// Whether a file begins as one of this kind.
pub(super) fn is_mp4(head: &[u8]) -> bool {
    matches!(head.get(4..8), Some(b"ftyp" | b"moov" | b"mdat" | b"wide"))
}

/// Opens a file that begins at `offset`.
pub(super) fn open<R: Source>(source: R, offset: u64) -> Result<Packets<R>, Refusal> {
    let mut source = BufReader::with_capacity(1 << 16, source);
    let (moov, has_more) = moov(&mut source, offset)?;
    if find(&moov, &[b"mvex"]).is_some() {
        return Err("its sound is in fragments, as for streaming; convert it to one whole file first".into());
    }
    let tracks = boxes(&moov).filter(|found| found.name == *b"trak");
    let mut sound = tracks.filter(|track| {
        find(track.bytes, &[b"mdia", b"hdlr"]).and_then(|hdlr| hdlr.get(8..12)) == Some(b"soun")
    });
    let track = sound.next().ok_or("it has no track of sound")?;
    let (table, config): (Table, Vec<u8>) = table::of(&moov, track.bytes)?;
    Packets::new(source, Table { has_more, ..table }, &config)
}

/// The contents of `moov`, which stands before or behind the sound, and whether another file follows.
fn moov<R: Source>(source: &mut BufReader<R>, offset: u64) -> Result<(Vec<u8>, bool), Refusal> {
    let end = source.seek(SeekFrom::End(0))?;
    let mut found = None;
    let mut has_more = false;
    let mut at = offset;
    for _ in 0..MOST_BOXES {
        let mut bytes = Vec::new();
        source.seek(SeekFrom::Start(at))?;
        source.by_ref().take(16).read_to_end(&mut bytes)?;
        let Some((head, length)) = head(&bytes) else { break };
        has_more |= at > offset && bytes[4..8] == *b"ftyp";
        if bytes[4..8] == *b"moov" && found.is_none() {
            let length = length.min(end - at) - head as u64;
            if length > MOST_MOOV_BYTES {
                return Err("its table is longer than any of sound".into());
            }
            let mut moov = Vec::new();
            source.seek(SeekFrom::Start(at + head as u64))?;
            source.by_ref().take(length).read_to_end(&mut moov)?;
            found = Some(moov);
        }
        at = at.saturating_add(length);
        if at >= end {
            break;
        }
    }
    // What lies at its end is lost first: a recording or a copy that was broken off.
    let moov = found.ok_or_else(|| {
        let reason = "the table of its sound is not there: it breaks off, or was never finished; export or copy it again";
        io::Error::new(io::ErrorKind::UnexpectedEof, reason)
    })?;
    Ok((moov, has_more))
}
