//! Ogg pages (RFC 3533): found, verified and put together to packets, whatever lies between them.

pub(super) mod link;
pub(super) mod opus;
pub(super) mod vorbis;

use super::flac::ogg::OggFlac;
use super::stream::{Refusal, Source, Stream};
use super::window::Window;
use link::Chain;
use opus::Opus;
use std::io::{self, SeekFrom};
use vorbis::Vorbis;

/// What a page begins with.
const MARK: &[u8; 4] = b"OggS";
/// Bytes of a page's header before its table.
const HEAD_BYTES: usize = 27;
/// Bytes of the longest page.
const MOST_BYTES: usize = HEAD_BYTES + 255 + 255 * 255;
/// Bytes that are kept of a packet: none of sound is as long, and only pictures among the comments are longer.
const MOST_PACKET_BYTES: usize = 1 << 20;

const CRC: [u32; 256] = {
    let mut table = [0; 256];
    let mut n = 0;
    while n < 256 {
        let mut crc = (n as u32) << 24;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 0x8000_0000 != 0 { crc << 1 ^ 0x04c1_1db7 } else { crc << 1 };
            bit += 1;
        }
        table[n] = crc;
        n += 1;
    }
    table
};

/// The checksum of bytes, after `crc`: RFC 3533, section 6.
fn checksum(crc: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(crc, |crc, byte| crc << 8 ^ CRC[usize::from((crc >> 24) as u8 ^ byte)])
}

/// Streams that begin together at most.
const MOST_STREAMS: usize = 64;

/// Opens the first stream of sound in a file that begins at `offset`.
pub(super) fn open(
    mut source: impl Source + 'static,
    offset: u64,
) -> Result<Box<dyn Stream + Send>, Refusal> {
    let mut codec = None;
    let mut pages = Pages::new(&mut source, offset);
    for _ in 0..MOST_STREAMS {
        let Some(page) = pages.next()? else { break };
        let head = page.pieces().next().map(|(piece, _)| piece).unwrap_or_default();
        codec = [&b"OpusHead"[..], b"\x01vorbis", b"\x7fFLAC"].iter().position(|mark| head.starts_with(mark));
        if codec.is_some() || !page.is_first {
            break;
        }
    }
    source.seek(SeekFrom::Start(offset))?;
    Ok(match codec {
        Some(0) => Box::new(Chain::<_, Opus>::open(source, offset)?),
        Some(1) => Box::new(Chain::<_, Vorbis>::open(source, offset)?),
        Some(_) => Box::new(Chain::<_, OggFlac>::open(source, offset)?),
        None => {
            return Err("no stream of Vorbis, Opus or FLAC begins in it, or its first page is damaged".into());
        }
    })
}

/// A page that is whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Page {
    /// Its first packet goes on from the page before.
    pub is_continued: bool,
    /// A stream begins.
    pub is_first: bool,
    /// A stream ends.
    pub is_last: bool,
    /// Position at the end of the last packet that ends here; none where none does.
    pub granule: Option<i64>,
    /// The stream that it belongs to.
    pub serial: u32,
    /// Number of the page in its stream.
    pub sequence: u32,
    table: Vec<u8>,
    body: Vec<u8>,
    /// Bytes before it that are no page.
    pub foreign_bytes: u64,
}

impl Page {
    /// The pieces of packets in it, each with whether the packet ends there.
    pub fn pieces(&self) -> impl Iterator<Item = (&[u8], bool)> {
        let mut segments = self.table.as_slice();
        let mut body = self.body.as_slice();
        std::iter::from_fn(move || {
            if segments.is_empty() {
                return None;
            }
            let count = segments.iter().position(|length| *length < 255).map_or(segments.len(), |at| at + 1);
            let (own, rest) = segments.split_at(count);
            let ends = own.last().is_some_and(|length| *length < 255);
            let length = own.iter().map(|length| usize::from(*length)).sum::<usize>().min(body.len());
            let (piece, left) = body.split_at(length);
            (segments, body) = (rest, left);
            Some((piece, ends))
        })
    }
}

/// The pages of a file in their order.
pub(super) struct Pages<R> {
    window: Window<R>,
    foreign_bytes: u64,
}

impl<R: Source> Pages<R> {
    /// The pages of `source`, which stands at `offset`.
    pub fn new(source: R, offset: u64) -> Self {
        Self { window: Window::new(source, offset), foreign_bytes: 0 }
    }

    /// The next page that is whole and has the right checksum.
    pub fn next(&mut self) -> io::Result<Option<Page>> {
        loop {
            let bytes = self.window.see(HEAD_BYTES)?;
            if bytes.is_empty() {
                return Ok(None);
            }
            if bytes.starts_with(MARK)
                && let Some(page) = self.page()?
            {
                return Ok(Some(Page { foreign_bytes: std::mem::take(&mut self.foreign_bytes), ..page }));
            }
            let bytes = self.window.seen();
            let next = bytes.iter().skip(1).position(|byte| *byte == MARK[0]);
            let step = next.map_or(bytes.len(), |at| at + 1);
            self.window.skip(step);
            self.foreign_bytes += step as u64;
        }
    }

    /// Bytes before the file's end that are no page, once the last page was given.
    pub fn foreign_bytes(&self) -> u64 {
        self.foreign_bytes
    }

    /// Place of the next byte.
    pub fn offset(&self) -> u64 {
        self.window.offset()
    }

    fn page(&mut self) -> io::Result<Option<Page>> {
        let bytes = self.window.see(MOST_BYTES)?;
        let Some(head) = bytes.first_chunk::<HEAD_BYTES>() else { return Ok(None) };
        let segments = usize::from(head[26]);
        let Some(table) = bytes.get(HEAD_BYTES..HEAD_BYTES + segments) else { return Ok(None) };
        let from = HEAD_BYTES + segments;
        let length = table.iter().map(|length| usize::from(*length)).sum::<usize>();
        let Some(body) = bytes.get(from..from + length) else { return Ok(None) };
        let said = u32::from_le_bytes([head[22], head[23], head[24], head[25]]);
        let found = [&head[..22], &[0; 4], &head[26..], table, body].into_iter().fold(0, checksum);
        if head[4] != 0 || found != said {
            return Ok(None);
        }
        let granule =
            i64::from_le_bytes([head[6], head[7], head[8], head[9], head[10], head[11], head[12], head[13]]);
        let page = Page {
            is_continued: head[5] & 1 != 0,
            is_first: head[5] & 2 != 0,
            is_last: head[5] & 4 != 0,
            granule: (granule != -1).then_some(granule),
            serial: u32::from_le_bytes([head[14], head[15], head[16], head[17]]),
            sequence: u32::from_le_bytes([head[18], head[19], head[20], head[21]]),
            table: table.to_vec(),
            body: body.to_vec(),
            foreign_bytes: 0,
        };
        self.window.skip(from + length);
        Ok(Some(page))
    }
}

/// Packets of one stream, put together from its pages.
#[derive(Debug, Default)]
pub(super) struct Packets {
    begun: Vec<u8>,
    is_begun: bool,
    sequence: Option<u32>,
}

impl Packets {
    /// Takes a page and gives the packets that end in it, and whether something is missing before the first of them.
    pub fn take(&mut self, page: &Page) -> (Vec<Vec<u8>>, bool) {
        let mut is_lost = self.sequence.is_some_and(|last| page.sequence != last.wrapping_add(1));
        self.sequence = Some(page.sequence);
        if is_lost || !page.is_continued {
            // What was begun has no end.
            is_lost |= self.is_begun;
            self.begun.clear();
            self.is_begun = false;
        }
        let mut packets = Vec::new();
        for (n, (piece, ends)) in page.pieces().enumerate() {
            if n == 0 && page.is_continued && !self.is_begun {
                // Its beginning is not there.
                is_lost = true;
                continue;
            }
            let room = MOST_PACKET_BYTES.saturating_sub(self.begun.len()).min(piece.len());
            self.begun.extend_from_slice(&piece[..room]);
            self.is_begun = !ends;
            if ends {
                packets.push(std::mem::take(&mut self.begun));
            }
        }
        (packets, is_lost)
    }

    /// Whether a packet is begun that has not ended.
    pub fn is_torn(&self) -> bool {
        self.is_begun
    }
}
